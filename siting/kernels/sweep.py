"""
Beam search along a sweep: rows are opened or left one after the other, and of all that was chosen so far the best few are kept.

What a choice has lost against the bound is known as it is made, whatever comes later. With a price for each group (its multiplier)
and one for each row, a set of open rows falls short of the bound of the relaxation by a sum of terms, none of them below zero: each
open row's price less those of its groups, where that is above zero; the reverse for a row left closed; a group's price for each
open row that serves it but the first; and for a group that none serves its weight less its price. Partial choices that have come
equally far along the sweep are compared by that sum. Only the groups that rows on both sides serve, the live ones, matter to what
comes: of two choices with as many rows that serve the same live groups, one is kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.pattern import Pattern
from siting.kernels.presolve import UnsignedArray
from siting.kernels.splitmix import next_random

_NONE = -1
_SLACK = 0.4
"""How much more than the last cut a choice may have lost when it opens a row, as a share of the mean price of a row."""

_OVERFULL = 1.05
"""So many times the width are kept before the worst are dropped."""

_LOWEST = np.uint64(63)
_ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def farthest_row(pattern: Pattern, row: int) -> int:
    """Return a row that is as many links away from one as any: rows that share a group are linked, rows not linked at all count least."""
    n, m = len(pattern.start) - 1, len(pattern.weight)
    is_met, is_searched = np.zeros(n, dtype=np.bool_), np.zeros(m, dtype=np.bool_)
    met = np.empty(n, dtype=np.int32)
    met[0] = row
    is_met[row] = True
    n_met, at = 1, 0
    while at < n_met:
        for p in range(pattern.start[met[at]], pattern.start[met[at] + 1]):
            j = pattern.groups[p]
            if not is_searched[j]:
                is_searched[j] = True
                for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
                    other = pattern.column_rows[q]
                    if not is_met[other]:
                        is_met[other] = True
                        met[n_met] = other
                        n_met += 1
        at += 1
    return int(met[n_met - 1])


@njit(cache=True, nogil=True)
def sweep_order(pattern: Pattern, first: int) -> IndexArray:
    """
    Return the rows in an order that keeps few groups live: next comes the row that begins the fewest groups, less those it ends.

    Parameters
    ----------
    pattern
        The problem.
    first
        The row to begin with.
    """
    n, m = len(pattern.start) - 1, len(pattern.weight)
    n_left, is_begun, is_done = np.empty(m, dtype=np.int64), np.zeros(m, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    n_begins, n_ends, size = np.empty(n, dtype=np.int64), np.zeros(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    for i in range(n):
        size[i] = n_begins[i] = pattern.start[i + 1] - pattern.start[i]
    for j in range(m):
        n_left[j] = pattern.column_start[j + 1] - pattern.column_start[j]
        if n_left[j] == 1:
            n_ends[pattern.column_rows[pattern.column_start[j]]] += 1
    order, row = np.empty(n, dtype=np.int32), first
    for at in range(n):
        order[at] = row
        is_done[row] = True
        for p in range(pattern.start[row], pattern.start[row + 1]):
            j = pattern.groups[p]
            n_left[j] -= 1
            if not is_begun[j] or n_left[j] == 1:
                for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
                    n_begins[pattern.column_rows[q]] -= not is_begun[j]
                    n_ends[pattern.column_rows[q]] += n_left[j] == 1
            is_begun[j] = True
        least = np.int64(0)
        row = _NONE
        for i in range(n):
            if not is_done[i]:
                is_apart = n_begins[i] == size[i]  # it has no live group: last, and the small ones first
                value = n_begins[i] - n_ends[i] + (m if is_apart else 0)
                if row == _NONE or value < least:
                    row, least = i, value
    return order


class _Places(NamedTuple):
    """Where live groups are noted: the bit of each, the position in the order at which each has its last row, and bits in all."""

    bit: IntArray
    end: IntArray
    n_bits: int


@njit(cache=True, nogil=True)
def _place_groups(pattern: Pattern, order: IndexArray) -> _Places:
    """Give each group a bit for as long as it is live."""
    m = len(pattern.weight)
    end, bit = np.full(m, _NONE, dtype=np.int64), np.full(m, _NONE, dtype=np.int64)
    for at in range(len(order)):
        for p in range(pattern.start[order[at]], pattern.start[order[at] + 1]):
            end[pattern.groups[p]] = at
    free, n_free, n_bits = np.empty(m, dtype=np.int64), 0, 0
    for at in range(len(order)):
        for p in range(pattern.start[order[at]], pattern.start[order[at] + 1]):
            j = pattern.groups[p]
            if bit[j] == _NONE:
                if n_free:
                    n_free -= 1
                    bit[j] = free[n_free]
                else:
                    bit[j] = n_bits
                    n_bits += 1
        for p in range(pattern.start[order[at]], pattern.start[order[at] + 1]):
            j = pattern.groups[p]
            if end[j] == at:
                free[n_free] = bit[j]
                n_free += 1
    return _Places(bit, end, n_bits)


class _Choices(NamedTuple):
    """
    Partial choices, the first so many entries.

    ``is_served`` holds a bit for each live group, shape (k, words), ``n_open`` the rows opened, ``key`` a number for both, ``lost`` what
    was lost against the bound, ``node`` the last row opened: an entry of ``node_row``, each of which names in ``node_before`` the one
    before.
    """

    is_served: UnsignedArray
    n_open: IndexArray
    key: UnsignedArray
    lost: FloatArray
    node: IndexArray
    node_row: IndexArray
    node_before: IndexArray
    n_nodes: IntArray


@njit(cache=True, nogil=True)
def _open(
    pattern: Pattern,
    row: int,
    price: FloatArray,
    row_price: float,
    keys: UnsignedArray,
    count_keys: UnsignedArray,
    bit: IntArray,
    most: float,
    choices: _Choices,
    k: int,
) -> int:
    """Add the choices that open a row as well and lose no more than so much; those before leave it. Return how many there are."""
    begin, end = pattern.start[row], pattern.start[row + 1]
    dear, dear_bit, n_dear, total = np.empty(end - begin), np.empty(end - begin, dtype=np.int64), 0, 0.0
    mask = np.zeros(choices.is_served.shape[1], dtype=np.uint64)
    for p in range(begin, end):
        j = pattern.groups[p]
        total += price[j]
        mask[bit[j] >> 6] |= _ONE << (np.uint64(bit[j]) & _LOWEST)
        if price[j] > 0.0:
            at = n_dear
            while at > 0 and dear[at - 1] < price[j]:
                dear[at], dear_bit[at] = dear[at - 1], dear_bit[at - 1]
                at -= 1
            dear[at], dear_bit[at] = price[j], bit[j]
            n_dear += 1
    n_choices = k
    for c in range(k):
        lost = choices.lost[c] + max(row_price - total, 0.0)
        for at in range(n_dear):  # the dearest first: most are given up soon
            if lost > most:
                break
            if (choices.is_served[c, dear_bit[at] >> 6] >> (np.uint64(dear_bit[at]) & _LOWEST)) & _ONE:
                lost += dear[at]
        choices.lost[c] += max(total - row_price, 0.0)
        if lost <= most:
            n_open = choices.n_open[c] + 1
            key = choices.key[c] ^ count_keys[n_open - 1] ^ count_keys[n_open]
            for p in range(begin, end):
                j = pattern.groups[p]
                if not (choices.is_served[c, bit[j] >> 6] >> (np.uint64(bit[j]) & _LOWEST)) & _ONE:
                    key ^= keys[j]
            for word in range(len(mask)):
                choices.is_served[n_choices, word] = choices.is_served[c, word] | mask[word]
            node = choices.n_nodes[0]
            choices.n_nodes[0] += 1
            choices.node_row[node], choices.node_before[node] = row, choices.node[c]
            choices.n_open[n_choices], choices.key[n_choices] = n_open, key
            choices.lost[n_choices], choices.node[n_choices] = lost, node
            n_choices += 1
    return n_choices


@njit(cache=True, nogil=True)
def _end_group(bit: int, key: np.uint64, loss: float, choices: _Choices, k: int) -> None:
    """Let a group be live no more: who serves it forgets so, the others lose what it is worth."""
    word, mask = bit >> 6, _ONE << (np.uint64(bit) & _LOWEST)
    for c in range(k):
        if choices.is_served[c, word] & mask:
            choices.is_served[c, word] ^= mask
            choices.key[c] ^= key
        else:
            choices.lost[c] += loss


@njit(cache=True, nogil=True)
def _keep_best(choices: _Choices, k: int, width: int, table: IndexArray) -> int:
    """Keep the best choices, of those with as many rows that serve the same live groups the best; return how many are left."""
    table[:] = _NONE
    lost, last = choices.lost, np.uint64(len(table) - 1)
    for c in range(k):
        at = np.int64(choices.key[c] & last)
        while table[at] != _NONE and choices.key[table[at]] != choices.key[c]:
            at = (at + 1) & np.int64(last)
        if table[at] == _NONE or lost[c] < lost[table[at]]:
            if table[at] != _NONE:
                lost[table[at]] = np.inf
            table[at] = c
        else:
            lost[c] = np.inf
    most = np.partition(lost[:k], width - 1)[width - 1] if k > width else np.inf
    n_tied = width
    for c in range(k):
        n_tied -= lost[c] < most
    n_kept = 0
    for c in range(k):
        is_tied = lost[c] == most and n_tied > 0
        n_tied -= is_tied
        if lost[c] < np.inf and (lost[c] < most or is_tied):
            choices.is_served[n_kept] = choices.is_served[c]
            choices.n_open[n_kept], choices.key[n_kept] = choices.n_open[c], choices.key[c]
            lost[n_kept], choices.node[n_kept] = lost[c], choices.node[c]
            n_kept += 1
    return n_kept


@njit(cache=True, nogil=True)
def _best_within(pattern: Pattern, row_price: FloatArray, choices: _Choices, k: int) -> IndexArray:
    """Return the rows of the choice that covers most within the limits; of the one that lost least where none keeps them."""
    best, least, is_best_within = 0, np.inf, False
    for c in range(k):
        spent, paid, node = 0, 0.0, choices.node[c]
        while node != _NONE:
            row = choices.node_row[node]
            spent += pattern.cost[row]
            paid += row_price[row]
            node = choices.node_before[node]
        is_within = choices.n_open[c] <= pattern.max_rows and (pattern.budget < 0 or spent <= pattern.budget)
        value = choices.lost[c] - paid if is_within else choices.lost[c]
        if (is_within and not is_best_within) or (is_within == is_best_within and value < least):
            best, least, is_best_within = c, value, is_within
    rows, n_rows, node = np.empty(len(pattern.start) - 1, dtype=np.int32), 0, choices.node[best]
    while node != _NONE:
        rows[n_rows] = choices.node_row[node]
        n_rows += 1
        node = choices.node_before[node]
    return rows[:n_rows].copy()


@njit(cache=True, nogil=True)
def sweep(pattern: Pattern, order: IndexArray, price: FloatArray, row_price: FloatArray, width: int, random: UnsignedArray) -> IndexArray:
    """
    Return the best rows that a beam of a width finds along an order; they may be more than the limits allow.

    Parameters
    ----------
    pattern
        The problem.
    order
        All its rows, in the order they are opened or left.
    price
        Price of each group, 0 to its weight, shape (m,).
    row_price
        Price of each row, >= 0, shape (n,).
    width
        Partial choices that are kept, >= 1. With as many as there are nothing is dropped that could be best at these prices.
    random
        State of the generator, one entry.
    """
    places = _place_groups(pattern, order)
    keys, count_keys = np.empty(len(price), dtype=np.uint64), np.empty(len(order) + 1, dtype=np.uint64)
    for some in (keys, count_keys):
        for j in range(len(some)):
            some[j] = next_random(random)
    n_most = 2 * int(_OVERFULL * width) + 2
    n_words, n_nodes = (places.n_bits + 63) // 64, len(order) * n_most
    choices = _Choices(
        np.zeros((n_most, n_words), dtype=np.uint64),
        np.zeros(n_most, dtype=np.int32),
        np.zeros(n_most, dtype=np.uint64),
        np.zeros(n_most),
        np.full(n_most, _NONE, dtype=np.int32),
        np.empty(n_nodes, dtype=np.int32),
        np.empty(n_nodes, dtype=np.int32),
        np.zeros(1, dtype=np.int64),
    )
    size = 2
    while size < 2 * n_most:
        size *= 2
    table, k, cut, slack = np.empty(size, dtype=np.int32), 1, np.inf, _SLACK * row_price.mean()
    for at in range(len(order)):
        row = order[at]
        k = _open(pattern, row, price, row_price[row], keys, count_keys, places.bit, cut + slack, choices, k)
        for p in range(pattern.start[row], pattern.start[row + 1]):
            j = pattern.groups[p]
            if places.end[j] == at:
                _end_group(places.bit[j], keys[j], pattern.weight[j] - price[j], choices, k)
        if k > _OVERFULL * width:
            k = _keep_best(choices, k, width, table)
            cut = choices.lost[:k].max() if k >= width else np.inf
    return _best_within(pattern, row_price, choices, k)
