"""The scenarios on real data run to a plan with a proven gap."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import scenarios
from scenarios.outputs import FILES
from scenarios.run import run_scenario
from scenarios.run_result import Run
from siting.check import verify

_LARGEST_GAP = 0.005


@pytest.fixture(autouse=True)
def _data(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITING_DATA", str(data_dir))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "limited_by", "sources"),
    [
        ("nishi_shinjuku", "budget_yen", {"signals", "towers", "bike_ports", "stations", "roofs"}),
        ("shibuya", "max_sites", {"streetlights", "signals", "bike_ports", "stations", "public_buildings"}),
    ],
)
def test_a_shipped_scenario_runs_to_a_proven_plan(name: str, limited_by: str, sources: set[str], data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.toml"
    shutil.copy(Path(scenarios.__file__).parent / file.name, file)
    file.write_text(file.read_text(encoding="utf-8").replace("seed = 1", "seed = 1\neffort = 0.5"), encoding="utf-8")
    run = run_scenario(file, tmp_path / "run")
    plan = json.loads((tmp_path / "run" / "plan.json").read_text(encoding="utf-8"))
    assert sorted(one.name for one in (tmp_path / "run").iterdir()) == sorted(FILES)
    assert 0 <= plan["gap"] <= _LARGEST_GAP
    assert plan["limited_by"] == limited_by
    assert 0.3 < plan["covered_share"] < plan["reachable"] / plan["total"] < 1
    assert {one["name"] for one in plan["candidates"]} == sources
    for one in plan["candidates"]:
        assert one["n_used"] > 0
        assert one["n_used"] + one["n_outside"] + one["n_rejected"] + one["n_not_selected"] == one["n_rows"]
    assert not run.city.is_under_roof(run.gathered.candidates.xyz_m).any()
    assert run.city.is_outdoor(run.demand.xy_m).all()
    assert all(str(data_dir).encode() not in (tmp_path / "run" / one).read_bytes() for one in set(FILES) - {"run.log"})


def _quick(name: str, tmp_path: Path, *more: tuple[str, str]) -> Run:
    """Run a shipped scenario with little effort."""
    text = (Path(scenarios.__file__).parent / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in (*more, ("effort = ", "effort = 0.05  # ")):
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return run_scenario(tmp_path / f"{name}.toml", tmp_path / "run")


@pytest.mark.real_data
def test_the_rules_of_a_planner_are_kept_in_shibuya(tmp_path: Path) -> None:
    run = _quick("shibuya_rules", tmp_path)
    assert verify(run.plan, run.problem) == ()
    uses = {(use.kind, use.name): use for use in run.rule_uses}
    assert len([use for use in run.rule_uses if use.kind == "quota"]) == 4
    assert uses["minimum_spacing_m", ""].used >= 30
    assert uses["target", "渋谷駅 / Shibuya station"].used >= 0.75
    assert 0 < run.facility_uses[0].n_counted <= run.facility_uses[0].n
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert all(use.name in page for use in run.rule_uses)


@pytest.mark.real_data
def test_example_carriers_share_the_assets_of_shibuya(tmp_path: Path) -> None:
    run = _quick("shibuya_carriers", tmp_path, ("[sharing]\n", "[sharing]\nsavings = false\n"))
    assert verify(run.plan, run.problem) == ()
    assert all("見本" in use.name for use in run.carrier_uses)
    assert [use.n_existing > 0 for use in run.carrier_uses] == [False, True, False]
    assert len(run.plan.chosen) < sum(use.n_sites for use in run.carrier_uses)
