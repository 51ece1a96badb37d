"""Numbers as people write them: full-width digits, thousands separators, units in the cell, degrees with minutes and seconds."""

from __future__ import annotations

import re
import unicodedata

from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.schema import Field
from assets_db.sources.rows import RepairCode

FACTORS: dict[str, dict[str, float]] = {
    "m": {"m": 1, "メートル": 1, "メーター": 1, "metre": 1, "metres": 1, "meter": 1, "meters": 1, "cm": 0.01, "センチ": 0.01, "mm": 0.001}
    | {"km": 1000, "キロメートル": 1000, "ft": 0.3048, "feet": 0.3048, "foot": 0.3048, "'": 0.3048, "in": 0.0254},
    "m2": {
        "m2": 1,
        "平方メートル": 1,
        "平米": 1,
        "平方m": 1,
        "m²": 1,
        "sqm": 1,
        "sq m": 1,
        "m^2": 1,
        "ha": 10_000,
        "ヘクタール": 10_000,
        "km2": 1e6,
    }
    | {"平方キロメートル": 1e6, "a": 100, "アール": 100, "sqft": 0.09290304, "sq ft": 0.09290304, "ft2": 0.09290304},
    "kg": {"kg": 1, "キログラム": 1, "t": 1000, "トン": 1000, "lb": 0.45359237, "lbs": 0.45359237},
    "V": {"v": 1, "ボルト": 1, "kv": 1000},
    "kVA": {"kva": 1, "va": 0.001},
    "h": {"h": 1, "時間": 1, "hours": 1, "hour": 1, "hrs": 1, "分": 1 / 60, "日": 24, "日間": 24},
    "yen": {"yen": 1, "円": 1, "jpy": 1, "千円": 1000, "万円": 10_000, "百万円": 1e6},
    "": {"階": 1, "階建": 1, "階建て": 1, "f": 1, "社": 1, "事業者": 1, "storeys": 1, "floors": 1, "stories": 1, "層": 1, "人": 1},
}
"""How much of the unit of a field one of another unit is; both in small letters, normalised by NFKC."""

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WITH_UNIT = re.compile(r"[¥\\]?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+)\s*(\D.*)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_STOREYS = re.compile(r"地上\s*(\d+)\s*階?建?て?(?:[\s/、,・]*\(?地下\s*\d+\s*階\)?)?|(\d+)f?\s*/\s*b\d+f?", re.ASCII)
_PARTS = re.compile(
    r"([nsew北南東西][緯経]?|[+-])?\s*(\d{1,3})\s*(?:°|度|d|:|\s)\s*(\d{1,2})\s*(?:'|′|’|分|m|:|\s)\s*"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|''|′′|’’|秒|s)?)?\s*([nsew])?",
    re.ASCII,
)
_MARKED = re.compile(r"([nsew北南東西][緯経]?)?\s*(\d+(?:\.\d+)?)\s*(?:°|度)?\s*([nsew])?", re.ASCII)


def read_quantity(field: Field, raw: object, *, unit: str = "") -> tuple[float, RepairCode | None]:
    """
    Return a number in the unit of its field, and the repair that took.

    Parameters
    ----------
    field
        What the number is.
    raw
        Number or text.
    unit
        Unit of a bare number where it is not that of the field; see :data:`FACTORS`.

    Raises
    ------
    RowProblem
        It is not a number in a known unit.
    """
    factor = factor_of(field, unit) if unit else 1.0
    converted = RepairCode.UNIT_CONVERTED if factor != 1 else None
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _scaled(_as_float(raw), factor), converted
    before = raw.strip() if isinstance(raw, str) else str(raw)
    if _PLAIN.fullmatch(before):
        return _scaled(float(before), factor), converted
    text = unicodedata.normalize("NFKC", before).strip().lower()
    if _PLAIN.fullmatch(text):
        return _scaled(float(text), factor), converted or RepairCode.FULL_WIDTH
    if _NOT_FINITE.fullmatch(text):
        raise RowProblem(field.name, RejectCode.NOT_FINITE, "must be a finite number", before)
    if field.name == "storeys":
        storeys = _STOREYS.fullmatch(text)
        if storeys:
            return float(storeys[1] or storeys[2]), RepairCode.UNIT
    found = _WITH_UNIT.fullmatch(text)
    if found is None:
        raise RowProblem(field.name, RejectCode.NOT_NUMERIC, "must be a number", before)
    amount = float(found[1].replace(",", ""))
    said = (found[2] or "").strip()
    if not said:
        return _scaled(amount, factor), converted or RepairCode.THOUSANDS
    own = FACTORS.get(field.unit, {}).get(said)
    if own is None:
        raise RowProblem(field.name, RejectCode.NOT_NUMERIC, f"must be a number, or one with a unit of {field.unit or 'counting'}", before)
    return _scaled(amount, own), RepairCode.UNIT if own == 1 else RepairCode.UNIT_CONVERTED


def factor_of(field: Field, unit: str) -> float:
    """
    Return how much of the unit of a field one of another unit is.

    Raises
    ------
    KeyError
        The unit does not measure what the field holds.
    """
    return FACTORS[field.unit][unicodedata.normalize("NFKC", unit).strip().lower()]


def read_degrees(field: str, raw: str) -> tuple[float | None, RepairCode | None]:
    """
    Return a coordinate in degrees, and the repair that took.

    Raises
    ------
    RowProblem
        It is neither degrees nor degrees with minutes and seconds.
    """
    before = raw.strip()
    if _PLAIN.fullmatch(before):
        return float(before), None
    text = unicodedata.normalize("NFKC", before).strip().lower()
    if not text:
        return None, None
    if _PLAIN.fullmatch(text):
        return float(text), RepairCode.FULL_WIDTH
    if _NOT_FINITE.fullmatch(text):
        raise RowProblem(field, RejectCode.NOT_FINITE, "must be a finite number", before)
    parts = _PARTS.fullmatch(text)
    if parts:
        minutes, seconds = int(parts[3]), float(parts[4] or 0)
        if minutes >= 60 or seconds >= 60:
            raise RowProblem(field, RejectCode.OUT_OF_RANGE, "must have minutes and seconds below 60", before)
        size = round(int(parts[2]) + minutes / 60 + seconds / 3600, 9)
        return _signed(size, parts[1], parts[5]), RepairCode.SEXAGESIMAL
    marked = _MARKED.fullmatch(text)
    if marked:
        return _signed(float(marked[2]), marked[1], marked[3]), RepairCode.UNIT
    raise RowProblem(field, RejectCode.NOT_NUMERIC, "must be degrees, or degrees, minutes and seconds", before)


def _signed(size: float, before: str | None, after: str | None) -> float:
    """Return a coordinate, negative in the south and west."""
    mark = (before or after or "")[:1]
    return -size if mark in {"s", "w", "南", "西", "-"} else size


def _scaled(amount: float, factor: float) -> float:
    """Return an amount in another unit, without digits that only the conversion added."""
    return amount if factor == 1 else float(f"{amount * factor:.12g}")


def _as_float(value: float) -> float:
    """Return a float; whole numbers beyond its range become infinite."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")
