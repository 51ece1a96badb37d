"""The city: buildings as walls in a grid of bins, optional ground and trees, and what can be seen past them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS

from siting import city_cache
from siting.arrays import BoolArray, FloatArray, IndexArray, finite_floats
from siting.cpus import map_in_threads, n_threads
from siting.crs import projected_crs
from siting.errors import InvalidInputError
from siting.footprints import (
    FootprintReport,
    Footprints,
    HeightRule,
    TextArray,
    clean_footprints,
    concatenate,
    read_footprints,
)
from siting.ground import Ground
from siting.kernels.along import fresnel_shares
from siting.kernels.rays import see
from siting.outlines import Outlines, WallBins
from siting.progress import Progress, no_progress
from siting.rings import GeometryArray
from siting.vegetation import Vegetation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

BIN_MM = 10_000
"""Side of a wall bin: measured best between 8 and 12 m (docs/performance.md)."""

_RAYS_PER_CHUNK = 100_000
"""Fewer rays take less time than handing them to another thread."""

_DEFAULT_RULE = HeightRule()
_NO_GROUND = np.zeros((0, 0))
_SPEED_OF_LIGHT_M_GHZ = 0.299792458


@dataclass(frozen=True, kw_only=True, eq=False)
class City:
    """
    Buildings as upright prisms (LoD1) on flat or given ground.

    Build it with :meth:`from_footprints` or :meth:`from_file`. Positions and walls are snapped to whole millimetres.

    Attributes
    ----------
    outlines
        Footprints of the buildings.
    height_m
        Height of each building above its lowest ground [m], shape (n,).
    roof_m
        Elevation of each roof [m]: its height, plus the lowest ground along its outline where there is a ground, shape (n,).
    ids
        Building ids, shape (n,).
    walls
        Walls in bins, up to the roofs.
    crs
        Projected CRS in metres.
    report
        What was read, repaired, filled and rejected.
    ground
        Elevation of the ground; flat if None.
    vegetation
        Trees; none known if None.
    """

    outlines: Outlines
    height_m: FloatArray
    roof_m: FloatArray
    ids: TextArray
    walls: WallBins
    crs: CRS
    report: FootprintReport
    ground: Ground | None = None
    vegetation: Vegetation | None = None

    def __post_init__(self) -> None:
        for field in ("ground", "vegetation"):
            part = getattr(self, field)
            if part is not None and part.crs != self.crs:
                raise InvalidInputError(f"{field}.crs", f"must be the city's {self.crs.to_string()}", part.crs.to_string())

    def __len__(self) -> int:
        return len(self.height_m)

    @classmethod
    def from_footprints(
        cls,
        polygons: Sequence[object] | GeometryArray | Footprints,
        height_m: ArrayLike | None = None,
        *,
        crs: object = None,
        ids: ArrayLike | None = None,
        storeys: ArrayLike | None = None,
        missing_height: HeightRule = _DEFAULT_RULE,
        ground: Ground | None = None,
        vegetation: Vegetation | None = None,
    ) -> City:
        """
        Build a city from polygons and heights, or from footprints already clean.

        Parameters
        ----------
        polygons
            Shapely polygons in the plane of ``crs`` [m], or :class:`~siting.footprints.Footprints` (which bring all else).
        height_m
            Heights above ground [m], NaN where unknown, shape (n,).
        crs
            Projected CRS in metres.
        ids, storeys, missing_height
            See :func:`~siting.footprints.clean_footprints`.
        ground
            Elevation of the ground; with it, line of sight respects terrain.
        vegetation
            Trees.

        Raises
        ------
        InvalidInputError
            Names field, rule and value.
        """
        if isinstance(polygons, Footprints):
            footprints = polygons
        else:
            if height_m is None:
                raise InvalidInputError("height_m", "must be given with polygons", None)
            footprints = clean_footprints(polygons, height_m, crs=crs, ids=ids, storeys=storeys, missing_height=missing_height)
        outlines = Outlines.from_rings(footprints.xy_m, footprints.ring_start, footprints.ring_building, len(footprints))
        height = np.array(footprints.height_m)
        roof = height if ground is None else height + _lowest_ground(footprints, ground)
        top_mm = np.rint(roof * 1000.0).astype(np.int32)
        return cls(
            outlines=outlines,
            height_m=height,
            roof_m=roof,
            ids=footprints.ids,
            walls=outlines.walls(top_mm[outlines.ring_outline], BIN_MM),
            crs=footprints.crs,
            report=footprints.report,
            ground=ground,
            vegetation=vegetation,
        )

    @classmethod
    def from_file(
        cls,
        path: Path | str | Sequence[Path | str],
        *,
        crs: object = None,
        bbox_m: tuple[float, float, float, float] | None = None,
        height_column: str | None = None,
        storeys_column: str | None = None,
        id_column: str | None = None,
        missing_height: HeightRule = _DEFAULT_RULE,
        ground: Ground | None = None,
        vegetation: Vegetation | None = None,
        cache_folder: Path | str | None = None,
        progress: Progress = no_progress,
    ) -> City:
        """
        Read GeoParquet, GeoPackage, GeoJSON or CityGML 2 files.

        Parameters
        ----------
        path
            One file or several, which share no building id.
        crs
            Projected CRS of the city; the file's own when omitted.
        bbox_m
            Only buildings that touch this box (xmin, ymin, xmax, ymax) in the plane of ``crs`` [m]; the rest is not read
            where the format allows.
        height_column, storeys_column, id_column, missing_height
            See :func:`~siting.footprints.files.read_footprints`.
        ground, vegetation
            See :meth:`from_footprints`.
        cache_folder
            Where the finished index is kept, by digest of all input: a second call with the same input only loads it.
        progress
            Told the files read.

        Raises
        ------
        InvalidInputError
            Names file, field, rule and value.
        """
        paths = [path] if isinstance(path, (str, PurePath)) else list(path)
        if not paths:
            raise InvalidInputError("path", "must name at least one file", 0)
        key = None
        if cache_folder is not None:
            options = (
                projected_crs("crs", crs).to_wkt() if crs is not None else "",
                bbox_m,
                height_column,
                storeys_column,
                id_column,
                missing_height,
            )
            key = city_cache.digest(paths, repr(options), ground)
            cached = city_cache.load(cache_folder, key)
            if cached is not None:
                progress("stage.read_buildings", len(paths), len(paths))
                return cls(**cached, ground=ground, vegetation=vegetation)

        def read(one: Path | str) -> Footprints:
            return read_footprints(
                one,
                crs=crs,
                bbox_m=bbox_m,
                height_column=height_column,
                storeys_column=storeys_column,
                id_column=id_column,
                missing_height=missing_height,
            )

        parts = []
        for part in map_in_threads(read, paths):
            parts.append(part)
            progress("stage.read_buildings", len(parts), len(paths))
        footprints = parts[0] if len(parts) == 1 else concatenate(parts)
        city = cls.from_footprints(footprints, ground=ground, vegetation=vegetation)
        if cache_folder is not None and key is not None:
            city_cache.save(cache_folder, key, city)
        return city

    def building_at(self, xy_m: ArrayLike) -> IndexArray:
        """
        Return the building around each point, the one with the highest roof where several overlap, -1 outdoors.

        Parameters
        ----------
        xy_m
            Points [m], shape (n, 2).
        """
        return self.outlines.at(finite_floats("xy_m", xy_m, shape=(None, 2)), self.roof_m)

    def is_outdoor(self, xy_m: ArrayLike) -> BoolArray:
        """Return which points [m] (n, 2) lie outside every building, shape (n,)."""
        is_out: BoolArray = self.building_at(xy_m) < 0
        return is_out

    def indoor_mask(self, x_m: float, y_m: float, cell_m: float, n_columns: int, n_rows: int) -> BoolArray:
        """
        Return which points of a lattice lie inside a building.

        Parameters
        ----------
        x_m, y_m
            First (lower left) point [m].
        cell_m
            Distance between points [m].

        Returns
        -------
        is_indoor
            Shape (n_rows, n_columns), row 0 at the bottom.
        """
        return self.outlines.inside(x_m, y_m, cell_m, n_columns, n_rows)

    def roof_above_ground_m(self, xy_m: ArrayLike) -> FloatArray:
        """Return the height of the roof over the ground at each point [m], 0 outdoors, shape (n,)."""
        points = finite_floats("xy_m", xy_m, shape=(None, 2))
        building = self.building_at(points)
        if not len(self):
            return np.zeros(len(points))
        return np.where(building >= 0, self.roof_m[building] - self.ground_at(points), 0.0)

    def ground_at(self, xy_m: FloatArray) -> FloatArray:
        """Return the elevation of the ground under points [m] (n, 2), 0 on flat ground, shape (n,)."""
        return np.zeros(len(xy_m)) if self.ground is None else self.ground.at(xy_m)

    def visible(self, observers_xyz_m: ArrayLike, targets_xyz_m: ArrayLike) -> BoolArray:
        """
        Return which targets each observer sees past walls, roofs and ground.

        A ray is blocked where it crosses a wall below the wall's top, or runs below the ground. A point inside a building
        and below its roof sees nothing and is seen by nothing; on or above the roof it is free, so that a rooftop antenna
        looks over its own building as far as the roof's edge lets it.

        Parameters
        ----------
        observers_xyz_m, targets_xyz_m
            Positions in the plane of ``crs``, z above ground [m], shapes (n, 3) and (m, 3).

        Returns
        -------
        is_visible
            Shape (n, m).

        Raises
        ------
        InvalidInputError
            Wrong shapes, or values that are not finite.
        """
        observers = finite_floats("observers_xyz_m", observers_xyz_m, shape=(None, 3))
        targets = finite_floats("targets_xyz_m", targets_xyz_m, shape=(None, 3))
        observers_mm, targets_mm = self.to_mm(observers), self.to_mm(targets)
        is_visible = np.empty((len(observers), len(targets)), dtype=np.bool_)
        n_chunks = max(1, min(len(observers), 4 * n_threads(), len(observers) * len(targets) // _RAYS_PER_CHUNK))
        chunks = np.array_split(np.arange(len(observers)), n_chunks)
        for rows, seen in zip(
            chunks,
            map_in_threads(lambda rows: see(observers_mm[rows], targets_mm, *self.walls.arguments, *self.ground_arguments), chunks),
            strict=True,
        ):
            is_visible[rows] = seen
        is_visible[self.is_under_roof(observers), :] = False
        is_visible[:, self.is_under_roof(targets)] = False
        return is_visible

    def fresnel_clearance(self, observers_xyz_m: ArrayLike, targets_xyz_m: ArrayLike, *, frequency_ghz: float) -> FloatArray:
        """
        Return the first obstruction's clearance as a share of the first Fresnel radius: 0 blocked on the axis, 1 clear.

        The obstruction is the wall whose nearest point lies in the lowest Fresnel zone number n; the share is the square
        root of n. Walls count, not the faces of roofs nor the ground.

        Parameters
        ----------
        observers_xyz_m, targets_xyz_m
            Positions in the plane of ``crs``, z above ground [m], shapes (n, 3) and (m, 3).
        frequency_ghz
            Carrier frequency [GHz], > 0.

        Returns
        -------
        share
            Shape (n, m), in [0, 1].

        References
        ----------
        ITU-R P.526-15, section 2.1 (Fresnel ellipsoids).
        """
        if not (np.isfinite(frequency_ghz) and frequency_ghz > 0):
            raise InvalidInputError("frequency_ghz", "must be > 0", frequency_ghz)
        observers = finite_floats("observers_xyz_m", observers_xyz_m, shape=(None, 3))
        targets = finite_floats("targets_xyz_m", targets_xyz_m, shape=(None, 3))
        observers_mm, targets_mm = self.to_mm(observers), self.to_mm(targets)
        foot_mm = min([0.0, *observers_mm[:, 2], *targets_mm[:, 2]]) - 1000.0
        half_wave_mm = _SPEED_OF_LIGHT_M_GHZ / frequency_ghz * 500.0
        share = fresnel_shares(observers_mm, targets_mm, half_wave_mm, foot_mm, *self.walls.arguments)
        return np.where(self.visible(observers, targets), share, 0.0)

    def is_under_roof(self, xyz_m: FloatArray) -> BoolArray:
        """Return which points, z above ground [m] (n, 3), lie inside a building and below its roof, shape (n,)."""
        building = self.building_at(xyz_m[:, :2])
        elevation_mm = self.to_mm(xyz_m)[:, 2]
        is_under: BoolArray = (building >= 0) & (elevation_mm < np.rint(self.roof_m[building] * 1000.0)) if len(self) else building >= 0
        return is_under

    def to_mm(self, xyz_m: FloatArray) -> FloatArray:
        """Return positions, z above ground [m] (n, 3), as whole millimetres from the outlines' origin and the datum."""
        z_mm = np.rint((xyz_m[:, 2] + self.ground_at(xyz_m[:, :2])) * 1000.0)
        return np.column_stack((self.outlines.to_mm(xyz_m[:, :2]), z_mm))

    @cached_property
    def ground_arguments(self) -> tuple[FloatArray, float, FloatArray]:
        """The ground as the kernels take it: posts [mm], their distance [mm], the first one's place from the origin [mm]."""
        if self.ground is None:
            return _NO_GROUND, 1.0, np.zeros(2)
        return self.ground.elevation_m * 1000.0, self.ground.post_m * 1000.0, self.outlines.to_mm(self.ground.origin_m)


def _lowest_ground(footprints: Footprints, ground: Ground) -> FloatArray:
    """Return the lowest ground along each building's outline [m], shape (n,)."""
    first_ring = np.searchsorted(footprints.ring_building, np.arange(len(footprints)))
    return np.minimum.reduceat(ground.at(footprints.xy_m), footprints.ring_start[first_ring])
