"""A search of the audit trail: who did what, and when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from assets_db.store.tables import AUDIT
from window.desk import Desk
from window.errors import InvalidRequestError
from window.policy import demand

LONGEST_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class TrailFilter:
    """
    What to look for; what is left empty narrows nothing.

    Attributes
    ----------
    who
        Login, or a part of it.
    action
        Name of the action, or how it begins, such as ``desk.``
    words
        Part of what was done or why, such as the number of a case.
    since, until
        First and last day, as days of the offices.
    before
        Only rows with a lower number: the next page.
    limit
        Rows to return at most, 1 to :data:`LONGEST_PAGE`.
    """

    who: str = ""
    action: str = ""
    words: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    before: int | None = None
    limit: int = 200

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= LONGEST_PAGE:
            raise InvalidRequestError("limit", f"must lie in 1 to {LONGEST_PAGE}", self.limit)
        if self.since and self.until and self.until < self.since:
            raise InvalidRequestError("until", f"must not be before {self.since}", str(self.until))


@dataclass(frozen=True, kw_only=True)
class TrailRow:
    """
    One row of the trail.

    Attributes
    ----------
    seq
        Its number.
    at
        When, in the time of the offices.
    who, action
        Login, and what was done.
    what
        The particulars, as JSON.
    why
        The reason given.
    hash
        Its hash, which the next row is bound to.
    """

    seq: int
    at: dt.datetime
    who: str
    action: str
    what: str
    why: str
    hash: str


def search_trail(desk: Desk, wanted: TrailFilter, *, asking: str) -> tuple[TrailRow, ...]:
    """
    Return rows of the audit trail, the newest first.

    Raises
    ------
    NotAllowedError
        The person does not see the trail.
    """
    zone = ZoneInfo(desk.settings.time_zone)
    with desk.reading(asking) as (session, person):
        demand(person, "see", "audit")
        query = sa.select(AUDIT).where(*_conditions(wanted, zone)).order_by(AUDIT.c.seq.desc()).limit(wanted.limit)
        rows = session.connection.execute(query).all()
    return tuple(
        TrailRow(seq=row.seq, at=row.at.astimezone(zone), who=row.who, action=row.action, what=row.what, why=row.why, hash=row.hash)
        for row in rows
    )


def trail_actions(desk: Desk, *, asking: str) -> tuple[str, ...]:
    """Return the names of all actions of the trail, in order."""
    with desk.reading(asking) as (session, person):
        demand(person, "see", "audit")
        return tuple(session.connection.execute(sa.select(AUDIT.c.action).distinct().order_by(AUDIT.c.action)).scalars())


def _conditions(wanted: TrailFilter, zone: ZoneInfo) -> list[sa.ColumnElement[bool]]:
    """Return what a row must fulfil."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.who:
        found.append(AUDIT.c.who.contains(wanted.who, autoescape=True))
    if wanted.action:
        found.append(AUDIT.c.action.startswith(wanted.action, autoescape=True))
    if wanted.words:
        found.append(AUDIT.c.what.contains(wanted.words, autoescape=True) | AUDIT.c.why.contains(wanted.words, autoescape=True))
    if wanted.since:
        found.append(AUDIT.c.at >= dt.datetime.combine(wanted.since, dt.time(), zone))
    if wanted.until:
        found.append(AUDIT.c.at < dt.datetime.combine(wanted.until + dt.timedelta(days=1), dt.time(), zone))
    if wanted.before is not None:
        found.append(AUDIT.c.seq < wanted.before)
    return found
