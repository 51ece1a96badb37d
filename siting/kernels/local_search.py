"""Swap local search by annealing."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.heat_bath import fill_bath, reseat
from siting.kernels.pattern import Pattern
from siting.kernels.row_list import CLOSED, fits, pick_in, pick_out
from siting.kernels.search_state import Search, close_row, move_row, open_row
from siting.kernels.splitmix import next_random, random_below, random_unit

_MOST_EXCHANGED = 4


@njit(cache=True, nogil=True)
def _only_with(pattern: Pattern, search: Search, closed: int, opened: int) -> float:
    """Return the weight that only ``opened`` covers and that ``closed`` serves as well."""
    shared = 0.0
    for p in range(pattern.start[closed], pattern.start[closed + 1]):
        j = pattern.groups[p]
        if search.n_serving[j] == 1 and search.owner[j] == opened:
            shared += pattern.weight[j]
    return shared


@njit(cache=True, nogil=True)
def _try_swap(pattern: Pattern, search: Search, temperature: float) -> None:
    """Swap an open row for a closed one if the loss is within what the temperature lets through."""
    out = pick_out(search)
    new = pick_in(pattern, search, out)
    if new == CLOSED or not fits(pattern, search, pattern.cost[new] - pattern.cost[out]):
        return
    allowed = temperature * np.log(random_unit(search.random))
    gain = search.value[new] - search.value[out]
    if gain < allowed:
        if search.value[new] < allowed:
            return
        if gain + _only_with(pattern, search, new, out) < allowed:
            return
    move_row(pattern, search, out, new)


@njit(cache=True, nogil=True)
def _try_add(pattern: Pattern, search: Search) -> None:
    """Open a closed row that adds something, if the limits leave room for it."""
    new = pick_in(pattern, search, search.open_rows[random_below(search.random, search.n_open[0])])
    if new != CLOSED and search.value[new] > 0.0 and fits(pattern, search, pattern.cost[new]):
        open_row(pattern, search, new)


@njit(cache=True, nogil=True)
def _try_exchange(pattern: Pattern, search: Search, temperature: float, changed: IndexArray) -> None:
    """
    Open a closed row, close as many as the limits then ask for, and use what room is left; undo it if too much is lost.

    Costs differ, so the best use of a budget may be two rows for one, or one for two.
    """
    before = search.covered[0]
    near = search.open_rows[random_below(search.random, search.n_open[0])]
    n_changed = 0
    for _ in range(_MOST_EXCHANGED):
        new = pick_in(pattern, search, near)
        if new == CLOSED or search.value[new] <= 0.0:
            continue
        is_room = search.n_open[0] < pattern.max_rows and fits(pattern, search, pattern.cost[new])
        while not is_room and n_changed < _MOST_EXCHANGED and search.n_open[0] > 0:
            out = pick_out(search)
            close_row(pattern, search, out)
            changed[n_changed] = out
            n_changed += 1
            is_room = fits(pattern, search, pattern.cost[new])
        if is_room:
            open_row(pattern, search, new)
            changed[n_changed] = new
            n_changed += 1
    if search.n_open[0] > 0 and search.covered[0] - before >= temperature * np.log(random_unit(search.random)):
        return
    for at in range(n_changed - 1, -1, -1):
        if search.place[changed[at]] == CLOSED:
            open_row(pattern, search, changed[at])
        else:
            close_row(pattern, search, changed[at])


@njit(cache=True, nogil=True)
def anneal(
    pattern: Pattern,
    search: Search,
    hot: float,
    cold: float,
    first_move: int,
    end_move: int,
    n_moves: int,
    is_heat_bath: bool,
    best_rows: IndexArray,
    n_best: IntArray,
    best: FloatArray,
) -> None:
    """
    Make moves first_move..end_move of an annealing with ``n_moves``, cooling geometrically from ``hot`` to ``cold``.

    In a heat bath a site moves to one drawn among all, else to one random row if the temperature lets it.

    ``best_rows[:n_best[0]]`` is kept at the best set met, which covers ``best[0]``.
    """
    changed = np.empty(2 * _MOST_EXCHANGED, dtype=np.int32)
    bath = fill_bath(len(search.place))
    for move in range(first_move, end_move):
        temperature = hot * (cold / hot) ** (move / n_moves)
        if search.n_open[0] < pattern.max_rows and next_random(search.random) & np.uint64(3) == 0:
            _try_add(pattern, search)
        elif pattern.budget >= 0 and next_random(search.random) & np.uint64(31) == 0:
            _try_exchange(pattern, search, temperature, changed)
        elif is_heat_bath:
            reseat(pattern, search, temperature, bath)
        else:
            _try_swap(pattern, search, temperature)
        if search.covered[0] > best[0]:
            best[0] = search.covered[0]
            n_best[0] = search.n_open[0]
            best_rows[: search.n_open[0]] = search.open_rows[: search.n_open[0]]
