"""How much more is covered for more sites, or for more yen, with the bound above every point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

from siting.errors import InvalidInputError
from siting.plan import Plan, PlanStatus, SolveParams
from siting.planning.groundwork import Groundwork, lay_groundwork
from siting.planning.resolve import Answer, Work, resolve
from siting.problem import SitingProblem
from siting.progress import Progress, no_progress
from siting.solver.solve import solve

Over = Literal["sites", "budget"]
"""The limit that a frontier varies: the number of sites, or the budget in yen."""

_DEFAULTS = SolveParams()
_ROUNDS = 4
_ROUND = Work(n_steps=250, n_moves=400_000, step_pairs=2.5e8, move_touches=6e9)
_FIRST_EFFORT = 0.5
"""The first point is solved for from scratch, with this share of the usual effort; the rounds go on from there."""


@dataclass(frozen=True, kw_only=True)
class FrontierPoint:
    """
    The plan at one limit.

    Attributes
    ----------
    limit
        Most sites, or most yen.
    plan
        The plan; its bound holds at this limit.
    """

    limit: int
    plan: Plan

    @property
    def objective(self) -> float:
        """Weight covered."""
        return self.plan.objective

    @property
    def upper_bound(self) -> float:
        """No plan within this limit covers more."""
        return self.plan.upper_bound

    @property
    def gap(self) -> float:
        """Share of the bound that may still be missing, in [0, 1]."""
        return self.plan.gap

    @property
    def status(self) -> PlanStatus:
        """Status of the plan; with ``"infeasible"`` and ``"unknown"`` there is none."""
        return self.plan.status

    @property
    def n_sites(self) -> int:
        """Sites open, fixed ones included."""
        return len(self.plan.chosen)

    @property
    def cost_yen(self) -> int:
        """Yen of all open sites."""
        return self.plan.cost_yen

    @property
    def chosen(self) -> tuple[str, ...]:
        """Candidate ids opened."""
        return self.plan.chosen


@dataclass(frozen=True, kw_only=True)
class Frontier:
    """
    Coverage against a limit.

    Attributes
    ----------
    over
        The limit that varies.
    unit
        Unit of every weight.
    points
        One for each limit, rising. Neither their objectives nor their bounds ever fall: a plan within a smaller limit is one
        within a larger, and a bound at a larger limit holds at a smaller.
    """

    over: Over
    unit: str
    points: tuple[FrontierPoint, ...]


def frontier(
    problem: SitingProblem,
    *,
    values: Sequence[int],
    over: Over = "sites",
    params: SolveParams = _DEFAULTS,
    progress: Progress = no_progress,
) -> Frontier:
    """
    Return the best plans at several limits, each with its bound.

    Every point goes on from the plan and the multipliers of the one before. All other rules of the problem hold at every
    point, the other limit among them.

    Parameters
    ----------
    problem
        The problem; its own ``max_sites`` (or ``budget_yen``) is replaced by each value in turn.
    values
        Limits, in any order: sites, or yen.
    over
        The limit to vary.
    params
        Seed, effort, target gap, and time limit of each point.
    progress
        Told the points done of all points, as stage ``stage.frontier``.

    Raises
    ------
    InvalidInputError
        No values, one that is no whole number or that the rules of the problem exclude, or a problem that does not ask for
        coverage.
    """
    if over not in {"sites", "budget"}:
        raise InvalidInputError("over", "must be 'sites' or 'budget'", over)
    if problem.goal != "coverage":
        raise InvalidInputError("goal", "must be 'coverage' for a frontier", problem.goal)
    questions = [_at(problem, over, value) for value in sorted(set(values))]
    if not questions:
        raise InvalidInputError("values", "must hold at least one limit", list(values))
    ground = lay_groundwork(problem) if problem.is_plain else None
    answers: list[Answer] = []
    for done, question in enumerate(questions):
        progress("stage.frontier", done, len(questions))
        answers.append(_answer(ground, question, answers[-1] if answers else None, params))
    progress("stage.frontier", len(questions), len(questions))
    plans = _monotone([answer.plan for answer in answers])
    limits = sorted(set(values))
    points = tuple(FrontierPoint(limit=limit, plan=plan) for limit, plan in zip(limits, plans, strict=True))
    return Frontier(over=over, unit=problem.demand.unit, points=points)


def _at(problem: SitingProblem, over: Over, value: int) -> SitingProblem:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInputError("values", "must be whole numbers", value)
    return replace(problem, max_sites=value) if over == "sites" else replace(problem, budget_yen=value)


def _answer(ground: Groundwork | None, question: SitingProblem, last: Answer | None, params: SolveParams) -> Answer:
    """Return the answer at one limit."""
    begin_s = perf_counter()
    if ground is None:
        return Answer(question=question, plan=solve(question, params, start=None if last is None else last.plan), multipliers=None)
    if last is None:
        plan = solve(question, replace(params, effort=_FIRST_EFFORT * params.effort))
        last = Answer(question=question, plan=plan, multipliers=None)
    n_rounds = max(2, round(_ROUNDS * params.effort))
    work = _ROUND.scaled(min(1.0, _ROUNDS * params.effort / n_rounds))
    answer = last
    for n in range(n_rounds):
        answer = resolve(ground, question, [answer], work, replace(params, seed=params.seed + n))
        if answer.plan.stopped_by == "proof":
            break
    return replace(answer, plan=replace(answer.plan, runtime_s=perf_counter() - begin_s))


def _monotone(plans: list[Plan]) -> list[Plan]:
    """Return the plans of rising limits with the least bound of all larger limits, and the best plan of all smaller ones."""
    best: list[Plan] = []
    for plan in plans:
        last = best[-1] if best else plan
        best.append(plan if plan.objective >= last.objective else _within(last, plan))
    least = math.inf
    lowered = []
    for plan in reversed(best):
        least = min(least, plan.upper_bound) if plan.status != "infeasible" else least
        lowered.append(_bounded(plan, least))
    return lowered[::-1]


def _within(smaller: Plan, plan: Plan) -> Plan:
    """Return the plan of a smaller limit as one of a larger, where it is better than the plan found there."""
    return replace(
        smaller,
        upper_bound=max(plan.upper_bound, smaller.objective),
        status="optimal" if plan.upper_bound <= smaller.objective else "feasible",
        stopped_by=plan.stopped_by,
        limited_by=plan.limited_by,
        runtime_s=plan.runtime_s,
        work=plan.work,
    )


def _bounded(plan: Plan, least: float) -> Plan:
    """Return a plan with a lower bound, if that is one."""
    if plan.status == "infeasible" or least >= plan.upper_bound:
        return plan
    is_best = plan.is_plan and plan.objective >= least
    return replace(plan, upper_bound=max(least, plan.objective), status="optimal" if is_best else plan.status)
