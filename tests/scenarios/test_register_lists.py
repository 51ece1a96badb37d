"""A scenario may bring its lists along: they become a register for the run, read and unified as the commands do it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenarios.cli import app

DEMO = Path(__file__).resolve().parents[2] / "scenarios" / "demo"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demo, to change."""
    folder = tmp_path / "demo"
    shutil.copytree(DEMO, folder)
    return folder / "demo_register.toml"


def changed(scenario: Path, old: str, new: str) -> Path:
    text = scenario.read_text("utf-8")
    assert old in text
    scenario.write_text(text.replace(old, new), encoding="utf-8")
    return scenario


def run(scenario: Path, out: Path) -> dict:
    done = CliRunner().invoke(app, ["run", str(scenario), "--out", str(out), "--no-cache"])
    assert done.exit_code == 0, done.output
    return json.loads((out / "plan.json").read_text("utf-8"))


def test_every_row_of_every_list_is_accounted_for_and_two_runs_are_alike(demo: Path, tmp_path: Path) -> None:
    first, second = (run(demo, tmp_path / name) for name in ("one", "two"))
    assert {**first, "timings": None} == {**second, "timings": None}
    (told,) = first["candidates"]
    assert told["n_rows"] == told["n_used"] + told["n_outside"] + told["n_not_selected"] + told["n_rejected"]
    assert told["synthetic"] is True
    assert "second-office" in told["register"]["database"]
    assert told["register"]["audit_head"]
    rejects = (tmp_path / "one/rejects.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in rejects[1:]] == ["list_signals.geojson"] * 2
    assert any("list_parks.xlsx" in one["name"] for one in first["inputs"])


def test_a_building_in_two_lists_is_one_candidate(demo: Path, tmp_path: Path) -> None:
    both = run(demo, tmp_path / "both")["candidates"][0]["n_used"]
    line = next(line for line in demo.read_text("utf-8").splitlines() if "list_second_office.csv" in line)
    without = run(changed(demo, line + "\n", ""), tmp_path / "without")["candidates"][0]["n_used"]
    assert both - without == 2  # the two that the first list does not place; the other seven are the same buildings


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('source = "second-office"', 'source = "buildings"', "must name each source of its lists once"),
        ('source = "second-office"', 'source = "Second Office"', "must be of a-z"),
        ('path = "list_parks.xlsx"', 'path = "none.xlsx"', "must name a file that exists"),
        ("default_height_m = 8.0", 'default_height_m = 8.0\ndatabase = "x.db"', "must have lists or a database, not both"),
        ('path = "list_parks.xlsx"', 'path = "demo.toml"', "demo.toml"),
    ],
)
def test_lists_that_cannot_be_used_are_refused_and_nothing_is_written(demo: Path, tmp_path: Path, old: str, new: str, told: str) -> None:
    done = CliRunner().invoke(app, ["run", str(changed(demo, old, new)), "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert told in done.output
    assert not (tmp_path / "out").exists()
