"""What a plan covers, costs and reaches, counted from its ids for the independent check."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from siting.arrays import BoolArray, FloatArray, IntArray
from siting.coverage import CoverageMatrix
from siting.plan import Plan
from siting.problem import SitingProblem
from siting.rules import Sharing, Target


@dataclass(frozen=True, kw_only=True, eq=False)
class Count:
    """
    A plan as sets of ids, counted.

    Attributes
    ----------
    problem
        The problem.
    opened
        Ids that get a station.
    tenants
        Ids that get a station of each carrier by name; empty where nobody shares.
    """

    problem: SitingProblem
    opened: frozenset[str]
    tenants: dict[str, frozenset[str]]

    @classmethod
    def of(cls, plan: Plan, problem: SitingProblem) -> Count:
        """Read a plan whose ids are known."""
        names = () if problem.sharing is None else tuple(carrier.name for carrier in problem.sharing.carriers)
        return cls(problem=problem, opened=frozenset(plan.chosen), tenants={name: frozenset(plan.tenants.get(name, ())) for name in names})

    def new_on(self, one: str) -> set[str]:
        """Return the carriers that get a station on an asset."""
        return {name for name, ids in self.tenants.items() if one in ids}

    def existing_on(self, one: str) -> set[str]:
        """Return the carriers that are on the air from an asset already."""
        return set() if self.problem.sharing is None else {c.name for c in self.problem.sharing.carriers if one in c.existing}

    @cached_property
    def carrier_cost_yen(self) -> dict[str, int]:
        """Yen that each carrier pays: its part of every opening, rounded up, and its equipment."""
        sharing = self.problem.sharing
        if sharing is None:
            return {}
        opening = dict(zip(self.problem.coverage.candidate_ids, self.problem.cost_yen.tolist(), strict=True))
        paid = {}
        for carrier in sharing.carriers:
            equipment = 0 if sharing.is_neutral_host else carrier.equipment_yen
            parts = [0 if self.existing_on(one) else -(-opening[one] // len(self.new_on(one))) for one in self.tenants[carrier.name]]
            paid[carrier.name] = sum(parts) + equipment * len(parts)
        return paid

    @cached_property
    def cost_yen(self) -> int:
        """Yen of all sites together: every opening once, and the equipment of the carriers."""
        sharing = self.problem.sharing
        opening = dict(zip(self.problem.coverage.candidate_ids, self.problem.cost_yen.tolist(), strict=True))
        if sharing is None:
            return int(sum(opening[one] for one in self.opened))
        opened = {one for ids in self.tenants.values() for one in ids if not self.existing_on(one)}
        equipment = 0 if sharing.is_neutral_host else sum(one.equipment_yen * len(self.tenants[one.name]) for one in sharing.carriers)
        return int(sum(opening[one] for one in opened)) + equipment

    @cached_property
    def covered_weight(self) -> float:
        """Weight of the cells that some opened site serves, by the coverage of the problem."""
        pattern = self.problem.coverage
        is_served = _servers(pattern, _places(pattern, self.opened)) > 0
        return math.fsum(self.problem.demand.weight[is_served])

    @cached_property
    def value(self) -> float:
        """What the plan is worth, stations on the air before it included."""
        return self._value(self._views(before=False))

    @cached_property
    def value_before(self) -> float:
        """What the stations on the air before the plan are worth."""
        return 0.0 if self.problem.sharing is None else self._value(self._views(before=True))

    def reach(self, target: Target) -> tuple[Fraction, Fraction]:
        """Return the weight that counts for a target, and all there is; exactly."""
        views = self._views(before=False)
        if target.carrier is not None and self.problem.sharing is not None:
            views = [self._carrier_view(self.problem.sharing, target.carrier, before=False)]
        have = total = Fraction(0)
        for view in views:
            if target.group is None or target.group in self.problem.demand.groups:
                is_asked = np.ones(len(view.weight), dtype=np.bool_)
                if target.group is not None:
                    is_asked[:] = False
                    is_asked[self.problem.demand.groups[target.group]] = True
                have += _exact_sum(view.weight[is_asked & view.is_covered])
                total += _exact_sum(view.weight[is_asked])
            else:
                members = [facility for facility in self.problem.facilities if facility.kind == target.group]
                total += sum((Fraction(facility.weight) for facility in members), Fraction(0))
                counting = [facility for facility in members if view.is_covered[facility.cells].sum() >= facility.cells_needed]
                have += sum((Fraction(facility.weight) for facility in counting), Fraction(0))
        return have, total

    def _value(self, views: list[_View]) -> float:
        parts: list[float] = []
        for view in views:
            parts.append(math.fsum(view.weight[view.is_covered]))
            parts.append(self.problem.backup_share * math.fsum(view.weight[view.is_backed]))
            parts += [one.weight for one in self.problem.facilities if view.is_covered[one.cells].sum() >= one.cells_needed]
        return math.fsum(parts)

    def _on_air(self, name: str, *, before: bool) -> set[str]:
        """Return the assets that serve for a carrier."""
        new = set() if before else self.tenants[name]
        existing = next(c.existing for c in self.problem.sharing.carriers if c.name == name) if self.problem.sharing else ()
        return set(existing) | new

    def _views(self, *, before: bool) -> list[_View]:
        """Return the ways in which cells count."""
        problem, sharing = self.problem, self.problem.sharing
        if sharing is None:
            return [self._view(_servers(problem.coverage, _places(problem.coverage, self.opened)), problem.demand.weight)]
        if sharing.kpi == "each":
            return [self._carrier_view(sharing, carrier.name, before=before) for carrier in sharing.carriers]
        patterns = [carrier.coverage or problem.coverage for carrier in sharing.carriers]
        places = [_places(problem.coverage, self._on_air(carrier.name, before=before)) for carrier in sharing.carriers]
        if sharing.kpi == "any":
            return [self._view(_sites(patterns, places), problem.demand.weight)]
        fewest = np.min([_servers(pattern, one) for pattern, one in zip(patterns, places, strict=True)], axis=0)
        return [self._view(fewest, problem.demand.weight)]

    def _carrier_view(self, sharing: Sharing, name: str, *, before: bool) -> _View:
        carrier = next(one for one in sharing.carriers if one.name == name)
        pattern = carrier.coverage or self.problem.coverage
        weight = self.problem.demand.weight if carrier.weight is None else carrier.weight
        return self._view(_servers(pattern, _places(pattern, self._on_air(name, before=before))), weight)

    def _view(self, n_servers: IntArray, weight: FloatArray) -> _View:
        needed = self.problem.servers_needed
        return _View(weight=weight, is_covered=n_servers >= needed, is_backed=n_servers > needed)


@dataclass(frozen=True, kw_only=True, eq=False)
class _View:
    """Cells as they count: their weight, which are covered, and which have a server more than needed."""

    weight: FloatArray
    is_covered: BoolArray
    is_backed: BoolArray


def _places(pattern: CoverageMatrix, ids: frozenset[str] | set[str]) -> list[int]:
    return [place for place, one in enumerate(pattern.candidate_ids) if one in ids]


def _servers(pattern: CoverageMatrix, places: list[int]) -> IntArray:
    """Return how many of the assets serve each cell."""
    n_servers = np.zeros(pattern.n_cells, dtype=np.int64)
    for place in places:
        n_servers[pattern.cells_of(place)] += 1
    return n_servers


def _sites(patterns: list[CoverageMatrix], places: list[list[int]]) -> IntArray:
    """Return how many assets serve each cell by at least one carrier."""
    n_sites = np.zeros(patterns[0].n_cells, dtype=np.int64)
    for asset in sorted({one for part in places for one in part}):
        served = [pattern.cells_of(asset) for pattern, part in zip(patterns, places, strict=True) if asset in set(part)]
        n_sites[np.unique(np.concatenate(served))] += 1
    return n_sites


def _exact_sum(weight: FloatArray) -> Fraction:
    """Return the exact sum of floating-point numbers."""
    return sum(map(Fraction, weight.tolist()), Fraction(0))
