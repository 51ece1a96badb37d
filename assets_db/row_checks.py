"""The rules one row has to fulfil, whatever kind of file it comes from."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from assets_db.errors import InvalidSourceError, one_of
from assets_db.rows import RejectCode

OWNER_CLASSES = ("metropolitan", "municipal", "private", "affiliated")
"""Who may own an asset."""

ASSET_TYPES = (
    "land",
    "building",
    "structure",
    "streetlight",
    "park",
    "bus_stop",
    "subway_entrance",
    "signal",
    "smart_pole",
    "utility_pole",
    "tower",
    "station",
    "bike_port",
)
"""What an asset may be."""

MAX_HEIGHT_M = 1000.0
"""Nothing built reaches it; greater heights are in another unit or belong elsewhere."""

MAX_COST_YEN = 10**12
"""A site dearer than this is a typing error."""

MAX_CAPACITY = 10
"""More carriers than exist; greater numbers count something else, such as docks or seats."""

Bounds: TypeAlias = tuple[float, float, float, float]
"""West, south, east and north edge [deg]."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_SPREADSHEET_EXPONENT = re.compile(r"\d(\.\d+)?E\+\d+", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_WORLD: Bounds = (-180.0, -90.0, 180.0, 90.0)
_YES = frozenset({"true", "yes", "1", "有", "○", "〇"})
_NO = frozenset({"false", "no", "0", "無", "×", ""})


class RowProblem(Exception):  # noqa: N818  # it carries a reject and never leaves the package
    """The first rule a row breaks."""

    def __init__(self, field: str, code: RejectCode, reason: str, value: object) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.code = code
        self.reason = reason
        self.value = value


class AssetRow(NamedTuple):
    """One checked row; the meaning of the fields is that of the columns of ``AssetRows.accepted``."""

    asset_id: str
    name: str
    asset_type: str
    owner_class: str
    lat: float
    lon: float
    height_agl_m: float
    cost_yen: int | None
    yearly_fee_yen: int | None
    capacity: int | None
    existing: bool


def check_row(raw: Mapping[str, object], *, bounds: Bounds | None) -> AssetRow:
    """
    Return a row of raw values (text or number; absent, None and empty text mean unknown) as a checked one.

    Raises
    ------
    RowProblem
        The first rule the row breaks.
    """
    asset_id = _asset_id(raw.get("asset_id"))
    asset_type = _word("asset_type", raw.get("asset_type"), ASSET_TYPES)
    owner_class = _word("owner_class", raw.get("owner_class"), OWNER_CLASSES)
    lat, lon = _coordinates(raw.get("lat"), raw.get("lon"), bounds)
    height_m = amount("height_agl_m", raw.get("height_agl_m"), at_most=MAX_HEIGHT_M)
    return AssetRow(
        asset_id=asset_id,
        name=_text("name", raw.get("name")),
        asset_type=asset_type,
        owner_class=owner_class,
        lat=lat,
        lon=lon,
        height_agl_m=math.nan if height_m is None else height_m,
        cost_yen=_whole_amount("cost_yen", raw.get("cost_yen"), at_most=MAX_COST_YEN),
        yearly_fee_yen=_whole_amount("yearly_fee_yen", raw.get("yearly_fee_yen"), at_most=MAX_COST_YEN),
        capacity=_whole_amount("capacity", raw.get("capacity"), at_most=MAX_CAPACITY, at_least=1),
        existing=_flag("existing", raw.get("existing")),
    )


def check_constant(field: str, value: str, known: tuple[str, ...], *, source: str) -> None:
    """
    Check a value given for a whole file.

    Raises
    ------
    InvalidSourceError
        It is not among the known ones.
    """
    if value not in known:
        raise InvalidSourceError(field, one_of(value, known), value, source=source)


def check_bounds(bounds: Bounds | None, *, source: str) -> None:
    """
    Check a bounding box.

    Raises
    ------
    InvalidSourceError
        It is not west < east and south < north within the range of degrees.
    """
    if bounds is None:
        return
    west, south, east, north = bounds
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidSourceError(
            "bounds", "must be (west, south, east, north) in degrees, west < east, south < north", bounds, source=source
        )


def number(field: str, value: object) -> float | None:
    """
    Return a value as a finite number; None if there is none. Full-width digits are read like others.

    Raises
    ------
    RowProblem
        It is not a number, or not a finite one.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        parsed = _as_float(value)
    else:
        text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""
        if not text and (value is None or isinstance(value, str)):
            return None
        if _NOT_FINITE.fullmatch(text):
            parsed = math.nan
        elif _NUMBER.fullmatch(text):
            parsed = float(text)
        else:
            shown = value if isinstance(value, str) else type(value).__name__
            raise RowProblem(field, RejectCode.NOT_NUMERIC, "must be a number", shown)
    if not math.isfinite(parsed):
        raise RowProblem(field, RejectCode.NOT_FINITE, "must be a finite number", value)
    return parsed


def amount(field: str, value: object, *, at_most: float) -> float | None:
    """
    Return a value as a number in [0, at_most]; None if there is none.

    Raises
    ------
    RowProblem
        It is not such a number.
    """
    parsed = number(field, value)
    if parsed is not None and parsed < 0:
        raise RowProblem(field, RejectCode.NEGATIVE, "must be >= 0", value)
    if parsed is not None and parsed > at_most:
        raise RowProblem(field, RejectCode.TOO_LARGE, f"must be <= {at_most:,.0f}", value)
    return parsed


def _whole_amount(field: str, value: object, *, at_most: int, at_least: int = 0) -> int | None:
    """Return a value as a whole number within limits, thousands separators allowed."""
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else None
    parsed = amount(field, text.replace(",", "") if text is not None and _GROUPED.fullmatch(text) else value, at_most=at_most)
    if parsed is None:
        return None
    if parsed != int(parsed):
        raise RowProblem(field, RejectCode.NOT_WHOLE, "must be a whole number", value)
    if parsed < at_least:
        raise RowProblem(field, RejectCode.OUT_OF_RANGE, f"must be >= {at_least}", value)
    return int(parsed)


def _as_float(value: float) -> float:
    """Return a float; whole numbers beyond its range become infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _text(field: str, value: object) -> str:
    """Return trimmed text that can be written to a file."""
    text = "" if value is None else str(value).strip()
    if _SURROGATE.search(text):
        raise RowProblem(field, RejectCode.UNREADABLE_TEXT, "must be valid Unicode text", text.encode("utf-8", "replace").decode())
    return text


def _asset_id(value: object) -> str:
    """Return an id, refusing what a spreadsheet has rounded."""
    text = _text("asset_id", value)
    if not text:
        raise RowProblem("asset_id", RejectCode.MISSING, "must not be empty", text)
    if _SPREADSHEET_EXPONENT.fullmatch(text):
        raise RowProblem("asset_id", RejectCode.DAMAGED_ID, "must not be in exponent notation: a spreadsheet has rounded it", text)
    if _CONTROL.search(text):
        raise RowProblem("asset_id", RejectCode.UNREADABLE_TEXT, "must not hold control characters", text)
    return text


def _word(field: str, value: object, known: tuple[str, ...]) -> str:
    """Return one of the known words; case, blanks and hyphens do not matter."""
    text = _text(field, value)
    word = text if text in known else re.sub(r"[\s-]+", "_", text.lower())
    if not word:
        raise RowProblem(field, RejectCode.MISSING, "must not be empty", value)
    if word not in known:
        raise RowProblem(field, RejectCode.UNKNOWN_VALUE, one_of(word, known), value)
    return word


def _flag(field: str, value: object) -> bool:
    """Return yes or no; nothing means no."""
    word = unicodedata.normalize("NFKC", "" if value is None else str(value)).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise RowProblem(field, RejectCode.UNKNOWN_VALUE, "must be yes or no, true or false, 1 or 0", value)


def _coordinates(raw_lat: object, raw_lon: object, bounds: Bounds | None) -> tuple[float, float]:
    """Return latitude and longitude, both known, plausible and the right way round."""
    lat, lon = number("lat", raw_lat), number("lon", raw_lon)
    if lat is None or lon is None:
        raise RowProblem("lat" if lat is None else "lon", RejectCode.MISSING, "must not be empty", "")
    pair = f"{lat}, {lon}"
    if lat == 0 and lon == 0:
        raise RowProblem("lat, lon", RejectCode.ZERO_COORDINATES, "must not be (0, 0)", pair)
    if not _is_within(lat, lon, bounds or _WORLD) and _is_within(lon, lat, bounds or _WORLD):
        raise RowProblem("lat, lon", RejectCode.SWAPPED_COORDINATES, "must not be the wrong way round", pair)
    if not _is_within(lat, lon, _WORLD):
        raise RowProblem("lat, lon", RejectCode.OUT_OF_RANGE, "must be degrees in [-90, 90] and [-180, 180]", pair)
    if bounds is not None and not _is_within(lat, lon, bounds):
        raise RowProblem("lat, lon", RejectCode.OUTSIDE_AREA, f"must lie within west, south, east, north = {bounds}", pair)
    return lat, lon


def _is_within(lat: float, lon: float, bounds: Bounds) -> bool:
    """Tell whether a position lies in a box."""
    west, south, east, north = bounds
    return west <= lon <= east and south <= lat <= north
