"""Vegetation: polygons whose trees weaken a ray without blocking it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from pyproj import CRS

from siting.arrays import BoolArray, FloatArray, IndexArray
from siting.crs import projected_crs
from siting.errors import InvalidInputError
from siting.kernels.along import depths_inside
from siting.outlines import Outlines, WallBins

_BIN_MM = 10_000
_OFF_EDGES_MM = np.array([-0.37, 0.23])
"""Antennas are taken this far off their whole millimetre, where no edge runs: on an edge, a ray would be neither in nor out."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Vegetation:
    """
    Ground covered by trees of one height.

    Attributes
    ----------
    outlines
        Polygons that do not overlap.
    canopy_m
        Height of the trees above ground [m], > 0.
    crs
        Projected CRS in metres.
    """

    outlines: Outlines
    canopy_m: float
    crs: CRS

    def __post_init__(self) -> None:
        object.__setattr__(self, "crs", projected_crs("vegetation.crs", self.crs))
        if not 0 < self.canopy_m <= 100:
            raise InvalidInputError("vegetation.canopy_m", "must be > 0 and <= 100", self.canopy_m)

    @classmethod
    def from_polygons(cls, polygons: Sequence[shapely.Geometry], *, crs: object, canopy_m: float = 10.0) -> Vegetation:
        """
        Merge polygons of parks and trees.

        Parameters
        ----------
        polygons
            Polygons in the plane of ``crs`` [m]; overlaps are merged.
        canopy_m
            Height of the trees above ground [m].

        Raises
        ------
        InvalidInputError
            No polygon among the geometries, or an impossible height.
        """
        merged = shapely.union_all(shapely.make_valid(np.asarray(polygons, dtype=object)))
        parts = shapely.get_parts(merged)
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        if not len(parts):
            raise InvalidInputError("vegetation", "must hold at least one polygon", len(polygons))
        return cls(outlines=Outlines.from_polygons(parts), canopy_m=canopy_m, crs=projected_crs("vegetation.crs", crs))

    @cached_property
    def _walls(self) -> WallBins:
        top_mm = np.full(len(self.outlines.ring_outline), round(self.canopy_m * 1000), dtype=np.int32)
        return self.outlines.walls(top_mm, _BIN_MM)

    def covers(self, xy_m: FloatArray) -> BoolArray:
        """Return which points [m] (n, 2) lie under trees, shape (n,)."""
        return self._covers_mm(self.outlines.to_mm(xy_m) + _OFF_EDGES_MM)

    def _covers_mm(self, xy_mm: FloatArray) -> BoolArray:
        is_inside: BoolArray = self.outlines.at_mm(xy_mm, np.zeros(self.outlines.n_outlines)) >= 0
        return is_inside

    def depths_m(
        self, observers_xyz_m: FloatArray, targets_xyz_m: FloatArray, pair_observer: IndexArray, pair_target: IndexArray
    ) -> FloatArray:
        """
        Return how far the ray of each pair runs through trees [m].

        Parameters
        ----------
        observers_xyz_m, targets_xyz_m
            Positions, z above ground [m], shapes (n, 3) and (m, 3). The ground is taken as level along each ray.
        pair_observer, pair_target
            Rows of the ends of each pair, shape (n_pairs,).

        Returns
        -------
        depth_m
            Shape (n_pairs,).
        """
        walls = self._walls
        observers_mm, targets_mm = (
            np.column_stack((self.outlines.to_mm(p[:, :2]), np.rint(p[:, 2] * 1000.0))) for p in (observers_xyz_m, targets_xyz_m)
        )
        observers_mm[:, :2] += _OFF_EDGES_MM
        depth_mm: FloatArray = depths_inside(
            observers_mm,
            self._covers_mm(observers_mm[:, :2]),
            targets_mm,
            self.canopy_m * 1000.0,
            pair_observer,
            pair_target,
            walls.start,
            walls.walls,
            walls.bin_mm,
            walls.n_columns,
            walls.n_rows,
        )
        return depth_mm / 1000.0
