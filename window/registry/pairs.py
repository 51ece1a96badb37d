"""Doubtful pairs: looked at side by side and decided by a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from assets_db.publish.audience import seen_by
from assets_db.publish.cells import TEXT_OF
from assets_db.record import AssetRecord
from assets_db.schema import fields
from assets_db.store import ReadingSession, Register, RegisterError
from assets_db.store.tables import PAIRS
from assets_db.unify.register import PairView, UnifyReport, confirm_pair, doubtful_pairs, split_pair, unify_register
from window.policy import Person, demand
from window.registry.access import audience_of
from window.requests import checked_text

_NOT_SHOWN = frozenset({"asset_id", "source_id", "source_key", "source_dataset", "geometry", "needs_geocoding"})


@dataclass(frozen=True, kw_only=True)
class Compared:
    """
    What two records say of a field.

    Attributes
    ----------
    field
        Its name.
    one, other
        As text; empty if unknown.
    """

    field: str
    one: str
    other: str

    @property
    def is_same(self) -> bool:
        """Whether both know it and say the same."""
        return bool(self.one) and self.one == self.other

    @property
    def is_different(self) -> bool:
        """Whether both know it and say different things."""
        return bool(self.one) and bool(self.other) and self.one != self.other


def open_pairs(session: ReadingSession, *, most: int = 200) -> tuple[PairView, ...]:
    """Return pairs that wait for a decision, the likeliest first."""
    return tuple(islice(doubtful_pairs(session), most))


def count_open(session: ReadingSession) -> int:
    """Return how many pairs wait for a decision."""
    return int(session.connection.execute(sa.select(sa.func.count()).select_from(PAIRS).where(PAIRS.c.state == "open")).scalar_one())


def side_by_side(session: ReadingSession, pair: PairView, *, person: Person) -> tuple[Compared, ...]:
    """Return the fields that at least one of two records knows, as far as the person may see them; differences first."""
    audience = audience_of(person)
    records = [
        seen_by(audience, _record(session, asset_id, key)) for asset_id, key in zip(pair.asset_ids, (pair.one, pair.other), strict=True)
    ]
    found = [
        Compared(field=name, one=_text(records[0], name), other=_text(records[1], name))
        for name in fields()
        if name not in _NOT_SHOWN and any(name in record.values for record in records)
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_different, not one.is_same)))


def decide(register: Register, pair: PairView, *, is_same: bool, person: Person, why: str, now: dt.datetime) -> None:
    """
    Say that two records are one thing, or that they are not.

    Raises
    ------
    NotAllowedError
        The person's role may not change the register.
    InvalidRequestError
        No reason is given.
    RegisterError
        Somebody else decided it in between.
    """
    demand(person, "change", "register")
    with register.writing(who=person.person_id, why=checked_text("why", why, is_needed=True), now=now) as session:
        if is_same:
            confirm_pair(session, pair.one, pair.other)
        else:
            split_pair(session, pair.one, pair.other)


def compare_lists(register: Register, *, person: Person, why: str, now: dt.datetime, apply: bool) -> UnifyReport:
    """
    Look for records of one real thing across lists; if asked, join the sure ones and queue the doubtful ones.

    Raises
    ------
    NotAllowedError
        The person's role may not change the register.
    InvalidRequestError
        It is to be applied and no reason is given.
    """
    demand(person, "change", "register")
    reason = checked_text("why", why, is_needed=True) if apply else "look"
    return unify_register(register, who=person.person_id, why=reason, now=now, apply=apply)


def _record(session: ReadingSession, asset_id: str, key: tuple[str, str]) -> AssetRecord:
    """Return a record of an asset."""
    found = next((one.record for one in session.records_of(asset_id) if (one.source_id, one.source_key) == key), None)
    if found is None:
        raise RegisterError(f"record must be one of {asset_id}, got {key[0]}:{key[1]}")
    return found


def _text(record: AssetRecord, name: str) -> str:
    """Return a value as text; empty if unknown."""
    return TEXT_OF[fields()[name].kind](record.values[name]) if name in record.values else ""
