"""Better robust plans: greedy, annealed swaps, descent, and branch and bound where the problem is small."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siting.arrays import IndexArray
from siting.kernels.robust_branch import branch
from siting.kernels.robust_descent import choose_robustly, descend_robust, prune_robust
from siting.kernels.robust_search import anneal_robust
from siting.kernels.robust_state import begin_robust
from siting.robust.reduce import ReducedRobust

_MOVES_AT_ONCE = 50_000
_HOT, _COLD = 0.03, 0.006
"""First and last temperature, as shares of what an open row typically covers alone."""

_LARGEST_TREE = 2_000_000
"""Entries of the largest table of branch and bound up to which it is tried."""

_TOUCHES = 4e8
"""Values that branch and bound may compute."""

_MARGIN = 1e-11
"""Share of a value that counts as rounding in branch and bound."""


def least_gain(problem: ReducedRobust) -> float:
    """Return the weight below which a change counts as rounding."""
    return 0.0 if problem.is_integral else 1e-11 * problem.open_weight


def greedy_robustly(problem: ReducedRobust, *, keep: IndexArray | None = None, is_per_yen: bool = False) -> IndexArray:
    """
    Open, one by one, the row that adds most on average (or most per yen), while the rules allow.

    Parameters
    ----------
    problem
        The reduced problem.
    keep
        Rows opened beforehand, within the rules.
    is_per_yen
        Rank rows by what they add per yen.

    References
    ----------
    Nemhauser, Wolsey and Fisher (1978): expected coverage is a monotone submodular function of the open rows.
    """
    state = begin_robust(problem.search_pattern, np.zeros(0, dtype=np.int32) if keep is None else keep, 0)
    choose_robustly(problem.search_pattern, state, least_gain(problem), is_per_yen)
    return state.open_rows[: int(state.n_open[0])].copy()


def best_greedy(problem: ReducedRobust) -> IndexArray:
    """Return the better of the plain and, with a budget, the per-yen greedy choice."""
    plain = greedy_robustly(problem)
    if problem.budget_yen is None:
        return plain
    return max((plain, greedy_robustly(problem, is_per_yen=True)), key=problem.expected)


def polish_robustly(problem: ReducedRobust, rows: IndexArray) -> IndexArray:
    """Return a plan that no single swap, addition or removal improves."""
    state = begin_robust(problem.search_pattern, rows, 0)
    gain = least_gain(problem)
    descend_robust(problem.search_pattern, state, gain)
    kept = prune_robust(problem.search_pattern, state, gain)
    while descend_robust(problem.search_pattern, state, gain):
        kept = prune_robust(problem.search_pattern, state, gain)
    return kept


def anneal_robustly(
    problem: ReducedRobust,
    rows: IndexArray,
    *,
    seed: int,
    n_moves: int,
    is_over: Callable[[], bool],
    on_moves: Callable[[int], None],
) -> IndexArray:
    """
    Anneal from a plan with random swaps, then improve the best plan met until no swap and no addition helps.

    Parameters
    ----------
    problem
        The reduced problem.
    rows
        Rows of the plan to start from.
    seed
        Seed of the moves.
    n_moves
        Moves to try.
    is_over
        Asked between batches of moves; ends the search when true.
    on_moves
        Told the moves made so far.
    """
    pattern = problem.search_pattern
    best_rows = np.zeros(problem.n_rows, dtype=np.int32)
    best_rows[: len(rows)] = rows
    n_best = np.full(1, len(rows))
    if 0 < len(rows) < problem.n_rows:
        state = begin_robust(pattern, rows, seed)
        typical = float(np.median(state.value[rows])) or float(problem.weight.mean())
        best = state.expected.copy()
        for first in range(0, n_moves, _MOVES_AT_ONCE):
            if is_over():
                break
            end = min(first + _MOVES_AT_ONCE, n_moves)
            anneal_robust(pattern, state, _HOT * typical, _COLD * typical, first, end, n_moves, best_rows, n_best, best)
            on_moves(end)
            # Products that are multiplied and divided a million times drift: begin anew from the open rows.
            state = begin_robust(pattern, state.open_rows[: int(state.n_open[0])].copy(), int(state.random[0] >> np.uint64(1)))
    return polish_robustly(problem, best_rows[: int(n_best[0])])


def finish_by_branching(problem: ReducedRobust, rows: IndexArray) -> tuple[IndexArray, float | None]:
    """
    Return the best rows of a small problem and a bound that proves them best; no bound where that is too much work.

    Sets are left out where what they can still gain is no more than rounding: a sum of N positive numbers, each a product of at
    most N factors, is off by less than N of ``2**-50`` of it, and the margin is far above that.
    """
    size = max(problem.n_rows * problem.n_groups, (problem.max_rows + 1) * max(problem.n_rows, problem.n_groups))
    if size > _LARGEST_TREE or problem.max_rows == 0:
        return rows, None
    best_rows = np.zeros(problem.n_rows, dtype=np.int32)
    best_rows[: len(rows)] = rows
    n_best, best = np.full(1, len(rows)), np.full(1, problem.expected(rows) - problem.base_weight)
    most_nodes = int(_TOUCHES / (len(problem.row_groups) + problem.n_groups + 64 * problem.n_rows))
    if branch(problem.pattern, _MARGIN, most_nodes, best_rows, n_best, best) >= most_nodes:
        return max((rows, best_rows[: int(n_best[0])].copy()), key=problem.expected), None
    found = best_rows[: int(n_best[0])].copy()
    return found, float(np.nextafter(problem.base_weight * (1.0 + _MARGIN) + float(best[0]) * (1.0 + 3.0 * _MARGIN), np.inf))
