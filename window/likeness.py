"""Cases like a given one: duplicates still open, and past ones to learn from."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from window.case_rows import seen_by
from window.policy import Person
from window.requests import CaseLine
from window.tables import AREAS, CASE_ASSETS, CASES

NEAR_M = 50.0
"""Assets closer than this may be one and the same place [m]."""

FAR_M = 50_000.0
"""Farther away nothing is alike [m]."""

SHARED = 0.5
"""Share of the smaller of two search areas from which on they are alike."""

NEAR_DAYS = 180
"""Inquiries closer in time than this may be one and the same."""

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """
    A case like another.

    Attributes
    ----------
    case_id, carrier_org, state, opened_at
        The other case.
    asset_id
        Asset that makes it alike; empty where it is the search area.
    distance_m
        From the nearest asset of the case; 0 for the same asset.
    """

    case_id: str
    carrier_org: str
    state: str
    opened_at: dt.datetime
    asset_id: str
    distance_m: float


def alike(connection: sa.Connection, person: Person, line: CaseLine, *, is_open: bool, within_m: float) -> tuple[Likeness, ...]:
    """
    Return cases about the same assets, near ones, or the same search area, the nearest first.

    Parameters
    ----------
    connection, person
        Who asks; only cases the person may see are found.
    line
        The case.
    is_open
        Open cases of nearly the same time, or ended ones of any time.
    within_m
        How near [m].
    """
    own = connection.execute(sa.select(CASE_ASSETS).where(CASE_ASSETS.c.case_id == line.case_id)).all()
    others = (CASES.c.case_id != line.case_id) & (CASES.c.is_open == sa.literal(is_open, sa.Boolean)) & seen_by(person, CASES.c.case_id)
    if is_open:
        span = dt.timedelta(days=NEAR_DAYS)
        others &= CASES.c.opened_at.between(line.opened_at - span, line.opened_at + span)
    best: dict[str, Likeness] = {one.case_id: one for one in _overlapping(connection, line.case_id, others)}
    for asset in own:
        query = (
            sa.select(CASES, CASE_ASSETS.c.asset_id, CASE_ASSETS.c.lat, CASE_ASSETS.c.lon)
            .join(CASES, CASES.c.case_id == CASE_ASSETS.c.case_id)
            .where(others, sa.or_(CASE_ASSETS.c.asset_id == asset.asset_id, _in_box(asset.lat, asset.lon, within_m)))
        )
        for row in connection.execute(query):
            away = 0.0 if row.asset_id == asset.asset_id else distance_m(asset.lat, asset.lon, row.lat, row.lon)
            known = best.get(row.case_id)
            if away <= within_m and (known is None or away < known.distance_m):
                best[row.case_id] = _likeness(row, row.asset_id, away)
    return tuple(sorted(best.values(), key=lambda one: (one.distance_m, one.case_id)))


def _overlapping(connection: sa.Connection, case_id: str, others: sa.ColumnElement[bool]) -> Iterator[Likeness]:
    """Give the cases whose search area shares half or more of the smaller one of the two areas."""
    own = connection.execute(sa.select(AREAS).where(AREAS.c.case_id == case_id)).first()
    if own is None:
        return
    meets = (AREAS.c.west < own.east) & (AREAS.c.east > own.west) & (AREAS.c.south < own.north) & (AREAS.c.north > own.south)
    query = sa.select(CASES, AREAS.c.west, AREAS.c.south, AREAS.c.east, AREAS.c.north).join(AREAS, AREAS.c.case_id == CASES.c.case_id)
    for row in connection.execute(query.where(others, meets)):
        shared = (min(own.east, row.east) - max(own.west, row.west)) * (min(own.north, row.north) - max(own.south, row.south))
        smaller = min((one.east - one.west) * (one.north - one.south) for one in (own, row))
        if shared >= SHARED * smaller:
            yield _likeness(row, "", 0.0)


def _likeness(row: sa.Row[tuple[object, ...]], asset_id: str, distance: float) -> Likeness:
    return Likeness(
        case_id=row.case_id,
        carrier_org=row.carrier_org,
        state=row.state,
        opened_at=row.opened_at,
        asset_id=asset_id,
        distance_m=distance,
    )


def _in_box(lat: float | None, lon: float | None, within_m: float) -> sa.ColumnElement[bool]:
    """Return the condition of lying in a box around a place; nothing does where the place is unknown."""
    if lat is None or lon is None:
        return sa.false()
    up = within_m / _METRES_PER_DEGREE
    aside = up / max(0.01, math.cos(math.radians(lat)))
    return CASE_ASSETS.c.lat.between(lat - up, lat + up) & CASE_ASSETS.c.lon.between(lon - aside, lon + aside)


def distance_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the distance of two near places [m], on a sphere."""
    north = (lat_b - lat_a) * _METRES_PER_DEGREE
    east = (lon_b - lon_a) * _METRES_PER_DEGREE * math.cos(math.radians((lat_a + lat_b) / 2))
    return math.hypot(north, east)
