"""Clocks against a slow computation that looks at every day by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from window.clock_settings import default_settings, read_settings
from window.clocks import case_due_on, readings
from window.errors import InvalidRequestError, InvalidTableError, UnknownHolidaysError
from window.events import CaseEvent
from window.working_days import is_open, last_known_year, open_day_after, open_days_between, public_holidays

SETTINGS = default_settings()
DAY = dt.timedelta(days=1)
YEARS_2026 = "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23"
"""As the Cabinet Office published them."""


def at(day: dt.date, hour: int = 3) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


def event(on: dt.date, action: str, state: str, **detail: str) -> CaseEvent:
    return CaseEvent(at=at(on), action=action, state=state, role="window", who="w", why="x", detail=detail)


def counts(kind: str, day: dt.date) -> bool:
    if kind == "calendar":
        return True
    closed = (
        day.weekday() >= 5
        or day in public_holidays(day.year)
        or (day.month, day.day) in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    )
    return not closed


def slow_due(kind: str, days: int, stops: Sequence[tuple[dt.date, dt.date]], start: dt.date, *, rolls: bool = False) -> dt.date:
    """Go from day to day and count."""
    day = start
    while days > 0:
        day += DAY
        if counts(kind, day) and not any(stop < day <= go for stop, go in stops):
            days -= 1
    while rolls and not counts("working", day):
        day += DAY
    return day


def test_the_holidays_of_2026_are_the_published_ones() -> None:
    assert sorted(day.strftime("%m-%d") for day in public_holidays(2026)) == YEARS_2026.split()


def test_a_year_without_known_holidays_is_an_error() -> None:
    with pytest.raises(UnknownHolidaysError, match="for which holidays are known, got 2100"):
        open_day_after(dt.date(last_known_year(), 12, 20), 10)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2050, 1, 1)), st.integers(1, 400))
def test_open_days_equal_those_counted_day_by_day(day: dt.date, count: int) -> None:
    due = open_day_after(day, count)
    assert due == slow_due("working", count, (), day)
    assert is_open(due)
    assert open_days_between(day, due) == count


@given(st.dates(dt.date(2021, 1, 1), dt.date(2045, 1, 1)), st.lists(st.integers(0, 6), min_size=0, max_size=6), st.booleans())
def test_a_screening_that_is_stopped_and_extended_ends_as_counted_day_by_day(day: dt.date, gaps: list[int], is_extended: bool) -> None:
    history = [event(day, "open", "INQUIRY"), event(day, "acknowledge", "SCREENING")]
    stops, now, stopped_on = [], day, None
    for gap in gaps:
        now += gap * DAY
        history.append(event(now, "run_clock" if stopped_on else "stop_clock", "SCREENING"))
        stops += [(stopped_on, now)] if stopped_on else []
        stopped_on = None if stopped_on else now
    if is_extended:
        history.append(event(now, "extend", "SCREENING"))
    (shown,) = readings(history, SETTINGS, at(now))
    expected = slow_due("working", 15 if is_extended else 10, stops, day)
    if stopped_on:
        assert shown.due_on is None
        assert shown.is_stopped
    else:
        assert shown.due_on == expected
        assert shown.is_over == (expected < now)


@given(st.dates(dt.date(2021, 1, 1), dt.date(2045, 1, 1)), st.lists(st.integers(0, 9), min_size=2, max_size=2), st.integers(0, 30))
def test_days_used_before_a_return_still_count(day: dt.date, before: list[int], away: int) -> None:
    returned, back = day + min(before) * DAY, day + (min(before) + away) * DAY
    history = [event(day, "apply", "APPLIED"), event(returned, "return", "RETURNED"), event(back, "resubmit", "APPLIED")]
    (shown,) = readings(history, SETTINGS, at(back))
    assert shown.due_on == slow_due("calendar", 10, [(returned, back)], day, rolls=True)


def test_a_hold_runs_on_through_the_survey_and_the_dates_are_due_first() -> None:
    day = dt.date(2026, 12, 21)
    history = [event(day, "hold", "HELD"), event(day + DAY, "ask_survey", "SURVEY")]
    shown = {one.name: one.due_on for one in readings(history, SETTINGS, at(day))}
    assert shown == {"hold": dt.date(2027, 2, 19), "survey_dates": dt.date(2027, 1, 12)}
    history.append(event(dt.date(2027, 1, 5), "set_dates", "SURVEY", day="2027-01-08"))
    shown = {one.name: one.due_on for one in readings(history, SETTINGS, at(day))}
    assert shown == {"hold": dt.date(2027, 2, 19), "survey_report": dt.date(2027, 1, 18)}


def test_a_new_pole_is_reviewed_for_longer_and_the_silent_clock_does_not_make_it_due() -> None:
    history = [event(dt.date(2026, 4, 1), "accept", "REVIEW")]
    assert case_due_on(readings(history, SETTINGS, at(dt.date(2026, 4, 2)))) == dt.date(2026, 6, 1)
    assert case_due_on(readings(history, SETTINGS, at(dt.date(2026, 4, 2)), is_new_pole=True)) == dt.date(2026, 6, 30)


def test_the_day_is_that_of_the_offices_and_a_moment_needs_a_zone() -> None:
    assert SETTINGS.local_day(dt.datetime(2026, 4, 1, 15, 0, tzinfo=dt.UTC)) == dt.date(2026, 4, 2)
    with pytest.raises(InvalidRequestError, match="time zone"):
        SETTINGS.local_day(dt.datetime(2026, 4, 1, 15, 0))
    with pytest.raises(InvalidRequestError, match="must not be before 2020-04-01"):
        SETTINGS.on(dt.date(1999, 1, 1))


def test_settings_must_rise_and_know_every_clock() -> None:
    with pytest.raises(InvalidTableError, match="must rise"):
        read_settings('time_zone = "Asia/Tokyo"\nversions = []')
    with pytest.raises(InvalidTableError, match="rule for every clock"):
        read_settings(
            'time_zone = "Asia/Tokyo"\n[[versions]]\nvalid_from = 2020-01-01\nsource = ""\nholds_per_carrier_and_zone = 1\n'
            "alerts_days = []\ndue_soon_days = 1\nnotice_working_days = 5\nclocks = {}"
        )
