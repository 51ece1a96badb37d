"""The robust problem as the loops read it."""

from __future__ import annotations

from typing import NamedTuple

from siting.arrays import FloatArray, IndexArray, IntArray


class RobustPattern(NamedTuple):
    """
    Rows and columns of the coverage, weights, rates, costs and limits.

    Attributes
    ----------
    start, groups, column_start, column_rows
        The coverage by row and by column.
    weight
        Weight of each group of cells.
    rate, miss
        Probabilities that each row is permitted and that it is refused.
    cost, max_rows, budget
        Yen of each row, most rows, most yen (below zero for no limit).
    """

    start: IntArray
    groups: IndexArray
    column_start: IntArray
    column_rows: IndexArray
    weight: FloatArray
    rate: FloatArray
    miss: FloatArray
    cost: IntArray
    max_rows: int
    budget: int
