"""Against every set of sites and every outcome of the permits: greedy <= plan == optimum <= bound."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from robust_samples import random_robust

from siting import RobustPlan, SolveParams, solve, solve_robust
from siting.robust.dual import RateClasses, RobustDual
from siting.robust.reduce import reduce_robustly
from siting.robust.rounds import solve_in_rounds
from siting.robust.search import anneal_robustly, best_greedy, finish_by_branching, polish_robustly

CLOSE = 1e-9


def solve_sample(sample, **params) -> RobustPlan:
    return solve_robust(sample.problem(), sample.rates, SolveParams(**params))


def positions(plan) -> list[int]:
    return [int(one[1:]) for one in plan.chosen]


def assert_is_sound(sample, robust: RobustPlan) -> None:
    """Check rules and figures from the ids alone."""
    chosen = positions(robust)
    assert len(set(chosen)) == len(chosen)
    assert sample.is_allowed(chosen)
    assert tuple(chosen[: len(sample.fixed)]) == sample.fixed
    assert robust.expected_weight == pytest.approx(sample.expected(chosen), rel=CLOSE)
    assert robust.plan.cost_yen == sum(sample.cost[i] for i in chosen)
    assert robust.rates == tuple(sample.rate[i] for i in chosen)
    assert sum(robust.plan.marginal_weight) == pytest.approx(robust.expected_weight, rel=CLOSE)
    served = {j for i in chosen for j in sample.rows[i]}
    assert robust.plan.covered_weight == pytest.approx(sum(sample.weight[j] for j in served))
    for place in range(len(chosen)):
        gained = sample.expected(chosen[: place + 1]) - sample.expected(chosen[:place])
        assert robust.plan.marginal_weight[place] == pytest.approx(gained, abs=1e-9)
    assert all(one >= other - 1e-9 for one, other in pairwise(robust.plan.marginal_weight[len(sample.fixed) :]))
    assert all(one > 0 for one in robust.plan.marginal_weight[len(sample.fixed) :])


def test_the_plan_is_the_best_of_all_sets():
    for seed in range(700):
        sample = random_robust(seed)
        robust = solve_sample(sample)
        assert_is_sound(sample, robust)
        best = sample.best()
        assert robust.expected_weight == pytest.approx(best, rel=CLOSE), seed
        assert best <= robust.upper_bound * (1 + 1e-15), seed
        assert robust.status == "optimal"
        assert robust.gap <= CLOSE


def test_greedy_search_and_bound_enclose_the_optimum_each_on_its_own():
    for seed in range(1_000, 1_700):
        sample = random_robust(seed)
        problem = sample.problem()
        reduced = reduce_robustly(problem, sample.rates.of_problem(problem))
        best = sample.best()
        greedy = best_greedy(reduced)
        found = polish_robustly(reduced, greedy)
        assert reduced.unit * reduced.expected(greedy) <= reduced.unit * reduced.expected(found) * (1 + CLOSE) <= best * (1 + 2 * CLOSE)
        if reduced.n_rows == 0 or reduced.max_rows == 0:
            continue
        dual = RobustDual(reduced, greedy)
        for _ in range(3):
            dual.descend(n_steps=15, target=reduced.expected(found) - reduced.base_weight, is_over=lambda: False)
            assert best <= reduced.unit * dual.bound() * (1 + 1e-15), seed


def test_the_annealed_plan_keeps_the_rules_and_is_no_worse():
    for seed in range(150):
        sample = random_robust(seed, n_rows=8, n_cells=12)
        problem = sample.problem()
        reduced = reduce_robustly(problem, sample.rates.of_problem(problem))
        greedy = best_greedy(reduced)
        rows = anneal_robustly(reduced, greedy, seed=seed, n_moves=2_000, is_over=lambda: False, on_moves=lambda _moves: None)
        chosen = [*sample.fixed, *reduced.candidate[rows].tolist()]
        assert sample.is_allowed(chosen)
        assert reduced.expected(rows) >= reduced.expected(greedy) * (1 - CLOSE)
        assert reduced.unit * reduced.expected(rows) == pytest.approx(sample.expected(chosen), rel=CLOSE)


def test_branching_that_runs_out_of_work_gives_no_bound(monkeypatch):
    sample = random_robust(5, n_rows=8, n_cells=12)
    problem = sample.problem()
    reduced = reduce_robustly(problem, sample.rates.of_problem(problem))
    greedy = best_greedy(reduced)
    monkeypatch.setattr("siting.robust.search._TOUCHES", 0.0)
    rows, bound = finish_by_branching(reduced, greedy)
    assert bound is None
    assert reduced.expected(rows) >= reduced.expected(greedy)


def test_rounds_without_branching_still_enclose_the_optimum(monkeypatch):
    monkeypatch.setattr("siting.robust.search._LARGEST_TREE", 0)
    for seed in range(40):
        sample = random_robust(seed)
        problem = sample.problem()
        reduced = reduce_robustly(problem, sample.rates.of_problem(problem))
        solution = solve_in_rounds(
            reduced,
            SolveParams(seed=seed, effort=0.02),
            start=None,
            progress=lambda *_: None,
            on_closing=lambda _solution: None,
            is_late=lambda: False,
        )
        best = sample.best()
        assert reduced.unit * solution.expected == pytest.approx(best, rel=CLOSE), seed
        assert best <= reduced.unit * solution.bound * (1 + 1e-15)


def test_certain_permits_give_the_value_of_the_nominal_problem():
    for seed in range(200):
        sample = random_robust(seed)
        problem = sample.problem()
        certain = solve_robust(problem, sample.rates.granting(problem.coverage.candidate_ids))
        nominal = solve(problem)
        assert certain.expected_weight == pytest.approx(nominal.objective, rel=1e-12)
        assert certain.plan.covered_weight == certain.expected_weight
        assert certain.status == "optimal"


def test_better_rates_never_cover_less():
    for seed in range(150):
        sample = random_robust(seed)
        rng = np.random.default_rng(seed)
        rate = np.array(sample.rate)
        values = []
        for _ in range(3):
            rates = sample.rates.__class__(by_id={f"c{i}": float(p) for i, p in enumerate(rate)})
            values.append(solve_robust(sample.problem(), rates).expected_weight)
            rate = rate + rng.random(len(rate)) * (1.0 - rate)
        assert all(one <= other * (1 + CLOSE) for one, other in pairwise(values)), seed


def test_classes_of_many_rates_keep_their_highest_rate():
    rate = np.random.default_rng(1).random(100)
    classes = RateClasses.of(rate)
    assert len(classes.rate) <= 6
    for number, top in enumerate(classes.rate.tolist()):
        assert rate[classes.of_row == number].max() == top
    few = RateClasses.of(np.array([0.5, 0.9, 0.5, 1.0]))
    assert few.rate.tolist() == [1.0, 0.9, 0.5]
    assert few.of_row.tolist() == [2, 1, 2, 0]
