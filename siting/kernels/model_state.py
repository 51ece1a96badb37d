"""The general problem as the loops read it, and a set of open rows with everything that follows from it kept up to date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.presolve import UnsignedArray

CLOSED = -1

WEIGHT, BACKUP, IS_LINKED = 0, 1, 2
"""Columns of ``Terms.group``."""

GAIN, COST, IS_HELD = 0, 1, 2
"""Columns of ``Terms.row``."""

LOWER, UPPER, FIRST = 0, 1, 2
NEED, VALUE = 0, 1
"""Columns of ``Terms.limit``: of rules and targets, and of bundles."""

ORDER, PLACE, TOUCHED = 0, 1, 2
"""Columns of ``Search.book``."""

N_OPEN, MERIT, SPENT, N_BROKEN, N_RULES_BROKEN, N_LOGGED = 0, 1, 2, 3, 4, 5
"""Places of ``Search.number``."""


class Terms(NamedTuple):
    """
    The general problem in few arrays; see :class:`siting.solver.model.Model`.

    Rules and targets are both amounts to be kept within limits: the rules come first, then the targets, then the bundles.

    Attributes
    ----------
    start, groups, column_start, column_rows
        The pattern by row and by column.
    group
        Weight, backup weight and whether a target or bundle names the group, shape (m, 3). No weights where the cost is the
        goal.
    row
        What opening a row is worth by itself (minus its cost where the cost is the goal, else 0), its cost, and whether it
        must stay as it is, shape (n, 3).
    link_start, link
        Seven sparse tables in one: column and amount of each entry, shape (k, 2).
    limit
        Lower and upper limit of each rule and target, and the amount that being off its limits counts as by itself; then need
        and value of each bundle, shape (k, 3).
    members, of_row, of_group, of_bundle, in_bundle, bundles_of
        Where in ``link_start`` these tables begin: rows of a rule and groups of a target; rules of a row; targets of a
        group; targets of a bundle; groups of a bundle; bundles of a group.
    n_rules, n_limits, needed
        Rules; rules and targets; servers that a group needs.
    """

    start: IntArray
    groups: IndexArray
    column_start: IntArray
    column_rows: IndexArray
    group: IntArray
    row: IntArray
    link_start: IntArray
    link: IntArray
    limit: IntArray
    members: int
    of_row: int
    of_group: int
    of_bundle: int
    in_bundle: int
    bundles_of: int
    n_rules: int
    n_limits: int
    needed: int


class Search(NamedTuple):
    """
    A set of open rows and what follows from it.

    Attributes
    ----------
    servers
        Stations that serve each group, fixed ones included.
    sums
        Amounts that the rules, targets and bundles count.
    price
        Penalty for each amount that a rule or a target is off.
    book
        Open rows in the first places; the place of each row, or ``CLOSED``; the last move that changed it, shape (n, 3).
    number
        Open rows, what is to be maximised, cost, rules and targets not kept, rules not kept, rows in the log.
    penalty
        One entry: penalties together.
    appeal
        What covering each group is worth by and large, links included; guides the choice of moves.
    value
        About what opening each closed row would be worth, or what each open one is worth; kept up to date by :func:`commit`
        alone, from :func:`value_rows` on.
    log
        Rows changed by the move under way, in order.
    random
        State of the generator, one entry.
    """

    servers: IndexArray
    sums: IntArray
    price: FloatArray
    book: IntArray
    number: IntArray
    penalty: FloatArray
    appeal: FloatArray
    value: FloatArray
    log: IntArray
    random: UnsignedArray


@njit(cache=True, nogil=True)
def beyond_limits(limit: IntArray, one: int, amount: int) -> int:
    """Return how far an amount is outside the limits of a rule or target."""
    if amount > limit[one, UPPER]:
        return int(amount - limit[one, UPPER])
    return int(limit[one, LOWER] - amount) if amount < limit[one, LOWER] else 0


@njit(cache=True, nogil=True, inline="always")
def _count_more(limit: IntArray, sums: IntArray, price: FloatArray, number: IntArray, penalty: FloatArray, one: int, amount: int) -> None:
    """Let a rule or target count more, or less."""
    before = beyond_limits(limit, one, sums[one])
    sums[one] += amount
    after = beyond_limits(limit, one, sums[one])
    if before != after:
        turned = int(after > 0) - int(before > 0)
        penalty[0] += price[one] * (after - before + turned * limit[one, FIRST])
        number[N_BROKEN] += turned


@njit(cache=True, nogil=True, inline="always")
def _follow_links(t: Terms, s: Search, group: int, sign: int) -> None:
    """Pass the covering of a group (sign 1) or its loss (sign -1) on to targets and bundles."""
    for p in range(t.link_start[t.of_group + group], t.link_start[t.of_group + group + 1]):
        _count_more(t.limit, s.sums, s.price, s.number, s.penalty, t.link[p, 0], sign * t.link[p, 1])
    for p in range(t.link_start[t.bundles_of + group], t.link_start[t.bundles_of + group + 1]):
        bundle = t.link[p, 0]
        at = t.n_limits + bundle
        before = s.sums[at] >= t.limit[at, NEED]
        s.sums[at] += sign * t.link[p, 1]
        if before != (s.sums[at] >= t.limit[at, NEED]):
            s.number[MERIT] += sign * t.limit[at, VALUE]
            for q in range(t.link_start[t.of_bundle + bundle], t.link_start[t.of_bundle + bundle + 1]):
                _count_more(t.limit, s.sums, s.price, s.number, s.penalty, t.link[q, 0], sign * t.link[q, 1])


@njit(cache=True, nogil=True)
def change(t: Terms, s: Search, row: int) -> None:
    """Open a closed row, or close an open one."""
    is_opening = s.book[row, PLACE] == CLOSED
    sign = 1 if is_opening else -1
    at_need = t.needed if is_opening else t.needed - 1
    merit = t.row[row, GAIN]
    for p in range(t.start[row], t.start[row + 1]):
        j = t.groups[p]
        s.servers[j] += sign
        if s.servers[j] == at_need:
            merit += t.group[j, WEIGHT]
            if t.group[j, IS_LINKED] != 0:
                _follow_links(t, s, int(np.int64(j)), sign)
        elif s.servers[j] == at_need + 1:
            merit += t.group[j, BACKUP]
    s.number[MERIT] += sign * merit
    s.number[SPENT] += sign * t.row[row, COST]
    if is_opening:
        s.book[row, PLACE] = s.number[N_OPEN]
        s.book[s.number[N_OPEN], ORDER] = row
        s.number[N_OPEN] += 1
    else:
        s.number[N_OPEN] -= 1
        last = s.book[s.number[N_OPEN], ORDER]
        s.book[s.book[row, PLACE], ORDER] = last
        s.book[last, PLACE] = s.book[row, PLACE]
        s.book[row, PLACE] = CLOSED
    n_broken = s.number[N_BROKEN]
    for p in range(t.link_start[t.of_row + row], t.link_start[t.of_row + row + 1]):
        _count_more(t.limit, s.sums, s.price, s.number, s.penalty, t.link[p, 0], sign * t.link[p, 1])
    s.number[N_RULES_BROKEN] += s.number[N_BROKEN] - n_broken


@njit(cache=True, nogil=True)
def toggle(t: Terms, s: Search, row: int, move: int) -> None:
    """Change a row as part of a move and log it."""
    change(t, s, row)
    s.book[row, TOUCHED] = move
    s.log[s.number[N_LOGGED]] = row
    s.number[N_LOGGED] += 1


@njit(cache=True, nogil=True)
def undo(t: Terms, s: Search, penalty: float) -> None:
    """Take the move under way back; ``penalty`` is what it was before."""
    for at in range(s.number[N_LOGGED] - 1, -1, -1):
        change(t, s, s.log[at])
    s.number[N_LOGGED] = 0
    s.penalty[0] = penalty


@njit(cache=True, nogil=True)
def sum_penalties(t: Terms, s: Search) -> None:
    """Count the penalties afresh, after prices have changed."""
    total = 0.0
    for one in range(t.n_limits):
        off = beyond_limits(t.limit, one, s.sums[one])
        if off > 0:
            total += s.price[one] * (off + t.limit[one, FIRST])
    s.penalty[0] = total


@njit(cache=True, nogil=True)
def begin(t: Terms, base: IndexArray, rows: IndexArray, seed: int, price: FloatArray) -> Search:
    """Return the search state with the given rows open; ``base`` are the fixed stations that serve each group."""
    n, m = len(t.row), len(t.group)
    s = Search(
        base.copy(),
        np.zeros(len(t.limit), dtype=np.int64),
        price.copy(),
        np.full((n, 3), CLOSED, dtype=np.int64),
        np.zeros(6, dtype=np.int64),
        np.zeros(1),
        np.zeros(m),
        np.zeros(n),
        np.zeros(64, dtype=np.int64),
        np.full(1, seed).astype(np.uint64),
    )
    for one in range(t.n_limits):
        is_broken = int(beyond_limits(t.limit, one, 0) > 0)
        s.number[N_BROKEN] += is_broken
        if one < t.n_rules:
            s.number[N_RULES_BROKEN] += is_broken
    for at in range(t.n_limits, len(t.limit)):
        if t.limit[at, NEED] <= 0:
            s.number[MERIT] += t.limit[at, VALUE]
            bundle = at - t.n_limits
            for q in range(t.link_start[t.of_bundle + bundle], t.link_start[t.of_bundle + bundle + 1]):
                _count_more(t.limit, s.sums, s.price, s.number, s.penalty, t.link[q, 0], t.link[q, 1])
    for j in range(m):
        if base[j] >= t.needed:
            s.number[MERIT] += t.group[j, WEIGHT]
            _follow_links(t, s, j, 1)
        if base[j] > t.needed:
            s.number[MERIT] += t.group[j, BACKUP]
    for row in rows:
        change(t, s, int(np.int64(row)))
    sum_penalties(t, s)
    return s
