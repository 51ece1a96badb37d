"""Due days by going from day to day and counting: slow, and independent of the desk's own computation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from window.clock_settings import default_settings
from window.events import CaseEvent
from window.machine import case_machine
from window.working_days import public_holidays

DAY = dt.timedelta(days=1)
YEAR_END = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


def is_working(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in public_holidays(day.year) and (day.month, day.day) not in YEAR_END


def local(at: dt.datetime) -> dt.date:
    return (at + dt.timedelta(hours=9)).replace(tzinfo=None).date()


class Tally:
    """The days that counted for a clock, one by one."""

    def __init__(self, start: dt.date) -> None:
        self.start = start
        self.begins = start
        self.days: list[dt.date] = []
        self.extra = 0
        self.running = True
        self.done = False


def slow_due_on(history: Sequence[CaseEvent], *, is_new_pole: bool = False) -> dt.date | None:
    """Return the due day of a case."""
    tallies: dict[str, Tally] = {}
    state, day = "", local(history[0].at)
    for event in history:
        while day < local(event.at):
            day += DAY
            _count(tallies, day)
        _apply(tallies, state, event, day)
        state = event.state
    wanted = [name for name, tally in tallies.items() if tally.running and not tally.done]
    dues = [_due(tallies[name], name, day, is_new_pole=is_new_pole) for name in wanted if not _rule(name, tallies[name]).is_silent]
    return min(dues, default=None)


def _rule(name: str, tally: Tally):  # type: ignore[no-untyped-def]
    return default_settings().on(tally.start).clocks[name]


def _count(tallies: dict[str, Tally], day: dt.date) -> None:
    for name, tally in tallies.items():
        counts = _rule(name, tally).kind == "calendar" or is_working(day)
        if tally.running and not tally.done and day > tally.begins and counts:
            tally.days.append(day)


def _apply(tallies: dict[str, Tally], state: str, event: CaseEvent, day: dt.date) -> None:
    row = next((one for one in case_machine().rows if (one.state, one.action) == (state, event.action)), None)
    words = [effect.split() for effect in row.clock] if row else []
    if event.state != state:
        here = case_machine().state(event.state).clocks
        before = case_machine().state(state).clocks if state else ()
        for name, tally in tallies.items():
            if name not in here:
                tally.running = False
        for name in here:
            goes_on = name in before and name in tallies and tallies[name].running and not tallies[name].done
            if not goes_on and ["resume", name] not in words:
                tallies[name] = Tally(day)
    for verb, name in words:
        if verb == "start":
            tallies[name] = Tally(day)
        elif verb == "start_from_day":
            tallies[name] = Tally(dt.date.fromisoformat(event.detail["day"]))
        elif verb in {"resume", "run"}:
            tallies[name].running, tallies[name].begins = True, day
        elif verb == "stop":
            tallies[name].running = False
        elif verb == "extend":
            tallies[name].extra += _rule(name, tallies[name]).extension_days
        else:
            tallies[name].done = True


def _due(tally: Tally, name: str, day: dt.date, *, is_new_pole: bool) -> dt.date:
    rule = _rule(name, tally)
    total = (rule.new_pole_days if is_new_pole and rule.new_pole_days else rule.days) + tally.extra
    while len(tally.days) < total:
        day += DAY
        _count({name: tally}, day)
    due = tally.days[total - 1]
    while rule.rolls_forward and not is_working(due):
        due += DAY
    return due
