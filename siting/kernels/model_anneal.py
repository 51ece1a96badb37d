"""Annealing of the general problem: penalties for broken rules whose prices adapt, the best plan that keeps all rules kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.model_moves import make_move
from siting.kernels.model_state import (
    LOWER,
    MERIT,
    N_BROKEN,
    N_LOGGED,
    N_OPEN,
    N_RULES_BROKEN,
    ORDER,
    SPENT,
    UPPER,
    Search,
    Terms,
    beyond_limits,
    sum_penalties,
    undo,
)
from siting.kernels.model_values import commit, price_groups, value_rows
from siting.kernels.splitmix import random_below, random_unit

_MOVES_PER_PRICE = 2_000
_MARGIN = 1.01
"""Targets below this multiple of their need still matter to the choice of moves."""


class Best(NamedTuple):
    """The best plan met that keeps every rule: its rows; their number (below zero: none yet), merit and cost."""

    rows: IndexArray
    number: IntArray


@njit(cache=True, nogil=True)
def keep_best(s: Search, best: Best) -> None:
    """Take the plan over if it keeps every rule and is better, or as good at less cost."""
    if s.number[N_BROKEN] > 0:
        return
    merit, spent = s.number[MERIT], s.number[SPENT]
    if best.number[0] < 0 or merit > best.number[1] or (merit == best.number[1] and spent < best.number[2]):
        best.number[0], best.number[1], best.number[2] = s.number[N_OPEN], merit, spent
        for at in range(s.number[N_OPEN]):
            best.rows[at] = s.book[at, ORDER]


@njit(cache=True, nogil=True)
def _adapt_prices(t: Terms, s: Search, usual: FloatArray, is_capped: bool) -> None:
    """
    Raise the prices of what is broken, lower those of what is kept: of rules to the usual price, of targets far below it.

    Where the cost is capped, only the targets' prices relative to each other change.
    """
    total = usual_total = 0.0
    for one in range(t.n_limits):
        is_rule = one < t.n_rules
        if beyond_limits(t.limit, one, s.sums[one]) > 0:
            s.price[one] = min((1.5 if is_rule else 1.25) * s.price[one], 1e6 * usual[one])
        else:
            s.price[one] = max(0.85 * s.price[one], usual[one] if is_rule else 1e-4 * usual[one])
        if not is_rule:
            total += s.price[one] * t.limit[one, LOWER]
            usual_total += usual[one] * t.limit[one, LOWER]
    if is_capped and total > 0.0:
        for one in range(t.n_rules, t.n_limits):
            s.price[one] *= usual_total / total
    sum_penalties(t, s)
    if len(t.limit) > t.n_rules:
        price_groups(t, s, _MARGIN)
        value_rows(t, s)


@njit(cache=True, nogil=True)
def _cap_cost(t: Terms, s: Search, rule: int, most: int) -> None:
    """Lower the upper limit of the rule that caps the cost."""
    was_broken = int(beyond_limits(t.limit, rule, s.sums[rule]) > 0)
    t.limit[rule, UPPER] = most
    change = int(beyond_limits(t.limit, rule, s.sums[rule]) > 0) - was_broken
    s.number[N_BROKEN] += change
    s.number[N_RULES_BROKEN] += change
    sum_penalties(t, s)


@njit(cache=True, nogil=True)
def anneal(
    t: Terms, s: Search, best: Best, pool: IndexArray, shares: IntArray, heat: FloatArray, span: IntArray, usual: FloatArray
) -> None:
    """
    Make moves ``span[0]``..``span[1]`` of an annealing with ``span[2]``, cooling geometrically from ``heat[0]`` to ``heat[1]``.

    Parameters
    ----------
    t, s
        The problem and the open rows. The limit that caps the cost falls as better plans are met.
    best
        The best plan met so far; kept up to date.
    pool
        Rows that may be opened.
    shares
        Thresholds of the kinds of moves out of 256: swaps below the first, additions below the second, removals below the
        third, two for one below the fourth; the rest is ruin and recreate.
    heat
        First and last temperature.
    span
        First move, end, moves in all, the rule that caps the cost (below zero: none), and by how much a better plan must be
        cheaper.
    usual
        Prices of the limits to begin with.
    """
    price_groups(t, s, _MARGIN)
    value_rows(t, s)
    cap = span[3]
    for move in range(span[0], span[1]):
        if move % _MOVES_PER_PRICE == 0:
            _adapt_prices(t, s, usual, cap >= 0)
        allowed = heat[0] * (heat[1] / heat[0]) ** (move / span[2]) * np.log(random_unit(s.random))
        merit, penalty = s.number[MERIT], s.penalty[0]
        draw = random_below(s.random, 256)
        kind = 0
        while kind < 4 and draw >= shares[kind]:
            kind += 1
        make_move(t, s, pool, kind, move, allowed)
        n_changed = s.number[N_LOGGED]
        if n_changed == 0:
            continue
        gain = float(s.number[MERIT] - merit) - (s.penalty[0] - penalty)
        undo(t, s, penalty)
        if gain >= allowed:
            for at in range(n_changed):
                commit(t, s, s.log[at])
            keep_best(s, best)
            if cap >= 0 and s.number[N_BROKEN] == 0:
                _cap_cost(t, s, cap, best.number[2] - span[4])
