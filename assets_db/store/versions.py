"""Published versions: states of the register that carriers hold, and what has changed between two of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import cast

import sqlalchemy as sa

from assets_db.store.asset_rows import StoredAsset, past_asset, stored_asset
from assets_db.store.errors import RegisterError
from assets_db.store.session import ReadingSession, WritingSession
from assets_db.store.tables import ASSET_HISTORY, ASSETS, VERSIONS

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """
    A published version.

    Attributes
    ----------
    number
        1 for the first.
    at
        When it was published.
    change_seq
        Last change it holds.
    audit_hash
        Head of the audit trail when it was made.
    """

    number: int
    at: dt.datetime
    change_seq: int
    audit_hash: str


def versions(session: ReadingSession) -> tuple[StoredVersion, ...]:
    """Return the published versions, the first one first."""
    return tuple(_version(row) for row in session.connection.execute(sa.select(VERSIONS).order_by(VERSIONS.c.version)))


def version_of(session: ReadingSession, number: int) -> StoredVersion:
    """
    Return a published version.

    Raises
    ------
    RegisterError
        There is none of that number.
    """
    row = session.connection.execute(sa.select(VERSIONS).where(VERSIONS.c.version == number)).first()
    if row is None:
        last = session.connection.execute(sa.select(sa.func.coalesce(sa.func.max(VERSIONS.c.version), 0))).scalar_one()
        raise RegisterError(f"version must be a published one, from 1 to {last}, got {number}")
    return _version(row)


def add_version(session: WritingSession) -> StoredVersion:
    """Publish the register as it stands: the present state becomes a version."""
    head = session.audit_head()
    row = {
        "at": session.now,
        "who": session.who,
        "why": session.why,
        "change_seq": session.change_seq(),
        "audit_seq": head.seq,
        "audit_hash": head.hash,
    }
    number = int(session.connection.execute(VERSIONS.insert().values(**row).returning(VERSIONS.c.version)).scalar_one())
    session.audit("publish", {"version": number, "change_seq": session.change_seq()})
    return version_of(session, number)


def assets_of_version(session: ReadingSession, version: StoredVersion) -> Iterator[StoredAsset]:
    """Yield the assets as a version holds them, in the order of their ids; tombstones too."""
    for _, after in changed_between(session, since=0, until=version.change_seq):
        if after is not None:
            yield after


def changed_between(session: ReadingSession, *, since: int, until: int) -> Iterator[tuple[StoredAsset | None, StoredAsset | None]]:
    """
    Yield the states of every asset that changed between two changes of the register, before and after, in the order of their ids.

    Parameters
    ----------
    session
        A view of the register.
    since, until
        Numbers of changes: states after the first and after the second; 0 is the empty register.
    """
    query = sa.select(ASSETS.c.asset_id).where(ASSETS.c.change_seq > since)
    ids = sorted(session.connection.execute(query).scalars())
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        for _, states in groupby(_states(session, part), key=lambda one: one.asset_id):
            known = list(states)
            before, after = _as_of(known, since), _as_of(known, until)
            if after is not None and after is not before:
                yield before, after


def _states(session: ReadingSession, asset_ids: list[str]) -> list[StoredAsset]:
    """Return all states of some assets, by id and age."""
    past = session.connection.execute(sa.select(ASSET_HISTORY).where(ASSET_HISTORY.c.asset_id.in_(asset_ids))).mappings()
    now = session.connection.execute(sa.select(ASSETS).where(ASSETS.c.asset_id.in_(asset_ids))).mappings()
    states = [past_asset(cast("Mapping[str, object]", row)) for row in past]
    states += [stored_asset(cast("Mapping[str, object]", row)) for row in now]
    return sorted(states, key=lambda one: (one.asset_id, one.change_seq))


def _as_of(states: list[StoredAsset], change_seq: int) -> StoredAsset | None:
    """Return the last state up to a change."""
    return next((one for one in reversed(states) if one.change_seq <= change_seq), None)


def _version(row: sa.Row[tuple[object, ...]]) -> StoredVersion:
    return StoredVersion(number=row.version, at=row.at, change_seq=row.change_seq, audit_hash=row.audit_hash)
