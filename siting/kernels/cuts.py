"""Search for violated cuts: groups that two rows at least must cover, unless one row covers them all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray

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


class _Set(NamedTuple):
    """
    A set of groups as it grows.

    ``members`` are its groups, ``is_touched`` tells which rows serve some of them, ``is_served``, while a group joins, which serve
    that one, and the first so many of ``full_rows`` serve all. For each group near the first, ``outside`` is the share of its rows
    that serve no member, and ``full`` that of those that serve all.
    """

    members: IndexArray
    is_touched: BoolArray
    is_served: BoolArray
    full_rows: IndexArray
    outside: FloatArray
    full: FloatArray


@njit(cache=True, nogil=True)
def _take_from(values: FloatArray, shares: Shares, row: int) -> None:
    """Take the share of a row from the values of the groups that it serves."""
    for p in range(shares.row_start[row], shares.row_start[row + 1]):
        values[shares.row_groups[p]] -= shares.share[row]


@njit(cache=True, nogil=True)
def _join(shares: Shares, group: int, n_full: int, grown: _Set) -> tuple[int, float]:
    """Let a group join the set; return how many rows serve all of it now, and their share."""
    for p in range(shares.start[group], shares.start[group + 1]):
        row = shares.rows[p]
        grown.is_served[row] = True
        if not grown.is_touched[row]:
            grown.is_touched[row] = True
            _take_from(grown.outside, shares, row)
    n_left, share = 0, 0.0
    for at in range(n_full):
        row = grown.full_rows[at]
        if grown.is_served[row]:
            grown.full_rows[n_left] = row
            n_left += 1
            share += shares.share[row]
        else:
            _take_from(grown.full, shares, row)
    for p in range(shares.start[group], shares.start[group + 1]):
        grown.is_served[shares.rows[p]] = False
    return n_left, share


class _Near(NamedTuple):
    """
    The groups near a first one.

    ``served`` is the share of the rows of each group; for those near, ``common`` that of the rows that serve the first too, and
    ``outside`` that of the others.
    """

    groups: IndexArray
    served: FloatArray
    common: FloatArray
    outside: FloatArray


@njit(cache=True, nogil=True)
def _look_around(shares: Shares, group: int, near: _Near) -> None:
    """Fill in what the groups near a first one have in common with it, and what not."""
    for j in near.groups:
        near.common[j] = 0.0
        near.outside[j] = near.served[j]
    for p in range(shares.start[group], shares.start[group + 1]):
        row = shares.rows[p]
        for q in range(shares.row_start[row], shares.row_start[row + 1]):
            near.common[shares.row_groups[q]] += shares.share[row]
            near.outside[shares.row_groups[q]] -= shares.share[row]


@njit(cache=True, nogil=True)
def _begin(shares: Shares, group: int, near: _Near, grown: _Set) -> int:
    """Let the set be a first group alone; return how many rows serve it."""
    begin, end = shares.start[group], shares.start[group + 1]
    grown.members[0] = group
    for p in range(begin, end):
        grown.is_touched[shares.rows[p]] = True
        grown.full_rows[p - begin] = shares.rows[p]
    for j in near.groups:
        grown.outside[j], grown.full[j] = near.outside[j], near.common[j]
    return int(end - begin)


@njit(cache=True, nogil=True)
def _grow(shares: Shares, one: int, other: int, near: _Near, least: float, grown: _Set) -> tuple[int, float]:
    """Grow a cut from two groups, each time by the group that adds most; return its size and its violation."""
    violation = 2.0 - shares.short[one] - shares.short[other] - near.served[one] - near.served[other]
    if violation + near.common[other] <= least:
        return 2, violation
    n_full = _begin(shares, one, near, grown)
    grown.members[1] = other
    size = 2
    n_full, full = _join(shares, other, n_full, grown)
    while size < MOST_GROUPS and violation + full > least:
        best, best_gain = -1, 1e-9
        for j in near.groups:
            gain = full - shares.short[j] - grown.outside[j] - grown.full[j]
            if gain > best_gain:
                best, best_gain = j, gain
        if best < 0:
            break
        grown.members[size] = best
        size += 1
        violation += best_gain
        n_full, full = _join(shares, best, n_full, grown)
    for g in range(size):
        for p in range(shares.start[grown.members[g]], shares.start[grown.members[g] + 1]):
            grown.is_touched[shares.rows[p]] = False
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
    n, m = len(shares.share), len(shares.start) - 1
    is_near, near_groups = np.zeros(m, dtype=np.int32), np.empty(m, dtype=np.int32)
    served = np.zeros(m)
    for j in range(m):
        for p in range(shares.start[j], shares.start[j + 1]):
            served[j] += shares.share[shares.rows[p]]
    common, outside = np.zeros(m), np.zeros(m)
    grown = _Set(
        np.empty(MOST_GROUPS, dtype=np.int32),
        np.zeros(n, dtype=np.bool_),
        np.zeros(n, dtype=np.bool_),
        np.empty(n, dtype=np.int32),
        np.zeros(m),
        np.zeros(m),
    )
    begin, end = first_groups
    groups = np.full(((end - begin) * most_cuts, MOST_GROUPS), -1, dtype=np.int32)
    found = np.zeros((end - begin) * most_cuts)
    for a in range(begin, end):
        near = _Near(near_groups[: _find_near(shares, a, is_near, near_groups)], served, common, outside)
        _look_around(shares, a, near)
        first = (a - begin) * most_cuts
        for b in near.groups:
            if b <= a:
                continue
            place = first + int(np.argmin(found[first : first + most_cuts]))
            least_here = max(least, found[place])
            size, violation = _grow(shares, a, b, near, least_here, grown)
            if size > 2 and violation > least_here:
                found[place] = violation
                groups[place, :] = -1
                groups[place, :size] = grown.members[:size]
    is_found = found > 0.0
    return groups[is_found], found[is_found]
