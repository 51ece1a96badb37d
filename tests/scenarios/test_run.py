"""The main job end to end, on the demo scenario."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from demo_copy import DEMO, copy_demo, toml
from rich.cells import cell_len
from typer.testing import CliRunner

import scenarios.run
import siting.city
from scenarios.cli import app
from scenarios.command_errors import BAD_INPUT, INTERRUPTED
from scenarios.outputs import FILES
from scenarios.run import Run, run_scenario
from siting.footprints import read_footprints
from siting.outputs.text import LANGUAGES, Language, text

_QUICK = toml("seed = 1", "seed = 1\neffort = 0.05")
_BROKEN_ON_PURPOSE = {"683": "lon", "684": "asset_id", "685": "height_agl_m"}


class Finished(NamedTuple):
    run: Run
    folder: Path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("demo") / "run"
    scenario = copy_demo(tmp_path_factory.mktemp("scenarios") / "scenario", toml("seed = 1", "seed = 1\neffort = 0.3"))
    return Finished(run_scenario(scenario, folder), folder)


def _plan(folder: Path) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return plan


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _weight_covered(run: Run, ids: list[str]) -> float:
    """Weight of the cells that some of the candidates cover, cell by cell."""
    covered: set[int] = set()
    for one in ids:
        covered |= set(run.coverage.cells_of(run.coverage.candidate_ids.index(one)).tolist())
    return sum(float(run.demand.weight[cell]) for cell in covered)


def test_the_folder_holds_what_is_promised_and_no_more(finished: Finished) -> None:
    assert sorted(one.name for one in finished.folder.iterdir()) == sorted(FILES)
    assert all(one.stat().st_size > 0 for one in finished.folder.iterdir())
    assert [one.name for one in finished.folder.parent.iterdir()] == ["run"]


def test_the_figures_are_those_of_the_sites_that_are_listed(finished: Finished) -> None:
    plan, sites = _plan(finished.folder), _rows(finished.folder / "sites.csv")
    ids = [site["site_id"] for site in sites]
    assert ids == plan["chosen"]
    assert len(set(ids)) == plan["n_sites"] == 30
    assert plan["objective"] == pytest.approx(_weight_covered(finished.run, ids), rel=1e-9)
    assert plan["total"] == pytest.approx(sum(finished.run.demand.weight.tolist()), rel=1e-9)
    assert plan["covered_share"] == pytest.approx(plan["objective"] / plan["total"])
    assert plan["gap"] == pytest.approx(1 - plan["objective"] / plan["upper_bound"], abs=1e-12)
    assert sum(float(site["marginal_weight"]) for site in sites) == pytest.approx(plan["objective"], abs=1e-3)
    assert sum(int(site["cost_yen"]) for site in sites if site["is_fixed"] == "false") == plan["cost_yen"]


def test_no_plan_built_by_hand_beats_the_bound(finished: Finished) -> None:
    """Plain greedy from the existing stations on stays below the plan, and the plan below its bound."""
    run, plan = finished.run, _plan(finished.folder)
    is_open = np.zeros(len(run.demand), dtype=np.bool_)
    for one in run.fixed:
        is_open[run.coverage.cells_of(run.coverage.candidate_ids.index(one))] = True
    for _ in range(30 - len(run.fixed)):
        left = np.where(is_open, 0.0, run.demand.weight)
        gains = [left[run.coverage.cells_of(row)].sum() for row in range(run.coverage.n_candidates)]
        is_open[run.coverage.cells_of(int(np.argmax(gains)))] = True
    assert run.demand.weight[is_open].sum() <= plan["objective"] * (1 + 1e-12)
    assert plan["objective"] <= plan["upper_bound"]
    assert plan["gap"] <= 0.005


def test_covered_cells_are_seen_from_a_listed_site(finished: Finished) -> None:
    run, sites = finished.run, _rows(finished.folder / "sites.csv")
    positions = [[float(site[name]) for name in ("x_m", "y_m", "antenna_height_m")] for site in sites]
    cells = np.column_stack((run.demand.xy_m, np.full(len(run.demand), run.radio.user_height_m)))
    distance_m = np.hypot(*(cells[None, :, axis] - np.array(positions)[:, None, axis] for axis in (0, 1)))
    may_serve = run.city.visible(positions, cells) & (distance_m <= run.radio.max_range_m + 0.01)
    is_covered = run.kpis.n_servers > 0
    assert (run.kpis.n_servers <= may_serve.sum(axis=0)).all()
    assert is_covered.sum() > 1000
    assert run.city.is_outdoor(run.demand.xy_m).all()


def test_existing_stations_stay(finished: Finished) -> None:
    existing = {f"assets:{row['asset_id']}" for row in _rows(DEMO / "assets.csv") if row["existing"] == "true"}
    listed = {site["site_id"] for site in _rows(finished.folder / "sites.csv") if site["is_fixed"] == "true"}
    assert listed == existing == set(_plan(finished.folder)["fixed"])


def test_rows_broken_on_purpose_are_listed(finished: Finished) -> None:
    rejects = _rows(finished.folder / "rejects.csv")
    assert {one["row"]: one["field"] for one in rejects} == _BROKEN_ON_PURPOSE
    assert {one["source"] for one in rejects} == {"assets"}


def test_every_row_of_every_source_is_accounted_for(finished: Finished) -> None:
    (assets,) = _plan(finished.folder)["candidates"]
    assert assets["n_rows"] == len(_rows(DEMO / "assets.csv"))
    assert assets["n_used"] + assets["n_outside"] + assets["n_rejected"] + assets["n_not_selected"] == assets["n_rows"]
    buildings = _plan(finished.folder)["buildings"]
    assert buildings["n_used"] + buildings["n_rejected"] == buildings["n_read"]


def test_the_log_tells_settings_counts_and_warnings_and_nothing_broke(finished: Finished) -> None:
    log = (finished.folder / "run.log").read_text(encoding="utf-8")
    for said in ("demo.toml", "receiver_threshold_dbm=-115.0", "max_sites=30", "seed=1", "948 used of 948 read", "seconds: read "):
        assert said in log
    assert "WARNING scenarios.candidate_sources: candidates assets: 684 rows, 681 used, 0 outside [area], 0 not selected, 3 rejected" in log
    assert "Traceback" not in log
    assert "ERROR" not in log


def test_the_results_name_no_folder_of_this_machine(finished: Finished) -> None:
    private = [str(finished.folder.parent), str(DEMO), str(Path.home()) + os.sep, str(Path.cwd())]
    for name in set(FILES) - {"run.log"}:
        content = (finished.folder / name).read_bytes()
        assert not [one for one in private if one.encode() in content], name


def _comparable(folder: Path) -> dict[str, object]:
    """All that a run folder holds, but for the log and the seconds."""
    plan = _plan(folder)
    del plan["timings"]
    return {name: (folder / name).read_bytes() for name in set(FILES) - {"run.log", "plan.json"}} | {"plan.json": json.dumps(plan)}


def test_one_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """In one process, and in another one whose sets and dictionaries are hashed differently."""
    file = copy_demo(tmp_path / "scenario", _QUICK)
    run_scenario(file, tmp_path / "a")
    run_scenario(file, tmp_path / "b")
    subprocess.run(  # noqa: S603  # this very program
        [sys.executable, "-m", "scenarios.cli", "run", str(file), "--out", str(tmp_path / "c"), "--no-cache"],
        env=os.environ | {"PYTHONHASHSEED": "4711", "LANG": "ja_JP.UTF-8"},
        check=True,
        capture_output=True,
    )
    first = _comparable(tmp_path / "a")
    assert _comparable(tmp_path / "b") == first
    assert _comparable(tmp_path / "c") == first


def test_a_rerun_replaces_the_earlier_run(tmp_path: Path) -> None:
    file = copy_demo(tmp_path / "scenario", _QUICK)
    for sites, seed in ((30, 1), (12, 7)):
        toml("max_sites = ", f"max_sites = {sites} # ", "seed = ", f"seed = {seed} # ")(tmp_path / "scenario")
        run_scenario(file, tmp_path / "run")
        assert (_plan(tmp_path / "run")["n_sites"], _plan(tmp_path / "run")["seed"]) == (sites, seed)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["run", "scenario"]


def _stop(*_arguments: object, **_named: object) -> None:
    raise KeyboardInterrupt


_STAGES = [
    "preparation.gather_city",
    "preparation.build_demand",
    "preparation.gather_rules",
    "preparation.build_coverage",
    "run.solve",
    "run.verify",
    "run.evaluate",
    "run.write_outputs",
]


@pytest.mark.parametrize("function", _STAGES)
def test_an_interrupt_at_any_stage_leaves_nothing(function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = copy_demo(tmp_path / "scenario", _QUICK)
    monkeypatch.setattr(f"scenarios.{function}", _stop)
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "runs" / "run"), "--no-cache"])
    assert result.exit_code == INTERRUPTED
    assert "interrupted; nothing half-written is left" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["scenario"]


def test_an_unforeseen_error_leaves_nothing_and_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError

    file = copy_demo(tmp_path / "scenario", _QUICK)
    monkeypatch.setattr(scenarios.run, "solve", fail)
    with pytest.raises(ZeroDivisionError):
        run_scenario(file, tmp_path / "runs" / "run")
    assert [one.name for one in tmp_path.iterdir()] == ["scenario"]


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_from_outside_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    file = copy_demo(tmp_path / "scenario")
    command = [sys.executable, "-m", "scenarios.cli", "run", str(file), "--out", str(tmp_path / "runs" / "run"), "--no-cache"]
    with subprocess.Popen(  # noqa: S603  # this very program
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"LANG": "C.UTF-8"}
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "Reading buildings\n"
        process.send_signal(number)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert rest.endswith("interrupted; nothing half-written is left\n")
    assert [one.name for one in tmp_path.iterdir()] == ["scenario"]


def test_a_second_run_reads_no_buildings_and_a_damaged_cache_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, cache = copy_demo(tmp_path / "scenario", _QUICK), tmp_path / "cache"
    read = read_footprints

    def results(*, may_read: bool) -> dict[str, object]:
        monkeypatch.setattr(siting.city, "read_footprints", read if may_read else _stop)
        run_scenario(file, tmp_path / "run", cache_folder=cache)
        return _comparable(tmp_path / "run")

    first = results(may_read=True)
    (entry,) = cache.iterdir()
    assert results(may_read=False) == first
    for damaged in (b"", (entry / "walls.npy").read_bytes()[:-1000]):
        (entry / "walls.npy").write_bytes(damaged)
        assert results(may_read=True) == first
        assert "is damaged and is built again" in (tmp_path / "run" / "run.log").read_text(encoding="utf-8")
    assert results(may_read=False) == first
    assert list(cache.iterdir()) == [entry]


def test_other_buildings_are_not_taken_from_the_cache(tmp_path: Path) -> None:
    file, cache = copy_demo(tmp_path / "scenario", _QUICK), tmp_path / "cache"
    before = run_scenario(file, tmp_path / "run", cache_folder=cache)
    toml('height_column = "height_m"', 'height_column = "storeys"')(tmp_path / "scenario")
    after = run_scenario(file, tmp_path / "run", cache_folder=cache)
    assert before.city.height_m.max() != after.city.height_m.max()


def test_help_loads_no_heavy_package() -> None:
    heavy = ("numpy", "pandas", "geopandas", "shapely", "folium", "numba", "scipy", "pydantic", "rasterio", "osmnx")
    code = f"import sys, scenarios.cli; print([one for one in {heavy!r} if one in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout  # noqa: S603  # as above
    assert found.strip() == "[]"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_closing_table_fits_eighty_columns(language: Language, tmp_path: Path) -> None:
    file = copy_demo(tmp_path / "scenario", _QUICK)
    environment = {"COLUMNS": "80", "XDG_CACHE_HOME": str(tmp_path)}
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "run"), "--language", language], env=environment)
    assert result.exit_code == 0
    assert max(cell_len(line) for line in result.stdout.splitlines()) <= 80
    for said in (text("column.limited_by", language), text("column.gap", language), "30 / 681", "plan.json", "合成駅前"):
        assert said in result.stdout


@pytest.mark.parametrize(("variables", "language"), [({"LANG": "ja_JP.UTF-8"}, "ja"), ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en")])
def test_the_terminal_says_the_language(variables: dict[str, str], language: Language, tmp_path: Path) -> None:
    file = copy_demo(tmp_path / "scenario", _QUICK)
    environment = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None} | variables
    assert (
        text("column.limited_by", language)
        in CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "run"), "--no-cache"], env=environment).stdout
    )


def test_another_language_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "run"), "--language", "fr"])
    assert result.exit_code == BAD_INPUT
    assert result.stderr == "siting: --language must be ja or en, got 'fr'\n"
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["run", str(tmp_path / "no.toml"), "--out", str(tmp_path / "run")])
    assert result.exit_code == BAD_INPUT
    assert result.stderr == f"siting: {tmp_path / 'no.toml'}: file must be readable, got 'No such file or directory'\n"
    assert list(tmp_path.iterdir()) == []
