"""Numbers, ids and rows that cannot be used are refused in one line, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import BY_FACILITIES, BY_TABLE, Change, asset, both, every_property, properties, source, text, toml, write
from refusal import assert_refused

CASES = [
    pytest.param(
        properties("buildings.geojson", 0, height_m=-3),
        "buildings.geojson: height_m of building 'SYN-B0001' must be > 0, got -3.0",
        id="height negative",
    ),
    pytest.param(
        properties("buildings.geojson", 0, height_m=0),
        "buildings.geojson: height_m of building 'SYN-B0001' must be > 0, got 0.0",
        id="height zero",
    ),
    pytest.param(
        properties("buildings.geojson", 0, height_m=1200),
        "buildings.geojson: height_m of building 'SYN-B0001' must be <= 1000 m, got 1200.0",
        id="height absurd",
    ),
    pytest.param(
        properties("buildings.geojson", 0, height_m=None, storeys=-3),
        "buildings.geojson: storeys of building 'SYN-B0001' must be >= 0, got -3.0",
        id="height of a storey negative",
    ),
    pytest.param(
        properties("buildings.geojson", 0, height_m=None, storeys=5000),
        "buildings.geojson: storeys of building 'SYN-B0001' must be <= 333.333 (heights end at 1000 m), got 5000.0",
        id="storeys absurd",
    ),
    pytest.param(
        toml('"height_m"', '"hight_m"'),
        "buildings.geojson: height_column must be one of 'id', 'height_m', 'storeys', got 'hight_m'",
        id="height column unknown",
    ),
    pytest.param(
        asset(4, height_agl_m="-6"),
        (
            'assets.csv, row 4: height_agl_m must be >= 0 (on_bad_row = "skip" in candidates[1] would go on without '
            "such rows, 1 of 681), got '-6'"
        ),
        id="antenna height negative",
    ),
    pytest.param(
        asset(4, height_agl_m="6000"),
        (
            'assets.csv, row 4: height_agl_m must be <= 1,000 (on_bad_row = "skip" in candidates[1] would go on '
            "without such rows, 1 of 681), got '6000'"
        ),
        id="antenna height absurd",
    ),
    pytest.param(
        asset(4, height_agl_m=""),
        (
            "assets.csv, row 4: height_agl_m must be known, from the list or as height_m of the scenario (on_bad_row ="
            " \"skip\" in candidates[1] would go on without such rows, 1 of 681), got 'SYN-A0003 at (-8654.1, -36171.4)'"
        ),
        id="antenna height unknown",
    ),
    pytest.param(
        asset(4, height_agl_m="0.5"),
        "demo.toml: candidates: antenna height of 'assets:SYN-A0003' must be in 1.5..1000 m (umi), got 0.5",
        id="antenna height below the model",
    ),
    pytest.param(
        asset(4, lat="35.6708464", lon="139.7360378"),
        (
            "assets.csv, row 4: height_agl_m must not be below the roof of the building it stands in (23.5 m, antenna "
            'at 6.0 m) (on_bad_row = "skip" in candidates[1] would go on without such rows, 1 of 681), got \'SYN-A0003 '
            "at (-8808.0, -36513.5)'"
        ),
        id="candidate inside a building",
    ),
    pytest.param(
        text("assets.csv", ",35.", ",34."),
        ("demo.toml: candidates[1] must leave candidates within [area]: of its 684 rows 681 lie outside [area], 3 are rejected"),
        id="candidates all outside",
    ),
    pytest.param(
        write("assets.csv", "asset_id,asset_type,owner_class,lat,lon"),
        "demo.toml: candidates[1] must leave candidates within [area]: its file has no rows",
        id="candidates none",
    ),
    pytest.param(
        asset(4, lat="139.7377", lon="35.6739"),
        (
            'assets.csv, row 4: lat, lon must not be the wrong way round (on_bad_row = "skip" in candidates[1] would '
            "go on without such rows, 1 of 681), got '139.7377, 35.6739'"
        ),
        id="candidate with swapped coordinates",
    ),
    pytest.param(
        asset(4, asset_type="streetlamp"),
        (
            "assets.csv, row 4: asset_type must be one of land, building, structure, streetlight, park, bus_stop, "
            "subway_entrance, signal, smart_pole, utility_pole, tower, station, bike_port (did you mean "
            "'streetlight'?) (on_bad_row = \"skip\" in candidates[1] would go on without such rows, 1 of 681), got "
            "'streetlamp'"
        ),
        id="candidate of an unknown type",
    ),
    pytest.param(
        source("on_roofs", "minimum_height_m = 300", "maximum_height_m = 400"),
        "demo.toml: candidates[2] must leave candidates within [area]: its rule dropped all 948 places",
        id="rule that drops every place",
    ),
    pytest.param(
        source("along_fronts", "n_candidates = 100_000_000"),
        "demo.toml: candidates[2].n_candidates must be <= 1776, the wall fronts outdoors and 5 m apart, got 100000000",
        id="rule with too many places",
    ),
    pytest.param(
        source("on_roofs", "minimum_height_m = 40", "maximum_height_m = 8"),
        "demo.toml: candidates[2].minimum_height_m must be <= maximum_height_m (8), got 40.0",
        id="rule with limits the wrong way round",
    ),
    pytest.param(
        source("osm_points", 'path = "zones.geojson"', 'asset_type = "signal"', 'where = { highway = "traffic_signals" }'),
        "demo.toml: candidates[2] must leave candidates within [area]: of its 4 rows 4 are not selected",
        id="tag that nothing has",
    ),
    pytest.param(
        asset(4, asset_id="SYN-A0001"),
        (
            'assets.csv, row 4: asset_id must be unique: row 2 has it already (on_bad_row = "skip" in candidates[1] '
            "would go on without such rows, 1 of 681), got 'SYN-A0001'"
        ),
        id="candidate id twice",
    ),
    pytest.param(
        properties("buildings.geojson", 1, id="SYN-B0001"),
        "buildings.geojson: footprints.ids must be unique, got 'SYN-B0001'",
        id="building id twice",
    ),
    pytest.param(
        source("on_roofs", name="assets"), "demo.toml: candidates must have different names, got 'assets'", id="source name twice"
    ),
    pytest.param(
        both(BY_TABLE, write("n.csv", "code,n\n合成メッシュ1,5\n合成メッシュ1,6\n")),
        "n.csv, row 3: code must occur once; narrow the rows with demand.weight.where, got '合成メッシュ1'",
        id="code of a table twice",
    ),
    pytest.param(
        asset(4, lat="NaN"),
        (
            'assets.csv, row 4: lat must be a finite number (on_bad_row = "skip" in candidates[1] would go on without '
            "such rows, 1 of 681), got 'NaN'"
        ),
        id="NaN latitude",
    ),
    pytest.param(
        asset(4, lon="inf"),
        (
            'assets.csv, row 4: lon must be a finite number (on_bad_row = "skip" in candidates[1] would go on without '
            "such rows, 1 of 681), got 'inf'"
        ),
        id="infinite longitude",
    ),
    pytest.param(
        properties("buildings.geojson", 0, height_m=float("nan")),
        "buildings.geojson: file must not hold NaN or Infinity (JSON has neither), got 'NaN'",
        id="NaN height in GeoJSON",
    ),
    pytest.param(
        properties("buildings.geojson", 0, height_m=float("inf")),
        "buildings.geojson: file must not hold NaN or Infinity (JSON has neither), got 'Infinity'",
        id="infinite height in GeoJSON",
    ),
    pytest.param(
        text("buildings.geojson", "139.7348382", "1e999"),
        "buildings.geojson: coordinates must be longitudes and latitudes ...",
        id="infinite number in GeoJSON",
    ),
    pytest.param(
        text("zones.geojson", "139.7343808", "NaN"),
        "zones.geojson: file must not hold NaN or Infinity (JSON has neither), got 'NaN'",
        id="NaN corner of a zone",
    ),
    pytest.param(
        properties("population.geojson", 0, population=float("nan")),
        "population.geojson: file must not hold NaN or Infinity (JSON has neither), got 'NaN'",
        id="NaN people",
    ),
    pytest.param(
        properties("population.geojson", 0, population=None),
        "population.geojson: feature 1: population must not be empty",
        id="people unknown",
    ),
    pytest.param(
        properties("population.geojson", 0, population=-785),
        "population.geojson: feature 1: population must be a number >= 0, got -785",
        id="people negative",
    ),
    pytest.param(
        every_property("population.geojson", population=0),
        "demo.toml: demand.weighting must leave some people in the zones, got 0",
        id="people none at all",
    ),
    pytest.param(
        both(BY_FACILITIES, text("facilities.csv", "35.6709536", "nan")),
        "facilities.csv, row 2: lat must be a number in -90..90, got 'nan'",
        id="NaN facility",
    ),
    pytest.param(
        both(BY_FACILITIES, text("facilities.csv", "35.6709536,139.7360380", "139.7360380,35.6709536")),
        "facilities.csv, row 2: lat must be a number in -90..90, got '139.7360380'",
        id="facility with swapped coordinates",
    ),
    pytest.param(
        both(BY_FACILITIES, text("facilities.csv", ",35.", ",34.")),
        "demo.toml: demand.weighting must leave some facilities in the zones, got 0",
        id="facilities all outside",
    ),
    pytest.param(
        both(BY_TABLE, write("n.csv", "code,n\n合成メッシュ1,nan\n")),
        "n.csv, row 2: n must be a number >= 0, got 'nan'",
        id="NaN in a table",
    ),
    pytest.param(
        toml('people_field = "population"', 'people_field = "populatoin"'),
        (
            "demo.toml: demand.weight.people_field must be one of name, population (did you mean 'population'?), the "
            "properties of population.geojson, got 'populatoin'"
        ),
        id="people field unknown",
    ),
    pytest.param(
        source("along_roads", 'path = "roads.geojson"', 'owner_class = "municipal"', 'class_field = "higway"'),
        "demo.toml: file must be valid TOML, got ...",
        id="road class field unknown",
    ),
    pytest.param(
        both(BY_FACILITIES, toml('path = "facilities.csv"', 'path = "facilities.csv"\nweight_field = "kin"')),
        (
            "demo.toml: demand.weight.weight_field must be one of name, kind, lat, lon (did you mean 'kind'?), the "
            "columns of facilities.csv, got 'kin'"
        ),
        id="weight column unknown",
    ),
]
"""What is wrong, and all that the user reads; see :func:`refusal.assert_refused`."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_bad_input_is_refused_in_one_line_and_writes_nothing(change: Change, message: str, tmp_path: Path) -> None:
    assert_refused(change, message, tmp_path)
