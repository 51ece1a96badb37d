"""Positions of addresses from a file of towns or municipalities that the user has; nothing is fetched."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from assets_db.errors import InvalidSourceError
from assets_db.record import Json
from assets_db.row_checks import RowProblem
from assets_db.schema import field_of
from assets_db.sources.addresses import comparable_address, with_section
from assets_db.sources.aliases import header_of
from assets_db.sources.csv_files import csv_table
from assets_db.sources.geocoding import Geocoded
from assets_db.sources.json_files import read_json
from assets_db.sources.layout import Cells, text_of
from assets_db.sources.tabular import body_of, layout_of
from assets_db.sources.values import parse_value

SECTION_ACCURACY_M = 500.0
"""How far an address may lie from the centre of its section (丁目), where the file does not say."""

TOWN_ACCURACY_M = 1500.0
"""The same for a town without sections."""

_METRES_PER_DEGREE = 111_320.0
_SAME_PLACE_DEGREES = 0.01
_PREFECTURE = re.compile("(東京都|北海道|(?:京都|大阪)府|.{2,3}県)")
_WIDE = re.compile("[市区町村郡]$")
_BOUNDARY = re.compile("[0-9-]|番|無番地|$")
_NAMES = tuple(
    tuple(header_of(one).whole for one in names)
    for names in (
        ("都道府県名", "都道府県", "pref", "prefecture", "pref_name"),
        ("郡名", "gun_name"),
        ("市区町村名", "市区町村", "city", "municipality", "city_name", "自治体名"),
        (
            "大字町丁目名",
            "大字・町丁目名",
            "町丁目名",
            "町丁名",
            "町字名",
            "町名",
            "大字町丁目",
            "町字",
            "town",
            "s_name",
            "町丁目",
            "大字名",
        ),
        ("丁目", "小字・丁目名", "chome"),
    )
)
_LATITUDES = frozenset(header_of(one).whole for one in ("緯度", "lat", "latitude", "y"))
_LONGITUDES = frozenset(header_of(one).whole for one in ("経度", "lon", "lng", "longitude", "x"))
_PROPERTIES = (("name",), ("PREF_NAME", "CITY_NAME", "S_NAME"), ("N03_001", "N03_002", "N03_003", "N03_004"), ("名称",), ("町丁名",))


@dataclass(frozen=True, slots=True)
class Town:
    """
    A town, section or municipality, and where it is.

    Attributes
    ----------
    name
        Its name, as full as the file has it.
    lat, lon
        A point in it [deg].
    accuracy_m
        How far its edge is from there [m].
    """

    name: str
    lat: float
    lon: float
    accuracy_m: float


class TownGeocoder:
    """
    Finds the town an address begins with; the longest name that fits counts.

    Parameters
    ----------
    towns
        What it knows. A name that stands for two places more than about a kilometre apart is not used.
    """

    def __init__(self, towns: Iterable[Town]) -> None:
        found: dict[str, Town | None] = {}
        for town in towns:
            full = comparable_address(town.name)
            for key in {full, _PREFECTURE.sub("", full, count=1)} - {""}:
                known = found.setdefault(key, town)
                if known is not None and known is not town and _are_apart(known, town):
                    found[key] = None
        self._towns: Mapping[str, Town] = MappingProxyType({key: town for key, town in found.items() if town is not None})
        self._longest = max(map(len, self._towns), default=0)

    @property
    def digest(self) -> str:
        """Hash of the names and positions it knows."""
        return hashlib.sha256(repr(sorted(self._towns.items(), key=lambda one: one[0])).encode()).hexdigest()

    def __len__(self) -> int:
        """Return how many names it knows."""
        return len(self._towns)

    def __call__(self, address: str) -> Geocoded | None:
        """Return the position of the town an address lies in; ``None`` if none fits."""
        plain = comparable_address(address)
        best: tuple[int, str] | None = None
        for variant in dict.fromkeys((with_section(plain), plain)):
            for start in self._starts(variant):
                key = self._key_at(variant, start)
                if key is not None and (best is None or len(key) > best[0]):
                    best = (len(key), key)
        if best is None:
            return None
        town = self._towns[best[1]]
        return Geocoded(town.lat, town.lon, town.accuracy_m, town.name)

    @staticmethod
    def _starts(plain: str) -> Iterator[int]:
        """Yield where a name may begin: at the beginning, after the prefecture, after a municipality."""
        yield 0
        prefecture = _PREFECTURE.match(plain)
        if prefecture:
            yield prefecture.end()
        for place, sign in enumerate(plain[:20]):
            if sign in "市区町村":
                yield place + 1

    def _key_at(self, plain: str, start: int) -> str | None:
        """Return the longest name that an address has at a place, and that ends where a name may."""
        for end in range(min(len(plain), start + self._longest), start, -1):
            key = plain[start:end]
            if key in self._towns and (key.endswith("丁目") or _WIDE.search(key) or _BOUNDARY.match(plain[end:])):
                return key
        return None


def read_towns(path: Path) -> TownGeocoder:
    """
    Return a geocoder that knows the towns of a file.

    Parameters
    ----------
    path
        CSV with columns of prefecture, municipality and town (any of them) and of latitude and longitude, or GeoJSON of outlines with a
        ``name``.

    Raises
    ------
    InvalidSourceError
        It is neither, or holds no town.
    """
    towns = list(_outlined_towns(path) if path.suffix.lower() in {".json", ".geojson"} else _listed_towns(path))
    if not towns:
        raise InvalidSourceError("file", "must hold towns with a name and a position", path.name, source=str(path))
    return TownGeocoder(towns)


def _listed_towns(path: Path) -> Iterator[Town]:
    """Yield the towns of a table."""
    table = csv_table(path)
    layout = layout_of(table, None)
    wholes = [header_of(header).whole for header in layout.headers]
    parts = [next((wholes.index(one) for one in names if one in wholes), None) for names in _NAMES]
    lat, lon = (next((place for place, one in enumerate(wholes) if one in known), None) for known in (_LATITUDES, _LONGITUDES))
    if lat is None or lon is None or not any(part is not None for part in parts):
        rule = "must have columns of town, latitude and longitude"
        raise InvalidSourceError("file", rule, ", ".join(layout.headers)[:200], source=str(path))
    for _, cells in body_of(table, layout):
        name = "".join(_cell(cells, place) for place in parts if place is not None)
        position = _degrees(_cell(cells, lat), _cell(cells, lon))
        if name and position is not None:
            is_section = comparable_address(name).endswith("丁目")
            yield Town(name, *position, SECTION_ACCURACY_M if is_section else TOWN_ACCURACY_M)


def _cell(cells: Cells, place: int) -> str:
    """Return a cell as text; empty beyond the end of a row."""
    return text_of(cells[place]) if place < len(cells) else ""


def _degrees(raw_lat: str, raw_lon: str) -> tuple[float, float] | None:
    """Return a position; ``None`` if it is none."""
    try:
        lat, lon = (parse_value(field_of(name), raw)[0] for name, raw in (("lat", raw_lat), ("lon", raw_lon)))
    except RowProblem:
        return None
    if not isinstance(lat, float) or not isinstance(lon, float) or abs(lat) > 90 or abs(lon) > 180 or (lat, lon) == (0, 0):
        return None
    return lat, lon


def _outlined_towns(path: Path) -> Iterator[Town]:
    """Yield the towns of a GeoJSON file."""
    found, _ = read_json(path)
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        raise InvalidSourceError("file", "must be GeoJSON of outlines", path.name, source=str(path))
    for feature in features:
        town = _outlined_town(feature)
        if town is not None:
            yield town


def _outlined_town(feature: Json) -> Town | None:
    """Return a point inside an outline, and how far its corners are from there; ``None`` if it is no outline in degrees with a name."""
    from shapely import GEOSException, box  # noqa: PLC0415
    from shapely.geometry import shape  # noqa: PLC0415

    properties, geometry = (feature.get("properties"), feature.get("geometry")) if isinstance(feature, dict) else (None, None)
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        return None
    name = next(filter(None, ("".join(str(properties.get(key) or "") for key in keys) for keys in _PROPERTIES)), "")
    try:
        outline = shape(geometry)
    except (ValueError, KeyError, TypeError, AttributeError, GEOSException):
        return None
    if not name or outline.is_empty or not box(-180, -90, 180, 90).contains(outline):
        return None
    point = outline.representative_point()
    west, south, east, north = outline.bounds
    narrowing = math.cos(math.radians(point.y))
    reach = max(math.hypot((lon - point.x) * narrowing, lat - point.y) for lon in (west, east) for lat in (south, north))
    return Town(name, round(point.y, 6), round(point.x, 6), round(reach * _METRES_PER_DEGREE))


def _are_apart(one: Town, other: Town) -> bool:
    """Tell whether two places are more than about a kilometre apart."""
    return abs(one.lat - other.lat) > _SAME_PLACE_DEGREES or abs(one.lon - other.lon) > _SAME_PLACE_DEGREES
