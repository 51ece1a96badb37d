"""Demand at points: customers, facilities or corners that are not cells of a lattice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from siting.arrays import FloatArray, IndexArray, finite_floats
from siting.errors import InvalidInputError


@dataclass(frozen=True, kw_only=True, eq=False)
class PointDemand:
    """
    Weights of points, wherever these are; what the solver needs to know of a demand.

    Attributes
    ----------
    weight
        What covering each point is worth, in ``unit``, >= 0, shape (m,).
    unit
        ``"m2"``, ``"people"``, ``"facilities"`` or ``"weighted"``.
    groups
        Point positions by name, each sorted.
    """

    weight: FloatArray
    unit: str = "people"
    groups: Mapping[str, IndexArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        weight = finite_floats("demand.weight", self.weight, shape=(None,))
        object.__setattr__(self, "weight", weight)
        if (weight < 0).any():
            row = int(np.argmax(weight < 0))
            raise InvalidInputError(f"demand.weight[{row}]", "must be >= 0", float(weight[row]))
        for name, points in self.groups.items():
            if len(points) and (points.min() < 0 or points.max() >= len(weight)):
                raise InvalidInputError(f"demand.groups[{name!r}]", f"must hold positions in 0..{len(weight) - 1}", int(points.max()))
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def total_weight(self) -> float:
        """Weight of all points together."""
        return float(self.weight.sum())
