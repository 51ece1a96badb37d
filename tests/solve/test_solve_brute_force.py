"""On problems small enough to try every plan, the solver is right."""

from __future__ import annotations

import pytest
from solve_samples import assert_keeps_the_rules, random_sample

from siting import SolveParams, solve
from siting.solver.greedy import best_greedy
from siting.solver.presolve import presolve

QUICK = SolveParams(effort=0.05)


@pytest.mark.parametrize("kind", ["count", "budget", "both"])
def test_the_plan_is_the_best_of_all_and_the_bound_holds(kind):
    for seed in range(700):
        sample = random_sample(seed, kind=kind)
        problem = sample.problem()
        reduced = presolve(problem)
        plan = solve(problem, QUICK)
        best = sample.best()
        assert_keeps_the_rules(plan, problem)
        assert reduced.unit * reduced.covered(best_greedy(reduced)) <= plan.objective * (1 + 1e-12), seed
        assert plan.objective == pytest.approx(best, rel=1e-12), seed
        assert best <= plan.upper_bound * (1 + 1e-12), seed
        assert plan.objective <= plan.upper_bound, seed
        assert plan.objective <= plan.reachable_weight <= plan.total_weight, seed


def test_a_plan_called_optimal_is_optimal_on_larger_problems():
    n_optimal = 0
    for seed in range(150):
        sample = random_sample(seed, n_rows=9, n_cells=24)
        plan = solve(sample.problem(), QUICK)
        best = sample.best()
        assert best <= plan.upper_bound * (1 + 1e-12), seed
        if plan.status == "optimal":
            n_optimal += 1
            assert plan.objective == pytest.approx(best, rel=1e-9), seed
            assert plan.stopped_by == "proof"
    assert n_optimal > 75


def test_one_more_candidate_never_lowers_the_optimum():
    for seed in range(300):
        sample = random_sample(seed, n_rows=6, kind="count")
        if 5 in sample.fixed:
            continue
        fewer = type(sample)(**{**vars(sample), "forbidden": tuple({*sample.forbidden, 5})})
        assert fewer.best() <= sample.best()
        if fewer.best() > 0:
            plan, plan_of_fewer = solve(sample.problem(), QUICK), solve(fewer.problem(), QUICK)
            assert plan_of_fewer.objective <= plan.upper_bound * (1 + 1e-12)
            assert plan_of_fewer.objective <= plan.objective * (1 + 1e-12)


def test_a_larger_budget_never_covers_less():
    for seed in range(100):
        sample = random_sample(seed, kind="budget")
        richer = type(sample)(**{**vars(sample), "budget": sample.budget + 3})
        assert solve(sample.problem(), QUICK).objective <= solve(richer.problem(), QUICK).objective * (1 + 1e-12)
