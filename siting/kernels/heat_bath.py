"""Moves of the heat bath: an open row goes to a place drawn among all, at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import BoolArray, FloatArray, IndexArray
from siting.kernels.pattern import Pattern
from siting.kernels.presolve import UnsignedArray
from siting.kernels.row_list import pick_out
from siting.kernels.search_state import Search, add_to, move_row
from siting.kernels.splitmix import random_unit

_LEAST_ODDS = 10.0
"""Temperatures below the value of the row that is closed at which another is no longer drawn."""

_AT_ONCE = 8
"""Marks that are looked at in one go."""


class Bath(NamedTuple):
    """
    Room to work in.

    Attributes
    ----------
    value
        What each row would cover were one row closed, padded to whole words of marks.
    is_drawn, words
        Marks of the rows that are drawn among, and the same bytes by eights.
    choice, tally
        Those rows, and the sum of their odds so far.
    """

    value: FloatArray
    is_drawn: BoolArray
    words: UnsignedArray
    choice: IndexArray
    tally: FloatArray


@njit(cache=True, nogil=True)
def fill_bath(n_rows: int) -> Bath:
    """Return the room for a number of rows."""
    n = (n_rows + _AT_ONCE - 1) // _AT_ONCE * _AT_ONCE
    is_drawn = np.zeros(n, dtype=np.bool_)
    return Bath(np.full(n, -np.inf), is_drawn, is_drawn.view(np.uint64), np.zeros(n, dtype=np.int32), np.zeros(n))


@njit(cache=True, nogil=True)
def _value_without(pattern: Pattern, search: Search, out: int, value: FloatArray) -> None:
    """Set the value of every row that could be opened were one closed; the others get minus infinity."""
    for i in range(len(search.value)):
        value[i] = search.value[i]
    for at in range(search.n_open[0]):
        value[np.uint32(search.open_rows[at])] = -np.inf
    value[out] = 0.0
    for p in range(pattern.start[out], pattern.start[out + 1]):
        j = np.uint32(pattern.groups[p])
        if search.n_serving[j] == 1:
            add_to(value, pattern.column_rows[pattern.column_start[j] : pattern.column_start[j + 1]], pattern.weight[j])
    if pattern.budget >= 0:
        room = pattern.budget - search.spent[0] + pattern.cost[out]
        for i in range(len(search.value)):
            if pattern.cost[i] > room:
                value[i] = -np.inf


@njit(cache=True, nogil=True)
def reseat(pattern: Pattern, search: Search, temperature: float, bath: Bath) -> None:
    """
    Close an open row and open one that fits, any, with the odds of the heat bath: e times less per temperature of value less.

    One such move does the work of as many swaps tried as it takes until one is let through.
    """
    out = pick_out(search)
    value, is_drawn, words, choice, tally = bath
    _value_without(pattern, search, out, value)
    least = value[out] - _LEAST_ODDS * temperature
    for i in range(len(value)):
        is_drawn[i] = value[i] >= least
    n, best = 0, value[out]
    for at in range(len(words)):
        if words[at]:
            for i in range(_AT_ONCE * at, _AT_ONCE * at + _AT_ONCE):
                if is_drawn[i]:
                    choice[n] = i
                    best = max(best, value[i])
                    n += 1
    total = 0.0
    for at in range(n):
        total += np.exp((value[choice[at]] - best) / temperature)
        tally[at] = total
    drawn = total * random_unit(search.random)
    at = 0
    while tally[at] < drawn:
        at += 1
    new = int(choice[at])
    if new != out:
        move_row(pattern, search, out, new)
