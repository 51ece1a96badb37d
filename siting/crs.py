"""Coordinate reference systems: the core works in projected metres and refuses anything else."""

from __future__ import annotations

from pyproj import CRS
from pyproj.exceptions import CRSError

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
