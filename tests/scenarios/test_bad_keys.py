"""Every mistake in a scenario file is said in one line, with the key as it is written, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import (
    BY_MESH,
    CORNERS,
    PEOPLE,
    Change,
    add,
    copy_demo,
    cut,
    cut_before,
    source,
    text,
    toml,
    write,
    zone,
)
from typer.testing import CliRunner

from scenarios.cli import BAD_INPUT, app

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
    pytest.param(toml("band", "bnad"), "demo.toml: radio.band must be given (is it 'bnad'?), got nothing", id="misspelt band"),
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
            "demo.toml: candidates[1].kind must be one of csv, osm_points, stations, along_roads, along_fronts, "
            "on_roofs (did you mean 'csv'?), got 'cvs'"
        ),
        id="unknown candidates kind",
    ),
    pytest.param(
        toml('kind = "csv"\n', ""),
        ("demo.toml: candidates[1].kind must be one of csv, osm_points, stations, along_roads, along_fronts, on_roofs, got nothing"),
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
    pytest.param(
        toml("[[candidates]]", "[candidates]"),
        (
            "demo.toml: candidates must be a list of tables, each under [[candidates]], got {'kind': 'csv', 'name': "
            "'assets', 'path': 'assets.csv', 'on_bad_row': 'skip', 'synthetic': True}"
        ),
        id="one table in place of a list",
    ),
    pytest.param(
        toml('["buildings.geojson"]', '"buildings.geojson"'),
        "demo.toml: buildings.paths must be a list, got 'buildings.geojson'",
        id="text in place of a list",
    ),
    pytest.param(toml('["buildings.geojson"]', "[]"), "demo.toml: buildings.paths must have at least 1 entry, got []", id="empty list"),
    pytest.param(
        toml(f"[demand.weight]\n{BY_MESH}", 'weight = "mesh"'),
        "demo.toml: demand.weight must be a table, got 'mesh'",
        id="text in place of a table",
    ),
    pytest.param(
        toml("cell_m = 10.0", 'cell_m = "10"'), "demo.toml: demand.cell_m must be a number, got '10'", id="text in place of a number"
    ),
    pytest.param(
        toml("margin_m = 250.0", "margin_m = true"), "demo.toml: area.margin_m must be a number, got true", id="truth in place of a number"
    ),
    pytest.param(
        toml("max_sites = 30", "max_sites = true"),
        "demo.toml: rules.max_sites must be a whole number, got true",
        id="truth in place of a whole number",
    ),
    pytest.param(
        toml("max_sites = 30", "max_sites = 30.5"),
        "demo.toml: rules.max_sites must be a whole number, got 30.5",
        id="fraction in place of a whole number",
    ),
    pytest.param(toml('"EPSG:6677"', "6677"), "demo.toml: scenario.crs must be a text, got 6677", id="number in place of a text"),
    pytest.param(
        toml("synthetic = true\n\n[area]", "synthetic = 1\n\n[area]"),
        "demo.toml: scenario.synthetic must be true or false, got 1",
        id="number in place of a truth",
    ),
    pytest.param(
        toml('title_en = "28 GHz sites in a synthetic district (sample)"', "title_en = 2026-01-31"),
        "demo.toml: scenario.title_en must be a text, got 2026-01-31",
        id="date in place of a text",
    ),
    pytest.param(
        toml('{ kind = "whole" }', "{ kind = 3 }"),
        "demo.toml: zones[2].where.kind must be a text or a list of texts, none of them empty, got 3",
        id="number in place of a wanted value",
    ),
    pytest.param(toml('"assets.csv"', '""'), "demo.toml: candidates[1].path must not be empty, got ''", id="empty text"),
    pytest.param(
        toml('name = "demo"', 'name = "../demo"'),
        "demo.toml: scenario.name must consist of the letters A to Z, digits, '-' and '_', got '../demo'",
        id="name with a slash",
    ),
    pytest.param(toml("cell_m = 10.0", "cell_m = nan"), "demo.toml: demand.cell_m must be a finite number, got nan", id="nan"),
    pytest.param(toml("margin_m = 250.0", "margin_m = inf"), "demo.toml: area.margin_m must be a finite number, got inf", id="infinity"),
    pytest.param(
        toml("max_range_m = 200.0", "receiver_threshold_dbm = nan"),
        "demo.toml: radio.receiver_threshold_dbm must be in -140..-30, got nan",
        id="nan threshold",
    ),
    pytest.param(
        toml("139.7280, 35.6698", "139.7280, nan"),
        (
            "demo.toml: area.bbox must be [west, south, east, north] in degrees, with west < east and south < north, "
            "got [139.728, nan, 139.7407, 35.6787]"
        ),
        id="nan corner",
    ),
    pytest.param(
        toml("seed = 1", "seed = 1\ntime_limit_s = inf"),
        "demo.toml: solve.time_limit_s must be a finite number, got inf",
        id="infinite time",
    ),
    pytest.param(toml("cell_m = 10.0", "cell_m = 0"), "demo.toml: demand.cell_m must be >= 1, got 0", id="cell too small"),
    pytest.param(toml("margin_m = 250.0", "margin_m = -1"), "demo.toml: area.margin_m must be >= 0, got -1", id="margin negative"),
    pytest.param(
        toml("margin_m = 250.0", "margin_m = 1e300"), "demo.toml: area.margin_m must be <= 100,000, got 1e+300", id="margin absurd"
    ),
    pytest.param(toml("seed = 1", "seed = 1\ntarget_gap = 5"), "demo.toml: solve.target_gap must be < 1, got 5", id="gap in per cent"),
    pytest.param(toml("seed = 1", "seed = 1\neffort = 0"), "demo.toml: solve.effort must be > 0, got 0", id="effort zero"),
    pytest.param(toml("seed = 1", "seed = -1"), "demo.toml: solve.seed must be >= 0, got -1", id="seed negative"),
    pytest.param(toml("max_sites = 30", "max_sites = 0"), "demo.toml: rules.max_sites must be >= 1, got 0", id="sites zero"),
    pytest.param(
        toml("max_sites = 30", "budget_yen = 9223372036854775808"),
        "demo.toml: rules.budget_yen must be <= 1,000,000,000,000,000, got 9223372036854775808",
        id="budget absurd",
    ),
    pytest.param(toml("max_sites = 30", ""), "demo.toml: rules must give max_sites or budget_yen, got nothing", id="no limit"),
    pytest.param(toml("[rules]\nmax_sites = 30", ""), "demo.toml: rules must be given, got nothing", id="no rules"),
    pytest.param(
        toml(CORNERS, "139.7407, 35.6698, 139.7280, 35.6787"),
        (
            "demo.toml: area.bbox must be [west, south, east, north] in degrees, with west < east and south < north, "
            "got [139.7407, 35.6698, 139.728, 35.6787]"
        ),
        id="corners in the wrong order",
    ),
    pytest.param(
        toml(CORNERS, "35.6698, 139.7280, 35.6787, 139.7407"),
        (
            "demo.toml: area.bbox must be [west, south, east, north] in degrees, with west < east and south < north, "
            "got [35.6698, 139.728, 35.6787, 139.7407]"
        ),
        id="latitude first",
    ),
    pytest.param(
        toml(CORNERS, "139.7280, 35.6698, 139.7407"),
        (
            "demo.toml: area.bbox must be [west, south, east, north] in degrees, with west < east and south < north, "
            "got [139.728, 35.6698, 139.7407]"
        ),
        id="three corners",
    ),
    pytest.param(
        toml("139.7280, 35.6698", '"139.7280", 35.6698'),
        (
            "demo.toml: area.bbox must be [west, south, east, north] in degrees, with west < east and south < north, "
            "got ['139.7280', 35.6698, 139.7407, 35.6787]"
        ),
        id="corners as text",
    ),
    pytest.param(
        toml(PEOPLE, f'{PEOPLE}\ntable = "n.csv"'),
        "demo.toml: demand.weight must give code_field and table_code_field with table, got 'n.csv'",
        id="table without its code fields",
    ),
    pytest.param(
        toml('28GHz"\nmax', '28Ghz"\nmax'),
        "demo.toml: radio.band must be one of 28GHz, 4.5GHz, 3.7GHz (did you mean '28GHz'?), got '28Ghz'",
        id="unknown band",
    ),
    pytest.param(
        toml("max_range_m = 200.0", "receiver_threshold_dbm = 20"),
        "demo.toml: radio.receiver_threshold_dbm must be in -140..-30, got 20",
        id="threshold out of range",
    ),
    pytest.param(
        toml("max_range_m = 200.0", 'receiver_threshold_dbm = "-110"'),
        "demo.toml: radio.receiver_threshold_dbm must be a number, got '-110'",
        id="threshold as text",
    ),
    pytest.param(
        toml("max_range_m = 200.0", "max_range_m = 200_000"),
        "demo.toml: radio.max_range_m must be in 1..5000, got 200000",
        id="range beyond the model",
    ),
    pytest.param(
        toml("max_range_m = 200.0", 'path_loss_model = "umo"'),
        "demo.toml: radio.path_loss_model must be one of umi, uma, p1411_high_rise, p1411_low_rise, got 'umo'",
        id="unknown path-loss model",
    ),
    pytest.param(cut("demo.toml", 0.18), "demo.toml: file must be valid TOML, got ...", id="scenario cut off in a text"),
    pytest.param(cut_before("demo.toml", "[[zones]]"), "demo.toml: zones must be given, got nothing", id="scenario cut off between tables"),
    pytest.param(write("demo.toml", b""), "demo.toml: scenario must be given, got nothing", id="scenario empty"),
    pytest.param(write("demo.toml", bytes(range(256))), "demo.toml: file must be UTF-8 text, got ...", id="scenario binary"),
    pytest.param(toml("seed = 1", "seed = 1\nseed = 2"), "demo.toml: file must be valid TOML, got ...", id="key given twice"),
    pytest.param(
        toml("seed = 1", "seed = " + 5000 * "["),
        "demo.toml: file must not be nested so deep, got 'too many levels'",
        id="nested without end",
    ),
    pytest.param(toml("seed = 1", "seed = " + 5000 * "9"), "demo.toml: file must be valid TOML, got ...", id="number without end"),
]
"""What is wrong, and all that the user reads, files named without their folder; "..." stands for words of other libraries."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_bad_scenario_is_refused_in_one_line_and_writes_nothing(change: Change, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "scenario"
    file = copy_demo(folder, change)
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "runs" / "new"), "--no-cache"])
    said = result.stderr.partition("siting: ")[2].rstrip("\n").replace(f"{folder}/", "")
    assert said == message or (message.endswith("...") and said.startswith(message.removesuffix("..."))), said
    assert "\n" not in said
    assert result.exit_code == BAD_INPUT
    assert result.stdout == ""
    assert [one.name for one in tmp_path.iterdir()] == ["scenario"], "something was written"
