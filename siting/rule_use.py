"""What a plan uses of every rule it was made under, counted from its ids alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.coverage import CoverageMatrix
from siting.errors import InvalidInputError
from siting.plan import Plan
from siting.problem import SitingProblem
from siting.rules import Carrier, Facility, Sharing, Target

RuleKind = Literal[
    "max_sites", "budget_yen", "quota", "either_or", "only_with", "minimum_spacing_m", "target", "carrier_sites", "carrier_budget_yen"
]


@dataclass(frozen=True, kw_only=True)
class RuleUse:
    """
    A rule with its limit, and what a plan uses of it.

    Attributes
    ----------
    kind
        What the rule limits: sites, yen, metres (spacing) or shares (targets); of ``"either_or"`` the open sites of the fullest
        set, of ``"only_with"`` the sites that lack their companion.
    name
        Name of the quota, or of the group of a target; empty where there is none.
    carrier
        The carrier it holds for; empty for the plan as a whole.
    minimum, maximum
        Its limits; None where there is none.
    used
        What the plan uses or reaches.
    """

    kind: RuleKind
    used: float
    name: str = ""
    carrier: str = ""
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, kw_only=True)
class CarrierUse:
    """
    What one carrier has of a shared plan.

    Attributes
    ----------
    name
        Name of the carrier.
    n_sites, n_existing
        Its new sites, and those it was on the air from before.
    cost_yen
        What it pays: its equipment and its equal part of each opening cost.
    covered_weight, weight
        Weight of the cells that it covers, and of all cells, as it weighs them.
    """

    name: str
    n_sites: int
    n_existing: int
    cost_yen: int
    covered_weight: float
    weight: float

    @property
    def share(self) -> float:
        """Covered share of the weight, in [0, 1]; 0 where nothing has weight."""
        return self.covered_weight / self.weight if self.weight else 0.0


@dataclass(frozen=True, kw_only=True)
class FacilityUse:
    """
    How many facilities of one kind count.

    Attributes
    ----------
    kind
        Name of the kind.
    n, n_counted
        Facilities there are, and those of whose cells enough are covered.
    carrier
        Whose coverage is meant; empty for that of the plan as a whole.
    """

    kind: str
    n: int
    n_counted: int
    carrier: str = ""


def counted_cells(plan: Plan, problem: SitingProblem) -> Mapping[str, BoolArray]:
    """
    Return which cells count, shape (m,), for each carrier by name, and under the empty name for the plan as a whole.

    Where carriers are worth the sum of what each covers, no cell counts for the plan as a whole.
    """
    if problem.sharing is None:
        n_servers = _n_servers(problem.coverage, problem.positions(plan.chosen))
        return {"": n_servers >= problem.servers_needed}
    sharing, needed = problem.sharing, problem.servers_needed
    counted = {one.name: _n_servers(_coverage(one, problem), _stations(one, plan, problem)) >= needed for one in sharing.carriers}
    if sharing.kpi == "every":
        counted[""] = np.logical_and.reduce(list(counted.values()))
    elif sharing.kpi == "any":
        counted[""] = _n_sites_of_any(sharing, plan, problem) >= needed
    return counted


def rule_uses(plan: Plan, problem: SitingProblem) -> tuple[RuleUse, ...]:
    """
    Return every rule of a problem that sets a number, with what a plan uses of it.

    Raises
    ------
    InvalidInputError
        The plan names an id that is no candidate.
    """
    unknown = [one for one in plan.chosen if not problem.has_id(one)]
    if unknown:
        raise InvalidInputError("plan.chosen", "must name candidates of the problem", unknown[0])
    uses = []
    if problem.max_sites is not None:
        uses.append(RuleUse(kind="max_sites", maximum=problem.max_sites, used=len(plan.chosen)))
    if problem.budget_yen is not None:
        uses.append(RuleUse(kind="budget_yen", maximum=problem.budget_yen, used=plan.cost_yen))
    is_open = set(plan.chosen)
    for quota in problem.quotas:
        used = len(is_open.intersection(quota.ids))
        uses.append(RuleUse(kind="quota", name=quota.name, minimum=quota.minimum or None, maximum=quota.maximum, used=used))
    uses += _between_sites(is_open | problem.existing_ids, problem)
    counted = counted_cells(plan, problem)
    for target in problem.targets:
        reached = _reached_share(target, counted, problem)
        uses.append(RuleUse(kind="target", name=target.group or "", carrier=target.carrier or "", minimum=target.share, used=reached))
    for carrier, use in zip(() if problem.sharing is None else problem.sharing.carriers, carrier_uses(plan, problem), strict=True):
        if carrier.max_sites is not None or carrier.min_sites:
            least = carrier.min_sites or None
            uses.append(RuleUse(kind="carrier_sites", carrier=carrier.name, minimum=least, maximum=carrier.max_sites, used=use.n_sites))
        if carrier.budget_yen is not None:
            uses.append(RuleUse(kind="carrier_budget_yen", carrier=carrier.name, maximum=carrier.budget_yen, used=use.cost_yen))
    return tuple(uses)


def carrier_uses(plan: Plan, problem: SitingProblem) -> tuple[CarrierUse, ...]:
    """Return what each carrier has of a shared plan; nothing where no carriers share."""
    if problem.sharing is None:
        return ()
    counted = counted_cells(plan, problem)
    found = []
    for carrier in problem.sharing.carriers:
        weight = _weight(carrier, problem)
        found.append(
            CarrierUse(
                name=carrier.name,
                n_sites=len(plan.tenants.get(carrier.name, ())),
                n_existing=len(carrier.existing),
                cost_yen=_paid_yen(carrier, plan, problem, problem.sharing),
                covered_weight=math.fsum(weight[counted[carrier.name]]),
                weight=math.fsum(weight),
            )
        )
    return tuple(found)


def facility_uses(plan: Plan, problem: SitingProblem) -> tuple[FacilityUse, ...]:
    """Return how many facilities of each kind count: for the plan as a whole, or else for each carrier."""
    counted = counted_cells(plan, problem)
    whose = {"": counted[""]} if "" in counted else counted
    kinds = dict.fromkeys(facility.kind for facility in problem.facilities)
    return tuple(
        FacilityUse(kind=kind, n=len(of_kind), n_counted=sum(_counts(one, is_counted) for one in of_kind), carrier=carrier)
        for kind in kinds
        for of_kind in [[one for one in problem.facilities if one.kind == kind]]
        for carrier, is_counted in whose.items()
    )


def _between_sites(is_open: set[str], problem: SitingProblem) -> list[RuleUse]:
    """Return the use of the rules between sites: either-or sets, companions and spacing."""
    uses = []
    if problem.either_or:
        standing = problem.existing_ids
        fullest = max(len(is_open.intersection(ids) - standing) + bool(standing.intersection(ids)) for ids in problem.either_or)
        uses.append(RuleUse(kind="either_or", maximum=1, used=fullest))
    if problem.only_with:
        n_alone = sum(one in is_open and other not in is_open for one, other in problem.only_with)
        uses.append(RuleUse(kind="only_with", maximum=0, used=n_alone))
    if problem.minimum_spacing_m is not None and (least_m := _least_spacing_m(is_open, problem)) is not None:
        uses.append(RuleUse(kind="minimum_spacing_m", minimum=problem.minimum_spacing_m, used=least_m))
    return uses


def _least_spacing_m(is_open: set[str], problem: SitingProblem) -> float | None:
    """Return the distance of the nearest two open sites of which the plan opened at least one [m]; None for fewer than two."""
    if problem.candidates is None:
        return None
    exempt = set(problem.fixed) | problem.existing_ids
    new = problem.candidates.xyz_m[problem.positions(tuple(sorted(is_open - exempt))), :2]
    others = np.concatenate([new, problem.candidates.xyz_m[problem.positions(tuple(sorted(is_open & exempt))), :2]])
    nearest = []
    for row, xy_m in enumerate(new):
        distance_m = np.hypot(*(others - xy_m).T)
        distance_m[row] = math.inf
        nearest.append(float(distance_m.min()))
    least_m = min(nearest, default=math.inf)
    return None if math.isinf(least_m) else least_m


def _n_servers(coverage: CoverageMatrix, rows: IntArray) -> IntArray:
    """Return how many of the rows serve each cell, shape (m,)."""
    n_servers = np.zeros(coverage.n_cells, dtype=np.int64)
    for row in rows.tolist():
        n_servers[coverage.cells_of(row)] += 1
    return n_servers


def _n_sites_of_any(sharing: Sharing, plan: Plan, problem: SitingProblem) -> IntArray:
    """Return how many sites serve each cell through any of their carriers, shape (m,)."""
    n_sites = np.zeros(problem.coverage.n_cells, dtype=np.int64)
    at_site: dict[int, list[IndexArray]] = {}
    for carrier in sharing.carriers:
        for row in _stations(carrier, plan, problem).tolist():
            at_site.setdefault(row, []).append(_coverage(carrier, problem).cells_of(row))
    for cells in at_site.values():
        n_sites[np.unique(np.concatenate(cells))] += 1
    return n_sites


def _coverage(carrier: Carrier, problem: SitingProblem) -> CoverageMatrix:
    return problem.coverage if carrier.coverage is None else carrier.coverage


def _weight(carrier: Carrier, problem: SitingProblem) -> FloatArray:
    return problem.demand.weight if carrier.weight is None else carrier.weight


def _stations(carrier: Carrier, plan: Plan, problem: SitingProblem) -> IntArray:
    """Return the rows of a carrier's stations, new and existing."""
    return problem.positions(tuple(dict.fromkeys((*plan.tenants.get(carrier.name, ()), *carrier.existing))))


def _paid_yen(carrier: Carrier, plan: Plan, problem: SitingProblem, sharing: Sharing) -> int:
    """Return what a carrier pays: its equipment, and its equal part, rounded up, of each opening cost."""
    cost_yen, paid_yen = problem.cost_yen, 0
    for one in plan.tenants.get(carrier.name, ()):
        n_new = sum(one in plan.tenants.get(other.name, ()) for other in sharing.carriers)
        opening_yen = 0 if one in problem.existing_ids else int(cost_yen[problem.positions((one,))[0]])
        paid_yen += -(-opening_yen // n_new) + (0 if sharing.is_neutral_host else carrier.equipment_yen)
    return paid_yen


def _counts(facility: Facility, is_counted: BoolArray) -> bool:
    return int(is_counted[facility.cells].sum()) >= facility.cells_needed


def _reached_share(target: Target, counted: Mapping[str, BoolArray], problem: SitingProblem) -> float:
    """Return the share that a target reaches, of the weight that it is about."""
    carriers = () if problem.sharing is None else problem.sharing.carriers
    name = target.carrier or ""
    if name in counted:
        own = [one for one in carriers if one.name == name]
        parts = [(counted[name], _weight(own[0], problem) if own else problem.demand.weight)]
    else:
        parts = [(counted[one.name], _weight(one, problem)) for one in carriers]
    of_kind = [one for one in problem.facilities if one.kind == target.group]
    if of_kind:
        there = math.fsum(one.weight for one in of_kind) * len(parts)
        return math.fsum(one.weight for is_counted, _ in parts for one in of_kind if _counts(one, is_counted)) / there
    cells = np.arange(len(problem.demand)) if target.group is None else problem.demand.groups[target.group]
    there = math.fsum(weight[cells].sum() for _, weight in parts)
    return math.fsum(weight[cells[is_counted[cells]]].sum() for is_counted, weight in parts) / there
