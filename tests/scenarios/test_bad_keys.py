"""Every key that a scenario does not know is said in one line, as it is written, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import BY_MESH, Change, add, source, text, toml, zone
from refusal import assert_refused

CASES = [
    pytest.param(
        toml("[demand]\n", "[demands]\n"),
        "demo.toml: demands is not a key of a scenario (did you mean 'demand'?), got {'cell_m': 10.0}",
        id="unknown table",
    ),
    pytest.param(
        toml("title_en", "titel_en"),
        (
            "demo.toml: scenario.titel_en is not a key of a scenario (did you mean 'title_en'?), got '28 GHz sites in "
            "a synthetic district (sample)'"
        ),
        id="unknown key of scenario",
    ),
    pytest.param(
        toml("margin_m", "margin"),
        "demo.toml: area.margin is not a key of a scenario (did you mean 'margin_m'?), got 250.0",
        id="unknown key of area",
    ),
    pytest.param(
        toml("height_column", "heigth_column"),
        "demo.toml: buildings.heigth_column is not a key of a scenario (did you mean 'height_column'?), got 'height_m'",
        id="unknown key of buildings",
    ),
    pytest.param(
        toml("canopy_m", "canopy"),
        "demo.toml: vegetation.canopy is not a key of a scenario (did you mean 'canopy_m'?), got 10.0",
        id="unknown key of vegetation",
    ),
    pytest.param(
        add('[ground]\npath = "g.tif"\npost = 5'),
        "demo.toml: ground.post is not a key of a scenario (did you mean 'post_m'?), got 5",
        id="unknown key of ground",
    ),
    pytest.param(
        toml("on_bad_row", "on_bad_rows"),
        "demo.toml: candidates[1].on_bad_rows is not a key of a scenario (did you mean 'on_bad_row'?), got 'skip'",
        id="unknown key of csv",
    ),
    pytest.param(
        source("osm_points", 'path = "p"', 'where = { a = "b" }', 'asset_type = "signal"', 'mountt = "roof"'),
        "demo.toml: candidates[2].mountt is not a key of a scenario (did you mean 'mount'?), got 'roof'",
        id="unknown key of osm_points",
    ),
    pytest.param(
        source("stations", 'path = "p"', 'mounts = "roof"'),
        "demo.toml: candidates[2].mounts is not a key of a scenario (did you mean 'mount'?), got 'roof'",
        id="unknown key of stations",
    ),
    pytest.param(
        source("along_roads", 'path = "p"', "spacng_m = 30"),
        "demo.toml: candidates[2].spacng_m is not a key of a scenario (did you mean 'spacing_m'?), got 30",
        id="unknown key of along_roads",
    ),
    pytest.param(
        source("along_fronts", "n_candidate = 5"),
        "demo.toml: candidates[2].n_candidate is not a key of a scenario (did you mean 'n_candidates'?), got 5",
        id="unknown key of along_fronts",
    ),
    pytest.param(
        source("on_roofs", "mast = 3"),
        "demo.toml: candidates[2].mast is not a key of a scenario (did you mean 'mast_m'?), got 3",
        id="unknown key of on_roofs",
    ),
    pytest.param(
        toml("name_field", "namefield"),
        "demo.toml: zones[1].namefield is not a key of a scenario (did you mean 'name_field'?), got 'name'",
        id="unknown key of polygons",
    ),
    pytest.param(
        zone("circle", 'name = "n"', "longitude = 139.73", "latitude = 35.67", "radius = 100"),
        "demo.toml: zones[3].radius is not a key of a scenario (did you mean 'radius_m'?), got 100",
        id="unknown key of circle",
    ),
    pytest.param(
        zone("area", 'name = "n"', "priorty = 2"),
        "demo.toml: zones[3].priorty is not a key of a scenario (did you mean 'priority'?), got 2",
        id="unknown key of an area zone",
    ),
    pytest.param(
        toml("cell_m", "cells_m"),
        "demo.toml: demand.cells_m is not a key of a scenario (did you mean 'cell_m'?), got 10.0",
        id="unknown key of demand",
    ),
    pytest.param(
        toml("people_field", "peoples_field"),
        "demo.toml: demand.weight.peoples_field is not a key of a scenario (did you mean 'people_field'?), got 'population'",
        id="unknown key of mesh",
    ),
    pytest.param(
        toml(BY_MESH, 'by = "facilities"\npath = "facilities.csv"\nweigth_field = "kind"'),
        "demo.toml: demand.weight.weigth_field is not a key of a scenario (did you mean 'weight_field'?), got 'kind'",
        id="unknown key of facilities",
    ),
    pytest.param(
        toml(BY_MESH, 'by = "area"\npeople = 3'),
        "demo.toml: demand.weight.people is not a key of a scenario, got 3",
        id="unknown key of weight by area",
    ),
    pytest.param(
        toml("max_range_m", "max_rang_m"),
        "demo.toml: radio.max_rang_m is not a radio parameter (did you mean 'max_range_m'?), got 200.0",
        id="unknown key of radio",
    ),
    pytest.param(toml("band", "bnad"), "demo.toml: radio.band must be given (is it 'bnad'?)", id="misspelt band"),
    pytest.param(
        toml("max_sites", "maxsites"),
        "demo.toml: rules.maxsites is not a key of a scenario (did you mean 'max_sites'?), got 30",
        id="unknown key of rules",
    ),
    pytest.param(
        toml("seed", "sed"), "demo.toml: solve.sed is not a key of a scenario (did you mean 'seed'?), got 1", id="unknown key of solve"
    ),
    pytest.param(
        add("[map]\nonline_tile = true"),
        "demo.toml: map.online_tile is not a key of a scenario (did you mean 'online_tiles'?), got true",
        id="unknown key of map",
    ),
    pytest.param(
        toml("seed = 1", "seed = 1\nxyzzy = 1"), "demo.toml: solve.xyzzy is not a key of a scenario, got 1", id="key like no other"
    ),
    pytest.param(
        toml('kind = "csv"', 'kind = "cvs"'),
        (
            "demo.toml: candidates[1].kind must be one of csv, osm_points, stations, register, along_roads, along_fronts, "
            "on_roofs (did you mean 'csv'?), got 'cvs'"
        ),
        id="unknown candidates kind",
    ),
    pytest.param(
        toml('kind = "csv"\n', ""),
        ("demo.toml: candidates[1].kind must be one of csv, osm_points, stations, register, along_roads, along_fronts, on_roofs"),
        id="no candidates kind",
    ),
    pytest.param(
        toml('kind = "polygons"', 'kind = "polygon"'),
        "demo.toml: zones[1].kind must be one of polygons, circle, area (did you mean 'polygons'?), got 'polygon'",
        id="unknown zones kind",
    ),
    pytest.param(
        toml('by = "mesh"', 'by = "meshes"'),
        "demo.toml: demand.weight.by must be one of area, mesh, facilities (did you mean 'mesh'?), got 'meshes'",
        id="unknown weight",
    ),
    pytest.param(
        text("demo.toml", "on_bad_row", 'owner_class = "munipical"\non_bad_row'),
        (
            "demo.toml: candidates[1].owner_class must be one of metropolitan, municipal, private, affiliated (did you"
            " mean 'municipal'?), got 'munipical'"
        ),
        id="unknown owner class",
    ),
    pytest.param(
        toml("on_bad_row", 'asset_type = "streetlamp"\non_bad_row'),
        (
            "demo.toml: candidates[1].asset_type must be one of land, building, structure, streetlight, park, "
            "bus_stop, subway_entrance, signal, smart_pole, utility_pole, tower, station, bike_port (did you mean "
            "'streetlight'?), got 'streetlamp'"
        ),
        id="unknown asset type",
    ),
    pytest.param(
        toml("on_bad_row", 'columns = { asset_id = "ID" }\non_bad_row'),
        (
            "demo.toml: candidates[1].columns.asset_id must be one of asset_id, name, asset_type, owner_class, lat, "
            "lon, height_agl_m, cost_yen, capacity, existing (assets.csv), got 'ID'"
        ),
        id="unknown column",
    ),
    pytest.param(
        toml("on_bad_row", 'columns = { assetid = "asset_id" }\non_bad_row'),
        (
            "demo.toml: candidates[1].columns must be one of asset_id, name, asset_type, owner_class, lat, lon, "
            "height_agl_m, cost_yen, yearly_fee_yen, capacity, existing (did you mean 'asset_id'?) (assets.csv), got 'assetid'"
        ),
        id="unknown field of columns",
    ),
    pytest.param(
        toml("on_bad_row", 'ignore = ["capcity"]\non_bad_row'),
        (
            "demo.toml: candidates[1].ignore must be one of asset_id, name, asset_type, owner_class, lat, lon, "
            "height_agl_m, cost_yen, capacity, existing (did you mean 'capacity'?) (assets.csv), got 'capcity'"
        ),
        id="unknown ignored column",
    ),
    pytest.param(
        toml('"skip"', '"ignore"'), "demo.toml: candidates[1].on_bad_row must be 'refuse' or 'skip', got 'ignore'", id="unknown choice"
    ),
]
"""What is wrong, and all that the user reads; see :func:`refusal.assert_refused`."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_a_bad_key_is_refused_in_one_line_and_writes_nothing(change: Change, message: str, tmp_path: Path) -> None:
    assert_refused(change, message, tmp_path)
