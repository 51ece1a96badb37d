"""Every sentence a person reads, in Japanese and English, from one catalogue."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Literal

from siting.errors import InvalidInputError

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@dataclass(frozen=True, kw_only=True)
class Bilingual:
    """
    One sentence in both languages.

    Attributes
    ----------
    ja
        Japanese.
    en
        English.
    """

    ja: str
    en: str


def text(key: str, language: Language, **values: object) -> str:
    """
    Return a sentence of the catalogue.

    Parameters
    ----------
    key
        Such as ``"stage.rays"``; :func:`keys` lists them all.
    language
        ``"ja"`` or ``"en"``.
    **values
        What the placeholders of the sentence stand for.

    Raises
    ------
    InvalidInputError
        Unknown key or language, or a placeholder without a value.
    """
    entry = catalogue().get(key)
    if entry is None:
        raise InvalidInputError("text key", "must be in the catalogue", key)
    if language not in LANGUAGES:
        raise InvalidInputError("language", "must be 'ja' or 'en'", language)
    template = entry.ja if language == "ja" else entry.en
    try:
        return template.format(**values)
    except KeyError as error:
        raise InvalidInputError(f"text {key!r}", f"needs a value for {error.args[0]!r}", sorted(values)) from None


def both(key: str, **values: object) -> Bilingual:
    """
    Return a sentence in both languages; see :func:`text`. Placeholders may stand for words in both languages.

    Raises
    ------
    InvalidInputError
        As :func:`text`.
    """
    ja = {name: value.ja if isinstance(value, Bilingual) else value for name, value in values.items()}
    en = {name: value.en if isinstance(value, Bilingual) else value for name, value in values.items()}
    return Bilingual(ja=text(key, "ja", **ja), en=text(key, "en", **en))


def asset_type_text(asset_type: str) -> Bilingual:
    """Return what people call an asset type; a type that is not in the catalogue stands for itself."""
    return _word("asset_type", asset_type)


def owner_class_text(owner_class: str) -> Bilingual:
    """Return what people call an owner class; a class that is not in the catalogue stands for itself."""
    return _word("owner_class", owner_class)


def unit_text(unit: str) -> Bilingual:
    """Return what a unit of demand stands for; a unit that is not in the catalogue stands for itself."""
    return _word("unit_name", unit)


def method_text(codes: Sequence[str]) -> Bilingual:
    """Return how a plan was found, step by step; a code that is not in the catalogue stands for itself."""
    steps = [_word("method", code) for code in codes]
    return Bilingual(ja="、".join(step.ja for step in steps), en=", ".join(step.en for step in steps))


def weight_text(weight: float, unit: str) -> Bilingual:
    """Return a demand weight with its unit, such as ``1,200 m²`` or ``350 people``."""
    if f"unit.{unit}" in catalogue():
        return both(f"unit.{unit}", value=weight)
    return Bilingual(ja=f"{weight:,.0f} {unit}", en=f"{weight:,.0f} {unit}")


def percent(share: float, *, digits: int = 1) -> str:
    """Return a share in per cent, rounded to the nearest."""
    return f"{100 * share:.{digits}f}"


def percent_at_most(share: float, *, digits: int = 2) -> str:
    """Return a share in per cent, rounded up: a bound never reads tighter than it is."""
    scale = 10**digits
    return f"{math.ceil(round(100 * share * scale, 9)) / scale:.{digits}f}"


def keys() -> tuple[str, ...]:
    """Return every key of the catalogue."""
    return tuple(catalogue())


_FILES: list[Traversable] = [files("siting.outputs").joinpath("text.toml")]


def add_texts(file: Traversable) -> None:
    """Add the sentences of a room above to the catalogue; adding a file again changes nothing."""
    if file not in _FILES:
        _FILES.append(file)
        catalogue.cache_clear()


@cache
def catalogue() -> Mapping[str, Bilingual]:
    """
    Return the whole catalogue by key, placeholders unfilled.

    Raises
    ------
    InvalidInputError
        Two files give one key.
    """
    found: dict[str, Bilingual] = {}
    for file in _FILES:
        for key, entry in _entries(tomllib.loads(file.read_text(encoding="utf-8")), ""):
            if key in found:
                raise InvalidInputError(f"{file.name} {key}", "must be given once in the catalogue", entry)
            found[key] = Bilingual(**entry)
    return MappingProxyType(found)


def _entries(table: Mapping[str, object], prefix: str) -> list[tuple[str, dict[str, str]]]:
    """Flatten nested tables: a table whose values are all text is an entry."""
    found: list[tuple[str, dict[str, str]]] = []
    for name, value in table.items():
        if not isinstance(value, dict):
            raise InvalidInputError(f"text.toml {prefix}{name}", "must be a table with ja and en", value)
        if all(isinstance(one, str) for one in value.values()):
            found.append((f"{prefix}{name}", value))
        else:
            found += _entries(value, f"{prefix}{name}.")
    return found


def _word(group: str, word: str) -> Bilingual:
    key = f"{group}.{word}"
    return both(key) if key in catalogue() else Bilingual(ja=word, en=word)
