r"""
Values as text of cells and back, nothing lost.

Numbers have as many digits as they need to come back the same; flags are ``true`` and ``false``; days are ISO 8601; several words are
joined by ``;`` (``\;`` and ``\\`` inside a word), and a lone ``;`` says that there are known to be none; lists are JSON; shapes are
well-known text.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, cast

from assets_db.errors import InvalidSourceError
from assets_db.record import Provenance, Value
from assets_db.schema import GRADES, Field, Kind

CellMaker: TypeAlias = Callable[[Any], str]

_FLAGS = {"true": True, "false": False}
_NO_WORDS = ";"
_WORD_END = re.compile(r"(?<!\\)(?:\\\\)*;")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_WKT_DECIMALS = 20


def text_of_words(words: Iterable[str]) -> str:
    """Return several words as one text."""
    return ";".join(word.replace("\\", "\\\\").replace(";", "\\;") for word in words) or _NO_WORDS


def words_of_text(text: str) -> tuple[str, ...]:
    """Return the words that :func:`text_of_words` joined."""
    if text == _NO_WORDS:
        return ()
    words, start = [], 0
    for found in _WORD_END.finditer(text):
        words.append(text[start : found.end() - 1])
        start = found.end()
    words.append(text[start:])
    return tuple(_ESCAPED.sub(r"\1", word) for word in words)


def text_of_json(value: Value) -> str:
    """Return lists and objects as compact JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def text_of_shape(shape: bytes) -> str:
    """Return well-known binary as well-known text with all digits."""
    from shapely import from_wkb, to_wkt  # noqa: PLC0415

    return str(to_wkt(from_wkb(shape), rounding_precision=_WKT_DECIMALS))


TEXT_OF: Mapping[Kind, CellMaker] = {
    "text": str,
    "code": str,
    "codes": text_of_words,
    "number": lambda value: repr(float(value)),
    "whole": str,
    "flag": lambda value: "true" if value else "false",
    "date": lambda value: cast("dt.date", value).isoformat(),
    "geometry": text_of_shape,
    "json": text_of_json,
}
"""Text of a value by kind of field."""


def _shape_of_text(text: str) -> bytes:
    from shapely import GEOSException, from_wkt, to_wkb  # noqa: PLC0415

    try:
        return bytes(to_wkb(from_wkt(text), output_dimension=2, byte_order=1))
    except GEOSException as error:
        raise ValueError(str(error)) from error


_VALUE_OF: Mapping[Kind, Callable[[str], Value]] = {
    "text": str,
    "code": str,
    "codes": words_of_text,
    "number": float,
    "whole": int,
    "flag": lambda text: _FLAGS[text],
    "date": dt.date.fromisoformat,
    "geometry": _shape_of_text,
    "json": json.loads,
}


def value_of(field: Field, text: str) -> Value:
    """
    Return the value whose text this is.

    Raises
    ------
    InvalidSourceError
        No export of the register holds such a text in this field.
    """
    try:
        return _VALUE_OF[field.kind](text)
    except (ValueError, KeyError, RecursionError) as error:
        raise InvalidSourceError(field.name, f"must be a {field.kind} as the register writes it", text[:200]) from error


def cells_of_origin(origin: Provenance) -> tuple[str, str, str]:
    """Return source, day and grade as text."""
    return origin.source, "" if origin.as_of is None else origin.as_of.isoformat(), origin.grade


def origin_of_cells(field: Field, source: str, as_of: str, grade: str) -> Provenance | None:
    """
    Return where a value comes from; ``None`` if the cells do not say.

    Raises
    ------
    InvalidSourceError
        The day is none, or the grade unknown.
    """
    if not (source or as_of or grade):
        return None
    if grade not in GRADES:
        raise InvalidSourceError(f"{field.name}_grade", f"must be one of {', '.join(GRADES)}", grade)
    try:
        day = dt.date.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        raise InvalidSourceError(f"{field.name}_asof", "must be a day such as 2023-04-01", as_of) from error
    return Provenance(source, day, grade)
