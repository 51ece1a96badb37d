"""Where all assets of a register are, in memory: a map of hundreds of thousands asks again with every move."""

from __future__ import annotations

import math
import threading
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import sqlalchemy as sa

from assets_db.errors import InvalidSourceError
from assets_db.sources.mesh import mesh_bounds
from assets_db.store import Register
from assets_db.store.tables import ASSETS
from siting.arrays import BoolArray, FloatArray, IntArray

FILTERED = ("asset_type", "owner_class", "lifecycle", "sharing", "lg_code", "grade")
"""What the map is narrowed by: fields, and the grade of the height."""

ZONE = "zone"
"""What the map is narrowed by as well: an asset may lie in several zones."""

UNGRADED = "ungraded"
"""Stands for a height whose grade nobody gave."""

ZonesOf: TypeAlias = Callable[[FloatArray, FloatArray], Mapping[str, BoolArray]]
"""Tells which positions (longitudes, latitudes [deg]) lie in each zone, by its name."""

UNKNOWN = "unknown"
"""Stands for a field without a value among the filters."""

MOST_POINTS = 1500
"""Assets drawn one by one; more are drawn as clusters."""

_CLUSTERS_ALONG = 24
_LEAST_BOX_DEG = 1e-6


@dataclass(frozen=True, kw_only=True)
class Found:
    """Assets of a part of the map: one by one, or as clusters (longitude, latitude, how many) where they are too many."""

    rows: IntArray
    clusters: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class AssetIndex:
    """
    Positions and what is searched and filtered, of every asset that has a position and is not gone.

    Attributes
    ----------
    change_seq
        Number of the register's last change it knows of.
    ids, names
        One per asset.
    lon, lat
        Degrees, shape (n,).
    values, codes
        Values of each filtered field, and which of them each asset has, shape (n,).
    search_text
        Id, name, kana and address of each asset, folded.
    zones
        Which assets lie in each zone, by its name, shape (n,).
    """

    change_seq: int
    ids: tuple[str, ...]
    names: tuple[str, ...]
    lon: FloatArray
    lat: FloatArray
    values: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, IntArray]
    search_text: tuple[str, ...]
    zones: Mapping[str, BoolArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def place_of(self, asset_id: str) -> tuple[float, float] | None:
        """Return longitude and latitude of an asset; ``None`` for one that has no position."""
        row = self._rows.get(asset_id)
        return None if row is None else (float(self.lon[row]), float(self.lat[row]))

    def name_of(self, asset_id: str) -> str:
        """Return the name of an asset; empty for one without name or position."""
        row = self._rows.get(asset_id)
        return "" if row is None else self.names[row]

    def middle(self) -> tuple[float, float]:
        """Return the middle of all assets (longitude, latitude [deg]); of the islands of Japan where there are none."""
        if not len(self):
            return 138.0, 37.0
        return float((self.lon.min() + self.lon.max()) / 2), float((self.lat.min() + self.lat.max()) / 2)

    def zoom(self, pixels: int = 640) -> int:
        """Return the zoom of a web map at which all assets fit into so many pixels."""
        if not len(self):
            return 5
        return zoom_of((float(self.lon.min()), float(self.lat.min()), float(self.lon.max()), float(self.lat.max())), pixels)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {one: row for row, one in enumerate(self.ids)}

    def chosen(self, wanted: Mapping[str, tuple[str, ...]], text: str = "") -> BoolArray:
        """Return which assets have one of the wanted values of each field, lie in a wanted zone, and hold a text; what is empty is free."""
        is_chosen = np.ones(len(self), dtype=bool)
        for name, values in wanted.items():
            if values and name == ZONE:
                is_chosen &= np.logical_or.reduce([self.zones.get(one, np.zeros(len(self), dtype=bool)) for one in values])
            elif values:
                codes = [place for place, value in enumerate(self.values[name]) if value in values]
                is_chosen &= np.isin(self.codes[name], codes)
        folded = fold(text)
        if folded:
            is_found = np.fromiter((folded in one for one in self.search_text), dtype=bool, count=len(self))
            mesh = mesh_box(folded)
            if mesh is not None:
                is_found |= (self.lon >= mesh[0]) & (self.lon < mesh[2]) & (self.lat >= mesh[1]) & (self.lat < mesh[3])
            is_chosen &= is_found
        return is_chosen

    def within(self, bbox: tuple[float, float, float, float], is_chosen: BoolArray, *, most: int = MOST_POINTS) -> Found:
        """Return the chosen assets of a box (west, south, east, north), clustered where they are more than ``most``."""
        west, south, east, north = bbox
        is_inside = is_chosen & (self.lon >= west) & (self.lon <= east) & (self.lat >= south) & (self.lat <= north)
        rows = np.flatnonzero(is_inside).astype(np.int64)
        if len(rows) <= most:
            return Found(rows=rows)
        step = max(east - west, north - south, _LEAST_BOX_DEG) / _CLUSTERS_ALONG
        lon, lat = self.lon[rows], self.lat[rows]
        column, row = np.floor(lon / step).astype(np.int64), np.floor(lat / step).astype(np.int64)
        cell = (column - column.min()) * (row.max() - row.min() + 1) + row - row.min()
        _, place = np.unique(cell, return_inverse=True)
        count = np.bincount(place)
        middle = (np.bincount(place, weights=lon) / count, np.bincount(place, weights=lat) / count)
        clusters = tuple(zip(np.round(middle[0], 6).tolist(), np.round(middle[1], 6).tolist(), count.tolist(), strict=True))
        return Found(rows=np.empty(0, dtype=np.int64), clusters=clusters)


def zoom_of(bbox: tuple[float, float, float, float], pixels: int = 640) -> int:
    """Return the zoom of a web map at which a box (west, south, east, north [deg]) fits into so many pixels."""
    west, south, east, north = bbox
    extent = max(east - west, (north - south) / math.cos(math.radians((south + north) / 2)), 1e-3)
    return int(min(18, max(5, math.floor(math.log2(360.0 * pixels / 256.0 / extent)))))


def mesh_box(text: str) -> tuple[float, float, float, float] | None:
    """Return the box (west, south, east, north [deg]) of a mesh code of JIS X 0410; ``None`` for other text."""
    try:
        return mesh_bounds(text)
    except InvalidSourceError:
        return None


def fold(text: str) -> str:
    """Return text as it is searched: widths, cases and spaces do not matter."""
    return unicodedata.normalize("NFKC", text).casefold().replace(" ", "")


def no_zones(_lon: FloatArray, _lat: FloatArray) -> Mapping[str, BoolArray]:
    """Know no zones."""
    return {}


def read_index(register: Register, zones_of: ZonesOf = no_zones) -> AssetIndex:
    """Read all positions, and find their zones."""
    columns = ASSETS.c
    heights = ("height_agl_m", "mount_height_max_m")
    grades = [(columns[name].is_not(None), sa.func.coalesce(columns.known_from[name, 2].as_string(), UNGRADED)) for name in heights]
    narrowed = (*(columns[name] for name in FILTERED[:-1]), sa.case(*grades, else_=None))
    shown = (columns.asset_id, columns.name, columns.name_kana, columns.address, columns.lon, columns.lat, *narrowed)
    query = sa.select(*shown).where(columns.is_gone.is_(False), columns.lon.is_not(None), columns.lat.is_not(None))
    with register.reading() as session:
        change_seq = session.change_seq()
        rows = session.connection.execute(query.order_by(columns.asset_no)).all()
    table = list(zip(*rows, strict=True)) or [()] * len(shown)
    values: dict[str, tuple[str, ...]] = {}
    codes: dict[str, IntArray] = {}
    for name, column in zip(FILTERED, table[6:], strict=True):
        words = [UNKNOWN if one is None else str(one) for one in column]
        values[name] = tuple(sorted(set(words)))
        place = {value: number for number, value in enumerate(values[name])}
        codes[name] = np.array([place[one] for one in words], dtype=np.int64)
    lon, lat = np.array(table[4], dtype=np.float64), np.array(table[5], dtype=np.float64)
    return AssetIndex(
        change_seq=change_seq,
        ids=tuple(map(str, table[0])),
        names=tuple(str(one or "") for one in table[1]),
        lon=lon,
        lat=lat,
        values=values,
        codes=codes,
        search_text=tuple(fold("\n".join(str(part or "") for part in row[:4])) for row in rows),
        zones=zones_of(lon, lat),
    )


class IndexKeeper:
    """
    Keeps the index of a register, and reads it anew once the register has changed.

    Parameters
    ----------
    register
        The register.
    zones_of
        Tells what lies in which zone.
    """

    def __init__(self, register: Register, zones_of: ZonesOf = no_zones) -> None:
        self._register = register
        self._zones_of = zones_of
        self._lock = threading.Lock()
        self._index: AssetIndex | None = None

    def current(self) -> AssetIndex:
        """Return the index as of the register's last change."""
        with self._register.reading() as session:
            newest = session.change_seq()
        with self._lock:
            if self._index is None or self._index.change_seq < newest:
                self._index = read_index(self._register, self._zones_of)
            return self._index
