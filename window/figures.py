"""Figures of the week: what came in, what was answered in time, how long cases stay in each state. Names no carrier."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import sqlalchemy as sa

from window.case_rows import history_of
from window.clock_settings import DatedSettings
from window.clocks import case_due_on, readings
from window.events import CaseEvent
from window.policy import Person, demand
from window.tables import CASES, EVENTS, ORGANISATIONS, PARTIES

_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class WeeklyFigures:
    """
    What a week brought.

    Attributes
    ----------
    until
        Last day of the week.
    n_received
        Cases opened.
    n_open, n_overdue
        Cases open at the end, and those overdue then.
    n_moved, n_moved_in_time
        Steps to another state, and those not after the day they were due.
    median_days_by_state
        Days cases stayed in the states they left.
    open_by_bureau
        Open cases by organisation that answers for an asset.
    """

    until: dt.date
    n_received: int
    n_open: int
    n_overdue: int
    n_moved: int
    n_moved_in_time: int
    median_days_by_state: Mapping[str, float]
    open_by_bureau: Mapping[str, int]


def weekly_figures(connection: sa.Connection, asking: Person, now: dt.datetime, settings: DatedSettings) -> WeeklyFigures:
    """Return the figures of the seven days up to a moment."""
    demand(asking, "see", "figures")
    since, today = now - _WEEK, settings.local_day(now)
    n_received = _count(connection, CASES.c.opened_at > since, CASES.c.opened_at <= now)
    steps = list(_steps(connection, since, now, settings))
    by_state: dict[str, list[float]] = defaultdict(list)
    for state, days, _ in steps:
        by_state[state].append(days)
    return WeeklyFigures(
        until=today,
        n_received=n_received,
        n_open=_count(connection, CASES.c.is_open),
        n_overdue=_count(connection, CASES.c.is_open, CASES.c.due_on < today),
        n_moved=len(steps),
        n_moved_in_time=sum(in_time for _, _, in_time in steps),
        median_days_by_state={state: median(days) for state, days in sorted(by_state.items())},
        open_by_bureau=_by_bureau(connection),
    )


def _count(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> int:
    """Count cases."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(CASES).where(*conditions)).scalar_one())


def _steps(connection: sa.Connection, since: dt.datetime, now: dt.datetime, settings: DatedSettings) -> list[tuple[str, float, bool]]:
    """Return the steps of a week: state left, days in it, and whether in time."""
    query = sa.select(EVENTS.c.case_id, CASES.c.is_new_pole).join(CASES, CASES.c.case_id == EVENTS.c.case_id)
    moved = connection.execute(query.where(EVENTS.c.at > since, EVENTS.c.at <= now).distinct().order_by(EVENTS.c.case_id)).all()
    found = []
    for case_id, is_new_pole in moved:
        history = history_of(connection, case_id)
        for index in range(1, len(history)):
            event = history[index]
            if since < event.at <= now and event.state != history[index - 1].state:
                found.append(_step(history[:index], event, settings, is_new_pole=is_new_pole))
    return found


def _step(before: Sequence[CaseEvent], event: CaseEvent, settings: DatedSettings, *, is_new_pole: bool) -> tuple[str, float, bool]:
    """Return one step."""
    state = before[-1].state
    entered = next(one.at for index, one in enumerate(before) if all(later.state == state for later in before[index:]))
    due = case_due_on(readings(before, settings, event.at, is_new_pole=is_new_pole))
    in_time = due is None or settings.local_day(event.at) <= due
    return state, (event.at - entered) / dt.timedelta(days=1), in_time


def _by_bureau(connection: sa.Connection) -> Mapping[str, int]:
    """Return the open cases by organisation that answers for assets."""
    query = (
        sa.select(ORGANISATIONS.c.name, sa.func.count())
        .join(PARTIES, PARTIES.c.org_id == ORGANISATIONS.c.org_id)
        .join(CASES, CASES.c.case_id == PARTIES.c.case_id)
        .where(CASES.c.is_open, ORGANISATIONS.c.role.in_(("bureau", "municipal", "owner")))
        .group_by(ORGANISATIONS.c.name)
        .order_by(ORGANISATIONS.c.name)
    )
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}
