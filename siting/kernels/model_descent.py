"""Descent of the general problem to a plan that no single addition, removal or swap improves."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import IndexArray, IntArray
from siting.kernels.model_state import (
    CLOSED,
    IS_HELD,
    MERIT,
    N_BROKEN,
    N_OPEN,
    ORDER,
    PLACE,
    SPENT,
    Search,
    Terms,
    change,
)
from siting.kernels.model_values import appeal_of, price_groups

_N_FAR = 8
_MARGIN = 1.01
_SHORT_RULE = 12


@njit(cache=True, nogil=True)
def _is_better(s: Search, merit: int, spent: int) -> bool:
    """Tell whether the plan keeps every rule and is better than before, or as good at less cost."""
    number = s.number
    is_better = number[MERIT] > merit or (number[MERIT] == merit and number[SPENT] < spent)
    return bool(number[N_BROKEN] == 0 and is_better)


@njit(cache=True, nogil=True)
def _drop_and_add(t: Terms, s: Search, pool: IndexArray) -> None:
    """Close every row that is not missed, the last opened first; then open every row that helps."""
    for at in range(s.number[N_OPEN] - 1, -1, -1):
        row = s.book[at, ORDER]
        if t.row[row, IS_HELD] == 0:
            merit = s.number[MERIT]
            change(t, s, row)
            if s.number[N_BROKEN] > 0 or s.number[MERIT] < merit:
                change(t, s, row)
    for one in pool:
        row = int(np.int64(one))
        if s.book[row, PLACE] == CLOSED:
            merit, spent = s.number[MERIT], s.number[SPENT]
            change(t, s, row)
            if not _is_better(s, merit, spent):
                change(t, s, row)


@njit(cache=True, nogil=True)
def _far_rows(t: Terms, s: Search, pool: IndexArray) -> IntArray:
    """Return the most appealing closed rows."""
    appeal = np.full(len(pool), -np.inf)
    for at in range(len(pool)):
        if s.book[pool[at], PLACE] == CLOSED:
            appeal[at] = appeal_of(t, s, int(np.int64(pool[at])))
    far = np.empty(min(_N_FAR, len(pool)), dtype=np.int64)
    for at in range(len(far)):
        top = np.argmax(appeal)
        far[at] = pool[top]
        appeal[top] = -np.inf
    return far


@njit(cache=True, nogil=True)
def _try(t: Terms, s: Search, row: int, stamp: IndexArray, best: IntArray) -> int:
    """Open a closed row for a moment; note it in ``best`` (row, merit, cost) if that is better; return the groups looked at."""
    if stamp[row] == 1 or s.book[row, PLACE] != CLOSED or t.row[row, IS_HELD] != 0:
        return 0
    stamp[row] = 1
    change(t, s, row)
    if _is_better(s, best[1], best[2]):
        best[0], best[1], best[2] = row, s.number[MERIT], s.number[SPENT]
    change(t, s, row)
    return int(t.start[row + 1] - t.start[row])


@njit(cache=True, nogil=True)
def _swap_out(t: Terms, s: Search, out: int, far: IntArray, stamp: IndexArray, best: IntArray) -> int:
    """Swap an open row for the best other one, if that helps; return the groups looked at."""
    best[0], best[1], best[2] = out, s.number[MERIT], s.number[SPENT]
    change(t, s, out)
    stamp[:] = 0
    stamp[out] = 1
    n_touched = 0
    for p in range(t.start[out], t.start[out + 1]):
        j = t.groups[p]
        for q in range(t.column_start[j], t.column_start[j + 1]):
            n_touched += _try(t, s, int(np.int64(t.column_rows[q])), stamp, best)
    for p in range(t.link_start[t.of_row + out], t.link_start[t.of_row + out + 1]):
        table = t.members + t.link[p, 0]
        if t.link_start[table + 1] - t.link_start[table] <= _SHORT_RULE:
            for q in range(t.link_start[table], t.link_start[table + 1]):
                n_touched += _try(t, s, t.link[q, 0], stamp, best)
    for row in far:
        n_touched += _try(t, s, row, stamp, best)
    change(t, s, best[0])
    return n_touched


@njit(cache=True, nogil=True)
def descend(t: Terms, s: Search, pool: IndexArray, most_touched: float) -> None:
    """
    Make improving additions, removals and swaps until none is left, or the work is done.

    The plan must keep every rule, and does so throughout. Rows swapped in are those that share a group or a short rule with
    the one swapped out, and the most appealing ones anywhere.
    """
    price_groups(t, s, _MARGIN)
    stamp = np.zeros(len(t.row), dtype=np.int32)
    best = np.zeros(3, dtype=np.int64)
    n_touched = 0.0
    _drop_and_add(t, s, pool)
    far = _far_rows(t, s, pool)
    is_changed = True
    while is_changed and n_touched < most_touched:
        is_changed = False
        for out in s.book[: s.number[N_OPEN], ORDER].copy():
            if s.book[out, PLACE] == CLOSED or t.row[out, IS_HELD] != 0 or n_touched >= most_touched:
                continue
            n_touched += _swap_out(t, s, out, far, stamp, best)
            if best[0] != out:
                _drop_and_add(t, s, pool)
                far = _far_rows(t, s, pool)
                is_changed = True
    s.penalty[0] = 0.0
