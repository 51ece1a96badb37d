"""What a source yields: a row it accepted with the repairs that took, or a reject with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assets_db.record import AssetRecord
from assets_db.rows import Reject, RejectCode

__all__ = ["Reject", "RejectCode", "Repair", "RepairCode", "SourceRow"]


class RepairCode(StrEnum):
    """What was changed on the way from the file to the record; the values are stable and fit for counting."""

    FULL_WIDTH = "full_width"
    THOUSANDS = "thousands"
    UNIT = "unit"
    UNIT_CONVERTED = "unit_converted"
    WHITESPACE = "whitespace"
    QUOTES = "quotes"
    HALF_WIDTH_KANA = "half_width_kana"
    NULL_WORD = "null_word"
    NOT_USABLE = "not_usable"
    WORD = "word"
    DATE_FORMAT = "date_format"
    ERA_DATE = "era_date"
    DAY_ADDED = "day_added"
    CHECK_DIGIT = "check_digit"
    LEADING_ZERO = "leading_zero"
    SEXAGESIMAL = "sexagesimal"
    PROJECTED = "projected"
    SWAPPED_COORDINATES = "swapped_coordinates"
    ZERO_COORDINATES = "zero_coordinates"
    HALF_A_POSITION = "half_a_position"
    DAMAGED_ID = "damaged_id"
    JOINED_KEY = "joined_key"
    MADE_KEY = "made_key"
    JOINED_ADDRESS = "joined_address"
    TYPE_INFERRED = "type_inferred"
    GEOCODED = "geocoded"
    POSITION_FROM_GEOMETRY = "position_from_geometry"
    GEOMETRY_MENDED = "geometry_mended"


@dataclass(frozen=True, slots=True)
class Repair:
    """
    One change that was made to a value of a row.

    Attributes
    ----------
    field
        Field of the record.
    code
        What kind of change.
    before
        What the file holds, as text, cut after 200 characters.
    after
        What the record holds, as text; empty where the value was dropped.
    """

    field: str
    code: RepairCode
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """
    An accepted row.

    Attributes
    ----------
    row
        Where a person finds it, as in :class:`Reject`.
    record
        What it says, with ``source_id`` and ``source_key``, and without ``asset_id``.
    repairs
        Every change made to it.
    """

    row: int
    record: AssetRecord
    repairs: tuple[Repair, ...] = ()
