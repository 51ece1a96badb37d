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

    def reduce(self, question: SitingProblem, *, keeps_dominated: bool = False) -> ReducedProblem:
        """
        Return the reduced problem of a question; its ``cell_group`` speaks of the groups.

        Parameters
        ----------
        question
            The problem to answer.
        keeps_dominated
            Keep the dominated candidates, to speak of them as well.

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
            ),
            keeps_dominated=keeps_dominated,
        )
        if reduced.reachable_weight == 0.0:
            raise InvalidInputError(
                "coverage", "must serve at least one cell that has weight, by sites not forbidden", f"{self.problem.coverage.n_pairs} pairs"
            )
        return reduced

    def covered(self, positions: IntArray | IndexArray) -> float:
        """Return the weight that candidates cover together."""
        return math.fsum(self.weight[self.merged.coverage.count_servers(positions) > 0])

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
