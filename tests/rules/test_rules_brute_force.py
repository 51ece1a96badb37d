"""On problems small enough to try every plan, the solver keeps every rule and is right, and so is its bound."""

from __future__ import annotations

import pytest
from rule_oracle import Oracle
from rule_samples import random_problem

from siting import SolveParams, verify
from siting.solver.compile import compile_model
from siting.solver.general import solve_model
from siting.solver.general_plan import build_general_plan


def plan_of(problem, *, most_exact):
    compiled, params = compile_model(problem), SolveParams(effort=0.05)
    return build_general_plan(problem, compiled, solve_model(compiled.model, params, most_exact=most_exact), params, runtime_s=0.0)


def assert_right(problem, plan, seed):
    assert verify(plan, problem) == (), seed
    best = Oracle(problem).best
    if best is None:
        assert plan.status in {"infeasible", "unknown"}, seed
        return
    assert plan.status != "infeasible", seed
    if problem.goal == "coverage":
        assert plan.objective <= float(best) * (1 + 1e-12), seed
        assert best <= plan.upper_bound, seed
    else:
        assert plan.lower_bound <= best, seed
    if plan.status == "optimal":
        assert (plan.objective if problem.goal == "coverage" else plan.needs) == pytest.approx(float(best), rel=1e-9), seed


@pytest.mark.parametrize("is_shared", [False, True])
def test_the_exact_solver_finds_the_best_plan_or_proves_that_there_is_none(is_shared):
    n_infeasible = 0
    for seed in range(50_000, 50_250):
        problem = random_problem(seed, is_shared=is_shared)
        plan = plan_of(problem, most_exact=40_000)
        assert plan.status == ("infeasible" if Oracle(problem).best is None else "optimal"), seed
        assert_right(problem, plan, seed)
        n_infeasible += plan.status == "infeasible"
    assert n_infeasible > 20


@pytest.mark.parametrize("is_shared", [False, True])
def test_without_it_the_search_keeps_every_rule_and_its_bound_holds(is_shared):
    for seed in range(60_000, 60_120):
        problem = random_problem(seed, is_shared=is_shared)
        assert_right(problem, plan_of(problem, most_exact=0), seed)
