"""What a plan promises, beyond being good."""

from __future__ import annotations

import sys
from dataclasses import asdict

import numpy as np
import pytest
from solve_samples import assert_keeps_the_rules, problem_of, street_problem

from siting import SolveParams, solve

QUICK = SolveParams(effort=0.1)


class Clock:
    """Time that passes by looking at it."""

    def __init__(self, step_s: float) -> None:
        self.now_s, self.step_s = 0.0, step_s

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s


def without_time(plan) -> dict:
    return {**asdict(plan), "runtime_s": 0.0}


@pytest.mark.parametrize("rules", [{"max_sites": 14}, {"budget_yen": 60}, {"max_sites": 11, "budget_yen": 50, "fixed": ("c7", "c3")}])
def test_one_seed_gives_one_plan(rules):
    problem = street_problem(1, **rules)
    plan = solve(problem, QUICK)
    assert_keeps_the_rules(plan, problem)
    assert without_time(plan) == without_time(solve(problem, QUICK))


def test_the_time_limit_ends_the_search_with_a_valid_bound(monkeypatch):
    problem = street_problem(2, n_rows=300, n_cells=2500, max_sites=30)
    full = solve(problem, QUICK)
    monkeypatch.setattr(sys.modules["siting.solver.solve"], "perf_counter", Clock(step_s=1.0))
    for limit_s in (0.5, 3.5, 20.5):
        plan = solve(problem, SolveParams(effort=0.1, time_limit_s=limit_s))
        assert plan.stopped_by == "time_limit"
        assert plan.objective <= full.upper_bound
        assert full.objective <= plan.upper_bound
        assert_keeps_the_rules(plan, problem)


def test_the_search_does_at_least_as_well_as_greedy_and_closes_the_gap():
    problem = street_problem(4, n_rows=300, n_cells=2500, max_sites=30)
    at_once = solve(problem, SolveParams(effort=1e-9))
    plan = solve(problem, SolveParams(effort=0.5))
    assert at_once.objective <= plan.objective <= plan.upper_bound <= at_once.upper_bound
    assert plan.gap < 0.02


def test_a_reached_target_gap_is_proof_enough():
    plan = solve(street_problem(4, n_rows=300, n_cells=2500, max_sites=30), SolveParams(target_gap=0.2))
    assert (plan.stopped_by, plan.status) == ("proof", "feasible")
    assert 0 < plan.gap <= 0.2
    assert plan.work["rounds"] == 0


def test_more_sites_than_are_useful_are_not_opened():
    plan = solve(problem_of([[0, 1], [1, 2], [0, 2], [3], []], np.ones(5), max_sites=5))
    assert plan.chosen[0] == "c0"
    assert len(plan.chosen) == 3
    assert (plan.objective, plan.upper_bound, plan.gap, plan.status, plan.limited_by) == (4, 4, 0, "optimal", "reach")


def test_fixed_sites_come_first_even_when_useless():
    plan = solve(problem_of([[0], [0], [1, 2]], np.ones(3), max_sites=3, fixed=("c1", "c0")))
    assert plan.chosen == ("c1", "c0", "c2")
    assert plan.marginal_weight == (1, 0, 2)


def test_fixed_sites_that_use_up_the_count_are_the_plan():
    plan = solve(problem_of([[0], [1, 2]], np.ones(3), max_sites=1, fixed=("c0",)))
    assert (plan.chosen, plan.objective, plan.upper_bound, plan.status) == (("c0",), 1, 1, "optimal")
    assert plan.limited_by == "max_sites"


def test_the_plan_names_the_rule_that_limits_it():
    rows, cost = [[0, 1], [2], [3, 4, 5]], [2, 2, 3]
    assert solve(problem_of(rows, np.ones(6), cost_yen=cost, max_sites=1)).limited_by == "max_sites"
    assert solve(problem_of(rows, np.ones(6), cost_yen=cost, budget_yen=5, max_sites=3)).limited_by == "budget_yen"
    assert solve(problem_of(rows, np.ones(6), cost_yen=cost, budget_yen=5, max_sites=2)).limited_by == "max_sites"
    either = problem_of([[0, 1], [2, 6], [3, 4, 5]], np.ones(7), cost_yen=[2, 2, 4], budget_yen=5, max_sites=2)
    assert solve(either).limited_by == "both"
    assert solve(problem_of(rows, np.ones(6), cost_yen=cost, budget_yen=7)).limited_by == "reach"


def test_weights_without_a_common_unit_are_covered_and_bounded_alike():
    weight = np.random.default_rng(0).lognormal(sigma=2.0, size=900)
    base = street_problem(5, max_sites=15)
    rows = [base.coverage.cells_of(i).tolist() for i in range(base.coverage.n_candidates)]
    problem = problem_of(rows, weight, max_sites=15)
    plan = solve(problem, QUICK)
    assert_keeps_the_rules(plan, problem)
    assert plan.gap < 0.03


@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_the_unit_of_weights_does_not_matter(scale):
    base = street_problem(6, max_sites=10)
    rows = [base.coverage.cells_of(i).tolist() for i in range(base.coverage.n_candidates)]
    plan = solve(base, QUICK)
    scaled = solve(problem_of(rows, base.demand.weight * scale, max_sites=10), QUICK)
    assert scaled.chosen == plan.chosen
    assert scaled.upper_bound == pytest.approx(plan.upper_bound * scale, rel=1e-12)


def test_progress_rises_to_its_total():
    told: list[tuple[str, int, int]] = []
    solve(street_problem(7, max_sites=14), QUICK, progress=lambda *one: told.append(one))
    assert {stage for stage, _, _ in told} == {"stage.solve"}
    shares = [done / total for _, done, total in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_an_interruption_passes_through():
    def interrupt(_stage: str, done: int, total: int) -> None:
        if 0 < done < total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(street_problem(4, n_rows=600, n_cells=4900, max_sites=40, reach=7), progress=interrupt)
