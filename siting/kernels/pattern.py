"""The reduced problem as the loops read it."""

from __future__ import annotations

from typing import NamedTuple

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
