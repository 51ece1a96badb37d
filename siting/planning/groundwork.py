"""What every question about one problem shares: cells that the same candidates serve, merged once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.coverage import CoverageMatrix
from siting.errors import InvalidInputError
from siting.kernels.presolve import sum_groups
from siting.plan import Plan, SolveParams, StoppedBy
from siting.point_demand import PointDemand
from siting.problem import SitingProblem
from siting.solver.cell_merge import merge_cells
from siting.solver.plan_build import build_plan
from siting.solver.presolve import ReducedProblem, presolve
from siting.solver.solution import Solution

_ROUNDING = 1.0 + 2.0**-48
"""What merged weights that are no multiples of a unit may be short of, at most, twice over."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was done for a plan: parameters, wall clock [s], counted work, and what ended it."""

    params: SolveParams
    runtime_s: float
    stopped_by: StoppedBy
    n_rounds: int = 1
    n_moves: int = 0
    n_steps: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Groundwork:
    """
    A plain problem whose cells are merged as if every candidate were allowed; see :func:`lay_groundwork`.

    Pinning and banning only ever make more cells alike, so the merged cells serve every question.

    Attributes
    ----------
    problem
        The problem as it was given; questions differ from it in their limits, fixed and forbidden sites alone.
    merged
        The same problem over groups of cells.
    """

    problem: SitingProblem
    merged: SitingProblem

    @property
    def weight(self) -> FloatArray:
        """Weight of each group, in demand weight, > 0."""
        return self.merged.demand.weight

    def reduce(self, question: SitingProblem) -> ReducedProblem:
        """
        Return the reduced problem of a question; its ``cell_group`` speaks of the groups.

        Raises
        ------
        InvalidInputError
            No candidate that is allowed or fixed serves any cell that has weight.
        """
        reduced = presolve(
            replace(
                self.merged,
                max_sites=question.max_sites,
                budget_yen=question.budget_yen,
                fixed=question.fixed,
                forbidden=question.forbidden,
            )
        )
        if reduced.reachable_weight == 0.0:
            raise InvalidInputError(
                "coverage", "must serve at least one cell that has weight, by sites not forbidden", f"{self.problem.coverage.n_pairs} pairs"
            )
        return reduced

    def every_row(self, question: SitingProblem) -> ReducedProblem:
        """
        Return the reduced problem of a question with the dominated candidates still in it, to speak of them as well.

        Raises
        ------
        InvalidInputError
            As :meth:`reduce`.
        """
        reduced, coverage = self.reduce(question), self.merged.coverage
        fixed = question.positions(question.fixed)
        is_live = np.ones(coverage.n_candidates, dtype=np.bool_)
        is_live[np.concatenate([fixed, question.positions(question.forbidden)])] = False
        if question.spendable_yen is not None:
            is_live &= question.cost_yen <= question.spendable_yen
        is_open = np.ones(coverage.n_cells, dtype=np.bool_)
        for row in fixed.tolist():
            is_open[coverage.cells_of(row)] = False
        rows = merge_cells(coverage.start, coverage.cells, is_live=is_live, is_kept=is_open)
        candidate = np.flatnonzero(np.diff(rows.row_start) > 0)
        number = np.zeros(coverage.n_candidates, dtype=np.int32)
        number[candidate] = np.arange(len(candidate), dtype=np.int32)
        room = len(candidate) if question.max_sites is None else question.max_sites - len(question.fixed)
        return replace(
            reduced,
            row_start=np.append(rows.row_start[candidate], rows.row_start[-1]),
            row_groups=rows.row_groups,
            column_start=rows.column_start,
            column_rows=number[rows.column_rows],
            weight=sum_groups(rows.cell_group, self.weight / reduced.unit, len(rows.column_start) - 1),
            cost_yen=question.cost_yen[candidate] if question.budget_yen is not None else np.zeros(len(candidate), dtype=np.int64),
            max_rows=min(room, len(candidate)),
            candidate=candidate,
            cell_group=rows.cell_group,
            n_dominated=0,
        )

    def covered(self, positions: IntArray | IndexArray) -> float:
        """Return the weight that candidates cover together."""
        is_covered = np.zeros(len(self.weight), dtype=np.bool_)
        for position in positions.tolist():
            is_covered[self.merged.coverage.cells_of(position)] = True
        return math.fsum(self.weight[is_covered])

    def plan(self, question: SitingProblem, reduced: ReducedProblem, positions: IntArray, bound: float, done: Done) -> Plan:
        """
        Return the plan that opens the given candidates beside the fixed ones.

        Parameters
        ----------
        question
            The problem the plan answers.
        reduced
            Its reduced problem.
        positions
            Candidates to open, fixed ones left out.
        bound
            Bound on the weight covered, in the unit of the reduced problem.
        done
            What was done for it.
        """
        rows = np.arange(len(positions), dtype=np.int32)
        in_unit = self.covered(np.concatenate([self.problem.positions(question.fixed), positions])) / reduced.unit
        solution = Solution(
            rows=rows,
            covered=in_unit,
            bound=bound if reduced.is_integral else bound * _ROUNDING,
            stopped_by=done.stopped_by,
            n_rounds=done.n_rounds,
            n_moves=done.n_moves,
            n_steps=done.n_steps,
        )
        return build_plan(question, replace(reduced, candidate=positions), solution, done.params, runtime_s=done.runtime_s)


def lay_groundwork(problem: SitingProblem) -> Groundwork:
    """
    Merge the cells of a plain problem with every candidate allowed.

    Raises
    ------
    InvalidInputError
        The problem has rules beside its limits, fixed and forbidden sites.
    """
    if not problem.is_plain:
        raise InvalidInputError("problem", "must have no rules but max_sites, budget_yen, fixed and forbidden", problem.goal)
    coverage, weight = problem.coverage, problem.demand.weight
    everything = np.ones(coverage.n_candidates, dtype=np.bool_)
    rows = merge_cells(coverage.start, coverage.cells, is_live=everything, is_kept=weight > 0)
    n_groups = len(rows.column_start) - 1
    merged = CoverageMatrix(candidate_ids=coverage.candidate_ids, n_cells=n_groups, start=rows.row_start, cells=rows.row_groups)
    demand = PointDemand(weight=sum_groups(rows.cell_group, weight, n_groups), unit=problem.demand.unit)
    return Groundwork(problem=problem, merged=replace(problem, coverage=merged, demand=demand))


def bound_in_unit(reduced: ReducedProblem, upper_bound: float) -> float:
    """
    Return a bound given as demand weight in the unit of a reduced problem, cut to whole units where only these occur.

    A bound of whole units may have been rounded down when it was turned into demand weight: what is cut is the next number above.
    """
    if reduced.is_integral:
        return float(math.floor(Fraction(math.nextafter(upper_bound, math.inf)) / Fraction(reduced.unit)))
    return math.nextafter(upper_bound / reduced.unit, math.inf)
