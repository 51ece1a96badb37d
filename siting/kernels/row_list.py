"""Open rows as a list with places, and random rows to open and to close: the same for every search by swaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from siting.kernels.pattern import Pattern
from siting.kernels.robust_pattern import RobustPattern
from siting.kernels.splitmix import next_random, random_below

if TYPE_CHECKING:
    from siting.kernels.robust_state import RobustState
    from siting.kernels.search_state import Search

CLOSED = -1
"""Place of a row that is not open."""


@njit(cache=True, nogil=True)
def enlist(pattern: Pattern | RobustPattern, state: Search | RobustState, row: int) -> None:
    """Put a row behind the open ones, and pay for it."""
    state.place[row] = state.n_open[0]
    state.open_rows[state.n_open[0]] = row
    state.n_open[0] += 1
    state.spent[0] += pattern.cost[row]


@njit(cache=True, nogil=True)
def delist(pattern: Pattern | RobustPattern, state: Search | RobustState, row: int) -> None:
    """Put the last open row in the place of another, which is closed, and take back what that one cost."""
    state.n_open[0] -= 1
    last = state.open_rows[state.n_open[0]]
    state.open_rows[state.place[row]] = last
    state.place[last] = state.place[row]
    state.place[row] = CLOSED
    state.spent[0] -= pattern.cost[row]


@njit(cache=True, nogil=True)
def fits(pattern: Pattern | RobustPattern, state: Search | RobustState, more: int) -> bool:
    """Tell whether ``more`` yen can still be spent."""
    return pattern.budget < 0 or state.spent[0] + more <= pattern.budget


@njit(cache=True, nogil=True)
def pick_out(state: Search | RobustState) -> int:
    """Return the less valuable of two random open rows."""
    one = int(state.open_rows[random_below(state.random, state.n_open[0])])
    other = int(state.open_rows[random_below(state.random, state.n_open[0])])
    return other if state.value[other] < state.value[one] else one


@njit(cache=True, nogil=True)
def pick_in(pattern: Pattern | RobustPattern, state: Search | RobustState, near: int) -> int:
    """Return a random closed row that shares a group with ``near``, or the more valuable of two anywhere; else ``CLOSED``."""
    if next_random(state.random) & np.uint64(1):
        p = pattern.start[near] + random_below(state.random, pattern.start[near + 1] - pattern.start[near])
        j = pattern.groups[p]
        q = pattern.column_start[j] + random_below(state.random, pattern.column_start[j + 1] - pattern.column_start[j])
        near_row = int(pattern.column_rows[q])
        return near_row if state.place[near_row] == CLOSED else CLOSED
    row = random_below(state.random, len(state.place))
    other = random_below(state.random, len(state.place))
    if state.place[other] == CLOSED and (state.place[row] != CLOSED or state.value[other] > state.value[row]):
        row = other
    return row if state.place[row] == CLOSED else CLOSED
