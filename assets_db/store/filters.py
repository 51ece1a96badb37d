"""Which assets to read."""

from __future__ import annotations

import math
from dataclasses import dataclass

import sqlalchemy as sa

from assets_db.errors import InvalidSourceError, one_of
from assets_db.schema import field_of
from assets_db.store.column_types import SRID
from assets_db.store.tables import ASSETS, SOURCE_RECORDS

_BOXES = sa.table("asset_boxes", *(sa.column(name) for name in ("asset_no", "west", "east", "south", "north")))


@dataclass(frozen=True, kw_only=True)
class AssetFilter:
    """
    What assets to read; an empty tuple leaves a field free.

    Attributes
    ----------
    bbox
        West, south, east, north [deg]: assets whose position lies within, edges included.
    asset_types, owner_classes, lifecycles, lg_codes, source_ids, sharing
        Values of the field; an asset of several lists is found under each.
    text
        Part of name, address or id.
    include_gone
        Tombstones too.
    changed_after
        Only assets whose last change has a higher number.
    """

    bbox: tuple[float, float, float, float] | None = None
    asset_types: tuple[str, ...] = ()
    owner_classes: tuple[str, ...] = ()
    lifecycles: tuple[str, ...] = ()
    lg_codes: tuple[str, ...] = ()
    source_ids: tuple[str, ...] = ()
    sharing: tuple[str, ...] = ()
    text: str = ""
    include_gone: bool = False
    changed_after: int = -1

    def __post_init__(self) -> None:
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not all(math.isfinite(one) for one in self.bbox) or west > east or south > north:
                raise InvalidSourceError("bbox", "must be west, south, east, north with west <= east and south <= north", self.bbox)
        for name, given in self.coded():
            known = field_of(name).values
            for value in given:
                if known and value not in known:
                    raise InvalidSourceError(name, one_of(value, known), value)

    def coded(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the fields that have to be one of some values."""
        return (
            ("asset_type", self.asset_types),
            ("owner_class", self.owner_classes),
            ("lifecycle", self.lifecycles),
            ("lg_code", self.lg_codes),
            ("sharing", self.sharing),
        )


def select_assets(chosen: AssetFilter, dialect: str) -> sa.Select[tuple[object, ...]]:
    """Return the query for assets, ordered by id."""
    columns = ASSETS.c
    query: sa.Select[tuple[object, ...]] = sa.select(ASSETS)
    if chosen.bbox is not None:
        query = _within(query, chosen.bbox, dialect)
    for name, given in chosen.coded():
        if given:
            query = query.where(columns[name].in_(given))
    if chosen.source_ids:
        of_lists = sa.select(SOURCE_RECORDS.c.asset_id).where(SOURCE_RECORDS.c.source_id.in_(chosen.source_ids))
        query = query.where(columns.asset_id.in_(of_lists))
    if chosen.text:
        places = (columns.name, columns.address, columns.asset_id)
        query = query.where(sa.or_(*(place.icontains(chosen.text, autoescape=True) for place in places)))
    if not chosen.include_gone:
        query = query.where(columns.is_gone.is_(False))
    if chosen.changed_after >= 0:
        query = query.where(columns.change_seq > chosen.changed_after)
    return query.order_by(columns.asset_id.collate("C") if dialect == "postgresql" else columns.asset_id)


def _within(query: sa.Select[tuple[object, ...]], bbox: tuple[float, float, float, float], dialect: str) -> sa.Select[tuple[object, ...]]:
    """Narrow a query to a box by the spatial index, then exactly: the index rounds outward."""
    west, south, east, north = bbox
    if dialect == "postgresql":
        point = sa.func.ST_SetSRID(sa.func.ST_MakePoint(ASSETS.c.lon, ASSETS.c.lat), sa.literal_column(str(SRID)))
        query = query.where(point.op("&&")(sa.func.ST_MakeEnvelope(west, south, east, north, SRID)))
    else:
        hits = sa.and_(_BOXES.c.east >= west, _BOXES.c.west <= east, _BOXES.c.north >= south, _BOXES.c.south <= north)
        query = query.join(_BOXES, _BOXES.c.asset_no == ASSETS.c.asset_no).where(hits)
    return query.where(ASSETS.c.lon.between(west, east), ASSETS.c.lat.between(south, north))
