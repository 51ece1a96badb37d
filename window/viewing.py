"""What a person sees of a case and of an asset, put together from the rows the person may see."""

from __future__ import annotations

import datetime as dt

from assets_db.record import AssetRecord
from assets_db.schema import field_of
from assets_db.store import ReadingSession
from window import case_rows
from window.clock_settings import DatedSettings
from window.clocks import readings
from window.errors import NotFoundError
from window.holding import places_of
from window.machine import case_machine
from window.policy import Person, reach
from window.requests import CaseLine, CaseView, WaitingLine, is_storable
from window.row_security import as_desk, enter


def case_view(session: ReadingSession, person: Person, line: CaseLine, now: dt.datetime, settings: DatedSettings) -> CaseView:
    """Put together what a person may see of a case."""
    connection = session.connection
    with_internal = reach(person.role, "see", "internal") != "nothing"
    history = case_rows.history_of(connection, line.case_id)
    may_act = reach(person.role, "act", "case") != "nothing"
    return CaseView(
        line=line,
        history=history,
        clocks=readings(history, settings, now, is_new_pole=line.is_new_pole),
        actions=case_machine().actions(line.state, person.role) if may_act else (),
        assets=tuple(asset_shown(session, person, one) for one in case_rows.assets_of(connection, line.case_id)),
        area=case_rows.area_of(connection, line.case_id),
        permits=case_rows.permits_in(connection, line.case_id),
        holds=case_rows.holds_in(connection, line.case_id),
        comments=case_rows.comments_in(connection, line.case_id, with_internal=with_internal),
        documents=case_rows.documents_in(connection, line.case_id, with_internal=with_internal),
        waiting=places_shown(session, person, line.case_id),
    )


def places_shown(session: ReadingSession, person: Person, case_id: str) -> tuple[WaitingLine, ...]:
    """Return where a case stands in line, which only the desk itself can count; what the person may see is as before afterwards."""
    as_desk(session.connection)
    found = places_of(session, case_id)
    enter(session.connection, person)
    return found


def asset_shown(session: ReadingSession, person: Person, asset_id: str) -> AssetRecord:
    """
    Return an asset without what the person may not see.

    Raises
    ------
    NotFoundError
        There is no such asset.
    """
    found = session.asset(asset_id) if is_storable(asset_id) else None
    if found is None:
        raise NotFoundError("asset", asset_id)
    if reach(person.role, "see", "restricted fields") == "everything":
        return found.record
    is_shown = {name for name in found.record.values if field_of(name).view == "public"}
    return AssetRecord(
        values={name: value for name, value in found.record.values.items() if name in is_shown},
        known_from={name: one for name, one in found.record.known_from.items() if name in is_shown},
    )
