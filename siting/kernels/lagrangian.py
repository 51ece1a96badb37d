"""Steps of the Lagrangian dual: values of rows, the best rows at those values, and a deflected subgradient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.pattern import Pattern

STALLED_STEPS = 20
"""Steps without progress after which the step is cut."""


class DualState(NamedTuple):
    """What the steps carry on: arrays by group, and one entry each of the scalars."""

    multiplier: FloatArray
    direction: FloatArray
    best_multiplier: FloatArray
    price: FloatArray
    best_price: FloatArray
    best: FloatArray
    step_scale: FloatArray
    stalled: IntArray
    n_steps: IntArray


@njit(cache=True, nogil=True)
def row_values(start: IntArray, groups: IndexArray, multiplier: FloatArray | IntArray, value: FloatArray | IntArray) -> None:
    """Fill ``value`` with the sum of the multipliers that each row collects."""
    for i in range(len(start) - 1):
        total = multiplier[0] * 0  # of the type of the multipliers: exact for whole numbers
        for p in range(start[i], start[i + 1]):
            total += multiplier[groups[p]]
        value[i] = total


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
def _at_price(
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
    total, spent = _at_price(value, rows, 0.0, net, scratch, share)
    if spent <= rows.budget:
        price[0] = 0.0
        return total
    low, spent_low = 0.0, spent
    share_low[:] = share
    high = price[0] if price[0] > 0.0 else total / spent
    growth = 1.02
    total, spent = _at_price(value, rows, high, net, scratch, share)
    while spent > rows.budget:
        low, spent_low = high, spent
        share_low[:] = share
        high *= growth
        growth *= growth
        total, spent = _at_price(value, rows, high, net, scratch, share)
    reach = 0.02
    while spent < 0.9995 * rows.budget and high - low > 1e-6 * high:
        middle = max(high * (1.0 - reach), 0.5 * (low + high))
        reach *= 2.0
        total_middle, spent_middle = _at_price(value, rows, middle, net, scratch, trial)
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
def _serve(rows: Pattern, share: FloatArray, served: FloatArray) -> None:
    """Fill ``served`` with the shares that the opened rows give to each group."""
    served[:] = 0.0
    for i in range(len(share)):
        if share[i] > 0.0:
            for p in range(rows.start[i], rows.start[i + 1]):
                served[rows.groups[p]] += share[i]


@njit(cache=True, nogil=True)
def _move(rows: Pattern, state: DualState, served: FloatArray, excess: float) -> bool:
    """Turn the direction towards the new subgradient and step along it; tell whether there was anywhere to go."""
    smoothing = 0.3 if state.n_steps[0] < 150 else 0.1 if state.n_steps[0] < 500 else 0.03
    norm = 0.0
    for j in range(len(served)):
        slope = smoothing * (served[j] - 1.0) + (1.0 - smoothing) * state.direction[j]
        state.direction[j] = slope
        is_at_end = (slope < 0.0 and state.multiplier[j] >= rows.weight[j]) or (slope > 0.0 and state.multiplier[j] <= 0.0)
        if not is_at_end:
            norm += slope * slope
    if norm == 0.0 or excess <= 0.0:
        return False
    step = state.step_scale[0] * excess / norm
    for j in range(len(served)):
        state.multiplier[j] = min(max(state.multiplier[j] - step * state.direction[j], 0.0), rows.weight[j])
    return True


@njit(cache=True, nogil=True)
def descend_dual(rows: Pattern, state: DualState, n_steps: int, target: float) -> bool:
    """
    Lower the bound by deflected subgradient steps of Polyak length towards ``target``.

    The multipliers stay between 0 and the weights. False when further steps would be too short to matter.
    """
    value = np.empty(len(rows.start) - 1)
    work = np.zeros((5, len(value)))
    served = np.empty(len(rows.weight))
    open_weight = np.sum(rows.weight)
    for _ in range(n_steps):
        row_values(rows.start, rows.groups, state.multiplier, value)
        if rows.budget < 0:
            total = _take_best(value, work[4], rows.max_rows, work[0])
        else:
            total = _open_within_budget(value, rows, state.price, work)
        bound = open_weight - np.sum(state.multiplier) + total
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
        _serve(rows, work[0], served)
        if state.step_scale[0] < 1e-5 or not _move(rows, state, served, bound - target):
            return False
    return True
