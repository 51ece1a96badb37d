"""Ten realistic cases as text: what happened on which day, and by when the next thing is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.window.desk_samples import Walk
from window.desk import Desk
from window.policy import SYSTEM

UTC = dt.UTC


def timelines(desk: Desk) -> str:
    """Return the ten cases, one after the other."""
    return "\n".join(_told(desk, title, tell) for title, tell in CASES)


def _told(desk: Desk, title: str, tell: Callable[[Walk], None]) -> str:
    walk = Teller(desk)
    tell(walk)
    return "\n".join([f"## {title}", *walk.lines, ""])


class Teller(Walk):
    """A walk that writes down the due day after every step."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lines: list[str] = []

    def on(self, day: str) -> None:
        self.now = dt.datetime.fromisoformat(f"{day}T10:00+09:00").astimezone(UTC)

    def start(self, day: str, *asset_ids: str, is_new_pole: bool = False) -> None:
        self.on(day)
        self.open(*asset_ids, is_new_pole=is_new_pole)
        self.write("open")

    def do(self, date: str, action: str, who: str = "", **detail: str) -> None:
        self.on(date)
        problem = self.tried(action, who, "because", **detail)
        self.write(action, problem)

    def daily(self, day: str) -> None:
        self.on(day)
        done = [one for one in self.desk.run_daily(now=self.now, asking=SYSTEM.person_id) if one.case_id == self.case_id]
        self.write("daily run" + (": expired" if done else ": nothing"))

    def write(self, action: str, problem: str = "") -> None:
        line = self.view().line
        day = self.desk.settings.local_day(self.now)
        due = f"due {line.due_on:%Y-%m-%d %a}" if line.due_on else "no due day"
        late = ", OVERDUE" if line.due_on and line.is_open and day > line.due_on else ""
        self.lines.append(f"{day:%Y-%m-%d %a}  {action:<16} {line.state:<10} {due}{late}")
        self.lines += [f"    refused: {problem}"] if problem else []

    def to_applied(self, day: str) -> None:
        start = dt.date.fromisoformat(day)
        self.start(day, "test:0")
        self.do(day, "acknowledge", "desk-1")
        self.do(day, "hold")
        self.do(day, "ask_survey")
        self.do(day, "set_dates", "roads-1", day=(start + dt.timedelta(days=2)).isoformat())
        self.do((start + dt.timedelta(days=2)).isoformat(), "report")
        self.do((start + dt.timedelta(days=2)).isoformat(), "apply")


def _golden_week(walk: Teller) -> None:
    walk.start("2026-04-28", "test:0")
    walk.do("2026-04-30", "acknowledge", "desk-1")
    walk.do("2026-05-18", "decline", "desk-1", code="planned_works")


def _year_end(walk: Teller) -> None:
    walk.start("2026-12-28", "test:0")
    walk.do("2027-01-04", "acknowledge", "desk-1")
    walk.do("2027-01-15", "extend", "desk-1")
    walk.do("2027-01-15", "extend", "desk-1")
    walk.do("2027-01-26", "hold")
    walk.do("2027-01-27", "withdraw")


def _stopped(walk: Teller) -> None:
    walk.start("2026-09-14", "test:0")
    walk.do("2026-09-15", "acknowledge", "desk-1")
    walk.do("2026-09-18", "stop_clock", "desk-1")
    walk.do("2026-09-18", "stop_clock", "desk-1")
    walk.do("2026-10-05", "run_clock", "desk-1")
    walk.do("2026-10-13", "withdraw")


def _hold_expires(walk: Teller) -> None:
    walk.start("2026-06-01", "test:0")
    walk.do("2026-06-02", "acknowledge", "desk-1")
    walk.do("2026-06-03", "hold")
    walk.daily("2026-08-02")
    walk.do("2026-08-03", "ask_survey")
    walk.daily("2026-08-03")
    walk.do("2026-08-04", "ask_survey")


def _survey_late(walk: Teller) -> None:
    walk.start("2026-07-01", "test:0")
    walk.do("2026-07-02", "acknowledge", "desk-1")
    walk.do("2026-07-03", "hold")
    walk.do("2026-07-06", "ask_survey")
    walk.do("2026-07-22", "set_dates", "roads-1", day="2026-08-07")
    walk.do("2026-08-06", "report")
    walk.do("2026-08-12", "report")
    walk.do("2026-08-13", "apply")
    walk.do("2026-08-14", "withdraw")


def _returned_twice(walk: Teller) -> None:
    walk.to_applied("2026-04-01")
    walk.do("2026-04-08", "return", "roads-1")
    walk.do("2026-04-20", "resubmit")
    walk.do("2026-04-21", "return", "roads-1")
    walk.do("2026-05-20", "resubmit")
    walk.do("2026-05-22", "accept", "roads-1")
    walk.do("2026-05-25", "refuse", "roads-1", code="structure")


def _return_lapses(walk: Teller) -> None:
    walk.to_applied("2026-03-02")
    walk.do("2026-04-03", "return", "roads-1")
    walk.daily("2026-05-06")
    walk.daily("2026-05-07")
    walk.daily("2026-05-08")


def _late_refusal(walk: Teller) -> None:
    walk.to_applied("2026-10-01")
    walk.do("2026-10-05", "accept", "roads-1")
    walk.do("2026-11-20", "extend", "roads-1")
    walk.do("2026-12-10", "refuse", "roads-1", code="mood")
    walk.do("2026-12-10", "refuse", "roads-1", code="landscape")


def _into_service(walk: Teller) -> None:
    walk.to_applied("2026-02-02")
    walk.do("2026-02-06", "accept", "roads-1")
    walk.do("2026-03-02", "permit", "roads-1")
    walk.permits()
    walk.do("2026-03-02", "permit", "roads-1")
    walk.do("2026-03-20", "confirm_fee", "desk-1", receipt="R8-0042")
    walk.do("2026-03-23", "give_notice", day="2026-03-27")
    walk.do("2026-03-23", "give_notice", day="2026-03-30")
    walk.do("2026-05-29", "hand_over", as_built='{"test:0": {"mount_type": "pole"}}')
    walk.do("2026-06-05", "redo", "roads-1")
    walk.do("2026-06-19", "hand_over", as_built='{"test:0": {"mount_type": "pole"}}')
    walk.do("2026-06-26", "accept_handover", "roads-1")
    walk.do("2031-01-10", "ask_renewal")
    walk.do("2031-02-14", "renew", "roads-1")
    walk.do("2035-11-01", "restore", "roads-1")


def _new_pole(walk: Teller) -> None:
    walk.start("2026-01-05", "test:1", is_new_pole=True)
    walk.do("2026-01-06", "acknowledge", "desk-1")
    walk.do("2026-01-07", "hold")
    walk.do("2026-01-08", "ask_survey")
    walk.do("2026-01-09", "set_dates", "roads-1", day="2026-01-13")
    walk.do("2026-01-14", "report")
    walk.do("2026-01-15", "apply")
    walk.do("2026-01-16", "accept", "roads-1")
    walk.do("2026-04-17", "withdraw")


CASES: tuple[tuple[str, Callable[[Teller], None]], ...] = (
    ("An inquiry over the spring holidays, declined", _golden_week),
    ("An inquiry before the year-end closure, extended once and no more", _year_end),
    ("A screening that stands still over the September holidays", _stopped),
    ("A hold that expires, not a day early", _hold_expires),
    ("A survey whose dates come late", _survey_late),
    ("An application returned twice, the days used still counting, then refused", _returned_twice),
    ("An application never completed, its last day moved behind the holidays", _return_lapses),
    ("A refusal after more than a month", _late_refusal),
    ("From application to service, built twice, renewed, restored", _into_service),
    ("A new pole, reviewed for ninety days and withdrawn", _new_pole),
)
