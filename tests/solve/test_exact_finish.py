"""Branch and bound, and the trials of the pool, against every plan there is."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, pairwise
from typing import get_args

import numpy as np
import pytest
from solve_samples import random_sample, street_problem

from siting import SolveParams, solve
from siting.solver.cuts import Cuts
from siting.solver.exact import finish
from siting.solver.greedy import best_greedy
from siting.solver.pool import Pool
from siting.solver.presolve import presolve, restrict
from siting.solver.trial import TrialKind


@pytest.mark.parametrize("seed", range(40))
def test_branch_and_bound_finds_the_best_plan(seed: int) -> None:
    sample = random_sample(seed, n_rows=7, n_cells=14)
    problem = presolve(sample.problem())
    if problem.n_rows == 0 or problem.max_rows == 0:
        return
    found = finish(problem, Cuts.none(), best_greedy(problem), n_nodes=1_000, time_limit_s=60.0, is_over=lambda: False)
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
    found = finish(problem, Cuts.none(), best_greedy(problem), n_nodes=1_000, time_limit_s=60.0, is_over=lambda: False)
    assert found.rows is None or sum(problem.cost_yen[found.rows].tolist()) <= budget_yen
    for rows in combinations(range(problem.n_rows), min(3, problem.n_rows)):
        if sum(problem.cost_yen[list(rows)].tolist()) <= budget_yen:
            assert problem.covered(np.array(rows)) <= found.bound * (1 + 1e-12)


def test_branch_and_bound_does_without_a_time_limit() -> None:
    problem = presolve(random_sample(0, n_rows=7, n_cells=14, kind="count").problem())
    found = finish(problem, Cuts.none(), best_greedy(problem), n_nodes=1_000, time_limit_s=math.inf, is_over=lambda: False)
    assert found.rows is not None


def test_every_kind_of_trial_keeps_the_limits_and_the_best_plan_is_never_lost() -> None:
    problem = presolve(street_problem(3, n_rows=80, max_sites=12, budget_yen=55))
    scores = np.random.default_rng(0).uniform(0.5, 1.5, problem.n_rows)
    pool, best, kinds, scales, levels = Pool(problem, best_greedy(problem)), 0.0, [], [], []
    number = 0
    while number < 1_500:
        trials = []
        while len(trials) < 8:
            trial = pool.trial(problem, scores, number=number, seed=number, n_moves=500)
            if trial is None:
                assert trials, "nothing waits for nothing"
                break
            number += 1
            trials.append(trial)
        for trial in trials:
            kinds.append(trial.kind)
            scales.append(trial.scale)
            if trial.kind == "unite":
                levels.append(trial.width)
                assert 2 <= len(trial.plans) <= 16
                assert len({rows.tobytes() for rows in trial.plans}) == len(trial.plans), "no plan is drawn twice"
            found = trial.run(is_over=lambda: False, on_moves=lambda _moves: None)
            pool.end_trial()
            if trial.kind == "fresh":
                assert len(trial.held) <= 1, "one row of twenty is given to a plan from scratch"
                assert np.isin(trial.held, found).all()
            covered, rows = pool.add(problem, found, trial)
            assert len(set(rows.tolist())) == len(rows) <= 12
            assert problem.cost_yen[rows].sum() <= 55
            assert covered == problem.covered(rows)
            best = max(best, covered)
        assert problem.covered(pool.best) == best
    assert set(kinds) == set(get_args(TrialKind))
    changes = [(one, other) for one, other in pairwise(kinds) if one != other]
    assert changes.count(("unite", "fresh")) == 1, "the first generation is united, and at once there is the next"
    assert changes.count(("unite", "rebuild")) > 1, "of later ones parts are rebuilt"
    assert changes.count(("rebuild", "fresh")) >= 1, "generations follow one another"
    first = levels[: next((at for at, (one, other) in enumerate(pairwise(levels), 1) if other < one), len(levels))]
    assert first == sorted(first), "sweeps grow wider from level to level"
    assert all(2 * first.count(width) >= 4 * first.count(2 * width) for width in set(first)), "and half as many are made"
    assert len(set(scales[:12])) == 4, "each scale of the temperatures is tried"


def test_a_worse_plan_does_not_take_the_place_of_the_one_a_pool_begins_with() -> None:
    problem = presolve(street_problem(3, n_rows=80, max_sites=12))
    first = best_greedy(problem)
    pool = Pool(problem, first)
    pool.add(problem, first[:6])
    assert np.array_equal(pool.best, np.sort(first))


def test_plans_from_scratch_hold_rows_that_others_seldom_have_and_that_share_no_group() -> None:
    problem = presolve(street_problem(3, n_rows=400, reach=2, max_sites=60))
    pool, scores = Pool(problem, best_greedy(problem)), np.random.default_rng(0).uniform(0.5, 1.5, problem.n_rows)
    n_plans, used, usual = np.zeros(problem.n_rows), [], []
    is_first, is_united = True, False
    for number in range(2_000):
        trial = pool.trial(problem, scores, number=number, seed=number, n_moves=500)
        assert trial is not None, "nothing is waited for"
        is_united |= trial.kind == "unite"
        if is_first and is_united and trial.kind == "fresh":
            is_first = False
            n_plans[:] = 0
        if trial.kind == "fresh" and is_first:
            assert len(trial.held) == 0, "the first plans are made as fast as may be"
        elif trial.kind == "fresh":
            groups = np.concatenate([problem.groups_of(row) for row in trial.held.tolist()])
            assert len(trial.held) == 3
            assert len(set(groups.tolist())) == len(groups)
            used.append(n_plans[trial.held].mean())
            usual.append(n_plans.mean())
        if len(used) == 40:
            break
        pool.end_trial()
        _, rows = pool.add(problem, trial.run(is_over=lambda: False, on_moves=lambda _moves: None), trial)
        n_plans[rows] += 1
    assert len(used) == 40
    assert np.mean(used) < 0.3 * np.mean(usual)


@pytest.mark.parametrize("seed", range(40))
def test_a_problem_beside_open_rows_counts_what_these_leave(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=14, n_cells=40, kind="count" if seed % 2 else "budget").problem())
    if problem.n_rows < 4 or problem.max_rows < 2:
        return
    held = best_greedy(problem)[:1]
    others = np.setdiff1d(np.arange(problem.n_rows), held)[::2]
    rest = restrict(problem, others, beside=held)
    added = best_greedy(rest)
    rows = np.concatenate((held, rest.candidate[added])).astype(np.int32)
    assert len(rows) <= problem.max_rows
    assert problem.budget_yen is None or problem.cost_yen[rows].sum() <= problem.budget_yen
    assert rest.covered(added) - rest.base_weight == pytest.approx(problem.covered(rows) - problem.covered(held))


def test_plans_of_a_part_lose_the_rows_that_are_not_in_it() -> None:
    problem = presolve(street_problem(3, n_rows=80, max_sites=12))
    pool = Pool(problem, best_greedy(problem))
    for number in range(120):
        trial = pool.trial(problem, np.ones(problem.n_rows), number=number, seed=number, n_moves=500)
        assert trial is not None
        pool.end_trial()
        pool.add(problem, trial.run(is_over=lambda: False, on_moves=lambda _moves: None), trial)
    core = restrict(problem, np.union1d(pool.best, np.arange(0, problem.n_rows, 2)).astype(np.int64))
    part = pool.renumbered(problem, core)
    assert np.array_equal(core.candidate[part.best], pool.best)
    for number in range(120, 240):
        trial = part.trial(core, np.ones(core.n_rows), number=number, seed=number, n_moves=500)
        assert trial is not None
        part.end_trial()
        covered, rows = part.add(core, trial.run(is_over=lambda: False, on_moves=lambda _moves: None), trial)
        assert len(rows) <= 12
        assert problem.covered(core.candidate[rows].astype(np.int32)) == covered


def test_temperatures_are_learned_from_the_plans_they_lead_to() -> None:
    problem = presolve(street_problem(11, n_rows=150, reach=5, max_sites=10))
    pool = Pool(problem, best_greedy(problem))
    fresh: dict[float, list[float]] = {}
    for number in range(200):
        trial = pool.trial(problem, np.ones(problem.n_rows), number=number, seed=number, n_moves=20)
        assert trial is not None
        pool.end_trial()
        covered, _ = pool.add(problem, best_greedy(problem)[0 if trial.scale == 0.15 else 1 :], trial)
        if trial.kind == "fresh":
            fresh.setdefault(trial.scale, []).append(covered)
    assert max(fresh, key=lambda scale: len(fresh[scale])) == 0.15, "the scale whose plans cover most is the one that is kept"


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
