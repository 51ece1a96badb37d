"""Outlines snapped to whole millimetres: which point is inside, which wall stands where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.errors import InvalidInputError
from siting.kernels.bins import bin_boxes, bin_walls, fill_rings, outlines_at, ring_bounds
from siting.rings import oriented_rings

BOX_BIN_MM = 32_000
"""Side of the bins that outlines are looked up in: a little more than a large building."""


MOST_BINS = 50_000_000
"""Bins a grid may have: 70 km by 70 km at 10 m."""

WIDEST_MM = 2_000_000_000
"""Widest city that whole millimetres of 32 bits can hold [mm]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WallBins:
    """
    Walls filed in the bins of a uniform grid.

    Attributes
    ----------
    start
        Bin starts, shape (n_columns * n_rows + 1,).
    walls
        x0, y0, x1, y1 from the origin and top [mm], tallest first within a bin, shape (n_filed, 5).
    top
        Top of each bin's tallest wall [mm], shape (n_columns * n_rows,).
    bin_mm
        Side of a bin [mm].
    n_columns, n_rows
        Size of the grid.
    """

    start: IntArray
    walls: IndexArray
    top: IndexArray
    bin_mm: float
    n_columns: int
    n_rows: int

    @property
    def arguments(self) -> tuple[IntArray, IndexArray, IndexArray, float, int, int]:
        """The grid as the kernels take it."""
        return self.start, self.walls, self.top, self.bin_mm, self.n_columns, self.n_rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlines:
    """
    Closed rings with their interior on the left, in whole millimetres from an origin.

    Attributes
    ----------
    xy_mm
        Ring vertices from the origin [mm], shape (n_vertices, 2).
    ring_start
        First vertex of each ring, shape (n_rings + 1,).
    ring_outline
        Outline each ring belongs to, never falling, shape (n_rings,).
    n_outlines
        Number of outlines.
    origin_m
        Lower left corner, at or below every vertex, whole millimetres [m], shape (2,).
    """

    xy_mm: IndexArray
    ring_start: IntArray
    ring_outline: IndexArray
    n_outlines: int
    origin_m: FloatArray

    @classmethod
    def from_rings(cls, xy_m: FloatArray, ring_start: IntArray, ring_outline: IndexArray, n_outlines: int) -> Outlines:
        """
        Snap closed rings (interior on the left) to millimetres.

        Raises
        ------
        InvalidInputError
            They lie more than 2,000 km apart.
        """
        origin_m = np.floor(xy_m.min(axis=0)) - 1.0 if len(xy_m) else np.zeros(2)
        widest_m = float((xy_m.max(axis=0) - origin_m).max()) if len(xy_m) else 0.0
        if widest_m * 1000.0 > WIDEST_MM:
            raise InvalidInputError(
                "footprints.xy_m", f"must lie within {WIDEST_MM / 1e6:g} km of each other", f"{widest_m / 1000.0:.0f} km"
            )
        xy_mm = np.empty(xy_m.shape, dtype=np.int32)
        for axis in (0, 1):
            xy_mm[:, axis] = np.rint((xy_m[:, axis] - origin_m[axis]) * 1000.0)
        return cls(
            xy_mm=xy_mm,
            ring_start=np.array(ring_start, dtype=np.int64),
            ring_outline=np.array(ring_outline, dtype=np.int32),
            n_outlines=n_outlines,
            origin_m=origin_m,
        )

    @classmethod
    def from_polygons(cls, polygons: NDArray[np.object_]) -> Outlines:
        """Snap valid polygons and multipolygons [m]; each is one outline."""
        rings = oriented_rings(polygons)
        return cls.from_rings(rings.xy_m, rings.ring_start, rings.ring_polygon, len(polygons))

    @property
    def xy_m(self) -> FloatArray:
        """Ring vertices in the plane [m], shape (n_vertices, 2)."""
        return self.xy_mm / 1000.0 + self.origin_m

    @cached_property
    def size_mm(self) -> IntArray:
        """Upper right corner of the outlines from the origin [mm], shape (2,)."""
        return self.xy_mm.max(axis=0).astype(np.int64) if len(self.xy_mm) else np.zeros(2, dtype=np.int64)

    def to_mm(self, xy_m: FloatArray) -> FloatArray:
        """Return positions as whole millimetres from the origin, shape as given."""
        return np.rint((xy_m - self.origin_m) * 1000.0)

    def walls(self, ring_top_mm: IndexArray, bin_mm: int) -> WallBins:
        """File the walls of all rings, each up to its ring's top [mm], in bins of the given size or larger."""
        bin_mm, n_columns, n_rows = self._grid(bin_mm)
        start, walls, top = bin_walls(self.xy_mm, self.ring_start, ring_top_mm, float(bin_mm), n_columns, n_rows)
        return WallBins(start=start, walls=walls, top=top, bin_mm=float(bin_mm), n_columns=n_columns, n_rows=n_rows)

    def inside(self, x_m: float, y_m: float, cell_m: float, n_columns: int, n_rows: int) -> BoolArray:
        """
        Return which points of a lattice lie inside an outline.

        Parameters
        ----------
        x_m, y_m
            First (lower left) point [m].
        cell_m
            Distance between points [m].

        Returns
        -------
        is_inside
            Shape (n_rows, n_columns), row 0 at the bottom.
        """
        x_mm, y_mm = self.to_mm(np.array([x_m, y_m]))
        is_inside: BoolArray = fill_rings(self.xy_mm, self.ring_start, self._ring_bounds_mm, x_mm, y_mm, cell_m * 1000.0, n_columns, n_rows)
        return is_inside

    def at(self, xy_m: FloatArray, top: FloatArray) -> IndexArray:
        """
        Return the outline around each point, -1 where there is none.

        Parameters
        ----------
        xy_m
            Points [m], shape (n, 2).
        top
            Where outlines overlap the one with the highest ``top`` is returned, shape (n_outlines,).

        Returns
        -------
        outline
            Shape (n,).
        """
        return self.at_mm(self.to_mm(xy_m), top)

    def at_mm(self, xy_mm: FloatArray, top: FloatArray) -> IndexArray:
        """Return the same as :meth:`at` for points in millimetres from the origin, which need not be whole."""
        if not len(self.xy_mm):
            return np.full(len(xy_mm), -1, dtype=np.int32)
        start, boxes, bin_mm, n_columns, n_rows = self._box_bins
        outline: IndexArray = outlines_at(
            np.ascontiguousarray(xy_mm[:, 0]),
            np.ascontiguousarray(xy_mm[:, 1]),
            self.xy_mm,
            self.ring_start,
            self._outline_ring,
            top,
            self.bounds_mm,
            start,
            boxes,
            bin_mm,
            n_columns,
            n_rows,
        )
        return outline

    @cached_property
    def _ring_bounds_mm(self) -> IndexArray:
        bounds_mm: IndexArray = ring_bounds(self.xy_mm, self.ring_start)
        return bounds_mm

    @cached_property
    def _outline_ring(self) -> IntArray:
        return np.searchsorted(self.ring_outline, np.arange(self.n_outlines + 1)).astype(np.int64)

    @cached_property
    def bounds_mm(self) -> IndexArray:
        """Xmin, ymin, xmax, ymax of each outline from the origin [mm], shape (n_outlines, 4)."""
        rings, first = self._ring_bounds_mm, self._outline_ring[:-1]
        return np.column_stack((np.minimum.reduceat(rings[:, :2], first), np.maximum.reduceat(rings[:, 2:], first)))

    @cached_property
    def _box_bins(self) -> tuple[IntArray, IndexArray, int, int, int]:
        bin_mm, n_columns, n_rows = self._grid(BOX_BIN_MM)
        start, boxes = bin_boxes(self.bounds_mm, bin_mm, n_columns, n_rows)
        return start, boxes, bin_mm, n_columns, n_rows

    def _grid(self, bin_mm: int) -> tuple[int, int, int]:
        """Return a bin size, and columns and rows of the grid; bins grow until the grid of a scattered city fits in memory."""
        while True:
            n_columns, n_rows = (int(n) for n in self.size_mm // bin_mm + 1)
            if n_columns * n_rows <= MOST_BINS:
                return bin_mm, n_columns, n_rows
            bin_mm *= 2
