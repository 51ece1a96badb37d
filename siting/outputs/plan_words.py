"""What a plan's proof means, in words."""

from __future__ import annotations

from siting.evaluate import Kpis
from siting.outputs.text import Bilingual, both, percent, percent_at_most, unit_text
from siting.plan import Plan


def proof_sentence(plan: Plan, kpis: Kpis) -> Bilingual:
    """Return how much better any other plan could be; the limit is rounded up, never down."""
    if plan.status == "infeasible":
        return both("sentence.gap_infeasible")
    share = percent(kpis.share, digits=2)
    if plan.status == "optimal":
        return both("sentence.gap_optimal", share=share)
    bound_share = plan.upper_bound / plan.total_weight if plan.total_weight else 0.0
    return both("sentence.gap_feasible", bound=percent_at_most(bound_share), share=share, gap=percent_at_most(plan.gap))


def gap_percent(plan: Plan) -> str:
    """Return the gap in per cent, rounded up."""
    return percent_at_most(plan.gap)


def coverage_sentence(kpis: Kpis) -> Bilingual:
    """Return the covered share with what it is a share of."""
    share, unit = percent(kpis.share), unit_text(kpis.unit)
    ja, en = both("sentence.coverage", unit=unit.ja, share=share), both("sentence.coverage", unit=unit.en, share=share)
    return Bilingual(ja=ja.ja, en=en.en)


def unreachable_sentence(kpis: Kpis) -> Bilingual | None:
    """Return how much no candidate reaches, or ``None`` if that is nothing."""
    if kpis.total.reachable_weight >= kpis.total.weight:
        return None
    return both("sentence.unreachable", share=percent(1 - kpis.total.reachable_share))
