"""Why a site was chosen and why another was not, in words."""

from __future__ import annotations

from siting.outputs.text import Bilingual, both, weight_text
from siting.planning.explanation import ChosenSite, RejectedCandidate


def rejection_sentence(entry: RejectedCandidate, unit: str) -> Bilingual:
    """
    Return why a candidate is not in the plan.

    Parameters
    ----------
    entry
        From :func:`siting.explain`.
    unit
        Unit of its weights.
    """
    if entry.code == "would_help" and entry.instead_of is not None and entry.swap_loss is not None:
        return both("why.would_help_swap", instead_of=entry.instead_of, gain=weight_text(-entry.swap_loss, unit))
    return both(
        f"why.{entry.code}",
        adds=weight_text(entry.adds_weight or 0.0, unit),
        instead_of=entry.instead_of,
        loss=weight_text(entry.swap_loss or 0.0, unit),
        dominated_by=entry.dominated_by,
        missing_yen=entry.missing_yen or 0,
        rule=entry.rule or "",
    )


def site_sentences(site: ChosenSite, unit: str) -> tuple[Bilingual, ...]:
    """
    Return what a chosen site is good for, what is lost without it, and what could replace it.

    Parameters
    ----------
    site
        From :func:`siting.explain`.
    unit
        Unit of its weights.
    """
    said = []
    if site.only_weight is not None:
        said.append(both("why.fixed" if site.is_fixed else "why.chosen", only=weight_text(site.only_weight, unit)))
    if site.needed_for:
        said.append(both("why.needed_for", rules=", ".join(site.needed_for)))
    if site.regret_at_most is not None and site.regret_at_least is not None:
        most = weight_text(max(site.regret_at_most, 0.0), unit)
        if site.regret_at_least > 0:
            said.append(both("why.refused", least=weight_text(site.regret_at_least, unit), most=most))
        else:
            said.append(both("why.refused_at_most", most=most))
    if site.substitutes:
        best = site.substitutes[0]
        if best.loss < 0:
            said.append(both("why.substitute_gains", id=best.id, gain=weight_text(-best.loss, unit)))
        else:
            said.append(both("why.substitute", id=best.id, loss=weight_text(best.loss, unit)))
    return tuple(said)
