"""What people call states, actions, clocks, permits and reasons."""

from __future__ import annotations

import datetime as dt

from window.machine import case_machine, permit_machine
from window.reasons import reasons
from window.requests import CaseLine
from window.ui.frame import Frame


def state_name(frame: Frame, state: str) -> str:
    """Return what people call a state of a case."""
    found = case_machine().state(state)
    return found.ja if frame.language == "ja" else found.en


def permit_state_name(frame: Frame, state: str) -> str:
    """Return what people call a state of a permit."""
    found = permit_machine().state(state)
    return found.ja if frame.language == "ja" else found.en


def reason_name(frame: Frame, code: str) -> str:
    """Return a coded reason in words."""
    found = reasons()[code]
    return found.ja if frame.language == "ja" else found.en


def days_text(frame: Frame, line: CaseLine) -> str:
    """Return how far the day a case is due is from today; empty for one that is never due."""
    if line.due_on is None:
        return ""
    days = (line.due_on - today(frame)).days
    key = "cases.days_over" if days < 0 else "cases.due_today" if days == 0 else "cases.days_left"
    return frame.say(key, n=abs(days))


def due_text(frame: Frame, line: CaseLine) -> str:
    """Return when a case is due, and how far that is from today."""
    if line.due_on is None:
        return "–"
    words = days_text(frame, line)
    return f"{line.due_on}（{words}）" if frame.language == "ja" else f"{line.due_on} ({words})"


def today(frame: Frame) -> dt.date:
    """Return the day at the offices."""
    return frame.desk.settings.local_day(frame.now)
