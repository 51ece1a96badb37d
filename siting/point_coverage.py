"""Coverage by distance alone: points within a radius of sites, in the plane or on the sphere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import FloatArray, IndexArray, IntArray, finite_floats
from siting.coverage import CoverageMatrix
from siting.cpus import map_in_threads, n_threads
from siting.errors import InvalidInputError
from siting.kernels.points import half_width, place_pairs

Distance = Literal["plane", "great_circle"]
"""Straight in the plane, or along the great circle of a sphere."""

EARTH_RADIUS_M = 6_378_100.0
"""Radius of the sphere used by the published instances of the maximal covering location problem [m]."""

_SLACK = 1e-9
_CHUNKS_PER_THREAD = 4


@dataclass(frozen=True, kw_only=True)
class DistanceRule:
    """
    When a site serves a point: at a distance of at most ``radius_m``, rounding of 64-bit numbers included.

    Attributes
    ----------
    radius_m
        Largest distance served [m], > 0; at most a quarter of a great circle on the sphere.
    distance
        How it is measured: ``"plane"`` between (x, y) [m], ``"great_circle"`` between (longitude, latitude) [degrees] by the
        haversine formula.
    sphere_m
        Radius of the sphere [m], > 0.
    """

    radius_m: float
    distance: Distance = "plane"
    sphere_m: float = EARTH_RADIUS_M

    def __post_init__(self) -> None:
        if self.distance not in {"plane", "great_circle"}:
            raise InvalidInputError("distance", 'must be "plane" or "great_circle"', self.distance)
        if not 0 < self.radius_m < math.inf:
            raise InvalidInputError("radius_m", "must be > 0 and finite", self.radius_m)
        if self.distance == "great_circle":
            if not 0 < self.sphere_m < math.inf:
                raise InvalidInputError("sphere_m", "must be > 0 and finite", self.sphere_m)
            if self.radius_m > (most := self.sphere_m * math.pi / 2):
                raise InvalidInputError("radius_m", f"must be at most {most:.0f}, a quarter of the great circle", self.radius_m)

    @property
    def kernel_sphere_m(self) -> float:
        """Radius of the sphere as the kernels read it: 0 for the plane [m]."""
        return self.sphere_m if self.distance == "great_circle" else 0.0

    def places(self, field: str, places: ArrayLike) -> FloatArray:
        """
        Return checked positions [m], or [rad] on the sphere, shape (n, 2).

        Raises
        ------
        InvalidInputError
            Wrong shape, a position that is not finite, or none on the sphere.
        """
        checked = np.ascontiguousarray(finite_floats(field, places, shape=(None, 2)))
        if self.distance == "plane":
            checked.setflags(write=False)
            return checked
        for column, most in ((0, 180.0), (1, 90.0)):
            is_beyond = np.abs(checked[:, column]) > most
            if is_beyond.any():
                row = int(np.argmax(is_beyond))
                name = ("longitude", "latitude")[column]
                raise InvalidInputError(f"{field}[{row}]", f"must have a {name} in -{most:g}..{most:g}", float(checked[row, column]))
        angles: FloatArray = np.radians(checked)
        angles.setflags(write=False)
        return angles

    def reach(self, largest: float) -> float:
        """Return a little more than the radius, in the unit of the positions, of which none exceeds ``largest``."""
        if self.distance == "plane":
            return self.radius_m * (1 + _SLACK) + 8 * math.ulp(largest)
        return self.radius_m / self.sphere_m * (1 + _SLACK) + 1e-12

    def rounding_m(self, largest: float) -> float:
        """Return what rounding may make of a distance between positions of which none exceeds ``largest`` [m]."""
        return math.ulp(largest) if self.distance == "plane" else self.sphere_m * 1e-14

    def box(self, sites: FloatArray, reach: float) -> tuple[FloatArray, FloatArray]:
        """Return the corners of a box that holds everything within reach of the sites; at most one turn of longitude."""
        width = max(half_width(y, reach, self.kernel_sphere_m) for y in (sites[:, 1].min(), sites[:, 1].max()))
        around = np.array([width, reach])
        low, high = sites.min(axis=0) - around, sites.max(axis=0) + around
        if self.distance == "great_circle" and high[0] - low[0] >= 2 * math.pi:
            low[0], high[0] = -math.pi - _SLACK, math.pi + _SLACK
        return low, high

    def sides_m(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """Return width and height of a box [m], about."""
        if self.distance == "plane":
            return high - low
        sides: FloatArray = (high - low) * self.sphere_m
        return sides * (max(math.cos((low[1] + high[1]) / 2), 0.01), 1.0)


def cover_points(
    sites: ArrayLike,
    points: ArrayLike,
    *,
    radius_m: float,
    distance: Distance = "plane",
    sphere_m: float = EARTH_RADIUS_M,
    ids: tuple[str, ...] | None = None,
) -> CoverageMatrix:
    """
    Return which points lie within a distance of which sites.

    Parameters
    ----------
    sites, points
        Positions, shapes (n, 2) and (m, 2): (x, y) [m] in a plane, or (longitude, latitude) [degrees].
    radius_m
        Largest distance served [m], > 0.
    distance
        ``"plane"`` or ``"great_circle"``; see :class:`DistanceRule`.
    sphere_m
        Radius of the sphere [m].
    ids
        Ids of the sites, shape (n,); ``"0"``, ``"1"``, ... when omitted.

    Returns
    -------
    CoverageMatrix
        Sites by points, both in the order given.

    Raises
    ------
    InvalidInputError
        A position that is not finite or not on the sphere, no site, or a radius out of range.

    References
    ----------
    Sinnott (1984), Virtues of the haversine.
    """
    rule = DistanceRule(radius_m=radius_m, distance=distance, sphere_m=sphere_m)
    site_places, point_places = rule.places("sites", sites), rule.places("points", points)
    start, cells = find_pairs(site_places, point_places, rule)
    return CoverageMatrix(candidate_ids=site_ids(ids, len(site_places)), n_cells=len(point_places), start=start, cells=cells)


def site_ids(ids: tuple[str, ...] | None, n_sites: int) -> tuple[str, ...]:
    """Return the ids of the sites, numbers where none are given; at least one site, no id twice."""
    if n_sites == 0:
        raise InvalidInputError("sites", "must hold at least one site", 0)
    if ids is None:
        return tuple(map(str, range(n_sites)))
    if len(ids) != n_sites:
        raise InvalidInputError("ids", f"must name the {n_sites} sites", f"{len(ids)} ids")
    if len(set(ids)) < n_sites:
        raise InvalidInputError("ids", "must not name a site twice", next(one for one in ids if ids.count(one) > 1))
    return ids


def find_pairs(sites: FloatArray, points: FloatArray, rule: DistanceRule) -> tuple[IntArray, IndexArray]:
    """Return compressed rows of the pairs in range: counted first, then written, in chunks of points."""
    reach = rule.reach(float(max(np.abs(sites).max(initial=0.0), np.abs(points).max(initial=0.0))))
    low, high = (float(sites[:, 1].min()), float(sites[:, 1].max())) if len(sites) else (0.0, 0.0)
    n_rows = max(1, min(len(sites), int((high - low) / reach)))
    height = max((high - low) / n_rows, reach)
    row = np.minimum(((sites[:, 1] - low) / height).astype(np.int64), n_rows - 1)
    order = np.lexsort((sites[:, 0], row))
    row_start = np.searchsorted(row[order], np.arange(n_rows + 1))
    size = max(1, math.ceil(len(points) / (_CHUNKS_PER_THREAD * n_threads())))
    firsts = range(0, len(points), size)

    def run(end: IntArray, cells: IndexArray, first: int, *, is_filling: bool) -> None:
        chunk = points[first : first + size]
        place_pairs(
            chunk,
            sites[order],
            order,
            row_start,
            low,
            height,
            reach,
            rule.radius_m,
            rule.kernel_sphere_m,
            end,
            cells,
            first,
            is_filling,
        )

    counts = np.zeros((len(firsts) + 1, len(sites)), dtype=np.int64)
    nothing = np.empty(0, dtype=np.int32)
    list(map_in_threads(lambda k: run(counts[k + 1], nothing, firsts[k], is_filling=False), range(len(firsts))))
    start = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
    end = np.cumsum(counts, axis=0) + start[:-1]
    cells = np.empty(start[-1], dtype=np.int32)
    list(map_in_threads(lambda k: run(end[k], cells, firsts[k], is_filling=True), range(len(firsts))))
    return start, cells
