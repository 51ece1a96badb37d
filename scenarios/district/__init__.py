"""
An invented district for the demo: streets, buildings, parks and assets of a place that does not exist.

Everything comes from one seed. The place is laid out in metres, east and north of its own corner (``streets``, ``buildings``,
``assets``), then turned and moved to its place on the map (``frame``) and written out with the label synthetic on it (``files``).
``python -m scenarios.district DIR`` writes the files.
"""

from scenarios.district.files import SEED, district_files, write_district

__all__ = ["SEED", "district_files", "write_district"]
