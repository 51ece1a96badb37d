"""Receipts and histories against the audit trail: what the desk says was done must stand there too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import sqlalchemy as sa

from assets_db.store.tables import AUDIT
from window.tables import CASES, DOCUMENTS, EVENTS, HOLDS, OF_A_CASE, PARTIES, RECEIPTS, WAITING


def desk_faults(connection: sa.Connection) -> tuple[str, ...]:
    """Return receipts without their row in the trail, rows without receipt, and cases that are not as their history says."""
    return (*_receipt_faults(connection), *_case_faults(connection))


def _receipt_faults(connection: sa.Connection) -> Iterator[str]:
    """Give what does not fit between receipts and trail."""
    query = sa.select(RECEIPTS, AUDIT.c.hash, AUDIT.c.what, AUDIT.c.action.label("audited"))
    joined = query.join(AUDIT, AUDIT.c.seq == RECEIPTS.c.audit_seq, isouter=True).order_by(RECEIPTS.c.audit_seq)
    known: set[int] = set()
    for row in connection.execute(joined):
        known.add(row.audit_seq)
        what = json.loads(row.what) if row.what else {}
        said = (what.get("case_id"), what.get("state"), what.get("version"), what.get("key"), what.get("request"))
        if row.hash != row.audit_hash or row.audited != f"desk.{row.action}":
            yield f"receipt {row.key} of {row.who} is not in the audit trail"
        elif said != (row.case_id, row.state, row.version, row.key, row.request_digest):
            yield f"receipt {row.key} of {row.who} says something else than the audit trail"
    keyed = sa.select(AUDIT.c.seq).where(AUDIT.c.action.like("desk.%"), AUDIT.c.what.like('%"request":%')).order_by(AUDIT.c.seq)
    yield from (f"audit row {seq} has lost its receipt" for seq in connection.execute(keyed).scalars() if seq not in known)


def _case_faults(connection: sa.Connection) -> Iterator[str]:
    """Give the cases whose history has gaps or ends in another state."""
    counted = (
        sa.select(EVENTS.c.case_id, sa.func.count().label("n"), sa.func.max(EVENTS.c.seq).label("last"))
        .group_by(EVENTS.c.case_id)
        .subquery()
    )
    ends = EVENTS.alias()
    query = (
        sa.select(CASES.c.case_id, CASES.c.state, counted.c.n, counted.c.last, ends.c.state.label("said"))
        .join(counted, counted.c.case_id == CASES.c.case_id, isouter=True)
        .join(ends, (ends.c.case_id == CASES.c.case_id) & (ends.c.seq == counted.c.last), isouter=True)
        .order_by(CASES.c.case_id)
    )
    for row in connection.execute(query):
        if row.n != row.last:
            yield f"case {row.case_id} has lost an event of its history"
        if row.said != row.state:
            yield f"case {row.case_id} is in {row.state}, its history ends in {row.said}"


def stray_rows(connection: sa.Connection) -> Iterator[str]:
    """Give rows of the desk that cannot stand beside the others: without case, held after its end, documents that changed."""
    for table in (*OF_A_CASE, PARTIES):
        if table is not CASES:
            n_lost = _count(connection, table, table.c.case_id.not_in(sa.select(CASES.c.case_id)))
            if n_lost:
                yield f"rows of {table.name} belong to no case: {n_lost}"
    ended = sa.select(CASES.c.case_id).where(sa.not_(CASES.c.is_open))
    n_held = _count(connection, HOLDS, HOLDS.c.is_active, HOLDS.c.case_id.in_(ended))
    if n_held:
        yield f"ended cases hold slots: {n_held}"
    elsewhere = sa.select(CASES.c.case_id).where(CASES.c.state != "SCREENING")
    n_waiting = _count(connection, WAITING, WAITING.c.is_waiting, WAITING.c.case_id.in_(elsewhere))
    if n_waiting:
        yield f"cases wait that are not in SCREENING: {n_waiting}"
    without = sa.select(CASES.c.case_id).where(
        CASES.c.case_id.not_in(sa.select(PARTIES.c.case_id).where(PARTIES.c.org_id == CASES.c.carrier_org))
    )
    for case_id in connection.execute(without.order_by(CASES.c.case_id)).scalars():
        yield f"case {case_id} is not its carrier's to see"
    documents = sa.select(DOCUMENTS.c.case_id, DOCUMENTS.c.seq, DOCUMENTS.c.digest, DOCUMENTS.c.content)
    for row in connection.execute(documents, execution_options={"yield_per": 10}):
        if hashlib.sha256(row.content).hexdigest() != row.digest:
            yield f"document {row.case_id}/{row.seq} is not as it was added"


def _count(connection: sa.Connection, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    """Count rows."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one())
