"""What a reader returns: the rows it accepted, and every other row with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from assets_db.errors import AssetsError

COLUMNS = {
    "asset_id": "string",
    "name": "string",
    "asset_type": "string",
    "owner_class": "string",
    "lat": "float64",
    "lon": "float64",
    "height_agl_m": "float64",
    "cost_yen": "Int64",
    "yearly_fee_yen": "Int64",
    "capacity": "Int64",
    "existing": "bool",
    "source": "string",
    "source_row": "int64",
}
"""Columns of the accepted rows and their pandas types, in order."""


class RejectCode(StrEnum):
    """Why a row was rejected; the values are stable and fit for counting."""

    MISSING = "missing"
    NOT_NUMERIC = "not_numeric"
    NOT_FINITE = "not_finite"
    NOT_WHOLE = "not_whole"
    NEGATIVE = "negative"
    TOO_LARGE = "too_large"
    OUT_OF_RANGE = "out_of_range"
    OUTSIDE_AREA = "outside_area"
    SWAPPED_COORDINATES = "swapped_coordinates"
    ZERO_COORDINATES = "zero_coordinates"
    UNKNOWN_VALUE = "unknown_value"
    DAMAGED_ID = "damaged_id"
    DUPLICATE_ID = "duplicate_id"
    UNREADABLE_TEXT = "unreadable_text"
    WRONG_CELL_COUNT = "wrong_cell_count"
    NOT_A_FEATURE = "not_a_feature"
    NOT_A_POINT = "not_a_point"
    NOT_AN_ASSET = "not_an_asset"
    NO_PLACE = "no_place"
    SUPPRESSED = "suppressed"
    INVALID_GEOMETRY = "invalid_geometry"
    GRADE_TOO_LOW = "grade_too_low"
    NOT_READY_IN_TIME = "not_ready_in_time"


@dataclass(frozen=True, kw_only=True)
class Reject:
    """
    A row that was not accepted, and the first rule it broke.

    Attributes
    ----------
    source
        Name of the file, or what the caller called it.
    row
        Where a person finds it, counted from 1: the row of a table opened as a spreadsheet (its header is row 1), the position of a
        GeoJSON feature, the line of an OSM XML element.
    field
        The field that breaks the rule, or ``"row"``.
    code
        Stable code of the reason.
    reason
        The rule, in English.
    value
        What the file holds, as text, cut after 200 characters.
    """

    source: str
    row: int
    field: str
    code: RejectCode
    reason: str
    value: str


@dataclass(frozen=True, kw_only=True, eq=False)
class AssetRows:
    """
    Everything a reader found in one source: ``len(accepted) + len(rejects) + n_not_selected == n_rows``.

    Attributes
    ----------
    accepted
        One row per accepted asset in the order of the file, with the columns :data:`COLUMNS`: ``asset_id`` unique non-empty text;
        ``name`` text, empty if unknown; ``lat``, ``lon`` [deg], in [-90, 90] and [-180, 180]; ``height_agl_m`` height above
        ground [m], NaN if unknown; ``cost_yen`` [yen], ``yearly_fee_yen`` [yen a year] and ``capacity`` (how many carriers it
        can hold), NA if unknown; ``existing`` tells whether an antenna stands there already; ``source`` and ``source_row`` as
        in :class:`Reject`. To be treated as read-only.
    rejects
        The rows that were not accepted, in the order of the file.
    n_rows
        Rows or features in the file.
    n_not_selected
        Features the caller's selection leaves out; 0 for tables.
    credit
        The credit that has to accompany the data wherever it is shown; empty if the source demands none.
    """

    accepted: pd.DataFrame
    rejects: tuple[Reject, ...]
    n_rows: int
    n_not_selected: int = 0
    credit: str = ""

    def __post_init__(self) -> None:
        found = {str(column): str(dtype) for column, dtype in self.accepted.dtypes.items()}
        if list(found.items()) != list(COLUMNS.items()):
            raise AssetsError(f"accepted must have the columns {COLUMNS}, got {found}")
        n_seen = len(self.accepted) + len(self.rejects) + self.n_not_selected
        if n_seen != self.n_rows:
            raise AssetsError(f"accepted, rejected and not selected rows must add up to n_rows = {self.n_rows}, got {n_seen}")
        if not self.accepted["asset_id"].is_unique:
            raise AssetsError("accepted.asset_id must be unique")
        object.__setattr__(self, "accepted", self.accepted.copy(deep=False))

    @property
    def n_accepted(self) -> int:
        """Rows accepted."""
        return len(self.accepted)

    @property
    def n_rejected(self) -> int:
        """Rows rejected."""
        return len(self.rejects)
