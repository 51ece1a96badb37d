"""The data dictionary and the JSON Schema of a record, both from the definition of the fields."""

from __future__ import annotations

import csv
import io
from typing import Literal

from assets_db.publish.audience import Audience
from assets_db.record import Json
from assets_db.schema import GRADES, Field, Kind

_TOP = ("name", "kind", "unit", "header_ja", "header_en", "words", "at_least", "at_most", "provenance", "view", "about_ja", "about_en")
_JSON_TYPES: dict[Kind, dict[str, Json]] = {
    "text": {"type": "string", "minLength": 1},
    "code": {"type": "string"},
    "codes": {"type": "array", "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "flag": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "geometry": {"type": "string", "description": "Well-known text, longitude first"},
    "json": {"type": "array"},
}
_HOW_TO_READ = (
    "Every field of an asset record. An empty cell is unknown, never zero or none. A measured field is followed by three columns: "
    "`_source` (where the value comes from), `_asof` (the day it was true), `_grade` (A survey, B register, C modelled, D guess). "
    "Restricted fields are only in files for those allowed.\n\n"
    "アセット記録の全項目。空欄は不明を表し、ゼロや「なし」ではない。実測項目の後には出典 `_source`、時点 `_asof`、等級 `_grade`"
    "（A 現地調査、B 台帳、C モデル、D 推定）の3列が続く。限定公開の項目は、許可された者へのファイルにのみ含まれる。"
)


def dictionary_rows(audience: Audience) -> list[tuple[str, ...]]:
    """Return the dictionary as a table, headers first: one row for each field the audience may see."""
    return [_TOP, *(_row(field) for field in audience.fields)]


def dictionary_csv(audience: Audience) -> str:
    """Return the dictionary as CSV with lines ending in CR LF."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(dictionary_rows(audience))
    return stream.getvalue()


def dictionary_markdown(audience: Audience) -> str:
    """Return the dictionary as a Markdown page."""
    top = "| Name | 項目名 | Header | Kind | Unit | Values or limits | Provenance | View | 説明 | About |"
    rule = "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    lines = [_markdown_row(field) for field in audience.fields]
    return "\n".join(["# Fields of an asset / アセットの項目", "", _HOW_TO_READ, "", top, rule, *lines, ""])


def json_schema(audience: Audience) -> dict[str, Json]:
    """
    Return the JSON Schema (2020-12) of what the GeoJSON export holds as properties.

    Parameters
    ----------
    audience
        Whose fields it describes.
    """
    properties: dict[str, Json] = {}
    for field in audience.fields:
        if field.kind == "geometry":
            properties["geometry_from"] = {"enum": ["geometry", "position"]}
        else:
            properties[field.name] = _property(field)
        if field.is_measured:
            source, as_of, grade = field.columns[1:]
            properties[source] = {"type": "string"}
            properties[as_of] = {"type": "string", "format": "date"}
            properties[grade] = {"enum": list(GRADES)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Asset",
        "description": "What is known of an asset; a property that is not there is unknown.",
        "type": "object",
        "required": ["asset_id"],
        "properties": properties,
        "additionalProperties": False,
    }


def _row(field: Field) -> tuple[str, ...]:
    """Return the row of a field."""
    return (
        field.name,
        field.kind,
        field.unit,
        field.ja,
        field.en,
        " ".join(field.values),
        _limit(field.at_least),
        _limit(field.at_most),
        "yes" if field.is_measured else "no",
        field.view,
        field.about_ja,
        field.about_en,
    )


def _markdown_row(field: Field) -> str:
    """Return the line of a field."""
    limits = f"{_limit(field.at_least)} to {_limit(field.at_most)}" if field.at_least is not None else ""
    words = ", ".join(f"`{word}`" for word in field.values) or limits
    measured: Literal["yes", ""] = "yes" if field.is_measured else ""
    cells = (f"`{field.name}`", field.ja, field.en, field.kind, field.unit, words, measured, field.view, field.about_ja, field.about_en)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _limit(limit: float | None) -> str:
    """Return a limit as short as it can be said."""
    return "" if limit is None else f"{limit:.15g}"


def _property(field: Field) -> Json:
    """Return the schema of one property."""
    told: dict[str, Json] = {"title": field.en, **_JSON_TYPES[field.kind], "description": field.about_en}
    if field.unit:
        told["description"] = f"{field.about_en} [{field.unit}]"
    if field.kind == "code":
        told["enum"] = list(field.values)
    if field.kind == "codes" and field.values:
        told["items"] = {"enum": list(field.values)}
    if field.at_least is not None and field.at_most is not None:
        told["minimum"], told["maximum"] = field.at_least, field.at_most
    return told
