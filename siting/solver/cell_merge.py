"""Cells that exactly the same candidates serve are one decision: merge them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from siting.arrays import BoolArray, IndexArray, IntArray
from siting.kernels.presolve import UnsignedArray, find_false_merges, find_leaders, keep_leaders, sign_cells, transpose


def row_hashes(n_rows: int) -> tuple[UnsignedArray, UnsignedArray]:
    """Return two independent 64-bit hashes of each row number (splitmix64 with different streams)."""

    def mixed(stream: int) -> UnsignedArray:
        z = (np.arange(1, n_rows + 1, dtype=np.uint64) + np.uint64(stream << 40)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))

    return mixed(1), mixed(2)


@dataclass(frozen=True, kw_only=True, eq=False)
class MergedRows:
    """Rows over groups of cells; see :func:`merge_cells`."""

    row_start: IntArray
    row_groups: IndexArray
    column_start: IntArray
    column_rows: IndexArray
    cell_group: IndexArray

    def only(self, rows: IntArray) -> MergedRows:
        """Return the same with some rows only, rising and numbered anew; the others must serve no group."""
        number = np.zeros(len(self.row_start) - 1, dtype=np.int32)
        number[rows] = np.arange(len(rows), dtype=np.int32)
        return replace(self, row_start=np.append(self.row_start[rows], self.row_start[-1]), column_rows=number[self.column_rows])


def merge_cells(
    start: IntArray,
    cells: IndexArray,
    *,
    is_live: BoolArray,
    is_kept: BoolArray,
    hashes: tuple[UnsignedArray, UnsignedArray] | None = None,
) -> MergedRows:
    """
    Merge cells that exactly the same live rows serve.

    Cells are grouped by a 128-bit signature, then every group is verified against the rows themselves: cells with equal
    signatures but different rows stay apart.

    Parameters
    ----------
    start, cells
        Compressed rows.
    is_live
        Rows that still count, shape (n,); the others come back empty.
    is_kept
        Cells that still count, shape (m,); those without live rows are left out as well.
    hashes
        Two hashes per row; :func:`row_hashes` when omitted.
    """
    hash_a, hash_b = row_hashes(len(is_live)) if hashes is None else hashes
    sum_a, sum_b, degree = sign_cells(start, cells, is_live, hash_a, hash_b, len(is_kept))
    leader = find_leaders(sum_a, sum_b, is_kept & (degree > 0))
    del sum_a, sum_b
    merged = _rows_of_leaders(start, cells, is_live, leader)
    is_false = find_false_merges(start, cells, is_live, merged.cell_group, degree, merged.column_start, merged.column_rows)
    if is_false.any():
        leader[is_false] = np.flatnonzero(is_false)
        merged = _rows_of_leaders(start, cells, is_live, leader)
    return merged


def _rows_of_leaders(start: IntArray, cells: IndexArray, is_live: BoolArray, leader: IndexArray) -> MergedRows:
    """Number the groups by their leading cells and compress the rows to them."""
    number = np.cumsum(leader == np.arange(len(leader)), dtype=np.int32) - np.int32(1)
    group = np.where(leader >= 0, number[leader], np.int32(-1))
    row_start, row_groups = keep_leaders(start, cells, is_live, leader, group)
    column_start, column_rows = transpose(row_start, row_groups, int(number[-1]) + 1 if len(number) else 0)
    return MergedRows(row_start=row_start, row_groups=row_groups, column_start=column_start, column_rows=column_rows, cell_group=group)
