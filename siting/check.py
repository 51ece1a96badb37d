"""An independent check: does a plan keep every rule, and are its figures true? Shares nothing with the solver."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from siting.check_count import Count
from siting.plan import Plan
from siting.problem import SitingProblem
from siting.rules import exact_share

_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Violation:
    """
    A rule that a plan breaks, or a figure that is not true.

    Attributes
    ----------
    rule
        The field of the problem or of the plan, with the item it is about.
    allowed
        What the rule allows, or the true figure.
    found
        What the plan has.
    """

    rule: str
    allowed: float | str
    found: float | str


def verify(plan: Plan, problem: SitingProblem) -> tuple[Violation, ...]:
    """
    Recompute from its ids alone what a plan is, and return everything that is wrong with it.

    Shares are compared exactly, sums of floating-point weights within 1e-9 of their size. A plan without sites because none
    keeps the rules, or none was found, is checked for being empty; the proof itself cannot be checked here.

    Parameters
    ----------
    plan
        The plan.
    problem
        The problem as it was given.
    """
    wrong = _wrong_ids(plan, problem)
    if wrong:
        return tuple(wrong)
    if plan.status in {"infeasible", "unknown"}:
        return tuple(_wrong_emptiness(plan))
    count = Count.of(plan, problem)
    return tuple(
        _wrong_limits(problem, count)
        + _wrong_conflicts(problem, count)
        + _wrong_carriers(problem, count)
        + _wrong_targets(problem, count)
        + _wrong_figures(plan, problem, count)
        + _wrong_proof(plan)
    )


def _wrong_ids(plan: Plan, problem: SitingProblem) -> list[Violation]:
    """Sites and tenants that do not exist, occur twice, are missing or forbidden."""
    known = set(problem.coverage.candidate_ids)
    named = {"chosen": plan.chosen, **{f"tenants {name}": ids for name, ids in plan.tenants.items()}}
    wrong = [Violation(rule=field, allowed="known ids", found=one) for field, ids in named.items() for one in ids if one not in known]
    for field, ids in named.items():
        wrong += [Violation(rule=field, allowed="each id once", found=one) for one, n in Counter(ids).items() if n > 1]
    names = () if problem.sharing is None else tuple(carrier.name for carrier in problem.sharing.carriers)
    wrong += [Violation(rule="tenants", allowed="carriers of the sharing", found=name) for name in plan.tenants if name not in names]
    if wrong or plan.status in {"infeasible", "unknown"}:
        return wrong
    wrong += [Violation(rule="forbidden", allowed="closed", found=one) for one in plan.chosen if one in problem.forbidden]
    if plan.chosen[: len(problem.fixed)] != problem.fixed:
        wrong.append(Violation(rule="fixed", allowed=" ".join(problem.fixed), found=" ".join(plan.chosen[: len(problem.fixed)])))
    if problem.sharing is not None and {one for ids in plan.tenants.values() for one in ids} != set(plan.chosen):
        wrong.append(Violation(rule="tenants", allowed="all chosen sites and no others", found=len(plan.chosen)))
    return wrong


def _wrong_emptiness(plan: Plan) -> list[Violation]:
    wrong = [Violation(rule=plan.status, allowed="no sites", found=len(plan.chosen))] if plan.chosen else []
    if (plan.infeasibility is None) == (plan.status == "infeasible"):
        wrong.append(Violation(rule="infeasibility", allowed="a reason where no plan keeps the rules", found=plan.status))
    return wrong


def _between(rule: str, least: float, found: float, most: float | None) -> list[Violation]:
    wrong = [Violation(rule=rule, allowed=least, found=found)] if found < least else []
    return wrong + ([Violation(rule=rule, allowed=most, found=found)] if most is not None and found > most else [])


def _wrong_limits(problem: SitingProblem, count: Count) -> list[Violation]:
    """Sites, yen and quotas."""
    wrong = _between("max_sites", 0, len(count.opened), problem.max_sites)
    wrong += _between("budget_yen", 0, count.cost_yen, problem.budget_yen)
    for quota in problem.quotas:
        wrong += _between(f"quota {quota.name}", quota.minimum, len(count.opened & set(quota.ids)), quota.maximum)
    return wrong


def _wrong_conflicts(problem: SitingProblem, count: Count) -> list[Violation]:
    """Either-or, spacing, only-with."""
    wrong = []
    present, existing = count.opened | problem.existing_ids, problem.existing_ids
    for place, ids in enumerate(problem.either_or):
        n = len((set(ids) & present) - existing) + bool(set(ids) & existing)
        wrong += _between(f"either_or[{place}]", 0, n, 1)
    for one, other in problem.only_with:
        if one in count.opened and other not in present:
            wrong.append(Violation(rule=f"only_with {one}", allowed=f"with {other}", found="alone"))
    if problem.minimum_spacing_m is not None and problem.candidates is not None:
        standing = existing | set(problem.fixed)
        place_of = {one: place for place, one in enumerate(problem.candidates.ids)}
        at = {one: tuple(problem.candidates.xyz_m[place_of[one], :2].tolist()) for one in present}
        for one, other in _close_pairs(at, problem.minimum_spacing_m):
            if not {one, other} <= standing:
                gap_m = math.dist(at[one], at[other])
                wrong.append(Violation(rule=f"minimum_spacing_m {one} {other}", allowed=problem.minimum_spacing_m, found=gap_m))
    return wrong


def _close_pairs(at: dict[str, tuple[float, ...]], spacing_m: float) -> list[tuple[str, str]]:
    """Return the pairs of points closer than the spacing, by squares of that side."""
    squares: dict[tuple[int, int], list[str]] = {}
    for one, (x, y) in at.items():
        squares.setdefault((math.floor(x / spacing_m), math.floor(y / spacing_m)), []).append(one)
    found = []
    for (column, row), members in squares.items():
        near = [other for dx in (-1, 0, 1) for dy in (-1, 0, 1) for other in squares.get((column + dx, row + dy), ())]
        for one in members:
            (x, y) = at[one]
            found += [
                (one, other)
                for other in near
                if one < other and (x - at[other][0]) * (x - at[other][0]) + (y - at[other][1]) * (y - at[other][1]) < spacing_m * spacing_m
            ]
    return sorted(found)


def _wrong_carriers(problem: SitingProblem, count: Count) -> list[Violation]:
    """Capacity, and the limits of each carrier."""
    wrong: list[Violation] = []
    sharing = problem.sharing
    if sharing is None or problem.candidates is None:
        return wrong
    capacity = dict(zip(problem.candidates.ids, problem.candidates.capacity.tolist(), strict=True))
    for one in sorted(count.opened):
        new, old = count.new_on(one), count.existing_on(one)
        if new & old:
            wrong.append(Violation(rule=f"tenants of {one}", allowed="carriers not there yet", found=" ".join(sorted(new & old))))
        if sharing.is_neutral_host and len(new | old) < len(sharing.carriers):
            wrong.append(Violation(rule=f"neutral host {one}", allowed=len(sharing.carriers), found=len(new | old)))
        if not sharing.is_neutral_host:
            wrong += _between(f"capacity of {one}", 0, len(new) + len(old), capacity[one])
    for carrier in sharing.carriers:
        wrong += _between(f"{carrier.name} sites", carrier.min_sites, len(count.tenants[carrier.name]), carrier.max_sites)
        wrong += _between(f"{carrier.name} budget_yen", 0, count.carrier_cost_yen[carrier.name], carrier.budget_yen)
    return wrong


def _wrong_targets(problem: SitingProblem, count: Count) -> list[Violation]:
    wrong = []
    for target in problem.targets:
        have, total = count.reach(target)
        if have < exact_share(target.share) * total:
            wrong.append(Violation(rule=f"target {target.name}", allowed=target.share, found=float(Fraction(have) / Fraction(total))))
    return wrong


def _wrong_figures(plan: Plan, problem: SitingProblem, count: Count) -> list[Violation]:
    """Figures of the plan that differ from those recomputed."""
    figures = {
        "objective": (plan.objective, count.value),
        "covered_weight": (plan.covered_weight, count.covered_weight),
        "total_weight": (plan.total_weight, math.fsum(problem.demand.weight)),
        "marginal_weight": (math.fsum(plan.marginal_weight), count.value - count.value_before),
        "cost_yen": (plan.cost_yen, count.cost_yen),
    }
    size = max(abs(count.value), 1e-300)
    return [
        Violation(rule=field, allowed=true, found=said)
        for field, (said, true) in figures.items()
        if abs(said - true) > _TOLERANCE * (size if field == "marginal_weight" else max(abs(said), abs(true)))
    ] + ([] if plan.goal == problem.goal else [Violation(rule="goal", allowed=problem.goal, found=plan.goal)])


def _wrong_proof(plan: Plan) -> list[Violation]:
    """Bounds on the wrong side of the plan, and claims of a proof that they do not bear out."""
    wrong = [] if plan.objective <= plan.upper_bound else [Violation(rule="upper_bound", allowed=plan.objective, found=plan.upper_bound)]
    if plan.goal == "coverage":
        if plan.status == "optimal" and plan.upper_bound - plan.objective > _TOLERANCE * max(plan.upper_bound, plan.total_weight):
            wrong.append(Violation(rule="status", allowed="feasible", found="optimal"))
        return wrong
    if plan.lower_bound is None or plan.lower_bound > plan.needs:
        wrong.append(Violation(rule="lower_bound", allowed=plan.needs, found="none" if plan.lower_bound is None else plan.lower_bound))
    elif plan.status == "optimal" and plan.lower_bound < plan.needs:
        wrong.append(Violation(rule="status", allowed="feasible", found="optimal"))
    return wrong
