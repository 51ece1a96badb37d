"""Names of things in the form in which they are compared."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from assets_db.sources.addresses import comparable_address, number_of

_OFFICE = re.compile(r"^(?:[^\s都道府県]{1,3}[都道府県])?(?:[^\s市区町村]{0,6}[市区町村])?(?:立|営)")
_NOISE = re.compile(r"[\s・、。,.'’＇\"「」『』【】()（）〈〉<>〔〕\[\]/-]+")
_ORDINAL = re.compile("第?([〇一二三四五六七八九十]{1,3})(?=号|丁目|番|公|小|中|保|自|区|分|ビ|$)|第([〇一二三四五六七八九十]{1,3})")
_NUMBER = re.compile("[0-9]+")
_BEFORE_NUMBER = re.compile("第(?=[0-9])")
_MARKS = frozenset("東西南北上下左右前後新旧内外男女大小中本別甲乙丙abcdefghijklmnopqrstuvwxyz")
_LEAST_BARE = 2
"""A name is more than this without its office: the station 都立大学 is no university."""

_MOST_PREFIX = 4
"""Signs that one list may put before a name and the other not, such as whose it is."""

_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


class Name(NamedTuple):
    """
    A name to compare.

    Attributes
    ----------
    plain
        Without numbers, noise and the office that runs it.
    numbers
        The numbers in it, in order.
    kana
        Its reading, if known.
    """

    plain: str
    numbers: tuple[int, ...]
    kana: str


def comparable_name(name: str, kana: str = "") -> Name:
    """Return a name, and its reading if known, in the form in which names are compared."""
    text = comparable_address(unicodedata.normalize("NFKC", name)).lower()
    bare = _OFFICE.sub("", text)
    text = _NOISE.sub("", bare if len(bare) > _LEAST_BARE else text)
    text = _ORDINAL.sub(lambda found: str(number_of(found[1] or found[2])), text)
    text = _BEFORE_NUMBER.sub("", text)
    numbers = tuple(int(one) for one in _NUMBER.findall(text)[:6])
    reading = _NOISE.sub("", unicodedata.normalize("NFKC", kana)).translate(_KATAKANA)
    return Name(plain=_NUMBER.sub("", text).removesuffix("駅"), numbers=numbers, kana=reading)


def likeness(one: Name, other: Name) -> float:
    """Return how alike two names are, in [0, 1]; 0 where they differ in a mark such as east and west."""
    if one.plain == other.plain:
        return 1.0
    if _differ_in_marks(one.plain, other.plain):
        return 0.0
    alike = fuzz.ratio(one.plain, other.plain) / 100.0
    short, long = sorted((one.plain, other.plain), key=len)
    if len(short) >= 3 and len(long) - len(short) <= _MOST_PREFIX and long.endswith(short):
        alike = max(alike, 0.95)
    if one.kana and other.kana:
        alike = max(alike, 0.97 * fuzz.ratio(one.kana, other.kana) / 100.0)
    return alike


def _differ_in_marks(one: str, other: str) -> bool:
    """Tell whether the signs in which two names differ tell neighbours apart: directions, sizes, letters."""
    if abs(len(one) - len(other)) > 3:
        return False
    for step in Indel.editops(one, other):
        sign = one[step.src_pos] if step.tag == "delete" else other[step.dest_pos]
        if sign in _MARKS:
            return True
    return False
