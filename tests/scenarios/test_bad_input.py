"""Every kind of input that cannot be used is refused in one line, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import (
    BOWTIE,
    BY_FACILITIES,
    BY_TABLE,
    CLAIMS_METRES,
    CORNERS,
    REFUSE_BAD_ROWS,
    Change,
    add,
    asset,
    both,
    copy_demo,
    cut,
    document,
    every_property,
    geometry,
    in_metres,
    properties,
    rule,
    source,
    text,
    toml,
    write,
    zone,
)
from typer.testing import CliRunner

from scenarios.cli import BAD_INPUT, app

ROOM = {"type": "Polygon", "coordinates": [[[139.73495, 35.6708], [139.7351, 35.6708], [139.7351, 35.6709], [139.73495, 35.6708]]]}
ELSEWHERE = {"type": "Polygon", "coordinates": [[[140.734, 35.672], [140.736, 35.672], [140.736, 35.674], [140.734, 35.672]]]}

CASES = [
    pytest.param(toml('crs = "EPSG:6677"\n', ""), "demo.toml: scenario.crs must be given, got nothing", id="crs missing"),
    pytest.param(toml("EPSG:6677", ""), "demo.toml: scenario.crs must not be empty, got ''", id="crs empty"),
    pytest.param(
        toml("EPSG:6677", "EPSG:99999"),
        "demo.toml: scenario.crs must be a known coordinate reference system, got 'EPSG:99999'",
        id="crs unknown",
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:6668"),
        "demo.toml: scenario.crs must be projected in metres (such as EPSG:6677), not degrees, got 'EPSG:6668'",
        id="crs in degrees",
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:2263"), "demo.toml: scenario.crs must have the metre as its unit, got 'US survey foot'", id="crs in feet"
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:27700"),
        (
            "demo.toml: scenario.crs must keep distances true to 0.5 % in [area], where a metre on the ground becomes "
            "1.157 m, got 'EPSG:27700'"
        ),
        id="crs of another country",
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:6669"),
        (
            "demo.toml: scenario.crs must keep distances true to 0.5 % in [area], where a metre on the ground becomes "
            "1.011 m, got 'EPSG:6669'"
        ),
        id="crs of another zone",
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:3857"),
        (
            "demo.toml: scenario.crs must keep distances true to 0.5 % in [area], where a metre on the ground becomes "
            "1.233 m, got 'EPSG:3857'"
        ),
        id="crs of web maps",
    ),
    pytest.param(
        document("buildings.geojson", crs={"type": "name", "properties": {"name": "EPSG:99999"}}),
        "buildings.geojson: crs must be a known coordinate reference system, got 'EPSG:99999'",
        id="buildings with an unknown crs",
    ),
    pytest.param(
        document("buildings.geojson", crs=None),
        "buildings.geojson: crs must be given (such as EPSG:6677), got None",
        id="buildings without crs",
    ),
    pytest.param(
        document("buildings.geojson", crs=CLAIMS_METRES),
        "buildings.geojson: coordinates must be metres, but look like degrees, got [139.7348382, 35.6707101]",
        id="buildings in degrees that claim metres",
    ),
    pytest.param(
        document("zones.geojson", crs=CLAIMS_METRES),
        "zones.geojson: coordinates must be metres, but look like degrees, got [139.7343808, 35.6706555]",
        id="zones in degrees that claim metres",
    ),
    pytest.param(
        document("population.geojson", crs=CLAIMS_METRES),
        "population.geojson: coordinates must be metres, but look like degrees, got [139.728125, 35.6708333]",
        id="people in degrees that claim metres",
    ),
    pytest.param(
        document("parks.geojson", crs=CLAIMS_METRES),
        "parks.geojson: coordinates must be metres, but look like degrees, got [139.7385101, 35.6721413]",
        id="parks in degrees that claim metres",
    ),
    pytest.param(
        in_metres("buildings.geojson"),
        "buildings.geojson: coordinates must be longitudes and latitudes ...",
        id="buildings in metres that claim degrees",
    ),
    pytest.param(
        in_metres("zones.geojson"),
        "zones.geojson: coordinates must be longitudes and latitudes ...",
        id="zones in metres that claim degrees",
    ),
    pytest.param(
        toml(CORNERS, "-9400.0, -36500.0, -8300.0, -35500.0"),
        (
            "demo.toml: area.bbox must be [west, south, east, north] in degrees, with west < east and south < north, "
            "got [-9400.0, -36500.0, -8300.0, -35500.0]"
        ),
        id="area in metres",
    ),
    pytest.param(
        geometry("zones.geojson", 0, {"type": "Polygon", "coordinates": []}),
        "zones.geojson: zone '合成駅前 / Synthetic station front' must have a polygon that is readable and not empty, got nothing",
        id="zone empty",
    ),
    pytest.param(
        geometry("zones.geojson", 0, None),
        "zones.geojson: zone '合成駅前 / Synthetic station front' must have a polygon that is readable and not empty, got nothing",
        id="zone without geometry",
    ),
    pytest.param(
        geometry("zones.geojson", 0, {"type": "LineString", "coordinates": [[139.734, 35.672], [139.735, 35.673]]}),
        "zones.geojson: zone '合成駅前 / Synthetic station front' must be a polygon, got 'LineString'",
        id="zone that is a line",
    ),
    pytest.param(
        geometry("zones.geojson", 0, BOWTIE),
        "zones.geojson: zone '合成駅前 / Synthetic station front' must not cross itself, got ...",
        id="zone that crosses itself",
    ),
    pytest.param(
        geometry("population.geojson", 0, BOWTIE),
        "population.geojson: feature 1 must not cross itself, got ...",
        id="mesh that crosses itself",
    ),
    pytest.param(
        geometry("population.geojson", 1, {"type": "Polygon", "coordinates": []}),
        "population.geojson: feature 2 must have a polygon that is readable and not empty, got nothing",
        id="mesh empty",
    ),
    pytest.param(
        geometry("parks.geojson", 0, {"type": "Point", "coordinates": [139.734, 35.672]}),
        "parks.geojson: feature 1 must be a polygon, got 'Point'",
        id="park that is a point",
    ),
    pytest.param(
        geometry("parks.geojson", 2, None),
        "parks.geojson: feature 3 must have a polygon that is readable and not empty, got nothing",
        id="park empty",
    ),
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
        (
            "demo.toml: candidates[1] must leave candidates within [area]: of its 684 rows 681 lie outside [area], 3 "
            "are rejected, got nothing"
        ),
        id="candidates all outside",
    ),
    pytest.param(
        write("assets.csv", "asset_id,asset_type,owner_class,lat,lon"),
        "demo.toml: candidates[1] must leave candidates within [area]: its file has no rows, got nothing",
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
        "demo.toml: candidates[2] must leave candidates within [area]: its rule dropped all 948 places, got nothing",
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
        "demo.toml: candidates[2] must leave candidates within [area]: of its 4 rows 4 are not selected, got nothing",
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
        toml('["buildings.geojson"]', '["buildings.geojson", "buildings.geojson"]'),
        "demo.toml: buildings.paths[2] must not name a file a second time, got 'buildings.geojson'",
        id="building file twice",
    ),
    pytest.param(
        source("on_roofs", name="assets"), "demo.toml: candidates must have different names, got 'assets'", id="source name twice"
    ),
    pytest.param(
        zone("area", 'name = "合成地区全体 / Synthetic district"'),
        "demo.toml: zones must have different names, got '合成地区全体 / Synthetic district'",
        id="zone name twice",
    ),
    pytest.param(
        rule('fixed = ["assets:SYN-A0001", "assets:SYN-A0001"]'),
        "demo.toml: rules.fixed must not name an id twice, got 'assets:SYN-A0001'",
        id="fixed id twice",
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
        "population.geojson: feature 1: population must be a number >= 0, got nothing",
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
        geometry("zones.geojson", 3, ROOM),
        "demo.toml: demand: zone '合成地区全体 / Synthetic district' must hold at least one outdoor cell of 10.0 m, got 'none'",
        id="zone inside a building",
    ),
    pytest.param(
        toml("cell_m = 10.0", "cell_m = 1000"),
        "demo.toml: demand: zone '合成駅前 / Synthetic station front' must hold at least one outdoor cell of 1000.0 m, got 'none'",
        id="zone smaller than a cell",
    ),
    pytest.param(
        geometry("zones.geojson", 0, ELSEWHERE),
        "demo.toml: zones[1] must lie within [area], at least in part, got '合成駅前 / Synthetic station front'",
        id="zone outside the area",
    ),
    pytest.param(
        zone("circle", 'name = "far"', "longitude = -60", "latitude = -35", "radius_m = 100"),
        "demo.toml: zones[3] must lie within [area], at least in part, got 'far'",
        id="circle outside the area",
    ),
    pytest.param(
        properties("zones.geojson", 0, name=None),
        "zones.geojson: name of a zone (zones[1]) must not be empty, got nothing",
        id="zone without name",
    ),
    pytest.param(
        toml('"whole"', '"hole"'),
        "demo.toml: zones[2].where must leave some of the 4 features of zones.geojson, got {'kind': ['hole']}",
        id="zones all left out",
    ),
    pytest.param(
        toml('{ kind = "whole" }', '{ kinds = "whole" }'),
        (
            "demo.toml: zones[2].where must be one of zone_id, kind, name, name_ja, name_en (did you mean 'kind'?), "
            "the properties of zones.geojson, got 'kinds'"
        ),
        id="zones left out by an unknown property",
    ),
    pytest.param(
        toml('name_field = "name"', 'name_field = "nam"'),
        (
            "demo.toml: zones[1].name_field must be one of zone_id, kind, name, name_ja, name_en (did you mean "
            "'name'?), the properties of zones.geojson, got 'nam'"
        ),
        id="zone name field unknown",
    ),
    pytest.param(document("zones.geojson", features=[]), "zones.geojson: features must not be empty, got nothing", id="zones none"),
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
    pytest.param(
        toml("max_sites = 30", "budget_yen = 10"),
        "demo.toml: rules.budget_yen must be >= 1,020,000, the cost of the cheapest candidate, got 10",
        id="budget below the cheapest site",
    ),
    pytest.param(
        toml("max_sites = 30", "max_sites = 3"),
        "demo.toml: rules.max_sites must be >= 6 (existing and fixed sites count), got 3",
        id="fewer sites than stations on air",
    ),
    pytest.param(
        both(
            rule('fixed = ["assets:SYN-A0001", "assets:SYN-A0002"]'),
            add('[[rules.either_or]]\nids = ["assets:SYN-A0001", "assets:SYN-A0002"]'),
        ),
        "demo.toml: rules.either_or[1] must not name two fixed ids, and 'assets:SYN-A0001' is one, got 'assets:SYN-A0002'",
        id="two fixed sites of which one may be open",
    ),
    pytest.param(
        rule('fixed = ["SYN-A0001"]'),
        ("demo.toml: rules.fixed must name candidates within [area], as source:id (did you mean 'assets:SYN-A0001'?), got 'SYN-A0001'"),
        id="fixed id unknown",
    ),
    pytest.param(
        rule('forbidden = ["assets:nobody"]'),
        "demo.toml: rules.forbidden must name candidates within [area], as source:id, got 'assets:nobody'",
        id="forbidden id unknown",
    ),
    pytest.param(
        rule('fixed = ["assets:SYN-A0001"]\nforbidden = ["assets:SYN-A0001"]'),
        "demo.toml: rules.fixed must not name a forbidden id, got 'assets:SYN-A0001'",
        id="id both fixed and forbidden",
    ),
    pytest.param(
        rule('forbidden = ["assets:SYN-A0088"]'),
        "demo.toml: rules.forbidden must not name a site that is on air already, got 'assets:SYN-A0088'",
        id="station on air forbidden",
    ),
    pytest.param(
        toml("max_range_m = 200.0", "receiver_threshold_dbm = -30"),
        "demo.toml: coverage must serve at least one cell that has weight, by sites not forbidden, got '0 pairs'",
        id="nothing is served",
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
        "demo.toml: buildings.paths must have buildings within [area] and its margin, got nothing",
        id="buildings elsewhere",
    ),
]
"""What is wrong, and all that the user reads, files named without their folder; "..." stands for words of other libraries."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_bad_input_is_refused_in_one_line_and_writes_nothing(change: Change, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "scenario"
    file = copy_demo(folder, change)
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "runs" / "new"), "--no-cache"])
    said = result.stderr.partition("siting: ")[2].rstrip("\n").replace(f"{folder}/", "")
    assert said == message or (message.endswith("...") and said.startswith(message.removesuffix("..."))), said
    assert "\n" not in said
    assert result.exit_code == BAD_INPUT
    assert result.stdout == ""
    assert [one.name for one in tmp_path.iterdir()] == ["scenario"], "something was written"
