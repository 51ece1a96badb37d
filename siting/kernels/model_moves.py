"""Moves of the general local search: which rows to change, and how to mend the rules that a change breaks."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import IndexArray
from siting.kernels.model_state import (
    CLOSED,
    GAIN,
    IS_HELD,
    N_LOGGED,
    N_OPEN,
    N_RULES_BROKEN,
    NEED,
    ORDER,
    PLACE,
    TOUCHED,
    UPPER,
    Search,
    Terms,
    beyond_limits,
    toggle,
)
from siting.kernels.splitmix import next_random, random_below

_SHORT_RULE = 12
_DRAWS = 8
_MOST_CHANGES = 12


@njit(cache=True, nogil=True)
def _random_open(s: Search) -> int:
    """Return a random open row, or ``CLOSED``."""
    return CLOSED if s.number[N_OPEN] == 0 else int(s.book[random_below(s.random, s.number[N_OPEN]), ORDER])


@njit(cache=True, nogil=True)
def _may_go(t: Terms, s: Search, row: int, move: int) -> bool:
    """Tell whether a row is open, free, and not yet changed by the move."""
    return row != CLOSED and s.book[row, PLACE] != CLOSED and t.row[row, IS_HELD] == 0 and s.book[row, TOUCHED] != move


@njit(cache=True, nogil=True)
def _may_come(t: Terms, s: Search, row: int, move: int) -> bool:
    """Tell whether a row is closed, free, and not yet changed by the move."""
    return row != CLOSED and s.book[row, PLACE] == CLOSED and t.row[row, IS_HELD] == 0 and s.book[row, TOUCHED] != move


@njit(cache=True, nogil=True)
def _pick_out(t: Terms, s: Search, move: int) -> int:
    """Return the less appealing of two random open rows that may be closed, or ``CLOSED``."""
    one, other = _random_open(s), _random_open(s)
    if not _may_go(t, s, one, move):
        return other if _may_go(t, s, other, move) else CLOSED
    is_other_less = one != other and _may_go(t, s, other, move) and s.value[other] < s.value[one]
    return other if is_other_less else one


@njit(cache=True, nogil=True)
def _random_server(t: Terms, s: Search, group: int) -> int:
    """Return a random row that may serve a group, or ``CLOSED``."""
    first, end = t.column_start[group], t.column_start[group + 1]
    return CLOSED if first == end else int(t.column_rows[first + random_below(s.random, end - first)])


@njit(cache=True, nogil=True)
def _near_row(t: Terms, s: Search, near: int) -> int:
    """Return a random row that shares a group with another, or ``CLOSED``."""
    if near == CLOSED or t.start[near] == t.start[near + 1]:
        return CLOSED
    return _random_server(t, s, int(np.int64(t.groups[t.start[near] + random_below(s.random, t.start[near + 1] - t.start[near])])))


@njit(cache=True, nogil=True)
def _wanted_row(t: Terms, s: Search) -> int:
    """Return a random row that serves an uncovered group of a random target or bundle, or ``CLOSED``."""
    if t.n_rules == len(t.limit):
        return CLOSED
    at = t.n_rules + random_below(s.random, len(t.limit) - t.n_rules)
    if s.sums[at] >= t.limit[at, NEED]:
        return CLOSED
    table = t.members + at if at < t.n_limits else t.in_bundle + at - t.n_limits
    first, end = t.link_start[table], t.link_start[table + 1]
    if first == end:
        return CLOSED
    for _ in range(_DRAWS):
        group = t.link[first + random_below(s.random, end - first), 0]
        if s.servers[group] < t.needed:
            return _random_server(t, s, group)
    return CLOSED


@njit(cache=True, nogil=True)
def _pick_in(t: Terms, s: Search, near: int, pool: IndexArray, move: int) -> int:
    """Return a closed row: near another, wanted by a target or bundle, or the more appealing of two anywhere; else ``CLOSED``."""
    row = CLOSED
    kind = random_below(s.random, 16)
    if kind < 2:
        row = _wanted_row(t, s)
    elif kind < 10:
        row = _near_row(t, s, near)
    if row == CLOSED and len(pool) > 0:
        row = int(pool[random_below(s.random, len(pool))])
        other = int(pool[random_below(s.random, len(pool))])
        if not _may_come(t, s, row, move) or (_may_come(t, s, other, move) and s.value[other] > s.value[row]):
            row = other
    return row if _may_come(t, s, row, move) else CLOSED


@njit(cache=True, nogil=True)
def _amount_of(t: Terms, row: int, rule: int) -> int:
    """Return the amount of a row in a rule, 0 for none."""
    for p in range(t.link_start[t.of_row + row], t.link_start[t.of_row + row + 1]):
        if t.link[p, 0] == rule:
            return int(t.link[p, 1])
    return 0


@njit(cache=True, nogil=True)
def _candidate(t: Terms, s: Search, rule: int, draw: int, near: int, move: int) -> tuple[int, int]:
    """Return the next row that may mend a rule, with its amount: all rows of a short rule in turn, a random one of a long rule."""
    first, end = t.link_start[t.members + rule], t.link_start[t.members + rule + 1]
    if end - first <= _SHORT_RULE:
        return int(t.link[first + draw, 0]), int(t.link[first + draw, 1])
    if s.sums[rule] > t.limit[rule, UPPER] and draw < 2 * _DRAWS:
        row = _near_row(t, s, near) if draw < _DRAWS and move % 2 == 0 else _random_open(s)
        return row, _amount_of(t, row, rule) if row != CLOSED else 0
    p = first + random_below(s.random, end - first)
    return int(t.link[p, 0]), int(t.link[p, 1])


@njit(cache=True, nogil=True)
def _mend_rule(t: Terms, s: Search, rule: int, near: int, move: int) -> bool:
    """Change the row that mends a broken rule best, among a few; tell whether there was one."""
    is_over = s.sums[rule] > t.limit[rule, UPPER]
    n_rows = t.link_start[t.members + rule + 1] - t.link_start[t.members + rule]
    is_short = n_rows <= _SHORT_RULE
    best, best_worth, n_found = CLOSED, 0.0, 0
    for draw in range(n_rows if is_short else 3 * _DRAWS):
        row, amount = _candidate(t, s, rule, draw, near, move)
        if amount == 0:
            continue
        is_closing = (amount > 0) == is_over
        if is_closing:
            if not _may_go(t, s, row, move):
                continue
        elif not _may_come(t, s, row, move):
            continue
        worth = -s.value[row] if is_closing else s.value[row]
        if best == CLOSED or worth > best_worth:
            best, best_worth = row, worth
        n_found += 1
        if n_found == 2 and not is_short:
            break
    if best != CLOSED:
        toggle(t, s, best, move)
    return best != CLOSED


@njit(cache=True, nogil=True)
def mend(t: Terms, s: Search, move: int) -> None:
    """Change further rows until the rules of all rows changed so far are kept, or a few changes were made."""
    at = 0
    while at < s.number[N_LOGGED]:
        row = s.log[at]
        for p in range(t.link_start[t.of_row + row], t.link_start[t.of_row + row + 1]):
            rule = t.link[p, 0]
            while beyond_limits(t.limit, rule, s.sums[rule]) > 0:
                if s.number[N_LOGGED] >= _MOST_CHANGES or not _mend_rule(t, s, rule, s.log[0], move):
                    return
        at += 1


@njit(cache=True, nogil=True)
def _exchange(t: Terms, s: Search, pool: IndexArray, move: int) -> None:
    """Open a row and close two near it, or close one and open two near it."""
    near = _random_open(s)
    new = _pick_in(t, s, near, pool, move)
    if new == CLOSED:
        return
    toggle(t, s, new, move)
    if next_random(s.random) & np.uint64(1):
        for _ in range(_DRAWS):
            out = _near_row(t, s, new)
            if _may_go(t, s, out, move):
                toggle(t, s, out, move)
                if s.number[N_LOGGED] == 3:
                    break
    elif _may_go(t, s, near, move):
        toggle(t, s, near, move)
        other = _pick_in(t, s, near, pool, move)
        if other != CLOSED:
            toggle(t, s, other, move)


@njit(cache=True, nogil=True)
def _ruin_and_recreate(t: Terms, s: Search, pool: IndexArray, move: int) -> None:
    """Close the open rows about a place, then open rows there one by one, each the most appealing of a few."""
    centre = _random_open(s)
    for _ in range(2 * _DRAWS):
        out = _near_row(t, s, centre)
        if _may_go(t, s, out, move):
            toggle(t, s, out, move)
            if s.number[N_LOGGED] == 5:
                break
    for _ in range(s.number[N_LOGGED] + 1):
        best, best_worth = CLOSED, 0.0
        for _draw in range(_DRAWS):
            new = _near_row(t, s, centre) if next_random(s.random) & np.uint64(1) else _pick_in(t, s, centre, pool, move)
            if _may_come(t, s, new, move):
                worth = s.value[new]
                if worth > best_worth:
                    best, best_worth = new, worth
        if best == CLOSED:
            break
        toggle(t, s, best, move)


@njit(cache=True, nogil=True)
def _shared(t: Terms, s: Search, new: int, out: int) -> float:
    """Return what only ``out`` covers and ``new`` would cover as well, by and large."""
    shared = 0.0
    p, q = t.start[new], t.start[out]
    while p < t.start[new + 1] and q < t.start[out + 1]:
        if t.groups[p] == t.groups[q]:
            if s.servers[t.groups[p]] == t.needed:
                shared += s.appeal[t.groups[p]]
            p += 1
            q += 1
        elif t.groups[p] < t.groups[q]:
            p += 1
        else:
            q += 1
    return shared


@njit(cache=True, nogil=True)
def _is_hopeless(t: Terms, s: Search, new: int, out: int, allowed: float) -> bool:
    """Tell whether a change surely loses more than allowed; never so while rules are broken, which a change may mend."""
    if s.number[N_RULES_BROKEN] > 0:
        return False
    if new == CLOSED:
        return bool(-s.value[out] < allowed)
    if out == CLOSED or s.value[new] - s.value[out] >= allowed:
        return bool(s.value[new] < allowed)
    if t.needed > 1:
        return False
    if s.value[new] - t.row[out, GAIN] < allowed:
        return True
    return bool(s.value[new] - s.value[out] + _shared(t, s, new, out) < allowed)


@njit(cache=True, nogil=True)
def make_move(t: Terms, s: Search, pool: IndexArray, kind: int, move: int, allowed: float) -> None:
    """
    Make a move: 0 swap, 1 addition, 2 removal, 3 two for one, 4 ruin and recreate; then mend the rules it broke.

    Moves that would surely lose more than ``allowed`` are not made.
    """
    s.number[N_LOGGED] = 0
    if kind == 3:
        _exchange(t, s, pool, move)
    elif kind == 4:
        _ruin_and_recreate(t, s, pool, move)
    else:
        out = CLOSED if kind == 1 else _pick_out(t, s, move)
        new = CLOSED if kind == 2 else _pick_in(t, s, _random_open(s) if kind == 1 else out, pool, move)
        if (kind != 1 and out == CLOSED) or (kind != 2 and new == CLOSED) or _is_hopeless(t, s, new, out, allowed):
            return
        if new != CLOSED:
            toggle(t, s, new, move)
        if out != CLOSED:
            toggle(t, s, out, move)
    mend(t, s, move)
