"""Candidates from the register: filters, heights, costs, permits; every asset accounted for."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from demo_copy import copy_demo
from register_sample import GUESS, SURE, grid, lamp, make_register

from assets_db.record import AssetRecord
from assets_db.rules import RuleError
from assets_db.store import RegisterError, open_register
from scenarios.candidate_sources import GatheredCandidates, gather_candidates
from scenarios.city_source import gather_city
from scenarios.errors import ScenarioError
from scenarios.places import Plane
from scenarios.run import run_scenario
from scenarios.scenario_file import read_scenario
from siting.progress import no_progress

MIDDLE = (139.7340181, 35.6741962)
"""On a street."""


def scenario(tmp_path: Path, records: Sequence[AssetRecord], *lines: str, synthetic: Sequence[str] = (), more: str = "") -> Path:
    """The demo with a register in place of its list."""
    path = copy_demo(tmp_path / "demo")
    make_register(tmp_path / "demo" / "register.db", records, synthetic)
    table = "\n".join(["[[candidates]]", 'kind = "register"', 'name = "reg"', 'database = "register.db"', "on = 2026-06-01", *lines])
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\[\[candidates\]\].*?(?=\[\[zones\]\])", f"{table}\n\n", text, count=1, flags=re.DOTALL)
    text = text.replace("max_sites = 30", "max_sites = 3\nhorizon_years = 10")
    path.write_text(f"{text}\n{more}\n", encoding="utf-8")
    return path


def gathered(path: Path) -> GatheredCandidates:
    file = read_scenario(path)
    plane = Plane.of(file)
    return gather_candidates(file, gather_city(file, plane, None, no_progress), plane)


def test_a_run_from_a_register_says_which_register_and_which_rules(tmp_path: Path) -> None:
    """Everything needed to make the run again is in plan.json; a synthetic list stays labelled, its credit is kept."""
    path = scenario(tmp_path, grid(), synthetic=["lamps"])
    run = run_scenario(path, tmp_path / "out")
    (source,) = json.loads((tmp_path / "out" / "plan.json").read_text("utf-8"))["candidates"]
    stamp = source["register"]
    with open_register(f"sqlite:///{tmp_path / 'demo' / 'register.db'}").reading() as session:
        assert stamp["change_seq"] == session.change_seq() > 0
        assert stamp["audit_head"] == session.audit_head().hash
    assert stamp["fee_rules"] == {"example-lamp": source["n_used"]}
    assert stamp["example_rules"] == ["example-lamp"]
    assert source["synthetic"] is True
    assert all(run.gathered.candidates.is_synthetic)
    assert "Credit of lamps" in run.gathered.sources[0].credit
    assert len(run.plan.chosen) == 3


def test_costs_are_those_of_the_day_over_the_horizon(tmp_path: Path) -> None:
    """3,000,000 yen and ten years of 15,000 yen by the example for lamps; before April 2026 12,000 a year."""
    assert set(gathered(scenario(tmp_path / "a", grid(2))).candidates.cost_yen.tolist()) == {3_150_000}
    path = scenario(tmp_path / "b", grid(2))
    path.write_text(path.read_text("utf-8").replace("on = 2026-06-01", "on = 2026-03-31"), "utf-8")
    assert set(gathered(path).candidates.cost_yen.tolist()) == {3_120_000}


def test_the_estimates_of_a_record_count_where_they_are_wanted_and_known(tmp_path: Path) -> None:
    """A record without both estimates is priced by the rules."""
    priced = lamp("p", *MIDDLE, height_agl_m=60.0, est_capital_yen=500, est_annual_fee_yen=7)
    half = lamp("q", *MIDDLE, height_agl_m=60.0, est_capital_yen=500)
    found = gathered(scenario(tmp_path, [priced, half], 'costs = "record"'))
    assert dict(zip(found.candidates.ids, found.candidates.cost_yen.tolist(), strict=True)) == {"reg:p": 570, "reg:q": 3_150_000}


def test_every_asset_left_out_is_accounted_for(tmp_path: Path) -> None:
    """By a filter, a grade, a height nobody knows, a capacity of nothing: each counted, those of the last kinds with a reason."""
    records = [
        lamp("ok", *MIDDLE, height_agl_m=60.0),
        lamp("held", *MIDDLE, height_agl_m=60.0, lifecycle="held"),
        lamp("park", *MIDDLE, height_agl_m=60.0, asset_type="park"),
        lamp("guess", *MIDDLE, known=GUESS, height_agl_m=60.0),
        lamp("low", *MIDDLE, lifecycle="planned"),
        lamp("no-height", *MIDDLE),
        lamp("full", *MIDDLE, height_agl_m=60.0, carrier_capacity=0),
        lamp("far", 139.9, 35.9, height_agl_m=60.0),
    ]
    path = scenario(tmp_path, records, 'asset_types = ["streetlight"]', 'position_grade = "B"')
    report = gathered(path).sources[0]
    assert (report.n_rows, report.n_used, report.n_outside, report.n_not_selected) == (7, 1, 0, 3)
    assert {(one.value, one.field, str(one.code)) for one in report.rejects} == {
        ("guess", "lat", "grade_too_low"),
        ("no-height", "height_agl_m", "missing"),
        ("full", "carrier_capacity", "out_of_range"),
    }
    run_scenario(path, tmp_path / "out")
    with (tmp_path / "out" / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["value"] for row in csv.DictReader(file) if row["source"] == "reg"} == {"guess", "no-height", "full"}


def test_antennas_stand_at_the_highest_mount_else_on_the_asset_else_where_the_scenario_says(tmp_path: Path) -> None:
    """Roofs carry a mast."""
    records = [
        lamp("mount", *MIDDLE, height_agl_m=60.0, mount_height_max_m=55.0),
        lamp("asset", *MIDDLE, height_agl_m=60.0),
        lamp("roof", *MIDDLE, height_agl_m=60.0, mount_type="roof"),
        lamp("typed", *MIDDLE),
        lamp("other", *MIDDLE, asset_type="signal"),
    ]
    found = gathered(scenario(tmp_path, records, "height_m = { streetlight = 50.0 }", "default_height_m = 45.0", "mast_m = 2.5"))
    heights = dict(zip(found.candidates.ids, found.candidates.xyz_m[:, 2].tolist(), strict=True))
    assert heights == {"reg:mount": 55.0, "reg:asset": 60.0, "reg:roof": 62.5, "reg:typed": 50.0, "reg:other": 45.0}


def test_what_cannot_be_permitted_in_time_is_left_out(tmp_path: Path) -> None:
    """A road takes 60 days by the examples, a park 120."""
    records = [
        lamp("road", *MIDDLE, height_agl_m=60.0, property_class="road"),
        lamp("park", *MIDDLE, height_agl_m=60.0, property_class="park"),
    ]
    found = gathered(scenario(tmp_path, records, "ready_by = 2026-07-31"))
    assert found.candidates.ids == ("reg:road",)
    (reject,) = found.sources[0].rejects
    assert (reject.value, str(reject.code)) == ("park", "not_ready_in_time")
    assert "120 days from 2026-06-01 by rule example-time-park" in reject.reason


def test_permit_chances_of_the_rules_reach_robust_plans(tmp_path: Path) -> None:
    """Only where [robust] asks for them."""
    asked = gathered(scenario(tmp_path / "a", grid(2), more="[robust]\nby_rules = true"))
    assert set(asked.chances.values()) == {0.85}
    assert set(asked.chances) == set(asked.candidates.ids)
    assert not gathered(scenario(tmp_path / "b", grid(2), more="[robust]\ndefault = 0.5")).chances


def test_stations_of_the_carrier_are_existing_for_those_allowed_to_know(tmp_path: Path) -> None:
    """In the restricted view only; they cost nothing more, and those of others stay out."""
    mine = lamp("mine", *MIDDLE, height_agl_m=60.0, lifecycle="in_use", occupancy=[{"carrier": "A", "count": 1}])
    other = lamp("other", *MIDDLE, height_agl_m=60.0, lifecycle="in_use", occupancy=[{"carrier": "B", "count": 1}])
    free = lamp("free", *MIDDLE, height_agl_m=60.0)
    found = gathered(scenario(tmp_path / "a", [mine, other, free], 'view = "restricted"', 'existing_of = "A"'))
    assert found.existing == ("reg:mine",)
    assert dict(zip(found.candidates.ids, found.candidates.cost_yen.tolist(), strict=True)) == {"reg:free": 3_150_000, "reg:mine": 0}
    public = gathered(scenario(tmp_path / "b", [mine, other, free], 'lifecycles = ["in_use", "published"]'))
    assert public.existing == ()
    assert not any("occupancy" in record.values for record in public.records.values())
    with pytest.raises(ScenarioError, match=r'must have view = "restricted" for existing_of'):
        gathered(scenario(tmp_path / "c", [free], 'existing_of = "A"'))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('lifecycles = ["publishd"]', r"candidates\[1\].lifecycles.*did you mean 'published'"),
        ("ready_by = 2026-01-01", r"candidates\[1\].*must have ready_by >= its on 2026-06-01"),
        ('owner_classes = ["private"]', r"must leave candidates within \[area\]: of its 4 rows 4 are not selected"),
        ('rules = ["none.toml"]', r"rules\[1\] must name a file that exists"),
        (
            'on_bad_row = "refuse"\nposition_grade = "A"\nheight_grade = "A"\nready_by = 2026-06-02',
            r"asset g0000: permit_path must be permitted",
        ),
    ],
)
def test_keys_that_cannot_be_used_are_refused_in_one_line(tmp_path: Path, line: str, said: str) -> None:
    """As in the rest of the scenario."""
    with pytest.raises(ScenarioError, match=said):
        gathered(scenario(tmp_path, grid(2), line))


def test_a_day_without_fees_is_refused(tmp_path: Path) -> None:
    """Nothing is priced by a guess."""
    path = scenario(tmp_path, [lamp("a", *MIDDLE, SURE, height_agl_m=60.0)])
    path.write_text(path.read_text("utf-8").replace("on = 2026-06-01", "on = 2019-06-01"), "utf-8")
    with pytest.raises(RuleError, match="on 2019-06-01; on other days it is under example-any"):
        gathered(path)


def test_a_register_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    """And none is made by asking."""
    path = scenario(tmp_path, grid(2))
    path.write_text(path.read_text("utf-8").replace("register.db", "other.db"), "utf-8")
    with pytest.raises(RegisterError, match=r"other\.db"):
        gathered(path)
    assert not (path.parent / "other.db").exists()
