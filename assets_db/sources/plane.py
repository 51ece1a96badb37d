"""Positions in projected coordinate systems."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from assets_db.record import Value
from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.schema import Field
from assets_db.sources.columns import PlaneColumns
from assets_db.sources.layout import Cells, text_of
from assets_db.sources.quantities import read_quantity
from assets_db.sources.rows import Repair, RepairCode

if TYPE_CHECKING:
    from pyproj import Transformer

JGD2011 = 6668

_FIELDS = tuple(
    Field(name=name, kind="number", ja=name, en=name, about_ja="", about_en="", unit="m", at_least=-1e9, at_most=1e9) for name in "xy"
)


@lru_cache(maxsize=32)
def _transformer(epsg: int) -> Transformer:
    """Return the transformation of a coordinate system to degrees, longitude first."""
    from pyproj import Transformer  # noqa: PLC0415

    return Transformer.from_crs(epsg, JGD2011, always_xy=True)


def is_known_system(epsg: int) -> bool:
    """Tell whether there is a coordinate system of a number."""
    from pyproj.exceptions import CRSError, ProjError  # noqa: PLC0415

    try:
        _transformer(epsg)
    except (CRSError, ProjError):
        return False
    return True


def to_degrees(plane: PlaneColumns, cells: Cells, values: dict[str, Value], repairs: list[Repair]) -> None:
    """
    Read a position in a projected coordinate system.

    Raises
    ------
    RowProblem
        It is no number, or no position of the system.
    """
    texts = text_of(cells[plane.x]), text_of(cells[plane.y])
    if not all(texts):
        return
    x, y = (read_quantity(field, text)[0] for field, text in zip(_FIELDS, texts, strict=True))
    if x == 0 and y == 0:
        values["lat"] = values["lon"] = 0.0
        return
    lon, lat = _transformer(plane.epsg).transform(x, y)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        rule = f"must be a position of EPSG:{plane.epsg}"
        raise RowProblem("lat, lon", RejectCode.OUT_OF_RANGE, rule, ", ".join(texts))
    lat, lon = round(float(lat), 9), round(float(lon), 9)
    values["lat"], values["lon"] = lat, lon
    repairs.append(Repair("lat, lon", RepairCode.PROJECTED, f"{', '.join(texts)} (EPSG:{plane.epsg})", f"{lat}, {lon}"))
