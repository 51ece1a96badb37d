"""Pairs of records that may speak of one thing: near one another, or of one name where a position is missing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from assets_db.record import AssetRecord
from assets_db.sources.addresses import comparable_address
from assets_db.unify.names import Name, comparable_name
from assets_db.unify.settings import Settings

_METRES_PER_DEGREE = 111_320.0
_MOST_NAMESAKES = 20
"""Records without position of one name: more than these are a word, not a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A record, and of it what is compared."""

    source_id: str
    source_key: str
    asset_id: str
    asset_type: str
    name: Name
    address: str
    lat: float
    lon: float
    accuracy_m: float

    @property
    def key(self) -> tuple[str, str]:
        """Where the record comes from."""
        return self.source_id, self.source_key

    @property
    def has_place(self) -> bool:
        """Whether its position is known."""
        return not math.isnan(self.lat)


def member_of(record: AssetRecord, source_id: str, source_key: str, asset_id: str) -> Member:
    """Return a record in the form in which records are compared."""
    lat, lon = record.number("lat"), record.number("lon")
    is_placed = lat is not None and lon is not None
    return Member(
        source_id=source_id,
        source_key=source_key,
        asset_id=asset_id,
        asset_type=record.text("asset_type"),
        name=comparable_name(record.text("name"), record.text("name_kana")),
        address=comparable_address(record.text("address")),
        lat=lat if lat is not None and is_placed else math.nan,
        lon=lon if lon is not None and is_placed else math.nan,
        accuracy_m=record.number("accuracy_m") or 0.0,
    )


def distance_m(one: Member, other: Member) -> float:
    """Return the distance of two positions [m]; NaN if one is unknown."""
    middle = math.cos(math.radians((one.lat + other.lat) / 2.0))
    return _METRES_PER_DEGREE * math.hypot(one.lat - other.lat, (one.lon - other.lon) * middle)


def reach_m(one: Member, other: Member, rules: Settings) -> float:
    """Return the distance beyond which two records are of different things [m]."""
    known = [rules.reach_of(member.asset_type) for member in (one, other) if member.asset_type]
    return (max(known) if known else rules.reach_of("")) + one.accuracy_m + other.accuracy_m


def candidate_pairs(members: Sequence[Member], rules: Settings) -> Iterator[tuple[int, int]]:
    """Yield the positions of two members of different lists that may be one thing, each pair once, the lower first."""
    yield from _near(members, rules)
    yield from _namesakes(members)


def _near(members: Sequence[Member], rules: Settings) -> Iterator[tuple[int, int]]:
    """Yield the pairs within reach, by type: far-reaching kinds ask for what is near them, so that poles need no wide search."""
    placed = np.array([i for i, member in enumerate(members) if member.has_place], dtype=np.int64)
    if not len(placed):
        return
    lat = np.array([members[i].lat for i in placed])
    lon = np.array([members[i].lon for i in placed])
    tree = shapely.STRtree(np.asarray(shapely.points(lon, lat)))
    reach = np.array([rules.reach_of(members[i].asset_type) + 2.0 * members[i].accuracy_m for i in placed])
    dy = reach / _METRES_PER_DEGREE
    dx = dy / np.maximum(np.cos(np.radians(lat)), 0.01)
    asked, found = tree.query(shapely.box(lon - dx, lat - dy, lon + dx, lat + dy))
    low, high = np.minimum(asked, found), np.maximum(asked, found)
    code = np.unique(low[low < high] * len(placed) + high[low < high])
    for a, b in zip(placed[code // len(placed)].tolist(), placed[code % len(placed)].tolist(), strict=True):
        one, other = members[a], members[b]
        if one.source_id != other.source_id and distance_m(one, other) <= reach_m(one, other, rules):
            yield a, b


def _namesakes(members: Sequence[Member]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of one name of which one at least has no position."""
    by_name: dict[tuple[str, tuple[int, ...]], list[int]] = defaultdict(list)
    for i, member in enumerate(members):
        if len(member.name.plain) > 1:
            by_name[member.name.plain, member.name.numbers].append(i)
    for same in by_name.values():
        if 1 < len(same) <= _MOST_NAMESAKES and not all(members[i].has_place for i in same):
            for n, a in enumerate(same):
                for b in same[n + 1 :]:
                    if members[a].source_id != members[b].source_id and not (members[a].has_place and members[b].has_place):
                        yield a, b
