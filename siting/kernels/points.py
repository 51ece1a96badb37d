"""Sites and points within a distance of one another, in the plane or on a sphere."""

from __future__ import annotations

import numpy as np
from numba import njit

EMPTY = -2
"""Bin of a slot that holds no class; -1 stands for everything outside of the grid."""


@njit(cache=True, nogil=True)
def distance(x0, y0, x1, y1, sphere_m):
    """
    Return the distance of two places.

    Parameters
    ----------
    x0, y0, x1, y1
        Positions [m]; longitude and latitude [rad] on a sphere.
    sphere_m
        Radius of the sphere [m]; 0 for the plane.
    """
    if sphere_m == 0.0:
        return np.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
    u, v = np.sin((y1 - y0) / 2.0), np.sin((x1 - x0) / 2.0)
    haversine = u * u + np.cos(y0) * np.cos(y1) * (v * v)
    return 2.0 * sphere_m * np.arcsin(np.sqrt(min(haversine, 1.0)))


@njit(cache=True, nogil=True)
def half_width(y, reach, sphere_m):
    """Return how far in x a place may lie from one within reach (an angle [rad] on a sphere), at most half a turn there."""
    if sphere_m == 0.0:
        return reach
    if abs(y) + reach >= np.pi / 2.0:
        return np.pi
    return min(np.arcsin(np.sin(reach) / np.cos(y)) * (1.0 + 1e-9) + 1e-12, np.pi)


@njit(cache=True, nogil=True)
def place_pairs(points, sites, order, row_start, low, height, reach, radius_m, sphere_m, end, cells, first, is_filling):
    """
    Count the points within the radius of each site, or write them, in their order.

    Parameters
    ----------
    points
        Positions [m] or [rad], shape (k, 2).
    sites
        Positions of the sites, by row and then by x, shape (n, 2).
    order
        Number of each of these sites, shape (n,).
    row_start, low, height
        First site of each row, shape (n_rows + 1,); the rows start at y = ``low`` and are ``height`` high.
    reach
        A little more than the radius, in the unit of y.
    radius_m, sphere_m
        The radius [m]; radius of the sphere [m], 0 for the plane.
    end
        Pairs of each site so far, or where its next pair goes; moves on.
    cells
        Output: numbers of the points.
    first
        Number of the first point.
    is_filling
        Write, or count only.
    """
    n_rows = len(row_start) - 1
    turn = 0.0 if sphere_m == 0.0 else 2.0 * np.pi
    for j in range(len(points)):
        x, y = points[j, 0], points[j, 1]
        half = half_width(y, reach, sphere_m)
        first_row = min(max((y - reach - low) / height, 0.0), float(n_rows))
        last_row = min(max((y + reach - low) / height, -1.0), n_rows - 1.0)
        for row in range(int(first_row), int(np.floor(last_row)) + 1):
            for lap in range(-1, 2) if turn > 0.0 else range(1):
                begin, stop = _window(sites, row_start[row], row_start[row + 1], x + lap * turn, half)
                for k in range(begin, stop):
                    if distance(sites[k, 0], sites[k, 1], x, y, sphere_m) <= radius_m:
                        if is_filling:
                            cells[end[order[k]]] = first + j
                        end[order[k]] += 1


@njit(cache=True, nogil=True)
def _window(sites, begin, stop, x, half):
    """Return the first and the end of the sites of a row whose x lies in ``(x - half, x + half]``, a little more in the plane."""
    low, high = begin, stop
    while low < high:
        middle = (low + high) // 2
        if sites[middle, 0] <= x - half:
            low = middle + 1
        else:
            high = middle
    first = low
    high = stop
    while low < high:
        middle = (low + high) // 2
        if sites[middle, 0] <= x + half:
            low = middle + 1
        else:
            high = middle
    return first, low


@njit(cache=True, nogil=True)
def find_undecided(sites, low, size, n_columns, n_rows, reach, radius_m, margin_m, sphere_m, start, undecided, is_filling):
    """
    Count the sites whose circle may pass through each bin, or write them, rising within a bin.

    Every other site serves either all points of the bin or none.

    Parameters
    ----------
    sites
        Positions, shape (n, 2).
    low, size
        Corner of the grid and sides of a bin: x and y [m], or [rad] on a sphere.
    reach
        A little more than the radius, in the unit of y.
    margin_m
        What rounding may make of a distance [m].
    start
        Sites of each bin, or where its next one goes; moves on.
    undecided
        Output: numbers of the sites.
    """
    far = reach + size[0] + size[1]
    for i in range(len(sites)):
        x, y = sites[i, 0], sites[i, 1]
        half = half_width(y, far, sphere_m)
        first_row = max(int(np.floor((y - far - low[1]) / size[1])), 0)
        last_row = min(int(np.floor((y + far - low[1]) / size[1])), n_rows - 1)
        first_column, last_column = 0, n_columns - 1
        if sphere_m == 0.0:
            first_column = max(int(np.floor((x - far - low[0]) / size[0])), 0)
            last_column = min(int(np.floor((x + far - low[0]) / size[0])), n_columns - 1)
        for row in range(first_row, last_row + 1):
            bin_y = low[1] + (row + 0.5) * size[1]
            around_m = _half_diagonal(bin_y, size, sphere_m)
            for column in range(first_column, last_column + 1):
                bin_x = low[0] + (column + 0.5) * size[0]
                apart = abs(bin_x - x)
                if sphere_m > 0.0:
                    apart = min(apart, abs(2.0 * np.pi - apart))
                if apart > half:
                    continue
                if abs(distance(x, y, bin_x, bin_y, sphere_m) - radius_m) <= around_m + margin_m:
                    b = row * n_columns + column
                    if is_filling:
                        undecided[start[b]] = i
                    start[b] += 1


@njit(cache=True, nogil=True)
def _half_diagonal(y, size, sphere_m):
    """Return a distance from the centre of a bin that none of its points exceeds [m]."""
    if sphere_m == 0.0:
        return np.sqrt(size[0] * size[0] + size[1] * size[1]) / 2.0
    nearest = max(abs(y) - size[1] / 2.0, 0.0)
    return sphere_m * (size[1] + np.cos(nearest) * size[0]) / 2.0


@njit(cache=True, nogil=True, error_model="numpy")
def classify(points, weight, first, sites, low, size, n_columns, n_rows, bin_start, undecided, radius_m, sphere_m, table):
    """
    Add points to the classes of points that the same sites serve, as far as the table has room.

    A class is a bin and, of the sites undecided there, those that serve the point: one bit each.

    Parameters
    ----------
    points, weight
        Positions and whole weights, shapes (k, 2) and (k,).
    first
        Where to begin.
    sites, low, size, n_columns, n_rows, bin_start, undecided, radius_m, sphere_m
        As in :func:`find_undecided`; the sites of bin b are ``undecided[bin_start[b]:bin_start[b + 1]]``.
    table
        The classes so far; see ``ClassTable``.

    Returns
    -------
    done
        Where it stopped: at the end, or where the table was full.
    """
    record = table.record
    word = np.zeros(record.shape[1] - 2, dtype=np.int64)
    room = len(record) // 2 - table.n[0]
    done = len(points)
    for j in range(first, len(points)):
        x, y = points[j, 0], points[j, 1]
        b = _bin_of(x, y, low, size, n_columns, n_rows, sphere_m)
        for k in range(len(word)):
            word[k] = 0
        if b >= 0:
            begin = bin_start[b]
            for k in range(begin, bin_start[b + 1]):
                if distance(sites[undecided[k], 0], sites[undecided[k], 1], x, y, sphere_m) <= radius_m:
                    word[(k - begin) >> 6] |= np.int64(1) << np.int64((k - begin) & 63)
        slot = _find_slot(record, b, word)
        if record[slot, 0] == EMPTY:
            if room == 0:
                done = j
                break
            room -= 1
            record[slot, 0] = b
            for k in range(len(word)):
                record[slot, 2 + k] = word[k]
            table.point[slot, 0], table.point[slot, 1] = x, y
        record[slot, 1] += weight[j]
    table.n[0] = len(record) // 2 - room
    return done


@njit(cache=True, nogil=True, error_model="numpy")
def _bin_of(x, y, low, size, n_columns, n_rows, sphere_m):
    """Return the bin of a point, -1 outside of the grid."""
    right = x - low[0]
    if sphere_m > 0.0:
        right = max(right - np.floor(right / (2.0 * np.pi)) * (2.0 * np.pi), 0.0)
    column, row = np.floor(right / size[0]), np.floor((y - low[1]) / size[1])
    if column < 0 or row < 0 or column >= n_columns or row >= n_rows:
        return -1
    return int(row) * n_columns + int(column)


@njit(cache=True, nogil=True, inline="always")
def _find_slot(record, b, word):
    """Return the slot of a class, or the empty one where it belongs."""
    mixed = np.uint64(b) * np.uint64(0x9E3779B97F4A7C15)
    for k in range(len(word)):
        mixed = (mixed ^ (mixed >> np.uint64(29)) ^ np.uint64(word[k])) * np.uint64(0xBF58476D1CE4E5B9)
    mask = np.uint64(len(record) - 1)
    slot = (mixed ^ (mixed >> np.uint64(32))) & mask
    while record[slot, 0] != EMPTY:
        if record[slot, 0] == b:
            is_same = True
            for k in range(len(word)):
                is_same &= record[slot, 2 + k] == word[k]
            if is_same:
                break
        slot = (slot + np.uint64(1)) & mask
    return slot


@njit(cache=True, nogil=True)
def move_classes(table, larger):
    """File all classes of a table in a larger one that is empty."""
    for old in range(len(table.record)):
        if table.record[old, 0] != EMPTY:
            slot = _find_slot(larger.record, table.record[old, 0], table.record[old, 2:])
            larger.record[slot] = table.record[old]
            larger.point[slot] = table.point[old]
    larger.n[0] = table.n[0]
