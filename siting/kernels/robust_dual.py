"""
Steps of the dual of the robust problem.

A slot is a group of cells together with one class of rates of its rows. Each slot has a slope: what a row of the class is
credited with, at most, for serving the group. The constant of a group is what the slopes leave of its weight at worst.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.lagrangian import at_price
from siting.kernels.pattern import Pattern

STALLED_STEPS = 20
"""Steps without progress after which the step is cut."""

MOST_CLASSES = 6
"""Classes of rates there may be."""


class DualPattern(NamedTuple):
    """
    What the steps read.

    Attributes
    ----------
    rows
        The problem itself, rates aside.
    slots
        Slot of each pair of a row and a group, in the order of the rows.
    share
        Rate of each row over the rate of its class, in (0, 1].
    slot_start
        First slot of each group, shape (m + 1,).
    rate, most
        Rate of the class of each slot, and how many rows serve the slot.
    """

    rows: Pattern
    slots: IndexArray
    share: FloatArray
    slot_start: IntArray
    rate: FloatArray
    most: IndexArray


class DualState(NamedTuple):
    """What the steps carry on: arrays by slot, and one entry each of the scalars."""

    slope: FloatArray
    direction: FloatArray
    best_slope: FloatArray
    price: FloatArray
    best_price: FloatArray
    best: FloatArray
    step_scale: FloatArray
    stalled: IntArray
    n_steps: IntArray


@njit(cache=True, nogil=True)
def _take_greedily(rate: float, most: int, slope: float, left: float) -> tuple[int, float, float]:
    """Return how many rows of one class pay for their slope, what they bring beyond it, and the weight they leave."""
    n_taken = 0
    value = 0.0
    while n_taken < most and left * rate > slope:
        value += left * rate - slope
        left *= 1.0 - rate
        n_taken += 1
    return n_taken, value, left


@njit(cache=True, nogil=True)
def worst_case(
    rate: FloatArray, most: IndexArray, slope: FloatArray, weight: float, taken: IndexArray, count: IndexArray, work: FloatArray
) -> float:
    """
    Return the most that rows of a group cover beyond their slopes, and leave in ``taken`` how many of each class do so.

    That is the greatest ``weight * (1 - prod_t (1 - rate_t)**k_t) - sum_t slope_t * k_t`` over whole ``0 <= k_t <= most_t``.
    The first classes are tried one by one, as long as another row still pays and what is left could beat the best; the last
    class is taken greedily, which is exact since each further row brings less. ``count`` and ``work`` (2, classes) are scratch.
    """
    last = len(rate) - 1
    left, value = work[0], work[1]
    left[0], value[0] = weight, 0.0
    best = -1.0
    at = 0
    while at >= 0:
        while at < last:
            count[at] = 0
            left[at + 1], value[at + 1] = left[at], value[at]
            at += 1
        n_taken, more, _ = _take_greedily(rate[last], most[last], slope[last], left[last])
        if value[last] + more > best:
            best = value[last] + more
            taken[:last] = count[:last]
            taken[last] = n_taken
        at = last - 1
        while at >= 0:
            if count[at] < most[at] and left[at + 1] * rate[at] > slope[at]:
                value[at + 1] += left[at + 1] * rate[at] - slope[at]
                left[at + 1] *= 1.0 - rate[at]
                count[at] += 1
                if value[at + 1] + left[at + 1] > best:
                    at += 1
                    break
            at -= 1
    return best


@njit(cache=True, nogil=True)
def worst_cases(pattern: DualPattern, slope: FloatArray, taken: IndexArray, constant: FloatArray) -> None:
    """Fill ``constant`` and ``taken`` for every group; see :func:`worst_case`."""
    count = np.zeros(MOST_CLASSES, dtype=np.int32)
    work = np.zeros((2, MOST_CLASSES))
    for j in range(len(constant)):
        s, e = pattern.slot_start[j], pattern.slot_start[j + 1]
        constant[j] = worst_case(pattern.rate[s:e], pattern.most[s:e], slope[s:e], pattern.rows.weight[j], taken[s:e], count, work)


@njit(cache=True, nogil=True)
def _values(pattern: DualPattern, slope: FloatArray, value: FloatArray) -> None:
    """Fill ``value`` with what each row is credited with."""
    for i in range(len(value)):
        total = 0.0
        for p in range(pattern.rows.start[i], pattern.rows.start[i + 1]):
            total += slope[pattern.slots[p]]
        value[i] = pattern.share[i] * total


@njit(cache=True, nogil=True)
def whole_values(pattern: DualPattern, whole: IntArray, value: IntArray) -> None:
    """Fill ``value`` with what each row is credited with at least, in whole numbers: exact shares of 1, others rounded up."""
    for i in range(len(value)):
        total = 0
        for p in range(pattern.rows.start[i], pattern.rows.start[i + 1]):
            slope = whole[pattern.slots[p]]
            total += slope if pattern.share[i] == 1.0 else min(slope, np.int64(slope * pattern.share[i]) + 3)
        value[i] = total


@njit(cache=True, nogil=True)
def _choose_within(rows: Pattern, value: FloatArray, price: FloatArray, share: FloatArray, scratch: FloatArray) -> float:
    """
    Bound the value of the best rows within count and budget; leave the choice, mixed so that the budget is spent, in ``share``.

    The price per yen is bracketed from the last one on: ``low`` spends too much, ``high`` keeps to the budget.
    """
    low_share, trial, net, order = scratch[0], scratch[1], scratch[2], scratch[3]
    total, spent = at_price(value, rows, 0.0, net, order, share)
    if rows.budget < 0 or spent <= rows.budget:
        price[0] = 0.0
        return total
    low, high, step = 0.0, price[0] if price[0] > 0.0 else total / spent, 0.01
    low_share[:] = share
    low_spent = spent
    total, spent = at_price(value, rows, high, net, order, share)
    while spent > rows.budget:
        low, low_spent = high, spent
        low_share[:] = share
        high *= 1.0 + step
        step *= 2.0
        total, spent = at_price(value, rows, high, net, order, share)
    step = 0.01
    while spent < 0.9995 * rows.budget and high - low > 1e-6 * high:
        middle = max(high * (1.0 - step), 0.5 * (low + high))
        step *= 2.0
        middle_total, middle_spent = at_price(value, rows, middle, net, order, trial)
        if middle_spent > rows.budget:
            low, low_spent = middle, middle_spent
            low_share[:] = trial
        else:
            high, total, spent = middle, middle_total, middle_spent
            share[:] = trial
    price[0] = high
    mix = (rows.budget - spent) / (low_spent - spent)
    for i in range(len(share)):
        share[i] += mix * (low_share[i] - share[i])
    return total + high * rows.budget


@njit(cache=True, nogil=True)
def _serve(pattern: DualPattern, share: FloatArray, served: FloatArray) -> None:
    """Fill ``served`` with how many rows of its class the choice gives to each slot."""
    served[:] = 0.0
    for i in range(len(share)):
        if share[i] > 0.0:
            for p in range(pattern.rows.start[i], pattern.rows.start[i + 1]):
                served[pattern.slots[p]] += share[i] * pattern.share[i]


@njit(cache=True, nogil=True)
def _move(pattern: DualPattern, state: DualState, served: FloatArray, taken: IndexArray, excess: float) -> bool:
    """Turn the direction towards the new subgradient and step along it; tell whether there was anywhere to go."""
    smoothing = max(0.03, 6.0 / (state.n_steps[0] + 19.0))
    norm = 0.0
    for j in range(len(pattern.rows.weight)):
        for s in range(pattern.slot_start[j], pattern.slot_start[j + 1]):
            slope = smoothing * (served[s] - taken[s]) + (1.0 - smoothing) * state.direction[s]
            state.direction[s] = slope
            is_at_end = (slope < 0.0 and state.slope[s] >= pattern.rows.weight[j] * pattern.rate[s]) or (
                slope > 0.0 and state.slope[s] <= 0.0
            )
            if not is_at_end:
                norm += slope * slope
    if norm == 0.0 or excess <= 0.0:
        return False
    step = state.step_scale[0] * excess / norm
    for j in range(len(pattern.rows.weight)):
        for s in range(pattern.slot_start[j], pattern.slot_start[j + 1]):
            state.slope[s] = min(max(state.slope[s] - step * state.direction[s], 0.0), pattern.rows.weight[j] * pattern.rate[s])
    return True


@njit(cache=True, nogil=True)
def descend_robust_dual(pattern: DualPattern, state: DualState, n_steps: int, target: float) -> bool:
    """
    Lower the bound by deflected subgradient steps towards ``target``.

    Their length is that of Polyak at the best slopes so far, so that a step that went too far is not followed by a longer one.

    The slopes stay between 0 and what a lone row of the class covers. False when further steps would be too short to matter.
    """
    n = len(pattern.rows.start) - 1
    value, share = np.empty(n), np.empty(n)
    scratch = np.zeros((4, n))
    served = np.empty(len(pattern.rate))
    taken = np.zeros(len(pattern.rate), dtype=np.int32)
    constant = np.empty(len(pattern.rows.weight))
    for _ in range(n_steps):
        worst_cases(pattern, state.slope, taken, constant)
        _values(pattern, state.slope, value)
        bound = np.sum(constant) + _choose_within(pattern.rows, value, state.price, share, scratch)
        state.n_steps[0] += 1
        state.stalled[0] += 1
        if bound < state.best[0]:
            if bound < state.best[0] * (1.0 - 1e-5):
                state.stalled[0] = 0
            state.best[0] = bound
            state.best_slope[:] = state.slope
            state.best_price[0] = state.price[0]
        if state.stalled[0] >= STALLED_STEPS:
            state.step_scale[0] *= 0.7
            state.stalled[0] = 0
        _serve(pattern, share, served)
        if state.step_scale[0] < 1e-5 or not _move(pattern, state, served, taken, state.best[0] - target):
            return False
    return True
