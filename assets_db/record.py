"""One asset as the register knows it: values, and for each measured one where it comes from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from assets_db.schema import Grade

Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

Value: TypeAlias = str | int | float | bool | dt.date | tuple[str, ...] | bytes | list[Json]
"""
A value by kind of field: text and code ``str``; codes a ``tuple`` of words; number ``float``; whole ``int``; flag ``bool``; date a
``date``; geometry well-known binary (little endian, two dimensions, longitude first); json a ``list``.
"""

_NOTHING: Mapping[str, Provenance] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Provenance:
    """
    Where a value comes from.

    Attributes
    ----------
    source
        Id of the source.
    as_of
        Day the fact was true; ``None`` if the source does not say.
    grade
        How well it is known: A survey, B register, C modelled, D guess.
    """

    source: str
    as_of: dt.date | None
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRecord:
    """
    What is known of one asset. To be treated as read-only.

    Attributes
    ----------
    values
        Known values by name of field, checked; a field that is not there is unknown.
    known_from
        Where each measured value that is there comes from.
    """

    values: Mapping[str, Value]
    known_from: Mapping[str, Provenance] = field(default_factory=lambda: _NOTHING)

    def text(self, name: str) -> str:
        """Return a text field, empty if unknown."""
        return str(self.values.get(name, ""))

    def number(self, name: str) -> float | None:
        """Return a numeric field; ``None`` if unknown."""
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def digest(self) -> str:
        """Return a hash that two records share only if all they say is the same, 32 hexadecimal digits."""
        said = [sorted((name, _plain(value)) for name, value in self.values.items())]
        said.append(sorted((name, [one.source, str(one.as_of or ""), one.grade]) for name, one in self.known_from.items()))
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()[:32]


def _plain(value: Value) -> Json:
    """Return a value as JSON can hold it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
