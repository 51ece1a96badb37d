"""Coverage against a limit: every point between the best plan there is and the bound, none below the one before."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure
from planning_oracle import changed

from siting import InvalidInputError, Quota, SolveParams, frontier, solve
from siting.outputs.frontier import COLUMNS, draw_frontier, write_frontier_csv, write_frontier_png
from siting.outputs.text import Bilingual
from siting.planning.frontier import _monotone
from tests.solve.solve_samples import assert_keeps_the_rules, problem_of, random_sample, street_problem

QUICK = SolveParams(effort=0.05)
TITLE = Bilingual(ja="街区", en="A district that costs $5 to $9")


def test_points_are_the_best_of_all_and_their_bounds_hold():
    n_points = 0
    for seed in range(60):
        sample = random_sample(seed, n_rows=7, n_cells=12, kind="count")
        values = list(range(max(1, len(sample.fixed)), 8))
        found = frontier(sample.problem(), values=values, params=QUICK)
        assert [point.limit for point in found.points] == values
        for point in found.points:
            best = changed(sample, max_sites=point.limit).best()
            assert point.objective == pytest.approx(best, rel=1e-9), seed
            assert best <= point.upper_bound * (1 + 1e-12), seed
            assert point.n_sites <= point.limit
            n_points += 1
        _check_order(found)
    assert n_points > 300


def test_points_over_the_budget_are_the_best_of_all():
    for seed in range(40):
        sample = random_sample(seed, n_rows=7, n_cells=12, kind="both")
        values = [sample.budget + extra for extra in (6, 0, 3)]
        found = frontier(sample.problem(), over="budget", values=values, params=QUICK)
        assert [point.limit for point in found.points] == sorted(values)
        for point in found.points:
            best = changed(sample, budget=point.limit).best()
            assert point.objective == pytest.approx(best, rel=1e-9), seed
            assert best <= point.upper_bound * (1 + 1e-12), seed
            assert point.cost_yen <= point.limit
        _check_order(found)


def _check_order(found) -> None:
    for one, other in pairwise(found.points):
        assert one.limit < other.limit
        assert one.objective <= other.objective
        assert one.upper_bound <= other.upper_bound


def test_a_larger_frontier_keeps_its_rules_and_its_order():
    problem = street_problem(21, n_rows=300, n_cells=3600, max_sites=1, budget_yen=90, forbidden=("c4",))
    found = frontier(problem, values=[3, 6, 12, 20], params=SolveParams(effort=0.3))
    _check_order(found)
    for point in found.points:
        assert point.gap < 0.03
        assert point.plan.cost_yen <= 90
        assert "c4" not in point.chosen
        assert_keeps_the_rules(point.plan, replace(problem, max_sites=point.limit))


def test_the_same_call_gives_the_same_points():
    problem = street_problem(22, max_sites=5)
    one, other = (frontier(problem, values=[3, 5, 9], params=QUICK) for _ in range(2))
    assert [(p.chosen, p.upper_bound) for p in one.points] == [(p.chosen, p.upper_bound) for p in other.points]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"values": []}, "values"),
        ({"values": [0]}, "max_sites"),
        ({"values": [1.5]}, "values"),
        ({"values": [True]}, "values"),
        ({"values": [2], "over": "yen"}, "over"),
        ({"values": [1], "over": "budget"}, "budget_yen"),
    ],
)
def test_limits_that_cannot_be_are_named(arguments, field):
    problem = problem_of([[0], [1]], np.ones(2), cost_yen=[5, 6], max_sites=1)
    with pytest.raises(InvalidInputError, match=field):
        frontier(problem, **arguments)


@pytest.fixture(scope="module")
def street():
    return frontier(street_problem(23, max_sites=5), values=[2, 4, 8], params=QUICK)


def test_the_table_holds_every_point(tmp_path, street):
    path = tmp_path / "frontier.csv"
    write_frontier_csv(path, street)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [int(row["limit"]) for row in rows] == [2, 4, 8]
    for row, point in zip(rows, street.points, strict=True):
        assert float(row["objective"]) == pytest.approx(point.objective)
        assert float(row["upper_bound"]) >= point.upper_bound
        assert point.gap <= float(row["gap"]) <= point.gap + 1e-6
        assert float(row["covered_share"]) == pytest.approx(point.objective / point.plan.total_weight, abs=1e-6)


def test_the_picture_is_the_same_every_time(tmp_path, street):
    for name in ("one.png", "other.png"):
        write_frontier_png(tmp_path / name, street, title=TITLE)
    one, other = ((tmp_path / name).read_bytes() for name in ("one.png", "other.png"))
    assert one == other
    assert one.startswith(b"\x89PNG\r\n\x1a\n")


def test_the_picture_shows_the_bound_above_the_plans(street):
    """Read the lines back from the axes: what is drawn is what the points say."""
    figure = Figure()
    draw_frontier(figure, street, title=TITLE, language="en")
    upper, lower = figure.axes
    lines = {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in upper.get_lines()}
    plans, bounds = lines["Plan"], lines["Proven upper bound"]
    total = street.points[0].plan.total_weight
    np.testing.assert_allclose(plans, [100 * point.objective / total for point in street.points])
    np.testing.assert_allclose(bounds, [100 * point.upper_bound / total for point in street.points])
    assert (bounds >= plans).all()
    np.testing.assert_allclose(lower.get_lines()[0].get_ydata(), [100 * point.gap for point in street.points])
    assert upper.get_ylim()[1] > max(bounds)
    assert lower.get_xlim()[1] > 8
    assert lower.get_xlabel() == "Most sites"


def test_a_frontier_under_other_rules_keeps_them():
    problem = street_problem(24, n_rows=12, n_cells=100, max_sites=3)
    quota = Quota(name="few", ids=("c0", "c1", "c2", "c3", "c4", "c5"), maximum=1)
    found = frontier(replace(problem, quotas=(quota,)), values=[2, 4], params=QUICK)
    _check_order(found)
    for point in found.points:
        assert len(set(point.chosen) & set(quota.ids)) <= 1


def test_no_plan_at_a_limit_proves_nothing_below_it():
    plan = solve(problem_of([[0]], [1.0], max_sites=1), QUICK)
    none = replace(plan, chosen=(), marginal_weight=(), objective=0.0, covered_weight=0.0, cost_yen=0)
    unknown, infeasible = replace(none, status="unknown", upper_bound=1.0), replace(none, status="infeasible", upper_bound=0.0)
    assert [one.status for one in _monotone([unknown, infeasible])] == ["unknown", "infeasible"]
    assert _monotone([unknown, infeasible])[0].upper_bound == 1.0
