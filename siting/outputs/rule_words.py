"""Rules, carriers and permits in words: what a plan was asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Collection

from siting.outputs.text import Bilingual, both, percent, percent_at_most, weight_text
from siting.plan import Plan
from siting.robust.compare import RobustComparison
from siting.rule_use import CarrierUse, FacilityUse, RuleUse
from siting.server_use import ServerUse
from siting.sharing import SharingSavings

MOST_LISTED_LEANS = 10
"""Sites that a plan leans on most, as many as a report lists."""

_YEN = frozenset({"budget_yen", "carrier_budget_yen"})


def rule_name(use: RuleUse) -> Bilingual:
    """Return what a rule is called."""
    if use.kind != "target":
        return both(f"rule_use.{use.kind}", name=use.name, carrier=use.carrier)
    key = "target" if use.name else "target_all"
    return both(f"rule_use.{key}_of" if use.carrier else f"rule_use.{key}", name=use.name, carrier=use.carrier)


def rule_limit(use: RuleUse) -> Bilingual:
    """Return the limits of a rule."""
    least = None if use.minimum is None else _amount(use, use.minimum)
    most = None if use.maximum is None else _amount(use, use.maximum)
    if least is not None and most is not None:
        return both("value.between", least=least, most=most)
    if least is not None:
        return both("value.at_least", least=least)
    return both("value.none") if most is None else both("value.at_most", most=most)


def rule_used(use: RuleUse) -> Bilingual:
    """Return what the plan uses of a rule, or reaches of a target."""
    return _amount(use, use.used)


def _amount(use: RuleUse, value: float) -> Bilingual:
    """Return an amount in the unit of a rule; a target's share is never rounded up."""
    if use.kind in _YEN:
        return both("value.cost", cost_yen=round(value))
    if use.kind == "target":
        return both("value.share", share=percent_at_least(value))
    if use.kind == "minimum_spacing_m":
        return both("value.metres", metres=value)
    return both("value.count", n=round(value))


def server_words(use: ServerUse) -> tuple[Bilingual, Bilingual, Bilingual]:
    """Return what people call a share that several sites serve, what the rules make of it, and the share."""
    name = both("rule_use.served_by_of" if use.carrier else "rule_use.served_by", n=use.n_servers, carrier=use.carrier)
    counts = both("value.counts_only") if use.worth is None else both("value.counts_more", share=f"{100 * use.worth:g}")
    return name, counts, both("value.share", share=percent_at_least(use.share))


def percent_at_least(share: float, *, digits: int = 2) -> str:
    """Return a share in per cent, rounded down: what is reached never reads as more than it is."""
    scale = 10**digits
    return f"{int(round(100 * share * scale, 9)) / scale:.{digits}f}"


def infeasible_sentence(plan: Plan, targets: Collection[str]) -> Bilingual:
    """
    Return why there is no plan.

    Parameters
    ----------
    plan
        A plan with the status ``"infeasible"`` or ``"unknown"``.
    targets
        Names of the targets, whose amounts are shares.
    """
    reason = plan.infeasibility
    if plan.status == "unknown":
        return both("sentence.gap_unknown")
    if reason is None:
        return both("sentence.gap_infeasible")
    key = "sentence.infeasible_exact" if reason.is_exact else "sentence.infeasible_bound"
    if reason.rule in targets:
        name = both("broken_rule.everything") if reason.rule == "all" else reason.rule
        shares = percent(reason.required, digits=2), percent_at_most(reason.most)
        required, most = (both("value.share", share=one) for one in shares)
        return both(key, rule=name, required=required, most=most)
    rule, counts = _broken_rule(reason.rule)
    if counts is None:
        return both("sentence.infeasible_conflict", rule=rule)
    required, most = (both(counts, n=round(one), cost_yen=round(one)) for one in (reason.required, reason.most))
    return both("sentence.infeasible_most" if reason.is_upper_limit else key, rule=rule, required=required, most=most)


def _broken_rule(name: str) -> tuple[Bilingual, str | None]:
    """Return what people call a rule that the solver names, and the text of what it counts; None where no number says anything."""
    kind, _, rest = name.partition(" ")
    if kind == "quota":
        return both("rule_use.quota", name=rest), "value.count"
    if name in {"max_sites", "budget_yen"}:
        return both(f"rule_use.{name}"), "value.cost" if name in _YEN else "value.count"
    if kind == "only_with":
        return both("broken_rule.only_with", name=rest.replace(" ", " → ")), None
    if name in {"either_or", "minimum_spacing_m", "fixed", "capacity"}:
        return both(f"broken_rule.{name}"), None
    carrier, _, limit = name.rpartition(" ")
    if limit == "budget_yen":
        return both("rule_use.carrier_budget_yen", carrier=carrier), "value.cost"
    return both("rule_use.carrier_sites", carrier=carrier), "value.count"


def carrier_values(use: CarrierUse) -> dict[str, object]:
    """Return what a table shows of a carrier."""
    return {
        "name": use.name,
        "n_sites": f"{use.n_sites:,}",
        "n_existing": f"{use.n_existing:,}",
        "cost": both("value.cost", cost_yen=use.cost_yen),
        "share": percent(use.share),
    }


def facility_values(use: FacilityUse) -> dict[str, object]:
    """Return what a table shows of a kind of facilities."""
    return {
        "kind": use.kind,
        "carrier": use.carrier,
        "counted": both("value.n_of", n=use.n_counted, total=use.n),
        "share": percent(use.n_counted / use.n),
    }


def savings_sentences(savings: SharingSavings) -> tuple[Bilingual, ...]:
    """Return what sharing saves, in as many sentences as the proof allows."""
    if savings.together is None or not savings.is_found:
        is_proven = savings.together is not None and savings.together.status == "infeasible"
        return (both("sentence.savings_impossible" if is_proven else "sentence.savings_unknown"),)
    first = both(
        "sentence.savings",
        sites_alone=both("value.n_sites", n=savings.sites_alone),
        sites_together=both("value.n_sites", n=savings.sites_together),
        yen_alone=both("value.cost", cost_yen=savings.cost_alone_yen),
        yen_together=both("value.cost", cost_yen=savings.cost_together_yen),
    )
    if savings.together.goal != "least_cost":
        return first, both("sentence.savings_condition")
    least, most = (both("value.cost", cost_yen=one) for one in (savings.least_saved_yen, savings.most_saved_yen))
    if savings.least_saved_yen == savings.most_saved_yen:
        proof = both("sentence.savings_exact", least=least)
    elif savings.least_saved_yen > 0:
        proof = both("sentence.savings_range", least=least, most=most)
    else:
        proof = both("sentence.savings_at_most", most=most)
    return first, proof, both("sentence.savings_condition")


def robust_values(compared: RobustComparison, total_weight: float, unit: str) -> dict[str, object]:
    """Return what a table shows of uncertain permits: this plan beside the one that counts on all of them, and what it leans on."""

    def share(weight: float) -> str:
        return percent(weight / total_weight if total_weight else 0.0, digits=2)

    return {
        "rows": [
            (both("column.expected"), share(compared.robust.expected_weight), share(compared.nominal.expected_weight)),
            (both("column.worst_decile"), share(compared.robust.worst_decile_mean), share(compared.nominal.worst_decile_mean)),
            (both("column.if_all_permitted"), share(compared.robust_if_all_permitted), share(compared.nominal_if_all_permitted)),
        ],
        "n_draws": f"{compared.robust.n_draws:,}",
        "seed": compared.robust.seed,
        "leans": [
            (one.id, percent(one.rate, digits=0), weight_text(one.expected_drop, unit), weight_text(one.worst_decile_drop, unit))
            for one in compared.leans[:MOST_LISTED_LEANS]
        ],
    }
