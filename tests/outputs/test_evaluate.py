from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from street_grid import District

from siting.coverage import CoverageMatrix
from siting.demand import DemandGrid
from siting.errors import InvalidInputError, InvalidPlanError
from siting.evaluate import evaluate
from siting.plan import Plan


def tiny(rows: list[set[int]], weight: list[float], groups: dict[str, list[int]]) -> tuple[CoverageMatrix, DemandGrid]:
    cells = [sorted(row) for row in rows]
    coverage = CoverageMatrix(
        candidate_ids=tuple(f"s{i}" for i in range(len(rows))),
        n_cells=len(weight),
        start=np.concatenate([[0], np.cumsum([len(one) for one in cells])]).astype(np.int64),
        cells=np.array([cell for one in cells for cell in one], dtype=np.int32),
    )
    demand = DemandGrid(
        column_row=np.column_stack([np.arange(len(weight)), np.zeros(len(weight))]).astype(np.int32),
        cell_m=10.0,
        crs=CRS.from_epsg(6677),
        weight=np.array(weight),
        unit="people",
        groups={name: np.array(one, dtype=np.int32) for name, one in groups.items()},
    )
    return coverage, demand


def plan_of(chosen: tuple[str, ...], objective: float, total: float) -> Plan:
    return Plan(
        chosen=chosen,
        marginal_weight=(0.0,) * len(chosen),
        objective=objective,
        covered_weight=objective,
        total_weight=total,
        reachable_weight=total,
        upper_bound=objective,
        status="optimal",
        stopped_by="proof",
        limited_by="max_sites",
        cost_yen=0,
        seed=0,
        runtime_s=0.0,
    )


def test_figures_of_a_plan_small_enough_to_count_by_hand() -> None:
    coverage, demand = tiny([{0, 1}, {1, 2}, {4}], [1, 2, 4, 8, 16], {"left": [0, 1, 2], "right": [3, 4]})
    kpis = evaluate(plan_of(("s1", "s0"), 7.0, 31.0), coverage, demand)
    assert kpis.n_servers.tolist() == [1, 2, 1, 0, 0]
    assert [(site.id, site.n_cells, site.weight, site.marginal_weight, site.only_weight) for site in kpis.sites] == [
        ("s1", 2, 6.0, 6.0, 4.0),
        ("s0", 2, 3.0, 1.0, 1.0),
    ]
    left, right = kpis.groups
    assert (left.name, left.n_cells, left.n_covered_cells, left.weight, left.covered_weight, left.share) == ("left", 3, 3, 7.0, 7.0, 1.0)
    assert (right.covered_weight, right.reachable_weight, right.reachable_share) == (0.0, 16.0, 16 / 24)
    assert kpis.share == 7 / 31
    assert kpis.unit == "people"


@given(st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=6), st.lists(st.integers(0, 50), min_size=12, max_size=12))
def test_figures_equal_those_of_plain_sets(rows: list[set[int]], weight: list[int]) -> None:
    coverage, demand = tiny(rows, [float(one) for one in weight], {"all": list(range(12))})
    covered = set().union(*rows)
    worth = float(sum(weight[cell] for cell in covered))
    kpis = evaluate(plan_of(coverage.candidate_ids, worth, float(sum(weight))), coverage, demand)
    assert kpis.total.covered_weight == sum(site.marginal_weight for site in kpis.sites) == worth
    for i, site in enumerate(kpis.sites):
        others = set().union(*(row for j, row in enumerate(rows) if j != i))
        assert site.only_weight == sum(weight[cell] for cell in rows[i] - others)
    assert kpis.n_servers.tolist() == [sum(cell in row for row in rows) for cell in range(12)]


def test_a_plan_that_claims_more_than_it_covers_is_refused(district: District) -> None:
    boast = replace(district.plan, covered_weight=district.plan.covered_weight * (1 + 1e-8))
    with pytest.raises(InvalidPlanError, match="covered_weight must equal"):
        evaluate(boast, district.coverage, district.demand)


@pytest.mark.parametrize(("chosen", "rule"), [(("s9",), "must name candidates"), (("s0", "s0"), "twice")])
def test_a_plan_with_impossible_sites_is_refused(chosen: tuple[str, ...], rule: str) -> None:
    coverage, demand = tiny([{0}], [1.0], {})
    with pytest.raises(InvalidPlanError, match=rule):
        evaluate(plan_of(chosen, 1.0, 1.0), coverage, demand)


def test_coverage_of_another_grid_is_refused(district: District) -> None:
    coverage, _ = tiny([{0}], [1.0], {})
    with pytest.raises(InvalidInputError, match=r"coverage.n_cells"):
        evaluate(district.plan, coverage, district.demand)
