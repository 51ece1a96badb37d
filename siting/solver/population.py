"""Plans of which each is there once, and the best of different worth."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from siting.arrays import IndexArray

Valued = tuple[float, IndexArray]
"""Weight that a plan covers, and its rows, rising."""


class Population:
    """
    Plans of which each is there once, in the order they came.

    Parameters
    ----------
    plans
        Plans to begin with.
    """

    def __init__(self, plans: Iterable[Valued] = ()) -> None:
        self._plans: dict[bytes, Valued] = {}
        for plan in plans:
            self.add(plan)

    def __len__(self) -> int:
        return len(self._plans)

    @property
    def plans(self) -> list[Valued]:
        """The plans, in the order they came."""
        return list(self._plans.values())

    def add(self, plan: Valued) -> None:
        """Take in a plan, if it is new."""
        self._plans.setdefault(_key(plan[1]), plan)


class Elite:
    """
    The best plans, one of each worth: those that cover as much are taken for variants of one another.

    Parameters
    ----------
    size
        The most plans to keep.
    plans
        Plans to begin with.
    """

    def __init__(self, size: int, plans: Iterable[Valued] = ()) -> None:
        self._size = size
        self._plans: dict[float, Valued] = {}
        self._n_taken: dict[float, int] = {}
        for plan in plans:
            self.add(plan)

    @property
    def plans(self) -> list[Valued]:
        """The plans, the best first."""
        return [self._plans[worth] for worth in sorted(self._plans, reverse=True)]

    def add(self, plan: Valued) -> None:
        """Take in a plan, if none covers as much, to twelve digits, and it is among the best."""
        self._plans.setdefault(float(f"{plan[0]:.11e}"), plan)
        if len(self._plans) > self._size:
            del self._plans[min(self._plans)]

    def take(self) -> IndexArray:
        """Return the plan that was taken least often, of these the best."""
        worth = min(self._plans, key=lambda one: (self._n_taken.get(one, 0), -one))
        self._n_taken[worth] = self._n_taken.get(worth, 0) + 1
        return self._plans[worth][1]


def _key(rows: IndexArray) -> bytes:
    return np.ascontiguousarray(rows, dtype=np.int32).tobytes()
