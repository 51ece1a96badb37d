"""What to survey first: known facts are worth nothing, and small instances agree with brute force."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from register_sample import SURE, lamp
from test_register_source import MIDDLE, scenario

from assets_db.record import Provenance
from scenarios.errors import ScenarioError
from scenarios.preparation import prepare
from scenarios.scenario_file import read_scenario
from scenarios.stopwatch import Stopwatch
from scenarios.survey_csv import write_survey_csv
from scenarios.survey_first import FIELDS, SurveyList, survey_first
from scenarios.survey_states import KnownValues
from scenarios.survey_value import Question, covered_weight, worth_of
from siting import CoverageMatrix, DemandGrid, SitingProblem
from siting.planning.whatif import WhatIf

ROUGH = Provenance("lamps", None, "C")


def _survey(path: Path) -> SurveyList:
    return survey_first(prepare(read_scenario(path), Stopwatch()))


def _problem(seed: int, n: int = 7, m: int = 12, max_sites: int = 2) -> SitingProblem:
    """Seven sites; the first once more as each of two states would have it, banned."""
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(rng.random(m) < share) for share in (*[0.3] * n, 0.1, 0.6)]
    ids = (*(f"s{i}" for i in range(n)), "s0@low", "s0@high")
    demand = DemandGrid(
        column_row=np.column_stack((np.arange(m), np.zeros(m, dtype=np.int64))),
        cell_m=10.0,
        crs="EPSG:6677",
        weight=rng.integers(1, 20, m).astype(np.float64),
        unit="people",
        groups={},
    )
    start = np.cumsum([0, *(len(row) for row in rows)])
    coverage = CoverageMatrix(candidate_ids=ids, n_cells=m, start=start, cells=np.concatenate(rows).astype(np.int32))
    return SitingProblem(coverage=coverage, demand=demand, max_sites=max_sites, forbidden=ids[n:])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("variants", [("s0@low", "s0@high"), ("s0", None)])
def test_small_instances_agree_with_brute_force(seed: int, variants: tuple[str | None, ...]) -> None:
    """The informed side is the optimum of each state; deciding now is never better than the best of all plans, nor worth less."""
    problem, chances = _problem(seed), (0.4, 0.6)
    worth = worth_of(Question(candidate="s0", variants=variants, chances=chances), WhatIf(problem), frozenset(problem.forbidden))
    plans = [plan for size in (1, 2) for plan in combinations([f"s{i}" for i in range(7)], size)]
    weights = np.array([[_in_state(problem, plan, variant) for variant in variants] for plan in plans])
    assert worth.by_state == pytest.approx(weights.max(axis=0).tolist())
    assert worth.informed == pytest.approx(float(weights.max(axis=0) @ chances))
    best_now = float((weights @ chances).max())
    assert worth.decided_now <= best_now + 1e-9
    assert worth.value >= worth.informed - best_now - 1e-9 >= -2e-9


def test_deciding_now_is_mostly_the_very_best() -> None:
    """Plans that are best in some state nearly always hold the one that is best on average."""
    n_same = 0
    for seed in range(20):
        problem = _problem(seed)
        question = Question(candidate="s0", variants=("s0@low", "s0@high"), chances=(0.4, 0.6))
        worth = worth_of(question, WhatIf(problem), frozenset(problem.forbidden))
        plans = [plan for size in (1, 2) for plan in combinations([f"s{i}" for i in range(7)], size)]
        best = max(0.4 * _in_state(problem, plan, "s0@low") + 0.6 * _in_state(problem, plan, "s0@high") for plan in plans)
        n_same += abs(worth.decided_now - best) < 1e-9
    assert n_same >= 17


def _in_state(problem: SitingProblem, plan: tuple[str, ...], variant: str | None) -> float:
    there = [one if one != "s0" else variant for one in plan]
    return covered_weight(problem, tuple(one for one in there if one is not None))


def test_a_fact_that_does_not_matter_is_worth_nothing() -> None:
    """Both states alike: nothing to learn."""
    problem = _problem(3)
    question = Question(candidate="s0", variants=("s0", "s0"), chances=(0.5, 0.5))
    assert worth_of(question, WhatIf(problem), frozenset(problem.forbidden)).value == 0.0


def test_known_facts_have_no_states() -> None:
    """What is known is not asked; what is not known comes from assets alike, chances adding up to 1."""
    known = lamp("a", *MIDDLE, height_agl_m=8.0, power_available=True, load_capacity_kg=50.0, sharing="yes")
    others = [lamp(f"o{i}", *MIDDLE, height_agl_m=float(i), power_available=i < 2, sharing="no") for i in range(1, 8)]
    values = KnownValues([known, *others])
    assert all(values.states(known, field) == () for field in FIELDS)
    unknown = lamp("b", *MIDDLE, known=ROUGH)
    found = {field: values.states(unknown, field) for field in FIELDS}
    assert all(sum(state.chance for state in states) == pytest.approx(1.0) for states in found.values())
    assert [state.height_m for state in found["height_agl_m"]] == pytest.approx(np.quantile([8.0, *range(1, 8)], (0.1, 0.5, 0.9)).tolist())
    assert found["power_available"][0].chance == pytest.approx((2 + 1) / (8 + 2))
    assert found["sharing"][0].chance == pytest.approx((1 + 1) / (8 + 2))
    assert len(found["position"]) == 4


def test_the_list_of_a_scenario_is_ranked_and_written(tmp_path: Path) -> None:
    """Unknown heights, power and positions of lamps in the district; whatever is known does not appear."""
    spots = [(139.7340181, 35.6741962), (139.7367269, 35.6751154), (139.7363976, 35.6751671), (139.7366058, 35.6712444)]
    settled = {"height_agl_m": 9.0, "power_available": True, "load_capacity_kg": 60.0, "sharing": "yes"}
    records = [
        lamp("known", *spots[0], **settled),
        lamp("dark", *spots[1], SURE, **{**settled, "height_agl_m": 8.0}),
        lamp("no-power", *spots[3], SURE, height_agl_m=8.0, load_capacity_kg=60.0, sharing="yes"),
        lamp("no-height", *spots[2], SURE, power_available=True, load_capacity_kg=60.0, sharing="yes"),
    ]
    found = _survey(scenario(tmp_path, records, "default_height_m = 8.0"))
    assert {(item.record.text("asset_id"), item.field) for item in found.items} <= {
        ("no-power", "power_available"),
        ("no-height", "height_agl_m"),
    }
    assert found.items[0].field == "power_available"
    assert found.items[0].is_chosen
    assert found.items[0].worth.value > 0
    values = [item.worth.value for item in found.items]
    assert values == sorted(values, reverse=True)
    assert min(values) >= 0
    write_survey_csv(found, tmp_path / "survey.csv")
    with (tmp_path / "survey.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["asset_id"] for row in rows] == [item.record.text("asset_id") for item in found.items]
    assert all("not surveyed" in row["reason"] for row in rows)


def test_rules_that_cannot_be_ranked_are_refused(tmp_path: Path) -> None:
    """Spacing depends on where assets turn out to be."""
    path = scenario(tmp_path, [lamp("a", *MIDDLE, height_agl_m=60.0)])
    path.write_text(path.read_text("utf-8").replace("max_sites = 3", "max_sites = 3\nminimum_spacing_m = 20.0"), "utf-8")
    with pytest.raises(ScenarioError, match="must be max_sites, budget_yen, fixed and forbidden alone"):
        _survey(path)
