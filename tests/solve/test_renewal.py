"""Renewals: parts of plans annealed anew, against the rules and every choice there is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from solve_samples import random_sample, street_problem

from siting.kernels.renewal import renew
from siting.solver.greedy import greedy
from siting.solver.presolve import presolve

HOT, COLD, MOVES = 0.03, 0.008, 80


@pytest.mark.parametrize("seed", range(200))
def test_a_renewed_plan_covers_no_less_keeps_the_limits_and_all_rows_outside_the_part(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=16, n_cells=40, kind="count" if seed % 2 else "budget").problem())
    if problem.n_rows < 2 or problem.max_rows == 0:
        return
    plan = greedy(problem)
    is_inside = np.random.default_rng(seed).random(problem.n_rows) < 0.6
    renewed = renew(problem.pattern, plan, is_inside, HOT, COLD, MOVES, seed)
    assert len(set(renewed.tolist())) == len(renewed) <= problem.max_rows
    assert problem.budget_yen is None or problem.cost_yen[renewed].sum() <= problem.budget_yen
    assert problem.covered(renewed) >= problem.covered(plan) - 1e-9
    assert set(renewed[~is_inside[renewed]].tolist()) == set(plan[~is_inside[plan]].tolist())
    assert renew(problem.pattern, plan, is_inside, HOT, COLD, MOVES, seed).tolist() == renewed.tolist()


def test_a_small_part_is_renewed_to_the_best_there_is() -> None:
    for seed in range(40):
        problem = presolve(street_problem(seed, n_rows=40, reach=3, max_sites=8))
        plan = greedy(problem)
        is_inside = np.zeros(problem.n_rows, dtype=np.bool_)
        is_inside[plan[:3]] = True
        is_inside[:9] = True
        outside = plan[~is_inside[plan]]
        choices = combinations(np.flatnonzero(is_inside).tolist(), problem.max_rows - len(outside))
        best = max(problem.covered(np.concatenate((outside, np.array(rows, dtype=np.int32)))) for rows in choices)
        assert problem.covered(renew(problem.pattern, plan, is_inside, HOT, COLD, 400, seed)) == pytest.approx(best)


def test_a_part_without_rows_of_the_plan_leaves_it_as_it_is() -> None:
    problem = presolve(street_problem(1, n_rows=30, reach=3, max_sites=4))
    plan = greedy(problem)
    is_inside = np.ones(problem.n_rows, dtype=np.bool_)
    is_inside[plan] = False
    assert renew(problem.pattern, plan, is_inside, HOT, COLD, MOVES, 1).tolist() == plan.tolist()
