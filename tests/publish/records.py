"""Records of every kind of field, for properties of writers and readers."""

import datetime as dt
from collections.abc import Mapping

from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, to_wkb
from shapely.geometry.base import BaseGeometry

from assets_db.record import AssetRecord, Provenance, Value
from assets_db.schema import GRADES, Field, fields
from assets_db.store import StoredAsset

NOW = dt.datetime(2026, 4, 1, 9, 0, tzinfo=dt.UTC)
NASTY = [
    "髙橋①",
    "=1+1",
    "'=1+1",
    "''@x",
    "＝SUM(A1)",
    '"a","b"',
    "行1\n行2",
    "a\r\nb",
    "\tx",
    "😀",
    "-",
    "〜−¥",
    "_x000D_",
    "_x005F_x41_",
    "#N/A",
    " pad ",
]
NASTY += ["0012", "1e5", "TRUE", "NULL", ";", "\\;", "﷐", "'", "''"]

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12),
)
words = texts.filter(lambda word: word != "")
days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
degrees = st.floats(-60, 60)


def _shape(kind: str, x: float, y: float) -> BaseGeometry:
    ring = [(x, y), (x, y + 0.1), (x + 0.3, y + 0.1), (x + 0.3, y)]
    if kind == "point":
        return Point(x, y)
    if kind == "line":
        return LineString(ring)
    one = Polygon(ring, [[(x + 0.1, y + 0.02), (x + 0.1, y + 0.08), (x + 0.2, y + 0.08)]])
    return one if kind == "polygon" else MultiPolygon([one, Polygon([(x + 1, y), (x + 1, y + 1), (x + 2, y)])])


coordinates = st.floats(-60, 60).map(lambda number: round(number, 15) + 0.0)
shapes = st.builds(_shape, st.sampled_from(["point", "line", "polygon", "several"]), coordinates, coordinates)
lists = st.lists(
    st.fixed_dictionaries({"carrier": st.sampled_from(["A", "B", "髙"]), "band": texts, "count": st.integers(0, 9)}) | st.none() | degrees,
    max_size=3,
)


def _values(field: Field) -> st.SearchStrategy[Value]:
    low, high = field.at_least or 0, field.at_most or 0
    codes = st.sampled_from(field.values) if field.values else words
    by_kind: Mapping[str, st.SearchStrategy[Value]] = {
        "text": texts,
        "code": codes,
        "codes": st.lists(codes, max_size=3, unique=True).map(tuple),
        "number": st.floats(low, high),
        "whole": st.integers(int(low), int(high)),
        "flag": st.booleans(),
        "date": days,
        "geometry": shapes.map(lambda shape: bytes(to_wkb(shape, output_dimension=2, byte_order=1))),
        "json": lists,
    }
    return by_kind[field.kind]


origins = st.builds(Provenance, texts, st.none() | days, st.sampled_from(GRADES))


@st.composite
def records(draw: st.DrawFn, asset_id: str | None = None) -> AssetRecord:
    names = draw(st.sets(st.sampled_from(sorted(fields())), max_size=12))
    values = {name: draw(_values(fields()[name])) for name in sorted(names)}
    values["asset_id"] = asset_id or draw(words)
    known = {name: draw(origins) for name in values if fields()[name].is_measured}
    return AssetRecord(values=values, known_from=known)


def stored(record: AssetRecord, *, is_gone: bool = False, merged_into: str = "", row_version: int = 1) -> StoredAsset:
    return StoredAsset(
        record=record, row_version=row_version, recorded_at=NOW, is_gone=is_gone, merged_into=merged_into, change_seq=row_version
    )


def asset(asset_id: str, **values: Value) -> StoredAsset:
    told: dict[str, Value] = {"asset_id": asset_id, **values}
    known = {name: Provenance("list", dt.date(2024, 5, 1), "B") for name in told if fields()[name].is_measured}
    return stored(AssetRecord(values=told, known_from=known))
