"""Coverage straight from the rays: who serves which cell, in chunks over all cores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.candidates import Candidates
from siting.city import City
from siting.coverage import CoverageMatrix
from siting.cpus import map_in_threads
from siting.demand import DemandGrid
from siting.errors import InvalidInputError, OutOfRangeError
from siting.kernels.cover import rays_to_cells
from siting.progress import Progress, no_progress
from siting.radio import Extrapolation, RadioParams, extrapolations, is_served, received_power_dbm

_PAIRS_PER_CHUNK = 1_000_000
_CANDIDATES_PER_CHUNK = 256


def build_coverage(
    city: City, candidates: Candidates, demand: DemandGrid, radio: RadioParams, *, progress: Progress = no_progress
) -> CoverageMatrix:
    """
    Trace a ray from every candidate to every cell in range and keep the pairs that are served.

    Where the band needs line of sight, a pair counts if the ray is clear and the received power reaches the threshold;
    else the path-loss model decides, with line of sight or without as the city says. Terminals stand at
    ``radio.user_height_m`` in the centres of the cells.

    Parameters
    ----------
    city, candidates, demand
        In one CRS.
    radio
        Band, power, threshold, range.
    progress
        Told the candidates done, as stage ``stage.rays``.

    Returns
    -------
    CoverageMatrix
        One row per candidate, in their order.

    Raises
    ------
    InvalidInputError
        Different CRS; a candidate inside a building and below its roof, or farther from the city than the range; a height
        for which the path-loss model does not hold.
    """
    for field, crs in (("candidates.crs", candidates.crs), ("demand.crs", demand.crs)):
        if crs != city.crs:
            raise InvalidInputError(field, f"must be the city's {city.crs.to_string()}", crs.to_string())
    _check_positions(city, candidates, radio.max_range_m)
    extrapolated = _extrapolations(radio, candidates)
    task = _Task.prepare(city, candidates, demand, radio)
    order = _spatial_order(task.observers_mm, radio.max_range_m * 1000.0)
    cells_in_range = min(len(demand), int(np.pi * (radio.max_range_m / demand.cell_m + 2.0) ** 2))
    size = max(1, min(_CANDIDATES_PER_CHUNK, _PAIRS_PER_CHUNK // max(cells_in_range, 1)))
    chunks = [order[i : i + size] for i in range(0, len(order), size)]
    n_served = np.zeros(len(candidates), dtype=np.int64)
    served_cells, n_rays, done = [], 0, 0
    progress("stage.rays", 0, len(order))
    for rows, (counts, cells, rays) in zip(chunks, map_in_threads(lambda rows: task.run(rows, cells_in_range), chunks), strict=True):
        n_served[rows] = counts
        served_cells.append(cells)
        n_rays += rays
        done += len(rows)
        progress("stage.rays", done, len(order))
    start = np.concatenate(([0], np.cumsum(n_served)))
    all_cells = np.empty(start[-1], dtype=np.int32)
    for rows, cells in zip(chunks, served_cells, strict=True):
        counts = n_served[rows]
        within = np.arange(len(cells)) - np.repeat(np.cumsum(counts) - counts, counts)
        all_cells[np.repeat(start[rows], counts) + within] = cells
    return CoverageMatrix(
        candidate_ids=candidates.ids,
        n_cells=len(demand),
        start=start,
        cells=all_cells,
        band=radio.band,
        n_rays=n_rays,
        extrapolations=tuple(str(one) for one in extrapolated),
    )


def _check_positions(city: City, candidates: Candidates, max_range_m: float) -> None:
    """Refuse candidates that stand inside a building, or where no building is known."""
    is_under = city.is_under_roof(candidates.xyz_m)
    if is_under.any():
        row = int(np.argmax(is_under))
        roof_m = float(city.roof_above_ground_m(candidates.xyz_m[row : row + 1, :2])[0])
        raise InvalidInputError(
            f"candidates.xyz_m of {candidates.ids[row]!r}",
            f"must be outdoors or not below the roof at {roof_m:.1f} m",
            candidates.xyz_m[row].tolist(),
        )
    low, high = city.outlines.origin_m - max_range_m, city.outlines.origin_m + city.outlines.size_mm / 1000.0 + max_range_m
    is_far = ((candidates.xyz_m[:, :2] < low) | (candidates.xyz_m[:, :2] > high)).any(axis=1)
    if is_far.any():
        row = int(np.argmax(is_far))
        raise InvalidInputError(
            f"candidates.xyz_m of {candidates.ids[row]!r}",
            f"must lie within {max_range_m:g} m of the city ({low.tolist()} to {high.tolist()})",
            candidates.xyz_m[row].tolist(),
        )


def _extrapolations(radio: RadioParams, candidates: Candidates) -> tuple[Extrapolation, ...]:
    """Return where the models are stretched, naming the candidate for whose height they do not hold at all."""
    heights_m = candidates.xyz_m[:, 2]
    try:
        return extrapolations(radio, base_height_m=heights_m)
    except OutOfRangeError as error:
        rows = np.flatnonzero(heights_m == error.value)
        if error.field != "base_height_m" or not len(rows):
            raise
        raise InvalidInputError(f"antenna height of {candidates.ids[rows[0]]!r}", error.rule, error.value) from None


def _spatial_order(observers_mm: FloatArray, tile_mm: float) -> IntArray:
    """Return the candidates tile by tile, so that neighbours share what is in the processor's caches."""
    column, row = np.floor(observers_mm[:, 0] / tile_mm), np.floor(observers_mm[:, 1] / tile_mm)
    return np.lexsort((observers_mm[:, 0], column, row)).astype(np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Task:
    """What every chunk shares."""

    city: City
    candidates: Candidates
    radio: RadioParams
    observers_mm: FloatArray
    cell_xyz_m: FloatArray
    cell_column: IndexArray
    cell_z_mm: FloatArray
    row_start: IntArray
    first_row: int
    cell_mm: float
    lattice_mm: FloatArray

    @classmethod
    def prepare(cls, city: City, candidates: Candidates, demand: DemandGrid, radio: RadioParams) -> _Task:
        rows = demand.column_row[:, 1]
        first_row, last_row = (int(rows[0]), int(rows[-1])) if len(rows) else (0, 0)
        cell_xyz_m = np.column_stack((demand.xy_m, np.full(len(demand), radio.user_height_m)))
        return cls(
            city=city,
            candidates=candidates,
            radio=radio,
            observers_mm=city.to_mm(candidates.xyz_m),
            cell_xyz_m=cell_xyz_m,
            cell_column=np.array(demand.column_row[:, 0]),
            cell_z_mm=np.rint((cell_xyz_m[:, 2] + city.ground_at(cell_xyz_m[:, :2])) * 1000.0),
            row_start=np.searchsorted(rows, np.arange(first_row, last_row + 2)).astype(np.int64),
            first_row=first_row,
            cell_mm=demand.cell_m * 1000.0,
            lattice_mm=-city.outlines.origin_m * 1000.0,
        )

    def run(self, rows: IntArray, cells_in_range: int) -> tuple[IntArray, IndexArray, int]:
        """Return the number of cells each of the candidates serves, these cells one after the other, and the rays traced."""
        pair_start = np.zeros(len(rows) + 1, dtype=np.int64)
        pair_cell = np.empty(len(rows) * cells_in_range, dtype=np.int32)
        pair_is_clear = np.empty(len(pair_cell), dtype=np.bool_)
        n_rays = rays_to_cells(
            self.observers_mm[rows],
            self.radio.max_range_m * 1000.0,
            self.cell_column,
            self.cell_z_mm,
            self.row_start,
            self.first_row,
            self.cell_mm,
            self.lattice_mm,
            not self.radio.requires_line_of_sight,
            *self.city.walls.arguments,
            *self.city.ground_arguments,
            pair_start,
            pair_cell,
            pair_is_clear,
        )
        n_pairs = pair_start[-1]
        cells, counts = pair_cell[:n_pairs], np.diff(pair_start)
        observer = np.repeat(np.arange(len(rows)), counts)
        is_in_service = self._is_served(rows, observer, cells, pair_is_clear[:n_pairs])
        return np.bincount(observer[is_in_service], minlength=len(rows)), cells[is_in_service], n_rays

    def _is_served(self, rows: IntArray, observer: IntArray, cells: IndexArray, is_clear: BoolArray) -> BoolArray:
        """Return which pairs are strong enough, shape (n_pairs,)."""
        antennas = self.candidates.xyz_m[rows]
        dx, dy = (self.cell_xyz_m[cells, :2] - antennas[observer, :2]).T
        azimuth = self.candidates.azimuth_deg[rows]
        offset: FloatArray | float = np.nan
        if not np.isnan(azimuth).all():
            offset = np.degrees(np.arctan2(dx, dy)) - azimuth[observer]
        depth: FloatArray | float = 0.0
        if self.city.vegetation is not None:
            depth = self.city.vegetation.depths_m(antennas, self.cell_xyz_m, observer.astype(np.int32), cells)
        power_dbm = received_power_dbm(
            self.radio,
            distance_2d_m=np.hypot(dx, dy),
            base_height_m=antennas[observer, 2],
            is_line_of_sight=is_clear,
            azimuth_offset_deg=offset,
            vegetation_depth_m=depth,
        )
        return is_served(self.radio, power_dbm, is_clear)
