"""Greedy choice and descent to a set of rows that no single swap, addition or removal improves on average."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray
from siting.kernels.robust_pattern import RobustPattern
from siting.kernels.robust_state import RobustState, close_row, gain_of, left_without, loss_of, open_row
from siting.kernels.row_list import CLOSED


@njit(cache=True, nogil=True)
def _sum_left(pattern: RobustPattern, state: RobustState) -> FloatArray:
    """Return, for each row, the weight its groups leave uncovered."""
    reach = np.zeros(len(state.place))
    for i in range(len(reach)):
        for p in range(pattern.start[i], pattern.start[i + 1]):
            reach[i] += state.left[pattern.groups[p]]
    return reach


@njit(cache=True, nogil=True)
def _flip(pattern: RobustPattern, state: RobustState, reach: FloatArray, row: int) -> None:
    """Open a closed row or close an open one, and keep ``reach`` up to date."""
    for p in range(pattern.start[row], pattern.start[row + 1]):
        j = pattern.groups[p]
        for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
            reach[pattern.column_rows[q]] -= state.left[j]
    if state.place[row] == CLOSED:
        open_row(pattern, state, row, gain_of(pattern, state.left, row))
    else:
        close_row(pattern, state, row, loss_of(pattern, state, row))
    for p in range(pattern.start[row], pattern.start[row + 1]):
        j = pattern.groups[p]
        for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
            reach[pattern.column_rows[q]] += state.left[j]


@njit(cache=True, nogil=True)
def _best_closed(pattern: RobustPattern, state: RobustState, reach: FloatArray, most_yen: int, is_per_yen: bool) -> int:
    """Return the closed row that adds most (or most per yen) within a cost, the lowest among equals, or ``CLOSED``."""
    best, best_key = CLOSED, 0.0
    for row in range(len(reach)):
        if state.place[row] != CLOSED or (pattern.budget >= 0 and pattern.cost[row] > most_yen):
            continue
        key = pattern.rate[row] * reach[row]
        if is_per_yen and key > 0.0:
            key = key / pattern.cost[row] if pattern.cost[row] > 0 else np.inf
        if key > best_key:
            best, best_key = row, key
    return best


@njit(cache=True, nogil=True)
def fill(pattern: RobustPattern, state: RobustState, reach: FloatArray, least_gain: float, is_per_yen: bool) -> int:
    """Open the rows that add most, or most per yen, while the limits leave room; return how many."""
    n_added = 0
    while state.n_open[0] < pattern.max_rows:
        new = _best_closed(pattern, state, reach, pattern.budget - state.spent[0], is_per_yen)
        if new == CLOSED or reach[new] <= least_gain:
            break
        _flip(pattern, state, reach, new)
        n_added += 1
    return n_added


@njit(cache=True, nogil=True)
def choose_robustly(pattern: RobustPattern, state: RobustState, least_gain: float, is_per_yen: bool) -> None:
    """Open, one by one, the row that adds most on average, or most per yen."""
    fill(pattern, state, _sum_left(pattern, state), least_gain, is_per_yen)


@njit(cache=True, nogil=True)
def _best_swap(pattern: RobustPattern, state: RobustState, reach: FloatArray, extra: FloatArray, out: int, top: int) -> tuple[int, float]:
    """
    Return the closed row that is best to swap an open one for, and what that gains.

    ``top`` is the best closed row at any cost; ``extra`` holds zeros before and after.
    """
    miss = pattern.miss[out]
    loss = 0.0
    for p in range(pattern.start[out], pattern.start[out + 1]):
        j = pattern.groups[p]
        without = left_without(pattern, state, j, miss)
        loss += pattern.rate[out] * without
        more = without - state.left[j]
        for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
            extra[pattern.column_rows[q]] += more
    most_yen = pattern.budget - state.spent[0] + pattern.cost[out]
    is_any = pattern.budget < 0 or top == CLOSED or pattern.cost[top] <= most_yen
    best = top if is_any else _best_closed(pattern, state, reach, most_yen, False)
    value = 0.0 if best == CLOSED else pattern.rate[best] * (reach[best] + extra[best])
    for p in range(pattern.start[out], pattern.start[out + 1]):
        j = pattern.groups[p]
        for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
            row = pattern.column_rows[q]
            gain = pattern.rate[row] * (reach[row] + extra[row])
            if state.place[row] == CLOSED and gain > value and (pattern.budget < 0 or pattern.cost[row] <= most_yen):
                best, value = row, gain
    for p in range(pattern.start[out], pattern.start[out + 1]):
        j = pattern.groups[p]
        for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
            extra[pattern.column_rows[q]] = 0.0
    return best, value - loss


@njit(cache=True, nogil=True)
def descend_robust(pattern: RobustPattern, state: RobustState, least_gain: float) -> int:
    """Make improving swaps and additions until none gains more than ``least_gain`` times the rate; return how many were made."""
    reach = _sum_left(pattern, state)
    extra = np.zeros(len(reach))
    n_made = fill(pattern, state, reach, least_gain, False)
    top = _best_closed(pattern, state, reach, pattern.budget, False)
    n_since = 0
    at = 0
    while n_since < state.n_open[0]:
        at = at + 1 if at + 1 < state.n_open[0] else 0
        n_since += 1
        out = int(state.open_rows[at])
        new, gain = _best_swap(pattern, state, reach, extra, out, top)
        if new != CLOSED and gain > pattern.rate[new] * least_gain:
            _flip(pattern, state, reach, out)
            _flip(pattern, state, reach, new)
            n_made += 1 + fill(pattern, state, reach, least_gain, False)
            top = _best_closed(pattern, state, reach, pattern.budget, False)
            n_since = 0
    return n_made


@njit(cache=True, nogil=True)
def prune_robust(pattern: RobustPattern, state: RobustState, least_gain: float) -> IndexArray:
    """Close the rows that add no more than ``least_gain`` times their rate to the others, the last opened first; return those that stay."""
    for at in range(state.n_open[0] - 1, -1, -1):
        row = int(state.open_rows[at])
        loss = loss_of(pattern, state, row)
        if loss <= pattern.rate[row] * least_gain:
            close_row(pattern, state, row, loss)
    return state.open_rows[: state.n_open[0]].copy()
