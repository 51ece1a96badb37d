"""As-built data of a handover, back into the register: checked against its fields, kept as a record by hand with its source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from assets_db.record import Json, Value
from assets_db.schema import Field, fields
from assets_db.store import WritingSession
from window.errors import InvalidRequestError
from window.requests import checked_text

AsBuilt = Mapping[str, Mapping[str, Value]]
"""New values of fields by asset."""

_KINDS = ("text", "code", "number", "whole", "flag")
_NOT_BUILT = ("asset_id", "source_id", "source_key", "occupancy", "lifecycle")


def check_as_built(text: str, asset_ids: Sequence[str]) -> AsBuilt:
    """
    Return as-built data, checked.

    Parameters
    ----------
    text
        JSON: fields by asset id, such as ``{"src:1": {"mount_type": "roof", "height_agl_m": 12.5}}``.
    asset_ids
        Assets of the case.

    Raises
    ------
    InvalidRequestError
        It is no such JSON, or names an asset or a field that cannot be set, or a value outside its limits.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("as_built", f"must be JSON ({error})", text) from None
    if not isinstance(given, dict) or not given:
        raise InvalidRequestError("as_built", "must be an object of fields by asset id", text)
    return {str(asset_id): _checked_fields(str(asset_id), values, asset_ids) for asset_id, values in given.items()}


def _checked_fields(asset_id: str, given: object, asset_ids: Sequence[str]) -> Mapping[str, Value]:
    """Return the fields of one asset, checked."""
    if asset_id not in asset_ids:
        raise InvalidRequestError("as_built", f"must be about the assets of the case ({', '.join(asset_ids)})", asset_id)
    if not isinstance(given, dict):
        raise InvalidRequestError(f"as_built.{asset_id}", "must be an object of fields", given)
    checked: dict[str, Value] = {}
    for name, value in given.items():
        field = fields().get(str(name))
        if field is None or field.kind not in _KINDS or field.name in _NOT_BUILT:
            raise InvalidRequestError(f"as_built.{asset_id}", "must name fields of the register that a handover can set", name)
        checked[field.name] = _checked_value(field, value)
    return checked


def _checked_value(field: Field, value: object) -> Value:
    """Return one value, checked against its field."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if field.kind in {"number", "whole"} and isinstance(value, int | float) and is_number:
        low, high = field.at_least or 0.0, field.at_most or 0.0
        if low <= value <= high and (field.kind == "number" or value == int(value)):
            return float(value) if field.kind == "number" else int(value)
        raise InvalidRequestError(field.name, f"must lie in {low:g} to {high:g}", value)
    if field.kind == "flag" and isinstance(value, bool):
        return value
    if field.kind == "text" and isinstance(value, str) and 0 < len(value) <= 1000:
        return checked_text(field.name, value)
    if field.kind == "code" and isinstance(value, str) and value in field.values:
        return value
    words = f" of {', '.join(field.values)}" if field.values else ""
    raise InvalidRequestError(field.name, f"must be a {field.kind}{words}", value)


def put_into_service(session: WritingSession, carrier_org: str, asset_ids: Sequence[str], as_built: AsBuilt) -> None:
    """Write as-built data, occupancy and lifecycle into the register, as facts seen on site (grade A)."""
    for asset_id in asset_ids:
        found = session.asset(asset_id)
        if found is None:
            continue
        occupancy: list[Json] = _occupancy(found.record.values.get("occupancy"))
        occupancy = _counted(occupancy, carrier_org, 1)
        changes: dict[str, Value | None] = {**as_built.get(asset_id, {}), "occupancy": occupancy, "lifecycle": "in_use"}
        session.edit(asset_id, changes, expected_version=found.row_version, grade="A")


def take_out_of_service(session: WritingSession, carrier_org: str, asset_ids: Sequence[str]) -> None:
    """Take a carrier's equipment off assets, in the register."""
    for asset_id in asset_ids:
        found = session.asset(asset_id)
        if found is None or found.is_gone:
            continue
        left = _counted(_occupancy(found.record.values.get("occupancy")), carrier_org, -1)
        changes: dict[str, Value | None] = {"occupancy": left, "lifecycle": "in_use" if left else "published"}
        session.edit(asset_id, changes, expected_version=found.row_version, grade="A")


def _occupancy(value: Value | None) -> list[Json]:
    """Return the entries of an occupancy, none where it is unknown."""
    return list(value) if isinstance(value, list) else []


def _counted(entries: Sequence[Json], carrier_org: str, change: int) -> list[Json]:
    """Return an occupancy in which a carrier has one antenna more or less; none left, the carrier is gone from it."""
    known = next((entry for entry in entries if isinstance(entry, dict) and entry.get("carrier") == carrier_org), None)
    if known is None:
        return [*entries, {"carrier": carrier_org, "count": change}] if change > 0 else list(entries)
    count = known.get("count")
    changed = (count if isinstance(count, int) else 1) + change
    left: list[Json] = [{**known, "count": changed}] if changed > 0 else []
    return [one for entry in entries for one in (left if entry is known else [entry])]
