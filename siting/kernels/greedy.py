"""Lazy greedy choice of rows: a heap of gains that are only recomputed when they reach the top."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray


@njit(cache=True, nogil=True)
def gain_of(row_start: IntArray, row_groups: IndexArray, weight: FloatArray, count: IndexArray, row: int) -> float:
    """Return the weight that a row would newly cover."""
    gain = 0.0
    for p in range(row_start[row], row_start[row + 1]):
        if count[row_groups[p]] == 0:
            gain += weight[row_groups[p]]
    return gain


@njit(cache=True, nogil=True)
def _is_before(key: FloatArray, one: int, other: int) -> bool:
    """Order of the heap: the larger key first, the lower row among equals."""
    return key[one] > key[other] or (key[one] == key[other] and one < other)


@njit(cache=True, nogil=True)
def _sink(heap: IndexArray, key: FloatArray, size: int, at: int) -> None:
    """Move the row at a place of the heap down until the heap is in order."""
    row = heap[at]
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and _is_before(key, heap[child + 1], heap[child]):
            child += 1
        if not _is_before(key, heap[child], row):
            break
        heap[at] = heap[child]
        at = child
    heap[at] = row


@njit(cache=True, nogil=True)
def choose_greedily(
    row_start: IntArray,
    row_groups: IndexArray,
    weight: FloatArray,
    cost: IntArray,
    is_per_yen: bool,
    rows: IndexArray,
    count: IndexArray,
    max_rows: int,
    budget: int,
) -> IndexArray:
    """
    Return the rows opened, best first, among those given; ``count`` (servers of each group) is brought up to date.

    A row that costs more than the remaining budget is passed over. Rows that add nothing are never opened. ``budget`` below
    zero stands for none.
    """
    n = len(row_start) - 1
    key = np.zeros(n, dtype=np.float64)
    heap = rows.copy()
    size = len(heap)
    for row in heap:
        key[row] = _key(row_start, row_groups, weight, cost, is_per_yen, count, row)
    for at in range(size // 2 - 1, -1, -1):
        _sink(heap, key, size, at)
    chosen = np.empty(min(max_rows, size), dtype=np.int32)
    n_chosen = 0
    while size > 0 and n_chosen < len(chosen):
        row = heap[0]
        is_open = False
        if budget < 0 or cost[row] <= budget:
            key[row] = _key(row_start, row_groups, weight, cost, is_per_yen, count, row)
            _sink(heap, key, size, 0)
            if heap[0] != row:
                continue
            is_open = key[row] > 0
        if is_open:
            chosen[n_chosen] = row
            n_chosen += 1
            budget -= cost[row]
            for p in range(row_start[row], row_start[row + 1]):
                count[row_groups[p]] += 1
        size -= 1
        heap[0] = heap[size]
        _sink(heap, key, size, 0)
    return chosen[:n_chosen]


@njit(cache=True, nogil=True)
def _key(
    row_start: IntArray, row_groups: IndexArray, weight: FloatArray, cost: IntArray, is_per_yen: bool, count: IndexArray, row: int
) -> float:
    """Return the gain of a row, or its gain per yen (endless for a gain that is free)."""
    gain = gain_of(row_start, row_groups, weight, count, row)
    if not is_per_yen or gain == 0.0:
        return gain
    return gain / cost[row] if cost[row] > 0 else np.inf
