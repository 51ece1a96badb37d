"""Coordinate reference systems: the core works in projected metres and refuses anything else."""

from __future__ import annotations

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from siting.arrays import FloatArray
from siting.errors import InvalidInputError


def projected_crs(field: str, value: object) -> CRS:
    """
    Return a projected CRS in metres.

    Raises
    ------
    InvalidInputError
        Missing or unknown CRS, degrees, or a unit other than the metre.
    """
    crs = any_crs(field, value)
    if not crs.is_projected:
        raise InvalidInputError(field, "must be projected in metres (such as EPSG:6677), not degrees", crs.to_string())
    unit = crs.axis_info[0].unit_name
    if unit != "metre":
        raise InvalidInputError(field, "must have the metre as its unit", unit)
    return crs


def any_crs(field: str, value: object) -> CRS:
    """
    Return a CRS from anything pyproj can read.

    Raises
    ------
    InvalidInputError
        Missing or unknown CRS.
    """
    if value is None or value == "":
        raise InvalidInputError(field, "must be given (such as EPSG:6677)", value)
    try:
        return CRS.from_user_input(value)
    except CRSError:
        raise InvalidInputError(field, "must be a known coordinate reference system", str(value)) from None


def refuse_degrees(bounds_m: FloatArray, *, smallest_m: float, source: str) -> None:
    """
    Refuse outlines in degrees under a projected CRS: all within 180 by 90, and half of them implausibly small.

    Parameters
    ----------
    bounds_m
        xmin, ymin, xmax, ymax of each outline [m], NaN where there is none, shape (n, 4).
    smallest_m
        Length that most outlines have if they are in metres [m], and do not reach in degrees.
    source
        File the outlines came from, for the error.

    Raises
    ------
    InvalidInputError
        The outlines look like longitudes and latitudes.
    """
    if (np.abs(bounds_m) > (180.0, 90.0, 180.0, 90.0)).any():
        return
    known = bounds_m[~np.isnan(bounds_m).any(axis=1)]
    if not len(known):
        return
    side_m = np.maximum(known[:, 2] - known[:, 0], known[:, 3] - known[:, 1])
    # Outlines near the origin of a plane also lie within 180 by 90; only their size tells a metre from a degree.
    if np.median(side_m) < smallest_m and side_m.max() > 0:
        raise InvalidInputError("coordinates", "must be metres, but look like degrees", known[0, :2].tolist(), source=source)
