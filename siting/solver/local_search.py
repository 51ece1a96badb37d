"""Better plans by swapping sites."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siting.arrays import IndexArray
from siting.kernels.local_search import anneal
from siting.kernels.search_state import begin
from siting.kernels.swap_descent import descend, prune
from siting.solver.presolve import ReducedProblem

_MOVES_AT_ONCE = 100_000
_HOT, _COLD = 0.05, 0.01
_BATH_HOT, _BATH_COLD = 0.025, 0.006
"""First and last temperature, as shares of what an open row typically covers alone: of random swaps, of the heat bath."""

_MOST_BATHED = 10_000
_MOVES_PER_BATH = 8
"""Rows of the largest problem for the heat bath, and the random swaps that take as long as one of its moves."""


def least_gain(problem: ReducedProblem) -> float:
    """Return the gain below which a change counts as rounding: none where sums are exact."""
    return 0.0 if problem.is_integral else 1e-12 * problem.open_weight


def search_by_swaps(
    problem: ReducedProblem,
    rows: IndexArray,
    *,
    seed: int,
    n_moves: int,
    hot: float = 1.0,
    cold: float = 1.0,
    is_over: Callable[[], bool],
    on_moves: Callable[[int], None],
) -> IndexArray:
    """
    Anneal from a plan with random swaps, then improve the best plan met until no swap and no addition helps.

    A site is swapped for one that shares cells with it, or for one anywhere; the better of a few random ones is tried.
    With room left sites are added as well; with a budget, two may go for one or one for two.

    Parameters
    ----------
    problem
        The reduced problem.
    rows
        Rows of the plan to start from.
    seed
        Seed of the moves; equal seeds make equal moves on any machine.
    n_moves
        Moves to try.
    hot, cold
        First and last temperature, as shares of the usual ones.
    is_over
        Asked between batches of moves; ends the search when true.
    on_moves
        Told the moves made so far.

    Returns
    -------
    IndexArray
        Rows of the best plan, never worse than the one given (but for rounding).
    """
    pattern = problem.pattern
    best_rows = np.zeros(problem.n_rows, dtype=np.int32)
    best_rows[: len(rows)] = rows
    if 0 < len(rows) < problem.n_rows:
        search = begin(pattern, rows, seed)
        typical = float(np.median(search.value[rows])) or float(problem.weight.mean())
        n_best, best = np.full(1, len(rows)), search.covered.copy()
        is_bath = problem.n_rows <= _MOST_BATHED
        usual_hot, usual_cold = (_BATH_HOT, _BATH_COLD) if is_bath else (_HOT, _COLD)
        each = _MOVES_PER_BATH if is_bath else 1
        for first in range(0, n_moves, _MOVES_AT_ONCE):
            if is_over():
                break
            end = min(first + _MOVES_AT_ONCE, n_moves)
            anneal(
                pattern,
                search,
                hot * usual_hot * typical,
                cold * usual_cold * typical,
                first // each,
                end // each,
                n_moves // each,
                is_bath,
                best_rows,
                n_best,
                best,
            )
            on_moves(end)
        best_rows = best_rows[: int(n_best[0])]
    else:
        best_rows = best_rows[: len(rows)]
    return polish(problem, best_rows)


def polish(problem: ReducedProblem, rows: IndexArray) -> IndexArray:
    """Return a plan that no single swap, addition or removal improves: swaps and additions that help, useless rows closed."""
    pattern = problem.pattern
    search = begin(pattern, rows, 0)
    gain = least_gain(problem)
    descend(pattern, search, gain)
    while prune(pattern, search, gain) and descend(pattern, search, gain):
        pass
    return search.open_rows[: int(search.n_open[0])].copy()
