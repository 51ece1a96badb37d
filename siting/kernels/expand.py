"""Kernels that build and thin the rows of the general problem."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import BoolArray, IndexArray, IntArray
from siting.kernels.presolve import _is_subset


@njit(cache=True, nogil=True)
def expand_rows(
    candidate: IntArray,
    carriers: IntArray,
    layer_carrier: IntArray,
    layer_start: IntArray,
    layer_groups: IndexArray,
    layer_offset: IntArray,
    n_groups: int,
) -> tuple[IntArray, IndexArray]:
    """
    Return the groups that each row serves, rising, as compressed rows.

    Parameters
    ----------
    candidate, carriers
        Asset and carrier mask of each row, shape (r,).
    layer_carrier
        Carrier of each layer, shape (l,).
    layer_start, layer_groups
        Groups that each asset serves in each layer: ``layer_groups[layer_start[l, a]:layer_start[l, a + 1]]``, rising.
    layer_offset
        What to add to the groups of each layer, rising, shape (l,). Layers of equal offset are joined.
    n_groups
        Number of groups.
    """
    n_rows, n_layers = len(candidate), len(layer_carrier)
    start = np.zeros(n_rows + 1, dtype=np.int64)
    groups = np.empty(0, dtype=np.int32)
    stamp = np.full(n_groups, -1, dtype=np.int64)
    for is_writing in (False, True):
        if is_writing:
            for i in range(n_rows):
                start[i + 1] += start[i]
            groups = np.empty(start[n_rows], dtype=np.int32)
            stamp[:] = -1
        for i in range(n_rows):
            end = start[i]
            n_served = 0
            is_mixed = False
            for layer in range(n_layers):
                if not (carriers[i] >> layer_carrier[layer]) & 1:
                    continue
                is_joined = layer > 0 and layer_offset[layer] == layer_offset[layer - 1]
                for p in range(layer_start[layer, candidate[i]], layer_start[layer, candidate[i] + 1]):
                    group = layer_groups[p] + layer_offset[layer]
                    if stamp[group] == i:
                        continue
                    stamp[group] = i
                    is_mixed = is_mixed or is_joined
                    n_served += 1
                    if is_writing:
                        groups[end] = group
                        end += 1
            if is_writing:
                if is_mixed:
                    groups[start[i] : end].sort()
            else:
                start[i + 1] = n_served
    return start, groups


@njit(cache=True, nogil=True)
def find_replaceable(
    start: IntArray, groups: IndexArray, column_start: IntArray, column_rows: IndexArray, cost: IntArray, kind: IntArray
) -> BoolArray:
    """
    Mark each row whose groups another row also serves for no more cost and with no more demands on the rules.

    Rows of kind 0 demand nothing, those below 0 must stay; a row replaces those of its own kind, and one of kind 0 all kinds.
    The order is strict (equal rows at equal cost: the earlier stays), so whoever is marked has a replacement that is not.
    """
    n = len(start) - 1
    is_replaceable = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        size = start[i + 1] - start[i]
        if size == 0 or kind[i] < 0:
            continue
        rarest = groups[start[i]]
        for p in range(start[i] + 1, start[i + 1]):
            j = groups[p]
            if column_start[j + 1] - column_start[j] < column_start[rarest + 1] - column_start[rarest]:
                rarest = j
        for p in range(column_start[rarest], column_start[rarest + 1]):
            other = column_rows[p]
            other_size = start[other + 1] - start[other]
            if other == i or other_size < size or cost[other] > cost[i] or (kind[other] != 0 and kind[other] != kind[i]):
                continue
            if other_size == size and cost[other] == cost[i] and other > i:
                continue
            if _is_subset(groups, start[i], start[i + 1], start[other], start[other + 1]):
                is_replaceable[i] = True
                break
    return is_replaceable
