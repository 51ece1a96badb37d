"""Headers of columns that the register knows, from a data file."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import TypeAdapter

from assets_db.schema import fields

_BLANKS = re.compile(r"[\s_・.,:;#?!*※＊\-]+")
_BRACKETS = re.compile(r"[(\[<「【〔{]([^)\]>」】〕}]*)[)\]>」】〕}]")


@dataclass(frozen=True, kw_only=True)
class Aliases:
    """
    How the columns of one field are called.

    Attributes
    ----------
    headers
        Whole headers, the preferred first.
    ends_with, starts_with
        Ends and beginnings of headers that no other rule knows.
    excluded
        Ends of headers that ``ends_with`` does not mean.
    never
        What no header of the field holds.
    several
        Whether several columns are joined.
    """

    headers: tuple[str, ...]
    ends_with: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """
    A header as it is compared.

    Attributes
    ----------
    whole
        All of it, normalised.
    base
        Without what stands in brackets.
    remark
        What stands in brackets, normalised by NFKC, in small letters; empty for nothing.
    """

    whole: str
    base: str
    remark: str


def header_of(text: str) -> Header:
    """Return a header in the form in which headers are compared."""
    plain = unicodedata.normalize("NFKC", text).lower()
    remarks = _BRACKETS.findall(plain)
    return Header(_squeezed(plain.translate(_NO_BRACKETS)), _squeezed(_BRACKETS.sub("", plain)), remarks[-1].strip() if remarks else "")


_NO_BRACKETS = {ord(sign): None for sign in "()[]<>「」【】〔〕{}"}


def _squeezed(text: str) -> str:
    """Return text without blanks and signs between words; a header that is nothing else stays."""
    return _BLANKS.sub("", text) or text.strip()


@cache
def aliases() -> Mapping[str, Aliases]:
    """Return how the columns of each field are called, in the form in which headers are compared; its own headers included."""
    table = tomllib.loads((files("assets_db") / "data" / "aliases.toml").read_text("utf-8"))
    raw = TypeAdapter(dict[str, dict[str, list[str] | bool]]).validate_python(table)
    found = {}
    for name, rules in raw.items():
        field = fields()[name]
        own = [name, *_words(rules, "headers"), field.ja, *([] if name == "asset_id" else [field.en])]
        found[name] = Aliases(
            headers=tuple(dict.fromkeys(header_of(one).whole for one in own)),
            ends_with=tuple(header_of(one).whole for one in _words(rules, "ends_with")),
            starts_with=tuple(header_of(one).whole for one in _words(rules, "starts_with")),
            excluded=tuple(header_of(one).whole for one in _words(rules, "not")),
            never=tuple(header_of(one).whole for one in _words(rules, "never")),
            several=rules.get("several") is True,
        )
    return MappingProxyType(found)


def _words(rules: Mapping[str, list[str] | bool], key: str) -> list[str]:
    """Return a list of words of a rule."""
    words = rules.get(key, [])
    return words if isinstance(words, list) else []


@cache
def fields_by_header() -> Mapping[str, tuple[str, int]]:
    """Return field and place in its preference by whole header."""
    found: dict[str, tuple[str, int]] = {}
    for field, rules in aliases().items():
        for place, header in enumerate(rules.headers):
            found.setdefault(header, (field, place))
    return MappingProxyType(found)
