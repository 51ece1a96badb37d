"""What a field that nobody surveyed may turn out to be, from what is known of assets of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from assets_db.record import AssetRecord
from assets_db.schema import GRADES, Grade

SurveyField: TypeAlias = Literal["height_agl_m", "power_available", "load_capacity_kg", "sharing", "position"]
"""What a survey may find out; ``position`` is latitude and longitude together."""

_FEWEST = 5
"""Known values of a kind from which quantiles are taken; with fewer, those of a wider group count."""

_QUANTILES = (0.1, 0.5, 0.9)
_CHANCES = (0.3, 0.4, 0.3)
"""Swanson's rule: the mean of a value from its 10th, 50th and 90th percentile."""

_SURE: Grade = "B"
_ACCURATE_M = 3.0


@dataclass(frozen=True, kw_only=True)
class State:
    """
    One thing a survey may find.

    Attributes
    ----------
    chance
        How likely, in [0, 1].
    is_usable
        Whether an antenna can stand there at all.
    height_m
        The height found [m]; None if that is not the question.
    offset_m
        How far east and north of where the register has it the asset stands [m].
    says
        In words, for the list.
    """

    chance: float
    says: str
    is_usable: bool = True
    height_m: float | None = None
    offset_m: tuple[float, float] | None = None


class KnownValues:
    """
    Known values of all assets, by kind, from which ranges of unknown ones come.

    Parameters
    ----------
    records
        Assets of the register.
    needed_load_kg
        What an antenna weighs [kg].
    default_accuracy_m
        How far off a doubtful position of unstated accuracy may be [m].
    """

    def __init__(self, records: Iterable[AssetRecord], *, needed_load_kg: float = 30.0, default_accuracy_m: float = 10.0) -> None:
        self._records = tuple(records)
        self._needed_load_kg = needed_load_kg
        self._default_accuracy_m = default_accuracy_m

    def states(self, record: AssetRecord, field: SurveyField) -> tuple[State, ...]:
        """Return what the field of an asset may turn out to be, chances adding up to 1; empty if it is known, or no range can be had."""
        if field == "position":
            return self._positions(record)
        if field == "height_agl_m":
            return self._heights(record)
        if field in record.values:
            return ()
        checks: dict[SurveyField, tuple[str, Callable[[AssetRecord], bool]]] = {
            "power_available": ("power", lambda one: one.values["power_available"] is True),
            "load_capacity_kg": ("load", lambda one: (one.number("load_capacity_kg") or 0.0) >= self._needed_load_kg),
            "sharing": ("sharing", lambda one: one.text("sharing") != "no"),
        }
        what, is_good = checks[field]
        known = self._alike(record, field)
        n_good = sum(is_good(one) for one in known)
        chance = (n_good + 1) / (len(known) + 2)  # Laplace: a group of which nothing is known is even
        told = f"{n_good} of {len(known)} alike"
        return (
            State(chance=chance, says=f"{what} good ({told})"),
            State(chance=1.0 - chance, says=f"{what} not enough", is_usable=False),
        )

    def _heights(self, record: AssetRecord) -> tuple[State, ...]:
        if record.number("height_agl_m") is not None or record.number("mount_height_max_m") is not None:
            return ()
        known = [number for one in self._alike(record, "height_agl_m") if (number := one.number("height_agl_m"))]
        if not known:
            return ()
        found = np.quantile(known, _QUANTILES)
        return tuple(State(chance=p, says=f"{h:.1f} m", height_m=float(h)) for p, h in zip(_CHANCES, found, strict=True))

    def _positions(self, record: AssetRecord) -> tuple[State, ...]:
        known, accuracy_m = record.known_from.get("lat"), record.number("accuracy_m")
        is_sure = accuracy_m <= _ACCURATE_M if accuracy_m is not None else known is not None and not _is_worse(known.grade, _SURE)
        if is_sure:
            return ()
        reach_m = self._default_accuracy_m if accuracy_m is None else accuracy_m
        ways = {"east": (1.0, 0.0), "north": (0.0, 1.0), "west": (-1.0, 0.0), "south": (0.0, -1.0)}
        return tuple(State(chance=0.25, says=f"{reach_m:.0f} m {way}", offset_m=(reach_m * x, reach_m * y)) for way, (x, y) in ways.items())

    def _alike(self, record: AssetRecord, field: str) -> Sequence[AssetRecord]:
        """Return assets that know a field: of the same type and owner, of the same type, or any, the first group that is large enough."""
        known = [one for one in self._records if field in one.values]
        of_type = [one for one in known if one.text("asset_type") == record.text("asset_type")]
        of_owner = [one for one in of_type if one.text("owner_class") == record.text("owner_class")]
        return next((group for group in (of_owner, of_type) if len(group) >= _FEWEST), of_type or known)


def _is_worse(grade: Grade, than: Grade) -> bool:
    return GRADES.index(grade) > GRADES.index(than)
