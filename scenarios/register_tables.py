"""``[[candidates]]`` of ``kind = "register"``: which assets of the register a plan may use, and on which terms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from assets_db.errors import one_of
from assets_db.schema import Grade, View, field_of
from scenarios.table import Table
from scenarios.values import AntennaHeight, AssetType, Carriers, Name, OwnerClass, Positive, broken

UNKNOWN = "unknown"
"""The word by which a filter takes in assets of which the field is not known."""


def _words_of(field: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """Return a check that words are values of a field, or the word for an unknown one."""

    def check(words: tuple[str, ...]) -> tuple[str, ...]:
        known = (*field_of(field).values, UNKNOWN)
        for word in words:
            if word not in known:
                raise broken(one_of(word, known), word)
        return words

    return check


def _source_id(text: str) -> str:
    """Return a name of a list."""
    if not re.fullmatch("[a-z0-9_.-]{1,60}", text):
        raise broken("must be of a-z, 0-9, _, . and -, at most 60", text)
    return text


class RegisterList(Table):
    """A list that a scenario brings along, imported as ``siting assets import`` would."""

    path: Name
    source: Annotated[str, AfterValidator(_source_id)]
    owner_class: OwnerClass | None = None
    asset_type: AssetType | None = None
    lg_code: Name | None = None
    grade: Grade = "B"
    as_of: dt.date | None = None
    credit: str = ""
    synthetic: bool = False


class RegisterAssets(Table):
    """``kind = "register"``: assets of the register, or of one made of lists that come with the scenario."""

    kind: Literal["register"]
    name: Name
    database: Name | None = None
    lists: tuple[RegisterList, ...] = ()
    view: View = "public"
    on: dt.date
    asset_types: Annotated[tuple[str, ...], AfterValidator(_words_of("asset_type"))] = ()
    owner_classes: Annotated[tuple[str, ...], AfterValidator(_words_of("owner_class"))] = ()
    lifecycles: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_words_of("lifecycle"))] = ("published", UNKNOWN)
    sharing: Annotated[tuple[str, ...], AfterValidator(_words_of("sharing"))] = ()
    lg_codes: tuple[Name, ...] = ()
    source_ids: tuple[Name, ...] = ()
    position_grade: Grade | None = None
    height_grade: Grade | None = None
    height_m: dict[AssetType, AntennaHeight] = Field(default_factory=dict)
    default_height_m: AntennaHeight | None = None
    mast_m: Positive = 3.0
    capacity: Carriers = 1
    costs: Literal["rules", "record"] = "rules"
    rules: tuple[Name, ...] = ()
    ready_by: dt.date | None = None
    existing_of: Name | None = None
    on_bad_row: Literal["refuse", "skip"] = "skip"

    @model_validator(mode="after")
    def _keys_agree(self) -> RegisterAssets:
        if self.existing_of is not None and self.view != "restricted":
            raise broken('must have view = "restricted" for existing_of: who is on an asset is not public', self.existing_of)
        if self.lists and self.database is not None:
            raise broken("must have lists or a database, not both", self.database)
        names = [one.source for one in self.lists]
        if len(set(names)) < len(names):
            raise broken("must name each source of its lists once", ", ".join(names))
        if self.ready_by is not None and self.ready_by < self.on:
            raise broken(f"must have ready_by >= its on {self.on.isoformat()}", self.ready_by)
        return self
