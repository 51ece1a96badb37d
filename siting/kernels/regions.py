"""Choice of rows and steps of the dual where regions of rows have a least and a most number of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.lagrangian import CutGroups, DualState, loads, move, rest_value, row_values, serve, slope_cuts
from siting.kernels.pattern import Pattern

_SMOOTHING = 0.1
_STALLED_STEPS = 15
_SHRINK = 0.6
_LEAST_PROGRESS = 2e-6
"""Turn of the direction in each step, steps without progress after which a step is cut, by how much, and what counts as progress."""

_AVERAGING = 0.04
"""Share of the last choice of rows in the average."""

INFEASIBLE = -1
"""What :func:`choose_within` returns where no choice keeps the counts."""


class Regions(NamedTuple):
    """
    A binary tree over rows: halves of halves, down to single rows, children before parents and the region of all rows last.

    Region r holds the rows ``rows[start[r]:stop[r]]``: those of ``left[r]``, then those of ``right[r]``, both -1 for a
    single row.
    """

    rows: IndexArray
    start: IndexArray
    stop: IndexArray
    left: IndexArray
    right: IndexArray


class Counts(NamedTuple):
    """Least and most rows that are open in each region, shape (n_regions,)."""

    least: IndexArray
    most: IndexArray


class ChoiceWork(NamedTuple):
    """Room for :func:`choose_within`: rows by region, rows being merged, and counts by region of rows open and left to choose."""

    kept: IndexArray
    merged: IndexArray
    n_open: IndexArray
    n_kept: IndexArray


@njit(cache=True, nogil=True)
def shared_weights(column_start: IntArray, column_rows: IndexArray, weight: FloatArray, shared: FloatArray) -> None:
    """Fill ``shared`` with the weight that each two rows both serve, shape (n, n), what each serves on the diagonal."""
    shared[:] = 0.0
    for j in range(len(weight)):
        for p in range(column_start[j], column_start[j + 1]):
            for q in range(column_start[j], column_start[j + 1]):
                shared[column_rows[p], column_rows[q]] += weight[j]


@njit(cache=True, nogil=True)
def choice_work(n_rows: int, n_regions: int) -> ChoiceWork:
    """Return room for :func:`choose_within`."""
    return ChoiceWork(
        np.empty(n_rows, dtype=np.int32),
        np.empty(n_rows, dtype=np.int32),
        np.empty(n_regions, dtype=np.int32),
        np.empty(n_regions, dtype=np.int32),
    )


@njit(cache=True, nogil=True)
def _merge(value: FloatArray | IntArray, work: ChoiceWork, first: int, n_first: int, second: int, n_second: int) -> int:
    """Merge two runs of kept rows, each by falling value, at the place of the first; return how many there are."""
    i, j, n = first, second, 0
    while i < first + n_first or j < second + n_second:
        if j == second + n_second or (i < first + n_first and value[work.kept[i]] >= value[work.kept[j]]):
            work.merged[n] = work.kept[i]
            i += 1
        else:
            work.merged[n] = work.kept[j]
            j += 1
        n += 1
    for k in range(n):
        work.kept[first + k] = work.merged[k]
    return n


@njit(cache=True, nogil=True)
def choose_within(value: FloatArray | IntArray, regions: Regions, counts: Counts, is_open: FloatArray, work: ChoiceWork) -> int:
    """
    Open the rows that are worth most within the counts, and return how many, or ``INFEASIBLE``.

    Regions are halves of one another, so the greedy choice is the best: from the smallest region up, each opens as many of
    its best rows as its least asks for and hands on the best of the others, as many as its most still allows.
    """
    is_open[:] = 0.0
    n_regions = len(regions.left)
    for r in range(n_regions):
        at = regions.start[r]
        n_open, n_kept = 0, 0
        if regions.left[r] < 0:
            work.kept[at] = regions.rows[at]
            n_kept = 1
        else:
            one, other = regions.left[r], regions.right[r]
            n_open = work.n_open[one] + work.n_open[other]
            n_kept = _merge(value, work, at, work.n_kept[one], regions.start[other], work.n_kept[other])
        n_due = max(counts.least[r] - n_open, 0)
        if n_due > n_kept or n_open + n_due > counts.most[r]:
            return INFEASIBLE
        for k in range(n_due):
            is_open[work.kept[at + k]] = 1.0
        n_open += n_due
        n_kept = min(n_kept - n_due, counts.most[r] - n_open)
        if n_due > 0:
            for k in range(n_kept):
                work.kept[at + k] = work.kept[at + n_due + k]
        work.n_open[r], work.n_kept[r] = n_open, n_kept
    whole = n_regions - 1
    n_open = work.n_open[whole]
    for k in range(work.n_kept[whole]):
        row = work.kept[k]
        if value[row] <= 0:
            break
        is_open[row] = 1.0
        n_open += 1
    return int(n_open)


@njit(cache=True, nogil=True)
def descend_within(
    rows: Pattern, cuts: CutGroups, regions: Regions, counts: Counts, state: DualState, n_steps: int, target: float, enough: float
) -> bool:
    """
    Lower the bound on the plans that keep the counts, as :func:`siting.kernels.lagrangian.descend_dual` does for all plans.

    Ends early once the bound is below ``enough``. False where no plan keeps the counts.
    """
    value = np.empty(len(rows.start) - 1)
    is_open = np.empty(len(value))
    slopes = np.empty(len(state.multiplier))
    load = np.empty(len(rows.weight))
    work = choice_work(len(value), len(regions.left))
    loads(cuts, state.multiplier, load)
    for _ in range(n_steps):
        row_values(rows.start, rows.groups, state.multiplier, value)
        if choose_within(value, regions, counts, is_open, work) == INFEASIBLE:
            return False
        total = 0.0
        for i in range(len(value)):
            total += is_open[i] * value[i]
        bound = total + rest_value(rows, cuts, state.multiplier, load)
        for i in range(len(value)):
            state.average[i] += _AVERAGING * (is_open[i] - state.average[i])
        state.n_steps[0] += 1
        state.stalled[0] += 1
        if bound < state.best[0]:
            if bound < state.best[0] * (1.0 - _LEAST_PROGRESS):
                state.stalled[0] = 0
            state.best[0] = bound
            state.best_multiplier[:] = state.multiplier
        if bound < enough:
            return True
        if state.stalled[0] > _STALLED_STEPS:
            state.step_scale[0] *= _SHRINK
            state.stalled[0] = 0
        serve(rows, is_open, slopes)
        slope_cuts(rows, cuts, state, load, slopes)
        if not move(rows, cuts, state, load, slopes, bound - target, _SMOOTHING):
            return True
    return True
