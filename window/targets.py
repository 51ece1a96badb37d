"""Official targets of coverage: which one a group of a plan is held to on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from siting.outputs.text import Bilingual
from window.data_files import checked, raw_table
from window.errors import InvalidTableError

Measure: TypeAlias = Literal["area", "facilities"]

_FIRST_MONTH = 4


@dataclass(frozen=True, kw_only=True)
class TargetStep:
    """A share, in (0, 1], to be reached by the end of a fiscal year."""

    year: int
    share: float

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise InvalidTableError("targets.steps.share", "must lie in (0, 1]", self.share)


@dataclass(frozen=True, kw_only=True)
class OfficialTarget:
    """
    A target that an administration has named.

    Attributes
    ----------
    id
        Short name.
    measure
        What the share is of: area of a group, or facilities.
    name
        What it is called.
    words
        A group is held to it if its name holds one of these.
    steps
        Shares by fiscal year, the earliest first.
    source
        Who laid it down.
    """

    id: str
    measure: Measure
    name: Bilingual
    words: tuple[str, ...]
    steps: tuple[TargetStep, ...]
    source: Bilingual

    def __post_init__(self) -> None:
        years = [step.year for step in self.steps]
        if not years or years != sorted(set(years)):
            raise InvalidTableError(f"targets.{self.id}.steps", "must rise from year to year", years)

    def on(self, day: dt.date) -> TargetStep | None:
        """Return the step of the fiscal year of a day, the last one after the last year; ``None`` before the first."""
        year = fiscal_year(day)
        held = [step for step in self.steps if step.year <= year]
        return held[-1] if held else None


@dataclass(frozen=True, kw_only=True)
class _Targets:
    targets: tuple[OfficialTarget, ...]


def fiscal_year(day: dt.date) -> int:
    """Return the fiscal year of Japan, which begins in April."""
    return day.year if day.month >= _FIRST_MONTH else day.year - 1


@cache
def official_targets() -> tuple[OfficialTarget, ...]:
    """Return all official targets."""
    return checked(_Targets, raw_table("targets.toml")).targets


def target_of(name: str, measure: Measure) -> OfficialTarget | None:
    """Return the target that names a group; ``None`` if none does."""
    said = name.casefold()
    fitting = (one for one in official_targets() if one.measure == measure and any(word.casefold() in said for word in one.words))
    return next(fitting, None)
