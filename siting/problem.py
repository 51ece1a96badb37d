"""The question: cover as much weight as the rules allow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from siting.arrays import IntArray
from siting.candidates import Candidates
from siting.coverage import CoverageMatrix
from siting.demand import DemandGrid
from siting.errors import InvalidInputError


@dataclass(frozen=True, kw_only=True, eq=False)
class SitingProblem:
    """
    Choose candidates that cover the most weight, within every rule given.

    Attributes
    ----------
    coverage
        Who serves which cell.
    demand
        The cells and their weights.
    candidates
        Needed when a yen budget is set; ids in the order of the coverage.
    max_sites
        Most sites open at once, fixed ones included; ``None`` for no limit.
    budget_yen
        Most yen spent, fixed sites included; ``None`` for no limit.
    fixed
        Ids that are open whatever happens. They count as sites and take their cost from the budget: give existing
        stations a cost of 0.
    forbidden
        Ids that must stay closed.

    Raises
    ------
    InvalidInputError
        Sizes that differ, unknown ids, an id both fixed and forbidden, no limit at all, more fixed sites than
        ``max_sites``, a negative budget, or one below the cheapest candidate.
    """

    coverage: CoverageMatrix
    demand: DemandGrid
    candidates: Candidates | None = None
    max_sites: int | None = None
    budget_yen: int | None = None
    fixed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.coverage.n_cells != len(self.demand):
            raise InvalidInputError("coverage.n_cells", f"must equal the {len(self.demand)} demand cells", self.coverage.n_cells)
        if self.candidates is not None and self.candidates.ids != self.coverage.candidate_ids:
            raise InvalidInputError("candidates.ids", "must be those of the coverage, in its order", f"{len(self.candidates)} ids")
        if self.max_sites is None and self.budget_yen is None:
            raise InvalidInputError("max_sites", "or budget_yen must be given", None)
        for field in ("fixed", "forbidden"):
            self._check_ids(field, getattr(self, field))
        both = set(self.fixed) & set(self.forbidden)
        if both:
            raise InvalidInputError("fixed", "must not name a forbidden id", sorted(both)[0])
        if self.max_sites is not None and self.max_sites < max(1, len(self.fixed)):
            raise InvalidInputError("max_sites", f"must be >= {max(1, len(self.fixed))} (fixed sites count)", self.max_sites)
        if self.budget_yen is not None:
            self._check_budget(self.budget_yen)

    def _check_ids(self, field: str, ids: tuple[str, ...]) -> None:
        known = self._position
        for one in ids:
            if one not in known:
                raise InvalidInputError(field, "must name known candidate ids", one)
        if len(set(ids)) < len(ids):
            raise InvalidInputError(field, "must not name an id twice", next(i for i in ids if ids.count(i) > 1))

    def _check_budget(self, budget_yen: int) -> None:
        if self.candidates is None:
            raise InvalidInputError("candidates", "must be given with budget_yen, for their costs", None)
        if budget_yen < 0:
            raise InvalidInputError("budget_yen", "must be >= 0", budget_yen)
        if self.fixed:
            if budget_yen < (needed := int(self.cost_yen[self.positions(self.fixed)].sum())):
                raise InvalidInputError("budget_yen", f"must be >= {needed}, the cost of the fixed sites", budget_yen)
            return
        is_allowed = np.ones(len(self.candidates), dtype=np.bool_)
        is_allowed[self.positions(self.forbidden)] = False
        if is_allowed.any() and budget_yen < (cheapest := int(self.cost_yen[is_allowed].min())):
            raise InvalidInputError("budget_yen", f"must be >= {cheapest}, the cheapest candidate", budget_yen)

    @cached_property
    def _position(self) -> dict[str, int]:
        return {one: i for i, one in enumerate(self.coverage.candidate_ids)}

    def positions(self, ids: tuple[str, ...]) -> IntArray:
        """Return the rows of the given candidate ids."""
        return np.array([self._position[one] for one in ids], dtype=np.int64)

    @property
    def cost_yen(self) -> IntArray:
        """Yen that opening each candidate takes from the budget, 0 where no costs are given, shape (n,)."""
        return np.zeros(self.coverage.n_candidates, dtype=np.int64) if self.candidates is None else self.candidates.cost_yen

    @property
    def spendable_yen(self) -> int | None:
        """What the fixed sites leave of the budget [yen]; None without one."""
        return None if self.budget_yen is None else self.budget_yen - int(self.cost_yen[self.positions(self.fixed)].sum())
