"""Slots of assets: who holds them, who waits for them. Counted over all carriers, within the writer's transaction."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from assets_db.record import AssetRecord
from assets_db.store import ReadingSession, WritingSession
from window.machine import case_machine
from window.requests import WaitingLine
from window.tables import CASE_ASSETS, CASES, HOLDS, WAITING

HOLDING = tuple(state.name for state in case_machine().states if "hold" in state.clocks)
"""States in which a hold counts against the cap: once applied for, a slot is no longer merely kept from others."""


def is_lost(session: ReadingSession, asset_id: str) -> bool:
    """Tell whether an asset is gone or retired."""
    found = session.asset(asset_id)
    return found is None or found.is_gone or found.record.text("lifecycle") == "retired"


def capacity_of(record: AssetRecord) -> int:
    """Return the carriers an asset can take; 1 where nobody knows."""
    return int(record.number("carrier_capacity") or 1)


def carriers_on(record: AssetRecord) -> frozenset[str]:
    """Return the carriers that are on an asset already, as its occupancy says."""
    occupancy = record.values.get("occupancy")
    entries = occupancy if isinstance(occupancy, list) else []
    return frozenset(str(entry.get("carrier", "")) for entry in entries if isinstance(entry, dict))


def free_slot(session: ReadingSession, asset_id: str) -> int | None:
    """Return the lowest slot of an asset that nobody holds or occupies; ``None`` if there is none."""
    found = session.asset(asset_id)
    if found is None:
        return None
    n_slots = capacity_of(found.record) - len(carriers_on(found.record))
    query = sa.select(HOLDS.c.slot).where(HOLDS.c.asset_id == asset_id, HOLDS.c.is_active)
    taken = set(session.connection.execute(query).scalars())
    if len(taken) >= n_slots:
        return None
    return next(slot for slot in range(1, len(taken) + 2) if slot not in taken)


def cap_left(session: ReadingSession, case_id: str, carrier_org: str, cap: int) -> int:
    """Return how many further assets the carrier could hold after this case, in the zone where least is left."""
    wanted = sa.select(CASE_ASSETS.c.zone, sa.func.count().label("n")).where(CASE_ASSETS.c.case_id == case_id).group_by(CASE_ASSETS.c.zone)
    left = [cap]
    for zone, n_wanted in session.connection.execute(wanted).all():
        own = (HOLDS.c.carrier_org == carrier_org) & (HOLDS.c.zone == zone) & HOLDS.c.is_active
        query = (
            sa.select(sa.func.count())
            .select_from(HOLDS.join(CASES, CASES.c.case_id == HOLDS.c.case_id))
            .where(own, CASES.c.state.in_(HOLDING))
        )
        left.append(cap - int(session.connection.execute(query).scalar_one()) - int(n_wanted))
    return min(left)


def take_slots(session: WritingSession, case_id: str, carrier_org: str) -> None:
    """Hold every asset of a case. The database keeps one holder per slot, whatever happens."""
    rows = session.connection.execute(sa.select(CASE_ASSETS).where(CASE_ASSETS.c.case_id == case_id)).all()
    for row in rows:
        session.connection.execute(
            HOLDS.insert().values(
                case_id=case_id,
                asset_id=row.asset_id,
                slot=free_slot(session, row.asset_id),
                carrier_org=carrier_org,
                zone=row.zone,
                held_at=session.now,
                is_active=True,
            )
        )
    leave_list(session, case_id)


def release_slots(session: WritingSession, case_id: str) -> tuple[str, ...]:
    """End the holds of a case and return the assets set free."""
    is_held = (HOLDS.c.case_id == case_id) & HOLDS.c.is_active
    freed = tuple(session.connection.execute(sa.select(HOLDS.c.asset_id).where(is_held).order_by(HOLDS.c.asset_id)).scalars())
    session.connection.execute(HOLDS.update().where(is_held).values(is_active=False))
    leave_list(session, case_id)
    return freed


def join_list(session: WritingSession, case_id: str, asset_ids: Sequence[str]) -> None:
    """
    Put a case at the end of the waiting list of its assets; where it waits already, its place stays.

    Who comes later never waits since earlier: a clock that is behind gains nobody a place.
    """
    latest = session.connection.execute(sa.select(WAITING.c.since).order_by(WAITING.c.since.desc()).limit(1)).scalar()
    since = max(session.now, latest) if latest else session.now
    waits = (WAITING.c.case_id == case_id) & WAITING.c.is_waiting
    known = set(session.connection.execute(sa.select(WAITING.c.asset_id).where(waits)).scalars())
    for asset_id in asset_ids:
        if asset_id in known:
            continue
        last = session.connection.execute(sa.select(sa.func.max(WAITING.c.place)).where(WAITING.c.asset_id == asset_id)).scalar() or 0
        values = {"asset_id": asset_id, "place": last + 1, "case_id": case_id, "since": since, "is_waiting": True}
        session.connection.execute(WAITING.insert().values(**values))


def leave_list(session: WritingSession, case_id: str) -> None:
    """Take a case off the waiting lists."""
    session.connection.execute(WAITING.update().where(WAITING.c.case_id == case_id, WAITING.c.is_waiting).values(is_waiting=False))


def next_in_line(session: ReadingSession, asset_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the cases that wait for assets, who came first goes first."""
    query = (
        sa.select(WAITING.c.case_id)
        .join(CASES, CASES.c.case_id == WAITING.c.case_id)
        .where(WAITING.c.asset_id.in_(asset_ids), WAITING.c.is_waiting, CASES.c.state == "SCREENING")
        .order_by(WAITING.c.since, WAITING.c.place, WAITING.c.case_id)
    )
    return tuple(dict.fromkeys(session.connection.execute(query).scalars()))


def waiting_assets(session: ReadingSession) -> tuple[str, ...]:
    """Return the assets that somebody waits for."""
    query = sa.select(WAITING.c.asset_id).where(WAITING.c.is_waiting).distinct().order_by(WAITING.c.asset_id)
    return tuple(session.connection.execute(query).scalars())


def places_of(session: ReadingSession, case_id: str) -> tuple[WaitingLine, ...]:
    """Return the place of a case on the waiting list of each of its assets, counted over all carriers."""
    ahead = WAITING.alias()
    n_ahead = (
        sa.select(sa.func.count())
        .where(ahead.c.asset_id == WAITING.c.asset_id, ahead.c.is_waiting, ahead.c.place < WAITING.c.place)
        .scalar_subquery()
    )
    waits = sa.select(WAITING.c.asset_id, n_ahead.label("n_ahead"), WAITING.c.since).where(
        WAITING.c.case_id == case_id, WAITING.c.is_waiting
    )
    rows = session.connection.execute(waits.order_by(WAITING.c.asset_id))
    return tuple(WaitingLine(asset_id=row.asset_id, place=row.n_ahead + 1, since=row.since) for row in rows)
