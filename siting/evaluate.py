"""What a plan achieves, recomputed from the coverage matrix and never read from the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.arrays import BoolArray, IndexArray, IntArray
from siting.coverage import CoverageMatrix
from siting.demand import DemandGrid
from siting.errors import InvalidInputError, InvalidPlanError
from siting.plan import Plan
from siting.point_demand import PointDemand

_RELATIVE_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class GroupKpi:
    """
    How well one named group of cells is covered.

    Attributes
    ----------
    name
        Name of the group in the demand grid.
    n_cells
        Cells in the group.
    n_covered_cells
        Cells at least one chosen site serves.
    weight
        Weight of the group, in the unit of the demand grid.
    covered_weight
        Weight of the covered cells.
    reachable_weight
        Weight that all candidates together would cover.
    """

    name: str
    n_cells: int
    n_covered_cells: int
    weight: float
    covered_weight: float
    reachable_weight: float

    @property
    def share(self) -> float:
        """Covered share of the weight, in [0, 1]; 0 for a group without weight."""
        return self.covered_weight / self.weight if self.weight else 0.0

    @property
    def reachable_share(self) -> float:
        """Share of the weight that all candidates together would cover, in [0, 1]."""
        return self.reachable_weight / self.weight if self.weight else 0.0


@dataclass(frozen=True, kw_only=True)
class SiteKpi:
    """
    What one chosen site contributes.

    Attributes
    ----------
    id
        Candidate id.
    n_cells
        Cells it serves.
    weight
        Weight of those cells.
    marginal_weight
        Weight it adds to the sites before it in the plan; sums to the covered weight.
    only_weight
        Weight that no other chosen site covers: what is lost without it.
    """

    id: str
    n_cells: int
    weight: float
    marginal_weight: float
    only_weight: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Kpis:
    """
    Key figures of a plan.

    Attributes
    ----------
    unit
        Unit of every weight: ``"m2"``, ``"people"`` or ``"facilities"``.
    total
        All cells of the demand grid, as a group with an empty name.
    groups
        One entry per group, in the order of the demand grid.
    sites
        One entry per chosen site, in the order of the plan.
    n_servers
        How many chosen sites serve each cell, shape (m,).
    """

    unit: str
    total: GroupKpi
    groups: tuple[GroupKpi, ...]
    sites: tuple[SiteKpi, ...]
    n_servers: IntArray

    @property
    def share(self) -> float:
        """Covered share of all weight, in [0, 1]."""
        return self.total.share


def evaluate(plan: Plan, coverage: CoverageMatrix, demand: DemandGrid | PointDemand) -> Kpis:
    """
    Recompute what a plan covers.

    Parameters
    ----------
    plan
        The plan to check.
    coverage
        Who serves which cell.
    demand
        The cells, their weights and groups.

    Raises
    ------
    InvalidInputError
        Coverage and demand differ in their number of cells.
    InvalidPlanError
        The plan names an unknown site or one twice, or its covered weight differs from the recomputed one by more than 1e-9.
    """
    if coverage.n_cells != len(demand):
        raise InvalidInputError("coverage.n_cells", f"must equal the {len(demand)} cells of the demand grid", coverage.n_cells)
    rows = _rows(plan, coverage)
    n_servers = np.zeros(len(demand), dtype=np.int64)
    for row in rows:
        n_servers[coverage.cells_of(row)] += 1
    is_reachable = np.zeros(len(demand), dtype=np.bool_)
    is_reachable[coverage.cells] = True
    everything = np.arange(len(demand), dtype=np.int32)
    kpis = Kpis(
        unit=demand.unit,
        total=_group("", everything, demand, n_servers > 0, is_reachable),
        groups=tuple(_group(name, cells, demand, n_servers > 0, is_reachable) for name, cells in demand.groups.items()),
        sites=_sites(rows, plan, coverage, demand, n_servers),
        n_servers=n_servers,
    )
    n_servers.setflags(write=False)
    _check_objective(plan, kpis)
    return kpis


def _rows(plan: Plan, coverage: CoverageMatrix) -> list[int]:
    """Return the rows of the chosen sites."""
    position = {one: row for row, one in enumerate(coverage.candidate_ids)}
    unknown = [one for one in plan.chosen if one not in position]
    if unknown:
        raise InvalidPlanError(f"chosen must name candidates of the coverage, got {unknown[0]!r}")
    if len(set(plan.chosen)) < len(plan.chosen):
        raise InvalidPlanError("chosen must not name a site twice")
    return [position[one] for one in plan.chosen]


def _group(name: str, cells: IndexArray, demand: DemandGrid | PointDemand, is_covered: BoolArray, is_reachable: BoolArray) -> GroupKpi:
    weight = demand.weight[cells]
    return GroupKpi(
        name=name,
        n_cells=len(cells),
        n_covered_cells=int(is_covered[cells].sum()),
        weight=float(weight.sum()),
        covered_weight=float(weight[is_covered[cells]].sum()),
        reachable_weight=float(weight[is_reachable[cells]].sum()),
    )


def _sites(
    rows: list[int], plan: Plan, coverage: CoverageMatrix, demand: DemandGrid | PointDemand, n_servers: IntArray
) -> tuple[SiteKpi, ...]:
    is_taken = np.zeros(len(demand), dtype=np.bool_)
    sites = []
    for name, row in zip(plan.chosen, rows, strict=True):
        cells = coverage.cells_of(row)
        weight = demand.weight[cells]
        sites.append(
            SiteKpi(
                id=name,
                n_cells=len(cells),
                weight=float(weight.sum()),
                marginal_weight=float(weight[~is_taken[cells]].sum()),
                only_weight=float(weight[n_servers[cells] == 1].sum()),
            )
        )
        is_taken[cells] = True
    return tuple(sites)


def _check_objective(plan: Plan, kpis: Kpis) -> None:
    """Refuse a plan whose own figures are not what its sites cover."""
    pairs = [("covered_weight", plan.covered_weight, kpis.total.covered_weight), ("total_weight", plan.total_weight, kpis.total.weight)]
    for field, claimed, recomputed in pairs:
        if abs(claimed - recomputed) > _RELATIVE_TOLERANCE * max(abs(claimed), abs(recomputed)):
            raise InvalidPlanError(f"{field} must equal the recomputed {recomputed!r}, got {claimed!r}")
