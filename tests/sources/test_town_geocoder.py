"""Positions of addresses from a file of towns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from source_samples import accepted, column, opened, repairs_of, write

from assets_db.errors import InvalidSourceError
from assets_db.record import Provenance
from assets_db.sources import SourceSpec
from assets_db.sources.addresses import comparable_address, number_of
from assets_db.sources.town_geocoder import read_towns

TOWNS = (
    "都道府県名,市区町村名,大字町丁目名,緯度,経度\n東京都,新宿区,西新宿二丁目,35.689,139.692\n東京都,新宿区,市谷本村町,35.692,139.729\n"
    "東京都,目黒区,自由が丘１丁目,35.607,139.668\n静岡県,焼津市,焼津,34.86,138.32\n東京都,港区,本町,35.1,139.1\n東京都,港区,本町,35.5,139.5\n"
)


@pytest.mark.parametrize(
    ("address", "lat"),
    [
        ("東京都新宿区西新宿２－８－１", 35.689),
        ("新宿区西新宿二丁目8番1号", 35.689),
        ("東京都新宿区西新宿2丁目8", 35.689),
        ("新宿区 市谷本村町 5-1", 35.692),
        ("東京都目黒区自由ケ丘一丁目", 35.607),
        ("静岡県焼津市焼津6-10", 34.86),
        ("静岡県焼津市焼津中央1-1", None),  # another town, not this one with something after it
        ("東京都新宿区西新宿3-1", None),
        ("東京都港区本町1-1", None),  # two places of one name
        ("北海道札幌市中央区北1条", None),
        ("", None),
    ],
)
def test_addresses_in_many_ways_of_writing(tmp_path: Path, address: str, lat: float | None) -> None:
    found = read_towns(write(tmp_path, "towns.csv", TOWNS))(address)
    assert (found.lat if found else None) == lat


def test_rows_with_an_address_get_a_guessed_position(tmp_path: Path) -> None:
    spec = SourceSpec(source_id="x", geocoder=read_towns(write(tmp_path, "towns.csv", TOWNS)))
    source = opened(tmp_path, "名称,住所,緯度,経度\nA,新宿区西新宿2-8,,\nB,新宿区戸山1,,\nC,新宿区西新宿2-9,35.5,139.5\n", spec=spec)
    first, second, third = accepted(source)
    assert (first.record.values["lat"], first.record.values["accuracy_m"]) == (35.689, 500.0)
    assert first.record.known_from["lat"] == Provenance("geocoder", None, "D")
    assert repairs_of(first, "lat, lon") == [("geocoded", "東京都新宿区西新宿二丁目", "35.689, 139.692")]
    assert column(source, "needs_geocoding") == [None, True, None]
    assert "lat" not in second.record.values
    assert third.record.known_from["lat"].grade == "B"


def test_a_made_key_does_not_depend_on_the_geocoder(tmp_path: Path) -> None:
    text = "名称,住所\nA,新宿区西新宿2-8\n"
    spec = SourceSpec(source_id="x", geocoder=read_towns(write(tmp_path, "towns.csv", TOWNS)))
    assert column(opened(tmp_path, text, spec=spec), "source_key") == column(opened(tmp_path, text), "source_key")


def test_outlines_give_a_point_inside_and_how_far_the_edge_is(tmp_path: Path) -> None:
    ring = [[139.0, 35.0], [139.1, 35.0], [139.1, 35.1], [139.0, 35.1], [139.0, 35.0]]
    feature = {"type": "Feature", "properties": {"name": "東京都千代田区"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = write(tmp_path, "town.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    found = read_towns(path)("千代田区丸の内1-1")
    assert found is not None
    assert (found.lat, found.lon) == (35.05, 139.05)
    assert 7000 < found.accuracy_m < 7300


@pytest.mark.parametrize("text", ["名称\nA\n", "町名,緯度,経度\n,,\n"])
def test_files_without_towns_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidSourceError):
        read_towns(write(tmp_path, "towns.csv", text))


def test_numbers_in_kanji() -> None:
    assert [number_of(text) for text in ("五", "十", "十二", "二十三", "百二", "二三")] == [5, 10, 12, 23, 102, 23]
    assert comparable_address("字 西町一丁目２ー３") == "字西町1丁目2-3"
