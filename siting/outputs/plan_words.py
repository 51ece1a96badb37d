"""What a plan achieves and what its proof means, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from siting.evaluate import Kpis
from siting.outputs.rule_words import infeasible_sentence
from siting.outputs.text import Bilingual, both, percent, percent_at_most, unit_text
from siting.plan import Plan
from siting.problem import SitingProblem
from siting.rule_use import CarrierUse

Measure = Literal["coverage", "value", "expected"]
"""What an objective is: the covered weight; that and more which the rules value; or the weight covered on average."""


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """
    What the figures of a plan stand for; by default for the weight it covers.

    Attributes
    ----------
    measure
        What the objective is.
    worth
        What the objective counts, see :func:`worth_text`; said where the measure is ``"value"``.
    carriers
        What each carrier has of the plan; nothing where no carriers share.
    targets
        Names of the targets.
    """

    measure: Measure = "coverage"
    worth: Bilingual = field(default_factory=lambda: both("worth.coverage"))
    carriers: tuple[CarrierUse, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def n_existing(self) -> int:
        """Stations that the carriers were on the air from before."""
        return sum(use.n_existing for use in self.carriers)

    @property
    def share_name(self) -> Bilingual:
        """What the covered share of all weight is called: where carriers share, the new sites alone make it."""
        return both("column.new_share" if self.carriers else "column.share")


_BY_WEIGHT = Meaning()


def worth_text(problem: SitingProblem) -> Bilingual:
    """Return what the objective of a problem counts: no more than its rules value."""
    covered = both("worth.coverage" if problem.sharing is None else f"worth.{problem.sharing.kpi}")
    if problem.servers_needed > 1:
        covered = both("worth.by_servers", covered=covered, n=problem.servers_needed)
    more = [both(f"worth.{name}") for name, is_there in (("facilities", problem.facilities), ("backup", problem.backup_share)) if is_there]
    if not more:
        return covered
    first = covered if len(more) == 1 else both("worth.beside", first=covered, second=more[0])
    return both("worth.together", first=first, last=more[-1])


def headline(plan: Plan, kpis: Kpis, meaning: Meaning = _BY_WEIGHT) -> Bilingual:
    """Return in a few words what a plan covers: of each carrier with its existing stations, where carriers share."""
    if not plan.is_plan:
        return both("sentence.no_plan" if plan.status == "infeasible" else "sentence.no_plan_found")
    if not meaning.carriers:
        return both("sentence.coverage", unit=unit_text(kpis.unit), share=percent(kpis.share))
    shares = [f"{use.name} {percent(use.share)} %".replace(" ", "\u00a0") for use in meaning.carriers]
    listed = Bilingual(ja="、".join(shares), en=", ".join(shares))
    key = "sentence.coverage_on_air" if meaning.n_existing else "sentence.coverage_by_carrier"
    return both(key, unit=unit_text(kpis.unit), shares=listed)


def proof_sentence(plan: Plan, kpis: Kpis, meaning: Meaning = _BY_WEIGHT) -> Bilingual:
    """
    Return how much better any other plan could be, or why there is none; a limit is rounded up, never down.

    Parameters
    ----------
    plan, kpis
        The plan and its figures.
    meaning
        What they stand for.
    """
    if not plan.is_plan:
        return infeasible_sentence(plan, meaning.targets)
    share = percent(kpis.share, digits=2)
    if plan.lower_bound is not None:
        return _need_sentence(plan, plan.lower_bound, share)
    if meaning.measure == "value":
        gap = gap_percent(plan)
        return both(f"sentence.value_{plan.status}", worth=meaning.worth, reached=f"{100 - float(gap):.2f}")
    kind, reached = ("gap", share) if meaning.measure == "coverage" else ("expected", percent(_share_of(plan, plan.objective), digits=2))
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


def gap_percent(plan: Plan) -> str:
    """Return the gap in per cent, rounded up; nothing where rounding is all that is left of it."""
    return percent_at_most(0.0 if plan.status == "optimal" else plan.gap)


def unreachable_sentence(kpis: Kpis) -> Bilingual | None:
    """Return how much no candidate reaches, or ``None`` if that is nothing."""
    if kpis.total.reachable_weight >= kpis.total.weight:
        return None
    return both("sentence.unreachable", share=percent(1 - kpis.total.reachable_share))
