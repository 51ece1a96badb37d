"""Limits that ``siting frontier`` cannot use are refused by the name they were given under; the picture follows --language."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import both, copy_demo, rule, toml
from typer.testing import CliRunner

import scenarios.frontier
from scenarios.cli import app
from scenarios.command_errors import BAD_INPUT

QUOTA = '[[rules.quotas]]\nname = "signals"\nasset_type = "signal"\nmin = 9'


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    quick = toml("seed = 1", "seed = 1\neffort = 0.05", "cell_m = 10.0", "cell_m = 20.0")
    return copy_demo(tmp_path_factory.mktemp("values") / "scenario", both(quick, rule(QUOTA, "max_sites = 30\n\n")))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("-5", "siting: --values must not be below 0, got '-5'"),
        ("20,-1", "siting: --values must not be below 0, got '20,-1'"),
        ("ten", "siting: --values must be whole numbers with commas between them, got 'ten'"),
        ("2", "demo.toml: --values must be >= 6 (existing and fixed sites count), got 2"),
        ("20,8", "demo.toml: --values must leave room for the rules: quota 'signals' minimum of 9 must be <= the max_sites 8, got 8"),
    ],
)
def test_a_limit_that_cannot_be_used_is_refused_as_values(scenario: Path, tmp_path: Path, values: str, said: str) -> None:
    result = CliRunner().invoke(app, ["frontier", str(scenario), "--out", str(tmp_path / "out"), "--values", values, "--no-cache"])
    assert result.exit_code == BAD_INPUT
    assert result.stderr.rstrip().endswith(said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_picture_is_in_the_language_of_the_command(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    drawn = []

    def draw(path: Path, *_given: object, **named: object) -> None:
        path.write_bytes(b"")
        drawn.append(named["language"])

    monkeypatch.setattr(scenarios.frontier, "write_frontier_png", draw)
    arguments = ["frontier", str(scenario), "--out", str(tmp_path / "out"), "--values", "20", "--language", language, "--no-cache"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert drawn == [language]
