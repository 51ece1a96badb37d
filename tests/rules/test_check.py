"""Plans built from rows are true to the problem, and the check finds whatever is not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from model_referee import Referee
from rule_oracle import Oracle
from rule_samples import random_problem

from siting import Candidates, Carrier, Facility, PointDemand, Quota, Sharing, SitingProblem, SolveParams, Target, verify
from siting.solver.compile import compile_model
from siting.solver.general import ModelSolution
from siting.solver.general_plan import build_general_plan
from siting.solver.model_conflict import Conflict


def solution_of(compiled, *, at_most=None) -> ModelSolution:
    """What a solver that tries everything would return."""
    best, rows = Referee(compiled).best(at_most=at_most)
    if best is None:
        conflict = Conflict(rule="rules", required=1, most=0, is_exact=True)
        return solution(rows=(), bound=0, status="infeasible", infeasibility=conflict)
    return solution(rows=rows, bound=abs(best), status="optimal")


def solution(*, rows, bound, status, infeasibility=None) -> ModelSolution:
    rows = np.array(rows, dtype=np.int32)
    return ModelSolution(rows=rows, value=0, cost=0, bound=bound, status=status, stopped_by="proof", infeasibility=infeasibility)


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_plan_from_the_best_rows_passes_the_check(is_shared):
    n_infeasible = n_plans = 0
    for seed in range(20_000, 20_250):
        problem = random_problem(seed, is_shared=is_shared)
        compiled = compile_model(problem)
        if compiled.model.n_rows > 7:
            continue
        plan = build_general_plan(problem, compiled, solution_of(compiled), SolveParams(), runtime_s=0.0)
        assert verify(plan, problem) == (), seed
        best = Oracle(problem).best
        n_infeasible, n_plans = n_infeasible + (best is None), n_plans + (best is not None)
        assert (plan.status == "infeasible") == (best is None), seed
        if best is not None:
            have = plan.objective if problem.goal == "coverage" else plan.needs
            assert have == pytest.approx(float(best), rel=1e-9), seed
            assert plan.objective <= plan.upper_bound
    assert min(n_infeasible, n_plans) > 20


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_plan_from_any_rows_that_keep_the_rules_passes_the_check(is_shared):
    n_plans = 0
    for seed in range(40_000, 40_700):
        problem = random_problem(seed, is_shared=is_shared)
        compiled = compile_model(problem)
        rng = np.random.default_rng(seed)
        rows = np.flatnonzero(rng.random(compiled.model.n_rows) < rng.choice([0.2, 0.4])).astype(np.int32)
        if not Referee(compiled).count(set(rows.tolist()))[2]:
            continue
        found = solution(rows=rows, bound=0 if compiled.model.is_cost_goal else 2**60, status="feasible")
        plan = build_general_plan(problem, compiled, found, SolveParams(), runtime_s=0.0)
        assert verify(plan, problem) == (), seed
        n_plans += 1
    assert n_plans > 140


def test_sites_come_by_what_they_add():
    for seed in range(30_000, 30_200):
        problem = random_problem(seed)
        compiled = compile_model(problem)
        plan = build_general_plan(problem, compiled, solution_of(compiled), SolveParams(), runtime_s=0.0)
        if problem.servers_needed == 1 and not problem.facilities and plan.status == "optimal":
            free = plan.marginal_weight[len(problem.fixed) :]
            assert all(one >= other * (1 - 1e-9) for one, other in pairwise(free)), seed


def street(**rules) -> SitingProblem:
    """Six assets 10 m apart; each serves the cells on its left and right."""
    from rule_samples import coverage_of  # noqa: PLC0415 - keeps the helper beside what it builds

    dense = np.zeros((6, 7), dtype=bool)
    for i in range(6):
        dense[i, i : i + 2] = True
    pattern = coverage_of(dense)
    ids = pattern.candidate_ids
    candidates = Candidates.from_points(
        np.column_stack([10.0 * np.arange(6), np.zeros(6), np.full(6, 8.0)]), crs="EPSG:6677", ids=ids, cost_yen=10, capacity=2
    )
    demand = PointDemand(weight=np.arange(1.0, 8.0), groups={"west": np.arange(3, dtype=np.int32)})
    return SitingProblem(coverage=pattern, demand=demand, candidates=candidates, **rules)


TWO = Sharing(carriers=(Carrier(name="A", max_sites=2, equipment_yen=3), Carrier(name="B", budget_yen=9, existing=("c0",))))


def planned(problem):
    compiled = compile_model(problem)
    return build_general_plan(problem, compiled, solution_of(compiled, at_most=problem.max_sites), SolveParams(), runtime_s=0.0)


BROKEN = [
    ({"max_sites": 3}, {"max_sites": 2}, "max_sites"),
    ({"max_sites": 3}, {"budget_yen": 20}, "budget_yen"),
    ({"max_sites": 3}, {"quotas": (Quota(name="q", ids=("c5", "c4", "c3"), maximum=1),)}, "quota q"),
    ({"max_sites": 1}, {"quotas": (Quota(name="q", ids=("c0", "c1"), minimum=1),)}, "quota q"),
    ({"max_sites": 3}, {"either_or": (("c1", "c3", "c5"),)}, "either_or[0]"),
    ({"max_sites": 3}, {"minimum_spacing_m": 20.5}, "minimum_spacing_m c1 c3"),
    ({"max_sites": 3}, {"only_with": (("c5", "c0"),)}, "only_with c5"),
    ({"max_sites": 1}, {"targets": (Target(share=0.1, group="west"),)}, "target west"),
    ({"max_sites": 3}, {"forbidden": ("c5",)}, "forbidden"),
    ({"max_sites": 3}, {"fixed": ("c0",)}, "fixed"),
    ({"max_sites": 3}, {"servers_needed": 2}, "objective"),
    ({"max_sites": 3}, {"goal": "fewest_sites", "targets": (Target(share=0.1),)}, "goal"),
    ({"max_sites": 3}, {"facilities": (Facility(name="f", cells=np.array([6]), weight=5.0),)}, "objective"),
]


@pytest.mark.parametrize(("rules", "more", "rule"), BROKEN, ids=[rule for *_, rule in BROKEN])
def test_a_plan_of_looser_rules_is_found_out(rules, more, rule):
    plan = planned(street(**rules))
    assert verify(plan, street(**rules)) == ()
    assert rule in [one.rule for one in verify(plan, street(**{**rules, **more}))]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"objective": 1.0}, "objective"),
        ({"objective": 30.0, "upper_bound": 40.0}, "objective"),
        ({"upper_bound": 99.0}, "status"),
        ({"cost_yen": 29}, "cost_yen"),
        ({"covered_weight": 3.0}, "covered_weight"),
        ({"total_weight": 3.0}, "total_weight"),
        ({"marginal_weight": (13.0, 9.0, 6.0)}, "marginal_weight"),
        ({"chosen": ("c5", "c3", "x")}, "chosen"),
        ({"chosen": ("c5", "c3", "c3")}, "chosen"),
        ({"tenants": {"A": ("c5",)}}, "tenants"),
        ({"status": "infeasible"}, "infeasible"),
    ],
)
def test_a_figure_that_is_not_true_is_found_out(change, rule):
    problem = street(max_sites=3)
    assert rule in [one.rule for one in verify(replace(planned(problem), **change), problem)]


def test_a_bound_on_the_wrong_side_of_the_cost_is_found_out():
    problem = street(goal="least_cost", targets=(Target(share=0.5),))
    plan = planned(problem)
    assert (plan.status, plan.cost_yen, plan.lower_bound) == ("optimal", 20, 20)
    assert [one.rule for one in verify(replace(plan, lower_bound=10), problem)] == ["status"]
    assert [one.rule for one in verify(replace(plan, lower_bound=None), problem)] == ["lower_bound"]


SHARED = [
    ({"tenants": {"A": ("c1", "c3"), "B": ()}}, "tenants"),
    ({"tenants": {"A": ("c1", "c3", "c5"), "B": ()}}, "A sites"),
    ({"tenants": {"A": ("c5", "c3"), "B": ("c1",)}}, "B budget_yen"),
    ({"chosen": ("c5", "c3", "c0"), "tenants": {"A": ("c5", "c3"), "B": ("c0",)}}, "tenants of c0"),
    ({"tenants": {"A": ("c5", "c3"), "B": ("c1",), "C": ("c1",)}}, "tenants"),
]


@pytest.mark.parametrize(("change", "rule"), SHARED)
def test_tenants_that_break_their_rules_are_found_out(change, rule):
    problem = street(sharing=TWO)
    plan = replace(planned(problem), chosen=("c5", "c3", "c1"), marginal_weight=(1.0, 1.0, 1.0))
    assert rule in [one.rule for one in verify(replace(plan, **change), problem)]


def test_capacity_and_neutral_hosts_are_checked():
    three = Sharing(carriers=tuple(Carrier(name=name) for name in "ABC"))
    plan = planned(street(sharing=three, max_sites=1))
    crowd = replace(plan, tenants=dict.fromkeys("ABC", plan.chosen))
    assert f"capacity of {plan.chosen[0]}" in [one.rule for one in verify(crowd, street(sharing=three, max_sites=1))]
    host = replace(three, is_neutral_host=True)
    assert f"neutral host {plan.chosen[0]}" in [one.rule for one in verify(plan, street(sharing=host, max_sites=1))]
