"""A small street grid with a plan, made without any solver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS

from siting.arrays import BoolArray
from siting.candidates import Candidates
from siting.coverage import CoverageMatrix
from siting.demand import DemandGrid
from siting.evaluate import Kpis, evaluate
from siting.plan import Plan

PLANE = CRS.from_epsg(6677)
CELL_M = 10.0
WEST, SOUTH = -1230, -3800  # lattice position of the lower left cell, in Shibuya
BLOCK, STREET, REACH = 8, 2, 17


@dataclass(frozen=True, kw_only=True)
class District:
    demand: DemandGrid
    candidates: Candidates
    coverage: CoverageMatrix
    plan: Plan
    kpis: Kpis
    zones: Mapping[str, shapely.Polygon]

    def indoor_mask(self, x_m: float, y_m: float, cell_m: float, n_columns: int, n_rows: int) -> BoolArray:
        """Blocks between the streets, 2 m back from them."""
        column = (x_m + np.arange(n_columns) * cell_m) / CELL_M - WEST
        row = (y_m + np.arange(n_rows) * cell_m) / CELL_M - SOUTH
        is_block_x = (column > 0) & (column < 60) & (column % BLOCK > STREET + 0.2) & (column % BLOCK < BLOCK - 0.2)
        is_block_y = (row > 0) & (row < 48) & (row % BLOCK > STREET + 0.2) & (row % BLOCK < BLOCK - 0.2)
        return is_block_y[:, np.newaxis] & is_block_x[np.newaxis, :]


def make_district(*, names: Callable[[int], str] = lambda i: f"街路灯 {i}", n_sites: int = 12, spread: int = 4) -> District:
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(60), np.arange(48)))
    is_street = (column % BLOCK < STREET) | (row % BLOCK < STREET)
    column, row = column[is_street], row[is_street]
    west_half = np.flatnonzero(column < 30).astype(np.int32)
    east_half = np.flatnonzero(column >= 30).astype(np.int32)
    demand = DemandGrid(
        column_row=np.column_stack([column + WEST, row + SOUTH]).astype(np.int32),
        cell_m=CELL_M,
        crs=PLANE,
        weight=np.full(len(column), CELL_M**2),
        unit="m2",
        groups={"西地区": west_half, "東地区": east_half},
    )
    poles = [(c, r) for c in range(0, 60, spread) for r in range(0, 48, spread) if c % BLOCK < STREET or r % BLOCK < STREET]
    cells = []
    for c, r in poles:
        along_x = (r % BLOCK < STREET) & (row // BLOCK == r // BLOCK) & (row % BLOCK < STREET) & (abs(column - c) <= REACH)
        along_y = (c % BLOCK < STREET) & (column // BLOCK == c // BLOCK) & (column % BLOCK < STREET) & (abs(row - r) <= REACH)
        cells.append(np.flatnonzero(along_x | along_y).astype(np.int32))
    ids = tuple(f"p{i}" for i in range(len(poles)))
    coverage = CoverageMatrix(
        candidate_ids=ids,
        n_cells=len(demand),
        start=np.concatenate([[0], np.cumsum([len(one) for one in cells])]).astype(np.int64),
        cells=np.concatenate(cells),
        band="28 GHz",
    )
    candidates = Candidates.from_points(
        [((c + WEST + 0.5) * CELL_M, (r + SOUTH + 0.5) * CELL_M, 8.0) for c, r in poles],
        crs=PLANE,
        ids=ids,
        cost_yen=1_200_000,
        owner_class=["metropolitan" if i % 3 else "municipal" for i in range(len(poles))],
        asset_type=["streetlight" if i % 5 else "signal" for i in range(len(poles))],
        name=[names(i) for i in range(len(poles))],
        is_synthetic=True,
    )
    plan = _greedy(coverage, demand, n_sites)
    x, y = WEST * CELL_M, SOUTH * CELL_M
    zones = {"西地区": shapely.box(x, y, x + 300, y + 480), "東地区": shapely.box(x + 300, y, x + 600, y + 480)}
    return District(demand=demand, candidates=candidates, coverage=coverage, plan=plan, kpis=evaluate(plan, coverage, demand), zones=zones)


def _greedy(coverage: CoverageMatrix, demand: DemandGrid, n_sites: int) -> Plan:
    is_covered = np.zeros(len(demand), dtype=np.bool_)
    chosen, gains = [], []
    for _ in range(n_sites):
        gain = [demand.weight[cells[~is_covered[cells]]].sum() for cells in map(coverage.cells_of, range(coverage.n_candidates))]
        best = max((i for i, one in enumerate(coverage.candidate_ids) if one not in chosen), key=gain.__getitem__)
        chosen.append(coverage.candidate_ids[best])
        gains.append(float(gain[best]))
        is_covered[coverage.cells_of(best)] = True
    return Plan(
        chosen=tuple(chosen),
        marginal_weight=tuple(gains),
        objective=sum(gains),
        covered_weight=sum(gains),
        total_weight=demand.total_weight,
        reachable_weight=float(demand.weight[np.unique(coverage.cells)].sum()),
        upper_bound=min(demand.total_weight, 1.004 * sum(gains)),
        status="feasible",
        stopped_by="work_limit",
        limited_by="max_sites",
        cost_yen=n_sites * 1_200_000,
        seed=7,
        runtime_s=1.5,
    )
