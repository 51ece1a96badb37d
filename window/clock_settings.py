"""Durations and caps of the desk, dated: what was in force on a day."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from window.data_files import checked, raw_table
from window.errors import InvalidRequestError, InvalidTableError
from window.machine import case_machine


@dataclass(frozen=True, kw_only=True)
class ClockRule:
    """
    How long a clock runs.

    Attributes
    ----------
    days
        Days from the day after its start.
    kind
        Which days count: ``"working"`` or ``"calendar"``.
    new_pole_days
        Days where a new pole is asked for; ``None``: the same.
    rolls_forward
        Whether an end on a closed day moves to the next open one.
    extension_days, extensions_max
        How far, and how often, it may be extended.
    is_silent
        Whether it leaves the due day of the case alone.
    """

    days: int
    kind: Literal["working", "calendar"]
    new_pole_days: int | None = None
    rolls_forward: bool = False
    extension_days: int = 0
    extensions_max: int = 0
    is_silent: bool = False

    def __post_init__(self) -> None:
        for name, number, least in (
            ("days", self.days, 1),
            ("extension_days", self.extension_days, 0),
            ("extensions_max", self.extensions_max, 0),
        ):
            if number < least:
                raise InvalidTableError(name, f"must be >= {least}", number)

    def length(self, *, is_new_pole: bool) -> int:
        """Return the days it runs for a kind of work."""
        return self.new_pole_days if is_new_pole and self.new_pole_days is not None else self.days


@dataclass(frozen=True, kw_only=True)
class Settings:
    """
    What is in force from a day on.

    Attributes
    ----------
    valid_from
        First day.
    source
        Who laid it down.
    holds_per_carrier_and_zone
        Assets a carrier may hold at once within one municipality.
    alerts_days
        Days before the end of a term on which to remind.
    due_soon_days
        Days before a due day from which a case is due soon.
    notice_working_days
        Open days between the notice and the start of works, at least.
    clocks
        Rules by name of clock.
    """

    valid_from: dt.date
    source: str
    holds_per_carrier_and_zone: int
    alerts_days: tuple[int, ...]
    due_soon_days: int
    notice_working_days: int
    clocks: Mapping[str, ClockRule]


@dataclass(frozen=True, kw_only=True)
class DatedSettings:
    """
    All versions of the settings, the oldest first, and the time zone of the offices.

    Raises
    ------
    InvalidTableError
        Versions are out of order, or a clock of the table of states has no rule.
    """

    time_zone: str
    versions: tuple[Settings, ...]

    def __post_init__(self) -> None:
        days = [version.valid_from for version in self.versions]
        if not days or days != sorted(set(days)):
            raise InvalidTableError("versions.valid_from", "must rise from version to version", days)
        for version in self.versions:
            missing = sorted(case_machine().clocks() - set(version.clocks))
            if missing:
                raise InvalidTableError("clocks", "must have a rule for every clock of the table of states; missing", missing)

    def on(self, day: dt.date) -> Settings:
        """
        Return what is in force on a day.

        Raises
        ------
        InvalidRequestError
            Nothing is in force yet.
        """
        found = [version for version in self.versions if version.valid_from <= day]
        if not found:
            raise InvalidRequestError(
                "day", f"must not be before {self.versions[0].valid_from}, when the first settings came into force", str(day)
            )
        return found[-1]

    def local_day(self, at: dt.datetime) -> dt.date:
        """
        Return the day of a moment at the offices.

        Raises
        ------
        InvalidRequestError
            The moment says no time zone, or lies outside the calendar.
        """
        if at.tzinfo is None:
            raise InvalidRequestError("at", "must carry a time zone", at.isoformat())
        try:
            return at.astimezone(ZoneInfo(self.time_zone)).date()
        except OverflowError:
            raise InvalidRequestError("at", "must lie within the calendar", at.isoformat()) from None


@cache
def default_settings() -> DatedSettings:
    """Return the settings that come with the package."""
    return checked(DatedSettings, raw_table("clocks.toml"))


def read_settings(text: str) -> DatedSettings:
    """Return the settings of a file's text, checked."""
    return checked(DatedSettings, tomllib.loads(text))
