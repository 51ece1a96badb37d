"""Words of lists that stand for the codes of the register, from a data file."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import TypeAdapter


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    """Return the words by field and code."""
    text = (files("assets_db") / "data" / "words.toml").read_text("utf-8")
    return TypeAdapter(dict[str, dict[str, list[str]]]).validate_python(tomllib.loads(text))


@cache
def words_of(field: str) -> Mapping[str, str]:
    """Return the code by word (normalised by NFKC, in small letters) for a field, or for ``flag``."""
    table = _tables().get(field, {})
    return MappingProxyType({unicodedata.normalize("NFKC", word).lower(): code for code, words in table.items() for word in words})
