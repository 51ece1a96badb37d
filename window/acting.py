"""Actions on cases: checked against the table of states, done whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import sqlalchemy as sa

from assets_db.store import WritingSession
from window.case_rows import assets_of, find_case, history_of, permits_in
from window.clock_settings import DatedSettings
from window.clocks import case_due_on, readings
from window.errors import ActionNotAllowedError, InvalidRequestError, StaleCaseError
from window.events import CaseEvent
from window.guards import Situation, broken_rule
from window.handover import check_as_built, put_into_service, take_out_of_service
from window.holding import cap_left, free_slot, is_lost, next_in_line, release_slots, take_slots, waiting_assets
from window.machine import Row, case_machine, permit_machine
from window.opening import refuse_past, write_event
from window.permits import permits_of
from window.policy import SYSTEM, Person, demand
from window.receipts import earlier_receipt, write_receipt
from window.requests import Act, CaseLine, Receipt, request_digest
from window.row_security import as_desk
from window.tables import CASES, PERMITS
from window.working_days import open_day_after


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A case at the moment of an action."""

    session: WritingSession
    settings: DatedSettings
    case: CaseLine
    history: tuple[CaseEvent, ...]
    request: CaseEvent

    @property
    def today(self) -> dt.date:
        """Day at the offices."""
        return self.settings.local_day(self.session.now)


def act(session: WritingSession, asking: Person, case_id: str, request: Act, *, key: str, settings: DatedSettings) -> Receipt:
    """
    Do an action on a case and return its receipt.

    Raises
    ------
    NotFoundError
        There is no such case for this person.
    StaleCaseError
        The case changed since the person saw it.
    ActionNotAllowedError
        The state, the role or a guard stands against it.
    InvalidRequestError
        It would happen before what happened last.
    """
    demand(asking, "act", "case")
    digest = request_digest("act", case_id, request.action, request.why, dict(request.detail), request.expected_version)
    earlier = earlier_receipt(session, key, digest)
    if earlier:
        return earlier
    case = find_case(session.connection, asking, case_id, "act")
    if request.expected_version is not None and request.expected_version != case.version:
        raise StaleCaseError(case_id, request.expected_version, case.version)
    as_desk(session.connection)
    row = case_machine().row(case.state, request.action, asking.role)
    moment = _moment(session, asking, case, request, row=row, settings=settings)
    rule = broken_rule(row.guard, situation_of(moment, row))
    if rule:
        others = tuple(name for name in case_machine().actions(case.state, asking.role) if name != request.action)
        raise ActionNotAllowedError(request.action, rule, others)
    return _do(moment, row, key, digest)


def _moment(session: WritingSession, asking: Person, case: CaseLine, request: Act, *, row: Row, settings: DatedSettings) -> Moment:
    """Return the case with its history and the action as it would be written down."""
    refuse_past(session.now, case)
    event = CaseEvent(
        at=session.now, action=row.action, state=row.next, role=asking.role, who=asking.person_id, why=request.why, detail=request.detail
    )
    return Moment(session=session, settings=settings, case=case, history=history_of(session.connection, case.case_id), request=event)


def situation_of(moment: Moment, row: Row) -> Situation:
    """Return what the guards of a row may look at; what none of them asks for is not computed."""
    session, case = moment.session, moment.case
    shown = readings(moment.history, moment.settings, session.now, is_new_pole=case.is_new_pole)
    effects = row.effects()
    asset_ids = assets_of(session.connection, case.case_id)
    rules = moment.settings.on(moment.today)
    wanted = set(row.guard)
    situation = Situation(
        request=moment.request,
        today=moment.today,
        clocks={one.name: one for one in shown},
        clock=effects[0][1] if effects else "",
        n_assets=len(asset_ids),
        survey_day=survey_day_of(moment.history),
        notice_from=open_day_after(moment.today, rules.notice_working_days) if "notice_early" in wanted else None,
    )
    if "slots_free" in wanted:
        situation = replace(
            situation,
            lost_assets=tuple(one for one in asset_ids if is_lost(session, one)),
            full_assets=tuple(one for one in asset_ids if free_slot(session, one) is None),
            cap_left=cap_left(session, case.case_id, case.carrier_org, rules.holds_per_carrier_and_zone),
        )
    if "turn_come" in wanted and moment.request.role != "system":  # the desk itself goes through the line in order
        situation = replace(situation, taken_turns=_taken_turns(moment, asset_ids))
    if "permits_granted" in wanted:
        still = [one for one in permits_in(session.connection, case.case_id) if one.state not in {"GRANTED", "NOT_NEEDED"}]
        situation = replace(situation, open_permits=tuple(f"{one.permit} for {one.asset_id} ({one.state})" for one in still))
    return situation


def survey_day_of(history: Sequence[CaseEvent]) -> dt.date | None:
    """Return the day agreed for the survey, if any."""
    days = [event.detail["day"] for event in history if event.action == "set_dates"]
    return dt.date.fromisoformat(days[-1]) if days else None


def _do(moment: Moment, row: Row, key: str, digest: str) -> Receipt:
    """Write down an action that is allowed, with what follows from it."""
    session, case = moment.session, moment.case
    after = (*moment.history, moment.request)
    shown = readings(after, moment.settings, session.now, is_new_pole=case.is_new_pole)
    is_open = not case_machine().state(row.next).is_final
    version = case.version + 1
    values = {"state": row.next, "is_open": is_open, "due_on": case_due_on(shown), "changed_at": session.now, "version": version}
    session.connection.execute(CASES.update().where(CASES.c.case_id == case.case_id).values(**values))
    write_event(session, case.case_id, len(after), moment.request)
    follow = _FOLLOWS.get(row.action)
    if follow:
        follow(moment)
    receipt = write_receipt(session, key, digest, case_id=case.case_id, action=row.action, state=row.next, version=version, what={})
    if not is_open or row.action == "accept_handover":
        promote(session, release_slots(session, case.case_id), moment.settings)
    return receipt


def promote(session: WritingSession, freed: Sequence[str], settings: DatedSettings) -> tuple[str, ...]:
    """Give slots set free to the cases that wait for them, the first come first; return those that hold now."""
    held: list[str] = []
    for case_id in next_in_line(session, freed) if freed else ():
        moment, row = _turn(session, case_id, settings)
        if not broken_rule(row.guard, situation_of(moment, row)):
            version = moment.case.version
            _do(moment, row, f"{case_id}:{version}:hold", request_digest("promote", case_id, version))
            held.append(case_id)
    return tuple(held)


def _turn(session: WritingSession, case_id: str, settings: DatedSettings) -> tuple[Moment, Row]:
    """
    Return a case that waits at the moment the desk itself would let it hold.

    It is not the act of the one who set the slot free: receipt and reason are the desk's own, and a clock that is behind the last
    change of the case that waits is no fault of either.
    """
    case = find_case(session.connection, SYSTEM, case_id, "act")
    row = case_machine().row(case.state, "hold", "system")
    request = Act(action="hold", why="first on the waiting list")
    own = replace(session, who=SYSTEM.person_id, why=request.why, now=max(session.now, case.changed_at))
    return _moment(own, SYSTEM, case, request, row=row, settings=settings), row


def _taken_turns(moment: Moment, asset_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the assets of a case for which another waits that came first and could hold now."""
    session, taken = moment.session, set[str]()
    for case_id in next_in_line(session, asset_ids):
        if case_id == moment.case.case_id:
            break
        first, row = _turn(session, case_id, moment.settings)
        if not broken_rule(row.guard, situation_of(first, row)):
            taken |= set(assets_of(session.connection, case_id))
    return tuple(one for one in asset_ids if one in taken)


def _hold(moment: Moment) -> None:
    take_slots(moment.session, moment.case.case_id, moment.case.carrier_org)


def _derive_permits(moment: Moment) -> None:
    """Write down the permits each asset needs, as the rules of the day say."""
    for asset_id in assets_of(moment.session.connection, moment.case.case_id):
        found = moment.session.asset(asset_id)
        for permit in permits_of(found.record, moment.today) if found else ():
            values = {"case_id": moment.case.case_id, "asset_id": asset_id, "permit": permit, "state": permit_machine().first}
            moment.session.connection.execute(PERMITS.insert().values(**values))


def _check_handed_over(moment: Moment) -> None:
    check_as_built(moment.request.detail["as_built"], assets_of(moment.session.connection, moment.case.case_id))


def _into_service(moment: Moment) -> None:
    given = [event.detail["as_built"] for event in moment.history if event.action == "hand_over"][-1]
    asset_ids = assets_of(moment.session.connection, moment.case.case_id)
    put_into_service(moment.session, moment.case.carrier_org, asset_ids, check_as_built(given, asset_ids))


def _out_of_service(moment: Moment) -> None:
    asset_ids = assets_of(moment.session.connection, moment.case.case_id)
    take_out_of_service(moment.session, moment.case.carrier_org, asset_ids)
    promote(moment.session, asset_ids, moment.settings)


Follow: TypeAlias = Callable[[Moment], None]

_FOLLOWS: Mapping[str, Follow] = MappingProxyType(
    {
        "hold": _hold,
        "accept": _derive_permits,
        "hand_over": _check_handed_over,
        "accept_handover": _into_service,
        "restore": _out_of_service,
    }
)


def run_daily(session: WritingSession, asking: Person, settings: DatedSettings) -> tuple[Receipt, ...]:
    """
    Let cases expire whose hold or time to complete has passed, and give what is free to those who wait.

    Slots are also free without an end of a hold: where a cap kept the first in line from holding, or an asset takes more carriers
    than before. A case that cannot be let go on now does not hold up the others.
    """
    demand(asking, "start", "daily run")
    as_desk(session.connection)
    own = replace(session, who=SYSTEM.person_id)
    states = [row.state for row in case_machine().rows if row.action == "expire"]
    due = sa.select(CASES.c.case_id).where(CASES.c.state.in_(states), CASES.c.due_on < settings.local_day(session.now))
    done: list[Receipt] = []
    for case_id in session.connection.execute(due.order_by(CASES.c.due_on, CASES.c.case_id)).scalars().all():
        case = find_case(session.connection, SYSTEM, case_id, "act")
        key = f"{case_id}:{case.version}:expire"
        try:
            with session.connection.begin_nested():
                done.append(act(own, SYSTEM, case_id, Act(action="expire", why="time has passed"), key=key, settings=settings))
        except (ActionNotAllowedError, InvalidRequestError):
            continue  # due for another reason, such as the dates of a survey, or changed after the moment of this run
    promote(session, waiting_assets(session), settings)
    return tuple(done)
