"""What happened to a case: the one history from which its state, clocks and figures are computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """
    One thing that happened. Never changed, never removed.

    Attributes
    ----------
    at
        When (UTC).
    action
        What, as in the table of states; ``"open"`` for the first.
    state
        State afterwards.
    role, who
        In which role, and which person.
    why
        Reason, in words.
    detail
        What else was given: ``day``, ``code``, ``receipt`` and the like.
    """

    at: dt.datetime
    action: str
    state: str
    role: str
    who: str
    why: str = ""
    detail: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


def state_of(history: Sequence[CaseEvent]) -> str:
    """Return the state a history ends in."""
    return history[-1].state
