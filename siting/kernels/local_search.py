"""Swap local search with cover counts and the value of every row kept up to date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.pattern import Pattern
from siting.kernels.presolve import UnsignedArray
from siting.kernels.row_list import CLOSED, delist, enlist, fits, pick_in, pick_out
from siting.kernels.splitmix import next_random, random_below, random_unit

MOST_EXCHANGED = 4
MOST_YEN = 2**62
LEAST_ODDS = 10.0
"""Temperatures below the best value at which a row is no longer drawn."""


class Search(NamedTuple):
    """
    A set of open rows and what follows from it.

    Attributes
    ----------
    n_serving
        Open rows that serve each group, shape (m,).
    owner
        Exclusive or of those rows: the row itself where there is just one, shape (m,).
    value
        What each row alone covers (open rows) or would newly cover (closed rows), shape (n,).
    open_rows, place
        Open rows in the first ``n_open`` places; the place of each row, or ``CLOSED``.
    n_open, spent, covered
        One entry each: open rows, their yen, the weight they cover.
    random
        State of the generator, one entry.
    """

    n_serving: IndexArray
    owner: IndexArray
    value: FloatArray
    open_rows: IndexArray
    place: IndexArray
    n_open: IntArray
    spent: IntArray
    covered: FloatArray
    random: UnsignedArray


@njit(cache=True, nogil=True)
def _add(value: FloatArray, rows: IndexArray, weight: float) -> None:
    """Add a weight to the value of some rows."""
    for q in range(len(rows)):  # an index without a sign is not checked for counting from the end
        value[np.uint32(rows[q])] += weight


@njit(cache=True, nogil=True)
def open_row(pattern: Pattern, search: Search, row: int) -> None:
    """Open a closed row."""
    own = search.value[row]
    for p in range(pattern.start[row], pattern.start[row + 1]):
        j = np.uint32(pattern.groups[p])
        if search.n_serving[j] == 0:
            _add(search.value, pattern.column_rows[pattern.column_start[j] : pattern.column_start[j + 1]], -pattern.weight[j])
        elif search.n_serving[j] == 1:
            search.value[search.owner[j]] -= pattern.weight[j]
        search.n_serving[j] += 1
        search.owner[j] ^= row
    search.value[row] = own
    enlist(pattern, search, row)
    search.covered[0] += search.value[row]


@njit(cache=True, nogil=True)
def close_row(pattern: Pattern, search: Search, row: int) -> None:
    """Close an open row."""
    own = search.value[row]
    for p in range(pattern.start[row], pattern.start[row + 1]):
        j = np.uint32(pattern.groups[p])
        search.n_serving[j] -= 1
        search.owner[j] ^= row
        if search.n_serving[j] == 0:
            _add(search.value, pattern.column_rows[pattern.column_start[j] : pattern.column_start[j + 1]], pattern.weight[j])
        elif search.n_serving[j] == 1:
            search.value[search.owner[j]] += pattern.weight[j]
    search.value[row] = own
    delist(pattern, search, row)
    search.covered[0] -= search.value[row]


@njit(cache=True, nogil=True)
def begin(pattern: Pattern, rows: IndexArray, seed: int) -> Search:
    """Return the search state with the given rows open."""
    n, m = len(pattern.start) - 1, len(pattern.weight)
    random = np.zeros(1, dtype=np.uint64)
    random[0] = np.uint64(seed)
    search = Search(
        np.zeros(m, dtype=np.int32),
        np.zeros(m, dtype=np.int32),
        np.zeros(n),
        np.zeros(n, dtype=np.int32),
        np.full(n, CLOSED, dtype=np.int32),
        np.zeros(1, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.zeros(1),
        random,
    )
    for i in range(n):
        for p in range(pattern.start[i], pattern.start[i + 1]):
            search.value[i] += pattern.weight[pattern.groups[p]]
    for row in rows:
        open_row(pattern, search, row)
    return search


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
    close_row(pattern, search, out)
    open_row(pattern, search, new)


@njit(cache=True, nogil=True)
def _most_valuable(value: FloatArray, place: IndexArray, cost: IntArray, room: int) -> float:
    """Return the value of the most valuable closed row that costs no more than ``room``."""
    best = 0.0
    for i in range(len(value)):
        if value[i] > best and place[i] < 0 and cost[i] <= room:
            best = value[i]
    return best


@njit(cache=True, nogil=True)
def _reseat(pattern: Pattern, search: Search, temperature: float, tally: FloatArray, choice: IndexArray) -> None:
    """
    Close an open row and open one that fits, any, with the odds of the heat bath: e times less per temperature of value less.

    One such move does the work of as many swaps tried as it takes until one is let through.
    """
    out = pick_out(search)
    close_row(pattern, search, out)
    value, place, cost = search.value, search.place, pattern.cost
    room = pattern.budget - search.spent[0] if pattern.budget >= 0 else MOST_YEN
    best = _most_valuable(value, place, cost, room)
    least = best - LEAST_ODDS * temperature
    n, total = 0, 0.0
    for i in range(len(value)):
        if value[i] >= least and place[i] == CLOSED and cost[i] <= room:
            total += np.exp((value[i] - best) / temperature)
            tally[n] = total
            choice[n] = i
            n += 1
    drawn = total * random_unit(search.random)
    at = 0
    while tally[at] < drawn:
        at += 1
    open_row(pattern, search, int(choice[at]))


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
    for _ in range(MOST_EXCHANGED):
        new = pick_in(pattern, search, near)
        if new == CLOSED or search.value[new] <= 0.0:
            continue
        is_room = search.n_open[0] < pattern.max_rows and fits(pattern, search, pattern.cost[new])
        while not is_room and n_changed < MOST_EXCHANGED and search.n_open[0] > 0:
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
    changed = np.empty(2 * MOST_EXCHANGED, dtype=np.int32)
    tally, choice = np.empty(len(search.place)), np.empty(len(search.place), dtype=np.int32)
    for move in range(first_move, end_move):
        temperature = hot * (cold / hot) ** (move / n_moves)
        if search.n_open[0] < pattern.max_rows and next_random(search.random) & np.uint64(3) == 0:
            _try_add(pattern, search)
        elif pattern.budget >= 0 and next_random(search.random) & np.uint64(31) == 0:
            _try_exchange(pattern, search, temperature, changed)
        elif is_heat_bath:
            _reseat(pattern, search, temperature, tally, choice)
        else:
            _try_swap(pattern, search, temperature)
        if search.covered[0] > best[0]:
            best[0] = search.covered[0]
            n_best[0] = search.n_open[0]
            best_rows[: search.n_open[0]] = search.open_rows[: search.n_open[0]]
