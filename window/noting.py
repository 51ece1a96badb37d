"""What people add to a case beside actions: remarks, documents, parties, a place on the waiting list."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from assets_db.record import Json
from assets_db.store import ReadingSession, WritingSession
from window.case_rows import assets_of, find_case
from window.documents import media_type_of
from window.errors import ActionNotAllowedError, InvalidRequestError, NotFoundError
from window.events import CaseEvent
from window.holding import join_list
from window.opening import refuse_past, write_event
from window.policy import Person, demand, reach
from window.receipts import earlier_receipt, write_receipt
from window.requests import CaseLine, Receipt, checked_text, request_digest
from window.row_security import as_desk
from window.tables import CASES, COMMENTS, DOCUMENTS, EVENTS, ORGANISATIONS, PARTIES

_MOST_DOCUMENTS = 2**31
"""Numbers beyond it no database takes."""


def touch(session: WritingSession, case: CaseLine) -> tuple[int, int]:
    """Count a change of a case; return its new version and the number of its next event."""
    refuse_past(session.now, case)
    values = {"changed_at": session.now, "version": case.version + 1}
    session.connection.execute(CASES.update().where(CASES.c.case_id == case.case_id).values(**values))
    last = session.connection.execute(sa.select(sa.func.max(EVENTS.c.seq)).where(EVENTS.c.case_id == case.case_id)).scalar_one()
    return case.version + 1, int(last) + 1


def _note(session: WritingSession, asking: Person, case: CaseLine, action: str, detail: dict[str, str]) -> int:
    """Write down that something was added, and return the new version."""
    version, seq = touch(session, case)
    event = CaseEvent(at=session.now, action=action, state=case.state, role=asking.role, who=asking.person_id, detail=detail)
    write_event(session, case.case_id, seq, event)
    return version


def wait(session: WritingSession, asking: Person, case_id: str, key: str) -> Receipt:
    """
    Put a case on the waiting list of its assets.

    Raises
    ------
    ActionNotAllowedError
        It is not in screening, or names no asset.
    """
    demand(asking, "join", "waiting")
    digest = request_digest("wait", case_id)
    earlier = earlier_receipt(session, key, digest)
    if earlier:
        return earlier
    case = find_case(session.connection, asking, case_id, "join", "waiting")
    as_desk(session.connection)
    asset_ids = assets_of(session.connection, case_id)
    if case.state != "SCREENING" or not asset_ids:
        raise ActionNotAllowedError("wait", f"only a case in SCREENING that names an asset may wait; it is in {case.state}")
    join_list(session, case_id, asset_ids)
    version = _note(session, asking, case, "wait", {})
    return write_receipt(session, key, digest, case_id=case_id, action="wait", state=case.state, version=version, what={})


def assign(session: WritingSession, asking: Person, case_id: str, org_id: str, key: str) -> Receipt:
    """
    Make an organisation party to a case; never a second carrier.

    Raises
    ------
    InvalidRequestError
        It is a carrier, or nobody the desk knows.
    """
    demand(asking, "assign", "case")
    checked_text("org_id", org_id, is_line=True)
    digest = request_digest("assign", case_id, org_id)
    earlier = earlier_receipt(session, key, digest)
    if earlier:
        return earlier
    case = find_case(session.connection, asking, case_id, "assign")
    as_desk(session.connection)
    role = session.connection.execute(sa.select(ORGANISATIONS.c.role).where(ORGANISATIONS.c.org_id == org_id)).scalar()
    if role not in {"bureau", "municipal", "owner", "expert"}:
        raise InvalidRequestError("org_id", "must be a bureau, municipality, owner or organisation of experts", org_id)
    is_party = (PARTIES.c.org_id == org_id) & (PARTIES.c.case_id == case_id)
    if session.connection.execute(PARTIES.update().where(is_party).values(why="assigned")).rowcount == 0:
        session.connection.execute(PARTIES.insert().values(org_id=org_id, case_id=case_id, why="assigned"))
    version = _note(session, asking, case, "assign", {"org_id": org_id})
    return write_receipt(session, key, digest, case_id=case_id, action="assign", state=case.state, version=version, what={"org_id": org_id})


def comment(session: WritingSession, asking: Person, case_id: str, text: str, key: str, *, is_internal: bool) -> Receipt:
    """Add a remark: internal to the offices, or to the carrier as well."""
    demand(asking, "add", "comment")
    if is_internal:
        demand(asking, "add", "internal")
    checked_text("text", text, is_needed=True)
    digest = request_digest("comment", case_id, text, is_internal)
    earlier = earlier_receipt(session, key, digest)
    if earlier:
        return earlier
    case = find_case(session.connection, asking, case_id, "add", "comment")
    as_desk(session.connection)
    seq = _next_seq(session, COMMENTS, case_id)
    values = {"at": session.now, "who": asking.person_id, "text": text, "is_internal": is_internal}
    session.connection.execute(COMMENTS.insert().values(case_id=case_id, seq=seq, **values))
    said = {"case_id": case_id, "action": "comment", "state": case.state}
    return write_receipt(session, key, digest, version=case.version, what={"is_internal": is_internal}, **said)


def add_document(
    session: WritingSession, asking: Person, case_id: str, name: str, content: bytes, *, key: str, is_internal: bool
) -> Receipt:
    """
    Add a document, its type told from its content.

    Raises
    ------
    InvalidRequestError
        It is empty, too large, or of a type the desk does not take.
    """
    demand(asking, "add", "document")
    if is_internal:
        demand(asking, "add", "internal")
    checked_text("name", name, is_needed=True, longest=200, is_line=True)
    media_type = media_type_of(name, content)
    content_digest = hashlib.sha256(content).hexdigest()
    digest = request_digest("document", case_id, name, content_digest, is_internal)
    earlier = earlier_receipt(session, key, digest)
    if earlier:
        return earlier
    case = find_case(session.connection, asking, case_id, "add", "document")
    as_desk(session.connection)
    seq = _next_seq(session, DOCUMENTS, case_id)
    values = {"name": name, "media_type": media_type, "digest": content_digest, "content": content, "is_internal": is_internal}
    session.connection.execute(DOCUMENTS.insert().values(case_id=case_id, seq=seq, at=session.now, who=asking.person_id, **values))
    said = {"case_id": case_id, "action": "document", "state": case.state}
    what: dict[str, Json] = {"seq": seq, "digest": content_digest, "is_internal": is_internal}
    return write_receipt(session, key, digest, version=case.version, what=what, **said)


def document(session: ReadingSession, asking: Person, case_id: str, seq: int) -> bytes:
    """
    Return the content of a document.

    Raises
    ------
    NotFoundError
        There is none for this person.
    InvalidRequestError
        The content is not what was added.
    """
    find_case(session.connection, asking, case_id, "see", "document")
    query = sa.select(DOCUMENTS).where(DOCUMENTS.c.case_id == case_id, DOCUMENTS.c.seq == seq)
    row = session.connection.execute(query).first() if 0 < seq < _MOST_DOCUMENTS else None
    if row is None or (row.is_internal and reach(asking.role, "see", "internal") == "nothing"):
        raise NotFoundError("document", f"{case_id}/{seq}")
    content = bytes(row.content)
    if hashlib.sha256(content).hexdigest() != row.digest:
        raise InvalidRequestError("document", "must be as it was added: its hash does not fit", f"{case_id}/{seq}")
    return content


def _next_seq(session: WritingSession, table: sa.Table, case_id: str) -> int:
    """Return the next number of what belongs to a case."""
    last = session.connection.execute(sa.select(sa.func.max(table.c.seq)).where(table.c.case_id == case_id)).scalar()
    return int(last or 0) + 1
