"""Which candidate serves which cell: a sparse pattern, never a dense table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.arrays import IndexArray, IntArray
from siting.errors import InvalidInputError


@dataclass(frozen=True, kw_only=True, eq=False)
class CoverageMatrix:
    """
    Compressed rows: candidate i serves the cells ``cells[start[i]:start[i + 1]]``.

    Attributes
    ----------
    candidate_ids
        Text ids, shape (n,).
    n_cells
        Number of cells m of the demand grid.
    start
        Row starts, shape (n + 1,), from 0 to the number of pairs.
    cells
        Cell positions, strictly rising within each row, shape (n_pairs,).
    band
        Name of the band the pattern holds for.
    n_rays
        Rays traced to find the pattern.
    extrapolations
        Codes of what the radio model computed outside its published range.
    """

    candidate_ids: tuple[str, ...]
    n_cells: int
    start: IntArray
    cells: IndexArray
    band: str = ""
    n_rays: int = 0
    extrapolations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.start) != len(self.candidate_ids) + 1:
            raise InvalidInputError("coverage.start", f"must have {len(self.candidate_ids) + 1} entries", len(self.start))
        if self.start[0] != 0 or self.start[-1] != len(self.cells) or (np.diff(self.start) < 0).any():
            raise InvalidInputError("coverage.start", f"must rise from 0 to {len(self.cells)}", self.start[[0, -1]].tolist())
        if len(self.cells) and (self.cells.min() < 0 or self.cells.max() >= self.n_cells):
            raise InvalidInputError("coverage.cells", f"must lie in 0..{self.n_cells - 1}", [int(self.cells.min()), int(self.cells.max())])
        is_row_start = np.zeros(len(self.cells) + 1, dtype=np.bool_)
        is_row_start[self.start] = True
        is_wrong = (np.diff(self.cells) <= 0) & ~is_row_start[1:-1] if len(self.cells) else np.zeros(0, dtype=np.bool_)
        if is_wrong.any():
            raise InvalidInputError("coverage.cells", "must rise strictly within each row", int(self.cells[int(np.argmax(is_wrong)) + 1]))

    @property
    def n_candidates(self) -> int:
        """Number of candidates n."""
        return len(self.candidate_ids)

    @property
    def n_pairs(self) -> int:
        """Number of (candidate, cell) pairs."""
        return len(self.cells)

    def cells_of(self, candidate: int) -> IndexArray:
        """Return the cells that one candidate serves."""
        return self.cells[self.start[candidate] : self.start[candidate + 1]]

    def count_servers(self, candidates: IntArray | IndexArray) -> IntArray:
        """Return how many of some candidates serve each cell, shape (m,)."""
        count = np.zeros(self.n_cells, dtype=np.int64)
        for candidate in candidates.tolist():
            count[self.cells_of(candidate)] += 1
        return count
