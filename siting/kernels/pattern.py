"""The reduced problem as the loops read it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray


class Pattern(NamedTuple):
    """Rows and columns of the coverage, weights, costs and limits; ``budget`` below zero stands for none."""

    start: IntArray
    groups: IndexArray
    column_start: IntArray
    column_rows: IndexArray
    weight: FloatArray
    cost: IntArray
    max_rows: int
    budget: int


@njit(cache=True, nogil=True)
def covered_by(pattern: Pattern, rows: IndexArray) -> float:
    """Return the weight of the groups that some rows serve, added in the order of the rows."""
    is_served, covered = np.zeros(len(pattern.weight), dtype=np.bool_), 0.0
    for row in rows:
        for p in range(pattern.start[row], pattern.start[row + 1]):
            j = pattern.groups[p]
            if not is_served[j]:
                is_served[j] = True
                covered += pattern.weight[j]
    return covered
