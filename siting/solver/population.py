"""Plans of which each is there once."""

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

    @property
    def best_first(self) -> list[Valued]:
        """The plans, the best first, older ones before younger ones."""
        return sorted(self._plans.values(), key=lambda plan: -plan[0])

    def add(self, plan: Valued) -> None:
        """Take in a plan, if it is new."""
        self._plans.setdefault(_key(plan[1]), plan)


def _key(rows: IndexArray) -> bytes:
    return np.ascontiguousarray(rows, dtype=np.int32).tobytes()
