"""Where the invented district lies, and the shapes every part of it needs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

import numpy as np
import shapely
from pyproj import Transformer
from shapely import affinity
from shapely.geometry.base import BaseGeometry

CRS = "EPSG:6677"
"""Plane of the district: Japan Plane Rectangular CS IX, which covers Tokyo."""

ORIGIN_M = (-9400.0, -36600.0)
"""South-west corner of the district in that plane. Real streets lie there; none of these do."""

TURN_DEG = 8.0
"""The street grid's angle to the plane's, counter-clockwise."""

WIDTH_M, DEPTH_M = 1000.0, 800.0
RAILWAY_DEPTH_M = 30.0
"""Width of the railway strip along the southern edge, which only the station stands on."""

OUTLINE = shapely.box(0, 0, WIDTH_M, DEPTH_M)


def placed(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape of the district in the plane of :data:`CRS`."""
    return affinity.translate(affinity.rotate(shape, TURN_DEG, origin=(0, 0)), *ORIGIN_M)


def geographic(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape of the district in longitude and latitude, to 7 decimals (about 1 cm)."""
    degrees = shapely.transform(placed(shape), lambda xy_m: np.column_stack(_to_degrees().transform(xy_m[:, 0], xy_m[:, 1])))
    return shapely.transform(degrees, lambda xy: np.round(xy, 7))


@cache
def _to_degrees() -> Transformer:
    return Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def largest_part(shape: BaseGeometry) -> shapely.Polygon:
    """Return the largest polygon of a shape; an empty one if it has none."""
    polygons = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    return max(polygons, key=lambda part: part.area, default=shapely.Polygon())


def in_order(polygons: Iterable[shapely.Polygon]) -> list[shapely.Polygon]:
    """Sort polygons from south to north, then west to east, so that no library's order matters."""
    return sorted(polygons, key=lambda one: (round(one.centroid.y, 3), round(one.centroid.x, 3)))


def long_side(shape: shapely.Polygon) -> tuple[tuple[float, float], float, float]:
    """Return the direction (unit vector), length and width of a polygon's smallest rectangle."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    (ax, ay), (bx, by) = corners[1] - corners[0], corners[2] - corners[1]
    a, b = math.hypot(ax, ay), math.hypot(bx, by)
    return ((ax / a, ay / a), a, b) if a >= b else ((bx / b, by / b), b, a)


def cut_across(shape: shapely.Polygon, share: float, slant_deg: float = 0.0) -> shapely.LineString:
    """Return a line across a polygon's long side, at a share of its length, turned by an angle."""
    (along_x, along_y), length_m, _ = long_side(shape)
    middle = shapely.minimum_rotated_rectangle(shape).centroid
    x, y = middle.x + along_x * (share - 0.5) * length_m, middle.y + along_y * (share - 0.5) * length_m
    across = shapely.LineString([(x + along_y * 2000, y - along_x * 2000), (x - along_y * 2000, y + along_x * 2000)])
    return affinity.rotate(across, slant_deg, origin=(x, y))
