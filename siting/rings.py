"""Polygons as flat arrays of oriented rings: what the wall tests work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray

GeometryArray: TypeAlias = NDArray[np.object_]
"""Shapely geometries, or None where there is none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rings:
    """
    The rings of many polygons, one after the other.

    Attributes
    ----------
    xy_m
        Vertices [m], shape (v, 2); every ring is closed, exterior rings run counter-clockwise and holes clockwise.
    ring_start
        Ring r holds the vertices ``ring_start[r]:ring_start[r + 1]``, shape (r + 1,).
    ring_polygon
        Position of the polygon each ring belongs to, non-decreasing, shape (r,).
    """

    xy_m: FloatArray
    ring_start: IntArray
    ring_polygon: IndexArray


def oriented_rings(polygons: GeometryArray) -> Rings:
    """
    Return the rings of polygons with the interior always on the left; heights (z) and repeated vertices are dropped.

    Parameters
    ----------
    polygons
        Valid, non-empty polygons and multipolygons, shape (n,).
    """
    ring_polygon, n_vertices, is_hole = _ring_table(polygons)
    ring_start = _offsets(n_vertices)
    xy_m, ring_start = _without_repeats(shapely.get_coordinates(polygons), ring_start)
    is_clockwise = signed_ring_areas_m2(xy_m, ring_start) < 0
    return Rings(xy_m=_reversed_rings(xy_m, ring_start, is_clockwise != is_hole), ring_start=ring_start, ring_polygon=ring_polygon)


def signed_ring_areas_m2(xy_m: FloatArray, ring_start: IntArray) -> FloatArray:
    """
    Return the area inside each ring [m2], positive where it runs counter-clockwise, shape (r,).

    Parameters
    ----------
    xy_m
        Vertices of closed rings [m], shape (v, 2).
    ring_start
        First vertex of each ring and the end of the last, shape (r + 1,).
    """
    if len(ring_start) == 1:
        return np.empty(0)
    # Measured from the ring's first vertex: exact far from the origin, and zero across the seam between two rings.
    first, n_vertices = ring_start[:-1], np.diff(ring_start)
    x_m = xy_m[:, 0] - np.repeat(xy_m[first, 0], n_vertices)
    y_m = xy_m[:, 1] - np.repeat(xy_m[first, 1], n_vertices)
    cross = np.zeros(len(xy_m))
    cross[:-1] = x_m[:-1] * y_m[1:] - x_m[1:] * y_m[:-1]
    areas_m2: FloatArray = 0.5 * np.add.reduceat(cross, first)
    return areas_m2


def _ring_table(polygons: GeometryArray) -> tuple[IndexArray, IntArray, BoolArray]:
    """Return polygon, number of vertices and whether it is a hole, for each ring in the order of the coordinates."""
    is_plain = (shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON) & (shapely.get_num_interior_rings(polygons) == 0)
    # Only buildings with holes or several parts are taken apart: making ring objects costs more than all the rest.
    shaped = np.flatnonzero(~is_plain)
    parts, part_owner = shapely.get_parts(polygons[shaped], return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    ring_owner = part_owner[ring_part]

    n_rings = np.ones(len(polygons), dtype=np.int64)
    n_rings[shaped] = np.bincount(ring_owner, minlength=len(shaped))
    ring_polygon = np.repeat(np.arange(len(polygons), dtype=np.int32), n_rings)
    is_plain_ring = is_plain[ring_polygon]
    n_vertices = np.empty(len(ring_polygon), dtype=np.int64)
    n_vertices[is_plain_ring] = shapely.get_num_coordinates(polygons[is_plain])
    n_vertices[~is_plain_ring] = shapely.get_num_coordinates(rings)
    is_hole = np.zeros(len(ring_polygon), dtype=np.bool_)
    is_hole[~is_plain_ring] = np.concatenate([np.zeros(min(1, len(rings)), dtype=np.bool_), ring_part[1:] == ring_part[:-1]])
    return ring_polygon, n_vertices, is_hole


def _offsets(counts: IntArray) -> IntArray:
    """Return where each run of the given lengths starts, and the end of the last."""
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _without_repeats(xy_m: FloatArray, ring_start: IntArray) -> tuple[FloatArray, IntArray]:
    """Drop vertices equal to the one before them in their ring: they would be walls without length."""
    is_kept = np.ones(len(xy_m), dtype=np.bool_)
    is_kept[1:] = (xy_m[1:] != xy_m[:-1]).any(axis=1)
    is_kept[ring_start[:-1]] = True
    if is_kept.all():
        return xy_m, ring_start
    return xy_m[is_kept], _offsets(np.add.reduceat(is_kept, ring_start[:-1], dtype=np.int64))


def _reversed_rings(xy_m: FloatArray, ring_start: IntArray, is_wrong: BoolArray) -> FloatArray:
    """Return the vertices with the marked rings running the other way."""
    n_vertices = np.diff(ring_start)
    position = np.arange(len(xy_m))
    mirrored = np.repeat(ring_start[:-1] + ring_start[1:] - 1, n_vertices) - position
    return xy_m[np.where(np.repeat(is_wrong, n_vertices), mirrored, position)]
