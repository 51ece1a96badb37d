"""A file into the register, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from assets_db.importing.held import Change, HeldList, batch_of_same, digests_of, held_list
from assets_db.importing.set_aside import Part, rows_set_aside
from assets_db.record import Json
from assets_db.record_json import record_to_json
from assets_db.sources import Reject, SourceFile, SourceRow
from assets_db.store import Register, RegisterError, WritingSession
from assets_db.store.states import NewState, merge_assets, put_assets
from assets_db.store.tables import BATCHES, REJECTS, REPAIRS, SOURCE_RECORDS, SOURCES

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class ImportReceipt:
    """
    What an import did.

    Attributes
    ----------
    batch
        Number of the batch.
    is_new
        ``False`` if this very file was imported last, as this batch; then nothing was done.
    n_rows, n_new, n_changed, n_unchanged, n_rejected, n_vanished
        What the batch holds; ``n_vanished`` counts the tombstones made.
    """

    batch: int
    is_new: bool
    n_rows: int
    n_new: int
    n_changed: int
    n_unchanged: int
    n_rejected: int
    n_vanished: int


def apply_import(
    register: Register,
    source_file: SourceFile,
    *,
    who: str,
    why: str,
    now: dt.datetime,
    progress: Callable[[int], None] | None = None,
) -> ImportReceipt:
    """
    Import a file, all of it or, after any error or interrupt, nothing; a file imported last already changes nothing.

    The file is read to its end first; the register is locked for other writers only while the rows are written.

    Parameters
    ----------
    register
        The register.
    source_file
        The file.
    who, why, now
        For the audit trail.
    progress
        Called with the number of rows written.

    Raises
    ------
    InvalidSourceError
        The file cannot be read to its end.
    RegisterError
        The database refused.
    """
    with register.reading() as session:
        same = batch_of_same(session.connection, source_file.spec.source_id, digests_of(source_file))
        if same is not None:
            return _receipt(session.connection, same, is_new=False)
    with rows_set_aside(source_file.rows()) as parts, register.writing(who=who, why=why, now=now) as session:
        return _apply(session, source_file, parts, progress)


def _apply(
    session: WritingSession, source_file: SourceFile, parts: Iterator[Part], progress: Callable[[int], None] | None
) -> ImportReceipt:
    """Write the rows of a file, unless somebody else did so meanwhile."""
    same = batch_of_same(session.connection, source_file.spec.source_id, digests_of(source_file))
    if same is not None:
        return _receipt(session.connection, same, is_new=False)
    batch = _open_batch(session, source_file)
    held = held_list(session.connection, source_file.spec.source_id)
    counts: Counter[str] = Counter()
    for rows in parts:
        counts.update(_put_rows(session, batch, held, rows))
        if progress:
            progress(counts["rows"])
    counts["vanished"] = _bury(session, held) if source_file.spec.is_complete else 0
    _close_batch(session, source_file, batch, counts)
    return _receipt(session.connection, batch, is_new=True)


def _open_batch(session: WritingSession, source_file: SourceFile) -> int:
    """Write the batch, its counts still 0, and the list if it is new."""
    spec, digests, connection = source_file.spec, digests_of(source_file), session.connection
    terms = {
        "licence": source_file.licence or spec.licence,
        "credit": source_file.credit or spec.credit,
        "is_synthetic": spec.is_synthetic,
    }
    is_own = SOURCES.c.source_id == spec.source_id
    if connection.execute(sa.select(SOURCES.c.source_id).where(is_own)).first():
        connection.execute(SOURCES.update().where(is_own).values(**terms))
    else:
        connection.execute(SOURCES.insert().values(source_id=spec.source_id, first_at=session.now, **terms))
    counts = ("rows", "accepted", "rejected", "new", "changed", "unchanged", "vanished")
    row = {
        "source_id": spec.source_id,
        "at": session.now,
        "who": session.who,
        "why": session.why,
        "file_name": source_file.path.name,
        "file_digest": digests.file_digest,
        "terms_digest": digests.terms_digest,
        "mapping_digest": digests.mapping_digest,
        "file_format": source_file.format,
        "as_of": spec.as_of,
        "is_complete": spec.is_complete,
    }
    made = connection.execute(BATCHES.insert().values(**row, **{f"n_{name}": 0 for name in counts}).returning(BATCHES.c.batch))
    return int(made.scalar_one())


def _put_rows(session: WritingSession, batch: int, held: HeldList, rows: Part) -> Counter[str]:
    """Write a part of the file and return its counts."""
    accepted = [(row, held.change_of(row.record)) for row in rows if isinstance(row, SourceRow)]
    rejects = [row for row in rows if isinstance(row, Reject)]
    new = [row.record for row, change in accepted if change is Change.NEW]
    changed = [row.record for row, change in accepted if change is Change.CHANGED]
    connection = session.connection
    ids = {record.text("source_key"): f"{held.source_id}:{record.text('source_key')}" for record in new}
    put_assets(connection, [NewState(asset_id=ids[record.text("source_key")], record=record) for record in new], session.now)
    said = {"new_batch": batch, "new_imported_at": session.now, "new_is_gone": False, "new_source_id": held.source_id}
    written = [
        said | {"new_source_key": one.text("source_key"), "new_record": record_to_json(one), "new_digest": one.digest()}
        for one in (*new, *changed)
    ]
    if new:
        added = [
            {name.removeprefix("new_"): value for name, value in row.items()} | {"asset_id": ids[str(row["new_source_key"])]}
            for row in written[: len(new)]
        ]
        connection.execute(SOURCE_RECORDS.insert(), added)
    if changed:
        columns = SOURCE_RECORDS.c
        is_same = (columns.source_id == sa.bindparam("new_source_id")) & (columns.source_key == sa.bindparam("new_source_key"))
        fresh: dict[str, sa.BindParameter[object]] = {
            name: sa.bindparam(f"new_{name}") for name in ("batch", "imported_at", "is_gone", "record", "digest")
        }
        connection.execute(SOURCE_RECORDS.update().where(is_same).values(fresh), written[len(new) :])
        merge_assets(connection, sorted({held.records[one.text("source_key")].asset_id for one in changed}), session.now)
    _put_remarks(connection, batch, [row for row, _ in accepted], rejects)
    found = Counter(str(change) for _, change in accepted)
    return found + Counter(rows=len(rows), accepted=len(accepted), rejected=len(rejects))


def _put_remarks(connection: sa.Connection, batch: int, accepted: list[SourceRow], rejects: list[Reject]) -> None:
    """Keep the rejects and repairs with their batch."""
    if rejects:
        names = ("row", "field", "code", "reason", "value")
        connection.execute(REJECTS.insert(), [{"batch": batch} | {name: getattr(one, name) for name in names} for one in rejects])
    repairs = [
        {"batch": batch, "row": row.row, "field": one.field, "code": str(one.code), "before": one.before, "after": one.after}
        for row in accepted
        for one in row.repairs
    ]
    if repairs:
        connection.execute(REPAIRS.insert(), repairs)


def _bury(session: WritingSession, held: HeldList) -> int:
    """Make rows that are gone from a complete list tombstones, and their assets where nothing else speaks of them."""
    vanished = held.vanished()
    for start in range(0, len(vanished), _ROWS_AT_ONCE):
        keys = vanished[start : start + _ROWS_AT_ONCE]
        is_gone = (SOURCE_RECORDS.c.source_id == held.source_id) & SOURCE_RECORDS.c.source_key.in_(keys)
        session.connection.execute(SOURCE_RECORDS.update().where(is_gone).values(is_gone=True))
        merge_assets(session.connection, sorted({held.records[key].asset_id for key in keys}), session.now)
    return len(vanished)


def _close_batch(session: WritingSession, source_file: SourceFile, batch: int, counts: Counter[str]) -> None:
    """Write the counts of a batch, which must add up, and its row of the audit trail."""
    if counts["accepted"] + counts["rejected"] != counts["rows"]:
        raise RegisterError(f"accepted and rejected rows must add up to {counts['rows']}, got {counts['accepted']} + {counts['rejected']}")
    names = ("rows", "accepted", "rejected", "new", "changed", "unchanged", "vanished")
    found = {f"n_{name}": counts[name] for name in names}
    session.connection.execute(BATCHES.update().where(BATCHES.c.batch == batch).values(**found))
    what: dict[str, Json] = {
        "batch": batch,
        "source_id": source_file.spec.source_id,
        "file_name": source_file.path.name,
        "digest": source_file.digest,
    }
    session.audit("import", {**what, **found})


def _receipt(connection: sa.Connection, batch: int, *, is_new: bool) -> ImportReceipt:
    """Return the receipt of a batch as it stands in the register."""
    row = connection.execute(sa.select(BATCHES).where(BATCHES.c.batch == batch)).one()
    return ImportReceipt(
        batch=batch,
        is_new=is_new,
        n_rows=row.n_rows,
        n_new=row.n_new,
        n_changed=row.n_changed,
        n_unchanged=row.n_unchanged,
        n_rejected=row.n_rejected,
        n_vanished=row.n_vanished,
    )
