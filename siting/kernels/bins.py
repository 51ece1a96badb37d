"""Build a uniform grid of bins over wall segments, and fill outlines by scan lines."""

from __future__ import annotations

import numpy as np
from numba import njit

PAD_MM = 2.0
"""A wall is filed in every bin it comes this close to, so that no rounding in a ray's march can slip past it."""


@njit(cache=True, nogil=True)
def _column_span(x0, y0, x1, y1, low, high, bin_mm, n_columns):
    """Return the first and last bin column that a segment touches between two heights of the plane."""
    left, right = min(x0, x1), max(x0, x1)
    if y0 != y1:
        a = x0 + (x1 - x0) * ((low - y0) / (y1 - y0))
        b = x0 + (x1 - x0) * ((high - y0) / (y1 - y0))
        left, right = max(left, min(a, b)), min(right, max(a, b))
    first = int(np.floor((left - PAD_MM) / bin_mm))
    last = int(np.floor((right + PAD_MM) / bin_mm))
    return max(first, 0), min(last, n_columns - 1)


@njit(cache=True, nogil=True)
def _count_and_fill(xy_mm, ring_start, ring_top_mm, bin_mm, n_columns, n_rows, start, walls, is_filling):
    """Count the walls of each bin into ``start``, or file them from ``start`` on (which then moves to the bins' ends)."""
    for ring in range(len(ring_start) - 1):
        top = ring_top_mm[ring]
        for v in range(ring_start[ring], ring_start[ring + 1] - 1):
            x0, y0, x1, y1 = xy_mm[v, 0], xy_mm[v, 1], xy_mm[v + 1, 0], xy_mm[v + 1, 1]
            first_row = max(int(np.floor((min(y0, y1) - PAD_MM) / bin_mm)), 0)
            last_row = min(int(np.floor((max(y0, y1) + PAD_MM) / bin_mm)), n_rows - 1)
            for row in range(first_row, last_row + 1):
                first, last = _column_span(x0, y0, x1, y1, row * bin_mm - PAD_MM, (row + 1) * bin_mm + PAD_MM, bin_mm, n_columns)
                for column in range(first, last + 1):
                    b = row * n_columns + column
                    if is_filling:
                        k = start[b]
                        walls[k, 0], walls[k, 1], walls[k, 2], walls[k, 3], walls[k, 4] = x0, y0, x1, y1, top
                    start[b] += 1


@njit(cache=True, nogil=True)
def bin_walls(xy_mm, ring_start, ring_top_mm, bin_mm, n_columns, n_rows):
    """
    File every wall of the rings in the bins it passes.

    Parameters
    ----------
    xy_mm
        Ring vertices from the grid's origin [mm], int32, shape (n_vertices, 2), each ring closed.
    ring_start
        First vertex of each ring, int64, shape (n_rings + 1,).
    ring_top_mm
        Top of each ring's walls [mm], int32, shape (n_rings,).
    bin_mm
        Side of a bin [mm].

    Returns
    -------
    start, walls, top
        Bin starts (n_bins + 1,) int64; x0, y0, x1, y1, top of the walls [mm] (n_filed, 5) int32, tallest first within a bin;
        top of each bin's tallest wall (n_bins,) int32, the least int32 where it has none.
    """
    n_bins = n_columns * n_rows
    start = np.zeros(n_bins + 1, dtype=np.int64)
    _count_and_fill(xy_mm, ring_start, ring_top_mm, bin_mm, n_columns, n_rows, start, np.zeros((0, 5), dtype=np.int32), False)
    total = 0
    for b in range(n_bins + 1):
        count = start[b]
        start[b] = total
        total += count
    walls = np.empty((total, 5), dtype=np.int32)
    _count_and_fill(xy_mm, ring_start, ring_top_mm, bin_mm, n_columns, n_rows, start, walls, True)
    for b in range(n_bins, 0, -1):
        start[b] = start[b - 1]
    start[0] = 0
    top = np.full(n_bins, np.iinfo(np.int32).min, dtype=np.int32)
    for b in range(n_bins):
        _sort_tallest_first(walls, start[b], start[b + 1])
        if start[b + 1] > start[b]:
            top[b] = walls[start[b], 4]
    return start, walls, top


@njit(cache=True, nogil=True)
def _sort_tallest_first(walls, begin, end):
    """Sort a bin's few walls by insertion."""
    row = np.empty(5, dtype=np.int32)
    for i in range(begin + 1, end):
        row[:] = walls[i]
        j = i - 1
        while j >= begin and walls[j, 4] < row[4]:
            walls[j + 1] = walls[j]
            j -= 1
        walls[j + 1] = row


@njit(cache=True, nogil=True)
def ring_bounds(xy_mm, ring_start):
    """Return xmin, ymin, xmax, ymax of each ring [mm], int32, shape (n_rings, 4)."""
    bounds = np.empty((len(ring_start) - 1, 4), dtype=np.int32)
    for ring in range(len(bounds)):
        begin, end = ring_start[ring], ring_start[ring + 1]
        bounds[ring, 0] = xy_mm[begin:end, 0].min()
        bounds[ring, 1] = xy_mm[begin:end, 1].min()
        bounds[ring, 2] = xy_mm[begin:end, 0].max()
        bounds[ring, 3] = xy_mm[begin:end, 1].max()
    return bounds


@njit(cache=True, nogil=True)
def fill_rings(xy_mm, ring_start, bounds_mm, x_mm, y_mm, cell_mm, n_columns, n_rows):
    """
    Return which points of a lattice lie inside the rings, by scan lines.

    Rings have their interior on the left, so each point's winding number counts the outlines around it and overlapping
    outlines need no care.

    Parameters
    ----------
    x_mm, y_mm
        First point of the lattice from the origin of ``xy_mm`` [mm].
    cell_mm
        Distance between points [mm].

    Returns
    -------
    is_inside
        Shape (n_rows, n_columns).
    """
    winding = np.zeros((n_rows, n_columns + 1), dtype=np.int16)
    x_end, y_end = x_mm + (n_columns - 1) * cell_mm, y_mm + (n_rows - 1) * cell_mm
    for ring in range(len(ring_start) - 1):
        if bounds_mm[ring, 0] > x_end or bounds_mm[ring, 2] < x_mm or bounds_mm[ring, 1] > y_end or bounds_mm[ring, 3] < y_mm:
            continue
        for v in range(ring_start[ring], ring_start[ring + 1] - 1):
            x0, y0, x1, y1 = xy_mm[v, 0], xy_mm[v, 1], xy_mm[v + 1, 0], xy_mm[v + 1, 1]
            if y0 == y1:
                continue
            low, high, turn = (y0, y1, -1) if y0 < y1 else (y1, y0, 1)
            first = max(int(np.ceil((low - y_mm) / cell_mm)), 0)
            last = min(int(np.ceil((high - y_mm) / cell_mm)) - 1, n_rows - 1)
            for row in range(first, last + 1):
                x = x0 + (x1 - x0) * ((y_mm + row * cell_mm - y0) / (y1 - y0))
                column = int(np.floor((x - x_mm) / cell_mm)) + 1
                winding[row, min(max(column, 0), n_columns)] += turn
    is_inside = np.empty((n_rows, n_columns), dtype=np.bool_)
    for row in range(n_rows):
        turns = 0
        for column in range(n_columns):
            turns += winding[row, column]
            is_inside[row, column] = turns > 0
    return is_inside


@njit(cache=True, nogil=True)
def bin_boxes(bounds_mm, bin_mm, n_columns, n_rows):
    """File boxes in the bins they touch: bin starts (n_bins + 1,) int64 and box numbers int32, rising within a bin."""
    start = np.zeros(n_columns * n_rows + 1, dtype=np.int64)
    for is_filling in (False, True):
        if is_filling:
            total = 0
            for b in range(len(start)):
                count = start[b]
                start[b] = total
                total += count
            boxes = np.empty(total, dtype=np.int32)
        for box in range(len(bounds_mm)):
            for row in range(bounds_mm[box, 1] // bin_mm, bounds_mm[box, 3] // bin_mm + 1):
                for column in range(bounds_mm[box, 0] // bin_mm, bounds_mm[box, 2] // bin_mm + 1):
                    b = row * n_columns + column
                    if is_filling:
                        boxes[start[b]] = box
                    start[b] += 1
    for b in range(len(start) - 1, 0, -1):
        start[b] = start[b - 1]
    start[0] = 0
    return start, boxes


@njit(cache=True, nogil=True)
def outlines_at(x_mm, y_mm, xy_mm, ring_start, outline_ring, top, bounds_mm, bin_start, bin_boxes_, bin_mm, n_columns, n_rows):
    """
    Return for each point the outline of the highest top around it, -1 where there is none, int32.

    Parameters
    ----------
    x_mm, y_mm
        Points from the origin [mm], float64, shape (n,).
    outline_ring
        First ring of each outline, shape (n_outlines + 1,).
    bounds_mm
        Bounds of each outline, filed in ``bin_start`` and ``bin_boxes_``.
    """
    found = np.full(len(x_mm), -1, dtype=np.int32)
    for i in range(len(x_mm)):
        x, y = x_mm[i], y_mm[i]
        column, row = int(np.floor(x / bin_mm)), int(np.floor(y / bin_mm))
        if column < 0 or row < 0 or column >= n_columns or row >= n_rows:
            continue
        b = row * n_columns + column
        for k in range(bin_start[b], bin_start[b + 1]):
            outline = bin_boxes_[k]
            if x < bounds_mm[outline, 0] or y < bounds_mm[outline, 1] or x > bounds_mm[outline, 2] or y > bounds_mm[outline, 3]:
                continue
            if found[i] >= 0 and top[outline] <= top[found[i]]:
                continue
            if _winding(x, y, xy_mm, ring_start, outline_ring[outline], outline_ring[outline + 1]) > 0:
                found[i] = outline
    return found


@njit(cache=True, nogil=True)
def _winding(x, y, xy_mm, ring_start, first_ring, last_ring):
    """Return how often the rings wind around a point."""
    turns = 0
    for ring in range(first_ring, last_ring):
        for v in range(ring_start[ring], ring_start[ring + 1] - 1):
            x0, y0, x1, y1 = xy_mm[v, 0], xy_mm[v, 1], xy_mm[v + 1, 0], xy_mm[v + 1, 1]
            if (y0 <= y) != (y1 <= y) and x0 + (x1 - x0) * ((y - y0) / (y1 - y0)) < x:
                turns += -1 if y1 > y0 else 1
    return turns
