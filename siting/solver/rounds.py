"""Rounds of search and bound, side by side, until they meet or the work is done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from time import perf_counter

from siting.arrays import IndexArray
from siting.plan import SolveParams
from siting.progress import Closing, Progress, Watch, no_watch
from siting.solver.contest import Contest
from siting.solver.greedy import best_greedy
from siting.solver.local_search import polish
from siting.solver.presolve import ReducedProblem
from siting.solver.solution import Solution, is_proven


def search_in_rounds(
    problem: ReducedProblem,
    params: SolveParams,
    *,
    progress: Progress,
    is_late: Callable[[], bool],
    watch: Watch = no_watch,
    start: IndexArray | None = None,
    begin_s: float | None = None,
) -> Solution:
    """
    Look for the best rows and the lowest bound.

    Each round anneals from a plan while, on another core, the multipliers of the bound take their steps and the relaxation
    is cut. The two meet between rounds: the plan sets the length of the steps, the multipliers say which rows are worth
    trying and which can be in no better plan; these are dropped. When little is left, branch and bound finishes. Only
    counted work decides what happens, so one seed gives one solution, unless the clock cuts it short.

    Parameters
    ----------
    problem
        The reduced problem.
    params
        Seed, effort and target gap; the time limit is up to ``is_late``.
    progress
        Told the moves made of all moves, as stage ``stage.solve``.
    is_late
        Ends the search when true.
    watch
        Told the plan and the bound, in demand weight, whenever one of them improves.
    start
        Rows of a plan to start from, within the limits.
    begin_s
        When the work began, by ``perf_counter``; now when omitted.
    """
    since = perf_counter() if begin_s is None else begin_s
    rows = best_greedy(problem) if start is None else max(best_greedy(problem), polish(problem, start), key=problem.covered)
    solution = Solution(
        rows=rows, covered=problem.covered(rows), bound=problem.base_weight + problem.open_weight, is_warm=start is not None
    )
    if problem.max_rows == 0 or problem.n_rows == 0:
        return replace(solution, bound=problem.base_weight, stopped_by="proof")
    interrupted = Event()
    aside = ThreadPoolExecutor(max_workers=1)  # not waited for: interior points heed no clock
    with ThreadPoolExecutor(max_workers=1) as other_core:
        contest = Contest(
            problem,
            solution,
            params,
            other_core=other_core,
            aside=aside,
            is_over=lambda: interrupted.is_set() or is_late(),
            progress=progress,
            seconds_left=lambda: params.time_limit_s - (perf_counter() - since),
        )
        told: Solution | None = None
        try:
            contest.begin()
            while True:
                told = _tell(watch, problem, contest.solution, told, perf_counter() - since)
                if not contest.has_work or is_proven(problem, contest.solution, params.target_gap) or is_late():
                    break
                contest.play_round()
        finally:
            interrupted.set()
            aside.shutdown(wait=False)
    if is_proven(problem, contest.solution, params.target_gap):
        return replace(contest.solution, stopped_by="proof")
    return replace(contest.solution, stopped_by="time_limit" if is_late() else "work_limit")


def _tell(watch: Watch, problem: ReducedProblem, solution: Solution, told: Solution | None, seconds: float) -> Solution:
    """Tell a watcher the plan and the bound if one of them is better than what it was told."""
    if told is None or solution.covered > told.covered or solution.bound < told.bound:
        watch(Closing(seconds, problem.unit * solution.covered, problem.unit * solution.bound))
    return solution
