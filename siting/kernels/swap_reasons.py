"""Loops behind the explanations: best substitutes of open rows, best places of closed ones, who makes whom needless."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray
from siting.kernels.pattern import Pattern
from siting.kernels.row_list import CLOSED
from siting.kernels.search_state import Search, begin, close_row
from siting.kernels.swap_descent import descend, prune

NO_ROW = -1
REFUSED = -2
"""Place of a row that is neither open nor to be opened."""


@njit(cache=True, nogil=True)
def best_substitutes(pattern: Pattern, search: Search, n_best: int) -> tuple[IndexArray, FloatArray]:
    """
    Return the best closed rows to swap each open row for, and the weight covered after the swap, shape (n_open, n_best) each.

    Rows come in the order of ``search.open_rows``; the best first, the lower row among equals; ``NO_ROW`` where there are
    fewer. Only swaps that keep the budget count.
    """
    n_open = search.n_open[0]
    best = np.full((n_open, n_best), NO_ROW, dtype=np.int32)
    covered = np.full((n_open, n_best), -np.inf)
    extra = np.zeros(len(search.place))
    for at in range(n_open):
        out = search.open_rows[at]
        _add_shared(pattern, search, out, extra)
        for row in range(len(search.place)):
            if search.place[row] != CLOSED:
                continue
            if pattern.budget >= 0 and search.spent[0] - pattern.cost[out] + pattern.cost[row] > pattern.budget:
                continue
            value = search.covered[0] - search.value[out] + search.value[row] + extra[row]
            slot = n_best
            while slot > 0 and value > covered[at, slot - 1]:
                slot -= 1
            for later in range(n_best - 1, slot, -1):
                best[at, later], covered[at, later] = best[at, later - 1], covered[at, later - 1]
            if slot < n_best:
                best[at, slot], covered[at, slot] = row, value
        extra[:] = 0.0
    return best, covered


@njit(cache=True, nogil=True)
def _add_shared(pattern: Pattern, search: Search, out: int, extra: FloatArray) -> None:
    """Add to each row the weight that it shares with an open row and that no other open row covers."""
    for p in range(pattern.start[out], pattern.start[out + 1]):
        j = pattern.groups[p]
        if search.n_serving[j] == 1:
            for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
                extra[pattern.column_rows[q]] += pattern.weight[j]


@njit(cache=True, nogil=True)
def least_losses(pattern: Pattern, search: Search) -> tuple[IndexArray, FloatArray]:
    """
    Return, for each closed row, the open row it replaces at the least loss, and that loss (below zero: a gain), shape (n,) each.

    ``NO_ROW`` and infinity where no swap keeps the budget, and for open rows.
    """
    n = len(search.place)
    partner = np.full(n, NO_ROW, dtype=np.int32)
    loss = np.full(n, np.inf)
    shared = np.zeros(n)
    for row in range(n):
        if search.place[row] != CLOSED:
            continue
        for p in range(pattern.start[row], pattern.start[row + 1]):
            j = pattern.groups[p]
            if search.n_serving[j] == 1:
                shared[search.owner[j]] += pattern.weight[j]
        for at in range(search.n_open[0]):
            out = search.open_rows[at]
            if pattern.budget >= 0 and search.spent[0] - pattern.cost[out] + pattern.cost[row] > pattern.budget:
                continue
            lost = search.value[out] - search.value[row] - shared[out]
            if lost < loss[row] or (lost == loss[row] and out < partner[row]):
                partner[row], loss[row] = out, lost
        for p in range(pattern.start[row], pattern.start[row + 1]):
            if search.n_serving[pattern.groups[p]] == 1:
                shared[search.owner[pattern.groups[p]]] = 0.0
    return partner, loss


@njit(cache=True, nogil=True)
def find_dominators(pattern: Pattern, has_cost: bool) -> IndexArray:
    """
    Return, for each row, one that serves all of its groups (for no more yen), the one that serves most; else ``NO_ROW``.

    Of rows that serve the same at the same cost, the lowest dominates the others.
    """
    n = len(pattern.start) - 1
    dominator = np.full(n, NO_ROW, dtype=np.int32)
    shared = np.zeros(n, dtype=np.int64)
    for row in range(n):
        size = pattern.start[row + 1] - pattern.start[row]
        if size == 0:
            continue
        for p in range(pattern.start[row], pattern.start[row + 1]):
            j = pattern.groups[p]
            for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
                shared[pattern.column_rows[q]] += 1
        most = np.int64(0)
        first = pattern.groups[pattern.start[row]]
        for q in range(pattern.column_start[first], pattern.column_start[first + 1]):
            other = pattern.column_rows[q]
            if other == row or shared[other] < size or (has_cost and pattern.cost[other] > pattern.cost[row]):
                continue
            other_size = pattern.start[other + 1] - pattern.start[other]
            is_equal = other_size == size and (not has_cost or pattern.cost[other] == pattern.cost[row])
            if (not is_equal or other < row) and other_size > most:
                dominator[row], most = other, other_size
        for p in range(pattern.start[row], pattern.start[row + 1]):
            j = pattern.groups[p]
            for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
                shared[pattern.column_rows[q]] = 0
    return dominator


@njit(cache=True, nogil=True)
def repaired_without(pattern: Pattern, search: Search, row: int, least_gain: float) -> tuple[IndexArray, float]:
    """
    Return the open rows, and what they cover, after an open row is closed for good and the rest improved by swaps and additions.

    ``search`` is left as it is.
    """
    copy = Search(
        search.n_serving.copy(),
        search.owner.copy(),
        search.value.copy(),
        search.open_rows.copy(),
        search.place.copy(),
        search.n_open.copy(),
        search.spent.copy(),
        search.covered.copy(),
        search.random.copy(),
    )
    close_row(pattern, copy, row)
    copy.place[row] = REFUSED
    descend(pattern, copy, least_gain)
    while prune(pattern, copy, least_gain) and descend(pattern, copy, least_gain):
        pass
    return copy.open_rows[: copy.n_open[0]].copy(), copy.covered[0]


@njit(cache=True, nogil=True)
def repaired_plan(pattern: Pattern, rows: IndexArray, refused: IndexArray, least_gain: float) -> tuple[IndexArray, float]:
    """Return rows near the given ones, and what they cover, with some rows refused: improved by swaps and additions, none needless."""
    search = begin(pattern, rows, 0)
    for row in refused:
        if search.place[row] != CLOSED:
            close_row(pattern, search, row)
        search.place[row] = REFUSED
    descend(pattern, search, least_gain)
    while prune(pattern, search, least_gain) and descend(pattern, search, least_gain):
        pass
    return search.open_rows[: search.n_open[0]].copy(), search.covered[0]
