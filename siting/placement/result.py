"""What every placement rule returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from siting.arrays import BoolArray, FloatArray
from siting.candidates import Candidates

PointTest = Callable[[FloatArray], BoolArray]
"""Called with points in the plane [m], shape (n, 2); returns which of them pass, shape (n,)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Placement:
    """
    Candidates made by a rule, and what the rule left out.

    Attributes
    ----------
    candidates
        What was placed; ``is_synthetic`` is true for all.
    spacing_m
        No two of them are closer than this in the plane [m].
    dropped
        Positions or buildings tried and left out, by reason: ``"outside"`` of the area asked for, ``"indoors"``, ``"crowded"`` (too
        close to another one), or as the rule says.
    """

    candidates: Candidates
    spacing_m: float
    dropped: Mapping[str, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "dropped", MappingProxyType(dict(self.dropped)))
