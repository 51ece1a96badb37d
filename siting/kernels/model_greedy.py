"""Greedy choice of rows for the general problem: upper limits are kept, targets and lower limits come first."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import FloatArray
from siting.kernels.model_state import (
    BACKUP,
    CLOSED,
    COST,
    IS_HELD,
    LOWER,
    N_LOGGED,
    PLACE,
    TOUCHED,
    UPPER,
    Search,
    Terms,
    change,
    toggle,
    undo,
)
from siting.kernels.model_values import appeal_of, price_groups

_MOST_OPENED = 8


@njit(cache=True, nogil=True)
def _key(t: Terms, s: Search, row: int, is_per_cost: bool) -> float:
    """Return what a closed row would bring by and large, or that per cost."""
    worth = 0.0
    for p in range(t.start[row], t.start[row + 1]):
        j = t.groups[p]
        if s.servers[j] < t.needed:
            worth += s.appeal[j] / t.needed
        elif s.servers[j] == t.needed:
            worth += t.group[j, BACKUP]
    for p in range(t.link_start[t.of_row + row], t.link_start[t.of_row + row + 1]):
        rule, amount = t.link[p, 0], t.link[p, 1]
        lacking = t.limit[rule, LOWER] - s.sums[rule]
        if lacking > 0 and amount > 0:
            worth += s.price[rule] * min(lacking, amount)
    if not is_per_cost or worth <= 0.0:
        return worth
    return worth / t.row[row, COST] if t.row[row, COST] > 0 else np.inf


@njit(cache=True, nogil=True)
def _partner(t: Terms, s: Search, rule: int, move: int) -> int:
    """Return a closed row that lowers the amount of a rule, or ``CLOSED``."""
    for p in range(t.link_start[t.members + rule], t.link_start[t.members + rule + 1]):
        row = t.link[p, 0]
        if t.link[p, 1] < 0 and s.book[row, PLACE] == CLOSED and t.row[row, IS_HELD] == 0 and s.book[row, TOUCHED] != move:
            return int(row)
    return CLOSED


@njit(cache=True, nogil=True)
def _open_if_allowed(t: Terms, s: Search, row: int, move: int) -> bool:
    """Open a row with those it needs, unless that goes over an upper limit."""
    penalty = s.penalty[0]
    s.number[N_LOGGED] = 0
    toggle(t, s, row, move)
    at = 0
    while at < s.number[N_LOGGED]:
        one = s.log[at]
        for p in range(t.link_start[t.of_row + one], t.link_start[t.of_row + one + 1]):
            rule = t.link[p, 0]
            if t.link[p, 1] <= 0 or s.sums[rule] <= t.limit[rule, UPPER]:
                continue
            partner = _partner(t, s, rule, move)
            if partner == CLOSED or s.number[N_LOGGED] >= _MOST_OPENED:
                undo(t, s, penalty)
                return False
            toggle(t, s, partner, move)
        at += 1
    return True


@njit(cache=True, nogil=True)
def _wake(t: Terms, s: Search, key: FloatArray) -> None:
    """Let the rows that were waiting for those just opened be tried again."""
    for at in range(s.number[N_LOGGED]):
        row = s.log[at]
        key[row] = -np.inf
        for p in range(t.link_start[t.of_row + row], t.link_start[t.of_row + row + 1]):
            if t.link[p, 1] < 0:
                table = t.members + t.link[p, 0]
                for q in range(t.link_start[table], t.link_start[table + 1]):
                    other = t.link[q, 0]
                    if s.book[other, PLACE] == CLOSED and t.row[other, IS_HELD] == 0:
                        key[other] = np.inf


@njit(cache=True, nogil=True)
def _n_met(t: Terms, s: Search) -> int:
    """Return how many targets and lower limits are met."""
    n = 0
    for one in range(t.n_limits):
        n += int(s.sums[one] >= t.limit[one, LOWER])
    return n


@njit(cache=True, nogil=True)
def fill_greedily(t: Terms, s: Search, is_per_cost: bool) -> None:
    """Open the row that brings most, again and again, as long as one brings something and the upper limits allow."""
    n = len(t.row)
    price_groups(t, s, 1.0)
    key = np.full(n, -np.inf)
    for row in range(n):
        if s.book[row, PLACE] == CLOSED and t.row[row, IS_HELD] == 0:
            key[row] = _key(t, s, row, is_per_cost)
    n_met = _n_met(t, s)
    move = -2
    while n > 0:
        row = int(np.argmax(key))
        if key[row] <= 0.0:
            break
        fresh = _key(t, s, row, is_per_cost)
        if fresh < key[row]:
            key[row] = fresh
            continue
        key[row] = -np.inf
        move -= 1
        if not _open_if_allowed(t, s, row, move):
            continue
        _wake(t, s, key)
        if _n_met(t, s) != n_met:
            n_met = _n_met(t, s)
            price_groups(t, s, 1.0)
    s.number[N_LOGGED] = 0


@njit(cache=True, nogil=True)
def _shed_rule(t: Terms, s: Search, rule: int) -> int:
    """Close the least appealing rows of a rule until it is not above its upper limit; return how many."""
    n_closed = 0
    while s.sums[rule] > t.limit[rule, UPPER]:
        worst, least = CLOSED, 0.0
        for p in range(t.link_start[t.members + rule], t.link_start[t.members + rule + 1]):
            row, amount = t.link[p, 0], t.link[p, 1]
            if amount > 0 and s.book[row, PLACE] != CLOSED and t.row[row, IS_HELD] == 0:
                appeal = appeal_of(t, s, row) / amount
                if worst == CLOSED or appeal < least:
                    worst, least = int(row), appeal
        if worst == CLOSED:
            break
        change(t, s, worst)
        n_closed += 1
    return n_closed


@njit(cache=True, nogil=True)
def shed(t: Terms, s: Search) -> None:
    """Close rows until no rule is above its upper limit, or no row can mend it."""
    price_groups(t, s, 1.0)
    n_closed = 1
    while n_closed > 0:
        n_closed = 0
        for rule in range(t.n_rules):
            n_closed += _shed_rule(t, s, rule)
