"""Clocks of a case, computed from its history: when they started, how often they stood still, when they end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from window.clock_settings import ClockRule, DatedSettings
from window.events import CaseEvent
from window.machine import case_machine
from window.working_days import ONE_DAY, open_day_after, open_day_from, open_days_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """
    A clock as a history leaves it.

    Attributes
    ----------
    name
        Name in the table of states.
    spans
        Days between which it ran, ``(from, to)``: days after ``from`` up to and with ``to`` count; the last one is open
        (``None``) while it runs.
    extensions
        How often it was extended.
    is_ended
        Whether it did its duty and no longer counts.
    """

    name: str
    spans: tuple[tuple[dt.date, dt.date | None], ...]
    extensions: int = 0
    is_ended: bool = False

    @property
    def started_on(self) -> dt.date:
        """Day it started."""
        return self.spans[0][0]

    @property
    def is_running(self) -> bool:
        """Whether days count now."""
        return not self.is_ended and self.spans[-1][1] is None

    def stopped(self, day: dt.date) -> Clock:
        """Return it standing still from the end of a day."""
        return replace(self, spans=(*self.spans[:-1], (self.spans[-1][0], day))) if self.spans[-1][1] is None else self

    def resumed(self, day: dt.date) -> Clock:
        """Return it running on after a day."""
        return replace(self, spans=(*self.spans, (day, None))) if self.spans[-1][1] is not None else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    What a clock shows on a day.

    Attributes
    ----------
    name
        Name of the clock.
    kind
        Which days count.
    started_on
        Day it started.
    due_on
        Last day that is still in time; ``None`` while it stands still.
    is_over
        Whether that day has passed.
    is_stopped
        Whether it stands still.
    extensions, extensions_left
        Used, and still possible.
    is_silent
        Whether it leaves the due day of the case alone.
    """

    name: str
    kind: str
    started_on: dt.date
    due_on: dt.date | None
    is_over: bool
    is_stopped: bool
    extensions: int
    extensions_left: int
    is_silent: bool


def clocks_of(history: Sequence[CaseEvent], settings: DatedSettings) -> Mapping[str, Clock]:
    """Return every clock a history has started, by name."""
    clocks: dict[str, Clock] = {}
    state = ""
    for event in history:
        day = settings.local_day(event.at)
        row = case_machine().by_action.get((state, event.action))
        effects = row.effects() if row else ()
        if event.state != state:
            _enter(clocks, state, event.state, effects, day)
        for verb, name in effects:
            _apply(clocks, verb, name, day, event)
        state = event.state
    return clocks


def _enter(clocks: dict[str, Clock], old: str, new: str, effects: Sequence[tuple[str, str]], day: dt.date) -> None:
    """Stop the clocks of the state left and start those of the state entered; what runs in both goes on."""
    machine = case_machine()
    left = {name for name, clock in clocks.items() if clock.is_running} if old else set()
    wanted = machine.state(new).clocks
    for name in left - set(wanted):
        clocks[name] = clocks[name].stopped(day)
    for name in wanted:
        is_resumed = ("resume", name) in effects
        goes_on = name in left and old and name in machine.state(old).clocks
        if not is_resumed and not goes_on:
            clocks[name] = Clock(name=name, spans=((day, None),))


def _apply(clocks: dict[str, Clock], verb: str, name: str, day: dt.date, event: CaseEvent) -> None:
    """Apply one effect of the table to one clock."""
    if verb == "start":
        clocks[name] = Clock(name=name, spans=((day, None),))
    elif verb == "start_from_day":
        clocks[name] = Clock(name=name, spans=((dt.date.fromisoformat(event.detail["day"]), None),))
    elif verb in {"resume", "run"}:
        clocks[name] = clocks[name].resumed(day)
    elif verb == "stop":
        clocks[name] = clocks[name].stopped(day)
    elif verb == "extend":
        clocks[name] = replace(clocks[name], extensions=clocks[name].extensions + 1)
    else:
        clocks[name] = replace(clocks[name].stopped(day), is_ended=True)


def due_day(clock: Clock, rule: ClockRule, *, is_new_pole: bool) -> dt.date | None:
    """Return the last day in time of a clock; ``None`` while it stands still."""
    if not clock.is_running:
        return None
    left = rule.length(is_new_pole=is_new_pole) + clock.extensions * rule.extension_days
    start = clock.started_on
    for start, end in clock.spans:
        used = left if end is None else _count(rule, start, end)
        if used >= left:
            break
        left -= used
    due = open_day_after(start, left) if rule.kind == "working" else start + left * ONE_DAY
    return open_day_from(due) if rule.rolls_forward else due


def _count(rule: ClockRule, after: dt.date, until: dt.date) -> int:
    """Return the days that count after one day, up to and with another."""
    return open_days_between(after, until) if rule.kind == "working" else max(0, (until - after).days)


def readings(history: Sequence[CaseEvent], settings: DatedSettings, now: dt.datetime, *, is_new_pole: bool = False) -> tuple[Reading, ...]:
    """
    Return what the clocks of the present state show.

    Parameters
    ----------
    history
        Events of the case, the oldest first.
    settings
        Durations, dated; for each clock those in force on the day it started count.
    now
        Moment at which to read.
    is_new_pole
        Whether a new pole is asked for.
    """
    return tuple(_read(clock, settings, now, is_new_pole=is_new_pole) for clock in _present(history, settings))


def _present(history: Sequence[CaseEvent], settings: DatedSettings) -> Iterator[Clock]:
    """Give the clocks that matter in the present state: running ones, and those that stand still in it."""
    state = case_machine().state(history[-1].state)
    for clock in clocks_of(history, settings).values():
        if clock.is_running or (clock.name in state.clocks and not clock.is_ended):
            yield clock


def _read(clock: Clock, settings: DatedSettings, now: dt.datetime, *, is_new_pole: bool) -> Reading:
    """Read one clock."""
    rule = settings.on(clock.started_on).clocks[clock.name]
    due = due_day(clock, rule, is_new_pole=is_new_pole)
    return Reading(
        name=clock.name,
        kind=rule.kind,
        started_on=clock.started_on,
        due_on=due,
        is_over=due is not None and settings.local_day(now) > due,
        is_stopped=not clock.is_running,
        extensions=clock.extensions,
        extensions_left=max(0, rule.extensions_max - clock.extensions),
        is_silent=rule.is_silent,
    )


def case_due_on(shown: Sequence[Reading]) -> dt.date | None:
    """Return the earliest due day among clocks that are not silent; ``None`` if none runs."""
    return min((one.due_on for one in shown if one.due_on is not None and not one.is_silent), default=None)
