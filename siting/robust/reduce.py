"""The robust problem made small: what fixed sites do on average is taken out, cells with the same candidates are merged."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.errors import InvalidInputError
from siting.kernels.presolve import sum_groups
from siting.kernels.robust_pattern import RobustPattern
from siting.problem import SitingProblem
from siting.solver.cell_merge import merge_cells
from siting.solver.presolve import common_unit

_PLAIN = "robust plans know max_sites, budget_yen, fixed and forbidden only"
_NEARLY_CERTAIN = 1e-9
"""A smaller probability of refusal counts as none in the search; values and bounds are computed with the true one."""

_ROUNDING = 2.0**-50


@dataclass(frozen=True, kw_only=True, eq=False)
class ReducedRobust:
    """
    What is left to decide: rows are candidates that may be refused, columns are groups of cells.

    A group of weight w of which open rows with rates p_i serve it is worth ``w * (1 - prod_i (1 - p_i))``. What fixed sites
    serve with rate p leaves the share 1 - p of the weight to the others.

    Attributes
    ----------
    row_start, row_groups, column_start, column_rows
        The pattern by row and by column.
    weight
        Weight of each group that the fixed sites leave on average, in ``unit``, > 0.
    rate
        Probability that each row is permitted, in (0, 1].
    cost_yen
        Cost of each row; zero where no budget is set.
    max_rows
        Most rows that may be opened.
    budget_yen
        Most yen that the opened rows may cost together; ``None`` for no limit.
    base_weight
        Weight that the fixed sites cover on average, in ``unit``.
    unit
        Demand weight that ``weight`` counts.
    is_integral
        All weights are whole numbers of units and all rates are 1: all sums are exact.
    excess
        No true weight exceeds the one given here by more than this share of it.
    candidate
        Position of each row in the coverage.
    """

    row_start: IntArray
    row_groups: IndexArray
    column_start: IntArray
    column_rows: IndexArray
    weight: FloatArray
    rate: FloatArray
    cost_yen: IntArray
    max_rows: int
    budget_yen: int | None
    base_weight: float
    unit: float
    is_integral: bool
    excess: float
    candidate: IntArray

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.candidate)

    @property
    def n_groups(self) -> int:
        """Number of groups of cells."""
        return len(self.weight)

    @property
    def open_weight(self) -> float:
        """Weight of all groups together."""
        return math.fsum(self.weight)

    @property
    def pattern(self) -> RobustPattern:
        """The arrays and limits as the kernels read them."""
        return RobustPattern(
            start=self.row_start,
            groups=self.row_groups,
            column_start=self.column_start,
            column_rows=self.column_rows,
            weight=self.weight,
            rate=self.rate,
            miss=1.0 - self.rate,
            cost=self.cost_yen,
            max_rows=self.max_rows,
            budget=-1 if self.budget_yen is None else self.budget_yen,
        )

    @property
    def search_pattern(self) -> RobustPattern:
        """The pattern with rows that are nearly certain taken as certain: a search that divides by ``miss`` stays exact."""
        pattern = self.pattern
        return pattern._replace(miss=np.where(pattern.miss < _NEARLY_CERTAIN, 0.0, pattern.miss))

    def expected(self, rows: IndexArray) -> float:
        """Return the weight that the rows cover on average together with the fixed sites, in ``unit``."""
        served = np.zeros(self.n_groups)
        for row in rows.tolist():
            groups = self.row_groups[self.row_start[row] : self.row_start[row + 1]]
            served[groups] += self.rate[row] * (1.0 - served[groups])
        return math.fsum((self.base_weight, math.fsum(self.weight * served)))


def check_is_plain(problem: SitingProblem) -> None:
    """
    Refuse a problem with rules that robust plans do not know.

    Raises
    ------
    InvalidInputError
        Names the first such rule.
    """
    if problem.goal != "coverage":
        raise InvalidInputError("goal", f"must be 'coverage': {_PLAIN}", problem.goal)
    for field in ("quotas", "either_or", "only_with", "targets", "facilities"):
        if given := getattr(problem, field):
            raise InvalidInputError(field, f"must be empty: {_PLAIN}", given)
    for field in ("minimum_spacing_m", "sharing"):
        if (given := getattr(problem, field)) is not None:
            raise InvalidInputError(field, f"must be None: {_PLAIN}", given)
    if problem.servers_needed != 1:
        raise InvalidInputError("servers_needed", f"must be 1: {_PLAIN}", problem.servers_needed)
    if problem.backup_share != 0:
        raise InvalidInputError("backup_share", f"must be 0: {_PLAIN}", problem.backup_share)


def missing_weights(problem: SitingProblem, rate: FloatArray, rows: IntArray) -> FloatArray:
    """Return the probability that none of the rows serves each cell, shape (m,)."""
    missing = np.ones(problem.coverage.n_cells)
    for row in rows.tolist():
        missing[problem.coverage.cells_of(row)] *= 1.0 - rate[row]
    return missing


def expected_weight(problem: SitingProblem, rate: FloatArray, rows: IntArray) -> float:
    """Return the weight that the rows cover on average; small rates lose no digits."""
    served = np.zeros(problem.coverage.n_cells)
    for row in rows.tolist():
        cells = problem.coverage.cells_of(row)
        served[cells] += rate[row] * (1.0 - served[cells])
    return math.fsum(problem.demand.weight * served)


def reduce_robustly(problem: SitingProblem, rate: FloatArray) -> ReducedRobust:
    """
    Reduce a problem to the rows and groups that matter.

    Dropped: cells without weight, out of reach or certain to be covered; candidates that are forbidden, dearer than the
    budget, useless or never permitted. Candidates that another one dominates stay: they are worth having as a second server.

    Parameters
    ----------
    problem
        The problem.
    rate
        Probability that each candidate is permitted, in [0, 1], shape (n,).
    """
    coverage = problem.coverage
    fixed = problem.positions(problem.fixed)
    weight = problem.demand.weight * missing_weights(problem, rate, fixed)
    is_live = _live(problem, rate)
    unit = _exact_unit(problem, rate, is_live)
    scale = 1.0 if unit is None else unit
    merged = merge_cells(coverage.start, coverage.cells, is_live=is_live, is_kept=weight > 0)
    candidate = np.flatnonzero(np.diff(merged.row_start) > 0)
    merged = merged.only(candidate)
    has_budget = problem.budget_yen is not None
    return ReducedRobust(
        row_start=merged.row_start,
        row_groups=merged.row_groups,
        column_start=merged.column_start,
        column_rows=merged.column_rows,
        weight=sum_groups(merged.cell_group, weight / scale, len(merged.column_start) - 1),
        rate=rate[candidate],
        cost_yen=problem.cost_yen[candidate] if has_budget else np.zeros(len(candidate), dtype=np.int64),
        max_rows=len(candidate) if problem.max_sites is None else min(problem.max_sites - len(fixed), len(candidate)),
        budget_yen=problem.spendable_yen,
        base_weight=expected_weight(problem, rate, fixed) / scale,
        unit=scale,
        is_integral=unit is not None,
        excess=0.0 if unit is not None else _ROUNDING * (8 + len(fixed)),
        candidate=candidate,
    )


def _live(problem: SitingProblem, rate: FloatArray) -> BoolArray:
    """Mark the candidates that may be opened and permitted."""
    is_live = rate > 0
    is_live[problem.positions(problem.fixed + problem.forbidden)] = False
    return is_live if problem.spendable_yen is None else is_live & (problem.cost_yen <= problem.spendable_yen)


def _exact_unit(problem: SitingProblem, rate: FloatArray, is_live: BoolArray) -> float | None:
    """Return the unit of which all sums are exact multiples: there is one only where every rate is 0 or 1."""
    counts = is_live.copy()
    counts[problem.positions(problem.fixed)] = True
    weight = problem.demand.weight[problem.demand.weight > 0]
    if (rate[counts] % 1.0 != 0).any() or not len(weight):
        return None
    return common_unit(weight)
