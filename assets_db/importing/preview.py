"""What importing a file would change; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from assets_db.importing.held import Change, batch_of_same, digests_of, held_list
from assets_db.record import AssetRecord
from assets_db.record_json import record_from_json
from assets_db.sources import Reject, RejectCode, Repair, RepairCode, SourceFile
from assets_db.store import ReadingSession
from assets_db.store.tables import SOURCE_RECORDS

_SHOWN = 10
_PROGRESS_ROWS = 1000


@dataclass(frozen=True, kw_only=True)
class ImportPreview:
    """
    What a file would change: ``n_new + n_changed + n_unchanged + n_rejected == n_rows``.

    Attributes
    ----------
    same_as_batch
        The batch that imported this very file last; the import would do nothing. ``None`` if there is none.
    n_rows, n_new, n_changed, n_unchanged, n_rejected
        Rows by what they mean.
    changed_fields
        Rows by field that differs; ``is_gone`` for rows that come back.
    vanished
        Keys of rows that are gone from the file.
    are_vanished_removed
        Whether those become tombstones: only where the list is said to be complete.
    rejected_by, repaired_by
        Counts by code.
    n_needs_geocoding
        Accepted rows with an address and no position.
    first_rejects, first_repairs
        A few, with their rows.
    """

    same_as_batch: int | None
    n_rows: int
    n_new: int
    n_changed: int
    n_unchanged: int
    n_rejected: int
    changed_fields: Mapping[str, int]
    vanished: tuple[str, ...]
    are_vanished_removed: bool
    rejected_by: Mapping[RejectCode, int]
    repaired_by: Mapping[RepairCode, int]
    n_needs_geocoding: int
    first_rejects: tuple[Reject, ...]
    first_repairs: tuple[tuple[int, Repair], ...]


def preview_import(session: ReadingSession, source_file: SourceFile, *, progress: Callable[[int], None] | None = None) -> ImportPreview:
    """
    Return what importing a file would change, as the register is now.

    Parameters
    ----------
    session
        View of the register.
    source_file
        The file.
    progress
        Called with the number of rows read.
    """
    source_id = source_file.spec.source_id
    held = held_list(session.connection, source_id)
    changes: Counter[Change] = Counter()
    fields: Counter[str] = Counter()
    rejected: Counter[RejectCode] = Counter()
    repaired: Counter[RepairCode] = Counter()
    first_rejects: list[Reject] = []
    first_repairs: list[tuple[int, Repair]] = []
    n_needs_geocoding = n_rows = 0
    for n_rows, item in enumerate(source_file.rows(), start=1):
        if progress and n_rows % _PROGRESS_ROWS == 0:
            progress(n_rows)
        if isinstance(item, Reject):
            rejected[item.code] += 1
            first_rejects += [item] if len(first_rejects) < _SHOWN else []
            continue
        change = held.change_of(item.record)
        changes[change] += 1
        if change is Change.CHANGED:
            fields.update(_changed_fields(session, item.record))
        repaired.update(repair.code for repair in item.repairs)
        first_repairs += [(item.row, repair) for repair in item.repairs][: _SHOWN - len(first_repairs)]
        n_needs_geocoding += item.record.values.get("needs_geocoding") is True
    return ImportPreview(
        same_as_batch=batch_of_same(session.connection, source_id, digests_of(source_file)),
        n_rows=n_rows,
        n_new=changes[Change.NEW],
        n_changed=changes[Change.CHANGED],
        n_unchanged=changes[Change.UNCHANGED],
        n_rejected=rejected.total(),
        changed_fields=dict(fields.most_common()),
        vanished=tuple(held.vanished()),
        are_vanished_removed=source_file.spec.is_complete,
        rejected_by=dict(rejected.most_common()),
        repaired_by=dict(repaired.most_common()),
        n_needs_geocoding=n_needs_geocoding,
        first_rejects=tuple(first_rejects),
        first_repairs=tuple(first_repairs),
    )


def _changed_fields(session: ReadingSession, record: AssetRecord) -> list[str]:
    """Return the fields in which a row differs from what is held."""
    is_same_row = (SOURCE_RECORDS.c.source_id == record.text("source_id")) & (SOURCE_RECORDS.c.source_key == record.text("source_key"))
    text, is_gone = session.connection.execute(sa.select(SOURCE_RECORDS.c.record, SOURCE_RECORDS.c.is_gone).where(is_same_row)).one()
    before = record_from_json(text)
    names = sorted({*before.values, *record.values})
    differs = [
        name
        for name in names
        if before.values.get(name) != record.values.get(name) or before.known_from.get(name) != record.known_from.get(name)
    ]
    return [*differs, "is_gone"] if is_gone else differs
