"""What the rules become in whole numbers is what they mean."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from model_referee import Referee
from rule_oracle import Oracle
from rule_samples import random_problem

from siting.solver.compile import compile_model


def is_worth(compiled, value: int, oracle_value: Fraction) -> bool:
    if compiled.is_exact:
        return abs(Fraction(value) * Fraction(compiled.model.unit) - oracle_value) <= oracle_value / 2**50
    low = Fraction(value) * Fraction(compiled.model.unit)
    n_rounded = 60
    return low - oracle_value <= n_rounded * Fraction(compiled.model.unit) and oracle_value <= low + Fraction(compiled.model.excess)


@pytest.mark.parametrize("is_shared", [False, True])
def test_rows_keep_the_rules_and_are_worth_what_their_plan_is(is_shared):
    n_kept = n_broken = 0
    for seed in range(600):
        problem = random_problem(seed, is_shared=is_shared)
        compiled = compile_model(problem)
        oracle, referee = Oracle(problem), Referee(compiled)
        rng = np.random.default_rng(seed)
        for _ in range(8):
            n_rows = compiled.model.n_rows
            rows = set(np.flatnonzero(rng.random(n_rows) < rng.choice([0.2, 0.5, 0.8])).tolist())
            value, cost, is_kept = referee.count(rows)
            plan = referee.plan(problem, rows)
            if plan is None:
                assert not is_kept, seed
                continue
            assert is_kept == oracle.is_allowed(plan), (seed, rows)
            assert cost == oracle.cost(plan), seed
            assert is_worth(compiled, value, oracle.value(plan)), (seed, rows)
            n_kept, n_broken = n_kept + is_kept, n_broken + (not is_kept)
    assert min(n_kept, n_broken) > 400


@pytest.mark.parametrize("is_shared", [False, True])
def test_no_best_plan_is_lost(is_shared):
    n_infeasible = 0
    for seed in range(10_000, 10_300):
        problem = random_problem(seed, is_shared=is_shared)
        compiled = compile_model(problem)
        oracle, referee = Oracle(problem), Referee(compiled)
        if compiled.model.n_rows > 8:
            continue
        best, _ = referee.best()
        n_infeasible += best is None
        if best is None or oracle.best is None:
            assert best is oracle.best, seed
        elif compiled.model.is_cost_goal:
            assert -best == oracle.best, seed
        else:
            assert is_worth(compiled, best, oracle.best), seed
    assert n_infeasible > 10
