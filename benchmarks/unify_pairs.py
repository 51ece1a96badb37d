"""Labelled pairs made of real lists: a second list names some of the same things in another office's way."""

from __future__ import annotations

import math
import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assets_db.record import AssetRecord, Value
from assets_db.sources import SourceRow, SourceSpec, open_source
from assets_db.unify.candidates import Member, distance_m, member_of

LISTS = (
    ("municipal_csv_yaizu/222127_park_info.csv", "yaizu-parks", None),
    ("municipal_csv_yaizu/222127_hinannjo.csv", "yaizu-shelters", None),
    ("municipal_csv_yaizu/222127_public_toilet.csv", "yaizu-toilets", None),
    ("municipal_csv_yaizu/222127_aed.csv", "yaizu-aed", None),
    ("municipal_csv_yaizu/222127_douhoumusenkokyoku.csv", "yaizu-speakers", None),
    ("municipal_csv_yaizu/222127_shiteitsunamihinanbiru.csv", "yaizu-tsunami", None),
    ("municipal_csv_yaizu/yohairyosya.csv", "yaizu-care", None),
    ("osm_tokyo_points/osm_point_assets_central.geojson", "osm", None),
    ("bikeshare_ports/docomo-cycle-tokyo_station.csv", "docomo", "bike_port"),
    ("rail_stations/stations.json", "stations", "station"),
    ("streetlights_dc/streetlights.csv", "dc-lights", None),
)
_METRES_PER_DEGREE = 111_320.0
_NOISE_M = {"streetlight": 0.7, "signal": 1.5, "bus_stop": 4.0, "station": 40.0, "park": 25.0}
_OTHER_NOISE_M = 6.0
_COPIED = 0.5
_ONE_PLACE_M = 300.0


@dataclass(frozen=True, kw_only=True)
class LabelledLists:
    """
    Members of all lists, and which of them are one thing.

    Attributes
    ----------
    members
        In the order of their keys.
    pairs
        Keys of a record and of its copy in the other list.
    kinds
        Asset type of each pair, ``""`` for unknown.
    thing
        What each record is of: rows of one list that bear one name at one place (lines of a station, floors of a house) are one.
    """

    members: tuple[Member, ...]
    pairs: frozenset[frozenset[tuple[str, str]]]
    kinds: dict[frozenset[tuple[str, str]], str]
    thing: dict[tuple[str, str], int]


def real_records(folder: Path) -> dict[str, list[AssetRecord]]:
    """Return the accepted records of the real lists by list."""
    found = {}
    for path, source_id, asset_type in LISTS:
        opened = open_source(folder / path, SourceSpec(source_id=source_id, asset_type=asset_type))
        found[source_id] = [row.record for row in opened.rows() if isinstance(row, SourceRow)]
    return found


def labelled_lists(records: dict[str, list[AssetRecord]], *, seed: int, copies: int = 1) -> LabelledLists:
    """
    Return the lists, and beside each a second one with half of its things written in another way.

    Parameters
    ----------
    records
        Records by list.
    seed
        Seed of what is copied and how.
    copies
        How many times all of it stands on the earth, half a degree apart; for large sizes.
    """
    chance = random.Random(seed)  # noqa: S311  # perturbations, not secrets
    members: list[Member] = []
    kinds: dict[frozenset[tuple[str, str]], str] = {}
    thing: dict[tuple[str, str], int] = {}
    firsts: dict[tuple[object, ...], list[tuple[Member, int]]] = {}
    for copy in range(copies):
        for source_id, some in records.items():
            for record in some:
                here = _moved(record, 0.5 * copy)
                one = member_of(here, f"{source_id}-{copy}", here.text("source_key"), f"{source_id}-{copy}:{here.text('source_key')}")
                members.append(one)
                thing[one.key] = _same_thing(one, firsts)
                if chance.random() < _COPIED:
                    key = f"x{len(members)}"
                    other = member_of(_rewritten(here, chance), f"{source_id}-{copy}-other", key, f"{source_id}-{copy}-other:{key}")
                    members.append(other)
                    kinds[frozenset({one.key, other.key})] = one.asset_type
                    thing[other.key] = thing[one.key]
    return LabelledLists(members=tuple(sorted(members, key=lambda member: member.key)), pairs=frozenset(kinds), kinds=kinds, thing=thing)


def _same_thing(one: Member, firsts: dict[tuple[object, ...], list[tuple[Member, int]]]) -> int:
    """Return the number of a record's thing: that of an earlier one of its list with its name within 300 m, else a new one."""
    same = firsts.setdefault((one.source_id, one.name), [])
    for first, known in same if one.name.plain else ():
        if distance_m(first, one) <= _ONE_PLACE_M:
            return known
    number = len(firsts) * 1_000_000 + len(same)
    same.append((one, number))
    return number


def _moved(record: AssetRecord, degrees: float) -> AssetRecord:
    lat = record.number("lat")
    if lat is None or degrees == 0.0:
        return record
    return AssetRecord(values={**record.values, "lat": lat + degrees}, known_from=record.known_from)


def _rewritten(record: AssetRecord, chance: random.Random) -> AssetRecord:
    """Return a record as another office would have written it."""
    values: dict[str, Value] = dict(record.values)
    for name, odds in (("address", 0.3), ("name_kana", 0.5), ("asset_type", 0.15), ("name", 0.03)):
        if chance.random() < odds:
            values.pop(name, None)
    lat, lon = record.number("lat"), record.number("lon")
    if lat is not None and lon is not None:
        spread = _NOISE_M.get(record.text("asset_type"), _OTHER_NOISE_M)
        digits = chance.choice((5, 6, 6, 7))
        values["lat"] = round(lat + chance.gauss(0.0, spread) / _METRES_PER_DEGREE, digits)
        values["lon"] = round(lon + chance.gauss(0.0, spread) / (_METRES_PER_DEGREE * math.cos(math.radians(lat))), digits)
    if "name" in values:
        values["name"] = _renamed(record.text("name"), chance)
    if "address" in values:
        values["address"] = chance.choice(
            (record.text("address"), record.text("address").removeprefix("静岡県"), _wide(record.text("address")))
        )
    return AssetRecord(values=values)


def _renamed(name: str, chance: random.Random) -> str:
    """Return a name in another spelling."""
    ways: tuple[Callable[[str], str], ...] = (
        _wide,
        lambda text: text.replace("ケ", "ヶ").replace("が", "ヶ") if len(text) > 2 else text,
        lambda text: text.replace("\u3000", "").replace(" ", ""),
        lambda text: f"{text[:2]} {text[2:]}" if len(text) > 3 else text,
        lambda text: text.replace("（", "(").replace("）", ")"),
        lambda text: text.upper() if text.isascii() else f"市立{text}",
        lambda text: text.replace("一", "１").replace("二", "２").replace("三", "３") if "第" in text else text,
        lambda text: text,
    )
    return chance.choice(ways)(name)


def _wide(text: str) -> str:
    """Return text with full-width digits and letters."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in unicodedata.normalize("NFKC", text))
