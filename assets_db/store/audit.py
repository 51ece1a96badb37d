"""The audit trail: rows that only ever get more, each bound to the one before by its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from assets_db.record import Json
from assets_db.store.tables import AUDIT

_NONE_BEFORE = "0" * 64


@dataclass(frozen=True, kw_only=True)
class AuditHead:
    """The last row of the trail: its number and hash; number 0 for an empty trail."""

    seq: int
    hash: str


def audit_head(connection: sa.Connection) -> AuditHead:
    """Return the head of the trail, to be kept outside the database: a chain alone does not show that its end was cut."""
    last = connection.execute(sa.select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)).first()
    return AuditHead(seq=last.seq, hash=last.hash) if last else AuditHead(seq=0, hash=_NONE_BEFORE)


def append_audit(connection: sa.Connection, *, at: dt.datetime, who: str, action: str, what: Mapping[str, Json], why: str) -> AuditHead:
    """Append a row within the writer's transaction and return the new head."""
    head = audit_head(connection)
    row = {
        "seq": head.seq + 1,
        "at": at,
        "who": who,
        "action": action,
        "what": json.dumps(what, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False),
        "why": why,
        "prev_hash": head.hash,
    }
    digest = _hash(row)
    connection.execute(AUDIT.insert().values(**row, hash=digest))
    return AuditHead(seq=head.seq + 1, hash=digest)


def audit_faults(connection: sa.Connection, *, known_head: AuditHead | None = None) -> tuple[str, ...]:
    """
    Return what is wrong with the trail, empty if nothing is.

    Parameters
    ----------
    connection
        A connection within a transaction.
    known_head
        A head exported earlier: it must still be there.
    """
    faults: list[str] = []
    previous = AuditHead(seq=0, hash=_NONE_BEFORE)
    is_known_seen = known_head is None or known_head == previous
    for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.seq), execution_options={"yield_per": 1000}).mappings():
        if row["seq"] != previous.seq + 1:
            faults.append(f"audit row {previous.seq + 1} must be there, found {row['seq']} next")
        if row["prev_hash"] != previous.hash:
            faults.append(f"audit row {row['seq']} does not follow from the row before")
        if row["hash"] != _hash({str(name): value for name, value in row.items()}):
            faults.append(f"audit row {row['seq']} was changed")
        previous = AuditHead(seq=row["seq"], hash=row["hash"])
        is_known_seen = is_known_seen or previous == known_head
    if not is_known_seen and known_head is not None:
        faults.append(f"audit row {known_head.seq} with the hash of the exported head is gone")
    return tuple(faults)


def _hash(row: Mapping[str, object]) -> str:
    """Return the hash of a row, the one of the row before included."""
    at = row["at"]
    said = {name: row[name] for name in ("seq", "who", "action", "what", "why", "prev_hash")}
    said["at"] = at.astimezone(dt.UTC).isoformat() if isinstance(at, dt.datetime) else str(at)
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
