"""What the person who imports a file says about it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets_db.errors import InvalidSourceError, one_of
from assets_db.row_checks import Bounds, check_bounds
from assets_db.schema import GRADES, Grade, field_of
from assets_db.sources.local_government import is_valid_code

if TYPE_CHECKING:
    from assets_db.sources.geocoding import Geocoder
    from assets_db.sources.mapping import FileMapping

_SOURCE_ID = re.compile(r"[a-z0-9_.-]{1,60}")


@dataclass(frozen=True, kw_only=True)
class SourceSpec:
    """
    A list, and what holds for all of it.

    Attributes
    ----------
    source_id
        Name of the list in the register: 1 to 60 of ``a-z 0-9 _ . -``; the same at each import.
    owner_class, asset_type, lg_code
        Values for rows where no column says it; ``lg_code`` has six digits with check digit.
    dataset
        Title of the data set; by default the name of the file.
    as_of
        Day the list was true; ``None`` if unknown.
    grade
        How well the list knows what it says.
    is_complete
        The list holds everything there is: what is gone from it is gone.
    is_synthetic
        The list comes from no survey; whatever is made of it says so.
    licence, credit
        Terms of the data, and the credit that has to accompany it.
    mapping
        Which column holds what; by default this is detected.
    bounds
        West, south, east, north [deg]: positions outside are rejected.
    geocoder
        Gives rows with an address and no position a position.
    """

    source_id: str
    owner_class: str | None = None
    lg_code: str | None = None
    asset_type: str | None = None
    dataset: str = ""
    as_of: dt.date | None = None
    grade: Grade = "B"
    is_complete: bool = False
    is_synthetic: bool = False
    licence: str = ""
    credit: str = ""
    mapping: FileMapping | None = None
    bounds: Bounds | None = None
    geocoder: Geocoder | None = None

    def __post_init__(self) -> None:
        if not _SOURCE_ID.fullmatch(self.source_id):
            raise InvalidSourceError("source_id", "must be 1 to 60 characters of a-z 0-9 _ . -", self.source_id)
        for name, value in (("owner_class", self.owner_class), ("asset_type", self.asset_type)):
            known = field_of(name).values
            if value is not None and value not in known:
                raise InvalidSourceError(name, one_of(value, known), value)
        if self.lg_code is not None and not is_valid_code(self.lg_code):
            raise InvalidSourceError("lg_code", "must be six digits of which the last is the check digit, such as 131041", self.lg_code)
        if self.grade not in GRADES:
            raise InvalidSourceError("grade", one_of(self.grade, GRADES), self.grade)
        check_bounds(self.bounds, source=self.source_id)
