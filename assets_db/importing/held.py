"""What the register holds of a list, and what a file says against it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version

import sqlalchemy as sa

from assets_db.errors import InvalidSourceError
from assets_db.record import AssetRecord
from assets_db.sources import SourceFile
from assets_db.store import MANUAL
from assets_db.store.tables import BATCHES, SOURCE_RECORDS


class Change(StrEnum):
    """What a row means to the register."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A row as imported before, by its digest."""

    digest: str
    asset_id: str
    is_gone: bool


@dataclass(frozen=True, kw_only=True)
class HeldList:
    """
    The rows of a list that the register holds, and those a file was seen to hold.

    Attributes
    ----------
    source_id
        The list.
    records
        What is held, by key.
    seen
        Keys the file has shown so far.
    """

    source_id: str
    records: dict[str, HeldRecord]
    seen: set[str] = field(default_factory=set)

    def change_of(self, record: AssetRecord) -> Change:
        """
        Return what a row means, and note that it was seen.

        Raises
        ------
        InvalidSourceError
            The row is of another list, has no key, or repeats one.
        """
        key = record.text("source_key")
        if record.text("source_id") != self.source_id:
            raise InvalidSourceError("source_id", f"must be {self.source_id} in every row", record.text("source_id"))
        if not key or key in self.seen:
            raise InvalidSourceError("source_key", "must be there and different in every row", key)
        self.seen.add(key)
        held = self.records.get(key)
        if held is None:
            return Change.NEW
        return Change.UNCHANGED if held.digest == record.digest() and not held.is_gone else Change.CHANGED

    def vanished(self) -> list[str]:
        """Return the keys held and not gone that the file, read to its end, did not show."""
        return sorted(key for key, held in self.records.items() if not held.is_gone and key not in self.seen)


def held_list(connection: sa.Connection, source_id: str) -> HeldList:
    """
    Return what the register holds of a list.

    Raises
    ------
    InvalidSourceError
        The name is kept for edits by hand.
    """
    if source_id == MANUAL:
        raise InvalidSourceError("source_id", "must be another name: this one is kept for edits by hand", source_id)
    columns = SOURCE_RECORDS.c
    query = sa.select(columns.source_key, columns.digest, columns.asset_id, columns.is_gone).where(columns.source_id == source_id)
    return HeldList(
        source_id=source_id, records={key: HeldRecord(digest, asset_id, gone) for key, digest, asset_id, gone in connection.execute(query)}
    )


@dataclass(frozen=True, kw_only=True)
class Digests:
    """What tells one import from another: the bytes, how they are read, and what the person said of them."""

    file_digest: str
    mapping_digest: str
    terms_digest: str


def digests_of(source_file: SourceFile) -> Digests:
    """Return the digests of an import; a new release of this package reads a file anew."""
    spec = source_file.spec
    terms = [version("siting"), spec.owner_class, spec.lg_code, spec.asset_type, spec.dataset, str(spec.as_of), spec.grade]
    terms += [
        str(spec.is_complete),
        spec.licence,
        spec.credit,
        str(spec.bounds),
        repr(spec.mapping),
        spec.geocoder.digest if spec.geocoder else "",
    ]
    return Digests(
        file_digest=source_file.digest,
        mapping_digest=_digest(sorted(source_file.mapping_used.items())),
        terms_digest=_digest(terms),
    )


def batch_of_same(connection: sa.Connection, source_id: str, digests: Digests) -> int | None:
    """Return the batch of the last import of a list if it was this very file; ``None`` otherwise."""
    columns = BATCHES.c
    query = sa.select(columns.batch, columns.file_digest, columns.mapping_digest, columns.terms_digest)
    last = connection.execute(query.where(columns.source_id == source_id).order_by(columns.batch.desc()).limit(1)).first()
    if last is None or (last.file_digest, last.mapping_digest, last.terms_digest) != (
        digests.file_digest,
        digests.mapping_digest,
        digests.terms_digest,
    ):
        return None
    return int(last.batch)


def _digest(said: object) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
