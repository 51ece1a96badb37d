"""New cases."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from assets_db.record import Json
from assets_db.store import WritingSession
from window.clock_settings import DatedSettings
from window.clocks import case_due_on, readings
from window.errors import InvalidRequestError, NotFoundError
from window.events import CaseEvent
from window.holding import is_lost
from window.machine import case_machine
from window.people import answering
from window.policy import Person, demand
from window.receipts import earlier_receipt, write_receipt
from window.requests import CaseLine, OpenRequest, Receipt, request_digest
from window.row_security import as_desk
from window.tables import AREAS, CASE_ASSETS, CASES, EVENTS, ORGANISATIONS, PARTIES


def open_case(session: WritingSession, asking: Person, request: OpenRequest, key: str, settings: DatedSettings) -> Receipt:
    """
    Open a case and return its receipt.

    Raises
    ------
    NotAllowedError
        The role opens no cases.
    InvalidRequestError
        An asset is unknown, gone or retired, or the carrier is none.
    """
    reach = demand(asking, "open", "case")
    digest = request_digest("open", request)
    earlier = earlier_receipt(session, key, digest)
    if earlier:
        return earlier
    if reach == "own" and request.carrier_org not in {"", asking.org_id}:
        raise NotFoundError("organisation", request.carrier_org)
    carrier = asking.org_id if reach == "own" else request.carrier_org
    as_desk(session.connection)
    _demand_carrier(session, carrier)
    case_id = _next_id(session, settings)
    first = case_machine().first
    event = CaseEvent(at=session.now, action="open", state=first, role=asking.role, who=asking.person_id)
    due_on = case_due_on(readings([event], settings, session.now, is_new_pole=request.is_new_pole))
    session.connection.execute(
        CASES.insert().values(
            case_id=case_id,
            title=request.title,
            carrier_org=carrier,
            state=first,
            is_open=True,
            is_new_pole=request.is_new_pole,
            opened_at=session.now,
            changed_at=session.now,
            due_on=due_on,
            version=1,
            is_synthetic=request.is_synthetic,
        )
    )
    parties = _name_assets(session, case_id, request.asset_ids)
    for org_id, why in {**parties, carrier: "carrier"}.items():
        session.connection.execute(PARTIES.insert().values(org_id=org_id, case_id=case_id, why=why))
    if request.area:
        box = request.area
        session.connection.execute(AREAS.insert().values(case_id=case_id, west=box.west, south=box.south, east=box.east, north=box.north))
    write_event(session, case_id, 1, event)
    what: dict[str, Json] = {"carrier_org": carrier, "assets": list[Json](request.asset_ids)}
    return write_receipt(session, key, digest, case_id=case_id, action="open", state=first, version=1, what=what)


def refuse_past(now: dt.datetime, case: CaseLine) -> None:
    """
    Refuse a change before the last one.

    Raises
    ------
    InvalidRequestError
        The clock of the one who asks is behind.
    """
    if now < case.changed_at:
        raise InvalidRequestError("now", f"must not be before {case.changed_at.isoformat()}, when the case changed last", now.isoformat())


def write_event(session: WritingSession, case_id: str, seq: int, event: CaseEvent) -> None:
    """Add what happened to the history of a case."""
    values = {"at": event.at, "action": event.action, "state": event.state, "role": event.role, "who": event.who, "why": event.why}
    session.connection.execute(EVENTS.insert().values(case_id=case_id, seq=seq, detail=dict(event.detail), **values))


def _demand_carrier(session: WritingSession, org_id: str) -> None:
    """Refuse a case for one that is no carrier."""
    query = sa.select(ORGANISATIONS.c.org_id).where(ORGANISATIONS.c.org_id == org_id, ORGANISATIONS.c.role == "carrier")
    if session.connection.execute(query).first() is None:
        raise InvalidRequestError("carrier_org", "must be a carrier the desk knows", org_id)


def _next_id(session: WritingSession, settings: DatedSettings) -> str:
    """Return the next number of the year."""
    head = f"C-{settings.local_day(session.now).year}-"
    last = session.connection.execute(sa.select(sa.func.max(CASES.c.case_id)).where(CASES.c.case_id.between(head, head + "9" * 9))).scalar()
    return f"{head}{int(last[len(head) :]) + 1 if last else 1:06d}"


def _name_assets(session: WritingSession, case_id: str, asset_ids: tuple[str, ...]) -> dict[str, str]:
    """Write down the assets of a case and return the organisations that answer for them."""
    parties: dict[str, str] = {}
    for asset_id in asset_ids:
        found = session.asset(asset_id)
        if found is None or is_lost(session, asset_id):
            raise InvalidRequestError("asset_ids", "must be assets the register holds, not gone or retired", asset_id)
        record = found.record
        zone = record.text("lg_code") or "?"
        place = {"lat": record.number("lat"), "lon": record.number("lon")}
        session.connection.execute(CASE_ASSETS.insert().values(case_id=case_id, asset_id=asset_id, zone=zone, **place))
        parties |= dict.fromkeys(answering(session.connection, record), "answers for an asset")
    return parties
