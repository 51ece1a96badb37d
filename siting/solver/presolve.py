"""Make the problem smaller without changing its answer."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.kernels.pattern import Pattern, covered_by
from siting.kernels.presolve import find_dominated, sum_groups
from siting.problem import SitingProblem
from siting.solver.cell_merge import MergedRows, merge_cells

_LARGEST_SUM = 2.0**45
"""Weights count as multiples of a unit when all of them together are fewer units: their sums are then exact."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ReducedProblem:
    """
    What is left to decide: rows are candidates, columns are groups of cells with the same candidates.

    Attributes
    ----------
    row_start, row_groups
        Compressed rows: row i serves the groups ``row_groups[row_start[i]:row_start[i + 1]]``, rising.
    column_start, column_rows
        The same pattern by column.
    weight
        Weight of each group, in ``unit``, > 0.
    cost_yen
        Cost of each row; zero where no budget is set.
    max_rows
        Most rows that may be opened.
    budget_yen
        Most yen that the opened rows may cost together; ``None`` for no limit.
    unit
        Demand weight that ``weight`` counts.
    is_integral
        All weights are whole numbers of units, and so is every sum of them: floating-point sums are exact.
    base_weight
        Weight of the cells that the fixed sites cover, in ``unit``.
    open_weight
        Weight of all groups together, in ``unit``, correctly rounded.
    reachable_weight
        Weight of the cells that fixed sites and allowed candidates serve, in ``unit``.
    candidate
        Position of each row in the coverage it came from.
    cell_group
        Group of each cell of the coverage; -1 for cells that decide nothing.
    n_dominated
        Candidates dropped because another one serves all of their cells for no more yen.
    """

    row_start: IntArray
    row_groups: IndexArray
    column_start: IntArray
    column_rows: IndexArray
    weight: FloatArray
    cost_yen: IntArray
    max_rows: int
    budget_yen: int | None
    unit: float
    is_integral: bool
    base_weight: float
    open_weight: float
    reachable_weight: float
    candidate: IntArray
    cell_group: IndexArray
    n_dominated: int

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.candidate)

    @property
    def n_groups(self) -> int:
        """Number of groups of cells."""
        return len(self.weight)

    @property
    def pattern(self) -> Pattern:
        """The arrays and limits as the kernels read them."""
        return Pattern(
            start=self.row_start,
            groups=self.row_groups,
            column_start=self.column_start,
            column_rows=self.column_rows,
            weight=self.weight,
            cost=self.cost_yen,
            max_rows=self.max_rows,
            budget=-1 if self.budget_yen is None else self.budget_yen,
        )

    def groups_of(self, row: int) -> IndexArray:
        """Return the groups that one row serves."""
        return self.row_groups[self.row_start[row] : self.row_start[row + 1]]

    def rows_serving(self, group: int) -> IndexArray:
        """Return the rows that serve one group."""
        return self.column_rows[self.column_start[group] : self.column_start[group + 1]]

    def served(self, share: FloatArray) -> FloatArray:
        """Return how much is open, of rows that are open to some share, for each group, shape (m,)."""
        shares = np.repeat(share, np.diff(self.row_start))
        return np.asarray(np.bincount(self.row_groups, weights=shares, minlength=self.n_groups), dtype=np.float64)

    def count_servers(self, rows: IntArray | IndexArray) -> IntArray:
        """Return how many of some rows serve each group, shape (m,)."""
        count = np.zeros(self.n_groups, dtype=np.int64)
        for row in rows.tolist():
            count[self.groups_of(row)] += 1
        return count

    def covered(self, rows: IntArray | IndexArray) -> float:
        """Return the weight that the rows cover together with the fixed sites, in ``unit``."""
        if self.is_integral:  # every sum is exact
            return self.base_weight + float(covered_by(self.pattern, rows.astype(np.int32)))
        is_covered = np.zeros(self.n_groups, dtype=np.bool_)  # counting servers would take half as long again
        for row in rows.tolist():
            is_covered[self.groups_of(row)] = True
        return math.fsum((self.base_weight, math.fsum(self.weight[is_covered])))

    def rows_of(self, candidates: IntArray) -> IndexArray:
        """Return the rows of some candidates, -1 for those that have none."""
        at = np.searchsorted(self.candidate, candidates)
        is_row = at < self.n_rows
        is_row[is_row] = self.candidate[at[is_row]] == candidates[is_row]
        return np.where(is_row, at, -1).astype(np.int32)


def common_unit(weight: FloatArray) -> float | None:
    """
    Return the largest value of which all weights are exact multiples.

    Remainders of floating-point numbers are exact, so Euclid's algorithm is too.

    Parameters
    ----------
    weight
        Positive weights, shape (m,), m >= 1.

    Returns
    -------
    float or None
        ``None`` when the weights together are so many units that their sums would not be exact.
    """
    floor = float(weight.sum()) / _LARGEST_SUM
    unit = float(weight.min())
    while unit >= floor:
        rest = np.fmod(weight, unit)
        rest = rest[rest > 0][:64]
        if not len(rest):
            return unit
        for one in rest.tolist():
            larger, smaller = unit, one
            while smaller > 0:
                larger, smaller = smaller, math.fmod(larger, smaller)
            unit = larger
    return None


def presolve(problem: SitingProblem, *, keeps_dominated: bool = False) -> ReducedProblem:
    """
    Reduce a problem to the rows and groups of cells that matter.

    Dropped: cells without weight, out of reach, or covered by a fixed site; candidates that are forbidden, dearer than the
    budget, useless, or dominated by another one; cells with identical candidates are merged. The best plans of the reduced
    problem are best plans of the whole.

    Parameters
    ----------
    problem
        The problem; of its rules only ``max_sites``, ``budget_yen``, ``fixed`` and ``forbidden`` are looked at.
    keeps_dominated
        Keep the dominated candidates, to speak of them as well.
    """
    coverage, weight = problem.coverage, problem.demand.weight
    is_fixed = np.zeros(coverage.n_candidates, dtype=np.bool_)
    is_fixed[problem.positions(problem.fixed)] = True
    is_allowed = ~is_fixed
    is_allowed[problem.positions(problem.forbidden)] = False
    is_base = _served(problem, is_fixed) & (weight > 0)
    is_reachable = (_served(problem, is_allowed) & (weight > 0)) | is_base
    unit = common_unit(weight[is_reachable]) if is_reachable.any() else None
    scaled = weight if unit is None else weight / unit
    is_live = is_allowed if problem.spendable_yen is None else is_allowed & (problem.cost_yen <= problem.spendable_yen)
    first = merge_cells(coverage.start, coverage.cells, is_live=is_live, is_kept=is_reachable & ~is_base)
    serves = np.diff(first.row_start) > 0
    is_dominated = np.zeros_like(serves) if keeps_dominated else _dominated(first, problem)
    is_kept = serves & ~is_dominated
    every_group = np.ones(len(first.column_start) - 1, dtype=np.bool_)
    candidate = np.flatnonzero(is_kept)
    second = merge_cells(first.row_start, first.row_groups, is_live=is_kept, is_kept=every_group).only(candidate)
    group = first.cell_group
    group[group >= 0] = second.cell_group[group[group >= 0]]
    has_budget = problem.budget_yen is not None
    return ReducedProblem(
        row_start=second.row_start,
        row_groups=second.row_groups,
        column_start=second.column_start,
        column_rows=second.column_rows,
        weight=sum_groups(group, scaled, len(second.column_start) - 1),
        cost_yen=problem.cost_yen[candidate] if has_budget else np.zeros(len(candidate), dtype=np.int64),
        max_rows=len(candidate) if problem.max_sites is None else min(problem.max_sites - len(problem.fixed), len(candidate)),
        budget_yen=problem.spendable_yen,
        unit=1.0 if unit is None else unit,
        is_integral=unit is not None,
        base_weight=math.fsum(scaled[is_base]),
        open_weight=math.fsum(scaled[group >= 0]),
        reachable_weight=math.fsum(scaled[is_reachable]),
        candidate=candidate,
        cell_group=group,
        n_dominated=int(is_dominated.sum()),
    )


def _served(problem: SitingProblem, is_row: BoolArray) -> BoolArray:
    """Mark the cells that the given rows serve."""
    is_served = np.zeros(problem.coverage.n_cells, dtype=np.bool_)
    is_served[problem.coverage.cells[np.repeat(is_row, np.diff(problem.coverage.start))]] = True
    return is_served


def _dominated(merged: MergedRows, problem: SitingProblem) -> BoolArray:
    """Mark the rows that another row makes needless."""
    n = problem.coverage.n_candidates
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(problem.cost_yen, kind="stable")] = np.arange(n)
    cost = np.zeros(n, dtype=np.int64) if problem.budget_yen is None else problem.cost_yen
    is_dominated: BoolArray = find_dominated(
        merged.row_start, merged.row_groups, merged.column_start, merged.column_rows, cost, rank, np.zeros_like(rank)
    )
    return is_dominated


def restrict(problem: ReducedProblem, rows: IntArray, *, beside: IndexArray | None = None) -> ReducedProblem:
    """
    Return the problem with some of its rows only, groups merged further.

    Parameters
    ----------
    problem
        The reduced problem.
    rows
        Rows to keep, rising. ``candidate`` of the result holds them.
    beside
        Other rows, which are open: what they cover counts no more, and the limits are what they leave.
    """
    is_kept = np.zeros(problem.n_rows, dtype=np.bool_)
    is_kept[rows] = True
    opened = np.zeros(0, dtype=np.int32) if beside is None else beside
    is_open_group = problem.count_servers(opened) == 0
    merged = merge_cells(problem.row_start, problem.row_groups, is_live=is_kept, is_kept=is_open_group).only(rows)
    return replace(
        problem,
        row_start=merged.row_start,
        row_groups=merged.row_groups,
        column_start=merged.column_start,
        column_rows=merged.column_rows,
        weight=sum_groups(merged.cell_group, problem.weight, len(merged.column_start) - 1),
        cost_yen=problem.cost_yen[rows],
        max_rows=min(problem.max_rows - len(opened), len(rows)),
        budget_yen=None if problem.budget_yen is None else problem.budget_yen - int(problem.cost_yen[opened].sum()),
        open_weight=math.fsum(problem.weight[merged.cell_group >= 0]),
        candidate=rows,
        cell_group=merged.cell_group,
        n_dominated=0,
    )
