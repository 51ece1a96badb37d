"""Points merged by the sites that serve them: nothing of the answer changes."""

from __future__ import annotations

import numpy as np
import pytest
from point_oracles import best_value, columns, great_circle_m, plane_m, scattered, servers, weight_by_servers

from siting import InvalidInputError, SitingProblem, SolveParams, cover_merged_points, cover_points, evaluate, solve


def blocks_of(points, weight, size):
    return [(points[i : i + size], weight[i : i + size]) for i in range(0, len(points), size)]


def whole(seed, n):
    return np.random.default_rng(seed).integers(0, 101, n)


@pytest.mark.parametrize(
    ("n_sites", "n_points", "radius_m"), [(1, 200, 4.0), (7, 2_000, 5.5), (100, 3_000, 3.25), (150, 1_000, 6.0), (300, 500, 0.4)]
)
def test_each_set_of_sites_keeps_exactly_its_weight(n_sites, n_points, radius_m):
    sites, points, weight = scattered(1, n_sites), scattered(2, n_points) * 1.3 - 4.0, whole(3, n_points)
    coverage, demand = cover_merged_points(sites, blocks_of(points, weight, 333), radius_m=radius_m)
    expected = weight_by_servers(servers(sites.tolist(), points.tolist(), radius_m, plane_m), weight)
    found = columns(coverage)
    assert len(set(found)) == len(found)
    assert weight_by_servers(found, demand.weight) == {one: value for one, value in expected.items() if value or one in found}
    assert set(expected) - set(found) <= {frozenset()}


def test_circles_that_coincide_are_told_apart_by_none_and_shared_by_all():
    """Far more circles pass through a bin than a word has bits."""
    sites = np.concatenate([np.full((100, 2), 15.0), 15.0 + scattered(4, 100, 0.01)])
    rng = np.random.default_rng(5)
    angle, away = rng.uniform(0, 7, 500), rng.uniform(1.98, 2.02, 500)
    points, weight = 15.0 + np.column_stack([np.cos(angle), np.sin(angle)]) * away[:, None], whole(6, 500)
    coverage, demand = cover_merged_points(sites, [(points, weight)], radius_m=2.0)
    expected = weight_by_servers(servers(sites.tolist(), points.tolist(), 2.0, plane_m), weight)
    assert weight_by_servers(columns(coverage), demand.weight) == expected
    assert len(expected) > 100


@pytest.mark.parametrize(("low", "high", "radius_m"), [((-74.02, 40.70), (-73.95, 40.76), 900.0), ((-180, -90), (180, 90), 2_000_000.0)])
def test_on_the_sphere_as_well(low, high, radius_m):
    rng = np.random.default_rng(8)
    sites, points, weight = rng.uniform(low, high, (25, 2)), rng.uniform(low, high, (800, 2)), whole(9, 800)
    coverage, demand = cover_merged_points(sites, blocks_of(points, weight, 100), radius_m=radius_m, distance="great_circle")
    expected = weight_by_servers(servers(sites.tolist(), points.tolist(), radius_m, great_circle_m), weight)
    assert weight_by_servers(columns(coverage), demand.weight) == expected


def test_across_the_antimeridian():
    rng = np.random.default_rng(10)
    sites, points = rng.uniform((179.9, -17.1), (180.0, -17.0), (10, 2)), rng.uniform((179.85, -17.15), (180.15, -16.95), (500, 2))
    points[:, 0] = (points[:, 0] + 180) % 360 - 180
    weight = whole(11, 500)
    coverage, demand = cover_merged_points(sites, [(points, weight)], radius_m=4_000.0, distance="great_circle")
    expected = weight_by_servers(servers(sites.tolist(), points.tolist(), 4_000.0, great_circle_m), weight)
    assert weight_by_servers(columns(coverage), demand.weight) == expected


def test_the_answer_depends_neither_on_the_blocks_nor_on_their_order():
    sites, points, weight = scattered(12, 40), scattered(13, 4_000), whole(14, 4_000)
    first, demand = cover_merged_points(sites, blocks_of(points, weight, 4_000), radius_m=3.0)
    for blocks in (blocks_of(points, weight, 7), blocks_of(points, weight, 500)[::-1], iter(blocks_of(points, weight, 999))):
        again, other = cover_merged_points(sites, blocks, radius_m=3.0)
        assert again.start.tolist() == first.start.tolist()
        assert again.cells.tolist() == first.cells.tolist()
        assert other.weight.tolist() == demand.weight.tolist()


def test_more_classes_than_the_table_first_holds(monkeypatch):
    monkeypatch.setattr("siting.merged_points._FIRST_SLOTS", 4)
    sites, points = scattered(15, 60), scattered(16, 4_000)
    coverage, demand = cover_merged_points(sites, blocks_of(points, np.ones(4_000, dtype=int), 900), radius_m=4.0)
    plain = cover_points(sites, points, radius_m=4.0)
    served = [int(demand.weight[coverage.cells_of(i)].sum()) for i in range(60)]
    assert served == np.diff(plain.start).tolist()
    assert len(set(columns(coverage))) == len(demand) == len(set(columns(plain)))
    assert demand.total_weight == 4_000


def test_points_that_no_site_serves_come_last_and_keep_their_weight():
    coverage, demand = cover_merged_points([(0.0, 0.0)], [([(9.0, 9.0), (0.0, 0.5), (-1e9, 0.0)], [5, 3, 4])], radius_m=1.0)
    assert demand.weight.tolist() == [3.0, 9.0]
    assert coverage.cells.tolist() == [0]


@pytest.mark.parametrize("seed", range(6))
def test_the_optimum_is_that_of_the_points_themselves(seed):
    sites, points, weight = scattered(seed, 9), scattered(seed + 50, 120), whole(seed + 60, 120)
    coverage, demand = cover_merged_points(sites, blocks_of(points, weight, 50), radius_m=5.0)
    plan = solve(SitingProblem(coverage=coverage, demand=demand, max_sites=3), SolveParams(seed=seed, effort=0.2))
    best = best_value(servers(sites.tolist(), points.tolist(), 5.0, plane_m), weight, 3)
    assert plan.objective == best <= plan.upper_bound
    assert evaluate(plan, coverage, demand).total.covered_weight == best
    assert plan.total_weight == weight.sum()


def test_weights_that_only_whole_numbers_can_sum_are_summed_exactly():
    n = 5_000
    large = np.full(n, 2**39 + 1)
    _, demand = cover_merged_points([(0.0, 0.0)], blocks_of(np.zeros((n, 2)), large, 700), radius_m=1.0)
    assert int(demand.weight[0]) == n * (2**39 + 1)


def test_single_precision_and_lists_are_read():
    points = scattered(20, 50).astype(np.float32)
    coverage, demand = cover_merged_points([(15, 15)], [(points, [1] * 50), (points.tolist(), np.ones(50))], radius_m=10)
    expected = servers([(15.0, 15.0)], points.astype(float).tolist(), 10.0, plane_m)
    assert demand.weight.tolist() == [2 * sum(map(len, expected)), 2 * (50 - sum(map(len, expected)))]
    assert coverage.n_cells == 2


@pytest.mark.parametrize(
    ("blocks", "field", "rule"),
    [
        ([], "blocks", "must hold at least one point"),
        ([(np.empty((0, 2)), [])], "blocks", "must hold at least one point"),
        ([([(0.0, 0.0)], [-1])], "blocks[0] weights[0]", "must be >= 0"),
        ([([(0.0, 0.0)], [1]), ([(0.0, 0.0)], [0.5])], "blocks[1] weights", "must be a whole number"),
        ([([(0.0, 0.0)], [np.nan])], "blocks[0] weights", "must be a whole number"),
        ([([(0.0, 0.0)], [1, 2])], "blocks[0] weights", "must have shape"),
        ([([(0.0, 0.0)], 3)], "blocks[0] weights", "must have shape"),
        ([([(0.0, np.inf)], [1])], "blocks[0] points[0]", "must be finite"),
        ([([(0.0, 0.0)] * 3, [2**51] * 3)], "blocks", "must weigh less than"),
        ([([(0.0, 0.0)], [2**61])] * 9, "blocks", "must weigh less than"),
    ],
)
def test_impossible_blocks_are_refused(blocks, field, rule):
    with pytest.raises(InvalidInputError) as refusal:
        cover_merged_points([(0.0, 0.0)], blocks, radius_m=1.0)
    assert refusal.value.field == field
    assert refusal.value.rule.startswith(rule)
