"""A plan beside every candidate it could have chosen, as the loops read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.arrays import IndexArray, IntArray
from siting.kernels.pattern import Pattern
from siting.kernels.search_state import Search, begin
from siting.kernels.swap_reasons import NO_ROW
from siting.plan import Plan
from siting.planning.groundwork import Groundwork
from siting.problem import SitingProblem
from siting.solver.presolve import ReducedProblem


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanView:
    """
    A plan and the closed candidates around it.

    Attributes
    ----------
    ground, problem, plan
        The groundwork, the question, and its plan.
    rows
        The question reduced, dominated candidates still in it. Sites of the plan that serve nothing beyond the fixed ones
        have no row.
    pattern
        What the loops read: the limits less what sites without a row take of them.
    search
        The plan as a search state; read only.
    row_of
        Row of each candidate, or ``NO_ROW``, shape (n,).
    free, idle
        Candidates of the plan that are not fixed, and those of them without a row.
    """

    ground: Groundwork
    problem: SitingProblem
    plan: Plan
    rows: ReducedProblem
    pattern: Pattern
    search: Search
    row_of: IndexArray
    free: IntArray
    idle: IntArray

    @classmethod
    def of(cls, ground: Groundwork, problem: SitingProblem, plan: Plan) -> PlanView:
        """
        Return the view of a plan.

        Raises
        ------
        InvalidInputError
            The problem has nothing to cover.
        """
        rows = ground.reduce(problem, keeps_dominated=True)
        row_of = rows.rows_of(np.arange(problem.coverage.n_candidates))
        fixed = set(problem.fixed)
        free = problem.positions(tuple(one for one in plan.chosen if one not in fixed))
        idle = free[row_of[free] == NO_ROW]
        limits = rows.pattern._replace(max_rows=rows.max_rows - len(idle))
        if rows.budget_yen is not None:
            limits = limits._replace(budget=rows.budget_yen - int(problem.cost_yen[idle].sum()))
        search = begin(limits, row_of[free[row_of[free] != NO_ROW]], 0)
        return cls(ground=ground, problem=problem, plan=plan, rows=rows, pattern=limits, search=search, row_of=row_of, free=free, idle=idle)

    @property
    def open_rows(self) -> IntArray:
        """Open rows, in the order of the search."""
        return self.search.open_rows[: int(self.search.n_open[0])].astype(np.int64)

    @property
    def has_room(self) -> bool:
        """One more site may be opened, as far as the number of sites goes."""
        return int(self.search.n_open[0]) < self.pattern.max_rows

    def id_of(self, row: int) -> str:
        """Return the candidate id of a row."""
        return self.problem.coverage.candidate_ids[int(self.rows.candidate[row])]

    def weight(self, covered: float) -> float:
        """Return what rows cover, together with the fixed sites, as demand weight."""
        return self.rows.unit * (covered + self.rows.base_weight)
