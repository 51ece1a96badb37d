"""Cases as rows: which ones a person may see, and what they say. Every query of the desk starts here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa

from window.errors import InvalidRequestError, NotFoundError
from window.events import CaseEvent
from window.policy import Person, demand
from window.requests import Box, CaseLine, CommentLine, DocumentLine, HoldLine, PermitLine, checked_text, is_storable
from window.tables import AREAS, CASE_ASSETS, CASES, COMMENTS, DOCUMENTS, EVENTS, HOLDS, PARTIES, PERMITS

LONGEST_LIST = 1000
"""Rows a list gives at most; ask for the next ones with ``after``."""


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """
    Which cases to list.

    Attributes
    ----------
    states
        Only these states; empty for all.
    is_open
        Only open ones, only ended ones, or (``None``) both.
    carrier_org
        Only those of a carrier; empty for all.
    asset_id
        Only those that name an asset; empty for all.
    due_before
        Only those due before a day.
    limit
        How many at most.
    """

    states: tuple[str, ...] = ()
    is_open: bool | None = True
    carrier_org: str = ""
    asset_id: str = ""
    due_before: dt.date | None = None
    limit: int = 100

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise InvalidRequestError("limit", "must be >= 1", self.limit)
        for name, text in (("carrier_org", self.carrier_org), ("asset_id", self.asset_id), *(("states", one) for one in self.states)):
            checked_text(name, text, is_line=True)


@dataclass(frozen=True)
class CasePlace:
    """An asset of an open case, and where it stands [deg]."""

    case_id: str
    state: str
    asset_id: str
    lon: float
    lat: float


def seen_by(person: Person, case_id: sa.ColumnElement[str], verb: str = "see", thing: str = "case") -> sa.ColumnElement[bool]:
    """
    Return the condition under which a person may see rows of a case.

    Raises
    ------
    NotAllowedError
        The person may see none at all.
    """
    if demand(person, verb, thing) == "everything":
        return sa.true()
    return case_id.in_(sa.select(PARTIES.c.case_id).where(PARTIES.c.org_id == person.org_id))


def list_cases(connection: sa.Connection, person: Person, chosen: CaseFilter) -> tuple[CaseLine, ...]:
    """Return cases a person may see, the most urgent first."""
    query = sa.select(CASES).where(seen_by(person, CASES.c.case_id))
    if chosen.is_open is not None:
        query = query.where(CASES.c.is_open == sa.literal(chosen.is_open, sa.Boolean))
    if chosen.states:
        query = query.where(CASES.c.state.in_(chosen.states))
    if chosen.carrier_org:
        query = query.where(CASES.c.carrier_org == chosen.carrier_org)
    if chosen.asset_id:
        query = query.where(CASES.c.case_id.in_(sa.select(CASE_ASSETS.c.case_id).where(CASE_ASSETS.c.asset_id == chosen.asset_id)))
    if chosen.due_before is not None:
        query = query.where(CASES.c.due_on < chosen.due_before).order_by(CASES.c.due_on, CASES.c.case_id)
    else:
        query = query.order_by(CASES.c.due_on.is_(None), CASES.c.due_on, CASES.c.case_id)
    rows = connection.execute(query.limit(min(chosen.limit, LONGEST_LIST))).mappings()
    return tuple(_line(cast("Mapping[str, object]", row)) for row in rows)


def count_by_state(connection: sa.Connection, person: Person) -> Mapping[str, int]:
    """Return how many open cases a person may see in each state."""
    query = sa.select(CASES.c.state, sa.func.count()).where(CASES.c.is_open, seen_by(person, CASES.c.case_id)).group_by(CASES.c.state)
    return {str(state): int(count) for state, count in connection.execute(query)}


def case_places(connection: sa.Connection, person: Person, limit: int = LONGEST_LIST) -> tuple[CasePlace, ...]:
    """Return where the open cases a person may see have their assets, the most urgent first."""
    columns = (CASES.c.case_id, CASES.c.state, CASE_ASSETS.c.asset_id, CASE_ASSETS.c.lon, CASE_ASSETS.c.lat)
    query = sa.select(*columns).join(CASE_ASSETS, CASE_ASSETS.c.case_id == CASES.c.case_id)
    query = query.where(CASES.c.is_open, CASE_ASSETS.c.lon.is_not(None), seen_by(person, CASES.c.case_id))
    query = query.order_by(CASES.c.due_on.is_(None), CASES.c.due_on, CASES.c.case_id, CASE_ASSETS.c.asset_id).limit(limit)
    return tuple(CasePlace(*row) for row in connection.execute(query))


def all_cases(connection: sa.Connection, person: Person) -> tuple[CaseLine, ...]:
    """Return every case a person may see, by number."""
    rows = connection.execute(sa.select(CASES).where(seen_by(person, CASES.c.case_id)).order_by(CASES.c.case_id)).mappings()
    return tuple(_line(cast("Mapping[str, object]", row)) for row in rows)


def find_case(connection: sa.Connection, person: Person, case_id: str, verb: str = "see", thing: str = "case") -> CaseLine:
    """
    Return one case.

    Raises
    ------
    NotFoundError
        There is none of that id for this person.
    """
    query = sa.select(CASES).where(CASES.c.case_id == case_id, seen_by(person, CASES.c.case_id, verb, thing))
    row = connection.execute(query).mappings().first() if is_storable(case_id) else None
    if row is None:
        raise NotFoundError("case", case_id)
    return _line(cast("Mapping[str, object]", row))


def _line(row: Mapping[str, object]) -> CaseLine:
    return CaseLine(**{name: row[name] for name in CaseLine.__dataclass_fields__})  # type: ignore[arg-type]  # the columns have these types


def history_of(connection: sa.Connection, case_id: str) -> tuple[CaseEvent, ...]:
    """Return what happened to a case, the oldest first."""
    rows = connection.execute(sa.select(EVENTS).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq))
    return tuple(
        CaseEvent(at=row.at, action=row.action, state=row.state, role=row.role, who=row.who, why=row.why, detail=row.detail) for row in rows
    )


def assets_of(connection: sa.Connection, case_id: str) -> tuple[str, ...]:
    """Return the ids of the assets a case names."""
    query = sa.select(CASE_ASSETS.c.asset_id).where(CASE_ASSETS.c.case_id == case_id).order_by(CASE_ASSETS.c.asset_id)
    return tuple(connection.execute(query).scalars())


def area_of(connection: sa.Connection, case_id: str) -> Box | None:
    """Return where a case searches."""
    row = connection.execute(sa.select(AREAS).where(AREAS.c.case_id == case_id)).first()
    return Box(west=row.west, south=row.south, east=row.east, north=row.north) if row else None


def permits_in(connection: sa.Connection, case_id: str) -> tuple[PermitLine, ...]:
    """Return the permits a case needs."""
    rows = connection.execute(sa.select(PERMITS).where(PERMITS.c.case_id == case_id).order_by(PERMITS.c.asset_id, PERMITS.c.permit))
    return tuple(PermitLine(asset_id=row.asset_id, permit=row.permit, state=row.state) for row in rows)


def holds_in(connection: sa.Connection, case_id: str) -> tuple[HoldLine, ...]:
    """Return the slots a case holds or held."""
    rows = connection.execute(sa.select(HOLDS).where(HOLDS.c.case_id == case_id).order_by(HOLDS.c.asset_id))
    return tuple(HoldLine(**{name: getattr(row, name) for name in HoldLine.__dataclass_fields__}) for row in rows)


def comments_in(connection: sa.Connection, case_id: str, *, with_internal: bool) -> tuple[CommentLine, ...]:
    """Return the remarks on a case."""
    query = sa.select(COMMENTS).where(COMMENTS.c.case_id == case_id).order_by(COMMENTS.c.seq)
    rows = connection.execute(query if with_internal else query.where(sa.not_(COMMENTS.c.is_internal)))
    return tuple(CommentLine(at=row.at, who=row.who, text=row.text, is_internal=row.is_internal) for row in rows)


def documents_in(connection: sa.Connection, case_id: str, *, with_internal: bool) -> tuple[DocumentLine, ...]:
    """Return the documents of a case, without their content."""
    columns: Sequence[sa.Column[object]] = [DOCUMENTS.c[name] for name in DocumentLine.__dataclass_fields__]
    query = sa.select(*columns).where(DOCUMENTS.c.case_id == case_id).order_by(DOCUMENTS.c.seq)
    rows = connection.execute(query if with_internal else query.where(sa.not_(DOCUMENTS.c.is_internal))).mappings()
    return tuple(DocumentLine(**row) for row in rows)
