"""Scenarios with rules, end to end: every rule is kept, checked from the ids of the plan; and what is written says so."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
from demo_copy import Change, add, both, copy_demo, rule, toml
from typer.testing import CliRunner

import scenarios.run
from scenarios.cli import NO_PLAN, app
from scenarios.errors import PlanBreaksRulesError
from scenarios.outputs import FILES
from scenarios.run import compute, run_scenario
from scenarios.run_result import Run
from scenarios.scenario_file import read_scenario
from siting import Plan, solve
from siting.check import verify

STATIONS = [f"assets:SYN-A00{number}" for number in range(88, 94)]
STATION_FRONT = "合成駅前 / Synthetic station front"
_SMALL = both(toml("seed = 1", "seed = 1\neffort = 0.05", "cell_m = 10.0", "cell_m = 20.0"))


def run_of(tmp_path: Path, *changes: Change) -> Run:
    run = compute(read_scenario(copy_demo(tmp_path / "scenario", _SMALL, *changes)))
    assert run.plan.is_plan, run.plan
    assert verify(run.plan, run.problem) == ()
    return run


def open_where(run: Run, field: str, value: str) -> int:
    words = getattr(run.gathered.candidates, field)
    return sum(words[run.gathered.rows[one]] == value for one in run.plan.chosen)


def covered_cells(run: Run, ids: tuple[str, ...], *, servers: int = 1) -> np.ndarray:
    n_servers = np.zeros(len(run.demand), dtype=int)
    for one in ids:
        n_servers[run.coverage.cells_of(run.gathered.rows[one])] += 1
    return n_servers >= servers


def share_of(run: Run, is_covered: np.ndarray, cells: np.ndarray | slice = slice(None)) -> float:
    weight = run.demand.weight[cells]
    return float(weight[is_covered[cells]].sum() / weight.sum())


def test_quotas_are_kept(tmp_path: Path) -> None:
    free = run_of(tmp_path / "free")
    n_city, n_metropolitan = open_where(free, "owner_class", "municipal"), open_where(free, "owner_class", "metropolitan")
    quotas = f"""
    [[rules.quotas]]
    name = "city"
    owner_class = "municipal"
    max = {n_city - 3}
    [[rules.quotas]]
    name = "metropolitan"
    owner_class = "metropolitan"
    min = {n_metropolitan + 2}
    """
    run = run_of(tmp_path / "bound", add(quotas))
    assert open_where(run, "owner_class", "municipal") <= n_city - 3
    assert open_where(run, "owner_class", "metropolitan") >= n_metropolitan + 2
    assert {use.name: use.used for use in run.rule_uses if use.kind == "quota"} == {
        "city": open_where(run, "owner_class", "municipal"),
        "metropolitan": open_where(run, "owner_class", "metropolitan"),
    }


def test_sites_keep_their_distance(tmp_path: Path) -> None:
    run = run_of(tmp_path, rule("minimum_spacing_m = 90"))
    xy_m = {one: run.gathered.candidates.xyz_m[run.gathered.rows[one], :2] for one in run.plan.chosen}
    pairs = [(one, other) for one, other in combinations(run.plan.chosen, 2) if not {one, other} <= set(run.fixed)]
    nearest_m = min(math.dist(xy_m[one], xy_m[other]) for one, other in pairs)
    assert nearest_m >= 90
    assert [use.used for use in run.rule_uses if use.kind == "minimum_spacing_m"] == [pytest.approx(nearest_m)]


def test_conflicts_and_companions_are_kept(tmp_path: Path) -> None:
    free = run_of(tmp_path / "free")
    new = [one for one in free.plan.chosen if one not in free.fixed]
    lonely = next(one for one in free.gathered.candidates.ids if one not in free.plan.chosen)
    pairs = f'either_or = [{{ ids = {new[:3]} }}]\nonly_with = [{{ id = "{new[3]}", other = "{lonely}" }}]'
    chosen = set(run_of(tmp_path / "bound", rule(pairs)).plan.chosen)
    assert len(chosen & set(new[:3])) <= 1
    assert new[3] not in chosen or lonely in chosen


def test_a_target_of_a_zone_is_reached(tmp_path: Path) -> None:
    free = run_of(tmp_path / "free")
    cells = free.demand.groups[STATION_FRONT]
    reached = share_of(free, covered_cells(free, free.plan.chosen), cells)
    wanted = round(min(0.98, reached + 0.03), 2)
    run = run_of(tmp_path / "bound", rule(f'targets = [{{ group = "{STATION_FRONT}", share = {wanted} }}]'))
    assert share_of(run, covered_cells(run, run.plan.chosen), cells) >= wanted > reached


@pytest.mark.parametrize("goal", ["least_cost", "fewest_sites"])
def test_least_cost_and_fewest_sites_reach_every_target(goal: str, tmp_path: Path) -> None:
    targets = f'targets = [{{ share = 0.35 }}, {{ group = "{STATION_FRONT}", share = 0.5 }}]'
    run = run_of(tmp_path, rule(f'goal = "{goal}"\n{targets}', ""))
    is_covered = covered_cells(run, run.plan.chosen)
    assert share_of(run, is_covered) >= 0.35
    assert share_of(run, is_covered, run.demand.groups[STATION_FRONT]) >= 0.5
    needs = (
        len(run.plan.chosen)
        if goal == "fewest_sites"
        else sum(int(run.gathered.candidates.cost_yen[run.gathered.rows[one]]) for one in run.plan.chosen)
    )
    assert run.plan.lower_bound is not None
    assert run.plan.lower_bound <= needs == run.plan.needs
    for one in set(run.plan.chosen) - set(run.fixed):
        fewer = covered_cells(run, tuple(other for other in run.plan.chosen if other != one))
        is_needed = share_of(run, fewer) < 0.35 or share_of(run, fewer, run.demand.groups[STATION_FRONT]) < 0.5
        assert is_needed or run.gathered.candidates.cost_yen[run.gathered.rows[one]] == 0


def test_facilities_count_from_their_share_on(tmp_path: Path) -> None:
    table = '[[facilities]]\nname = "clinics"\npath = "facilities.csv"\nradius_m = 60\nshare = 0.7\nweight = 300'
    run = run_of(tmp_path, add(table), rule('targets = [{ group = "clinics", share = 0.6 }]'))
    is_covered = covered_cells(run, run.plan.chosen)
    n_counted = sum(is_covered[one.cells].sum() >= 0.7 * len(one.cells) - 1e-9 for one in run.problem.facilities)
    assert n_counted >= 0.6 * len(run.problem.facilities)
    assert run.plan.objective == pytest.approx(run.demand.weight[is_covered].sum() + 300 * n_counted)
    (use,) = run.facility_uses
    assert (use.kind, use.n, use.n_counted) == ("clinics", len(run.problem.facilities), n_counted)


def test_backup_counts_on_top_and_servers_are_needed(tmp_path: Path) -> None:
    run = run_of(tmp_path, rule("servers_needed = 2\nbackup_share = 0.25"))
    counted, backed = (covered_cells(run, run.plan.chosen, servers=n) for n in (2, 3))
    assert run.plan.objective == pytest.approx(run.demand.weight[counted].sum() + 0.25 * run.demand.weight[backed].sum())


def test_the_horizon_counts_against_the_budget(tmp_path: Path) -> None:
    fees = both(
        toml('path = "assets.csv"', 'path = "assets.csv"\nyearly_fee_yen = 200_000'), rule("budget_yen = 60_000_000\nhorizon_years = 10")
    )
    run, free = run_of(tmp_path / "fees", fees), run_of(tmp_path / "free", rule("budget_yen = 60_000_000"))
    assert run.plan.cost_yen <= 60_000_000
    new = [one for one in run.plan.chosen if one not in run.fixed]
    plain_yen = {one: int(free.gathered.candidates.cost_yen[row]) for one, row in free.gathered.rows.items()}
    assert run.plan.cost_yen == sum(plain_yen[one] + 2_000_000 for one in new)


CARRIERS = f"""
[[carriers]]
name = "A"
existing = {STATIONS}
max_sites = 6
equipment_yen = 400_000

[[carriers]]
name = "B"
radio = {{ band = "28GHz", max_range_m = 120 }}
weight_factor = 0.5
min_sites = 2
max_sites = 5
budget_yen = 12_000_000
"""


@pytest.mark.parametrize("sharing", ['kpi = "each"', 'kpi = "any"', 'kpi = "every"', "neutral_host = true"])
def test_carriers_keep_their_limits(sharing: str, tmp_path: Path) -> None:
    run = run_of(tmp_path, add(CARRIERS), add(f"[sharing]\nsavings = false\n{sharing}"))
    one, two = run.plan.tenants["A"], run.plan.tenants["B"]
    assert len(one) <= 6
    assert 2 <= len(two) <= 5
    assert not set(one) & set(STATIONS)
    assert set(one) | set(two) == set(run.plan.chosen)
    assert sum(use.cost_yen for use in run.carrier_uses) == run.plan.cost_yen
    assert run.carrier_uses[1].cost_yen <= 12_000_000
    assert run.savings is None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("shared") / "run"
    file = copy_demo(tmp_path_factory.mktemp("scenarios") / "scenario", _SMALL, add(CARRIERS), add("[sharing]"))
    run = run_scenario(file, folder)
    return run, folder, json.loads((folder / "plan.json").read_text(encoding="utf-8"))


def test_the_lists_name_the_carriers_of_every_site(shared: tuple[Run, Path, dict[str, Any]]) -> None:
    run, folder, _ = shared
    rows = _rows(folder / "sites.csv")
    assert list(rows[0])[-2:] == ["carriers", "n_carriers"]
    for name in ("A", "B"):
        assert tuple(row["site_id"] for row in rows if name in row["carriers"].split("; ")) == run.plan.tenants[name]
    assert all(int(row["n_carriers"]) == len(row["carriers"].split("; ")) for row in rows)
    layer = pyogrio.read_dataframe(folder / "sites.gpkg")
    assert layer["carriers"].tolist() == [row["carriers"] for row in rows]


def test_the_plan_tells_what_carriers_have_and_what_sharing_saves(shared: tuple[Run, Path, dict[str, Any]]) -> None:
    run, _, plan = shared
    assert [one["name"] for one in plan["carriers"]] == ["A", "B"]
    for one in plan["carriers"]:
        assert tuple(one["sites"]) == run.plan.tenants[one["name"]]
        assert one["n_sites"] == len(one["sites"])
        assert one["share"] == pytest.approx(one["covered_weight"] / one["weight"])
    savings = plan["savings"]
    assert savings["status_alone"] == [one.status for one in run.savings.alone]  # type: ignore[union-attr]
    assert savings["least_saved_yen"] == savings["cost_alone_yen"] - savings["cost_together_yen"]
    assert savings["least_saved_yen"] <= savings["most_saved_yen"]
    assert json.loads(json.dumps(plan, allow_nan=False)) == plan


def test_the_report_shows_rules_carriers_and_savings(shared: tuple[Run, Path, dict[str, Any]]) -> None:
    page = (shared[1] / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    for words in ("条件と達成状況", "B の予算", "通信事業者別", "共用の効果", "各事業者のカバー", "新設するすべての局"):
        assert words in page
    assert "証明済みの上限" not in page


def test_rules_that_cannot_be_kept_end_with_a_folder_that_says_which(tmp_path: Path) -> None:
    file = copy_demo(tmp_path / "scenario", _SMALL, toml("max_sites = 30", "max_sites = 7"), add("[[rules.targets]]\nshare = 0.9"))
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "run"), "--no-cache", "--language", "en"])
    assert result.exit_code == NO_PLAN
    folder = tmp_path / "run"
    assert sorted(one.name for one in folder.iterdir()) == sorted(FILES)
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert (plan["status"], plan["n_sites"], plan["chosen"], plan["gap"], plan["limited_by"]) == ("infeasible", 0, [], None, None)
    assert plan["rules"] == []
    reason = plan["infeasibility"]
    assert reason["required"] == pytest.approx(0.9)
    assert 0 < reason["most"] < 0.9
    assert _rows(folder / "sites.csv") == []
    said = " ".join(result.stdout.split())
    assert "No plan keeps all the rules (proven)" in said
    assert "asks for 90.00 %" in said
    page = (folder / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "条件をすべて満たす計画はありません" in page
    assert "90.00 % を求めています" in page
    assert "条件と達成状況" not in page


def test_a_search_without_a_plan_says_that_nothing_is_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*arguments: Any, **named: Any) -> Plan:
        plan = solve(*arguments, **named)
        return dataclasses.replace(
            plan, chosen=(), marginal_weight=(), objective=0.0, covered_weight=0.0, cost_yen=0, status="unknown", stopped_by="time_limit"
        )

    monkeypatch.setattr(scenarios.run, "solve", nothing)
    file = copy_demo(tmp_path / "scenario", _SMALL)
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "run"), "--no-cache", "--language", "ja"])
    assert result.exit_code == NO_PLAN
    plan = json.loads((tmp_path / "run" / "plan.json").read_text(encoding="utf-8"))
    assert (plan["status"], plan["infeasibility"], plan["gap"]) == ("unknown", None, None)
    assert "証明も" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_plan_that_breaks_a_rule_is_a_fault_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*arguments: Any, **named: Any) -> Plan:
        plan = solve(*arguments, **named)
        return dataclasses.replace(plan, chosen=plan.chosen[:-1], marginal_weight=plan.marginal_weight[:-1])

    monkeypatch.setattr(scenarios.run, "solve", careless)
    file = copy_demo(tmp_path / "scenario", _SMALL)
    with pytest.raises(PlanBreaksRulesError, match=r"the plan breaks . rules: objective allows"):
        run_scenario(file, tmp_path / "runs" / "run")
    assert [one.name for one in tmp_path.iterdir()] == ["scenario"]
