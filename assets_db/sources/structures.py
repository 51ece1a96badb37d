"""Values that are more than a word or number: shapes and lists."""

from __future__ import annotations

import json

from assets_db.record import Json
from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.schema import Field
from assets_db.sources.cells import shown


def read_geometry(field: Field, raw: object) -> bytes:
    """
    Return well-known text or binary, longitude first, as binary: little endian, two dimensions.

    Raises
    ------
    RowProblem
        It is neither, empty, or not in degrees.
    """
    from shapely import GEOSException, from_wkb, from_wkt, to_wkb  # noqa: PLC0415

    try:
        shape = from_wkb(raw) if isinstance(raw, bytes) else from_wkt(str(raw))
    except (GEOSException, TypeError):
        shape = None
    if shape is None or shape.is_empty:
        raise RowProblem(field.name, RejectCode.INVALID_GEOMETRY, "must be well-known text or binary", shown(raw))
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise RowProblem(field.name, RejectCode.OUT_OF_RANGE, "must be in degrees, longitude first", shown(raw))
    return bytes(to_wkb(shape, output_dimension=2, byte_order=1))


def read_list(field: Field, raw: object) -> list[Json] | None:
    """
    Return a list, given or as JSON; ``None`` for an empty one.

    Raises
    ------
    RowProblem
        It is none.
    """
    try:
        found = json.loads(raw) if isinstance(raw, str) else raw
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise RowProblem(field.name, RejectCode.UNKNOWN_VALUE, "must be a list as JSON", shown(raw))
    return found or None
