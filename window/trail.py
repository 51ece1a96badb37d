"""Receipts and histories against the audit trail: what the desk says was done must stand there too."""

from __future__ import annotations

import json
from collections.abc import Iterator

import sqlalchemy as sa

from assets_db.store.tables import AUDIT
from window.tables import CASES, EVENTS, RECEIPTS


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
