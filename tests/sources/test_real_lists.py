"""Real lists, row by row."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from source_samples import SPEC, accepted, column, reasons, rejected

from assets_db.sources import SourceFile, open_source

pytestmark = pytest.mark.real_data

YAIZU = {
    "222127_aed.csv": (82, {"building": 82}),
    "222127_douhoumusenkokyoku.csv": (200, {"structure": 200}),
    "222127_fire_hydrant.csv": (193, {"structure": 193}),
    "222127_hinannjo.csv": (56, {"building": 56}),
    "222127_nouen.csv": (9, {"land": 9}),
    "222127_park_info.csv": (142, {"park": 142}),
    "222127_public_toilet.csv": (112, {"building": 112}),
    "222127_public_wireless_lan.csv": (17, {"building": 17}),
    "222127_shiteitsunamihinanbiru.csv": (125, {"building": 94, "structure": 26, "land": 5}),
    "machinakasuzumidokoro.csv": (108, {"building": 108}),
    "yohairyosya.csv": (277, {"building": 277}),
}


def read(path: Path) -> SourceFile:
    """Open a real list."""
    return open_source(path, SPEC)


@pytest.mark.parametrize("name", YAIZU)
def test_every_row_of_a_citys_lists_is_accepted_with_the_type_it_should_have(data_dir: Path, name: str) -> None:
    source = read(data_dir / "municipal_csv_yaizu" / name)
    n_rows, types = YAIZU[name]
    rows = accepted(source)
    assert (len(rows), len(rejected(source))) == (n_rows, 0)
    assert Counter(column(source, "asset_type")) == types
    assert all(34.7 < float(str(lat)) < 35.0 for lat in column(source, "lat"))
    assert all(138.2 < float(str(lon)) < 138.4 for lon in column(source, "lon"))
    assert all(column(source, "address"))


def test_what_a_park_list_says(data_dir: Path) -> None:
    source = read(data_dir / "municipal_csv_yaizu" / "222127_park_info.csv")
    first = accepted(source)[0].record
    assert first.values | {"source_dataset": "", "url": ""} == {
        "source_id": "test-list",
        "source_key": "1",
        "source_dataset": "",
        "name": "石津浜公園",
        "asset_type": "park",
        "address": "静岡県焼津市石津2420",
        "lat": 34.842499,
        "lon": 138.334028,
        "land_area_m2": 32500.0,
        "built_year": 1961,
        "url": "",
    }


def test_lists_of_cp932_with_joined_keys_and_owners(data_dir: Path) -> None:
    folder = data_dir / "municipal_csv_yaizu"
    farms = read(folder / "222127_nouen.csv")
    assert farms.encoding == "cp932"
    assert column(farms, "source_key")[:3] == ["A-1/1", "A-1/2", "A-2/1"]
    towers = read(folder / "222127_shiteitsunamihinanbiru.csv")
    assert Counter(column(towers, "owner_class")) == {"municipal": 103, "metropolitan": 13, "private": 9}
    shelters = read(folder / "machinakasuzumidokoro.csv")
    assert Counter(column(shelters, "owner_class")) == {"private": 85, None: 23}


def test_lists_of_other_kinds_are_known_by_their_headers(data_dir: Path) -> None:
    ports = read(data_dir / "bikeshare_ports" / "docomo-cycle-tokyo_station.csv")
    assert Counter(column(ports, "asset_type")) == {"bike_port": 1214}
    lights = read(data_dir / "streetlights_dc" / "streetlights.csv")
    heights = [float(str(height)) for height in column(lights, "height_agl_m") if height is not None]
    assert (len(accepted(lights)), len(heights), min(heights), max(heights)) == (3963, 3949, 4.2672, 12.192)
    assert Counter(column(lights, "owner_class")) == {"municipal": 3927, "private": 21, None: 15}
    poles = read(data_dir / "nyc_poletop" / "Mobile_Telecommunication_Franchise_Poletop_Installation_Locations.csv")
    assert Counter(column(poles, "lifecycle")) == {"in_use": 5819, "reserved": 2384}
    first = accepted(poles)[0].record
    assert first.values["occupancy"] == [{"carrier": "Extenet Systems, INC. II", "band": None, "count": 1}]
    assert first.values["advisories"] == ("heritage",)
    assert str(first.known_from["lat"].as_of) == "2005-06-16"


def test_stations_without_a_position_are_rejected(data_dir: Path) -> None:
    stations = read(data_dir / "rail_stations" / "stations.json")
    assert len(accepted(stations)) == 2583
    assert reasons(rejected(stations)) == {"no_place": 27}
