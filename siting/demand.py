"""The demand grid: outdoor cells of the priority zones and what each of them weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from pyproj import CRS

from siting.arrays import FloatArray, IndexArray, IntArray, finite_floats
from siting.crs import projected_crs
from siting.errors import InvalidInputError


@dataclass(frozen=True, kw_only=True, eq=False)
class DemandGrid:
    """
    Square cells on one lattice, each with a weight; groups name sets of them.

    Attributes
    ----------
    column_row
        Lattice position of each cell, shape (m, 2): cell (c, r) spans
        ``[c * cell_m, (c + 1) * cell_m) x [r * cell_m, (r + 1) * cell_m)`` in the plane of ``crs``. Sorted by row, then
        column; no cell occurs twice.
    cell_m
        Side of a cell [m], > 0.
    crs
        Projected CRS in metres.
    weight
        What covering the cell is worth, in ``unit``, >= 0, shape (m,).
    unit
        ``"m2"``, ``"people"``, ``"facilities"``, or ``"weighted"`` where priorities make it none of these.
    groups
        Cell positions by name (zones, facility lists), each sorted.
    """

    column_row: IndexArray
    cell_m: float
    crs: CRS
    weight: FloatArray
    unit: str
    groups: Mapping[str, IndexArray]

    def __post_init__(self) -> None:
        m = len(self.column_row)
        object.__setattr__(self, "crs", projected_crs("demand.crs", self.crs))
        if not (np.isfinite(self.cell_m) and self.cell_m > 0):
            raise InvalidInputError("demand.cell_m", "must be > 0", self.cell_m)
        if self.column_row.shape != (m, 2):
            raise InvalidInputError("demand.column_row", "must have shape (m, 2)", self.column_row.shape)
        is_rising = np.diff(lattice_keys(self.column_row)) > 0
        if not is_rising.all():
            cell = int(np.argmin(is_rising)) + 1
            raise InvalidInputError(f"demand.column_row[{cell}]", "must come after the cell before, by row and column", self.cell_id(cell))
        object.__setattr__(self, "weight", finite_floats("demand.weight", self.weight, shape=(m,)))
        if (self.weight < 0).any():
            row = int(np.argmax(self.weight < 0))
            raise InvalidInputError(f"demand.weight[{row}]", "must be >= 0", float(self.weight[row]))
        for name, cells in self.groups.items():
            if len(cells) and (cells.min() < 0 or cells.max() >= m):
                raise InvalidInputError(f"demand.groups[{name!r}]", f"must hold positions in 0..{m - 1}", int(cells.max()))
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))

    def __len__(self) -> int:
        return len(self.column_row)

    @property
    def xy_m(self) -> FloatArray:
        """Centres of the cells [m], shape (m, 2)."""
        centres_m: FloatArray = (self.column_row.astype(np.float64) + 0.5) * self.cell_m
        return centres_m

    @property
    def total_weight(self) -> float:
        """Weight of all cells together."""
        return float(self.weight.sum())

    def cell_id(self, cell: int) -> str:
        """Return the name of a cell, from its lattice position."""
        column, row = self.column_row[cell]
        return f"x{column}y{row}"


def lattice_keys(column_row: IndexArray) -> IntArray:
    """Return one number per lattice position (m, 2) that sorts by row, then column, shape (m,)."""
    return (column_row[:, 1].astype(np.int64) << 32) + column_row[:, 0]
