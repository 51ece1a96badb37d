"""Renewals: a part of a plan annealed anew, all else as it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import BoolArray, IndexArray
from siting.kernels.greedy import choose_greedily
from siting.kernels.local_search import anneal
from siting.kernels.pattern import Pattern
from siting.kernels.presolve import transpose
from siting.kernels.search_state import begin


class _Part(NamedTuple):
    """What is left to decide in a part, and its rows in the problem it came from."""

    pattern: Pattern
    rows: IndexArray


@njit(cache=True, nogil=True)
def _cut_out(pattern: Pattern, is_inside: BoolArray, outside: IndexArray) -> _Part:
    """Return the rows inside a part over the groups that the open rows outside do not serve, within what those leave of the limits."""
    is_left = np.ones(len(pattern.weight), dtype=np.bool_)
    spent = 0
    for row in outside:
        spent += pattern.cost[row]
        for p in range(pattern.start[row], pattern.start[row + 1]):
            is_left[pattern.groups[p]] = False
    rows = np.flatnonzero(is_inside).astype(np.int32)
    number = np.full(len(is_left), -1, dtype=np.int32)
    n_pairs = 0
    for row in rows:
        for p in range(pattern.start[row], pattern.start[row + 1]):
            if is_left[pattern.groups[p]]:
                number[pattern.groups[p]] = 0
                n_pairs += 1
    weight, n_groups = np.empty(len(is_left)), 0
    for j in range(len(number)):
        if number[j] == 0:
            number[j] = n_groups
            weight[n_groups] = pattern.weight[j]
            n_groups += 1
    start, groups = np.zeros(len(rows) + 1, dtype=np.int64), np.empty(n_pairs, dtype=np.int32)
    end = 0
    for i in range(len(rows)):
        for p in range(pattern.start[rows[i]], pattern.start[rows[i] + 1]):
            if is_left[pattern.groups[p]]:
                groups[end] = number[pattern.groups[p]]
                end += 1
        start[i + 1] = end
    column_start, column_rows = transpose(start, groups, n_groups)
    budget = -1 if pattern.budget < 0 else pattern.budget - spent
    max_rows = min(pattern.max_rows - len(outside), len(rows))
    cost = pattern.cost[rows]
    return _Part(Pattern(start, groups, column_start, column_rows, weight[:n_groups].copy(), cost, max_rows, budget), rows)


@njit(cache=True, nogil=True)
def renew(
    pattern: Pattern,
    plan: IndexArray,
    is_inside: BoolArray,
    hot: float,
    cold: float,
    moves_per_row: int,
    seed: int,
) -> IndexArray:
    """
    Choose the rows that a plan has inside a part of the problem anew, greedily, and anneal them, all else as it is.

    Parameters
    ----------
    pattern
        The problem.
    plan
        Open rows.
    is_inside
        Rows that may be open in the part, those of the plan among them, shape (n,).
    hot, cold
        First and last temperature of the heat bath, as shares of the median of what the plan's rows inside cover alone.
    moves_per_row
        Moves of the heat bath for each row that the plan has inside.
    seed
        Seed of the moves.

    Returns
    -------
    IndexArray
        The plan with the best rows met inside, or as it was where they cover less.
    """
    is_kept = ~is_inside[plan]
    outside = plan[is_kept]
    part = _cut_out(pattern, is_inside, outside)
    own = np.searchsorted(part.rows, plan[~is_kept]).astype(np.int32)
    if len(own) == 0:
        return plan
    inner = part.pattern
    search = begin(inner, own, seed)
    before, typical = search.covered[0], np.median(search.value[own])
    if typical <= 0.0:
        return plan
    every, count = np.arange(len(part.rows), dtype=np.int32), np.zeros(len(inner.weight), dtype=np.int32)
    first = choose_greedily(inner.start, inner.groups, inner.weight, inner.cost, False, every, count, inner.max_rows, inner.budget)
    search = begin(inner, first, seed)
    best_rows, n_best, best = np.empty(len(part.rows), dtype=np.int32), np.full(1, len(first)), search.covered.copy()
    best_rows[: len(first)] = first
    n_moves = moves_per_row * len(own)
    anneal(inner, search, hot * typical, cold * typical, 0, n_moves, n_moves, True, best_rows, n_best, best)
    if best[0] < before:
        return plan
    return np.concatenate((outside, part.rows[best_rows[: n_best[0]]]))
