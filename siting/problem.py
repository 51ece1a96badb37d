"""The question: cover as much weight as the rules allow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from siting.arrays import IntArray
from siting.candidates import Candidates
from siting.coverage import CoverageMatrix
from siting.demand import DemandGrid
from siting.limit_checks import check_limits, check_parts, check_sites
from siting.point_demand import PointDemand
from siting.rule_checks import check_rules
from siting.rules import Facility, Goal, Quota, Sharing, Target


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
        Needed by budgets, the least cost, spacing and sharing; ids in the order of the coverage.
    max_sites
        Most sites open at once, fixed ones included; ``None`` for no limit.
    budget_yen
        Most yen spent, fixed sites included; ``None`` for no limit.
    fixed
        Ids that are open whatever happens. They count as sites and take their cost from the budget: give existing
        stations a cost of 0. Where carriers share, at least one of them goes on each.
    forbidden
        Ids that must stay closed.
    goal
        Most coverage within the limits, or the least cost, or the fewest sites, that reaches every target.
    quotas
        Fewest and most open of some candidates.
    either_or
        Sets of ids of which at most one may be open.
    minimum_spacing_m
        Least distance between two open sites in the plane [m]; pairs of fixed sites are exempt.
    only_with
        Pairs (id, other): the id may be open only where the other is.
    targets
        Shares that have to be covered.
    facilities
        Places that count as a whole, on top of the weights of the cells.
    servers_needed
        Open sites that a cell needs to count, >= 1; for every carrier where carriers share.
    backup_share
        What one server more than needed is worth, as a share of the cell's weight, in [0, 1].
    sharing
        Several carriers on the same assets; says what cells and facilities are worth then.

    Raises
    ------
    InvalidInputError
        Sizes that differ, unknown ids, no limit at all, rules that are impossible or that contradict each other in a way
        that can be seen at once. Deeper contradictions are for the solver to prove.
    """

    coverage: CoverageMatrix
    demand: DemandGrid | PointDemand
    candidates: Candidates | None = None
    goal: Goal = "coverage"
    max_sites: int | None = None
    budget_yen: int | None = None
    fixed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    quotas: tuple[Quota, ...] = ()
    either_or: tuple[tuple[str, ...], ...] = ()
    minimum_spacing_m: float | None = None
    only_with: tuple[tuple[str, str], ...] = ()
    targets: tuple[Target, ...] = ()
    facilities: tuple[Facility, ...] = ()
    servers_needed: int = 1
    backup_share: float = 0.0
    sharing: Sharing | None = None

    def __post_init__(self) -> None:
        check_parts(self)
        check_sites(self)
        check_limits(self)
        check_rules(self)

    @cached_property
    def _position(self) -> dict[str, int]:
        return {one: i for i, one in enumerate(self.coverage.candidate_ids)}

    def has_id(self, one: str) -> bool:
        """Tell whether a candidate has this id."""
        return one in self._position

    @property
    def is_plain(self) -> bool:
        """Whether the most coverage is asked for under a count, a budget, fixed and forbidden sites alone."""
        rules = (self.quotas, self.either_or, self.only_with, self.targets, self.facilities, self.minimum_spacing_m, self.backup_share)
        return self.goal == "coverage" and not any(rules) and self.servers_needed == 1 and self.sharing is None

    @cached_property
    def existing_ids(self) -> frozenset[str]:
        """Ids of the assets that some carrier is on the air from already."""
        return frozenset() if self.sharing is None else frozenset(one for carrier in self.sharing.carriers for one in carrier.existing)

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
