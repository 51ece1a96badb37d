"""The report of a run: one printable page in Japanese and English, the same bytes for the same seed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from siting.candidates import Candidates
from siting.errors import InvalidInputError
from siting.evaluate import GroupKpi, Kpis
from siting.outputs.pages import render
from siting.outputs.plan_words import Meaning, Measure, gap_percent, headline, need_text, proof_sentence, unreachable_sentence
from siting.outputs.rule_words import (
    carrier_values,
    facility_values,
    robust_values,
    rule_limit,
    rule_name,
    rule_used,
    savings_sentences,
    server_words,
)
from siting.outputs.site_rows import SiteRow, site_rows
from siting.outputs.text import Bilingual, asset_type_text, both, method_text, owner_class_text, percent, percent_at_most, weight_text
from siting.plan import Plan
from siting.robust.compare import RobustComparison
from siting.rule_use import FacilityUse, RuleUse
from siting.server_use import ServerUse
from siting.sharing import SharingSavings

MOST_LISTED_SITES = 50
"""Beyond this many, the report points to ``sites.csv``."""

_CURVE_WIDTH = 640
_CURVE_HEIGHT = 220
_CURVE_TOPS = (0.04, 0.08, 0.2, 0.4, 0.6, 0.8)
_FILES = (("map", "map.html"), ("sites", "sites.csv"), ("kpis", "kpis.csv"))


@dataclass(frozen=True, kw_only=True)
class SourceFact:
    """
    A file that was read.

    Attributes
    ----------
    name
        What it is, or its file name.
    digest
        SHA-256 of the file as 64 hexadecimal digits; empty when nothing was read.
    """

    name: str
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class RejectFact:
    """
    How many rows of a source were used.

    Attributes
    ----------
    source
        What was read.
    n_accepted
        Rows used, >= 0.
    reasons
        Rows refused, by reason.
    """

    source: str
    n_accepted: int
    reasons: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.n_accepted < 0:
            raise InvalidInputError(f"n_accepted of {self.source!r}", "must be >= 0", self.n_accepted)

    @property
    def n_rejected(self) -> int:
        """Rows refused."""
        return sum(self.reasons.values())


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """
    What a reader needs besides the plan; nothing that differs between two runs of the same input.

    Attributes
    ----------
    title
        What the plan is about.
    band
        Frequency band.
    parameters
        Conditions of the computation: what, and its value as text.
    notes
        Assumptions and extrapolations.
    sources
        Files used.
    credits
        Attribution the licences ask for.
    rejects
        Rows not used.
    versions
        Version of each software package, by name.
    rules, servers, facilities
        What the plan uses of every rule, how much several sites serve, and how many facilities count.
    meaning
        What the figures of the plan stand for.
    savings
        What sharing saves; None where it was not computed.
    robust
        What uncertain permits do to the plan; None where all are taken for granted.
    """

    title: Bilingual
    band: str
    parameters: tuple[tuple[Bilingual, str], ...] = ()
    notes: tuple[Bilingual, ...] = ()
    sources: tuple[SourceFact, ...] = ()
    credits: tuple[str, ...] = ()
    rejects: tuple[RejectFact, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[RuleUse, ...] = ()
    servers: tuple[ServerUse, ...] = ()
    facilities: tuple[FacilityUse, ...] = ()
    meaning: Meaning = field(default_factory=Meaning)
    savings: SharingSavings | None = None
    robust: RobustComparison | None = None


def write_report(path: Path, *, plan: Plan, kpis: Kpis, candidates: Candidates, facts: RunFacts, fixed: Collection[str] = ()) -> None:
    """
    Write the report of a plan. It holds no timings.

    Parameters
    ----------
    path
        File to write.
    plan, kpis, candidates
        The plan, its recomputed figures, and what it chose from.
    facts
        Everything else the reader needs.
    fixed
        Ids of chosen sites that were open whatever the plan.

    Raises
    ------
    InvalidPlanError
        See :func:`siting.outputs.site_rows.site_rows`.
    """
    rows = site_rows(plan, kpis, candidates, fixed)
    page = render(
        "report.html.j2",
        facts=facts,
        plan=plan,
        headline=headline(plan, kpis, facts.meaning),
        proof=proof_sentence(plan, kpis, facts.meaning),
        limits=_limits(plan, kpis) if plan.is_plan else [],
        share=percent(kpis.share),
        bound=_bound(plan, facts),
        gap=gap_percent(plan) if plan.is_plan else "",
        cost=both("value.cost", cost_yen=plan.cost_yen),
        n_sites=len(rows),
        n_fixed=sum(row.is_fixed for row in rows),
        n_synthetic=int(candidates.is_synthetic.sum()),
        groups=[_group_values(group, kpis.unit) for group in (*kpis.groups, kpis.total)],
        rules=_rules(facts) if plan.is_plan else [],
        carriers=[carrier_values(use) for use in facts.meaning.carriers] if plan.is_plan else [],
        facilities=[facility_values(use) for use in facts.facilities] if plan.is_plan else [],
        savings=[] if facts.savings is None else savings_sentences(facts.savings),
        robust=None if facts.robust is None else robust_values(facts.robust, plan.total_weight, kpis.unit),
        sites=[_site_values(row, kpis.unit) for row in rows[:MOST_LISTED_SITES]],
        n_more=max(0, len(rows) - MOST_LISTED_SITES),
        curve=_curve(plan, kpis, facts.meaning.measure),
        nothing=both("value.none"),
        files=_FILES,
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _bound(plan: Plan, facts: RunFacts) -> tuple[Bilingual, Bilingual] | None:
    """Return what is proven of every plan, with its heading; None where that is no figure a reader can place."""
    if not plan.is_plan:
        return None
    if plan.lower_bound is not None:
        return both(f"column.{plan.goal}_bound"), need_text(plan, plan.lower_bound)
    if facts.meaning.measure == "value":
        return None
    share = percent_at_most(plan.upper_bound / plan.total_weight if plan.total_weight else 0.0)
    return both("column.bound" if facts.meaning.measure == "coverage" else "column.expected_bound"), both("value.share", share=share)


def _rules(facts: RunFacts) -> list[tuple[Bilingual, Bilingual, Bilingual]]:
    """Return what the plan uses of every rule, and how much several sites serve: name, limit and figure."""
    rows = [(rule_name(use), rule_limit(use), rule_used(use)) for use in facts.rules]
    return rows + [server_words(use) for use in facts.servers]


def _limits(plan: Plan, kpis: Kpis) -> list[tuple[Bilingual, Bilingual]]:
    """Return what holds the plan back: heading and explanation."""
    limits = [(both("column.limited_by"), both(f"limited_by.{plan.limited_by}"))]
    out_of_reach = unreachable_sentence(kpis)
    if out_of_reach is not None:
        limits.append((both("column.reachable"), out_of_reach))
    if plan.method:
        limits.append((both("column.method"), method_text(plan.method)))
    return [*limits, (both("column.stopped_by"), both(f"stopped_by.{plan.stopped_by}"))]


def _group_values(group: GroupKpi, unit: str) -> dict[str, object]:
    return {
        "name": Bilingual(ja=group.name, en=group.name) if group.name else both("column.total"),
        "is_total": not group.name,
        "n_cells": f"{group.n_cells:,}",
        "weight": weight_text(group.weight, unit),
        "covered": weight_text(group.covered_weight, unit),
        "share": percent(group.share),
        "reachable": percent(group.reachable_share),
    }


def _site_values(row: SiteRow, unit: str) -> dict[str, object]:
    return {
        "rank": row.rank,
        "id": row.id,
        "name": row.name,
        "asset_type": asset_type_text(row.asset_type),
        "owner_class": owner_class_text(row.owner_class),
        "position": f"{row.lat:.6f}, {row.lon:.6f}",
        "height": f"{row.height_m:.1f} m",
        "cost": both("value.cost", cost_yen=row.cost_yen),
        "marginal": weight_text(row.kpi.marginal_weight, unit),
        "only": weight_text(row.kpi.only_weight, unit),
        "is_synthetic": row.is_synthetic,
        "is_fixed": row.is_fixed,
        "carriers": row.carriers,
    }


def _curve(plan: Plan, kpis: Kpis, measure: Measure) -> dict[str, object] | None:
    """Return coverage against the number of sites as the points of a line, with a bound on coverage; ``None`` without sites."""
    if not plan.chosen or not plan.total_weight:
        return None
    has_bound = measure != "value" and plan.lower_bound is None
    share = [0.0]
    for weight in plan.marginal_weight if has_bound else [site.marginal_weight for site in kpis.sites]:
        share.append(share[-1] + weight / plan.total_weight)
    bound = plan.upper_bound / plan.total_weight if has_bound else share[-1]
    top = next((one for one in _CURVE_TOPS if one >= 1.05 * bound), 1.0)
    step = _CURVE_WIDTH / len(plan.chosen)
    points = [(round(count * step, 1), round(_CURVE_HEIGHT * (1 - value / top), 1)) for count, value in enumerate(share)]
    return {
        "width": _CURVE_WIDTH,
        "height": _CURVE_HEIGHT,
        "points": " ".join(f"{x},{y}" for x, y in points),
        "bound_y": round(_CURVE_HEIGHT * (1 - bound / top), 1) if has_bound else None,
        "grid": [(round(_CURVE_HEIGHT * (1 - part / 4), 1), percent(top * part / 4)) for part in range(5)],
        "n_sites": len(plan.chosen),
    }
