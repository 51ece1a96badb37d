"""Receipts: each request is done once, however often it is sent, and leaves one row in the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from assets_db.record import Json
from assets_db.store import WritingSession
from window.errors import KeyReusedError
from window.requests import Receipt, checked_text
from window.tables import RECEIPTS


def earlier_receipt(session: WritingSession, key: str, digest: str) -> Receipt | None:
    """
    Return the receipt of a request that was already done.

    Raises
    ------
    KeyReusedError
        The key was used for something else.
    """
    checked_text("key", key, is_needed=True, longest=200, is_line=True)
    row = session.connection.execute(sa.select(RECEIPTS).where(RECEIPTS.c.who == session.who, RECEIPTS.c.key == key)).first()
    if row is None:
        return None
    if row.request_digest != digest:
        raise KeyReusedError(key)
    return Receipt(
        key=row.key,
        case_id=row.case_id,
        action=row.action,
        state=row.state,
        version=row.version,
        at=row.at,
        audit_seq=row.audit_seq,
        audit_hash=row.audit_hash,
    )


def write_receipt(
    session: WritingSession, key: str, digest: str, *, case_id: str, action: str, state: str, version: int, what: Mapping[str, Json]
) -> Receipt:
    """Append a request to the audit trail and return its receipt, in the transaction that does it."""
    head = session.audit(f"desk.{action}", {"case_id": case_id, "state": state, "version": version, "key": key, "request": digest, **what})
    at = session.now.astimezone(dt.UTC)
    receipt = Receipt(
        key=key, case_id=case_id, action=action, state=state, version=version, at=at, audit_seq=head.seq, audit_hash=head.hash
    )
    values = {name: getattr(receipt, name) for name in Receipt.__dataclass_fields__}
    session.connection.execute(RECEIPTS.insert().values(who=session.who, request_digest=digest, **values))
    return receipt
