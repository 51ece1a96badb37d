"""The New York instance of the literature: known values are met, and no bound contradicts them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from solve_samples import assert_keeps_the_rules, grid

from siting import CoverageMatrix, SitingProblem, SolveParams, solve

EARTH_RADIUS_M = 6_378_100.0


@pytest.fixture(scope="module")
def new_york(data_dir: Path) -> SitingProblem:
    """Street corners that cover one another within 400 m along the great circle; 50 sites."""
    lines = (data_dir / "mclp_benchmarks" / "NewYork.txt").read_text().splitlines()
    n = int(next(line for line in lines if line.startswith("DIMENSION")).split(":")[1])
    corner = next(i for i, line in enumerate(lines) if line.startswith("NODE_COORD"))
    demand = next(i for i, line in enumerate(lines) if line.startswith("DEMAND"))
    latitude, longitude = np.radians(np.array([line.split() for line in lines[corner + 1 : corner + 1 + n]], dtype=float)).T
    weight = np.array(lines[demand + 1 : demand + 1 + n], dtype=float)
    haversine = np.sin((latitude[:, None] - latitude) / 2) ** 2
    haversine += np.cos(latitude[:, None]) * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    row, column = np.nonzero(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(haversine)) <= 400.0)
    pattern = CoverageMatrix(
        candidate_ids=tuple(map(str, range(n))),
        n_cells=n,
        start=np.append(0, np.cumsum(np.bincount(row, minlength=n))).astype(np.int64),
        cells=column.astype(np.int32),
    )
    return SitingProblem(coverage=pattern, demand=grid(weight), max_sites=50)


@pytest.mark.real_data
def test_the_stored_plan_has_its_published_value(new_york, data_dir):
    value, corners = (data_dir / "mclp_benchmarks" / "OtimosFinais" / "NewYork_50_400.txt").read_text().splitlines()[:2]
    chosen = [int(one) for one in corners.split(":")[1].split()]
    covered = np.unique(np.concatenate([new_york.coverage.cells_of(i) for i in chosen]))
    assert new_york.demand.weight[covered].sum() == int(value.split(":")[1])


@pytest.mark.real_data
def test_the_best_known_value_is_reached_and_the_bound_is_near(new_york):
    plan = solve(new_york, SolveParams(seed=1))
    assert_keeps_the_rules(plan, new_york)
    assert plan.objective == 1_153_640
    assert plan.objective <= plan.upper_bound
    assert plan.gap < 0.002
