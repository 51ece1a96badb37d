"""One cell to one checked value of a field, with the repair that took."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from assets_db.errors import one_of
from assets_db.record import Value
from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.schema import Field
from assets_db.sources.cells import HALF_WIDTH_KANA, clean_text, folded, plain_text, readable, shown
from assets_db.sources.dates import read_day
from assets_db.sources.keys import is_damaged
from assets_db.sources.local_government import is_valid_code, mended_code
from assets_db.sources.null_words import NULL_WORDS
from assets_db.sources.quantities import read_degrees, read_quantity
from assets_db.sources.rows import Repair, RepairCode
from assets_db.sources.structures import read_geometry, read_list
from assets_db.sources.words import words_of

Parsed: TypeAlias = tuple[Value | None, Repair | None]
Parser: TypeAlias = Callable[[object], Parsed]

NOTHING: Parsed = (None, None)
"""An empty cell."""

_MOST_SEEN = 5000
_LONGEST_NULL_WORD = max(map(len, NULL_WORDS))
_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_SURROGATE = re.compile("[\ud800-\udfff\ufffd]")
_UNCLEAN = re.compile("[\x00-\x1f\x7f-\xa0\u1680\u2000-\u200b\u2028-\u202f\u205f\ufeff\uff61-\uff9f]|\\s\\s|^\\s|\\s$")
_QUOTED = re.compile('="([^"]*)"')  # how spreadsheets are kept from reading 0012 as a number
_FULL_WIDTH_ASCII = re.compile("[\uff01-\uff5e\u3000]")
_FLOAT_ID = re.compile(r"([0-9]+)\.0+")
_SEPARATORS = re.compile(r"[;,|、，;・/\s]+")
_ID_FIELDS = frozenset({"asset_id", "source_id", "source_key", "postal_code", "fee_rule_id", "url"})
_POSITION = frozenset({"lat", "lon"})


def parse_value(field: Field, raw: object) -> Parsed:
    """
    Return what a cell says about a field, and the repair that reading it took.

    Parameters
    ----------
    field
        What the cell is to hold.
    raw
        Text, number, date, list, bytes or nothing, as the file has it.

    Returns
    -------
    tuple
        The value (``None``: unknown) and the repair (``None``: none). The limits of ``lat`` and ``lon`` are left to
        :class:`assets_db.sources.finishing.RowFinisher`, which sees both.

    Raises
    ------
    RowProblem
        The cell breaks a rule of the field.
    """
    return _plain_parser(field.name, field)(raw)


@lru_cache(maxsize=256)
def _plain_parser(_name: str, field: Field) -> Parser:
    """Return the parser of a field without particulars."""
    return parser_of(field)


def parser_of(field: Field, *, unit: str = "", words: Mapping[str, str] = _NO_WORDS, date_format: str = "") -> Parser:
    """
    Return a function that reads the cells of one column.

    Parameters
    ----------
    field
        What the column holds.
    unit
        Unit of its numbers where it is not that of the field.
    words
        Value by what the cell says, for this column.
    date_format
        Form of its dates, in the notation of ``strptime``; by default the usual ones are tried.
    """
    read = _reader(field, unit=unit, date_format=date_format)
    table = {folded(word): value for word, value in words.items()}

    seen: dict[str, Parsed] = {}  # many columns say the same few things over and over
    longest = max(_LONGEST_NULL_WORD, *(len(word) for word in words), 0)

    def parse_short(raw: str) -> Parsed:
        word = folded(raw)
        if table and word in table:
            value = read(table[word])[0] if table[word] else None
            return value, Repair(field.name, RepairCode.WORD, shown(raw), shown(value))
        if word in NULL_WORDS:
            return None, Repair(field.name, RepairCode.NULL_WORD, shown(raw), "")
        return read(raw) if word else NOTHING

    def parse_text(raw: str) -> Parsed:
        if not raw.isascii() and _SURROGATE.search(raw):
            raise RowProblem(field.name, RejectCode.UNREADABLE_TEXT, "must be readable text", readable(raw))
        if raw[0] == "=" and (quoted := _QUOTED.fullmatch(raw)):
            value, repair = parse_text(quoted[1]) if quoted[1] else NOTHING
            return value, repair or Repair(field.name, RepairCode.QUOTES, shown(raw), shown(value))
        if len(raw) > longest and not (raw[0].isspace() or raw[-1].isspace()):
            return read(raw)
        return parse_short(raw)

    def parse(raw: object) -> Parsed:
        if raw is None or raw == "":
            return NOTHING
        if not isinstance(raw, str):
            return read(raw)
        known = seen.get(raw)
        if known is None:
            known = parse_text(raw)
            if len(seen) < _MOST_SEEN:
                seen[raw] = known
        return known

    return parse


def _reader(field: Field, *, unit: str, date_format: str) -> Parser:
    """Return the function that reads what is not empty."""
    if field.name == "lg_code":
        return _read_lg_code
    if field.name in _ID_FIELDS:
        return lambda raw: _read_id(field, raw)
    if field.name in _POSITION:
        return lambda raw: _read_position(field, raw)
    if field.kind == "whole" and field.name.endswith("_year"):
        return lambda raw: _read_year(field, raw)
    readers: dict[str, Parser] = {
        "text": lambda raw: _read_text(field, raw),
        "code": lambda raw: _read_code(field, raw),
        "codes": lambda raw: _read_codes(field, raw),
        "number": lambda raw: _read_number(field, raw, unit),
        "whole": lambda raw: _read_number(field, raw, unit),
        "flag": lambda raw: _read_flag(field, raw),
        "date": lambda raw: _read_date(field, raw, date_format),
        "geometry": lambda raw: (read_geometry(field, raw), None),
        "json": lambda raw: (read_list(field, raw), None),
    }
    return readers[field.kind]


def _read_text(field: Field, raw: object) -> Parsed:
    """Read free text."""
    if not isinstance(raw, str):
        return plain_text(raw), None
    if not _UNCLEAN.search(raw):
        return raw, None
    text = clean_text(raw)
    if text in {"", raw, raw.strip(" ")}:
        return text or None, None
    code = RepairCode.HALF_WIDTH_KANA if HALF_WIDTH_KANA.search(raw) else RepairCode.WHITESPACE
    return text, Repair(field.name, code, shown(raw), shown(text))


def _read_id(field: Field, raw: object) -> Parsed:
    """Read an identifier: full-width signs become plain ones; what a spreadsheet has rounded is no identifier."""
    before = plain_text(raw)
    text = clean_text(before)
    if _FULL_WIDTH_ASCII.search(text):
        text = clean_text(unicodedata.normalize("NFKC", text))
    if is_damaged(text):
        raise RowProblem(field.name, RejectCode.DAMAGED_ID, "must not be in exponent notation: a spreadsheet has rounded it", before)
    if text == before.strip(" "):
        return text or None, None
    code = RepairCode.FULL_WIDTH if _FULL_WIDTH_ASCII.search(before) else RepairCode.WHITESPACE
    return text or None, Repair(field.name, code, shown(before), shown(text))


def _read_lg_code(raw: object) -> Parsed:
    """Read the code of a local government."""
    before = plain_text(raw)
    if is_valid_code(before):
        return before, None
    text = unicodedata.normalize("NFKC", before).strip()
    whole = _FLOAT_ID.fullmatch(text)
    digits = whole[1] if whole else text
    code = mended_code(digits)
    if code is None:
        raise RowProblem("lg_code", RejectCode.UNKNOWN_VALUE, "must be six digits of which the last is the check digit", before)
    if code == digits:
        return code, Repair("lg_code", RepairCode.FULL_WIDTH, shown(before), code)
    kind = RepairCode.LEADING_ZERO if code.lstrip("0") == digits else RepairCode.CHECK_DIGIT
    return code, Repair("lg_code", kind, shown(before), code)


def _read_position(field: Field, raw: object) -> Parsed:
    """Read one coordinate in degrees."""
    if isinstance(raw, str):
        degrees, code = read_degrees(field.name, raw)
        return degrees, None if code is None else Repair(field.name, code, shown(raw), shown(degrees))
    if isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw):
        return float(raw), None
    raise RowProblem(field.name, RejectCode.NOT_NUMERIC, "must be degrees", raw)


def _read_number(field: Field, raw: object, unit: str) -> Parsed:
    """Read a number within the limits of its field."""
    amount, code = read_quantity(field, raw, unit=unit)
    value = within_limits(field, amount, raw)
    return value, None if code is None else Repair(field.name, code, shown(raw), shown(value))


def within_limits(field: Field, amount: float, raw: object) -> int | float:
    """
    Return a number that keeps the limits of its field, whole where the field is.

    Raises
    ------
    RowProblem
        It is below, above or not whole.
    """
    if not math.isfinite(amount):
        raise RowProblem(field.name, RejectCode.NOT_FINITE, "must be a finite number", raw)
    if field.at_least is not None and amount < field.at_least:
        code = RejectCode.NEGATIVE if amount < 0 else RejectCode.OUT_OF_RANGE
        raise RowProblem(field.name, code, f"must be >= {field.at_least:,.15g}", raw)
    if field.at_most is not None and amount > field.at_most:
        raise RowProblem(field.name, RejectCode.TOO_LARGE, f"must be <= {field.at_most:,.15g}", raw)
    if field.kind != "whole":
        return amount
    if amount != int(amount):
        raise RowProblem(field.name, RejectCode.NOT_WHOLE, "must be a whole number", raw)
    return int(amount)


def _read_year(field: Field, raw: object) -> Parsed:
    """Read a year, or the year of a date."""
    if isinstance(raw, dt.date):
        return raw.year, Repair(field.name, RepairCode.DATE_FORMAT, shown(raw), str(raw.year))
    before = plain_text(raw)
    text = unicodedata.normalize("NFKC", before).strip()
    year = int(text) if len(text) == 4 and text.isascii() and text.isdigit() else None
    if year is not None:
        value = within_limits(field, year, raw)
        return value, None if text == before.strip() else Repair(field.name, RepairCode.FULL_WIDTH, shown(before), text)
    day = read_day(re.sub(r"(年?度|年?(頃|ごろ|築|建築|竣工|竣功|完成|開設))$", "年", text))
    if day is None:
        raise RowProblem(field.name, RejectCode.NOT_NUMERIC, "must be a year", before)
    return within_limits(field, day.year, raw), Repair(field.name, day.code or RepairCode.DATE_FORMAT, shown(before), str(day.year))


def _read_date(field: Field, raw: object, date_format: str) -> Parsed:
    """Read a day."""
    if isinstance(raw, dt.datetime):
        return raw.date(), None
    if isinstance(raw, dt.date):
        return raw, None
    before = plain_text(raw)
    day = read_day(unicodedata.normalize("NFKC", before).strip(), date_format=date_format)
    if day is None:
        raise RowProblem(field.name, RejectCode.UNKNOWN_VALUE, "must be a day, such as 2023-04-01 or 令和5年4月1日", before)
    value = day.as_date(is_end=field.name.endswith("_to"))
    code = RepairCode.DAY_ADDED if day.day is None else day.code
    return value, None if code is None else Repair(field.name, code, shown(before), value.isoformat())


def _read_code(field: Field, raw: object) -> Parsed:
    """Read one of the words of a field, or a word that stands for it."""
    before = plain_text(raw)
    if before in field.values:
        return before, None
    said = folded(before)
    word = re.sub(r"[\s-]+", "_", said)
    if word not in field.values:
        word = words_of(field.name).get(said, "")
    if not word:
        raise RowProblem(field.name, RejectCode.UNKNOWN_VALUE, one_of(before, field.values), before)
    return word, Repair(field.name, RepairCode.WORD, shown(before), word)


def _read_codes(field: Field, raw: object) -> Parsed:
    """Read several words."""
    if isinstance(raw, list | tuple):
        return tuple(str(_read_word(field, str(one))) for one in raw), None
    text = str(raw)
    words = tuple(dict.fromkeys(_read_word(field, part) for part in _SEPARATORS.split(text) if part))
    after = ";".join(words)
    return words or None, None if after == text else Repair(field.name, RepairCode.WORD, shown(text), after)


def _read_word(field: Field, word: str) -> str:
    """Return one of the words of a field; any where it names none."""
    if not field.values:
        return word
    value, _ = _read_code(field, word)
    return str(value)


def _read_flag(field: Field, raw: object) -> Parsed:
    """Read yes or no."""
    if isinstance(raw, bool):
        return raw, None
    before = plain_text(raw)
    word = words_of("flag").get(folded(before))
    if word is None:
        raise RowProblem(field.name, RejectCode.UNKNOWN_VALUE, "must be yes or no, true or false, 1 or 0, 有 or 無", before)
    return word == "true", None if before == word else Repair(field.name, RepairCode.WORD, shown(before), word)
