"""``siting frontier`` end to end, on the demo scenario."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from demo_copy import copy_demo, toml
from typer.testing import CliRunner

import scenarios.frontier
from scenarios.cli import app
from scenarios.command_errors import BAD_INPUT, INTERRUPTED
from scenarios.errors import ScenarioError
from scenarios.frontier import FRONTIER_FILES, default_values, run_frontier
from scenarios.preparation import prepare
from scenarios.scenario_file import read_scenario
from scenarios.stopwatch import Stopwatch

_QUICK = toml("seed = 1", "seed = 1\neffort = 0.1")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_demo(tmp_path_factory.mktemp("scenarios") / "scenario", _QUICK)


@pytest.fixture(scope="module")
def folder(scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("frontier") / "out"
    run_frontier(scenario, out, values=[10, 20, 40])
    return out


def _facts(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((folder / "frontier.json").read_text(encoding="utf-8"))
    return facts


def test_the_folder_holds_table_picture_and_facts(folder: Path) -> None:
    assert sorted(one.name for one in folder.iterdir()) == sorted(FRONTIER_FILES)
    facts = _facts(folder)
    assert facts["over"] == "sites"
    assert [point["limit"] for point in facts["points"]] == [10, 20, 40]
    for point in facts["points"]:
        assert point["objective"] <= point["upper_bound"] <= facts["total"]
        assert len(point["chosen"]) == point["n_sites"] <= point["limit"]
    with (folder / "frontier.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["objective"]) for row in rows] == pytest.approx([point["objective"] for point in facts["points"]])
    assert {one["name"] for one in facts["inputs"]} >= {"demo.toml", "assets.csv"}


def test_the_same_inputs_give_the_same_files(scenario: Path, folder: Path, tmp_path: Path) -> None:
    run_frontier(scenario, tmp_path / "again", values=[10, 20, 40])
    for name in ("frontier.csv", "frontier.png"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    one, other = _facts(folder), _facts(tmp_path / "again")
    assert one | {"timings": None} == other | {"timings": None}


def test_default_values_go_beyond_the_limit_and_keep_room_for_the_fixed(scenario: Path) -> None:
    file = read_scenario(scenario)
    problem = prepare(file, Stopwatch()).problem
    values = default_values(file, problem, "sites")
    assert 8 <= len(values) <= 10
    assert list(values) == sorted(set(values))
    assert min(values) > len(problem.fixed)
    assert problem.max_sites in values
    assert max(values) == len(problem.fixed) + round(1.5 * (problem.max_sites - len(problem.fixed)))
    with pytest.raises(ScenarioError, match="budget_yen"):
        default_values(file, problem, "budget")


def test_the_command_prints_the_points(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "curve"
    arguments = ["frontier", str(scenario), "--out", str(out), "--values", "8,12", "--language", "en", "--no-cache"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "Most" in result.output
    assert (out / "frontier.png").is_file()
    again = CliRunner().invoke(app, ["frontier", str(scenario), "--out", str(out), "--over", "budget", "--values", "20_000_000"])
    assert again.exit_code == 0, again.output
    assert _facts(out)["over"] == "budget"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--over", "yen"], "--over"),
        (["--values", "1;2"], "--values"),
        (["--values", "1"], "--values"),
        (["--over", "budget"], "budget_yen"),
        (["--language", "fr"], "--language"),
    ],
)
def test_bad_options_are_named_and_nothing_is_written(scenario: Path, tmp_path: Path, options: list[str], named: str) -> None:
    result = CliRunner().invoke(app, ["frontier", str(scenario), "--out", str(tmp_path / "out"), *options])
    assert result.exit_code == BAD_INPUT
    assert named in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_frontier_is_left_alone(scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    result = CliRunner().invoke(app, ["frontier", str(scenario), "--out", str(tmp_path)])
    assert result.exit_code == BAD_INPUT
    assert [one.name for one in tmp_path.iterdir()] == ["plan.json"]


def test_an_interrupt_leaves_nothing(scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scenarios.frontier, "write_frontier_png", interrupt)
    result = CliRunner().invoke(app, ["frontier", str(scenario), "--out", str(tmp_path / "out"), "--values", "10"])
    assert result.exit_code == INTERRUPTED
    assert list(tmp_path.iterdir()) == []
