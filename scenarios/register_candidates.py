"""Candidates from the register; every asset left out is accounted for."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from assets_db import Reject, RejectCode
from assets_db.record import AssetRecord
from assets_db.rules import FeeQuote, RuleBook, permit_chance_of, quote_fee
from scenarios.costs import cost_over_horizon
from scenarios.errors import ScenarioError
from scenarios.places import Plane
from scenarios.register_heights import antenna_height_m, fit_to_roofs
from scenarios.register_selection import Selection, reject_of, select
from scenarios.register_tables import RegisterAssets
from scenarios.scenario import ScenarioFile
from scenarios.source_report import RegisterStamp, SourceReport
from siting import Candidates, City
from siting.arrays import BoolArray, FloatArray, IntArray

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class RegisterContents:
    """
    What a register holds of an area at a moment.

    Attributes
    ----------
    records
        Assets in the order of their ids, each with ``asset_id``; restricted fields only for those allowed.
    register, change_seq, audit_head
        Which register in which state, see :class:`RegisterStamp`.
    synthetic_sources
        Ids of the sources that no survey stands behind.
    credits
        What the sources ask to be named as, by source id.
    rejects
        Rows that the lists of the scenario itself hold, and that are no assets.
    """

    records: tuple[AssetRecord, ...]
    register: str
    change_seq: int
    audit_head: str
    synthetic_sources: frozenset[str] = frozenset()
    credits: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class RegisterCandidates:
    """
    The candidates of a register.

    Attributes
    ----------
    candidates
        All of them.
    existing
        Ids of those on air already.
    records
        The asset behind each candidate, by candidate id.
    chances
        How likely each is permitted, by candidate id.
    report
        How the assets fared.
    """

    candidates: Candidates
    existing: tuple[str, ...]
    records: Mapping[str, AssetRecord]
    chances: Mapping[str, float]
    report: SourceReport


def register_candidates(
    source: RegisterAssets, key: str, file: ScenarioFile, city: City, plane: Plane, *, contents: RegisterContents, book: RuleBook
) -> RegisterCandidates:
    """
    Return the candidates of a register, and how its assets fared.

    Parameters
    ----------
    source, key
        The table of the scenario, and where it stands.
    file, city, plane
        The scenario, its buildings and its plane.
    contents
        The register.
    book
        Fees, lead times and chances.

    Raises
    ------
    ScenarioError
        An asset that cannot be used, if the source says to refuse such assets; fees without a horizon.
    RuleError
        An asset that no rule is for on the day of the source.
    """
    selection = select(source, book, contents.records)
    lon_lat = np.array([[record.number("lon"), record.number("lat")] for record in selection.records], dtype=np.float64).reshape(-1, 2)
    xy_m = plane.to_m(lon_lat[:, 0], lon_lat[:, 1])
    is_inside = plane.is_in_area(xy_m)
    height_m, without_place = _heights(source, selection, xy_m, is_inside, city)
    rejects = tuple(sorted((*selection.rejects, *without_place), key=lambda one: one.row))
    if rejects and source.on_bad_row == "refuse":
        rule = f'{rejects[0].reason} (on_bad_row = "skip" in {key} would go on without such assets, {len(rejects)})'
        raise ScenarioError(f"register {contents.register}, asset {rejects[0].value}", rejects[0].field, rule, None)
    is_kept = is_inside & ~np.isin(selection.rows, [one.row for one in without_place])
    kept = np.flatnonzero(is_kept).tolist()
    records, on_air = [selection.records[i] for i in kept], [selection.is_on_air[i] for i in kept]
    ids = [f"{source.name}:{record.text('asset_id')}" for record in records]
    quotes = [_quote(source, book, record) for record in records]
    synthetic = [not contents.synthetic_sources.isdisjoint(record.text("source_id").split("|")) for record in records]
    candidates = Candidates.from_points(
        np.column_stack((xy_m[is_kept], height_m[is_kept])),
        crs=city.crs,
        ids=ids,
        cost_yen=_costs_yen(quotes, on_air, key, file),
        owner_class=[record.text("owner_class") for record in records],
        asset_type=[record.text("asset_type") for record in records],
        name=[record.text("name") for record in records],
        capacity=np.array([_capacity(source, record) for record in records], dtype=np.int64),
    )
    candidates = replace(candidates, is_synthetic=np.array(synthetic, dtype=np.bool_))
    fee_rules = Counter(quote.rule_id for quote in quotes)
    if any(quote.is_example for quote in quotes):
        logger.warning("candidates %s: costs of %s are examples, and no tariff", source.name, ", ".join(fee_rules))
    named = {one for record in records for one in record.text("source_id").split("|")}
    stamp = RegisterStamp(
        register=contents.register,
        change_seq=contents.change_seq,
        audit_head=contents.audit_head,
        on=source.on,
        fee_rules=dict(sorted(fee_rules.items())),
        example_rules=tuple(sorted({quote.rule_id for quote in quotes if quote.is_example})),
        rule_files=book.digests,
    )
    report = SourceReport(
        name=source.name,
        n_rows=len(contents.records) + len(contents.rejects),
        n_used=len(candidates),
        n_outside=int((~is_inside).sum()),
        n_not_selected=selection.n_not_selected,
        rejects=(*contents.rejects, *rejects),
        is_synthetic=any(synthetic),
        credit=" / ".join(dict.fromkeys(text for one, text in sorted(contents.credits.items()) if one in named and text)),
        stamp=stamp,
    )
    by_rules = file.scenario.robust is not None and file.scenario.robust.by_rules
    chances = [permit_chance_of(book, record, source.on).probability for record in records] if by_rules else []
    return RegisterCandidates(
        candidates=candidates,
        existing=tuple(one for one, is_on in zip(ids, on_air, strict=True) if is_on),
        records=dict(zip(ids, records, strict=True)),
        chances=dict(zip(ids, chances, strict=True)) if by_rules else {},
        report=report,
    )


def _heights(
    source: RegisterAssets, selection: Selection, xy_m: FloatArray, is_inside: BoolArray, city: City
) -> tuple[FloatArray, list[Reject]]:
    """Return antenna heights [m] (n,), and the assets within the area that have no possible one."""
    given_m = np.array([antenna_height_m(source, record) for record in selection.records], dtype=np.float64)
    roof_m = np.zeros(len(xy_m))
    roof_m[is_inside] = city.roof_above_ground_m(xy_m[is_inside])
    height_m = fit_to_roofs(source, selection.records, given_m, roof_m)
    rejects = []
    for i in np.flatnonzero(is_inside & ~(height_m >= roof_m)).tolist():
        is_known = not np.isnan(height_m[i])
        code = RejectCode.OUT_OF_RANGE if is_known else RejectCode.MISSING
        reason = (
            f"must not be below the roof of the building it stands in ({roof_m[i]:.1f} m, antenna at {height_m[i]:.1f} m)"
            if is_known
            else "must be known, from the register or as height_m or default_height_m of the scenario"
        )
        rejects.append(reject_of(source, selection.records[i], selection.rows[i], "height_agl_m", code=code, reason=reason))
    return height_m, rejects


def _quote(source: RegisterAssets, book: RuleBook, record: AssetRecord) -> FeeQuote:
    """Return what a site costs: by the rules, or by the record's own estimates where the scenario prefers them and both are known."""
    capital, yearly = record.values.get("est_capital_yen"), record.values.get("est_annual_fee_yen")
    if source.costs == "record" and isinstance(capital, int) and isinstance(yearly, int):
        return FeeQuote(capital_yen=capital, yearly_yen=yearly, rule_id=record.text("fee_rule_id") or "record", is_example=False)
    return quote_fee(book, record, source.on)


def _costs_yen(quotes: list[FeeQuote], on_air: list[bool], key: str, file: ScenarioFile) -> IntArray:
    """Return what opening each asset costs over the horizon [yen] (n,); those on air already are paid for."""
    is_new = ~np.array(on_air, dtype=np.bool_)
    capital_yen = np.array([quote.capital_yen for quote in quotes], dtype=np.int64) * is_new
    yearly_yen = np.array([quote.yearly_yen for quote in quotes], dtype=np.int64) * is_new
    return cost_over_horizon(capital_yen, yearly_yen, key, file)


def _capacity(source: RegisterAssets, record: AssetRecord) -> int:
    """Return how many carriers an asset holds; where the register does not say, what the scenario does."""
    known = record.number("carrier_capacity")
    return source.capacity if known is None else int(known)
