"""Steps of the Lagrangian dual: values of rows, the best rows at those values, and a deflected subgradient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.pattern import Pattern

STALLED_STEPS = 40
"""Steps without progress after which the step is cut."""

_ROUNDING = 1e-12
"""Share of a weight that sums of multipliers may miss it by."""


class DualState(NamedTuple):
    """
    What the steps carry on.

    ``multiplier`` holds one entry for each group and, behind them, one for each cut; ``average`` the smoothed choice of
    rows, shape (n,); the rest one entry each.
    """

    multiplier: FloatArray
    direction: FloatArray
    best_multiplier: FloatArray
    average: FloatArray
    price: FloatArray
    best_price: FloatArray
    best: FloatArray
    step_scale: FloatArray
    stalled: IntArray
    n_steps: IntArray


class CutGroups(NamedTuple):
    """
    Cuts over groups, compressed: cut c holds the groups ``groups[start[c]:start[c + 1]]``, k of them.

    At least two rows, or one that serves all k, are open where all k groups are covered: the open rows that serve some
    group of the cut, those that serve all of them counted twice, are at least the covered groups of the cut less k - 2.
    """

    start: IntArray
    groups: IndexArray


@njit(cache=True, nogil=True)
def row_values(start: IntArray, groups: IndexArray, multiplier: FloatArray | IntArray, value: FloatArray | IntArray) -> None:
    """
    Fill ``value`` with the sum of the multipliers that each row collects.

    Four sums at a time and indices without a sign: an addition need not wait for the one before, nor an index be checked for
    counting from the end, which is three times as fast.
    """
    for i in range(len(start) - 1):
        named = groups[start[i] : start[i + 1]]
        n_fours = len(named) - len(named) % 4
        a = b = c = d = multiplier[0] * 0  # of the type of the multipliers: exact for whole numbers
        for p in range(0, n_fours, 4):
            a += multiplier[np.uint32(named[p])]
            b += multiplier[np.uint32(named[p + 1])]
            c += multiplier[np.uint32(named[p + 2])]
            d += multiplier[np.uint32(named[p + 3])]
        for p in range(n_fours, len(named)):
            a += multiplier[np.uint32(named[p])]
        value[i] = (a + b) + (c + d)


@njit(cache=True, nogil=True)
def loads(cuts: CutGroups, multiplier: FloatArray | IntArray, load: FloatArray | IntArray) -> None:
    """Fill ``load`` with what each group's weight has to bear: the multipliers of the cuts it is in."""
    n_groups = len(load)
    load[:] = multiplier[0] * 0
    for c in range(len(cuts.start) - 1):
        for p in range(cuts.start[c], cuts.start[c + 1]):
            load[cuts.groups[p]] += multiplier[n_groups + c]


@njit(cache=True, nogil=True)
def nth_largest(value: FloatArray, scratch: FloatArray, nth: int) -> float:
    """Return the nth largest value, nth from 1."""
    scratch[:] = value
    low, high, at = 0, len(value) - 1, nth - 1
    while low < high:
        pivot = scratch[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while scratch[i] > pivot:
                i += 1
            while scratch[j] < pivot:
                j -= 1
            if i <= j:
                scratch[i], scratch[j] = scratch[j], scratch[i]
                i += 1
                j -= 1
        if at <= j:
            high = j
        elif at >= i:
            low = i
        else:
            break
    return float(scratch[at])


@njit(cache=True, nogil=True)
def _take_best(net: FloatArray, scratch: FloatArray, max_rows: int, share: FloatArray) -> float:
    """Set ``share`` to 1 for the most valuable rows, at most ``max_rows`` and none below zero; return their value."""
    n = len(net)
    threshold = 0.0
    if max_rows < n:
        threshold = max(nth_largest(net, scratch, max_rows), 0.0)
    total = 0.0
    n_open = 0
    for i in range(n):
        share[i] = 0.0
        if net[i] > threshold:
            share[i] = 1.0
            total += net[i]
            n_open += 1
    for i in range(n):
        if n_open < max_rows and net[i] == threshold and threshold > 0.0:
            share[i] = 1.0
            total += net[i]
            n_open += 1
    return total


@njit(cache=True, nogil=True)
def at_price(
    value: FloatArray, rows: Pattern, price: float, net: FloatArray, scratch: FloatArray, share: FloatArray
) -> tuple[float, float]:
    """Choose rows whose values are lowered by a price per yen; return their net value and the yen they cost."""
    for i in range(len(value)):
        net[i] = value[i] - price * rows.cost[i]
    total = _take_best(net, scratch, rows.max_rows, share)
    spent = 0.0
    for i in range(len(value)):
        spent += share[i] * rows.cost[i]
    return total, spent


@njit(cache=True, nogil=True)
def _open_within_budget(value: FloatArray, rows: Pattern, price: FloatArray, work: FloatArray) -> float:
    """
    Bound the value of the best rows within the budget, and leave the fractional choice in ``work[0]``.

    The price per yen is bracketed from the last one on: ``low`` spends too much, ``high`` keeps to the budget, and the
    choice mixes the two so that the budget is just spent.
    """
    share, share_low, trial, net, scratch = work[0], work[1], work[2], work[3], work[4]
    total, spent = at_price(value, rows, 0.0, net, scratch, share)
    if spent <= rows.budget:
        price[0] = 0.0
        return total
    low, spent_low = 0.0, spent
    share_low[:] = share
    high = price[0] if price[0] > 0.0 else total / spent
    growth = 1.02
    total, spent = at_price(value, rows, high, net, scratch, share)
    while spent > rows.budget:
        low, spent_low = high, spent
        share_low[:] = share
        high *= growth
        growth *= growth
        total, spent = at_price(value, rows, high, net, scratch, share)
    reach = 0.02
    while spent < 0.9995 * rows.budget and high - low > 1e-6 * high:
        middle = max(high * (1.0 - reach), 0.5 * (low + high))
        reach *= 2.0
        total_middle, spent_middle = at_price(value, rows, middle, net, scratch, trial)
        if spent_middle > rows.budget:
            low, spent_low = middle, spent_middle
            share_low[:] = trial
        else:
            high, total, spent = middle, total_middle, spent_middle
            share[:] = trial
    price[0] = high
    mix = (rows.budget - spent) / (spent_low - spent)
    for i in range(len(share)):
        share[i] += mix * (share_low[i] - share[i])
    return total + high * rows.budget


@njit(cache=True, nogil=True)
def serve(rows: Pattern, share: FloatArray, served: FloatArray) -> None:
    """Fill ``served`` with the shares that the opened rows give to each group and each cut."""
    served[:] = 0.0
    for i in range(len(share)):
        if share[i] > 0.0:
            for p in range(rows.start[i], rows.start[i + 1]):
                served[rows.groups[p]] += share[i]


@njit(cache=True, nogil=True)
def _is_covered(rows: Pattern, state: DualState, load: FloatArray, group: int) -> float:
    """Return 1 where the relaxed problem gains by covering a group, else 0."""
    return 1.0 if state.multiplier[group] + load[group] < rows.weight[group] * (1.0 - _ROUNDING) else 0.0


@njit(cache=True, nogil=True)
def slope_cuts(rows: Pattern, cuts: CutGroups, state: DualState, load: FloatArray, served: FloatArray) -> None:
    """
    Turn what serves each group and each cut into slopes: what is served less what the relaxed problem counts as covered.

    It covers a group only where its weight is worth more than multipliers ask for: at equality it is free, and counting such
    groups as not covered moves the multipliers most (decision 016).
    """
    n_groups = len(load)
    for c in range(len(cuts.start) - 1):
        covered = 0.0
        for p in range(cuts.start[c], cuts.start[c + 1]):
            covered += _is_covered(rows, state, load, cuts.groups[p])
        served[n_groups + c] += cuts.start[c + 1] - cuts.start[c] - 2 - covered
    for j in range(n_groups):
        served[j] -= _is_covered(rows, state, load, j)


@njit(cache=True, nogil=True)
def move(rows: Pattern, cuts: CutGroups, state: DualState, load: FloatArray, slopes: FloatArray, excess: float, smoothing: float) -> bool:
    """Turn the direction towards the new subgradient by a share and step along it; tell whether there was anywhere to go."""
    n_groups = len(load)
    norm = 0.0
    for j in range(len(slopes)):
        slope = smoothing * slopes[j] + (1.0 - smoothing) * state.direction[j]
        state.direction[j] = slope
        is_at_end = slope > 0.0 and state.multiplier[j] <= 0.0
        if j < n_groups and slope < 0.0 and state.multiplier[j] + load[j] >= rows.weight[j]:
            is_at_end = True
        if not is_at_end:
            norm += slope * slope
    if norm == 0.0 or excess <= 0.0:
        return False
    step = state.step_scale[0] * excess / norm
    for j in range(len(slopes)):
        state.multiplier[j] = max(state.multiplier[j] - step * state.direction[j], 0.0)
    loads(cuts, state.multiplier, load)
    for j in range(n_groups):
        state.multiplier[j] = min(state.multiplier[j], max(rows.weight[j] - load[j], 0.0))
    return True


@njit(cache=True, nogil=True)
def rest_value(rows: Pattern, cuts: CutGroups, multiplier: FloatArray, load: FloatArray) -> float:
    """Return what the relaxed problem earns beside its rows: what is left of the weights, and the constants of the cuts."""
    rest = 0.0
    for j in range(len(load)):
        rest += max(rows.weight[j] - load[j] - multiplier[j], 0.0)
    for c in range(len(cuts.start) - 1):
        rest += multiplier[len(load) + c] * (cuts.start[c + 1] - cuts.start[c] - 2)
    return rest


@njit(cache=True, nogil=True)
def descend_dual(rows: Pattern, cuts: CutGroups, state: DualState, n_steps: int, target: float) -> bool:
    """
    Lower the bound by deflected subgradient steps of Polyak length towards ``target``.

    ``rows`` names the cuts behind the groups. A group's multiplier and those of its cuts together stay within its weight
    where they can. False when further steps would be too short to matter.
    """
    value = np.empty(len(rows.start) - 1)
    work = np.zeros((5, len(value)))
    slopes = np.empty(len(state.multiplier))
    load = np.empty(len(rows.weight))
    loads(cuts, state.multiplier, load)
    for _ in range(n_steps):
        row_values(rows.start, rows.groups, state.multiplier, value)
        if rows.budget < 0:
            total = _take_best(value, work[4], rows.max_rows, work[0])
        else:
            total = _open_within_budget(value, rows, state.price, work)
        bound = total + rest_value(rows, cuts, state.multiplier, load)
        state.n_steps[0] += 1
        state.stalled[0] += 1
        if bound < state.best[0]:
            if bound < state.best[0] * (1.0 - 1e-5):
                state.stalled[0] = 0
            state.best[0] = bound
            state.best_multiplier[:] = state.multiplier
            state.best_price[0] = state.price[0]
        if state.stalled[0] > STALLED_STEPS:
            state.step_scale[0] *= 0.7
            state.stalled[0] = 0
        for i in range(len(value)):
            state.average[i] += 0.03 * (work[0, i] - state.average[i])
        serve(rows, work[0], slopes)
        slope_cuts(rows, cuts, state, load, slopes)
        smoothing = 0.3 if state.n_steps[0] < 150 else 0.1 if state.n_steps[0] < 500 else 0.03
        if state.step_scale[0] < 1e-5 or not move(rows, cuts, state, load, slopes, bound - target, smoothing):
            return False
    return True
