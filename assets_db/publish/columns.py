"""The columns of an export: one for each field, three more after a measured one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from assets_db.errors import InvalidSourceError, one_of
from assets_db.publish.audience import Audience
from assets_db.schema import PROVENANCE_SUFFIXES, Field

Part: TypeAlias = Literal["value", "source", "asof", "grade"]
Headers: TypeAlias = Literal["names", "ja", "en"]

HEADERS: tuple[Headers, ...] = get_args(Headers)
"""Headers of an export: names of fields, which the register reads back and software knows, or words for people."""

_PARTS: tuple[Part, ...] = get_args(Part)
_WORDS = {"ja": ("", "_出典", "_時点", "_等級"), "en": ("", " (source)", " (as of)", " (grade)")}


@dataclass(frozen=True, kw_only=True)
class Column:
    """
    One column.

    Attributes
    ----------
    name
        Name of the field, with the suffix of the part.
    field
        Field it belongs to.
    part
        The value, or where it comes from, as of when, how well it is known.
    """

    name: str
    field: Field
    part: Part

    def header(self, headers: Headers) -> str:
        """Return what stands above the column."""
        if headers == "names":
            return self.name
        title = self.field.ja if headers == "ja" else self.field.en
        return title + _WORDS[headers][_PARTS.index(self.part)]


def columns_for(audience: Audience) -> tuple[Column, ...]:
    """Return the columns an audience gets, in order."""
    parts = dict(zip(("", *PROVENANCE_SUFFIXES), _PARTS, strict=True))
    return tuple(
        Column(name=name, field=field, part=parts[name.removeprefix(field.name)]) for field in audience.fields for name in field.columns
    )


def header_row(columns: Sequence[Column], headers: Headers) -> list[str]:
    """
    Return the first row of a table.

    Raises
    ------
    InvalidSourceError
        ``headers`` is none of :data:`HEADERS`.
    """
    if headers not in HEADERS:
        raise InvalidSourceError("headers", one_of(headers, HEADERS), headers)
    return [column.header(headers) for column in columns]
