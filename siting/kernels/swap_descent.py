"""Descent to a plan that no single swap, addition or removal improves."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import FloatArray
from siting.kernels.pattern import Pattern
from siting.kernels.row_list import CLOSED
from siting.kernels.search_state import Search, close_row, move_row, open_row


@njit(cache=True, nogil=True)
def _best_closed(pattern: Pattern, search: Search, most_yen: int) -> int:
    """Return the most valuable closed row within a cost, the lowest among equals, or ``CLOSED``; below zero: at any cost."""
    best = CLOSED
    for row in range(len(search.place)):
        if search.place[row] != CLOSED or (most_yen >= 0 and pattern.cost[row] > most_yen):
            continue
        if best == CLOSED or search.value[row] > search.value[best]:
            best = row
    return best


@njit(cache=True, nogil=True)
def _best_swap(pattern: Pattern, search: Search, out: int, extra: FloatArray, top: int) -> tuple[int, float]:
    """
    Return the best closed row to swap an open one for, and what the swap gains.

    ``top`` is the most valuable closed row at any cost; ``extra`` holds zeros before and after.
    """
    for p in range(pattern.start[out], pattern.start[out + 1]):
        j = pattern.groups[p]
        if search.n_serving[j] == 1:
            for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
                extra[pattern.column_rows[q]] += pattern.weight[j]
    most_yen = -1 if pattern.budget < 0 else pattern.budget - search.spent[0] + pattern.cost[out]
    best = top if most_yen < 0 or top == CLOSED or pattern.cost[top] <= most_yen else _best_closed(pattern, search, most_yen)
    value = 0.0 if best == CLOSED else search.value[best] + extra[best]
    for p in range(pattern.start[out], pattern.start[out + 1]):
        j = pattern.groups[p]
        for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
            row = pattern.column_rows[q]
            if search.place[row] == CLOSED and (most_yen < 0 or pattern.cost[row] <= most_yen) and search.value[row] + extra[row] > value:
                best, value = row, search.value[row] + extra[row]
    for p in range(pattern.start[out], pattern.start[out + 1]):
        j = pattern.groups[p]
        for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
            extra[pattern.column_rows[q]] = 0.0
    return best, value - search.value[out]


@njit(cache=True, nogil=True)
def _fill(pattern: Pattern, search: Search, least_gain: float) -> int:
    """Open the most valuable rows while the limits leave room; return how many."""
    n_added = 0
    while search.n_open[0] < pattern.max_rows:
        new = _best_closed(pattern, search, -1 if pattern.budget < 0 else pattern.budget - search.spent[0])
        if new == CLOSED or search.value[new] <= least_gain:
            break
        open_row(pattern, search, new)
        n_added += 1
    return n_added


@njit(cache=True, nogil=True)
def descend(pattern: Pattern, search: Search, least_gain: float) -> int:
    """Make improving swaps and additions until none gains more than ``least_gain``; return how many were made."""
    extra = np.zeros(len(search.place))
    n_made = _fill(pattern, search, least_gain)
    top = _best_closed(pattern, search, -1)
    n_since = 0
    at = 0
    while n_since < search.n_open[0]:
        at = at + 1 if at + 1 < search.n_open[0] else 0
        n_since += 1
        out = search.open_rows[at]
        new, gain = _best_swap(pattern, search, out, extra, top)
        if new != CLOSED and gain > least_gain:
            move_row(pattern, search, out, new)
            n_made += 1 + _fill(pattern, search, least_gain)
            top = _best_closed(pattern, search, -1)
            n_since = 0
    return n_made


@njit(cache=True, nogil=True)
def prune(pattern: Pattern, search: Search, least_gain: float) -> int:
    """Close the rows that cover no more than ``least_gain`` on their own, the last opened first; return how many."""
    n_closed = 0
    for at in range(search.n_open[0] - 1, -1, -1):
        row = search.open_rows[at]
        if search.value[row] <= least_gain:
            close_row(pattern, search, row)
            n_closed += 1
    return n_closed
