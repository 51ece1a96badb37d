"""New states of many assets at once, the ones before kept in their history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa

from assets_db.record import AssetRecord
from assets_db.store.asset_rows import StoredAsset, StoredSourceRecord, asset_row, past_row, source_record, stored_asset
from assets_db.store.tables import ASSET_HISTORY, ASSETS, SOURCE_RECORDS
from assets_db.unify.merge import merge

MANUAL = "manual"
"""Source of what people changed by hand."""

_PER_QUERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewState:
    """What an asset shall be from now on."""

    asset_id: str
    record: AssetRecord
    is_gone: bool = False
    merged_into: str = ""


def last_change(connection: sa.Connection) -> int:
    """Return the number of the last change, 0 if there was none."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(ASSETS.c.change_seq), 0))).scalar_one())


def put_assets(connection: sa.Connection, states: Sequence[NewState], now: dt.datetime) -> int:
    """Write states of different assets and return how many differ from what the register held."""
    held = {one.asset_id: one for one in _assets(connection, [state.asset_id for state in states])}
    change_seq = last_change(connection)
    new: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    past: list[dict[str, object]] = []
    for state in states:
        before = held.get(state.asset_id)
        if before is not None and _is_same(before, state):
            continue
        change_seq += 1
        row = asset_row(state.asset_id, state.record) | {
            "row_version": before.row_version + 1 if before else 1,
            "recorded_at": now,
            "is_gone": state.is_gone,
            "merged_into": state.merged_into,
            "change_seq": change_seq,
        }
        if before is None:
            new.append(row)
        else:
            past.append(past_row(before, now))
            changed.append({f"new_{name}": value for name, value in row.items()})
    if new:
        connection.execute(ASSETS.insert(), _without_unknown(new))
    if changed:
        names = [name.removeprefix("new_") for name in changed[0]]
        update = ASSETS.update().where(ASSETS.c.asset_id == sa.bindparam("new_asset_id"))
        connection.execute(ASSET_HISTORY.insert(), past)
        connection.execute(update.values({name: sa.bindparam(f"new_{name}") for name in names}), changed)
    return len(new) + len(changed)


def merge_assets(connection: sa.Connection, asset_ids: Sequence[str], now: dt.datetime) -> int:
    """Merge assets anew from their records and return how many changed; where only edits by hand are left, a tombstone stays."""
    members: dict[str, list[StoredSourceRecord]] = {asset_id: [] for asset_id in asset_ids}
    for part in _parts(asset_ids):
        query = sa.select(SOURCE_RECORDS).where(SOURCE_RECORDS.c.asset_id.in_(part), SOURCE_RECORDS.c.is_gone.is_(False))
        query = query.order_by(SOURCE_RECORDS.c.source_id, SOURCE_RECORDS.c.source_key)
        for row in connection.execute(query).mappings():
            one = source_record(cast("Mapping[str, object]", row))
            members[one.asset_id].append(one)
    held = {one.asset_id: one for one in _assets(connection, asset_ids)}
    return put_assets(connection, [_merged(held.get(asset_id), asset_id, found) for asset_id, found in members.items()], now)


def _merged(before: StoredAsset | None, asset_id: str, members: Sequence[StoredSourceRecord]) -> NewState:
    """Return the state that follows from the records of an asset."""
    if all(one.source_id == MANUAL for one in members):
        record = before.record if before else AssetRecord(values={})
        return NewState(asset_id=asset_id, record=record, is_gone=True, merged_into=before.merged_into if before else "")
    return NewState(asset_id=asset_id, record=merge([(one.record, one.source_id == MANUAL, one.imported_at) for one in members]))


def _is_same(before: StoredAsset, state: NewState) -> bool:
    said = AssetRecord(values={**state.record.values, "asset_id": state.asset_id}, known_from=state.record.known_from)
    return (said.digest(), state.is_gone, state.merged_into) == (before.record.digest(), before.is_gone, before.merged_into)


def _assets(connection: sa.Connection, asset_ids: Sequence[str]) -> Iterator[StoredAsset]:
    for part in _parts(asset_ids):
        for row in connection.execute(sa.select(ASSETS).where(ASSETS.c.asset_id.in_(part))).mappings():
            yield stored_asset(cast("Mapping[str, object]", row))


def _without_unknown(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return new rows without the columns that none of them fills: most lists fill few, and each costs time to send."""
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    return [{name: row[name] for name in names} for row in rows]


def _parts(asset_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(asset_ids), _PER_QUERY):
        yield asset_ids[start : start + _PER_QUERY]
