"""Files that cannot be read are refused in one line, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import BY_FACILITIES, CORNERS, REFUSE_BAD_ROWS, Change, add, both, cut, text, toml, write
from refusal import assert_refused

CASES = [
    pytest.param(
        toml('["buildings.geojson"]', '["buildings.geojson", "buildings.geojson"]'),
        "demo.toml: buildings.paths[2] must not name a file a second time, got 'buildings.geojson'",
        id="building file twice",
    ),
    pytest.param(
        cut("buildings.geojson"), "buildings.geojson: file must be readable, complete GeoJSON in UTF-8, got ...", id="buildings cut off"
    ),
    pytest.param(cut("zones.geojson"), "zones.geojson: file must be readable, complete GeoJSON in UTF-8, got ...", id="zones cut off"),
    pytest.param(
        cut("population.geojson"), "population.geojson: file must be readable, complete GeoJSON in UTF-8, got ...", id="people cut off"
    ),
    pytest.param(cut("parks.geojson"), "parks.geojson: file must be readable, complete GeoJSON in UTF-8, got ...", id="parks cut off"),
    pytest.param(
        both(REFUSE_BAD_ROWS, cut("assets.csv")),
        (
            'assets.csv, row 412: row must have 10 cells, has 4 (on_bad_row = "skip" in candidates[1] would go on '
            "without such rows, 1 of 411), got 'SYN-A0411,合成街路灯318 / Synthetic lamp 318,streetlight,munici'"
        ),
        id="candidates cut off",
    ),
    pytest.param(
        write("buildings.geojson", b""),
        "buildings.geojson: file must be readable, complete GeoJSON in UTF-8, got ...",
        id="buildings empty",
    ),
    pytest.param(
        write("assets.csv", bytes(range(256))),
        (
            "assets.csv: file must be text in UTF-8, CP932 or UTF-16 with byte order mark, got "
            "b'\\x00\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\\t\\n\\x0b\\x0c\\r\\x0e\\x0f\\x10\\x11\\x12\\x13'"
        ),
        id="candidates binary",
    ),
    pytest.param(
        both(BY_FACILITIES, write("facilities.csv", bytes(range(256)))),
        "facilities.csv: file must be a readable CSV in UTF-8, got ...",
        id="facilities binary",
    ),
    pytest.param(write("assets.csv", b""), "assets.csv: file must not be empty, got '0 bytes'", id="candidates empty"),
    pytest.param(
        text("assets.csv", ",lat,", ",latitude,"),
        (
            "assets.csv: lat must be a column or mapped to one; a mapped column must be one of asset_id, name, "
            "asset_type, owner_class, latitude, lon, height_agl_m, cost_yen, capacity, existing, got 'no such column'"
        ),
        id="candidates without latitude",
    ),
    pytest.param(
        both(toml("buildings.geojson", "buildings.parquet"), write("buildings.parquet", "hello")),
        "buildings.parquet: file must be a readable, complete GeoParquet file, got ...",
        id="GeoParquet that is text",
    ),
    pytest.param(
        both(toml("buildings.geojson", "buildings.gpkg"), write("buildings.gpkg", "hello")),
        "buildings.gpkg: file must be a GeoPackage (SQLite with its application id), got b'hello'",
        id="GeoPackage that is text",
    ),
    pytest.param(
        both(
            toml("buildings.geojson", "buildings.gml", 'height_column = "height_m"\nstoreys_column = "storeys"\nid_column = "id"\n', ""),
            write("buildings.gml", "hello"),
        ),
        "buildings.gml: file must be a CityGML 2.0 CityModel, got ...",
        id="CityGML that is text",
    ),
    pytest.param(
        both(add('[ground]\npath = "ground.tif"'), write("ground.tif", "hello")),
        "ground.tif: ground must be a readable raster, got ...",
        id="terrain that is text",
    ),
    pytest.param(
        toml('"buildings.geojson"', '"demo.toml"'),
        (
            "demo.toml: buildings.path must end in one of .parquet, .geoparquet, .gpkg, .geojson, .json, .gml, "
            ".citygml, .xml, got 'demo.toml'"
        ),
        id="buildings of an unknown kind",
    ),
    pytest.param(
        toml("assets.csv", "asets.csv"), "demo.toml: candidates[1].path must name a file that exists, got 'asets.csv'", id="file missing"
    ),
    pytest.param(
        toml("buildings.geojson", "b*.parquet"),
        "demo.toml: buildings.paths[1] must name a file that exists, got 'b*.parquet'",
        id="wildcard without files",
    ),
    pytest.param(
        toml("assets.csv", "*.csv"),
        "demo.toml: candidates[1].path must name one file, got ['assets.csv', 'facilities.csv']",
        id="wildcard with several files",
    ),
    pytest.param(
        toml(CORNERS, "141.7280, 35.6698, 141.7407, 35.6787"),
        "demo.toml: buildings.paths must have buildings within [area] and its margin",
        id="buildings elsewhere",
    ),
]
"""What is wrong, and all that the user reads; see :func:`refusal.assert_refused`."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_bad_files_are_refused_in_one_line_and_write_nothing(change: Change, message: str, tmp_path: Path) -> None:
    assert_refused(change, message, tmp_path)
