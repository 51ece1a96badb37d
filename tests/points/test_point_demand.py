"""Demand at points goes through solving and evaluating like cells of a grid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from point_oracles import best_value, columns, scattered

from siting import DemandGrid, InvalidInputError, PointDemand, SitingProblem, SolveParams, cover_points, evaluate, solve


def test_points_and_cells_of_the_same_weights_give_the_same_plan():
    coverage = cover_points(scattered(1, 30), scattered(2, 200), radius_m=4.0)
    weight = np.random.default_rng(3).integers(0, 9, 200).astype(float)
    groups = {"odd": np.arange(1, 200, 2, dtype=np.int32)}
    column_row = np.column_stack([np.arange(200), np.zeros(200)]).astype(np.int32)
    cells = DemandGrid(column_row=column_row, cell_m=10.0, crs="EPSG:6677", weight=weight, unit="people", groups=groups)
    points = PointDemand(weight=weight, groups=groups)
    plans = [solve(SitingProblem(coverage=coverage, demand=one, max_sites=5), SolveParams(effort=0.2)) for one in (cells, points)]
    assert plans[0].chosen == plans[1].chosen
    first, second = (evaluate(plan, coverage, one) for plan, one in zip(plans, (cells, points), strict=True))
    assert (first.total, first.groups, first.sites) == (second.total, second.groups, second.sites)


@pytest.mark.parametrize("seed", range(4))
def test_the_plan_is_the_best_of_all(seed):
    coverage = cover_points(scattered(seed, 9), scattered(seed + 9, 60), radius_m=6.0)
    weight = np.random.default_rng(seed).integers(0, 50, 60).astype(float)
    demand = PointDemand(weight=weight, groups={"first": np.arange(20, dtype=np.int32)})
    plan = solve(SitingProblem(coverage=coverage, demand=demand, max_sites=3, forbidden=("4",)), SolveParams(effort=0.2))
    sets = [one - {4} for one in columns(coverage)]
    assert plan.objective == best_value(sets, weight, 3)
    kpis = evaluate(plan, coverage, demand)
    chosen = {int(one) for one in plan.chosen}
    assert kpis.unit == "people"
    assert kpis.groups[0].covered_weight == sum(weight[j] for j in range(20) if sets[j] & chosen)


def test_weights_may_not_be_changed_from_outside():
    weight = np.ones(3)
    demand = PointDemand(weight=weight)
    weight[0] = 9.0
    assert demand.total_weight == 3.0
    with pytest.raises(ValueError, match="read-only"):
        demand.weight[0] = 2.0


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"weight": [1.0, -0.5]}, "demand.weight[1]", "must be >= 0"),
        ({"weight": [math.nan]}, "demand.weight[0]", "must be finite"),
        ({"weight": [[1.0]]}, "demand.weight", "must have shape"),
        ({"weight": [1.0], "groups": {"all": np.array([1])}}, "demand.groups['all']", "must hold positions"),
    ],
)
def test_impossible_demand_is_refused(given, field, rule):
    with pytest.raises(InvalidInputError) as refusal:
        PointDemand(**given)
    assert refusal.value.field == field
    assert refusal.value.rule.startswith(rule)


def test_a_problem_refuses_points_that_are_not_those_of_the_coverage():
    coverage = cover_points([(0.0, 0.0)], [(0.0, 0.0)], radius_m=1.0)
    with pytest.raises(InvalidInputError, match=r"coverage\.n_cells must equal the 2 demand cells"):
        SitingProblem(coverage=coverage, demand=PointDemand(weight=np.ones(2)), max_sites=1)
