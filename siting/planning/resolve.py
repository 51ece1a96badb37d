"""Answer a question about a plain problem from what the last answer left: its plan and its multipliers."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from time import perf_counter

import numpy as np

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.plan import Plan, SolveParams
from siting.planning.groundwork import Done, Groundwork, bound_in_unit
from siting.planning.plan_check import keeps_limits
from siting.planning.warm_dual import Multipliers, WarmDual
from siting.problem import SitingProblem
from siting.solver.cuts import Cuts
from siting.solver.exact import finish
from siting.solver.greedy import greedy
from siting.solver.local_search import polish, search_by_swaps
from siting.solver.presolve import ReducedProblem, restrict
from siting.solver.solution import Solution, is_proven, touches_per_swap

_logger = logging.getLogger(__name__)

_CORE_SCORE = 0.85
_EXACT_PAIRS = 2_000
_EXACT_NODES = 100
"""Pairs of the largest problem that branch and bound finishes at once, and its nodes."""

_LEAST_MOVES_PER_ROW = 2_000


@dataclass(frozen=True, kw_only=True)
class Work:
    """
    The work an answer may take, counted.

    Attributes
    ----------
    n_steps, n_moves
        Subgradient steps and swap moves at most.
    step_pairs, move_touches
        Pairs that the steps may go through in all, and values that the moves may bring up to date: large problems get fewer
        steps and moves.
    """

    n_steps: int
    n_moves: int
    step_pairs: float
    move_touches: float

    def steps(self, problem: ReducedProblem) -> int:
        """Return the steps for a problem."""
        return max(10, math.ceil(min(self.n_steps, self.step_pairs / max(1, len(problem.row_groups)))))

    def moves(self, problem: ReducedProblem, rows: IndexArray) -> int:
        """Return the moves for a problem and a plan of it."""
        return math.ceil(min(self.n_moves, _LEAST_MOVES_PER_ROW * problem.n_rows, self.move_touches / touches_per_swap(problem, rows)))

    def scaled(self, effort: float) -> Work:
        """Return as many times the work."""
        return Work(
            n_steps=math.ceil(self.n_steps * effort),
            n_moves=math.ceil(self.n_moves * effort),
            step_pairs=self.step_pairs * effort,
            move_touches=self.move_touches * effort,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """
    A question, its plan, and the multipliers that gave the bound.

    Attributes
    ----------
    question
        The problem the plan answers.
    plan
        The plan.
    multipliers
        None before any bound was computed.
    """

    question: SitingProblem
    plan: Plan
    multipliers: Multipliers | None

    def bounds(self, question: SitingProblem) -> bool:
        """Tell whether the bound holds for another question: whatever that one allows, this one does."""
        mine = self.question
        return (
            set(mine.fixed) <= set(question.fixed)
            and set(mine.forbidden) <= set(question.forbidden)
            and _is_no_more(question.max_sites, mine.max_sites)
            and _is_no_more(question.budget_yen, mine.budget_yen)
        )

    def is_same(self, question: SitingProblem) -> bool:
        """Tell whether another question asks the same."""
        mine = self.question
        return (mine.max_sites, mine.budget_yen, set(mine.fixed), set(mine.forbidden)) == (
            question.max_sites,
            question.budget_yen,
            set(question.fixed),
            set(question.forbidden),
        ) and mine.fixed == question.fixed


def _is_no_more(limit: int | None, other: int | None) -> bool:
    return other is None or (limit is not None and limit <= other)


def resolve(ground: Groundwork, question: SitingProblem, before: Sequence[Answer], work: Work, params: SolveParams) -> Answer:
    """
    Answer a question from the answers before it.

    The last plan is repaired; every earlier plan that keeps the rules competes, every earlier bound that holds is taken
    over. Swaps improve the plan while, on another core, the last multipliers take more steps. Only counted work decides,
    unless the clock of the parameters cuts it short.

    Parameters
    ----------
    ground
        The groundwork.
    question
        The problem to answer; differs from that of the groundwork in limits, fixed and forbidden sites alone.
    before
        Earlier answers, at least one, the latest last.
    work
        Work this answer may take.
    params
        Seed, target gap and time limit.

    Raises
    ------
    InvalidInputError
        No candidate that is allowed or fixed serves any cell that has weight.
    """
    begin_s = perf_counter()
    reduced = ground.reduce(question)
    bound = min(
        (bound_in_unit(reduced, answer.plan.upper_bound) for answer in before if answer.bounds(question)),
        default=reduced.base_weight + reduced.open_weight,
    )
    kept = [answer.plan for answer in before if keeps_limits(question, answer.plan)]
    found = [_free_positions(question, plan.chosen) for plan in kept]
    multipliers, n_moves, n_steps = before[-1].multipliers, 0, 0
    if reduced.n_rows == 0 or reduced.max_rows == 0:
        bound = min(bound, reduced.base_weight)
        found.append(np.zeros(0, dtype=np.int64))
    else:
        starts = [before[-1].plan, *([max(kept, key=lambda plan: plan.objective)] if kept else [])]
        rows = max((_repair(question, reduced, plan.chosen) for plan in starts), key=reduced.covered)
        dual = WarmDual(ground, reduced, rows, multipliers)
        if not _is_proven(reduced, reduced.covered(rows), bound, params.target_gap):
            n_moves, n_steps = work.moves(reduced, rows), work.steps(reduced)
            rows = _improve(reduced, rows, dual, n_moves=n_moves, n_steps=n_steps, seed=params.seed, is_late=_late(begin_s, params))
        bound, multipliers = min(bound, dual.bound()), dual.multipliers()
        if len(reduced.row_groups) <= _EXACT_PAIRS and not _is_proven(reduced, reduced.covered(rows), bound, params.target_gap):
            seconds_left = params.time_limit_s - (perf_counter() - begin_s)
            exact = finish(reduced, Cuts.none(), rows, n_nodes=_EXACT_NODES, time_limit_s=seconds_left, is_over=_late(begin_s, params))
            bound = min(bound, exact.bound)
            rows = rows if exact.rows is None else max(rows, polish(reduced, exact.rows), key=reduced.covered)
        found.append(reduced.candidate[rows])
    fixed = question.positions(question.fixed)
    best = max(reversed(found), key=lambda positions: ground.covered(np.concatenate([fixed, positions])))
    covered = ground.covered(np.concatenate([fixed, best])) / reduced.unit
    is_late = perf_counter() - begin_s > params.time_limit_s
    done = Done(
        params=params,
        runtime_s=perf_counter() - begin_s,
        stopped_by="proof" if _is_proven(reduced, covered, bound, params.target_gap) else "time_limit" if is_late else "work_limit",
        n_moves=n_moves,
        n_steps=n_steps,
    )
    plan = ground.plan(question, reduced, best, bound, done)
    _logger.info("answered in %.2f s: objective %.9g, bound %.9g", done.runtime_s, plan.objective, plan.upper_bound)
    return Answer(question=question, plan=plan, multipliers=multipliers)


def _late(begin_s: float, params: SolveParams) -> Callable[[], bool]:
    return lambda: perf_counter() - begin_s > params.time_limit_s


def _is_proven(reduced: ReducedProblem, covered: float, bound: float, target_gap: float) -> bool:
    """Tell whether the bound leaves no more than the target gap, or than rounding where sums are not exact."""
    return is_proven(reduced, Solution(rows=np.zeros(0, dtype=np.int32), covered=covered, bound=bound), target_gap)


def _free_positions(question: SitingProblem, chosen: tuple[str, ...]) -> IntArray:
    """Return the candidates of a plan that the question does not fix."""
    fixed = set(question.fixed)
    return question.positions(tuple(one for one in chosen if one not in fixed))


def _repair(question: SitingProblem, reduced: ReducedProblem, chosen: tuple[str, ...]) -> IndexArray:
    """Return rows near a plan that keep the limits: what is still allowed, less the least useful, and what then helps."""
    rows = reduced.rows_of(_free_positions(question, chosen))
    return polish(reduced, _trimmed(reduced, rows[rows >= 0]))


def _trimmed(reduced: ReducedProblem, rows: IndexArray) -> IndexArray:
    """Return the rows without those whose loss costs least (per yen where the budget is short), until the limits are kept."""
    kept = rows.tolist()
    count = reduced.count_servers(rows)
    spent = int(reduced.cost_yen[rows].sum())
    while len(kept) > reduced.max_rows or (reduced.budget_yen is not None and spent > reduced.budget_yen):
        is_dear = reduced.budget_yen is not None and spent > reduced.budget_yen
        loss = np.array([reduced.weight[reduced.groups_of(row)][count[reduced.groups_of(row)] == 1].sum() for row in kept])
        if is_dear:
            loss = _per_yen(loss, reduced.cost_yen[kept])
        out = kept.pop(int(np.argmin(loss)))
        count[reduced.groups_of(out)] -= 1
        spent -= int(reduced.cost_yen[out])
    return np.array(kept, dtype=np.int32)


def _per_yen(loss: FloatArray, cost_yen: IntArray) -> FloatArray:
    """Return losses per yen; what costs nothing is never worth closing."""
    per_yen: FloatArray = np.divide(loss, cost_yen, out=np.full(len(loss), np.inf), where=cost_yen > 0)
    return per_yen


def _improve(
    reduced: ReducedProblem,
    rows: IndexArray,
    dual: WarmDual,
    *,
    n_moves: int,
    n_steps: int,
    seed: int,
    is_late: Callable[[], bool],
) -> IndexArray:
    """Swap among the promising rows while the multipliers take their steps; return the best rows met."""
    is_core = dual.scores() >= _CORE_SCORE
    is_core[rows] = True
    core = restrict(reduced, np.flatnonzero(is_core))
    start = np.searchsorted(core.candidate, np.sort(rows)).astype(np.int32)
    interrupted = Event()
    with ThreadPoolExecutor(max_workers=1) as other_core:
        try:
            steps = other_core.submit(
                dual.descend,
                n_steps=n_steps,
                target=reduced.covered(rows) - reduced.base_weight,
                is_over=lambda: interrupted.is_set() or is_late(),
            )
            found = search_by_swaps(core, start, seed=seed, n_moves=n_moves, is_over=is_late, on_moves=lambda _moves: None)
            steps.result()
        finally:
            interrupted.set()
    promising = polish(reduced, greedy(reduced, keep=_best_scores(reduced, dual.scores())))
    searched = polish(reduced, core.candidate[found].astype(np.int32))
    return max((rows, searched, promising), key=reduced.covered)


def _best_scores(reduced: ReducedProblem, scores: FloatArray) -> IndexArray:
    """Return the rows of the best scores that the limits allow, those worth opening only."""
    order = np.argsort(-scores, kind="stable")[: reduced.max_rows]
    order = order[scores[order] >= 1.0]
    if reduced.budget_yen is not None:
        order = order[np.cumsum(reduced.cost_yen[order]) <= reduced.budget_yen]
    return order.astype(np.int32)
