"""Distances, weights and limits by which records of one thing are told."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Weights(_Strict):
    """What each piece of evidence weighs."""

    name: float = Field(gt=0)
    place: float = Field(gt=0)
    address: float = Field(gt=0)


class Caps(_Strict):
    """Highest scores where something is missing."""

    no_name: float
    no_place: float
    number_missing: float
    other_type: float
    unknown_type: float


class Nameless(_Strict):
    """Types that are told by place alone, and how far any rival must be."""

    types: frozenset[str]
    rival: float = Field(gt=1)


class Settings(_Strict):
    """
    How a pair is judged.

    Attributes
    ----------
    sure, doubtful
        Scores from which a pair is joined, and put before a person.
    weights, caps, nameless
        See there.
    reach_m
        Greatest distance by asset type [m].
    alike
        Types that may be said of one thing, by type.
    """

    sure: float = Field(gt=0, le=1)
    doubtful: float = Field(gt=0, le=1)
    weights: Weights
    caps: Caps
    reach_m: dict[str, float]
    alike: dict[str, frozenset[str]]
    nameless: Nameless

    def reach_of(self, asset_type: str) -> float:
        """Return the greatest distance for a type, ``""`` for unknown [m]."""
        return self.reach_m.get(asset_type, self.reach_m["unknown"])

    def are_alike(self, one: str, other: str) -> bool:
        """Tell whether two different types may be said of one thing."""
        return other in self.alike.get(one, frozenset()) or one in self.alike.get(other, frozenset())


@cache
def settings() -> Settings:
    """Return the settings that come with the package."""
    return Settings.model_validate(tomllib.loads((files("assets_db") / "data" / "unify.toml").read_text("utf-8")))
