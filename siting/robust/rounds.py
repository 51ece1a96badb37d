"""Rounds of search and bound for robust plans, side by side, until they meet or the work is done."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from threading import Event

from siting.arrays import IndexArray
from siting.plan import SolveParams, StoppedBy
from siting.progress import Progress
from siting.robust.dual import RobustDual
from siting.robust.reduce import ReducedRobust
from siting.robust.search import anneal_robustly, best_greedy, finish_by_branching, greedy_robustly, polish_robustly
from siting.solver.row_worth import most_promising
from siting.solver.seeds import nth_seed

_logger = logging.getLogger(__name__)

_ROUNDS = 5
_MOVES_PER_ROUND = 800_000
_MOVES_PER_ROW = 2_000
_STEPS_PER_ROUND = 360

_RELATIVE_PROOF = 1e-9
"""Gap at which rounding alone keeps bound and plan apart."""


@dataclass(frozen=True, kw_only=True)
class _Work:
    """The work there is to do, counted: rounds at most, and swap moves and subgradient steps of each."""

    n_rounds: int
    n_moves: int
    n_steps: int

    @classmethod
    def of(cls, problem: ReducedRobust, effort: float) -> _Work:
        """Return the work for a problem: more effort is more rounds, less than two rounds' worth is shorter ones."""
        n_rounds = max(2, round(_ROUNDS * effort))
        share = min(1.0, _ROUNDS * effort / n_rounds)
        n_moves = math.ceil(share * min(_MOVES_PER_ROUND, _MOVES_PER_ROW * problem.n_rows))
        return cls(n_rounds=n_rounds, n_moves=n_moves, n_steps=math.ceil(share * _STEPS_PER_ROUND))


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustSolution:
    """
    The best rows, the best bound, and what was done for them.

    Attributes
    ----------
    rows
        Open rows.
    expected, bound
        Expected weight and bound on it, in the unit of the reduced problem, base weight included.
    stopped_by
        What ended the search.
    is_branched
        Branch and bound proved the rows best.
    n_rounds, n_moves, n_steps
        Rounds played, swap moves tried and subgradient steps taken.
    """

    rows: IndexArray
    expected: float
    bound: float
    stopped_by: StoppedBy = "work_limit"
    is_branched: bool = False
    n_rounds: int = 0
    n_moves: int = 0
    n_steps: int = 0

    def is_proven(self, target_gap: float = 0.0) -> bool:
        """Tell whether the bound leaves no more than the target gap, or than rounding."""
        return self.bound - self.expected <= max(target_gap, _RELATIVE_PROOF) * self.bound


def solve_in_rounds(
    problem: ReducedRobust,
    params: SolveParams,
    *,
    start: IndexArray | None,
    progress: Progress,
    on_closing: Callable[[RobustSolution], None],
    is_late: Callable[[], bool],
) -> RobustSolution:
    """
    Look for the best rows and the lowest bound.

    Small problems are settled by branch and bound. For others each round anneals from the best plan while, on another core, the
    slopes of the bound take their steps. Only counted work decides what happens, unless the clock cuts it short.

    Parameters
    ----------
    problem
        The reduced problem.
    params
        Seed, effort and target gap.
    start
        Rows of a plan within the rules; the result is no worse.
    progress
        Told the moves made of all moves, as stage ``stage.solve``.
    on_closing
        Told every solution that is better than the one before.
    is_late
        Ends the search when true.
    """
    rows = best_greedy(problem)
    if start is not None:
        rows = max((rows, start), key=problem.expected)
    solution = RobustSolution(rows=rows, expected=problem.expected(rows), bound=math.inf)
    if problem.max_rows == 0 or problem.n_rows == 0:
        return replace(solution, bound=solution.expected * (1.0 + problem.excess), stopped_by="proof")
    rows = polish_robustly(problem, rows)
    best, bound = finish_by_branching(problem, rows)
    solution = replace(solution, rows=best, expected=problem.expected(best))
    if bound is not None:
        solution = replace(solution, bound=max(bound, solution.expected), stopped_by="proof", is_branched=True)
        on_closing(solution)
        return solution
    return _play_rounds(problem, solution, params, progress=progress, on_closing=on_closing, is_late=is_late)


def _play_rounds(
    problem: ReducedRobust,
    solution: RobustSolution,
    params: SolveParams,
    *,
    progress: Progress,
    on_closing: Callable[[RobustSolution], None],
    is_late: Callable[[], bool],
) -> RobustSolution:
    """Play rounds until the proof, the end of the counted work, or the clock."""
    work = _Work.of(problem, params.effort)
    dual = RobustDual(problem, solution.rows)
    solution = replace(solution, bound=dual.bound())
    on_closing(solution)
    interrupted = Event()

    def is_over() -> bool:
        return interrupted.is_set() or is_late()

    with ThreadPoolExecutor(max_workers=1) as other_core:
        try:
            while solution.n_rounds < work.n_rounds and not solution.is_proven(params.target_gap) and not is_late():
                target = solution.expected - problem.base_weight
                steps = other_core.submit(dual.descend, n_steps=work.n_steps, target=target, is_over=is_over)
                found = anneal_robustly(
                    problem,
                    solution.rows,
                    seed=nth_seed(params.seed, solution.n_rounds),
                    n_moves=work.n_moves,
                    is_over=is_over,
                    on_moves=partial(_tell, progress, solution.n_rounds * work.n_moves, work.n_rounds * work.n_moves),
                )
                steps.result()
                before, solution = solution, _better(problem, solution, found, dual, work.n_moves)
                if (solution.expected, solution.bound) != (before.expected, before.bound):
                    on_closing(solution)
        finally:
            interrupted.set()
    if solution.is_proven(params.target_gap):
        return replace(solution, stopped_by="proof")
    return replace(solution, stopped_by="time_limit" if is_late() else "work_limit")


def _tell(progress: Progress, done: int, total: int, moves: int) -> None:
    """Report the moves of this round on top of those done before."""
    progress("stage.solve", done + moves, total)


def _better(problem: ReducedRobust, solution: RobustSolution, found: IndexArray, dual: RobustDual, n_moves: int) -> RobustSolution:
    """Return the best of what was known, what the search found, and the choice that the bound suggests."""
    promising = most_promising(dual.scores(), problem.cost_yen, max_rows=problem.max_rows, budget_yen=problem.budget_yen)
    guided = polish_robustly(problem, greedy_robustly(problem, keep=promising))
    best = max((solution.rows, found, guided), key=problem.expected)
    better = replace(
        solution,
        rows=best,
        expected=problem.expected(best),
        bound=min(solution.bound, dual.bound()),
        n_rounds=solution.n_rounds + 1,
        n_moves=solution.n_moves + n_moves,
        n_steps=dual.n_steps,
    )
    _logger.info("robust round %d: expected %.9g, bound %.9g", better.n_rounds, better.expected, better.bound)
    return better
