"""Search for violated cuts: groups that two rows at least must cover, unless one row covers them all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray

MOST_GROUPS = 6
"""Most groups of a cut."""


class Shares(NamedTuple):
    """
    A fractional choice of rows and the groups it serves.

    ``start, rows`` are the columns and ``row_start, row_groups`` the rows of the pattern; ``share`` is to what part each row
    is open and ``short`` what each group lacks of being covered, both in [0, 1].
    """

    start: IntArray
    rows: IndexArray
    row_start: IntArray
    row_groups: IndexArray
    share: FloatArray
    short: FloatArray


@njit(cache=True, nogil=True)
def _find_near(shares: Shares, group: int, is_near: IndexArray, near: IndexArray) -> int:
    """Fill ``near`` with the groups that share a row with a group, itself among them; return how many there are."""
    n_near = 0
    for p in range(shares.start[group], shares.start[group + 1]):
        row = shares.rows[p]
        for q in range(shares.row_start[row], shares.row_start[row + 1]):
            j = shares.row_groups[q]
            if is_near[j] != group + 1:
                is_near[j] = group + 1
                near[n_near] = j
                n_near += 1
    return n_near


@njit(cache=True, nogil=True)
def _count(shares: Shares, group: int, by: int, count: IndexArray) -> float:
    """Count one group more, or less, for each row that serves it; return the shares of these rows together."""
    total = 0.0
    for p in range(shares.start[group], shares.start[group + 1]):
        count[shares.rows[p]] += by
        total += shares.share[shares.rows[p]]
    return total


@njit(cache=True, nogil=True)
def _full_share(shares: Shares, group: int, size: int, count: IndexArray) -> float:
    """Return the share of the rows that serve all groups of the set; every one of them serves ``group``."""
    total = 0.0
    for p in range(shares.start[group], shares.start[group + 1]):
        if count[shares.rows[p]] == size:
            total += shares.share[shares.rows[p]]
    return total


@njit(cache=True, nogil=True)
def _gain(shares: Shares, group: int, size: int, full: float, count: IndexArray) -> float:
    """Return what one more group adds to the violation: the full rows that do not serve it, less the new rows that do."""
    gain = float(full - shares.short[group])
    for p in range(shares.start[group], shares.start[group + 1]):
        n_served = count[shares.rows[p]]
        if n_served in (0, size):
            gain -= shares.share[shares.rows[p]]
    return gain


@njit(cache=True, nogil=True)
def _grow(
    shares: Shares, one: int, other: int, near: IndexArray, least: float, count: IndexArray, members: IndexArray
) -> tuple[int, float]:
    """Grow a cut from two groups, each time by the group that adds most; return its size and its violation."""
    members[0], members[1] = one, other
    size = 2
    violation = 2.0 - shares.short[one] - shares.short[other] - _count(shares, one, 1, count) - _count(shares, other, 1, count)
    full = _full_share(shares, one, size, count)
    while size < MOST_GROUPS and violation + full > least:
        best, best_gain = -1, 1e-9
        for j in near:
            gain = _gain(shares, j, size, full, count)
            if gain > best_gain:
                best, best_gain = j, gain
        if best < 0:
            break
        members[size] = best
        size += 1
        violation += best_gain
        _count(shares, best, 1, count)
        full = _full_share(shares, one, size, count)
    for g in range(size):
        _count(shares, members[g], -1, count)
    return size, violation


@njit(cache=True, nogil=True)
def find_cuts(shares: Shares, first_groups: tuple[int, int], least: float, most_cuts: int) -> tuple[IndexArray, FloatArray]:
    """
    Grow cuts from pairs of groups, and return those that the shares violate most of each first group.

    Parameters
    ----------
    shares
        The fractional choice.
    first_groups
        The first groups to look at: from the one up to the other.
    least
        Least violation of a cut, above 0.
    most_cuts
        Most cuts of each first group.

    Returns
    -------
    groups
        Groups of each cut, -1 behind the last, shape (n_cuts, MOST_GROUPS).
    violation
        Violation of each cut, shape (n_cuts,).
    """
    m = len(shares.start) - 1
    count = np.zeros(len(shares.share), dtype=np.int32)
    is_near, near = np.zeros(m, dtype=np.int32), np.empty(m, dtype=np.int32)
    members = np.empty(MOST_GROUPS, dtype=np.int32)
    begin, end = first_groups
    groups = np.full(((end - begin) * most_cuts, MOST_GROUPS), -1, dtype=np.int32)
    found = np.zeros((end - begin) * most_cuts)
    for a in range(begin, end):
        n_near = _find_near(shares, a, is_near, near)
        first = (a - begin) * most_cuts
        for at in range(n_near):
            if near[at] <= a:
                continue
            place = first + int(np.argmin(found[first : first + most_cuts]))
            least_here = max(least, found[place])
            size, violation = _grow(shares, a, near[at], near[:n_near], least_here, count, members)
            if size > 2 and violation > least_here:
                found[place] = violation
                groups[place, :] = -1
                groups[place, :size] = members[:size]
    is_found = found > 0.0
    return groups[is_found], found[is_found]
