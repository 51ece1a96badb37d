"""What sharing saves: every carrier alone on assets of its own, against the cheapest plan that they make together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from siting.errors import InvalidInputError
from siting.plan import Plan, SolveParams
from siting.problem import SitingProblem
from siting.rule_use import carrier_uses
from siting.rules import Carrier, Quota, Sharing, Target
from siting.solver.solve import solve

_SHARE_DIGITS = 8
_SHARE_STEPS = 10**_SHARE_DIGITS
"""Shares of coverage are compared to a hundred millionth; far finer than a cell."""

_DEFAULTS = SolveParams()


@dataclass(frozen=True, kw_only=True)
class SharingSavings:
    """
    Each carrier alone, and all of them together with no less coverage for any.

    Attributes
    ----------
    carriers
        Names of the carriers that are compared, shape (k,): all of them, or those with a target where targets are the goal.
    alone
        The plan of each carrier as if it were the only one, shape (k,). An asset that several choose counts for each.
    together
        The joint plan of least cost (fewest sites, where nothing costs anything) in which every carrier covers at least as
        much as alone; None where a carrier has no plan alone.
    """

    carriers: tuple[str, ...]
    alone: tuple[Plan, ...]
    together: Plan | None

    @property
    def is_found(self) -> bool:
        """Whether there are plans to compare."""
        return self.together is not None and self.together.is_plan

    @property
    def sites_alone(self) -> int:
        """New assets of all carriers alone."""
        return sum(len(plan.chosen) for plan in self.alone)

    @property
    def cost_alone_yen(self) -> int:
        """Yen of all carriers alone."""
        return sum(plan.cost_yen for plan in self.alone)

    @property
    def sites_together(self) -> int:
        """New assets of the joint plan."""
        return 0 if self.together is None else len(self.together.chosen)

    @property
    def stations_together(self) -> int:
        """New stations of the joint plan: carriers times the assets that they are on."""
        return 0 if self.together is None else sum(len(ids) for ids in self.together.tenants.values())

    @property
    def cost_together_yen(self) -> int:
        """Yen of the joint plan."""
        return 0 if self.together is None else self.together.cost_yen

    @property
    def least_saved_yen(self) -> int:
        """Yen that the joint plan found saves: the best one saves at least this."""
        return self.cost_alone_yen - self.cost_together_yen

    @property
    def most_saved_yen(self) -> int:
        """No joint plan saves more yen than this."""
        if self.together is None or self.together.goal != "least_cost" or self.together.lower_bound is None:
            return self.cost_alone_yen
        return self.cost_alone_yen - self.together.lower_bound


def sharing_savings(problem: SitingProblem, params: SolveParams = _DEFAULTS) -> SharingSavings:
    """
    Compare carriers that share with carriers that do not.

    Alone, a carrier plans with its own limits (and with those of the problem, as if they were its own), pays every opening
    cost in full, and keeps the rules between sites and the maxima of quotas; what is fixed and the minima of quotas are left
    to the joint plan. Together, all rules hold but the limits on sites and yen of the plan and of the carriers: what counts is
    the least cost of the same coverage.

    Parameters
    ----------
    problem
        Carriers that share.
    params
        For each of the plans.

    Raises
    ------
    InvalidInputError
        No carriers share, or one of them has nothing to cover.
    """
    if problem.sharing is None:
        raise InvalidInputError("sharing", "must be given", None)
    sharing = problem.sharing
    names, alone, targets = [], [], []
    for carrier in sharing.carriers:
        own_targets = tuple(one for one in problem.targets if one.carrier in {None, carrier.name})
        if problem.goal != "coverage" and not own_targets:
            continue
        own = _alone(carrier, own_targets, problem)
        names.append(carrier.name)
        plan = solve(own, params)
        alone.append(plan)
        if not plan.is_plan:
            continue
        (use,) = carrier_uses(plan, own)
        share = round(math.floor(use.share * _SHARE_STEPS - 0.1) / _SHARE_STEPS, _SHARE_DIGITS)
        if share > 0:
            targets.append(Target(share=share, carrier=carrier.name))
    together = None
    if targets and all(plan.is_plan for plan in alone):
        start = _merged(dict(zip(names, alone, strict=True)), problem, sharing)
        together = solve(_together(tuple(targets), problem, sharing), params, start=start)
    return SharingSavings(carriers=tuple(names), alone=tuple(alone), together=together)


def _alone(carrier: Carrier, targets: tuple[Target, ...], problem: SitingProblem) -> SitingProblem:
    """Return the problem of one carrier as if there were no others."""
    return replace(
        problem,
        sharing=Sharing(carriers=(carrier,)),
        fixed=(),
        quotas=tuple(Quota(name=one.name, ids=one.ids, maximum=one.maximum) for one in problem.quotas if one.maximum is not None),
        targets=targets,
    )


def _together(targets: tuple[Target, ...], problem: SitingProblem, sharing: Sharing) -> SitingProblem:
    """Return the problem of the least cost at which every carrier covers what it has to."""
    has_costs = bool(problem.cost_yen.any()) or any(carrier.equipment_yen for carrier in sharing.carriers)
    carriers = tuple(replace(carrier, min_sites=0, max_sites=None, budget_yen=None) for carrier in sharing.carriers)
    return replace(
        problem,
        sharing=replace(sharing, carriers=carriers),
        goal="least_cost" if has_costs else "fewest_sites",
        max_sites=None,
        budget_yen=None,
        targets=targets,
    )


def _merged(alone: Mapping[str, Plan], problem: SitingProblem, sharing: Sharing) -> Plan:
    """Return the plans of the carriers as one, as far as the assets have room; those with the fewest sites go first."""
    capacity = [len(sharing.carriers)] * problem.coverage.n_candidates
    if problem.candidates is not None and not sharing.is_neutral_host:
        capacity = problem.candidates.capacity.tolist()
    tenants: dict[str, list[str]] = {name: [] for name in alone}
    opened = set().union(*(plan.chosen for plan in alone.values()))
    for one, most in zip(problem.coverage.candidate_ids, capacity, strict=True):
        if one not in opened:
            continue
        there = sum(one in carrier.existing for carrier in sharing.carriers)
        wanted = sorted((name for name, plan in alone.items() if one in plan.chosen), key=lambda name: len(tenants[name]))
        for name in wanted[: max(0, most - there)]:
            tenants[name].append(one)
    chosen = tuple(dict.fromkeys(one for ids in tenants.values() for one in ids))
    first = next(iter(alone.values()))
    return replace(
        first,
        chosen=chosen,
        marginal_weight=(0.0,) * len(chosen),
        tenants={name: tuple(ids) for name, ids in tenants.items()},
        goal="coverage",
        lower_bound=None,
        status="feasible",
    )
