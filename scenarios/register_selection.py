"""Which assets of the register a scenario may use; each one left out for a fact about it is told with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assets_db import Reject, RejectCode
from assets_db.record import AssetRecord, Json
from assets_db.rules import RuleBook, lead_time_of
from assets_db.schema import GRADES, Grade
from scenarios.register_tables import UNKNOWN, RegisterAssets


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """
    What became of the assets of a register.

    Attributes
    ----------
    records
        Those to be used.
    rows
        Their places in the register, counted from 1.
    is_on_air
        Which of them carry a station of the carrier asked for.
    n_not_selected
        How many the filters leave out.
    rejects
        Those the filters take in, but that cannot be used.
    """

    records: tuple[AssetRecord, ...]
    rows: tuple[int, ...]
    is_on_air: tuple[bool, ...]
    n_not_selected: int
    rejects: tuple[Reject, ...]


def select(source: RegisterAssets, book: RuleBook, records: tuple[AssetRecord, ...]) -> Selection:
    """
    Return the assets a source may use.

    Raises
    ------
    RuleError
        Permits must be there by a day, and no rule says how long those of an asset take.
    """
    kept, rows, on_air, rejects, n_not_selected = [], [], [], [], 0
    for row, record in enumerate(records, start=1):
        is_on_air = source.existing_of is not None and is_carrier_on(record, source.existing_of)
        if not is_selected(source, record, is_on_air=is_on_air):
            n_not_selected += 1
            continue
        reject = _unfit(source, book, record, row, is_on_air=is_on_air)
        if reject is not None:
            rejects.append(reject)
            continue
        kept.append(record)
        rows.append(row)
        on_air.append(is_on_air)
    return Selection(records=tuple(kept), rows=tuple(rows), is_on_air=tuple(on_air), n_not_selected=n_not_selected, rejects=tuple(rejects))


def is_selected(source: RegisterAssets, record: AssetRecord, *, is_on_air: bool) -> bool:
    """Return whether the filters of a source take an asset in; what is on air is there whatever its lifecycle and sharing."""
    wanted: Mapping[str, tuple[str, ...]] = {
        "asset_type": source.asset_types,
        "owner_class": source.owner_classes,
        "lg_code": source.lg_codes,
    }
    if not is_on_air:
        wanted = {**wanted, "lifecycle": source.lifecycles, "sharing": source.sharing}
    if any(words and (record.text(field) or UNKNOWN) not in words for field, words in wanted.items()):
        return False
    return not source.source_ids or not set(source.source_ids).isdisjoint(record.text("source_id").split("|"))


def is_carrier_on(record: AssetRecord, carrier: str) -> bool:
    """Return whether an asset in use carries a station of a carrier."""
    if record.text("lifecycle") != "in_use":
        return False
    occupancy = record.values.get("occupancy")
    return isinstance(occupancy, list) and any(_carrier_of(entry) == carrier for entry in occupancy)


def reject_of(source: RegisterAssets, record: AssetRecord, row: int, field: str, *, code: RejectCode, reason: str) -> Reject:
    """Return an asset left out, with its id where a list would have the text of the cell."""
    return Reject(source=source.name, row=row, field=field, code=code, reason=reason, value=record.text("asset_id")[:200])


def _carrier_of(entry: Json) -> object:
    return entry.get("carrier") if isinstance(entry, dict) else None


def _unfit(source: RegisterAssets, book: RuleBook, record: AssetRecord, row: int, *, is_on_air: bool) -> Reject | None:
    """Return why an asset that the filters take in cannot be used all the same."""
    for field in ("lat", "lon", "asset_type", "owner_class"):
        if field not in record.values:
            return reject_of(source, record, row, field, code=RejectCode.MISSING, reason="must be known")
    if record.number("carrier_capacity") == 0:
        reason = "must be >= 1: the asset can hold no carrier"
        return reject_of(source, record, row, "carrier_capacity", code=RejectCode.OUT_OF_RANGE, reason=reason)
    reject = _known_too_badly(source, record, row)
    if reject is not None or source.ready_by is None or is_on_air:
        return reject
    lead = lead_time_of(book, record, source.on)
    if lead.ready_on(source.on) <= source.ready_by:
        return None
    reason = f"must be permitted by {source.ready_by.isoformat()}: {lead.days} days from {source.on.isoformat()} by rule {lead.rule_id}"
    return reject_of(source, record, row, "permit_path", code=RejectCode.NOT_READY_IN_TIME, reason=reason)


def _known_too_badly(source: RegisterAssets, record: AssetRecord, row: int) -> Reject | None:
    """Return what is not known as well as the source wants it."""
    heights = [field for field in ("mount_height_max_m", "height_agl_m") if record.number(field) is not None][:1]
    for wanted, fields in ((source.position_grade, ["lat", "lon"]), (source.height_grade, heights or ["height_agl_m"])):
        low = [field for field in fields if wanted is not None and not _is_at_least(record, field, wanted)]
        if low:
            reason = f"must be known with grade {wanted} or better"
            return reject_of(source, record, row, low[0], code=RejectCode.GRADE_TOO_LOW, reason=reason)
    return None


def _is_at_least(record: AssetRecord, field: str, wanted: Grade) -> bool:
    known = record.known_from.get(field)
    return known is not None and GRADES.index(known.grade) <= GRADES.index(wanted)
