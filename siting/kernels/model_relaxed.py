"""The relaxed general problem at given multipliers: its value, a bound, and the slopes of the bound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray

FREE, HELD_CLOSED, HELD_OPEN = 0, 1, 2

AT_END = 1.0 - 1e-12
"""Multipliers from this share of their largest useful value on count as at their end."""


class DualTerms(NamedTuple):
    """
    The general problem as the dual sees it; multipliers are those of the groups, rules, targets and bundle entries, in this order.

    Attributes
    ----------
    start, groups
        The pattern by row.
    row
        What opening a row is worth by itself, whether it is held, and its clique, shape (n, 3).
    group
        Weight, backup weight, and servers that the group still lacks, shape (m, 3).
    link_start, link
        Four sparse tables in one, column and amount: rules of a row, targets of a group, groups of a bundle, targets of a
        bundle. Rules and targets are numbered together, rules first.
    limit
        Lower and upper limit of each rule, then the need of each target (twice), then need and value of each bundle.
    scale
        Length of a step along each multiplier, shape (k,).
    of_group, in_bundle, of_bundle
        Where in ``link_start`` the tables after the first begin.
    n_rules, n_limits, n_cliques
        Numbers of rules, of rules and targets, and of cliques.
    least, most
        Fewest and most cliques with an open row.
    """

    start: IntArray
    groups: IndexArray
    row: FloatArray
    group: FloatArray
    link_start: IntArray
    link: FloatArray
    limit: FloatArray
    scale: FloatArray
    of_group: int
    in_bundle: int
    of_bundle: int
    n_rules: int
    n_limits: int
    n_cliques: int
    least: int
    most: int


class DualState(NamedTuple):
    """
    What the steps carry on.

    Attributes
    ----------
    multiplier, direction, best_multiplier
        One entry for each multiplier.
    worth
        What covering each group is worth at the multipliers, shape (m,).
    is_capped
        Groups whose multiplier is as large as can help, shape (m,).
    number
        Best bound, scale of the step, steps without progress, steps taken.
    """

    multiplier: FloatArray
    direction: FloatArray
    best_multiplier: FloatArray
    worth: FloatArray
    is_capped: IndexArray
    number: FloatArray


class Choice(NamedTuple):
    """The relaxed problem's answer: score and openness of each row, servers and covering of each group, fill of each bundle entry."""

    score: FloatArray
    is_open: IndexArray
    served: FloatArray
    covered: FloatArray
    fill: FloatArray
    slope: FloatArray


@njit(cache=True, nogil=True)
def segments(group: FloatArray, worth: float) -> tuple[float, float, float, float]:
    """Return the two slopes of the concave value of servers, the first the steeper one, and how many servers each goes on for."""
    backup, lacking = group[1], group[2]
    if lacking < 0.0:
        return 0.0, 0.0, 0.0, 0.0
    if lacking == 0.0:
        return backup, 1.0, 0.0, 0.0
    if backup * lacking <= worth:
        return worth / lacking, lacking, backup, 1.0
    return (worth + backup) / (lacking + 1.0), lacking + 1.0, 0.0, 0.0


@njit(cache=True, nogil=True)
def _fill_bundle(d: DualTerms, bundle: int, price: FloatArray, fill: FloatArray) -> float:
    """Fill a bundle at least price, the last group in part; return the price, or infinity where it cannot be filled."""
    first, end = d.link_start[d.in_bundle + bundle], d.link_start[d.in_bundle + bundle + 1]
    origin = d.link_start[d.in_bundle]
    need = d.limit[d.n_limits + bundle, 0]
    total, paid = 0.0, 0.0
    for p in range(first, end):
        total += d.link[p, 1]
        paid += price[p - origin]
        fill[p - origin] = 1.0
    if total <= need:
        return paid if total == need else np.inf
    order = np.argsort(price[first - origin : end - origin] / d.link[first:end, 1])
    paid = 0.0
    for at in order:
        share = min(1.0, max(0.0, need) / d.link[first + at, 1])
        fill[first - origin + at] = share
        paid += share * price[first - origin + at]
        need -= share * d.link[first + at, 1]
    return paid


@njit(cache=True, nogil=True)
def _bundle_worth(d: DualTerms, bundle: int, multiplier: FloatArray) -> float:
    """Return what completing a bundle is worth at the multipliers."""
    m = len(d.group)
    worth = d.limit[d.n_limits + bundle, 1]
    for q in range(d.link_start[d.of_bundle + bundle], d.link_start[d.of_bundle + bundle + 1]):
        worth += multiplier[m + int(d.link[q, 0])] * d.link[q, 1]
    return float(worth)


@njit(cache=True, nogil=True)
def _amount(d: DualTerms, first: int, end: int) -> float:
    """Return the sum of the amounts of consecutive entries."""
    total = 0.0
    for p in range(first, end):
        total += d.link[p, 1]
    return total


@njit(cache=True, nogil=True)
def settle(d: DualTerms, state: DualState, choice: Choice) -> None:
    """Bring the multipliers of bundles to where they just pay, at most, and those of groups to where they help."""
    m = len(d.group)
    entry = state.multiplier[m + d.n_limits :]
    origin = d.link_start[d.in_bundle]
    for j in range(m):
        state.worth[j] = d.group[j, 0]
        for p in range(d.link_start[d.of_group + j], d.link_start[d.of_group + j + 1]):
            state.worth[j] += state.multiplier[m + int(d.link[p, 0])] * d.link[p, 1]
    for bundle in range(len(d.limit) - d.n_limits):
        first, end = d.link_start[d.in_bundle + bundle], d.link_start[d.in_bundle + bundle + 1]
        worth = _bundle_worth(d, bundle, state.multiplier)
        paid = _fill_bundle(d, bundle, entry, choice.fill)
        is_whole = d.limit[d.n_limits + bundle, 0] >= _amount(d, first, end)
        for p in range(first, end):
            if paid == np.inf or d.limit[d.n_limits + bundle, 0] <= 0.0:
                entry[p - origin] = 0.0
            elif paid > worth or (is_whole and paid > 0.0):
                entry[p - origin] *= worth / paid
            elif is_whole:
                entry[p - origin] = worth / (end - first)
            state.worth[int(d.link[p, 0])] += entry[p - origin]
    for j in range(m):
        top = segments(d.group[j], state.worth[j])[0]
        state.multiplier[j] = top if state.is_capped[j] else min(state.multiplier[j], top)


@njit(cache=True, nogil=True)
def value_groups(d: DualTerms, state: DualState, choice: Choice) -> float:
    """Return what the groups are worth less what their servers cost; fill in their coverings and slopes."""
    total = 0.0
    for j in range(len(d.group)):
        worth, price, served = state.worth[j], state.multiplier[j], choice.served[j]
        steep, n_steep, flat, n_flat = segments(d.group[j], worth)
        lacking = d.group[j, 2]
        if lacking <= 0.0:
            total += worth + (d.group[j, 1] if lacking < 0.0 else 0.0)
        total += n_steep * max(0.0, steep - price) + n_flat * max(0.0, flat - price)
        used = n_steep
        if price >= steep * AT_END:
            used = min(served, n_steep)
        elif flat > 0.0 and price < flat * AT_END:
            used = n_steep + n_flat
        elif flat > 0.0 and price <= flat:
            used = min(max(served, n_steep), n_steep + n_flat)
        choice.covered[j] = 1.0 if lacking <= 0.0 else min(1.0, used / n_steep)
        choice.slope[j] = served - used
    return total


@njit(cache=True, nogil=True)
def value_limits(d: DualTerms, state: DualState, choice: Choice) -> float:
    """Return what rules and targets add to the bound; fill in their slopes but for the bundles' part."""
    m = len(d.group)
    amount = choice.slope[m : m + d.n_limits]
    amount[:] = 0.0
    for i in range(len(choice.is_open)):
        if choice.is_open[i]:
            for p in range(d.link_start[i], d.link_start[i + 1]):
                amount[int(d.link[p, 0])] += d.link[p, 1]
    for j in range(m):
        for p in range(d.link_start[d.of_group + j], d.link_start[d.of_group + j + 1]):
            amount[int(d.link[p, 0])] += choice.covered[j] * d.link[p, 1]
    total = 0.0
    for one in range(d.n_limits):
        price, lower, upper = state.multiplier[m + one], d.limit[one, 0], d.limit[one, 1]
        if one >= d.n_rules:
            total -= price * lower
            amount[one] -= lower
        elif price != 0.0:
            limit = upper if price > 0.0 else lower
            total += price * limit
            amount[one] = limit - amount[one]
        else:
            amount[one] = upper - amount[one] if amount[one] > upper else max(0.0, lower - amount[one])
    return total


@njit(cache=True, nogil=True)
def value_bundles(d: DualTerms, state: DualState, choice: Choice) -> float:
    """Return what bundles that need nothing are worth (the others just pay); fill in the slopes of the bundles' entries."""
    m = len(d.group)
    origin = d.link_start[d.in_bundle]
    total = 0.0
    for bundle in range(len(d.limit) - d.n_limits):
        first, end = d.link_start[d.in_bundle + bundle], d.link_start[d.in_bundle + bundle + 1]
        worth = _bundle_worth(d, bundle, state.multiplier)
        filled, covered = 0.0, 0.0
        paid = _fill_bundle(d, bundle, state.multiplier[m + d.n_limits :], choice.fill)
        for p in range(first, end):
            filled += choice.fill[p - origin]
            covered += choice.fill[p - origin] * choice.covered[int(d.link[p, 0])]
        share = covered / filled if filled > 0.0 else 0.0
        if d.limit[d.n_limits + bundle, 0] <= 0.0:
            share = 1.0
            total += worth
        elif paid == np.inf:
            share = 0.0
        elif worth > paid * (1.0 + 1e-12):
            share = 1.0
            total += worth - paid
        for p in range(first, end):
            choice.slope[m + d.n_limits + p - origin] = choice.covered[int(d.link[p, 0])] - share * choice.fill[p - origin]
        for q in range(d.link_start[d.of_bundle + bundle], d.link_start[d.of_bundle + bundle + 1]):
            choice.slope[m + int(d.link[q, 0])] += share * d.link[q, 1]
    return total
