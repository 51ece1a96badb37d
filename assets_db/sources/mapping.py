"""Mapping files: which column of a file holds what, written by a person where headers do not say it."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assets_db.errors import InvalidSourceError, one_of
from assets_db.schema import field_of, fields
from assets_db.sources.quantities import FACTORS

PLANE_COORDINATES = ("x", "y")
"""Columns of positions in a coordinate system that is not degrees: easting and northing."""

_GIVEN = frozenset({"asset_id", "source_id"})
_NUMERIC = frozenset({"number", "whole"})


class _Strict(BaseModel):
    """Tables in which nothing unknown may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _as_table(raw: object) -> object:
    """Return the short forms of a column, a header or a list of them, as a table."""
    if isinstance(raw, str):
        return {"columns": [raw]}
    if isinstance(raw, list):
        return {"columns": raw}
    if isinstance(raw, dict) and "column" in raw and "columns" not in raw:
        return {"columns": [raw["column"]], **{key: value for key, value in raw.items() if key != "column"}}
    return raw


class ColumnRule(_Strict):
    """
    Where a field is read from.

    Attributes
    ----------
    columns
        Headers of the columns; several are joined.
    separator
        What is put between them.
    unit
        Unit of bare numbers where it is not that of the field, such as ``ft``.
    values
        Value by what a cell says; an empty value means unknown.
    date_format
        Form of days, as in ``strptime``.
    """

    columns: list[str] = Field(min_length=1)
    separator: str = " "
    unit: str = ""
    values: dict[str, str] = {}
    date_format: str = ""


Rule = Annotated[ColumnRule, BeforeValidator(_as_table)]


class OccupancyRule(_Strict):
    """
    Who is on an asset.

    Attributes
    ----------
    carrier
        Column of the carrier.
    band
        Column of the frequency band, or empty.
    count
        Column of the number of its antennas, or empty for one each.
    """

    carrier: str
    band: str = ""
    count: str = ""


class FileMapping(_Strict):
    """
    What a mapping file says.

    Attributes
    ----------
    name
        What the kind of file is called.
    format
        Kind of file it is for; empty for any table.
    requires
        Headers by which a file of the kind is known.
    sheet
        Sheet of a workbook.
    header_row
        Row that names the columns, counted from 1.
    skip_rows
        Rows under it that are no assets.
    epsg
        Coordinate system of the columns ``x`` (easting) and ``y`` (northing).
    columns
        Where each field is read from.
    constants
        Values of every row, where no column says otherwise.
    flags
        By field that holds several codes: header to the code that any text in that column stands for.
    occupancy
        Who is on the assets.
    as_of
        Column of the day a row was true.
    """

    name: str = ""
    format: Literal["", "csv", "xlsx"] = ""
    requires: list[str] = []
    sheet: str = ""
    header_row: int | None = Field(default=None, ge=1)
    skip_rows: list[int] = []
    epsg: int | None = Field(default=None, ge=1024, le=32767)
    columns: dict[str, Rule]
    constants: dict[str, str | int | float | bool | dt.date | list[str]] = {}
    flags: dict[str, dict[str, str]] = {}
    occupancy: OccupancyRule | None = None
    as_of: Rule | None = None


def load_mapping(path: Path) -> FileMapping:
    """
    Read a mapping file.

    Raises
    ------
    InvalidSourceError
        It cannot be read, or does not say what a mapping can say; key, rule and value are named.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSourceError("mapping", "must be readable as UTF-8", str(error), source=str(path)) from error
    return parse_mapping(text, source=str(path))


def parse_mapping(text: str, *, source: str) -> FileMapping:
    """
    Return what the text of a mapping file says.

    Raises
    ------
    InvalidSourceError
        It is no TOML, or does not say what a mapping can say.
    """
    try:
        mapping = FileMapping.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidSourceError("mapping", "must be valid TOML", str(error), source=source) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "mapping"
        rule = str(first["msg"]).removeprefix("Value error, ")
        raise InvalidSourceError(key, rule, _brief(first["input"]), source=source) from error
    for check in (_check_columns, _check_flags, _check_constants, _check_places):
        check(mapping, source)
    return mapping


def _check_columns(mapping: FileMapping, source: str) -> None:
    """Refuse unknown fields, and units that do not measure them."""
    known = [name for name in (*fields(), *PLANE_COORDINATES) if name not in _GIVEN]
    for name, rule in mapping.columns.items():
        if name not in known:
            raise InvalidSourceError(f"columns.{name}", one_of(name, known), name, source=source)
        units = FACTORS.get(field_of(name).unit, {}) if name in fields() and field_of(name).kind in _NUMERIC else {}
        if rule.unit and rule.unit.lower() not in units:
            allowed = one_of(rule.unit, units) if units else "must be left out: the field is no number with a unit"
            raise InvalidSourceError(f"columns.{name}.unit", allowed, rule.unit, source=source)


def _check_flags(mapping: FileMapping, source: str) -> None:
    """Refuse fields that do not hold several codes, and unknown codes."""
    known = [name for name, field in fields().items() if field.kind == "codes"]
    for name, codes in mapping.flags.items():
        if name not in known:
            raise InvalidSourceError(f"flags.{name}", one_of(name, known), name, source=source)
        values = field_of(name).values
        for header, code in codes.items():
            if values and code not in values:
                raise InvalidSourceError(f"flags.{name}.{header}", one_of(code, values), code, source=source)


def _check_constants(mapping: FileMapping, source: str) -> None:
    """Refuse unknown fields, and those that differ from row to row."""
    known = [name for name in fields() if name not in {*_GIVEN, "source_key"}]
    for name in mapping.constants:
        if name not in known:
            raise InvalidSourceError(f"constants.{name}", one_of(name, known), name, source=source)


def _check_places(mapping: FileMapping, source: str) -> None:
    """Refuse a mapping that gives no place, or plane coordinates of an unknown system."""
    said = mapping.columns.keys()
    if {"x", "y"} & said and mapping.epsg is None:
        raise InvalidSourceError("epsg", "must name the coordinate system of the columns x and y", None, source=source)
    if not ({"lat", "lon"} <= said or {"x", "y"} <= said or said & {"address", "address_town", "geometry"}):
        raise InvalidSourceError("columns", "must hold lat and lon, x and y, geometry, or address", sorted(said), source=source)


def _brief(value: object) -> object:
    """Return a value as short as a message can hold it."""
    return value if isinstance(value, str | int | float) or value is None else str(value)[:200]


@cache
def shipped_mappings() -> Mapping[str, FileMapping]:
    """Return the mappings of kinds of file that are known, by name."""
    folder = files("assets_db") / "data" / "mappings"
    found = {one.name.removesuffix(".toml"): parse_mapping(one.read_text("utf-8"), source=one.name) for one in folder.iterdir()}
    return dict(sorted(found.items()))
