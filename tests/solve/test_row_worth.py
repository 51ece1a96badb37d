"""What rows are worth, against plain counting."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from solve_samples import problem_of

from siting.solver.presolve import presolve
from siting.solver.row_worth import best_value, most_promising, scores
from siting.solver.seeds import nth_seed

BITS = 10


@pytest.mark.parametrize("budget", [None, 0, 7, 100])
@pytest.mark.parametrize("price", [0.0, 0.3, 2.0])
def test_no_rows_within_the_limits_bring_more_than_the_best_value(budget, price):
    rng = np.random.default_rng(4)
    for n, most in ((1, 1), (6, 0), (6, 3), (6, 9)):
        value, cost = rng.integers(0, 9_000, n), rng.integers(0, 6, n)
        bound = best_value(value, cost, max_rows=most, budget_yen=budget, price=price, bits=BITS)
        sets = [list(rows) for k in range(min(most, n) + 1) for rows in combinations(range(n), k)]
        kept = [rows for rows in sets if budget is None or cost[rows].sum() <= budget]
        assert max(value[rows].sum() for rows in kept) <= bound
        if budget is None or price == 0.0:
            assert bound == max(value[rows].sum() for rows in sets)


def test_overspending_is_charged_at_the_price():
    bound = best_value(np.array([8, 6]), np.array([3, 4]), max_rows=2, budget_yen=5, price=0.5, bits=1)
    assert bound == 8 + 6 + Fraction(1, 2) * 2 * (5 - 7)


def test_scores_compare_rows_with_the_last_one_worth_opening():
    value, cost = np.array([9.0, 6.0, 3.0, 1.0]), np.array([1, 1, 1, 1])
    assert scores(value, cost, price=0.0, max_rows=2).tolist() == [1.5, 1.0, 0.5, 1 / 6]
    assert scores(value, cost, price=3.0, max_rows=9).tolist() == [3.0, 2.0, 1.0, 1 / 3]


def test_promising_rows_keep_the_limits_and_pass_over_what_is_too_dear():
    score, cost = np.array([1.1, 3.0, 0.9, 2.0, 1.0]), np.array([1, 5, 1, 9, 2])
    assert most_promising(score, cost, max_rows=9, budget_yen=None).tolist() == [1, 3, 0, 4]
    assert most_promising(score, cost, max_rows=2, budget_yen=None).tolist() == [1, 3]
    assert most_promising(score, cost, max_rows=9, budget_yen=8).tolist() == [1, 0, 4]


def test_searches_of_runs_with_different_seeds_have_different_seeds():
    assert len({nth_seed(seed, n) for seed in range(20) for n in range(50)}) == 1_000
    assert 0 <= nth_seed(2**70, 3) < 2**62


def test_dominated_candidates_stay_where_they_are_asked_for():
    problem = problem_of([[0, 1], [1], [], [2]], [1, 2, 3], max_sites=2)
    every = presolve(problem, keeps_dominated=True)
    assert every.candidate.tolist() == [0, 1, 3]
    assert every.n_dominated == 0
    assert every.rows_of(np.arange(4)).tolist() == [0, 1, -1, 2]
    assert presolve(problem).candidate.tolist() == [0, 3]
    assert presolve(problem).open_weight == every.open_weight == 6
