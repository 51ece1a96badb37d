"""What a ray passes besides being blocked: depth within outlines, and clearance as a share of the first Fresnel radius."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.kernels.rays import NEVER, crossing, first_bins


@njit(cache=True, nogil=True, error_model="numpy")
def share_inside(ox, oy, tx, ty, t_low, t_high, starts_inside, start, walls, bin_mm, n_columns, n_rows):
    """
    Return the share of a ray that lies inside outlines that do not overlap, counting only t_low <= t <= t_high.

    Each crossing is counted once, in the bin it lies in: inward crossings add the rest of the span, outward ones take it.
    """
    if t_high <= t_low:
        return 0.0
    dx, dy = tx - ox, ty - oy
    share = t_high - t_low if starts_inside else 0.0
    t_in, t_end, column, row, n_x, n_y = first_bins(ox, oy, dx, dy, bin_mm, n_columns, n_rows)
    if t_in > t_end:
        return share
    next_x = ((column + (dx > 0.0)) * bin_mm - ox) / dx if n_x > 0 else np.inf
    next_y = ((row + (dy > 0.0)) * bin_mm - oy) / dy if n_y > 0 else np.inf
    t_in = 0.0
    for _ in range(n_x + n_y + 1):
        t_out = min(next_x, next_y)
        b = row * n_columns + column
        for k in range(start[b], start[b + 1]):
            t = crossing(ox, oy, dx, dy, walls, k)
            if t != NEVER and t_in <= t < t_out:
                is_inward = dx * (walls[k, 3] - walls[k, 1]) - dy * (walls[k, 2] - walls[k, 0]) < 0.0
                rest = t_high - min(max(t, t_low), t_high)
                share += rest if is_inward else -rest
        t_in = t_out
        if next_x < next_y:
            column += 1 if dx > 0.0 else -1
            n_x -= 1
            next_x = next_x + bin_mm / abs(dx) if n_x > 0 else np.inf
        else:
            row += 1 if dy > 0.0 else -1
            n_y -= 1
            next_y = next_y + bin_mm / abs(dy) if n_y > 0 else np.inf
    return min(max(share, 0.0), t_high - t_low)


@njit(cache=True, nogil=True, error_model="numpy")
def depths_inside(
    observers_mm, observer_is_inside, targets_mm, canopy_mm, pair_observer, pair_target, start, walls, bin_mm, n_columns, n_rows
):
    """
    Return how far the ray of each pair runs inside outlines below their canopy [mm], shape (n_pairs,).

    Parameters
    ----------
    observers_mm, targets_mm
        Positions [mm], z above the ground under the outlines, shapes (n, 3) and (m, 3).
    canopy_mm
        Height of the canopy above ground [mm].
    pair_observer, pair_target
        Rows of the two ends of each pair.
    """
    depth = np.zeros(len(pair_observer))
    for p in range(len(pair_observer)):
        ox, oy, oz = observers_mm[pair_observer[p]]
        tx, ty, tz = targets_mm[pair_target[p]]
        t_low, t_high = 0.0, 1.0
        if oz != tz:
            t_canopy = (canopy_mm - oz) / (tz - oz)
            if oz > tz:
                t_low = max(0.0, t_canopy)
            else:
                t_high = min(1.0, t_canopy)
        elif oz >= canopy_mm:
            continue
        share = share_inside(ox, oy, tx, ty, t_low, t_high, observer_is_inside[pair_observer[p]], start, walls, bin_mm, n_columns, n_rows)
        depth[p] = share * np.sqrt((tx - ox) ** 2 + (ty - oy) ** 2 + (tz - oz) ** 2)
    return depth


@njit(cache=True, nogil=True, error_model="numpy")
def _excess_over_edge(o, t, a, b):
    """Return the least detour from o to t over a point of the segment a-b, over the straight way [mm]."""
    length = np.sqrt(((b - a) ** 2).sum())
    if length == 0.0:
        u = 0.0
        along = np.zeros(3)
    else:
        along = (b - a) / length
        ou, tu = ((o - a) * along).sum(), ((t - a) * along).sum()
        o_off = np.sqrt(max(((o - a) ** 2).sum() - ou * ou, 0.0))
        t_off = np.sqrt(max(((t - a) ** 2).sum() - tu * tu, 0.0))
        off = o_off + t_off
        u = (ou * t_off + tu * o_off) / off if off > 0.0 else min(max(min(ou, tu), 0.0), length)
        u = min(max(u, 0.0), length)
    q = a + u * along
    return np.sqrt(((q - o) ** 2).sum()) + np.sqrt(((q - t) ** 2).sum()) - np.sqrt(((t - o) ** 2).sum())


@njit(cache=True, nogil=True, error_model="numpy")
def _excess_over_wall(o, t, walls, k, foot_mm):
    """
    Return the least detour from o to t over a point of wall k [mm].

    The detour is convex over the wall, so its least value lies where the straight way (or, from one side, the way
    mirrored at the wall's plane) meets the wall, or else on the wall's edges.
    """
    a = np.array([float(walls[k, 0]), float(walls[k, 1]), foot_mm])
    b = np.array([float(walls[k, 2]), float(walls[k, 3]), foot_mm])
    top = float(walls[k, 4])
    ex, ey = b[0] - a[0], b[1] - a[1]
    length = np.sqrt(ex * ex + ey * ey)
    if length > 0.0:
        o_side = ((o[0] - a[0]) * ey - (o[1] - a[1]) * ex) / length
        t_side = ((t[0] - a[0]) * ey - (t[1] - a[1]) * ex) / length
        off = abs(o_side) + abs(t_side)
        if off > 0.0:
            s = abs(o_side) / off
            q = o + s * (t - o)
            if o_side * t_side > 0.0:
                q[0] -= ey / length * (o_side + s * (t_side - o_side))
                q[1] += ex / length * (o_side + s * (t_side - o_side))
            u = ((q[0] - a[0]) * ex + (q[1] - a[1]) * ey) / length
            if 0.0 <= u <= length and foot_mm <= q[2] <= top:
                return np.sqrt(((q - o) ** 2).sum()) + np.sqrt(((q - t) ** 2).sum()) - np.sqrt(((t - o) ** 2).sum())
    a_top, b_top = a.copy(), b.copy()
    a_top[2], b_top[2] = top, top
    least = _excess_over_edge(o, t, a_top, b_top)
    for p, q in ((a, b), (a, a_top), (b, b_top)):
        least = min(least, _excess_over_edge(o, t, p, q))
    return least


@njit(cache=True, nogil=True, error_model="numpy")
def fresnel_share(o, t, half_wave_mm, foot_mm, start, walls, top, bin_mm, n_columns, n_rows):
    """
    Return the first obstruction's clearance as a share of the first Fresnel radius, 0 (on the axis) to 1 (clear).

    A point with detour e lies on the surface of Fresnel zone e / (half a wavelength), whose radius grows with the square
    root of that number. Bins within the first zone's widest radius of the ray are searched, row by row.
    """
    distance = np.sqrt(((t - o) ** 2).sum())
    pad = np.sqrt(half_wave_mm * distance / 2.0 + half_wave_mm * half_wave_mm / 4.0)
    least = half_wave_mm
    low, high = min(o[1], t[1]) - pad, max(o[1], t[1]) + pad
    for row in range(max(int(np.floor(low / bin_mm)), 0), min(int(np.floor(high / bin_mm)), n_rows - 1) + 1):
        left, right = min(o[0], t[0]), max(o[0], t[0])
        if o[1] != t[1]:
            slope = (t[0] - o[0]) / (t[1] - o[1])
            p = o[0] + (row * bin_mm - pad - o[1]) * slope
            q = o[0] + ((row + 1) * bin_mm + pad - o[1]) * slope
            left, right = max(left, min(p, q)), min(right, max(p, q))
        for column in range(max(int(np.floor((left - pad) / bin_mm)), 0), min(int(np.floor((right + pad) / bin_mm)), n_columns - 1) + 1):
            b = row * n_columns + column
            lowest = min(o[2], t[2]) - pad
            if top[b] <= lowest:
                continue
            for k in range(start[b], start[b + 1]):
                if walls[k, 4] <= lowest:
                    break
                least = min(least, _excess_over_wall(o, t, walls, k, foot_mm))
    return np.sqrt(max(least, 0.0) / half_wave_mm)


@njit(cache=True, nogil=True)
def fresnel_shares(observers_mm, targets_mm, half_wave_mm, foot_mm, start, walls, top, bin_mm, n_columns, n_rows):
    """Return the clearance of every observer (n, 3) and target (m, 3) past the walls, shape (n, m)."""
    shares = np.empty((len(observers_mm), len(targets_mm)))
    for i in range(len(observers_mm)):
        for j in range(len(targets_mm)):
            shares[i, j] = fresnel_share(
                observers_mm[i], targets_mm[j], half_wave_mm, foot_mm, start, walls, top, bin_mm, n_columns, n_rows
            )
    return shares
