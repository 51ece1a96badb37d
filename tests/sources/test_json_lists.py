"""Lists that come as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from source_samples import accepted, column, opened, reasons, rejected


def test_stations_of_a_bike_share_feed_of_either_version(tmp_path: Path) -> None:
    stations = [
        {"station_id": "1", "name": "駅前", "lat": 35.1, "lon": 139.1, "capacity": 8},
        {"station_id": "2", "name": [{"text": "公園", "language": "ja"}], "lat": 35.2, "lon": 139.2},
        {"station_id": "3", "name": "どこか", "lat": None, "lon": None},
        "none",
    ]
    source = opened(tmp_path, json.dumps({"last_updated": 1, "data": {"stations": stations}}), name="station_information.json")
    assert (source.format, source.not_read) == ("gbfs", ("capacity",))
    assert column(source, "name") == ["駅前", "公園"]
    assert column(source, "asset_type") == ["bike_port", "bike_port"]
    assert reasons(rejected(source)) == {"no_place": 1, "not_a_feature": 1}


def test_railway_stations_by_language(tmp_path: Path) -> None:
    stations = [
        {"id": "A", "coord": [139.7, 35.6], "title": {"ja": "大崎", "en": "Osaki"}, "railway": "R"},
        {"id": "A", "coord": [139.7, 35.6], "title": {"en": "Osaki"}},
        {"id": "B", "coord": [35.6, 139.7], "title": {"en": "Ebisu"}},
        {"id": "C", "title": {}},
    ]
    source = opened(tmp_path, json.dumps(stations), name="stations.json")
    assert source.format == "json_stations"
    assert column(source, "name") == ["大崎", "Ebisu"]
    assert column(source, "lat") == [35.6, 35.6]
    assert [one.record.text("asset_type") for one in accepted(source)] == ["station", "station"]
    assert reasons(rejected(source)) == {"duplicate_id": 1, "no_place": 1}
