"""What a plan's proof means, in words."""

from __future__ import annotations

from typing import Literal

from siting.evaluate import Kpis
from siting.outputs.text import Bilingual, both, percent, percent_at_most, unit_text
from siting.plan import Plan

Measure = Literal["coverage", "value", "expected"]
"""What an objective is: the covered weight; that and more which the rules value; or the weight covered on average."""


def proof_sentence(plan: Plan, kpis: Kpis, *, measure: Measure = "coverage") -> Bilingual:
    """
    Return how much better any other plan could be; the limit is rounded up, never down.

    Parameters
    ----------
    plan, kpis
        The plan and its figures.
    measure
        What the objective is.
    """
    if not plan.is_plan:
        return both(f"sentence.gap_{plan.status}")
    share = percent(kpis.share, digits=2)
    if plan.lower_bound is not None:
        return _need_sentence(plan, plan.lower_bound, share)
    if measure == "value":
        return both(f"sentence.value_{plan.status}", share=share, gap=gap_percent(plan))
    kind, reached = ("gap", share) if measure == "coverage" else ("expected", percent(_share_of(plan, plan.objective), digits=2))
    if plan.status == "optimal":
        return both(f"sentence.{kind}_optimal", share=reached)
    bound = percent_at_most(_share_of(plan, plan.upper_bound))
    return both(f"sentence.{kind}_feasible", bound=bound, share=reached, gap=gap_percent(plan))


def _share_of(plan: Plan, weight: float) -> float:
    return weight / plan.total_weight if plan.total_weight else 0.0


def _need_sentence(plan: Plan, bound: int, share: str) -> Bilingual:
    """Return how much less any plan that keeps the rules could need."""
    what = "sites" if plan.goal == "fewest_sites" else "cost"
    return both(
        f"sentence.{what}_{plan.status}",
        needs=need_text(plan, plan.needs),
        bound=need_text(plan, bound),
        share=share,
        gap=gap_percent(plan),
    )


def need_text(plan: Plan, amount: int) -> Bilingual:
    """Return what a plan needs, in the unit of its goal."""
    return both("value.n_sites", n=amount) if plan.goal == "fewest_sites" else both("value.cost", cost_yen=amount)


def no_plan_heading(plan: Plan) -> Bilingual:
    """Return in a few words that there is no plan."""
    return both("sentence.no_plan" if plan.status == "infeasible" else "sentence.no_plan_found")


def gap_percent(plan: Plan) -> str:
    """Return the gap in per cent, rounded up; nothing where rounding is all that is left of it."""
    return percent_at_most(0.0 if plan.status == "optimal" else plan.gap)


def coverage_sentence(kpis: Kpis) -> Bilingual:
    """Return the covered share with what it is a share of."""
    return both("sentence.coverage", unit=unit_text(kpis.unit), share=percent(kpis.share))


def unreachable_sentence(kpis: Kpis) -> Bilingual | None:
    """Return how much no candidate reaches, or ``None`` if that is nothing."""
    if kpis.total.reachable_weight >= kpis.total.weight:
        return None
    return both("sentence.unreachable", share=percent(1 - kpis.total.reachable_share))
