"""Every value that a scenario cannot have is said in one line, with its key, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import BY_MESH, CORNERS, PEOPLE, Change, cut, cut_before, toml, write
from refusal import assert_refused

CASES = [
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
    pytest.param(toml("max_sites = 30", ""), "demo.toml: rules must give max_sites or budget_yen", id="no limit"),
    pytest.param(toml("[rules]\nmax_sites = 30", ""), "demo.toml: rules must be given", id="no rules"),
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
    pytest.param(cut_before("demo.toml", "[[zones]]"), "demo.toml: zones must be given", id="scenario cut off between tables"),
    pytest.param(write("demo.toml", b""), "demo.toml: scenario must be given", id="scenario empty"),
    pytest.param(write("demo.toml", bytes(range(256))), "demo.toml: file must be UTF-8 text, got ...", id="scenario binary"),
    pytest.param(toml("seed = 1", "seed = 1\nseed = 2"), "demo.toml: file must be valid TOML, got ...", id="key given twice"),
    pytest.param(
        toml("seed = 1", "seed = " + 5000 * "["),
        "demo.toml: file must not be nested so deep, got 'too many levels'",
        id="nested without end",
    ),
    pytest.param(toml("seed = 1", "seed = " + 5000 * "9"), "demo.toml: file must be valid TOML, got ...", id="number without end"),
]
"""What is wrong, and all that the user reads; see :func:`refusal.assert_refused`."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_a_bad_value_is_refused_in_one_line_and_writes_nothing(change: Change, message: str, tmp_path: Path) -> None:
    assert_refused(change, message, tmp_path)
