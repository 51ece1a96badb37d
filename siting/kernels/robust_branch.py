"""Branch and bound for small robust problems: every set of rows, but those that cannot be better."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.robust_pattern import RobustPattern
from siting.kernels.robust_state import gain_of


@njit(cache=True, nogil=True)
def _most_more(pattern: RobustPattern, rows: IndexArray, gain: FloatArray, n_left: int, budget: int) -> float:
    """Return more than any further rows can add: the gains of the best ones by count, or of the best per yen within the budget."""
    by_count = np.sum(gain[:n_left])
    if budget < 0:
        return by_count
    per_yen = np.empty(len(rows))
    for i in range(len(rows)):
        per_yen[i] = gain[i] / pattern.cost[rows[i]] if pattern.cost[rows[i]] > 0 else np.inf
    by_yen = 0.0
    left = float(budget)
    for i in np.argsort(-per_yen):
        if pattern.cost[rows[i]] > left:
            by_yen += per_yen[i] * left
            break
        by_yen += gain[i]
        left -= pattern.cost[rows[i]]
    return min(by_count, by_yen)


@njit(cache=True, nogil=True)
def _list_rows(pattern: RobustPattern, left: FloatArray, among: IndexArray, budget: int, rows: IndexArray, gain: FloatArray) -> int:
    """Fill ``rows`` and ``gain`` with the rows that are affordable and add something, best first; return how many."""
    found = np.empty(len(among))
    n = 0
    for row in among:
        if budget < 0 or pattern.cost[row] <= budget:
            one = gain_of(pattern, left, row)
            if one > 0.0:
                rows[n] = row
                found[n] = one
                n += 1
    order = np.argsort(-found[:n], kind="mergesort")
    rows[:n] = rows[:n][order]
    gain[:n] = found[:n][order]
    return n


@njit(cache=True, nogil=True)
def branch(pattern: RobustPattern, least_share: float, most_nodes: int, best_rows: IndexArray, n_best: IntArray, best: FloatArray) -> int:
    """
    Look for sets that cover more than ``best[0]`` by more than ``least_share`` of it, and keep the best in ``best_rows[:n_best[0]]``.

    Rows that are tried after one another are listed by falling gain, and gains only fall as rows are opened: what a set can
    still reach is bounded by the gains at hand. Returns the sets visited; the search is complete where these are fewer than
    ``most_nodes``.
    """
    n, deepest = len(pattern.start) - 1, pattern.max_rows
    left = np.empty((deepest + 1, len(pattern.weight)))
    rows = np.empty((deepest, n), dtype=np.int32)
    gain = np.empty((deepest, n))
    size, at = np.zeros(deepest, dtype=np.int64), np.zeros(deepest, dtype=np.int64)
    value = np.zeros(deepest + 1)
    budget = np.full(deepest + 1, pattern.budget, dtype=np.int64)
    left[0] = pattern.weight
    size[0] = _list_rows(pattern, left[0], np.arange(n).astype(np.int32), budget[0], rows[0], gain[0])
    depth, n_nodes = 0, 0
    while depth >= 0 and n_nodes < most_nodes:
        i, end = at[depth], size[depth]
        if i == end:
            depth -= 1
            continue
        more = _most_more(pattern, rows[depth, i:end], gain[depth, i:end], deepest - depth, budget[depth])
        if value[depth] + more <= best[0] * (1.0 + least_share):
            depth -= 1
            continue
        n_nodes += 1
        row = rows[depth, i]
        at[depth] += 1
        value[depth + 1] = value[depth] + gain[depth, i]
        if value[depth + 1] > best[0]:
            best[0] = value[depth + 1]
            n_best[0] = depth + 1
            for d in range(depth + 1):
                best_rows[d] = rows[d, at[d] - 1]
        if depth + 1 < deepest:
            left[depth + 1] = left[depth]
            for p in range(pattern.start[row], pattern.start[row + 1]):
                left[depth + 1, pattern.groups[p]] *= pattern.miss[row]
            budget[depth + 1] = budget[depth] - pattern.cost[row] if pattern.budget >= 0 else -1
            among = rows[depth, i + 1 : end]
            size[depth + 1] = _list_rows(pattern, left[depth + 1], among, budget[depth + 1], rows[depth + 1], gain[depth + 1])
            at[depth + 1] = 0
            depth += 1
    return n_nodes
