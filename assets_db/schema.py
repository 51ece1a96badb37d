"""The fields of an asset record: one definition, from which tables, JSON Schema, data dictionary and columns of files come."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from pydantic import TypeAdapter

from assets_db.errors import InvalidSourceError, one_of

Kind: TypeAlias = Literal["text", "code", "codes", "number", "whole", "flag", "date", "geometry", "json"]
View: TypeAlias = Literal["public", "restricted"]
Grade: TypeAlias = Literal["A", "B", "C", "D"]

KINDS: tuple[Kind, ...] = get_args(Kind)
VIEWS: tuple[View, ...] = get_args(View)
GRADES: tuple[Grade, ...] = get_args(Grade)
"""How well a fact is known, the best first: A survey, B register, C modelled, D guess."""

PROVENANCE_SUFFIXES = ("_source", "_asof", "_grade")
"""Columns that follow a measured field in files: where the value comes from, as of when, how well it is known."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """
    One field of an asset record.

    Attributes
    ----------
    name
        Name in code, tables and files.
    kind
        What it holds: ``code`` one of ``values``, ``codes`` a set of them (any words where ``values`` is empty), ``date`` a day,
        ``geometry`` a shape in longitude and latitude, ``json`` lists and objects.
    ja, en
        Headers for people.
    about_ja, about_en
        What it means.
    unit
        Unit of a number; empty for none.
    values
        Words it may hold.
    at_least, at_most
        Limits of a number, inclusive.
    is_measured
        Whether each value carries a source, a day and a grade.
    view
        Who may read it.
    """

    name: str
    kind: Kind
    ja: str
    en: str
    about_ja: str
    about_en: str
    unit: str = ""
    values: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    is_measured: bool = False
    view: View = "public"

    def __post_init__(self) -> None:
        where = f"fields.{self.name}"
        if self.kind not in KINDS:
            raise InvalidSourceError(f"{where}.kind", one_of(self.kind, KINDS), self.kind)
        if self.view not in VIEWS:
            raise InvalidSourceError(f"{where}.view", one_of(self.view, VIEWS), self.view)
        if self.kind == "code" and not self.values:
            raise InvalidSourceError(f"{where}.values", "must name the values of a code", self.values)
        if self.kind in {"number", "whole"} and (self.at_least is None or self.at_most is None or self.at_least > self.at_most):
            raise InvalidSourceError(f"{where}.at_least, at_most", "must be limits of a number", (self.at_least, self.at_most))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the field in a file: the value, and where it comes from."""
        return (self.name, *(self.name + suffix for suffix in PROVENANCE_SUFFIXES)) if self.is_measured else (self.name,)


@cache
def fields() -> Mapping[str, Field]:
    """Return the fields of an asset record by name, in the order of columns."""
    table = tomllib.loads((files("assets_db") / "data" / "fields.toml").read_text("utf-8"))
    found = TypeAdapter(dict[str, Field]).validate_python({name: {"name": name, **raw} for name, raw in table.items()})
    return MappingProxyType(found)


def field_of(name: str) -> Field:
    """
    Return the field of a name.

    Raises
    ------
    InvalidSourceError
        There is no such field.
    """
    found = fields().get(name)
    if found is None:
        raise InvalidSourceError("field", one_of(name, fields()), name)
    return found
