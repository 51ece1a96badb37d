"""Some of the plans of a problem: what they do not open, what they open, and what they cover."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.arrays import BoolArray, IndexArray
from siting.solver.presolve import ReducedProblem


class Confines(NamedTuple):
    """
    Some of the plans.

    Attributes
    ----------
    is_closed, is_opened
        Rows that they do not open, and rows that they open, shape (n,).
    is_asked
        Groups that they cover, shape (m,).
    """

    is_closed: BoolArray
    is_opened: BoolArray
    is_asked: BoolArray

    @classmethod
    def none(cls, problem: ReducedProblem) -> Confines:
        """Return all plans of a problem."""
        of_rows, of_groups = np.zeros(problem.n_rows, dtype=np.bool_), np.zeros(problem.n_groups, dtype=np.bool_)
        return cls(of_rows, of_rows, of_groups)

    def covering(self, group: int) -> Confines:
        """Return those that cover a group."""
        return self._replace(is_asked=_with(self.is_asked, [group]))

    def without(self, rows: IndexArray) -> Confines:
        """Return those that open none of some rows."""
        return self._replace(is_closed=_with(self.is_closed, rows))

    def opening(self, row: int) -> Confines:
        """Return those that open a row."""
        return self._replace(is_opened=_with(self.is_opened, [row]))


def _with(mask: BoolArray, names: list[int] | IndexArray) -> BoolArray:
    """Return a mask with some more in it."""
    more = mask.copy()
    more[names] = True
    return more
