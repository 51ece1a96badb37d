"""Cells of tables as text."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

MAX_SHOWN = 200
"""Characters of a value that a repair or reject shows."""

HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]+")
"""Kana at half width, as old systems print them."""

_SPACES = re.compile(r"\s*[\n\r\t\f\v\u0085\u2028\u2029]\s*|[^\S\u3000\x20]|\s{2,}")
_BAD_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\ufeff]")


def shown(value: object) -> str:
    """Return a value as the text a repair shows."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else value.hex() if isinstance(value, bytes) else str(value)
    cut = text[:MAX_SHOWN]
    return cut if cut.isascii() else readable(cut)


def clean_text(raw: str) -> str:
    """Return text on one line: control characters gone, blanks single, half-width kana at full width, brackets and letters as they are."""
    if HALF_WIDTH_KANA.search(raw):
        raw = HALF_WIDTH_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), raw)
    return _SPACES.sub(" ", _BAD_CONTROL.sub("", raw)).strip()


def folded(text: str) -> str:
    """Return text in the form in which words are compared."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().lower()


def readable(text: str) -> str:
    """Return text without what cannot be written."""
    return text.encode("utf-8", "replace").decode()


def plain_text(raw: object) -> str:
    """Return a cell of a spreadsheet as text: whole numbers without decimals, days without time."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53:
        return str(int(raw))
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat(sep=" ")
    return str(raw)
