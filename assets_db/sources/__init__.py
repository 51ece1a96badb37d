"""
Files as sources of the register: opened by :func:`open_source`, read row by row, nothing lost.

Each row of a file comes out as a :class:`SourceRow` with the repairs it took, or as a :class:`Reject` with the reason.
"""

from __future__ import annotations

from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.sources.rows import Reject, RejectCode, Repair, RepairCode, SourceRow
from assets_db.sources.source_file import Format, SourceFile
from assets_db.sources.spec import SourceSpec

__all__ = ["Reject", "RejectCode", "Repair", "RepairCode", "SourceFile", "SourceRow", "SourceSpec", "format_of", "open_source"]

_HEAD_BYTES = 4096


def open_source(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a file as a source, its format told by content and suffix.

    Parameters
    ----------
    path
        The file.
    spec
        What holds for all of it.

    Returns
    -------
    SourceFile
        Ready to be read.

    Raises
    ------
    InvalidSourceError
        The file is missing, unreadable, empty, of no known format, or its columns cannot be told with certainty.
    """
    return format_of(path).open(path, spec)


def format_of(path: Path) -> Format:
    """
    Return the format of a file, told by content and suffix.

    Raises
    ------
    InvalidSourceError
        The file is missing, unreadable, empty or of no known format.
    """
    if path.is_symlink():
        raise InvalidSourceError("file", "must not be a link", path.name, source=str(path))
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise InvalidSourceError("file", "must be readable", error.strerror or str(error), source=str(path)) from error
    if not head.strip():
        raise InvalidSourceError("file", "must not be empty", f"{len(head)} bytes", source=str(path))
    found = next((one for one in _formats() if one.recognises(path, head)), None)
    if found is None:
        raise InvalidSourceError("file", f"must be one of {', '.join(one.name for one in _formats())}", path.name, source=str(path))
    return found


def _formats() -> tuple[Format, ...]:
    """Return the formats in the order in which they are tried; those that would take anything come last."""
    from assets_db.sources import (  # noqa: PLC0415  # formats bring their libraries along
        citygml_files,
        csv_files,
        gbfs_json,
        geojson_files,
        geopackage_files,
        geoparquet_files,
        osm_xml_files,
        register_export,
        shapefile_files,
        station_json,
        xlsx_files,
    )

    return (
        shapefile_files.FORMAT,
        xlsx_files.FORMAT,
        geopackage_files.FORMAT,
        geoparquet_files.FORMAT,
        citygml_files.FORMAT,
        osm_xml_files.FORMAT,
        station_json.FORMAT,
        gbfs_json.FORMAT,
        register_export.FORMAT,
        geojson_files.FORMAT,
        csv_files.FORMAT,
    )
