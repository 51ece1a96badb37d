"""How good the register is: what is known of what, how old it is, where lists disagree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import cast

import sqlalchemy as sa

from assets_db.publish.audience import Audience
from assets_db.quality.completeness import GroupBy, completeness
from assets_db.quality.conflicts import Conflict, conflicts
from assets_db.quality.staleness import Staleness, staleness
from assets_db.record import AssetRecord
from assets_db.schema import field_of
from assets_db.store import ReadingSession
from assets_db.store.asset_rows import source_record
from assets_db.store.tables import SOURCE_RECORDS

WANTED = (
    "lat",
    "height_agl_m",
    "mount_height_max_m",
    "load_capacity_kg",
    "structure",
    "built_year",
    "power_available",
    "fibre_distance_m",
    "access_hours",
    "carrier_capacity",
    "sharing",
)
"""Fields that decide whether an antenna can stand somewhere."""


@dataclass(frozen=True, kw_only=True)
class HeatTable:
    """
    Shares of assets of which a field is known.

    Attributes
    ----------
    fields
        Names of the fields, the columns.
    groups
        Values of the field that tells groups apart, the rows; empty text: unknown.
    n_assets
        Assets in each group.
    shares
        Share known, one row for each group, in [0, 1].
    """

    fields: tuple[str, ...]
    groups: tuple[str, ...]
    n_assets: tuple[int, ...]
    shares: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Conflicts:
    """
    Where lists disagree.

    Attributes
    ----------
    n_all
        Fields of assets on which they do.
    first
        The first of them.
    """

    n_all: int
    first: tuple[Conflict, ...]


def visible_fields(audience: Audience) -> tuple[str, ...]:
    """Return the fields whose completeness an audience may look at, in the order of columns."""
    return tuple(one.name for one in audience.fields if one.name not in {"asset_id", "needs_geocoding"})


def heat_table(session: ReadingSession, *, by: GroupBy, names: Sequence[str]) -> HeatTable:
    """Return how much is known of each field, group by group, the largest group first."""
    found = completeness(session.assets(), by=by, names=names)
    n_assets = {one.group: one.n_assets for one in found}
    share = {(one.group, one.field): one.share_known for one in found}
    groups = tuple(sorted(n_assets, key=lambda group: (-n_assets[group], group)))
    return HeatTable(
        fields=tuple(names),
        groups=groups,
        n_assets=tuple(n_assets[group] for group in groups),
        shares=tuple(tuple(share[group, name] for name in names) for group in groups),
    )


def ages(session: ReadingSession, *, today: dt.date) -> tuple[Staleness, ...]:
    """Return how old the values of each list are, the oldest first."""
    return staleness(session.assets(), today=today)


def disagreements(session: ReadingSession, *, audience: Audience, most: int = 200) -> Conflicts:
    """Return where lists disagree about one asset, in the fields that an audience may see."""
    found = (one for one in conflicts(_of_several_lists(session)) if field_of(one.field) in audience.fields)
    first = tuple(islice(found, most))
    return Conflicts(n_all=len(first) + sum(1 for _ in found), first=first)


def _of_several_lists(session: ReadingSession) -> Iterator[tuple[str, list[AssetRecord]]]:
    """Yield each asset that several records speak of, with what each of them says."""
    columns = SOURCE_RECORDS.c
    several = sa.select(columns.asset_id).where(columns.is_gone.is_(False)).group_by(columns.asset_id).having(sa.func.count() > 1)
    query = sa.select(SOURCE_RECORDS).where(columns.asset_id.in_(several), columns.is_gone.is_(False))
    query = query.order_by(columns.asset_id, columns.source_id, columns.source_key)
    with session.connection.execute(query, execution_options={"yield_per": 1000}) as result:
        records = (source_record(cast("Mapping[str, object]", row)) for row in result.mappings())
        for asset_id, own in groupby(records, key=lambda one: one.asset_id):
            yield asset_id, [one.record for one in own]
