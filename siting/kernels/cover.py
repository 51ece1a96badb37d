"""Rays from candidates to every cell in range, one compressed row per candidate."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.kernels.rays import blocking_wall, ground_blocks, is_hidden_by


@njit(cache=True, nogil=True, error_model="numpy")
def rays_to_cells(
    observers_mm,
    range_mm,
    cell_column,
    cell_z_mm,
    row_start,
    first_row,
    cell_mm,
    lattice_mm,
    is_keeping_blocked,
    start,
    walls,
    top,
    bin_mm,
    n_columns,
    n_rows,
    ground_mm,
    post_mm,
    ground_origin_mm,
    pair_start,
    pair_cell,
    pair_is_clear,
):
    """
    Trace the rays from observers to the cells in range and write the pairs, in order of observer and cell.

    The walls that hid the neighbouring cells are tried first: most hidden cells are hidden by one of them, and no march
    is needed. Which wall is found makes no difference to the answer.

    Parameters
    ----------
    observers_mm
        Antennas [mm], whole numbers, float64, shape (n, 3).
    range_mm
        Horizontal range [mm].
    cell_column, cell_z_mm
        Lattice column and receiver height [mm] of each cell, sorted by (row, column).
    row_start, first_row
        First cell of each lattice row, from lattice row ``first_row`` on, shape (n_lattice_rows + 1,).
    cell_mm, lattice_mm
        Side of a cell and position of the lattice's origin [mm].
    is_keeping_blocked
        Write pairs that are not in sight as well.
    pair_start, pair_cell, pair_is_clear
        Output: row starts (n + 1,), cells and line of sight of the pairs.

    Returns
    -------
    n_rays
        Rays decided.
    """
    n_pairs, n_rays = 0, 0
    reach = range_mm / cell_mm
    hider = np.empty(2 * int(reach) + 8, dtype=np.int64)
    gx, gy = ground_origin_mm[0], ground_origin_mm[1]
    for i in range(len(observers_mm)):
        ox, oy, oz = observers_mm[i, 0], observers_mm[i, 1], observers_mm[i, 2]
        u, v = (ox - lattice_mm[0]) / cell_mm - 0.5, (oy - lattice_mm[1]) / cell_mm - 0.5
        left = int(np.floor(u - reach)) - 2
        hider[:] = -1
        for row in range(max(int(np.ceil(v - reach)), first_row), min(int(np.floor(v + reach)), first_row + len(row_start) - 2) + 1):
            ty = lattice_mm[1] + np.round((row + 0.5) * cell_mm)
            half = np.sqrt(max(range_mm * range_mm - (ty - oy) ** 2, 0.0)) / cell_mm
            row_cells = cell_column[row_start[row - first_row] : row_start[row - first_row + 1]]
            begin = row_start[row - first_row] + np.searchsorted(row_cells, int(np.ceil(u - half)))
            end = row_start[row - first_row] + np.searchsorted(row_cells, int(np.floor(u + half)) + 1)
            last = -1
            for j in range(begin, end):
                tx = lattice_mm[0] + np.round((cell_column[j] + 0.5) * cell_mm)
                tz = cell_z_mm[j]
                n_rays += 1
                h = cell_column[j] - left
                found = -1
                if last >= 0 and is_hidden_by(ox, oy, oz, tx, ty, tz, walls, np.uint64(last)):
                    found = last
                else:
                    for neighbour in (hider[h], hider[h - 1], hider[h + 1]):
                        if neighbour >= 0 and neighbour != last and is_hidden_by(ox, oy, oz, tx, ty, tz, walls, np.uint64(neighbour)):
                            found = neighbour
                            break
                    if found < 0:
                        found = blocking_wall(ox, oy, oz, tx, ty, tz, start, walls, top, bin_mm, n_columns, n_rows)
                    if found >= 0:
                        last = found
                if found >= 0:
                    hider[h] = found
                is_clear = found < 0 and not ground_blocks(ox - gx, oy - gy, oz, tx - gx, ty - gy, tz, ground_mm, post_mm)
                if is_clear or is_keeping_blocked:
                    pair_cell[n_pairs] = j
                    pair_is_clear[n_pairs] = is_clear
                    n_pairs += 1
        pair_start[i + 1] = n_pairs
    return n_rays
