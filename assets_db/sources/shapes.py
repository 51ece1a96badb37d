"""Shapes from outside, brought to degrees and checked."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.sources.plane import JGD2011

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pyproj import CRS, Transformer
    from shapely.geometry.base import BaseGeometry

_IN_DEGREES = frozenset({"4326", "6668", "6697"})


@lru_cache(maxsize=32)
def _from_system(system: str) -> Transformer:
    """Return the transformation of a coordinate system to degrees, longitude first."""
    from pyproj import Transformer  # noqa: PLC0415

    return Transformer.from_crs(system, JGD2011, always_xy=True)


def _moved(system: str) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return what brings positions of a coordinate system, east before north, to degrees."""
    import numpy as np  # noqa: PLC0415

    transformer = _from_system(system)

    def move(positions: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(positions[:, 0], positions[:, 1]))

    return move


def system_of(crs: CRS) -> str:
    """Return a coordinate system as text; empty where its coordinates are those of the register."""
    epsg = crs.to_epsg()
    if epsg is not None:
        return "" if str(epsg) in _IN_DEGREES else f"EPSG:{epsg}"
    return "" if crs.name.startswith("WGS 84 (CRS84)") else crs.to_wkt()


def in_degrees(shape: BaseGeometry, system: str) -> BaseGeometry:
    """
    Return a shape in degrees, longitude first.

    Parameters
    ----------
    shape
        In the coordinate system, east before north.
    system
        As of :func:`system_of`.

    Raises
    ------
    RowProblem
        It is empty, not finite or not on earth.
    """
    import shapely  # noqa: PLC0415

    if shape.is_empty:
        raise RowProblem("geometry", RejectCode.INVALID_GEOMETRY, "must not be empty", shape.geom_type)
    flat = shapely.force_2d(shape)
    if system and all(map(math.isfinite, flat.bounds)):
        flat = shapely.transform(flat, _moved(system))
    bounds = [float(edge) for edge in flat.bounds]
    if not all(map(math.isfinite, shapely.get_coordinates(flat).ravel().tolist())):
        raise RowProblem("geometry", RejectCode.NOT_FINITE, "must have finite coordinates", shape.geom_type)
    west, south, east, north = bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise RowProblem("geometry", RejectCode.OUT_OF_RANGE, "must be a place on earth", ", ".join(map(str, bounds)))
    return flat


def many_in_degrees(shapes: NDArray[np.object_], system: str) -> NDArray[np.object_]:
    """Return shapes in degrees, longitude first, not checked; see :func:`in_degrees`."""
    import shapely  # noqa: PLC0415

    return shapely.transform(shapes, _moved(system)) if system else shapes


def area_m2(shape: BaseGeometry) -> float | None:
    """Return the area of a polygon in degrees; ``None`` for other shapes."""
    from shapely import make_valid  # noqa: PLC0415

    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return None
    return round(abs(_ellipsoid_area(shape if shape.is_valid else make_valid(shape))), 1)


def _ellipsoid_area(shape: BaseGeometry) -> float:
    """Return the area on the ellipsoid [m2], which is that of the plane zone but for 0.02 %."""
    from pyproj import Geod  # noqa: PLC0415
    from shapely import orient_polygons  # noqa: PLC0415

    return float(Geod(ellps="GRS80").geometry_area_perimeter(orient_polygons(shape))[0])
