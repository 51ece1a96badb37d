"""Rounds of search and bound, side by side, until they meet or the work is done."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.plan import SolveParams, StoppedBy
from siting.progress import Progress
from siting.solver.greedy import best_greedy, greedy
from siting.solver.lagrangian import LagrangianDual
from siting.solver.local_search import polish, search_by_swaps
from siting.solver.presolve import ReducedProblem, restrict

_logger = logging.getLogger(__name__)

_ROUNDS = 6
_MOVES_PER_ROUND = 1_000_000
_MOVES_PER_ROW = 2_000
_TOUCHES_PER_ROUND = 1.5e10
_STEPS_PER_ROUND = 350
_CORE_SCORES = (0.9, 0.8, 0.95)
"""From the second round on the search keeps to rows of at least this score, in turn; the wider, the slower."""

_SEED_STRIDE = 1_000_003
"""More rounds than there ever are: no two seeds share a round's seed."""

_RELATIVE_PROOF = 1e-9
"""Gap at which rounding alone keeps bound and plan apart, where weights have no common unit."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """
    The best rows, the best bound, and what was done for them.

    Attributes
    ----------
    rows
        Open rows.
    covered, bound
        Weight covered and bound on it, in the unit of the reduced problem, base weight included.
    stopped_by
        What ended the search.
    n_rounds, n_moves, n_steps
        Rounds played, swap moves tried and subgradient steps taken.
    """

    rows: IndexArray
    covered: float
    bound: float
    stopped_by: StoppedBy = "work_limit"
    n_rounds: int = 0
    n_moves: int = 0
    n_steps: int = 0


@dataclass(frozen=True, kw_only=True)
class Work:
    """
    The work there is to do, counted.

    Attributes
    ----------
    n_rounds
        Rounds at most.
    n_moves, n_steps
        Swap moves and subgradient steps of each round.
    """

    n_rounds: int
    n_moves: int
    n_steps: int

    @classmethod
    def of(cls, problem: ReducedProblem, rows: IndexArray, effort: float) -> Work:
        """Return the work for a problem and a plan of it: more effort is more rounds, less than two rounds' worth is shorter ones."""
        n_rounds = max(2, round(_ROUNDS * effort))
        share = min(1.0, _ROUNDS * effort / n_rounds)
        most_moves = min(_MOVES_PER_ROUND, _MOVES_PER_ROW * problem.n_rows, _TOUCHES_PER_ROUND / max(1.0, _touches_per_swap(problem, rows)))
        return cls(n_rounds=n_rounds, n_moves=math.ceil(share * most_moves), n_steps=math.ceil(share * _STEPS_PER_ROUND))


def _touches_per_swap(problem: ReducedProblem, rows: IndexArray) -> float:
    """Return how many values a swap of one of the rows brings up to date, on average."""
    degree = np.diff(problem.column_start)
    return float(np.mean([degree[problem.row_groups[problem.row_start[i] : problem.row_start[i + 1]]].sum() for i in rows.tolist()]))


def is_proven(problem: ReducedProblem, solution: Solution, target_gap: float) -> bool:
    """Tell whether the bound leaves no more than the target gap, or than rounding where sums are not exact."""
    least = 0.0 if problem.is_integral else _RELATIVE_PROOF
    return solution.bound - solution.covered <= max(target_gap, least) * solution.bound


def search_in_rounds(problem: ReducedProblem, params: SolveParams, *, progress: Progress, is_late: Callable[[], bool]) -> Solution:
    """
    Look for the best rows and the lowest bound.

    Each round anneals from the best plan while, on another core, the multipliers of the bound take their steps. The two
    meet between rounds: the plan sets the length of the steps, the multipliers say which rows are worth trying. Only
    counted work decides what happens, so one seed gives one solution, unless the clock cuts it short.

    Parameters
    ----------
    problem
        The reduced problem.
    params
        Seed, effort and target gap.
    progress
        Told the moves made of all moves, as stage ``stage.solve``.
    is_late
        Ends the search when true.
    """
    rows = best_greedy(problem)
    solution = Solution(rows=rows, covered=problem.covered(rows), bound=problem.base_weight + problem.open_weight)
    if problem.max_rows == 0 or problem.n_rows == 0:
        return replace(solution, bound=problem.base_weight, stopped_by="proof")
    work = Work.of(problem, rows, params.effort)
    dual = LagrangianDual(problem, rows)
    interrupted = Event()
    with ThreadPoolExecutor(max_workers=1) as other_core:
        try:
            while solution.n_rounds < work.n_rounds and not is_proven(problem, solution, params.target_gap) and not is_late():
                solution = _play_round(
                    problem,
                    solution,
                    dual,
                    work,
                    seed=(params.seed * _SEED_STRIDE + solution.n_rounds) % 2**62,
                    other_core=other_core,
                    is_over=lambda: interrupted.is_set() or is_late(),
                    progress=progress,
                )
        finally:
            interrupted.set()
    if is_proven(problem, solution, params.target_gap):
        return replace(solution, stopped_by="proof")
    return replace(solution, stopped_by="time_limit" if is_late() else "work_limit")


def _play_round(
    problem: ReducedProblem,
    solution: Solution,
    dual: LagrangianDual,
    work: Work,
    *,
    seed: int,
    other_core: Executor,
    is_over: Callable[[], bool],
    progress: Progress,
) -> Solution:
    """Search and bound side by side, from the best rows so far."""
    done = solution.n_rounds * work.n_moves
    core = _core(problem, solution, dual)
    start = np.searchsorted(core.candidate, np.sort(solution.rows)).astype(np.int32) if core is not problem else solution.rows
    steps = other_core.submit(dual.descend, n_steps=work.n_steps, target=solution.covered - problem.base_weight, is_over=is_over)
    found = search_by_swaps(
        core,
        start,
        seed=seed,
        n_moves=work.n_moves,
        is_over=is_over,
        on_moves=lambda moves: progress("stage.solve", done + moves, work.n_rounds * work.n_moves),
    )
    steps.result()
    if core is not problem:
        found = polish(problem, core.candidate[found].astype(np.int32))
    guided = polish(problem, greedy(problem, keep=_most_promising(problem, dual.scores())))
    best = max((solution.rows, found, guided), key=problem.covered)
    better = replace(
        solution,
        rows=best,
        covered=problem.covered(best),
        bound=min(solution.bound, dual.bound()),
        n_rounds=solution.n_rounds + 1,
        n_moves=done + work.n_moves,
        n_steps=dual.n_steps,
    )
    _logger.info(
        "round %d: covered %.9g, bound %.9g, %d of %d rows in play",
        better.n_rounds,
        better.covered,
        better.bound,
        core.n_rows,
        problem.n_rows,
    )
    return better


def _core(problem: ReducedProblem, solution: Solution, dual: LagrangianDual) -> ReducedProblem:
    """Return the problem the round searches: everything at first, then the rows that the bound finds promising and the open ones."""
    if solution.n_rounds == 0:
        return problem
    is_core = dual.scores() >= _CORE_SCORES[(solution.n_rounds - 1) % len(_CORE_SCORES)]
    is_core[solution.rows] = True
    return problem if is_core.all() else restrict(problem, np.flatnonzero(is_core))


def _most_promising(problem: ReducedProblem, scores: FloatArray) -> IndexArray:
    """Return the rows of the best scores that the limits allow, stopping at the first that is not worth opening."""
    chosen: list[int] = []
    left = problem.budget_yen
    for row in np.argsort(-scores, kind="stable").tolist():
        if len(chosen) == problem.max_rows or scores[row] < 1.0:
            break
        cost = int(problem.cost_yen[row])
        if left is not None and cost > left:
            continue
        left = None if left is None else left - cost
        chosen.append(row)
    return np.array(chosen, dtype=np.int32)
