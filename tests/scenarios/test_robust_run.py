"""A scenario with uncertain permits, end to end."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from demo_copy import add, asset, copy_demo, rule, toml
from typer.testing import CliRunner

from scenarios.cli import app
from scenarios.command_errors import BAD_INPUT
from scenarios.outputs import FILES
from scenarios.run import run_scenario
from scenarios.run_result import Run

_QUICK = toml("seed = 1", "seed = 1\neffort = 0.02")
ROBUST = "[robust]\ndefault = 0.9\nby_owner = { private = 0.5 }\nby_type = { park = 0.2 }\ndraws = 400\nseed = 3"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    folder = tmp_path_factory.mktemp("robust") / "run"
    return run_scenario(copy_demo(tmp_path_factory.mktemp("scenarios") / "scenario", _QUICK, add(ROBUST)), folder), folder


def rate_of(run: Run, one: str) -> float:
    row = run.gathered.rows[one]
    if one in run.gathered.existing:
        return 1.0
    by_owner = 0.5 if run.gathered.candidates.owner_class[row] == "private" else 0.9
    return 0.2 if run.gathered.candidates.asset_type[row] == "park" else by_owner


def expected(run: Run, ids: list[str]) -> float:
    """Weight covered on average, cell by cell."""
    missing = np.ones(len(run.demand))
    for one in ids:
        missing[run.coverage.cells_of(run.gathered.rows[one])] *= 1.0 - rate_of(run, one)
    return float((run.demand.weight * (1.0 - missing)).sum())


def test_the_averages_are_those_of_the_sites(finished: tuple[Run, Path]) -> None:
    run, folder = finished
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert sorted(one.name for one in folder.iterdir()) == sorted(FILES)
    assert plan["n_sites"] <= 30
    assert plan["objective"] == pytest.approx(expected(run, plan["chosen"]), rel=1e-9)
    assert plan["robust"]["plan"]["expected"] == pytest.approx(plan["objective"], rel=1e-9)
    nominal = plan["robust"]["nominal"]
    assert nominal["expected"] == pytest.approx(expected(run, nominal["chosen"]), rel=1e-9)
    assert nominal["expected"] <= plan["objective"] <= plan["upper_bound"]
    assert plan["robust"]["rates"] == [rate_of(run, one) for one in plan["chosen"]]
    assert plan["robust"]["expected_permits"] == pytest.approx(sum(plan["robust"]["rates"]))
    assert (plan["robust"]["n_draws"], plan["robust"]["seed"]) == (400, 3)
    assert {one["id"] for one in plan["robust"]["leans"]} == set(plan["chosen"])


def test_the_report_says_what_refusals_do(finished: tuple[Run, Path]) -> None:
    page = (finished[1] / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    for words in (
        "許可の確率を見込んだ平均のカバー率は",
        "最も悪い 1 割の平均",
        "全許可を前提にした計画",
        "400 回抽選",
        "計画が最も頼る設置場所",
    ):
        assert words in page


def test_rules_that_robust_plans_do_not_know_are_refused(tmp_path: Path) -> None:
    file = copy_demo(tmp_path / "scenario", _QUICK, add(ROBUST), rule("minimum_spacing_m = 20"))
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "run"), "--no-cache"])
    assert result.exit_code == BAD_INPUT
    assert "demo.toml: rules.minimum_spacing_m must be None" in result.stderr


def test_a_station_on_air_has_its_permit(tmp_path: Path) -> None:
    run = run_scenario(
        copy_demo(tmp_path / "scenario", _QUICK, add("[robust]\ndefault = 0.5"), asset(2, existing="true")), tmp_path / "run"
    )
    assert run.robust is not None
    rates = dict(zip(run.plan.chosen, run.robust.robust.rates, strict=True))
    assert {rates[one] for one in run.gathered.existing} == {1.0}
    assert {rate for one, rate in rates.items() if one not in run.gathered.existing} == {0.5}
