"""A set of open rows, with cover counts and the value of every row kept up to date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.pattern import Pattern
from siting.kernels.presolve import UnsignedArray
from siting.kernels.row_list import CLOSED, delist, enlist

NO_GROUP = 2**31 - 1
"""Above every group."""


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
def add_to(value: FloatArray, rows: IndexArray, weight: float) -> None:
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
            add_to(search.value, pattern.column_rows[pattern.column_start[j] : pattern.column_start[j + 1]], -pattern.weight[j])
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
            add_to(search.value, pattern.column_rows[pattern.column_start[j] : pattern.column_start[j + 1]], pattern.weight[j])
        elif search.n_serving[j] == 1:
            search.value[search.owner[j]] += pattern.weight[j]
    search.value[row] = own
    delist(pattern, search, row)
    search.covered[0] -= search.value[row]


@njit(cache=True, nogil=True)
def move_row(pattern: Pattern, search: Search, out: int, new: int) -> None:
    """Close an open row and open a closed one: the same as one after the other, without touching the groups that both cover."""
    p, end_out = pattern.start[out], pattern.start[out + 1]
    q, end_new = pattern.start[new], pattern.start[new + 1]
    lost, gained, kept = 0.0, 0.0, 0.0
    while p < end_out or q < end_new:
        leaves = pattern.groups[p] if p < end_out else NO_GROUP
        comes = pattern.groups[q] if q < end_new else NO_GROUP
        j = np.uint32(min(leaves, comes))
        if leaves == comes:
            p += 1
            q += 1
            search.owner[j] ^= out ^ new
            if search.n_serving[j] == 1:
                kept += pattern.weight[j]
        elif leaves < comes:
            p += 1
            search.n_serving[j] -= 1
            search.owner[j] ^= out
            if search.n_serving[j] == 0:
                lost += pattern.weight[j]
                add_to(search.value, pattern.column_rows[pattern.column_start[j] : pattern.column_start[j + 1]], pattern.weight[j])
            elif search.n_serving[j] == 1:
                search.value[search.owner[j]] += pattern.weight[j]
        else:
            q += 1
            if search.n_serving[j] == 0:
                gained += pattern.weight[j]
                add_to(search.value, pattern.column_rows[pattern.column_start[j] : pattern.column_start[j + 1]], -pattern.weight[j])
            elif search.n_serving[j] == 1:
                search.value[search.owner[j]] -= pattern.weight[j]
            search.n_serving[j] += 1
            search.owner[j] ^= new
    search.value[out] = lost
    search.value[new] = gained + kept
    delist(pattern, search, out)
    enlist(pattern, search, new)
    search.covered[0] += gained - lost


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
