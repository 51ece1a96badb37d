"""Small general problems with every kind of rule against all subsets of their rows."""

from __future__ import annotations

import numpy as np
import pytest
from general_samples import Oracle, model_of, random_model

from siting import SolveParams
from siting.solver.general import ModelSolution, solve_model


def goal_of(model, solution: ModelSolution) -> int:
    return solution.cost if model.is_cost_goal else solution.value


def assert_sound(model, oracle: Oracle, solution: ModelSolution) -> None:
    """Check rows, figures, bound and proofs against the oracle."""
    best = oracle.best()
    if solution.status == "infeasible":
        assert best is None
        assert_explains(oracle, solution)
        return
    if best is not None:
        assert solution.bound <= best if model.is_cost_goal else solution.bound >= best
    if solution.status == "unknown":
        assert len(solution.rows) == 0
        return
    value, cost, _, _ = oracle.look_at(solution.rows.tolist())
    assert oracle.is_feasible(solution.rows.tolist())
    assert (value, cost) == (solution.value, solution.cost)
    if solution.status == "optimal":
        assert goal_of(model, solution) == best == solution.bound


def assert_explains(oracle: Oracle, solution: ModelSolution) -> None:
    conflict, expected = solution.infeasibility, oracle.most_reachable()
    if expected is None:
        assert conflict.target is None
        assert conflict.rule in oracle.model.rule_name
        return
    assert conflict.target == expected[0]
    assert conflict.rule == oracle.model.target_name[expected[0]]
    assert conflict.required == oracle.model.target_need[expected[0]] > conflict.most >= expected[1]
    if conflict.is_exact:
        assert conflict.most == expected[1]


@pytest.mark.parametrize("block", range(8))
def test_small_problems_are_solved_or_proven_infeasible(block):
    for seed in range(20 * block, 20 * block + 20):
        model = random_model(seed)
        solution = solve_model(model, SolveParams(seed=seed))
        assert solution.status in {"optimal", "infeasible"}, seed
        assert solution.stopped_by == "proof"
        assert_sound(model, Oracle(model), solution)


@pytest.mark.parametrize("block", range(4))
def test_without_the_exact_finish_plans_keep_the_rules_and_bounds_hold(block):
    n_found = n_feasible = 0
    for seed in range(1000 + 12 * block, 1012 + 12 * block):
        model = random_model(seed, n_rows=9)
        oracle = Oracle(model)
        solution = solve_model(model, SolveParams(seed=seed, effort=0.02), most_exact=0)
        assert_sound(model, oracle, solution)
        n_feasible += oracle.best() is not None
        n_found += solution.status in {"optimal", "feasible"}
    assert n_found >= n_feasible - 1


def test_more_effort_without_the_exact_finish_finds_the_best():
    for seed in range(2000, 2012):
        model = random_model(seed)
        solution = solve_model(model, SolveParams(seed=1, effort=0.3), most_exact=0)
        best = Oracle(model).best()
        if best is not None:
            assert goal_of(model, solution) == best, seed


def test_lower_limits_that_cannot_be_kept_are_named_with_the_most_reachable():
    rules = (
        ("sites", {0: 1, 1: 1, 2: 1, 3: 1}, None, 2),
        ("either or", {0: 1, 1: 1}, None, 1),
        ("municipal", {0: 1, 1: 1, 2: 1}, 3, None),
    )
    solution = solve_model(model_of([[0], [1], [2], [0, 1]], [5, 5, 5], rules=rules), SolveParams())
    assert solution.status == "infeasible"
    assert solution.infeasibility.rule == "municipal"
    assert (solution.infeasibility.required, solution.infeasibility.most, solution.infeasibility.is_exact) == (3, 2, True)


def test_the_first_target_out_of_reach_is_named_with_the_most_reachable():
    targets = (("near", {0: 4}, {}, 4), ("far", {1: 3, 2: 3}, {}, 6))
    model = model_of([[0], [1], [2]], [1, 1, 1], rules=(("sites", {0: 1, 1: 1, 2: 1}, None, 2),), targets=targets, is_cost_goal=True)
    conflict = solve_model(model, SolveParams()).infeasibility
    assert (conflict.rule, conflict.target, conflict.required, conflict.most, conflict.is_exact) == ("far", 1, 6, 3, True)


def test_a_problem_without_rows_is_answered():
    solution = solve_model(model_of([], [3, 4], base=[1, 0]), SolveParams())
    assert (solution.status, solution.value, solution.bound, len(solution.rows)) == ("optimal", 3, 3, 0)


def test_rules_that_decide_rows_by_themselves_are_obeyed():
    rules = (("pinned", {1: 1}, 1, None), ("banned", {0: 1}, None, 0), ("sites", {0: 1, 1: 1, 2: 1}, None, 1))
    solution = solve_model(model_of([[0, 1, 2], [0], [1, 2]], [9, 9, 9], rules=rules), SolveParams())
    assert (solution.status, solution.rows.tolist(), solution.value) == ("optimal", [1], 9)


def test_large_amounts_do_not_overflow():
    yen = 10**11
    rules = (("budget", {0: 3 * yen, 1: 2 * yen, 2: 2 * yen}, None, 4 * yen),)
    model = model_of([[0], [1], [2]], [3 * 2**44, 2 * 2**44, 2 * 2**44], rules=rules, cost=[3 * yen, 2 * yen, 2 * yen])
    for most_exact in (40_000, 0):
        solution = solve_model(model, SolveParams(), most_exact=most_exact)
        assert solution.rows.tolist() == [1, 2]
        assert solution.bound >= solution.value == 4 * 2**44


def test_weights_beyond_the_exact_solver_still_get_a_plan_and_a_bound():
    model = model_of([[0], [1]], [2**55, 2**54], rules=(("sites", {0: 1, 1: 1}, None, 1),))
    solution = solve_model(model, SolveParams(effort=0.1))
    assert solution.rows.tolist() == [0]
    assert solution.bound >= solution.value == 2**55
    assert np.array_equal(solution.rows, solve_model(model, SolveParams(effort=0.1)).rows)
