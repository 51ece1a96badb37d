"""Records as JSON text and back, with nothing lost."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import cast

from assets_db.record import AssetRecord, Json, Provenance, Value
from assets_db.schema import Grade, field_of


def record_to_json(record: AssetRecord) -> str:
    """Return a record as JSON text: geometry as hexadecimal digits, days as ``2026-01-31``."""
    held = {"values": {name: _plain(value) for name, value in record.values.items()}, "known_from": known_from_to_plain(record.known_from)}
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def record_from_json(text: str) -> AssetRecord:
    """Return the record that :func:`record_to_json` wrote."""
    held = json.loads(text)
    return AssetRecord(
        values={name: _value(name, plain) for name, plain in held["values"].items()},
        known_from=known_from_of_plain(held["known_from"]),
    )


def known_from_to_plain(known_from: Mapping[str, Provenance]) -> dict[str, Json]:
    """Return provenance as JSON can hold it: source, day or null, grade, by field."""
    return {name: [one.source, one.as_of.isoformat() if one.as_of else None, one.grade] for name, one in known_from.items()}


def known_from_of_plain(plain: Mapping[str, Json]) -> dict[str, Provenance]:
    """Return the provenance that :func:`known_from_to_plain` wrote."""
    found: dict[str, Provenance] = {}
    for name, held in plain.items():
        source, as_of, grade = cast("tuple[str, str | None, Grade]", held)
        found[name] = Provenance(source, dt.date.fromisoformat(as_of) if as_of else None, grade)
    return found


def _plain(value: Value) -> Json:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _value(name: str, plain: Json) -> Value:
    kind = field_of(name).kind
    if kind == "geometry":
        return bytes.fromhex(str(plain))
    if kind == "date":
        return dt.date.fromisoformat(str(plain))
    if kind == "codes":
        return tuple(cast("list[str]", plain))
    return cast("Value", plain)
