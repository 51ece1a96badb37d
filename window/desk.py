"""The desk: everything people do with cases, each call knowing who asks. The one door to the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import sqlalchemy as sa

from assets_db.record import AssetRecord
from assets_db.store import AuditHead, ReadingSession, RegisterError, WritingSession, open_register
from assets_db.store.database import engine_of, transaction
from window import acting, case_rows, figures, likeness, messages, noting, opening, people, permitting, trail, viewing
from window.case_rows import CaseFilter, CasePlace
from window.clock_settings import DatedSettings, default_settings
from window.errors import DeskError, InvalidRequestError, NotFoundError
from window.figures import WeeklyFigures
from window.likeness import Likeness
from window.messages import Draft
from window.people import Organisation
from window.permits import SharingVerdict, sharing_check
from window.policy import SYSTEM, Person, demand
from window.requests import Act, CaseLine, CaseView, OpenRequest, Outcome, Receipt, TermAlert
from window.row_security import as_desk, enter
from window.schema import migrate_up, newest_version, version_of

_NOT_SEEN: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Desk:
    """
    A desk in the database of a register.

    Attributes
    ----------
    engine
        Where.
    settings
        Durations and caps.
    """

    engine: sa.Engine
    settings: DatedSettings = field(default_factory=default_settings)

    @contextmanager
    def reading(self, asking: str) -> Iterator[tuple[ReadingSession, Person]]:
        """Open one consistent view for a person."""
        with transaction(self.engine, writes=False) as connection:
            person = people.find_person(connection, asking)
            enter(connection, person)
            yield ReadingSession(connection=connection), person

    @contextmanager
    def writing(self, asking: str, now: dt.datetime, why: str = "") -> Iterator[tuple[WritingSession, Person]]:
        """Open a transaction of a person: kept whole at the end, or not at all."""
        self.settings.local_day(now)
        with transaction(self.engine, writes=True) as connection:
            person = SYSTEM if asking == SYSTEM.person_id else people.find_person(connection, asking)
            enter(connection, person)
            yield WritingSession(connection=connection, who=asking, why=why, now=now), person

    def open_case(self, request: OpenRequest, *, asking: str, key: str, now: dt.datetime) -> Receipt:
        """Open a case."""
        with self.writing(asking, now, request.title) as (session, person):
            return opening.open_case(session, person, request, key, self.settings)

    def act(self, case_id: str, request: Act, *, asking: str, key: str, now: dt.datetime) -> Receipt:
        """Do an action on a case."""
        _refuse_system(asking)
        with self.writing(asking, now, request.why) as (session, person):
            return acting.act(session, person, case_id, request, key=key, settings=self.settings)

    def act_on_many(
        self, case_ids: Sequence[str], request: Act, *, asking: str, key: str, now: dt.datetime, seen: Mapping[str, int] = _NOT_SEEN
    ) -> tuple[Outcome, ...]:
        """
        Do the same action on several cases, each by itself: one that is refused does not hold up the others.

        ``seen`` gives the version of each case the person saw; one that has changed since is refused.
        """
        requests = {case_id: replace(request, expected_version=seen.get(case_id, request.expected_version)) for case_id in case_ids}
        return tuple(self._outcome(case_id, one, asking, f"{key}:{case_id}", now) for case_id, one in requests.items())

    def _outcome(self, case_id: str, request: Act, asking: str, key: str, now: dt.datetime) -> Outcome:
        """Try an action on one of several cases."""
        try:
            return Outcome(case_id=case_id, receipt=self.act(case_id, request, asking=asking, key=key, now=now))
        except DeskError as error:
            return Outcome(case_id=case_id, error=error)

    def wait(self, case_id: str, *, asking: str, key: str, now: dt.datetime) -> Receipt:
        """Put a case in screening on the waiting list of its assets."""
        with self.writing(asking, now) as (session, person):
            return noting.wait(session, person, case_id, key)

    def act_on_permit(self, case_id: str, asset_id: str, permit: str, request: Act, *, asking: str, key: str, now: dt.datetime) -> Receipt:
        """Do an action on a permit of a case."""
        with self.writing(asking, now, request.why) as (session, person):
            return permitting.act_on_permit(session, person, case_id, (asset_id, permit), request, key=key)

    def assign(self, case_id: str, org_id: str, *, asking: str, key: str, now: dt.datetime) -> Receipt:
        """Make an organisation of experts, officers or owners party to a case."""
        with self.writing(asking, now) as (session, person):
            return noting.assign(session, person, case_id, org_id, key)

    def comment(self, case_id: str, text: str, *, is_internal: bool, asking: str, key: str, now: dt.datetime) -> Receipt:
        """Add a remark to a case."""
        with self.writing(asking, now) as (session, person):
            return noting.comment(session, person, case_id, text, key, is_internal=is_internal)

    def add_document(
        self, case_id: str, name: str, content: bytes, *, is_internal: bool = False, asking: str, key: str, now: dt.datetime
    ) -> Receipt:
        """Add a document to a case."""
        with self.writing(asking, now) as (session, person):
            return noting.add_document(session, person, case_id, name, content, key=key, is_internal=is_internal)

    def document(self, case_id: str, seq: int, *, asking: str) -> bytes:
        """Return the content of a document."""
        with self.reading(asking) as (session, person):
            return noting.document(session, person, case_id, seq)

    def run_daily(self, *, now: dt.datetime, asking: str = SYSTEM.person_id) -> tuple[Receipt, ...]:
        """Let time pass: expire what is over, hand on what is freed."""
        with self.writing(asking, now, "daily run") as (session, person):
            return acting.run_daily(session, person, self.settings)

    def cases(self, chosen: CaseFilter | None = None, *, asking: str) -> tuple[CaseLine, ...]:
        """Return cases, the most urgent first."""
        with self.reading(asking) as (session, person):
            return case_rows.list_cases(session.connection, person, chosen or CaseFilter())

    def counts(self, *, asking: str) -> Mapping[str, int]:
        """Return how many open cases there are in each state."""
        with self.reading(asking) as (session, person):
            return case_rows.count_by_state(session.connection, person)

    def case_places(self, *, asking: str) -> tuple[CasePlace, ...]:
        """Return where the open cases have their assets."""
        with self.reading(asking) as (session, person):
            return case_rows.case_places(session.connection, person)

    def overdue(self, *, asking: str, now: dt.datetime, limit: int = 100) -> tuple[CaseLine, ...]:
        """Return open cases whose day has passed, the longest overdue first."""
        return self.cases(CaseFilter(due_before=self.settings.local_day(now), limit=limit), asking=asking)

    def due_soon(self, *, asking: str, now: dt.datetime, limit: int = 100) -> tuple[CaseLine, ...]:
        """Return open cases that are overdue or due within the days the settings name."""
        today = self.settings.local_day(now)
        until = today + dt.timedelta(days=self.settings.on(today).due_soon_days + 1)
        return self.cases(CaseFilter(due_before=until, limit=limit), asking=asking)

    def case(self, case_id: str, *, asking: str, now: dt.datetime) -> CaseView:
        """Return everything a person may see of a case."""
        with self.reading(asking) as (session, person):
            return viewing.case_view(session, person, case_rows.find_case(session.connection, person, case_id), now, self.settings)

    def term_alerts(self, *, asking: str, now: dt.datetime) -> tuple[TermAlert, ...]:
        """Return the cases in service whose term ends soon, with the last alert day that has come (180, 90, 30 by default)."""
        today = self.settings.local_day(now)
        days = sorted(self.settings.on(today).alerts_days)
        until = today + dt.timedelta(days=days[-1] + 1)
        lines = self.cases(CaseFilter(states=("IN_SERVICE",), due_before=until, limit=case_rows.LONGEST_LIST), asking=asking)
        left = [(line, (line.due_on - today).days) for line in lines if line.due_on is not None]
        return tuple(TermAlert(line=line, days_left=n, alert_days=next(day for day in days if n <= day)) for line, n in left)

    def duplicates(self, case_id: str, *, asking: str) -> tuple[Likeness, ...]:
        """Return open cases about the same assets or near ones, asked for at nearly the same time."""
        with self.reading(asking) as (session, person):
            demand(person, "see", "duplicates")
            line = case_rows.find_case(session.connection, person, case_id)
            return likeness.alike(session.connection, person, line, is_open=True, within_m=likeness.NEAR_M)

    def similar(self, case_id: str, *, asking: str, within_m: float = 500.0) -> tuple[Likeness, ...]:
        """Return ended cases about the same assets or near ones."""
        with self.reading(asking) as (session, person):
            demand(person, "see", "duplicates")
            if not 0 < within_m <= likeness.FAR_M:
                raise InvalidRequestError("within_m", f"must be > 0 and at most {likeness.FAR_M:,.0f}", within_m)
            line = case_rows.find_case(session.connection, person, case_id)
            return likeness.alike(session.connection, person, line, is_open=False, within_m=within_m)

    def draft(self, case_id: str, template: str, language: str, *, asking: str, now: dt.datetime) -> Draft:
        """Return the draft of a message about a case."""
        with self.reading(asking) as (session, person):
            demand(person, "draft", "messages")
            view = viewing.case_view(session, person, case_rows.find_case(session.connection, person, case_id), now, self.settings)
            name = people.organisation_name(session.connection, view.line.carrier_org)
            return messages.draft(view, name, template, language, self.settings.local_day(now))

    def sharing(self, asset_id: str, *, is_permittees_own: bool, asking: str, now: dt.datetime) -> SharingVerdict:
        """Return what a further carrier needs on an asset in use, with the rule that says so."""
        with self.reading(asking) as (session, person):
            return sharing_check(
                viewing.asset_shown(session, person, asset_id), self.settings.local_day(now), is_permittees_own=is_permittees_own
            )

    def weekly_figures(self, *, asking: str, now: dt.datetime) -> WeeklyFigures:
        """Return the figures of the seven days up to a moment."""
        with self.reading(asking) as (session, person):
            demand(person, "see", "figures")
            as_desk(session.connection)
            return figures.weekly_figures(session.connection, person, now, self.settings)

    def asset(self, asset_id: str, *, asking: str) -> AssetRecord:
        """Return an asset, restricted fields only for those allowed."""
        with self.reading(asking) as (session, person):
            return viewing.asset_shown(session, person, asset_id)

    def add_organisation(self, new: Organisation, *, asking: str, now: dt.datetime) -> None:
        """Add an organisation."""
        with self.writing(asking, now) as (session, person):
            people.add_organisation(session, person, new)

    def add_person(self, person_id: str, name: str, org_id: str, *, asking: str, now: dt.datetime) -> None:
        """Add a person to an organisation, whose role the person takes."""
        with self.writing(asking, now) as (session, person):
            people.add_person(session, person, person_id, name, org_id)

    def retire_person(self, person_id: str, *, asking: str, now: dt.datetime) -> None:
        """Take away a person's access."""
        with self.writing(asking, now) as (session, person):
            people.retire_person(session, person, person_id)

    def people(self, *, asking: str) -> tuple[Person, ...]:
        """Return everybody who works here."""
        with self.reading(asking) as (session, person):
            return people.list_people(session.connection, person)

    def organisations(self, *, asking: str) -> tuple[Organisation, ...]:
        """Return all organisations."""
        with self.reading(asking) as (session, person):
            return people.list_organisations(session.connection, person)

    def all_cases(self, *, asking: str) -> tuple[CaseLine, ...]:
        """Return every case a person may see, open and ended, by number."""
        with self.reading(asking) as (session, person):
            return case_rows.all_cases(session.connection, person)

    def audit(self, *, asking: str, known_head: AuditHead | None = None) -> tuple[tuple[str, ...], AuditHead]:
        """Return what is wrong with the audit trail and the receipts it stands for, nothing if all is well, and its head."""
        with self.reading(asking) as (session, person):
            demand(person, "see", "audit")
            as_desk(session.connection)  # who may check the trail sees no case, but the check has to
            return (*session.audit_faults(known_head), *trail.desk_faults(session.connection)), session.audit_head()


def _refuse_system(asking: str) -> None:
    """Let nobody act as the desk itself."""
    if asking == SYSTEM.person_id:
        raise NotFoundError("person", asking)


def init_desk(url: str) -> Desk:
    """Add the desk's tables to a register, or bring them up to date."""
    engine = open_register(url).engine
    with transaction(engine, writes=True) as connection:
        migrate_up(connection)
    return Desk(engine=engine)


def open_desk(url: str, settings: DatedSettings | None = None, *, keeps_connections: bool = False) -> Desk:
    """
    Open a desk.

    Parameters
    ----------
    url
        Address of the register.
    settings
        Durations and caps; by default those of the package.
    keeps_connections
        Whether to keep connections to PostgreSQL between calls, as a program that runs all day wants.

    Raises
    ------
    RegisterError
        There is none, or it is of another version.
    """
    engine = open_register(url).engine
    with transaction(engine, writes=False) as connection:
        found = version_of(connection)
    if found != newest_version():
        command = "bring it up to date with: siting db upgrade" if found else "make it with: siting people init"
        raise RegisterError(f"the desk must have version {newest_version()}, found {found or 'none'}; {command}")
    kept = engine_of(url, keeps_connections=keeps_connections)
    return Desk(engine=kept, settings=settings or default_settings())
