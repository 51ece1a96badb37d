"""An asset as a row of its table, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from assets_db.record import AssetRecord, Json, Provenance, Value
from assets_db.record_json import known_from_of_plain, known_from_to_plain, record_from_json, record_to_json
from assets_db.schema import fields

_FIELDS = tuple((field.name, field.kind) for field in fields().values())


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAsset:
    """
    An asset as the register holds it, or held it.

    Attributes
    ----------
    record
        What is known, with ``asset_id``.
    row_version
        1 for its first state, one more with each change.
    recorded_at
        Since when the register knows this.
    is_gone
        It vanished from its lists, or was merged into another.
    merged_into
        The asset that took its place; empty if none did.
    change_seq
        Number of the change that led to this state; grows over the whole register.
    """

    record: AssetRecord
    row_version: int
    recorded_at: dt.datetime
    is_gone: bool
    merged_into: str
    change_seq: int

    @property
    def asset_id(self) -> str:
        """Id of the asset."""
        return self.record.text("asset_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSourceRecord:
    """A row of a list as it was imported last, and the asset it belongs to."""

    source_id: str
    source_key: str
    record: AssetRecord
    asset_id: str
    batch: int | None
    imported_at: dt.datetime
    is_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSource:
    """
    A list the register was fed with.

    Attributes
    ----------
    source_id
        Its name.
    licence, credit
        Terms of the data, and the credit that has to accompany it.
    is_synthetic
        No survey stands behind it; whatever is made of it says so.
    """

    source_id: str
    licence: str
    credit: str
    is_synthetic: bool


def asset_row(asset_id: str, record: AssetRecord) -> dict[str, object]:
    """Return the columns of what is known of an asset."""
    row: dict[str, object] = dict.fromkeys(fields())
    row.update({name: list(value) if isinstance(value, tuple) else value for name, value in record.values.items()})
    row["asset_id"] = asset_id
    row["known_from"] = known_from_to_plain(record.known_from)
    return row


def record_of_row(row: Mapping[str, object]) -> AssetRecord:
    """Return what a row says is known of its asset."""
    values: dict[str, Value] = {}
    for name, kind in _FIELDS:
        value = row[name]
        if value is not None:
            values[name] = tuple(cast("list[str]", value)) if kind == "codes" else cast("Value", value)
    known_from: dict[str, Provenance] = known_from_of_plain(cast("dict[str, Json]", row["known_from"]))
    return AssetRecord(values=values, known_from=known_from)


def stored_asset(row: Mapping[str, object]) -> StoredAsset:
    """Return the asset of a row of ``assets``."""
    return StoredAsset(
        record=record_of_row(row),
        row_version=cast("int", row["row_version"]),
        recorded_at=cast("dt.datetime", row["recorded_at"]),
        is_gone=bool(row["is_gone"]),
        merged_into=str(row["merged_into"]),
        change_seq=cast("int", row["change_seq"]),
    )


def past_asset(row: Mapping[str, object]) -> StoredAsset:
    """Return the asset of a row of ``asset_history``."""
    return StoredAsset(
        record=record_from_json(str(row["record"])),
        row_version=cast("int", row["row_version"]),
        recorded_at=cast("dt.datetime", row["recorded_from"]),
        is_gone=bool(row["is_gone"]),
        merged_into=str(row["merged_into"]),
        change_seq=cast("int", row["change_seq"]),
    )


def source_record(row: Mapping[str, object]) -> StoredSourceRecord:
    """Return the record of a row of ``source_records``."""
    return StoredSourceRecord(
        source_id=str(row["source_id"]),
        source_key=str(row["source_key"]),
        record=record_from_json(str(row["record"])),
        asset_id=str(row["asset_id"]),
        batch=cast("int | None", row["batch"]),
        imported_at=cast("dt.datetime", row["imported_at"]),
        is_gone=bool(row["is_gone"]),
    )


def past_row(state: StoredAsset, until: dt.datetime) -> dict[str, object]:
    """Return the row of ``asset_history`` for a state that ends."""
    return {
        "asset_id": state.asset_id,
        "row_version": state.row_version,
        "record": record_to_json(state.record),
        "is_gone": state.is_gone,
        "merged_into": state.merged_into,
        "change_seq": state.change_seq,
        "recorded_from": state.recorded_at,
        "recorded_to": until,
    }
