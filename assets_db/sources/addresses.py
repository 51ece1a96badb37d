"""Japanese addresses in the form in which they are compared: one way to write numbers, small kana and hyphens."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = {sign: number for number, sign in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile("([〇一二三四五六七八九十百]+)(?=丁目|番|号)")
_BLANKS = re.compile(r"\s+")
_HYPHENS = re.compile("(?<=[0-9])[\u2010-\u2015\u2212\u30fc\uff70\uff0d\u2500ーの](?=[0-9])")
_SECTION = re.compile("(?<![0-9])([0-9]+)-")
_ALIKE = str.maketrans(
    {
        "ヶ": "ケ",
        "ガ": "ケ",
        "が": "ケ",
        "ヵ": "カ",
        "ッ": "ツ",
        "っ": "ツ",
        "の": "ノ",
        "之": "ノ",
        "乃": "ノ",
        "龍": "竜",
        "邊": "辺",
        "邉": "辺",
    }
)
_FILLERS = re.compile("大字|(?<=[市区町村郡])字")


def comparable_address(text: str) -> str:
    """
    Return an address in the form in which addresses are compared.

    ``焼津市八楠二丁目５番１号`` and ``焼津市八楠2丁目5番1号`` become the same, so do ``自由が丘``, ``自由ヶ丘`` and ``自由ケ丘``.
    """
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    plain = _KANJI_NUMBER.sub(lambda found: str(number_of(found[1])), plain)
    return _FILLERS.sub("", _HYPHENS.sub("-", plain).translate(_ALIKE))


def with_section(comparable: str) -> str:
    """Return a comparable address whose first number before a hyphen is said to be a section: ``本町2-16`` is ``本町2丁目16``."""
    return _SECTION.sub(r"\g<1>丁目", comparable, count=1)


def number_of(kanji: str) -> int:
    """Return a number below 1,000 written in kanji, such as ``二十三`` or ``二三``."""
    if not re.search("[十百]", kanji):
        return int("".join(str(_DIGITS[sign]) for sign in kanji))
    total = digit = 0
    for sign in kanji:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit
