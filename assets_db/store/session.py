"""Reading and writing within one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa

from assets_db.record import AssetRecord, Json, Provenance, Value
from assets_db.record_json import record_from_json, record_to_json
from assets_db.schema import Grade, field_of
from assets_db.store.asset_rows import StoredAsset, StoredSource, StoredSourceRecord, past_asset, source_record, stored_asset
from assets_db.store.audit import AuditHead, append_audit, audit_faults, audit_head
from assets_db.store.errors import RegisterError, StaleEditError, UnknownAssetError
from assets_db.store.filters import AssetFilter, select_assets
from assets_db.store.states import MANUAL, NewState, last_change, merge_assets, put_assets
from assets_db.store.tables import ASSET_HISTORY, ASSETS, SOURCE_RECORDS, SOURCES

_MANUAL_GRADE: Grade = "B"
_PER_READ = 1000
_NOT_EDITABLE = ("asset_id", "source_id", "source_key")


@dataclass(frozen=True, kw_only=True)
class ReadingSession:
    """One consistent view of the register."""

    connection: sa.Connection

    def asset(self, asset_id: str) -> StoredAsset | None:
        """Return an asset as it is now, a tombstone if it is gone; ``None`` if there never was one."""
        row = self.connection.execute(sa.select(ASSETS).where(ASSETS.c.asset_id == asset_id)).mappings().first()
        return stored_asset(cast("Mapping[str, object]", row)) if row else None

    def assets(self, chosen: AssetFilter | None = None) -> Iterator[StoredAsset]:
        """Return assets in the order of their ids, read a little at a time."""
        query = select_assets(chosen or AssetFilter(), self.connection.dialect.name)
        with self.connection.execute(query, execution_options={"yield_per": _PER_READ}) as result:
            for row in result.mappings():
                yield stored_asset(cast("Mapping[str, object]", row))

    def history(self, asset_id: str) -> tuple[StoredAsset, ...]:
        """Return every state the register held of an asset, the oldest first, the last as it is now."""
        now = self.asset(asset_id)
        if now is None:
            return ()
        query = sa.select(ASSET_HISTORY).where(ASSET_HISTORY.c.asset_id == asset_id).order_by(ASSET_HISTORY.c.row_version)
        past = [past_asset(cast("Mapping[str, object]", row)) for row in self.connection.execute(query).mappings()]
        return (*past, now)

    def asset_as_known(self, asset_id: str, at: dt.datetime) -> StoredAsset | None:
        """Return the state the register held at a moment; ``None`` if it did not know the asset yet."""
        known = [state for state in self.history(asset_id) if state.recorded_at <= at]
        return known[-1] if known else None

    def source_records(self, source_id: str) -> Iterator[StoredSourceRecord]:
        """Return the rows of a list, in the order of their keys."""
        query = sa.select(SOURCE_RECORDS).where(SOURCE_RECORDS.c.source_id == source_id).order_by(SOURCE_RECORDS.c.source_key)
        with self.connection.execute(query, execution_options={"yield_per": _PER_READ}) as result:
            for row in result.mappings():
                yield source_record(cast("Mapping[str, object]", row))

    def records_of(self, asset_id: str) -> tuple[StoredSourceRecord, ...]:
        """Return the rows of all lists, and the edits by hand, that an asset is made of."""
        query = sa.select(SOURCE_RECORDS).where(SOURCE_RECORDS.c.asset_id == asset_id)
        query = query.order_by(SOURCE_RECORDS.c.source_id, SOURCE_RECORDS.c.source_key)
        return tuple(source_record(cast("Mapping[str, object]", row)) for row in self.connection.execute(query).mappings())

    def sources(self) -> tuple[StoredSource, ...]:
        """Return the lists the register was fed with, in the order of their ids."""
        query = sa.select(SOURCES.c.source_id, SOURCES.c.licence, SOURCES.c.credit, SOURCES.c.is_synthetic).order_by(SOURCES.c.source_id)
        return tuple(StoredSource(**row) for row in self.connection.execute(query).mappings())

    def change_seq(self) -> int:
        """Return the number of the last change, 0 if there was none."""
        return last_change(self.connection)

    def audit_head(self) -> AuditHead:
        """Return the head of the audit trail."""
        return audit_head(self.connection)

    def audit_faults(self, known_head: AuditHead | None = None) -> tuple[str, ...]:
        """Return what is wrong with the audit trail, empty if nothing is."""
        return audit_faults(self.connection, known_head=known_head)


@dataclass(frozen=True, kw_only=True)
class WritingSession(ReadingSession):
    """A transaction of one person, for one reason, at one time; every change is in the audit trail."""

    who: str
    why: str
    now: dt.datetime

    def audit(self, action: str, what: Mapping[str, Json]) -> AuditHead:
        """Append to the audit trail what this transaction does."""
        return append_audit(self.connection, at=self.now, who=self.who, action=action, what=what, why=self.why)

    def edit(
        self, asset_id: str, changes: Mapping[str, Value | None], *, expected_version: int, grade: Grade = _MANUAL_GRADE
    ) -> StoredAsset:
        """
        Change fields by hand: kept as a record of source ``manual`` beside the originals.

        Parameters
        ----------
        asset_id
            The asset.
        changes
            New values by field; ``None`` takes an earlier edit of the field back.
        expected_version
            Version the person saw.
        grade
            How well measured fields are known.

        Raises
        ------
        StaleEditError
            Somebody else changed it since.
        UnknownAssetError
            There is no such asset.
        """
        for name in changes:
            field_of(name)
            if name in _NOT_EDITABLE:
                raise RegisterError(f"changes must leave {', '.join(_NOT_EDITABLE)} alone, got {name}")
        found = self._known(asset_id)
        if found.row_version != expected_version:
            raise StaleEditError(asset_id, expected=expected_version, found=found.row_version)
        self._put_manual(asset_id, changes, grade)
        changed = self.merge_anew(asset_id)
        self.audit("edit", {"asset_id": asset_id, "fields": list[Json](sorted(changes)), "row_version": changed.row_version})
        return changed

    def merge_anew(self, asset_id: str) -> StoredAsset:
        """Merge an asset from its records that are not gone; a tombstone if only edits by hand are left."""
        merge_assets(self.connection, (asset_id,), self.now)
        return self._known(asset_id)

    def put_asset(self, asset_id: str, record: AssetRecord, *, is_gone: bool = False, merged_into: str = "") -> StoredAsset:
        """Write the state of an asset, the one before kept in its history; nothing happens if nothing changes."""
        put_assets(self.connection, (NewState(asset_id=asset_id, record=record, is_gone=is_gone, merged_into=merged_into),), self.now)
        return self._known(asset_id)

    def _known(self, asset_id: str) -> StoredAsset:
        """Return an asset that has to be there."""
        found = self.asset(asset_id)
        if found is None:
            raise UnknownAssetError(asset_id)
        return found

    def _put_manual(self, asset_id: str, changes: Mapping[str, Value | None], grade: Grade) -> None:
        """Add changes to the record by hand of an asset."""
        is_own = (SOURCE_RECORDS.c.source_id == MANUAL) & (SOURCE_RECORDS.c.source_key == asset_id)
        row = self.connection.execute(sa.select(SOURCE_RECORDS.c.record).where(is_own)).scalar()
        before = record_from_json(row) if row else AssetRecord(values={"source_id": MANUAL, "source_key": asset_id})
        kept = {name: value for name, value in before.values.items() if name not in changes}
        new = {name: value for name, value in changes.items() if value is not None}
        known = {name: one for name, one in before.known_from.items() if name in kept}
        own = Provenance(MANUAL, self.now.date(), grade)
        record = AssetRecord(values={**kept, **new}, known_from={**known, **{name: own for name in new if field_of(name).is_measured}})
        said = {"record": record_to_json(record), "digest": record.digest(), "imported_at": self.now, "is_gone": False}
        if row:
            self.connection.execute(SOURCE_RECORDS.update().where(is_own).values(**said))
            return
        if not self.connection.execute(sa.select(SOURCES.c.source_id).where(SOURCES.c.source_id == MANUAL)).first():
            self.connection.execute(SOURCES.insert().values(source_id=MANUAL, licence="", credit="", first_at=self.now))
        self.connection.execute(
            SOURCE_RECORDS.insert().values(source_id=MANUAL, source_key=asset_id, asset_id=asset_id, batch=None, **said)
        )
