"""
March rays through the bins of a city.

Positions and walls are whole millimetres held in float64 and int32: the side of a wall's end relative to a ray is then
exact for rays of up to 67 km, and walls that share a vertex leave no crack between them.

Indices are unsigned and divisions unchecked (``error_model="numpy"``), which spares two tests in the innermost loop.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NEVER = 2.0
N_SECTORS = 128
"""Directions on each side of an observer that keep a wall to try first."""


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def crossing(ox, oy, dx, dy, walls, k):
    """Return where along a ray (0 to 1) it crosses wall k, else ``NEVER``."""
    x0, y0, x1, y1 = walls[k, 0] - ox, walls[k, 1] - oy, walls[k, 2] - ox, walls[k, 3] - oy
    side0 = dx * y0 - dy * x0
    side1 = dx * y1 - dy * x1
    if (side0 >= 0.0) == (side1 >= 0.0):
        return NEVER
    t = (x0 * (y1 - y0) - y0 * (x1 - x0)) / (side1 - side0)
    return t if 0.0 < t < 1.0 else NEVER


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def is_hidden_by(ox, oy, oz, tx, ty, tz, walls, k):
    """Return whether wall k blocks the ray from o to t: the ray crosses it below its top."""
    t = crossing(ox, oy, tx - ox, ty - oy, walls, k)
    return t != NEVER and oz + t * (tz - oz) < walls[k, 4]


@njit(cache=True, nogil=True, error_model="numpy")
def clip(ox, oy, dx, dy, width, height):
    """Return the part of a ray, as (from, to) in 0..1, that lies within a box at the origin; from > to if none does."""
    t0, t1 = 0.0, 1.0
    for p, d, size in ((ox, dx, width), (oy, dy, height)):
        if d == 0.0:
            if p < 0.0 or p > size:
                return 1.0, 0.0
        else:
            a, b = -p / d, (size - p) / d
            t0, t1 = max(t0, min(a, b)), min(t1, max(a, b))
    return t0, t1


@njit(cache=True, nogil=True, error_model="numpy")
def first_bins(ox, oy, dx, dy, bin_mm, n_columns, n_rows):
    """
    Return what a march needs: where it starts and ends (t0, t1), its first bin, and its steps along columns and rows.

    Only the part of the ray over the grid is marched, and none of it if t0 > t1. A march takes just these steps, whatever
    rounding says of the order of its last ones, and so never leaves the grid.
    """
    t0, t1 = 0.0, 1.0
    width, height = bin_mm * n_columns, bin_mm * n_rows
    tx, ty = ox + dx, oy + dy
    if min(ox, oy, tx, ty) < 0.0 or max(ox, tx) >= width or max(oy, ty) >= height:
        t0, t1 = clip(ox, oy, dx, dy, width, height)
        if t0 > t1:
            return t0, t1, 0, 0, 0, 0
    column = min(max(int((ox + t0 * dx) / bin_mm), 0), n_columns - 1)
    row = min(max(int((oy + t0 * dy) / bin_mm), 0), n_rows - 1)
    last_column = min(max(int((ox + t1 * dx) / bin_mm), 0), n_columns - 1)
    last_row = min(max(int((oy + t1 * dy) / bin_mm), 0), n_rows - 1)
    return t0, t1, column, row, abs(last_column - column), abs(last_row - row)


@njit(cache=True, nogil=True, error_model="numpy")
def blocking_wall(ox, oy, oz, tx, ty, tz, start, walls, top, bin_mm, n_columns, n_rows):
    """
    Return the position in ``walls`` of a wall that blocks a ray, -1 if none does.

    The ray runs from (ox, oy, oz) to (tx, ty, tz) [mm]; a wall blocks where the ray crosses it below its top. Touching
    a top, or ending on a wall, does not block.
    """
    dx, dy, dz = tx - ox, ty - oy, tz - oz
    t_in, t_end, column, row, n_x, n_y = first_bins(ox, oy, dx, dy, bin_mm, n_columns, n_rows)
    if t_in > t_end:
        return np.int64(-1)
    step_x = 1 if dx > 0.0 else -1
    step_y = n_columns if dy > 0.0 else -n_columns
    next_x = ((column + (dx > 0.0)) * bin_mm - ox) / dx if n_x > 0 else np.inf
    next_y = ((row + (dy > 0.0)) * bin_mm - oy) / dy if n_y > 0 else np.inf
    stride_x = bin_mm / abs(dx) if n_x > 0 else np.inf
    stride_y = bin_mm / abs(dy) if n_y > 0 else np.inf
    is_falling = dz < 0.0
    place = row * n_columns + column
    for _ in range(n_x + n_y + 1):
        t_out = min(next_x, next_y)
        lowest = oz + dz * min(t_out if is_falling else t_in, t_end)
        b = np.uint64(place)
        if top[b] > lowest:
            for k in range(np.uint64(start[b]), np.uint64(start[b + np.uint64(1)])):
                if walls[k, 4] <= lowest:
                    break
                if is_hidden_by(ox, oy, oz, tx, ty, tz, walls, k):
                    return np.int64(k)
        t_in = t_out
        if next_x < next_y:
            place += step_x
            n_x -= 1
            next_x = next_x + stride_x if n_x > 0 else np.inf
        else:
            place += step_y
            n_y -= 1
            next_y = next_y + stride_y if n_y > 0 else np.inf
    return np.int64(-1)


@njit(cache=True, nogil=True, error_model="numpy")
def ground_blocks(ox, oy, oz, tx, ty, tz, ground_mm, post_mm):
    """
    Return whether the ground rises above a ray.

    The ground is the triangulated surface over a lattice of posts (each square cut from its lower left to its upper
    right post), so the highest ground under a ray lies where it crosses a lattice line or a diagonal; all crossings are
    tested. Beyond the lattice the ground is not known and does not block.

    Parameters
    ----------
    ground_mm
        Elevation of the posts [mm], float64, shape (n_rows, n_columns); empty for flat ground.
    post_mm
        Distance between posts [mm]; the first post stands on the origin.
    """
    if ground_mm.size == 0:
        return False
    ux, uy = ox / post_mm, oy / post_mm
    vx, vy = (tx - ox) / post_mm, (ty - oy) / post_mm
    for family in range(3):
        begin = ux if family == 0 else (uy if family == 1 else ux - uy)
        step = vx if family == 0 else (vy if family == 1 else vx - vy)
        low, high = min(begin, begin + step), max(begin, begin + step)
        for line in range(int(np.ceil(low)), int(np.floor(high)) + 1):
            t = (line - begin) / step if step != 0.0 else 0.0
            if 0.0 < t < 1.0 and oz + t * (tz - oz) < ground_at(ux + t * vx, uy + t * vy, ground_mm):
                return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def ground_at(u, v, ground_mm):
    """Return the triangulated ground at lattice position (u, v) in posts [mm]; -inf beyond the lattice."""
    n_rows, n_columns = ground_mm.shape
    if not (0.0 <= u <= n_columns - 1 and 0.0 <= v <= n_rows - 1):
        return -np.inf
    column, row = min(int(u), n_columns - 2), min(int(v), n_rows - 2)
    a, b = u - column, v - row
    low_left, high_right = ground_mm[row, column], ground_mm[row + 1, column + 1]
    if a >= b:
        return low_left + a * (ground_mm[row, column + 1] - low_left) + b * (high_right - ground_mm[row, column + 1])
    return low_left + b * (ground_mm[row + 1, column] - low_left) + a * (high_right - ground_mm[row + 1, column])


@njit(cache=True, nogil=True)
def see(observers_mm, targets_mm, start, walls, top, bin_mm, n_columns, n_rows, ground_mm, post_mm, ground_origin_mm):
    """Return which targets (m, 3) each observer (n, 3) sees past walls and ground, shape (n, m)."""
    is_seen = np.empty((len(observers_mm), len(targets_mm)), dtype=np.bool_)
    gx, gy = ground_origin_mm[0], ground_origin_mm[1]
    hider = np.empty(2 * N_SECTORS + 1, dtype=np.int64)  # the wall that last hid a target in each direction likely hides the next
    for i in range(len(observers_mm)):
        ox, oy, oz = observers_mm[i, 0], observers_mm[i, 1], observers_mm[i, 2]
        hider[:] = -1
        last = np.int64(-1)
        for j in range(len(targets_mm)):
            tx, ty, tz = targets_mm[j, 0], targets_mm[j, 1], targets_mm[j, 2]
            if last >= 0 and is_hidden_by(ox, oy, oz, tx, ty, tz, walls, np.uint64(last)):
                is_seen[i, j] = False
                continue
            sector = _sector(tx - ox, ty - oy)
            k = hider[sector]
            if k < 0 or not is_hidden_by(ox, oy, oz, tx, ty, tz, walls, np.uint64(k)):
                k = blocking_wall(ox, oy, oz, tx, ty, tz, start, walls, top, bin_mm, n_columns, n_rows)
            if k >= 0:
                last = k
                hider[sector] = k
            is_seen[i, j] = k < 0 and not ground_blocks(ox - gx, oy - gy, oz, tx - gx, ty - gy, tz, ground_mm, post_mm)
    return is_seen


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _sector(dx, dy):
    """Return the sector of a direction, 0 to 2 * N_SECTORS, rising with a stand-in for the angle that needs no arctangent."""
    span = abs(dx) + abs(dy)
    slope = dy / span if span > 0.0 else 0.0
    return np.uint64((slope + 1.0) * (0.5 * N_SECTORS)) + (np.uint64(N_SECTORS) if dx < 0.0 else np.uint64(0))
