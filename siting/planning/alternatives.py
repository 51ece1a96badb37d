"""The best plans that differ from one another."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from siting.arrays import IndexArray
from siting.errors import InvalidInputError
from siting.kernels.swap_reasons import repaired_plan
from siting.plan import Plan, SolveParams, StoppedBy
from siting.planning.departures import best_departure
from siting.planning.exact_alternatives import best_alternative, is_small
from siting.planning.groundwork import Done, Groundwork, bound_in_unit, lay_groundwork
from siting.problem import SitingProblem
from siting.progress import Progress, no_progress
from siting.solver.local_search import least_gain
from siting.solver.presolve import ReducedProblem
from siting.solver.solve import solve

_DEFAULTS = SolveParams()
_EXACT_WORK = 3.0
_RELATIVE_PROOF = 1e-9


@dataclass(frozen=True, kw_only=True)
class RankedPlan:
    """
    One of several plans.

    Attributes
    ----------
    plan
        The plan; its own bound is that of the problem, over all plans. Its ``stopped_by`` says what ended the search for a plan
        of its rank, and is ``"proof"`` where no plan that differs from all those listed before is better.
    upper_bound
        No plan that differs from all those listed before covers more.
    """

    plan: Plan
    upper_bound: float

    @property
    def objective(self) -> float:
        """Weight covered."""
        return self.plan.objective

    @property
    def gap(self) -> float:
        """Share of the bound that a plan of this rank may still be missing, in [0, 1]."""
        return 0.0 if self.upper_bound == 0 else max(0.0, 1.0 - self.objective / self.upper_bound)

    @property
    def is_exact(self) -> bool:
        """No plan that differs from all those listed before is better: proven, up to rounding."""
        return self.gap <= _RELATIVE_PROOF


@dataclass(frozen=True, kw_only=True)
class KBest:
    """
    Plans that differ pairwise, the best first.

    Attributes
    ----------
    plans
        The plans.
    min_difference
        Sites that each plan has, at least, and any other of them lacks.
    is_complete
        There are no further plans that differ enough; this is why there are fewer than asked for.
    """

    plans: tuple[RankedPlan, ...]
    min_difference: int
    is_complete: bool

    @property
    def is_exact(self) -> bool:
        """Every plan is proven to be the best of its rank."""
        return all(ranked.is_exact for ranked in self.plans)


def k_best(
    problem: SitingProblem, k: int, min_difference: int = 1, params: SolveParams = _DEFAULTS, *, progress: Progress = no_progress
) -> KBest:
    """
    Return the best plan, the best one that differs from it, the best one that differs from both, and so on.

    Plans without needless sites count: each site, fixed ones aside, covers something that no other does. Small problems are
    searched exactly, within counted work; larger ones by swaps from the plans already listed. Each plan says which it is.

    Parameters
    ----------
    problem
        A problem with no rules but its limits, fixed and forbidden sites.
    k
        Plans wanted, >= 1.
    min_difference
        Of any two plans each must have at least so many sites that the other lacks, >= 1.
    params
        Seed and effort; the time limit holds for each plan.
    progress
        Told the plans found of the plans wanted, as stage ``stage.alternatives``.

    Raises
    ------
    InvalidInputError
        ``k`` or ``min_difference`` below 1, a problem with other rules, or nothing to cover.
    """
    for field, value in (("k", k), ("min_difference", min_difference)):
        if value < 1:
            raise InvalidInputError(field, "must be >= 1", value)
    ground = lay_groundwork(problem)
    rows = ground.reduce(problem, keeps_dominated=True)
    return _Search(ground=ground, problem=problem, rows=rows, min_difference=min_difference, params=params).run(k, progress)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Found:
    """Rows of a plan, a bound on its rank in the unit of the problem, and what ended the search for it."""

    rows: IndexArray
    bound: float
    stopped_by: StoppedBy


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """What the search for alternatives goes by."""

    ground: Groundwork
    problem: SitingProblem
    rows: ReducedProblem
    min_difference: int
    params: SolveParams

    def run(self, k: int, progress: Progress) -> KBest:
        """Return up to k plans, best first."""
        begin_s = perf_counter()
        progress("stage.alternatives", 0, k)
        first = solve(self.problem, self.params)
        start = _Found(rows=self._lean_rows(first), bound=bound_in_unit(self.rows, first.upper_bound), stopped_by=first.stopped_by)
        found, is_complete = [start], self.rows.max_rows == 0 or self.rows.n_rows == 0
        if not is_complete:
            found, is_complete = self._ranked(start, k, progress)
        progress("stage.alternatives", k, k)
        plans = [self._plan(one, found[0].bound, perf_counter() - begin_s) for one in found]
        overall = max(plan.upper_bound for plan in plans)
        order = sorted(range(len(plans)), key=lambda place: -plans[place].objective)
        is_in_order = order == list(range(len(plans)))
        ranked = [
            RankedPlan(
                plan=plans[place],
                upper_bound=max(plans[place].objective, self.rows.unit * found[place].bound) if is_in_order else overall,
            )
            for place in order
        ]
        return KBest(plans=tuple(ranked), min_difference=self.min_difference, is_complete=is_complete)

    def _plan(self, found: _Found, bound: float, runtime_s: float) -> Plan:
        """Return the plan of what was found, with a bound over all plans."""
        done = Done(params=self.params, runtime_s=runtime_s, stopped_by=found.stopped_by)
        return self.ground.plan(self.problem, self.rows, self.rows.candidate[found.rows], bound, done)

    def _ranked(self, start: _Found, k: int, progress: Progress) -> tuple[list[_Found], bool]:
        """Return up to k plans, and whether there are no more."""
        found: list[_Found] = []
        last, swaps_ended_by = start, start.stopped_by
        while len(found) < k:
            known = [one.rows for one in found]
            hint = best_departure(self.rows, known, self.min_difference) if found else start.rows
            following, is_impossible = self._next(known, hint, last.bound, swaps_ended_by)
            if following is None:
                return found, is_impossible
            found.append(following)
            last = following
            # what follows goes on from plans that the clock cut short, and is no more repeatable than they are
            swaps_ended_by = "time_limit" if any(one.stopped_by == "time_limit" for one in found) else "work_limit"
            progress("stage.alternatives", len(found), k)
        return found, False

    def _next(
        self, known: list[IndexArray], hint: IndexArray | None, bound: float, swaps_ended_by: StoppedBy
    ) -> tuple[_Found | None, bool]:
        """Return the next plan, and whether there is none."""
        if hint is not None and self._is_proven(hint, bound):
            return _Found(rows=hint, bound=bound, stopped_by="proof"), False
        if not is_small(self.rows):
            return None if hint is None else _Found(rows=hint, bound=bound, stopped_by=swaps_ended_by), False
        exact = best_alternative(
            self.rows,
            known,
            min_difference=self.min_difference,
            hint=hint,
            seed=self.params.seed,
            work=_EXACT_WORK * self.params.effort,
            time_limit_s=self.params.time_limit_s,
        )
        best = max((rows for rows in (hint, exact.rows) if rows is not None), key=self.rows.covered, default=None)
        if best is None:
            return None, exact.is_impossible
        bound = min(bound, exact.bound or bound)
        ended_by: StoppedBy = "time_limit" if exact.is_late else swaps_ended_by
        return _Found(rows=best, bound=bound, stopped_by="proof" if self._is_proven(best, bound) else ended_by), exact.is_impossible

    def _is_proven(self, rows: IndexArray, bound: float) -> bool:
        """Tell whether no plan within a bound is better, up to rounding where sums are not exact."""
        return self.rows.covered(rows) >= bound * (1.0 - (0.0 if self.rows.is_integral else _RELATIVE_PROOF))

    def _lean_rows(self, plan: Plan) -> IndexArray:
        """Return the rows of a plan without needless ones."""
        chosen = self.rows.rows_of(self.problem.positions(plan.chosen))
        rows, _covered = repaired_plan(self.rows.pattern, chosen[chosen >= 0], np.zeros(0, dtype=np.int32), least_gain(self.rows))
        return rows
