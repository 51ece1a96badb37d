"""How likely each asset is to be permitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from siting.arrays import FloatArray
from siting.candidates import Candidates
from siting.errors import InvalidInputError
from siting.problem import SitingProblem


@dataclass(frozen=True, kw_only=True)
class PermitRates:
    """
    Probabilities that an asset may be used, each in [0, 1].

    The most specific entry counts: the id, else owner class and asset type together, else the asset type, else the owner
    class, else the default. Fixed sites have rates like all others: give stations that are on the air already a rate of 1
    (:meth:`granting`).

    Attributes
    ----------
    default
        Rate of whatever nothing else names.
    by_owner
        Rate by owner class, such as ``"municipal"``.
    by_type
        Rate by asset type, such as ``"streetlight"``.
    by_owner_and_type
        Rate by pair of the two, in this order.
    by_id
        Rate by candidate id.

    Raises
    ------
    InvalidInputError
        A rate outside [0, 1], or NaN.
    """

    default: float = 1.0
    by_owner: Mapping[str, float] = field(default_factory=dict)
    by_type: Mapping[str, float] = field(default_factory=dict)
    by_owner_and_type: Mapping[tuple[str, str], float] = field(default_factory=dict)
    by_id: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_rate("permit rates default", self.default)
        for name in ("by_owner", "by_type", "by_owner_and_type", "by_id"):
            given: Mapping[object, float] = getattr(self, name)
            for key, rate in given.items():
                _check_rate(f"permit rates {name}[{key!r}]", rate)
            object.__setattr__(self, name, MappingProxyType(dict(given)))

    def granting(self, ids: tuple[str, ...]) -> PermitRates:
        """Return the same rates with the given ids certain to be permitted."""
        return replace(self, by_id={**self.by_id, **dict.fromkeys(ids, 1.0)})

    def of(self, candidates: Candidates) -> FloatArray:
        """
        Return the rate of each candidate, shape (n,).

        Raises
        ------
        InvalidInputError
            ``by_id`` names an unknown candidate.
        """
        self._check_ids(candidates.ids)
        rates = [
            self.by_id.get(one, self.by_owner_and_type.get((owner, kind), self.by_type.get(kind, self.by_owner.get(owner, self.default))))
            for one, owner, kind in zip(candidates.ids, candidates.owner_class, candidates.asset_type, strict=True)
        ]
        return np.array(rates, dtype=np.float64)

    def of_problem(self, problem: SitingProblem) -> FloatArray:
        """
        Return the rate of each candidate of a problem, shape (n,).

        Raises
        ------
        InvalidInputError
            As :meth:`of`; or the problem has no candidates, and so no owners and types, that these rates ask for.
        """
        if problem.candidates is not None:
            return self.of(problem.candidates)
        for name in ("by_owner", "by_type", "by_owner_and_type"):
            if getattr(self, name):
                raise InvalidInputError("candidates", f"must be given with permit rates {name}", None)
        self._check_ids(problem.coverage.candidate_ids)
        return np.array([self.by_id.get(one, self.default) for one in problem.coverage.candidate_ids], dtype=np.float64)

    def unmatched(self, candidates: Candidates) -> tuple[str, ...]:
        """Return the owner classes, asset types and pairs of them (as ``owner / type``) that no candidate has."""
        owners, kinds = set(candidates.owner_class), set(candidates.asset_type)
        pairs = set(zip(candidates.owner_class, candidates.asset_type, strict=True))
        return (
            *(owner for owner in self.by_owner if owner not in owners),
            *(kind for kind in self.by_type if kind not in kinds),
            *(" / ".join(pair) for pair in self.by_owner_and_type if pair not in pairs),
        )

    def _check_ids(self, ids: tuple[str, ...]) -> None:
        known = set(ids)
        for one in self.by_id:
            if one not in known:
                raise InvalidInputError("permit rates by_id", "must name known candidate ids", one)


def _check_rate(name: str, rate: float) -> None:
    if not 0 <= rate <= 1:
        raise InvalidInputError(name, "must be in [0, 1]", rate)
