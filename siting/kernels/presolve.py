"""Loops behind the presolve: signatures of cells, exact verification of merges, dominance of candidates."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray

UnsignedArray: TypeAlias = NDArray[np.uint64]


@njit(cache=True, nogil=True)
def sign_cells(
    start: IntArray, cells: IndexArray, is_live: BoolArray, hash_a: UnsignedArray, hash_b: UnsignedArray, n_cells: int
) -> tuple[UnsignedArray, UnsignedArray, IndexArray]:
    """Return, for every cell, two hash sums over the live candidates that serve it, and their number."""
    sum_a = np.zeros(n_cells, dtype=np.uint64)
    sum_b = np.zeros(n_cells, dtype=np.uint64)
    degree = np.zeros(n_cells, dtype=np.int32)
    for i in range(len(start) - 1):
        if is_live[i]:
            for p in range(start[i], start[i + 1]):
                j = cells[p]
                sum_a[j] += hash_a[i]
                sum_b[j] += hash_b[i]
                degree[j] += 1
    return sum_a, sum_b, degree


@njit(cache=True, nogil=True)
def find_leaders(sum_a: UnsignedArray, sum_b: UnsignedArray, is_kept: BoolArray) -> IndexArray:
    """Return, for every kept cell, the first cell with the same pair of sums; -1 for the others."""
    n_kept = 0
    for is_one in is_kept:
        n_kept += is_one
    size = 16
    while size < 2 * n_kept:
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    leader = np.full(len(sum_a), -1, dtype=np.int32)
    mask = np.uint64(size - 1)
    for j in range(len(sum_a)):
        if not is_kept[j]:
            continue
        slot = (sum_a[j] ^ (sum_a[j] >> np.uint64(32))) & mask
        while table[slot] >= 0 and (sum_a[table[slot]] != sum_a[j] or sum_b[table[slot]] != sum_b[j]):
            slot = (slot + np.uint64(1)) & mask
        if table[slot] < 0:
            table[slot] = j
        leader[j] = table[slot]
    return leader


@njit(cache=True, nogil=True)
def keep_leaders(
    start: IntArray, cells: IndexArray, is_live: BoolArray, leader: IndexArray, group: IndexArray
) -> tuple[IntArray, IndexArray]:
    """Return the rows with leading cells only, named by their group; rows that are not live become empty."""
    n = len(start) - 1
    new_start = np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        kept = 0
        if is_live[i]:
            for p in range(start[i], start[i + 1]):
                kept += leader[cells[p]] == cells[p]
        new_start[i + 1] = new_start[i] + kept
    new_cells = np.empty(new_start[n], dtype=np.int32)
    end = 0
    for i in range(n):
        if is_live[i]:
            for p in range(start[i], start[i + 1]):
                if leader[cells[p]] == cells[p]:
                    new_cells[end] = group[cells[p]]
                    end += 1
    return new_start, new_cells


@njit(cache=True, nogil=True)
def transpose(start: IntArray, cells: IndexArray, n_cells: int) -> tuple[IntArray, IndexArray]:
    """Return compressed columns: rows that serve each cell, rising."""
    column_start = np.zeros(n_cells + 1, dtype=np.int64)
    for j in cells:
        column_start[j + 1] += 1
    for j in range(n_cells):
        column_start[j + 1] += column_start[j]
    end = column_start[:-1].copy()
    rows = np.empty(len(cells), dtype=np.int32)
    for i in range(len(start) - 1):
        for p in range(start[i], start[i + 1]):
            rows[end[cells[p]]] = i
            end[cells[p]] += 1
    return column_start, rows


@njit(cache=True, nogil=True)
def find_false_merges(
    start: IntArray,
    cells: IndexArray,
    is_live: BoolArray,
    group: IndexArray,
    degree: IndexArray,
    column_start: IntArray,
    column_rows: IndexArray,
) -> BoolArray:
    """Mark each cell whose candidates are not exactly those of its group."""
    is_false = np.zeros(len(group), dtype=np.bool_)
    seen = np.zeros(len(group), dtype=np.int32)
    for i in range(len(start) - 1):
        if not is_live[i]:
            continue
        for p in range(start[i], start[i + 1]):
            j = cells[p]
            if group[j] < 0:
                continue
            at = column_start[group[j]] + seen[j]
            if at >= column_start[group[j] + 1] or column_rows[at] != i:
                is_false[j] = True
            seen[j] += 1
    for j in range(len(group)):
        if group[j] >= 0 and degree[j] != column_start[group[j] + 1] - column_start[group[j]]:
            is_false[j] = True
    return is_false


@njit(cache=True, nogil=True)
def sum_groups(group: IndexArray, weight: FloatArray, n_groups: int) -> FloatArray:
    """Return the compensated sum of the weights of each group (group -1 is left out)."""
    total = np.zeros(n_groups, dtype=np.float64)
    lost = np.zeros(n_groups, dtype=np.float64)
    for j in range(len(group)):
        g = group[j]
        if g >= 0:
            new = total[g] + weight[j]
            lost[g] += (total[g] - new) + weight[j] if total[g] >= weight[j] else (weight[j] - new) + total[g]
            total[g] = new
    return total + lost


@njit(cache=True, nogil=True)
def _is_subset(cells: IndexArray, p: int, p_end: int, q: int, q_end: int) -> bool:
    """Tell whether the rising cells[p:p_end] all occur in the rising cells[q:q_end]."""
    while p < p_end:
        while q < q_end and cells[q] < cells[p]:
            q += 1
        if q_end - q < p_end - p or cells[q] != cells[p]:
            return False
        p += 1
        q += 1
    return True


@njit(cache=True, nogil=True)
def find_dominated(
    start: IntArray, cells: IndexArray, column_start: IntArray, column_rows: IndexArray, cost: IntArray, rank: IntArray, kind: IntArray
) -> BoolArray:
    """
    Mark each row whose cells another row also serves for no more cost and with no more demands on the rules.

    Rows of kind 0 demand nothing, those below 0 must stay; a row replaces those of its own kind, and one of kind 0 all kinds.
    The order is strict (equal rows at equal cost: the lower rank stays), so whoever is marked has a dominator that is not.
    """
    n = len(start) - 1
    is_dominated = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        size = start[i + 1] - start[i]
        if size == 0 or kind[i] < 0:
            continue
        rarest = cells[start[i]]
        for p in range(start[i] + 1, start[i + 1]):
            j = cells[p]
            if column_start[j + 1] - column_start[j] < column_start[rarest + 1] - column_start[rarest]:
                rarest = j
        for p in range(column_start[rarest], column_start[rarest + 1]):
            other = column_rows[p]
            other_size = start[other + 1] - start[other]
            if other == i or other_size < size or cost[other] > cost[i] or (kind[other] != 0 and kind[other] != kind[i]):
                continue
            if other_size == size and cost[other] == cost[i] and rank[other] > rank[i]:
                continue
            if _is_subset(cells, start[i], start[i + 1], start[other], start[other + 1]):
                is_dominated[i] = True
                break
    return is_dominated
