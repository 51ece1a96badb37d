"""Branch and bound, and the trials of the pool, against every plan there is."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from solve_samples import random_sample, street_problem

from siting import SolveParams, solve
from siting.solver.cuts import Cuts
from siting.solver.exact import finish
from siting.solver.greedy import best_greedy
from siting.solver.pool import Pool
from siting.solver.presolve import presolve


@pytest.mark.parametrize("seed", range(40))
def test_branch_and_bound_finds_the_best_plan(seed: int) -> None:
    sample = random_sample(seed, n_rows=7, n_cells=14)
    problem = presolve(sample.problem())
    if problem.n_rows == 0 or problem.max_rows == 0:
        return
    found = finish(problem, Cuts.none(), best_greedy(problem), n_nodes=1_000, time_limit_s=60.0)
    assert found.rows is not None
    assert problem.unit * problem.covered(found.rows) == pytest.approx(sample.best(), rel=1e-9)
    assert found.bound >= problem.covered(found.rows) * (1 - 1e-12)
    assert problem.unit * found.bound == pytest.approx(sample.best(), rel=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_branch_and_bound_keeps_large_budgets_to_the_yen(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=8, n_cells=20, kind="count").problem())
    cost_yen = 10**12 + np.random.default_rng(seed).integers(0, 50, problem.n_rows)
    budget_yen = int(np.sort(cost_yen)[1:4].sum()) - 1
    problem = replace(problem, cost_yen=cost_yen, budget_yen=budget_yen, max_rows=problem.n_rows)
    found = finish(problem, Cuts.none(), best_greedy(problem), n_nodes=1_000, time_limit_s=60.0)
    assert found.rows is None or sum(problem.cost_yen[found.rows].tolist()) <= budget_yen
    for rows in combinations(range(problem.n_rows), min(3, problem.n_rows)):
        if sum(problem.cost_yen[list(rows)].tolist()) <= budget_yen:
            assert problem.covered(np.array(rows)) <= found.bound * (1 + 1e-12)


def test_branch_and_bound_does_without_a_time_limit() -> None:
    problem = presolve(random_sample(0, n_rows=7, n_cells=14, kind="count").problem())
    found = finish(problem, Cuts.none(), best_greedy(problem), n_nodes=1_000, time_limit_s=math.inf)
    assert found.rows is not None


@pytest.mark.parametrize("kind_number", range(14, 24))
def test_trials_return_plans_within_the_limits(kind_number: int) -> None:
    problem = presolve(street_problem(3, n_rows=80, max_sites=12, budget_yen=55))
    pool = Pool(best_greedy(problem))
    rng = np.random.default_rng(0)
    for number in range(8):
        order = rng.permutation(problem.n_rows)
        rows = np.sort(order[np.cumsum(problem.cost_yen[order]) <= 55][:12]).astype(np.int32)
        pool.add([(problem.covered(rows), rows)], "fresh" if number % 2 == 0 else None)
    trial = pool.trial(problem, np.ones(problem.n_rows), number=kind_number, seed=1, n_moves=4_000, seconds_left=lambda: 60.0)
    for rows in trial.run(is_over=lambda: False, on_moves=lambda _moves: None):
        assert len(set(rows.tolist())) == len(rows) <= 12
        assert problem.cost_yen[rows].sum() <= 55


def test_generations_follow_one_another_and_never_lose_the_best_plan() -> None:
    problem = presolve(street_problem(3, n_rows=80, max_sites=12))
    pool = Pool(best_greedy(problem))
    rng, kinds, best = np.random.default_rng(0), [], 0.0
    for number in range(80):
        trial = pool.trial(problem, np.ones(problem.n_rows), number=number, seed=number, n_moves=50, seconds_left=lambda: 60.0)
        kinds.append(trial.kind)
        rows = np.sort(rng.permutation(problem.n_rows)[:12]).astype(np.int32)
        best = max(best, problem.covered(rows))
        pool.add([(problem.covered(rows), rows)], trial.kind)
        assert problem.covered(pool.best) == best
    begun = [number for number, kind in enumerate(kinds) if kind == "elders"]
    assert len(begun) > 2
    assert all(kinds[number + 1] == "fresh" for number in begun)
    assert {"core", "fresh"} <= set(kinds)


def test_the_proof_reaches_the_optimum_where_the_relaxation_alone_does_not() -> None:
    plan = solve(street_problem(11, n_rows=150, reach=5, max_sites=14), SolveParams(seed=0, effort=2.0))
    assert plan.status == "optimal"
    assert "cuts" in plan.method or "branch_and_bound" in plan.method


def test_a_start_is_never_made_worse() -> None:
    problem = street_problem(2, max_sites=10)
    good = solve(problem, SolveParams(seed=0))
    again = solve(problem, SolveParams(seed=5, effort=0.01), start=good)
    assert again.objective >= good.objective


def test_watching_shows_plan_and_bound_closing() -> None:
    seen = []
    plan = solve(street_problem(7, n_rows=200, reach=5, max_sites=20), SolveParams(seed=0), watch=seen.append)
    assert seen[-1].objective == plan.objective
    assert seen[-1].bound == plan.upper_bound
    assert all(one.objective <= other.objective and one.bound >= other.bound for one, other in pairwise(seen))
