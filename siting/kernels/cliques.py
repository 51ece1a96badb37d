"""Kernels of minimum spacing: points closer than a distance, and cliques that hold every such pair."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray


@njit(cache=True, nogil=True)
def _is_close(xy_m: FloatArray, one: int, other: int, spacing_m: float) -> bool:
    """Tell whether two points lie closer than the spacing."""
    gap_x, gap_y = xy_m[one, 0] - xy_m[other, 0], xy_m[one, 1] - xy_m[other, 1]
    is_close: bool = gap_x * gap_x + gap_y * gap_y < spacing_m * spacing_m
    return is_close


@njit(cache=True, nogil=True)
def find_close(xy_m: FloatArray, key: IntArray, order: IntArray, n_columns: int, spacing_m: float) -> tuple[IntArray, IndexArray]:
    """
    Return compressed rows of the points closer to each point than the spacing, rising, itself left out.

    Parameters
    ----------
    xy_m
        Points [m], shape (n, 2).
    key
        ``row * n_columns + column`` of each point's square, shape (n,); squares are at least as wide as the spacing, and the
        first and last columns are empty.
    order
        Points by rising key, shape (n,).
    """
    n = len(xy_m)
    sorted_key = key[order]
    start = np.zeros(n + 1, dtype=np.int64)
    near = np.empty(0, dtype=np.int32)
    for is_writing in (False, True):
        if is_writing:
            for i in range(n):
                start[i + 1] += start[i]
            near = np.empty(start[n], dtype=np.int32)
        for i in range(n):
            end = start[i]
            for row in (-1, 0, 1):
                first = np.searchsorted(sorted_key, key[i] + row * n_columns - 1)
                last = np.searchsorted(sorted_key, key[i] + row * n_columns + 1, side="right")
                for place in range(first, last):
                    other = order[place]
                    if other != i and _is_close(xy_m, i, other, spacing_m):
                        if is_writing:
                            near[end] = other
                            end += 1
                        else:
                            start[i + 1] += 1
            if is_writing:
                near[start[i] : end].sort()
    return start, near


@njit(cache=True, nogil=True)
def cover_by_cliques(xy_m: FloatArray, spacing_m: float, start: IntArray, near: IndexArray) -> tuple[IntArray, IndexArray]:
    """
    Return cliques, compressed, such that every close pair lies in at least one: each grown greedily from a pair left over.

    Parameters
    ----------
    start, near
        Close points of each point; see :func:`find_close`.
    """
    is_covered = np.zeros(len(near), dtype=np.bool_)
    members = np.empty(max(len(near), 1), dtype=np.int32)
    ends = np.empty(len(near) + 1, dtype=np.int64)
    ends[0] = 0
    n_cliques, end = 0, 0
    for i in range(len(start) - 1):
        for p in range(start[i], start[i + 1]):
            if near[p] < i or is_covered[p]:
                continue
            begin = end
            if begin + start[i + 1] - start[i] + 1 > len(members):
                larger = np.empty(2 * len(members) + start[i + 1] - start[i] + 1, dtype=np.int32)
                larger[:end] = members[:end]
                members = larger
            members[end], members[end + 1] = i, near[p]
            end += 2
            for q in range(start[i], start[i + 1]):
                one = near[q]
                if one > i and one != near[p]:
                    is_fitting = True
                    for at in range(begin + 1, end):
                        if not _is_close(xy_m, one, members[at], spacing_m):
                            is_fitting = False
                            break
                    if is_fitting:
                        members[end] = one
                        end += 1
            members[begin:end].sort()
            _mark_covered(start, near, members[begin:end], is_covered)
            n_cliques += 1
            ends[n_cliques] = end
    return ends[: n_cliques + 1].copy(), members[:end].copy()


@njit(cache=True, nogil=True)
def _mark_covered(start: IntArray, near: IndexArray, members: IndexArray, is_covered: BoolArray) -> None:
    """Mark every pair of a clique, from its lower member's row."""
    for a in range(len(members)):
        row = near[start[members[a]] : start[members[a] + 1]]
        for b in range(a + 1, len(members)):
            is_covered[start[members[a]] + np.searchsorted(row, members[b])] = True
