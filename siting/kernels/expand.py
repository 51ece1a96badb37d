"""The rows of the general problem: assets with the carriers that share them."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import IndexArray, IntArray


@njit(cache=True, nogil=True)
def _collect_groups(
    row: int, asset: int, mask: int, layers: tuple[IntArray, IntArray, IndexArray, IntArray], stamp: IntArray, found: IndexArray
) -> int:
    """Count the groups that an asset serves for the carriers of a mask; where ``found`` has room, write them, rising."""
    carrier, start, groups, offset = layers
    n_served = 0
    is_mixed = False
    for layer in range(len(carrier)):
        if not (mask >> carrier[layer]) & 1:
            continue
        is_joined = layer > 0 and offset[layer] == offset[layer - 1]
        for p in range(start[layer, asset], start[layer, asset + 1]):
            group = groups[p] + offset[layer]
            if stamp[group] == row:
                continue
            stamp[group] = row
            is_mixed = is_mixed or is_joined
            if len(found) > 0:
                found[n_served] = group
            n_served += 1
    if is_mixed and len(found) > 0:
        found[:n_served].sort()
    return n_served


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
    n_rows = len(candidate)
    start = np.zeros(n_rows + 1, dtype=np.int64)
    groups = np.empty(0, dtype=np.int32)
    stamp = np.full(n_groups, -1, dtype=np.int64)
    for is_writing in (False, True):
        if is_writing:
            start = np.cumsum(start)
            groups = np.empty(start[n_rows], dtype=np.int32)
            stamp[:] = -1
        for i in range(n_rows):
            layers = (layer_carrier, layer_start, layer_groups, layer_offset)
            n_served = _collect_groups(i, int(candidate[i]), int(carriers[i]), layers, stamp, groups[start[i] :])
            if not is_writing:
                start[i + 1] = n_served
    return start, groups
