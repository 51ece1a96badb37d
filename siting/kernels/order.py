"""The order of the open rows of a general plan: always the one that adds most value next."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import IndexArray, IntArray


@njit(cache=True, nogil=True)
def order_by_gain(
    row_start: IntArray,
    row_groups: IndexArray,
    weight: IntArray,
    backup_weight: IntArray,
    servers: IntArray,
    needed: int,
    link_start: IntArray,
    link_bundle: IndexArray,
    link_amount: IntArray,
    bundle_need: IntArray,
    bundle_value: IntArray,
    bundle_amount: IntArray,
    rows: IndexArray,
) -> tuple[IndexArray, IntArray]:
    """
    Return the rows by what each adds to those before it, the largest first (the earlier among equals), and what it adds.

    Parameters
    ----------
    row_start, row_groups
        Groups that each row serves.
    weight, backup_weight
        Value of each group when it counts, and when it has one server more.
    servers
        Stations that serve each group before any of the rows; brought up to date.
    needed
        Servers a group needs to count.
    link_start, link_bundle, link_amount
        Bundles that each group belongs to, with its amount.
    bundle_need, bundle_value, bundle_amount
        Amount needed, value, and amount reached before any of the rows (brought up to date) of each bundle.
    rows
        Rows to put in order.
    """
    left = rows.copy()
    n_left = len(left)
    order = np.empty(len(rows), dtype=np.int32)
    gains = np.empty(len(rows), dtype=np.int64)
    extra = np.zeros(len(bundle_need), dtype=np.int64)
    while n_left > 0:
        best, best_gain = 0, -1
        for at in range(n_left):
            gain = _play(
                row_start, row_groups, weight, backup_weight, servers, needed, link_start, link_bundle, link_amount, bundle_need,
                bundle_value, bundle_amount, extra, left[at], False,
            )  # fmt: skip
            if gain > best_gain:
                best, best_gain = at, gain
        row = left[best]
        _play(
            row_start, row_groups, weight, backup_weight, servers, needed, link_start, link_bundle, link_amount, bundle_need,
            bundle_value, bundle_amount, extra, row, True,
        )  # fmt: skip
        order[len(rows) - n_left] = row
        gains[len(rows) - n_left] = best_gain
        n_left -= 1
        left[best:n_left] = left[best + 1 : n_left + 1].copy()
    return order, gains


@njit(cache=True, nogil=True)
def _play(
    row_start: IntArray,
    row_groups: IndexArray,
    weight: IntArray,
    backup_weight: IntArray,
    servers: IntArray,
    needed: int,
    link_start: IntArray,
    link_bundle: IndexArray,
    link_amount: IntArray,
    bundle_need: IntArray,
    bundle_value: IntArray,
    bundle_amount: IntArray,
    extra: IntArray,
    row: int,
    is_opened: bool,
) -> int:
    """Return what a row would add, and open it if asked to. ``extra`` is zero before and after."""
    gain = 0
    for p in range(row_start[row], row_start[row + 1]):
        group = row_groups[p]
        if servers[group] == needed:
            gain += backup_weight[group]
        elif servers[group] == needed - 1:
            gain += weight[group]
            for q in range(link_start[group], link_start[group + 1]):
                bundle = link_bundle[q]
                before = bundle_amount[bundle] + extra[bundle]
                extra[bundle] += link_amount[q]
                if before < bundle_need[bundle] <= before + link_amount[q]:
                    gain += bundle_value[bundle]
    for p in range(row_start[row], row_start[row + 1]):
        group = row_groups[p]
        if servers[group] == needed - 1:
            for q in range(link_start[group], link_start[group + 1]):
                if is_opened:
                    bundle_amount[link_bundle[q]] += link_amount[q]
                extra[link_bundle[q]] = 0
        if is_opened:
            servers[group] += 1
    return gain


@njit(cache=True, nogil=True)
def links_by_column(start: IntArray, column: IndexArray, amount: IntArray, n_columns: int) -> tuple[IntArray, IndexArray, IntArray]:
    """Return compressed rows turned into compressed columns: starts, rows and amounts."""
    column_start = np.zeros(n_columns + 1, dtype=np.int64)
    for one in column:
        column_start[one + 1] += 1
    for one in range(n_columns):
        column_start[one + 1] += column_start[one]
    end = column_start[:-1].copy()
    rows = np.empty(len(column), dtype=np.int32)
    amounts = np.empty(len(column), dtype=np.int64)
    for row in range(len(start) - 1):
        for p in range(start[row], start[row + 1]):
            rows[end[column[p]]] = row
            amounts[end[column[p]]] = amount[p]
            end[column[p]] += 1
    return column_start, rows, amounts
