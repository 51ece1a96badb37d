"""Kernels of candidate placement: walls long enough to stand in front of, and points that keep their distance."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray


@njit(cache=True, nogil=True)
def long_walls(xy_m: FloatArray, ring_start: IntArray, minimum_wall_m: float) -> IntArray:
    """
    Return the first vertex of every wall at least so long, in the order of the rings.

    Parameters
    ----------
    xy_m
        Vertices of closed rings [m], shape (n, 2).
    ring_start
        First vertex of each ring and the end of the last, shape (n_rings + 1,).
    minimum_wall_m
        Shortest wall kept [m], > 0.
    """
    found = np.empty(len(xy_m), dtype=np.int64)
    n_found = 0
    for ring in range(len(ring_start) - 1):
        for vertex in range(ring_start[ring], ring_start[ring + 1] - 1):
            along_x = xy_m[vertex + 1, 0] - xy_m[vertex, 0]
            along_y = xy_m[vertex + 1, 1] - xy_m[vertex, 1]
            if along_x * along_x + along_y * along_y >= minimum_wall_m * minimum_wall_m:
                found[n_found] = vertex
                n_found += 1
    return found[:n_found].copy()


@njit(cache=True, nogil=True)
def _is_free(point: int, xy_m: FloatArray, spacing_m: float, cell: IndexArray, kept: tuple[IndexArray, IndexArray]) -> bool:
    """Tell whether no kept point of the nine cells around one lies closer to it than the spacing."""
    newest, older = kept
    for row in range(max(cell[0] - 1, 0), min(cell[0] + 2, newest.shape[0])):
        for column in range(max(cell[1] - 1, 0), min(cell[1] + 2, newest.shape[1])):
            other = newest[row, column]
            while other >= 0:
                gap_x, gap_y = xy_m[other, 0] - xy_m[point, 0], xy_m[other, 1] - xy_m[point, 1]
                if gap_x * gap_x + gap_y * gap_y < spacing_m * spacing_m:
                    return False
                other = older[other]
    return True


@njit(cache=True, nogil=True)
def keep_spaced(xy_m: FloatArray, is_kept_before: BoolArray, spacing_m: float, cell_m: float, n_wanted: int) -> BoolArray:
    """
    Go through the points in order and keep each that is far enough from all kept ones, until enough are kept.

    Parameters
    ----------
    xy_m
        Points in order of preference [m], shape (n, 2), n >= 1.
    is_kept_before
        Points kept already, whatever their distance, shape (n,).
    spacing_m
        Least distance between a point newly kept and any other [m], > 0.
    cell_m
        Side of the cells that kept points are looked up by [m], >= spacing_m.
    n_wanted
        Stop when so many are kept, the earlier ones included.
    """
    cells = np.empty((len(xy_m), 2), dtype=np.int32)
    cells[:, 0] = (xy_m[:, 1] - xy_m[:, 1].min()) / cell_m
    cells[:, 1] = (xy_m[:, 0] - xy_m[:, 0].min()) / cell_m
    newest = np.full((cells[:, 0].max() + 1, cells[:, 1].max() + 1), -1, dtype=np.int32)
    older = np.full(len(xy_m), -1, dtype=np.int32)
    is_kept = is_kept_before.copy()
    n_kept = is_kept.sum()
    for point in range(len(xy_m)):
        if is_kept_before[point]:
            older[point] = newest[cells[point, 0], cells[point, 1]]
            newest[cells[point, 0], cells[point, 1]] = point
    for point in range(len(xy_m)):
        if n_kept >= n_wanted:
            break
        if not is_kept[point] and _is_free(point, xy_m, spacing_m, cells[point], (newest, older)):
            older[point] = newest[cells[point, 0], cells[point, 1]]
            newest[cells[point, 0], cells[point, 1]] = point
            is_kept[point] = True
            n_kept += 1
    return is_kept
