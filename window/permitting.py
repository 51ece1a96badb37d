"""Actions on the permits of a case, which run beside its review."""

from __future__ import annotations

import sqlalchemy as sa

from assets_db.record import Json
from assets_db.store import WritingSession
from window.case_rows import find_case, permits_in
from window.errors import ActionNotAllowedError, NotFoundError, StaleCaseError
from window.events import CaseEvent
from window.guards import Situation, broken_rule
from window.machine import permit_machine
from window.noting import touch
from window.opening import write_event
from window.people import answering
from window.policy import Person, demand
from window.receipts import earlier_receipt, write_receipt
from window.requests import Act, Receipt, request_digest
from window.row_security import as_desk
from window.tables import PARTIES, PERMITS


def act_on_permit(session: WritingSession, asking: Person, case_id: str, permit_key: tuple[str, str], request: Act, *, key: str) -> Receipt:
    """
    Do an action on a permit and return its receipt.

    Parameters
    ----------
    session, asking, case_id
        Who, where.
    permit_key
        Asset and permit.
    request
        The action, as in the table of permits.
    key
        Key of the request.

    Raises
    ------
    ActionNotAllowedError
        The case is not in review, the permit's state, the role or a guard stands against it, or the office answers for another asset
        of the case only.
    StaleCaseError
        The case changed since the person saw it.
    NotFoundError
        The case needs no such permit, or is not there for this person.
    """
    demand(asking, "act", "permit")
    seen = () if request.expected_version is None else (request.expected_version,)
    digest = request_digest("permit", case_id, permit_key, request.action, request.why, dict(request.detail), *seen)
    earlier = earlier_receipt(session, key, digest)
    if earlier:
        return earlier
    case = find_case(session.connection, asking, case_id, "act", "permit")
    if request.expected_version not in {None, case.version}:
        raise StaleCaseError(case_id, request.expected_version or 0, case.version)
    if case.state != "REVIEW":
        raise ActionNotAllowedError(request.action, f"permits are decided in REVIEW, the case is in {case.state}")
    as_desk(session.connection)
    found = next((one for one in permits_in(session.connection, case_id) if (one.asset_id, one.permit) == permit_key), None)
    if found is None:
        raise NotFoundError("permit", " for ".join(reversed(permit_key)))
    row = permit_machine().row(found.state, request.action, asking.role)
    _refuse_others(session, asking, case_id, found.asset_id, request.action)
    detail = {**request.detail, "permit": found.permit, "asset": found.asset_id, "permit_state": row.next}
    event = CaseEvent(
        at=session.now, action=row.action, state=case.state, role=asking.role, who=asking.person_id, why=request.why, detail=detail
    )
    rule = broken_rule(row.guard, Situation(request=event, today=session.now.date(), clocks={}))
    if rule:
        raise ActionNotAllowedError(request.action, rule, permit_machine().actions(found.state, asking.role))
    is_it = (PERMITS.c.case_id == case_id) & (PERMITS.c.asset_id == found.asset_id) & (PERMITS.c.permit == found.permit)
    session.connection.execute(PERMITS.update().where(is_it).values(state=row.next))
    version, seq = touch(session, case)
    write_event(session, case_id, seq, event)
    what: dict[str, Json] = {"permit": found.permit, "asset_id": found.asset_id}
    return write_receipt(session, key, digest, case_id=case_id, action=row.action, state=case.state, version=version, what=what)


def _refuse_others(session: WritingSession, asking: Person, case_id: str, asset_id: str, action: str) -> None:
    """Let an office decide on the assets it answers for, on others only where the window has assigned it to the case."""
    if asking.role not in {"bureau", "municipal", "owner"}:
        return
    found = session.asset(asset_id)
    if found and asking.org_id in answering(session.connection, found.record):
        return
    is_party = (PARTIES.c.case_id == case_id) & (PARTIES.c.org_id == asking.org_id) & (PARTIES.c.why == "assigned")
    if session.connection.execute(sa.select(PARTIES.c.org_id).where(is_party)).first() is None:
        raise ActionNotAllowedError(action, f"another office answers for {asset_id}; the window may assign yours to the case")
