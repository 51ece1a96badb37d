"""Minimum spacing as sets of candidates of which at most one may be open."""

from __future__ import annotations

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.kernels.cliques import cover_by_cliques, find_close

_MOST_SQUARES = 20_000
"""Squares along a side, so that their numbers stay small however short the spacing is."""


def close_points(xy_m: FloatArray, spacing_m: float) -> tuple[IntArray, IndexArray]:
    """
    Return the points closer to each point than the spacing, as compressed rows without the point itself.

    Parameters
    ----------
    xy_m
        Points in the plane [m], shape (n, 2).
    spacing_m
        Distance [m], > 0; points exactly so far apart are not close.
    """
    if len(xy_m) == 0:
        return np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32)
    offset = xy_m - xy_m.min(axis=0)
    side_m = max(spacing_m, float(offset.max()) / _MOST_SQUARES) * (1 + 1e-9)
    square = np.floor(offset / side_m).astype(np.int64) + 1
    n_columns = int(square[:, 0].max()) + 2
    key = square[:, 1] * n_columns + square[:, 0]
    start, near = find_close(np.ascontiguousarray(xy_m), key, np.argsort(key, kind="stable"), n_columns, spacing_m)
    return start, near


def too_close(xy_m: FloatArray, spacing_m: float, is_standing: BoolArray) -> BoolArray:
    """Mark the points that do not stand and are closer to a standing one than the spacing, shape (n,)."""
    start, near = close_points(xy_m, spacing_m)
    owner = np.repeat(np.arange(len(xy_m)), np.diff(start))
    is_close = np.zeros(len(xy_m), dtype=np.bool_)
    is_close[owner[is_standing[near]]] = True
    return is_close & ~is_standing


def spacing_cliques(xy_m: FloatArray, spacing_m: float) -> list[IndexArray]:
    """Return sets of points, all closer to each other than the spacing, that hold every such pair; each set rises."""
    xy_m = np.ascontiguousarray(xy_m)
    start, near = close_points(xy_m, spacing_m)
    ends, members = cover_by_cliques(xy_m, spacing_m, start, near)
    return np.split(members, ends[1:-1]) if len(ends) > 1 else []
