"""Shares at their very edge, spacing as cliques, what fixed sites leave, and why there is no plan."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from model_referee import Referee
from rule_samples import coverage_of

from siting import Candidates, Carrier, Facility, PointDemand, Quota, Sharing, SitingProblem, SolveParams, Target, verify
from siting.solver.compile import compile_model
from siting.solver.general import solve_model
from siting.solver.general_plan import build_general_plan
from siting.solver.spacing import spacing_cliques, too_close
from siting.solver.whole_numbers import ValueScale, target_amounts


def one_each(weight, **rules) -> SitingProblem:
    """One candidate for each cell, 10 m apart."""
    n = len(weight)
    pattern = coverage_of(np.eye(n, dtype=bool))
    xyz_m = np.column_stack([10.0 * np.arange(n), np.zeros(n), np.zeros(n)])
    candidates = Candidates.from_points(xyz_m, crs="EPSG:6677", ids=pattern.candidate_ids, cost_yen=3, capacity=2)
    return SitingProblem(coverage=pattern, demand=PointDemand(weight=np.asarray(weight, dtype=float)), candidates=candidates, **rules)


def plan_of(problem):
    compiled, params = compile_model(problem), SolveParams(effort=0.05)
    return build_general_plan(problem, compiled, solve_model(compiled.model, params), params, runtime_s=0.0)


@pytest.mark.parametrize(("share", "n_sites"), [(0.96, 96), (0.29, 29), (0.57, 57), (0.961, 97), (1.0, 100)])
def test_a_share_means_the_decimal_as_written(share, n_sites):
    """In binary 0.29 * 100 is below 29 and 0.57 * 100 above 57."""
    compiled = compile_model(one_each(np.full(100, 7.3), goal="fewest_sites", targets=(Target(share=share),)))
    referee = Referee(compiled)
    assert [referee.count(set(range(n)))[2] for n in (n_sites - 1, n_sites)] == [False, True]


@pytest.mark.parametrize(("share", "n_cells"), [(0.96, 96), (0.29, 29), (0.07, 7)])
def test_so_does_the_share_of_a_facility(share, n_cells):
    assert Facility(name="f", cells=np.arange(100), share=share).cells_needed == n_cells


def test_weights_without_a_common_unit_never_loosen_a_target():
    rng = np.random.default_rng(3)
    for share in (0.1, 0.5, 0.96, 1.0):
        weight = rng.random(2000) * 10.0 ** rng.integers(-6, 6, 2000)
        amount, need, unit = target_amounts(weight, share)
        total = sum(map(Fraction, weight.tolist()))
        assert int(amount.sum()) < 2**52
        assert 0 <= need * Fraction(unit) - Fraction(str(share)) * total <= total / 10**9
        order = rng.permutation(2000)
        n_enough = int(np.searchsorted(np.cumsum(amount[order]), need)) + 1
        assert sum(Fraction(weight[j]) for j in order[:n_enough].tolist()) >= Fraction(str(share)) * total
        assert share < 1 or need == amount.sum()


def test_values_without_a_common_unit_are_bounded_from_both_sides():
    rng = np.random.default_rng(4)
    for backup_share in (0.0, 0.3, 1.0):
        weight = rng.random(500) * 10.0 ** rng.integers(-3, 3, 500)
        scale = ValueScale.of([weight], weight[:3], backup_share)
        assert not scale.is_exact
        for part in (weight, weight[:100]):
            true = sum(map(Fraction, part.tolist())) * (1 + Fraction(str(backup_share)))
            whole = int(scale.whole(part).sum() + scale.whole_backup(part).sum()) * Fraction(scale.unit)
            assert whole - true <= true / 2**30
            assert true <= whole + Fraction(scale.excess([weight], weight[:3]))


def test_decimal_backup_shares_are_exact_in_whole_numbers():
    scale = ValueScale.of([np.array([100.0, 300.0])], np.array([250.0]), 0.3)
    assert scale.is_exact
    assert (scale.whole(np.array([300.0]))[0], scale.whole_backup(np.array([300.0]))[0]) == (60, 18)
    assert Fraction(scale.base_unit) / scale.denominator == 5


@pytest.mark.parametrize("spacing_m", [0.5, 3.0, 11.0, 40.0])
def test_cliques_hold_every_close_pair_and_no_other(spacing_m):
    rng = np.random.default_rng(5)
    xy_m = np.round(rng.uniform(0, 60, (120, 2)), 1)
    is_close = ((xy_m[:, None] - xy_m[None]) ** 2).sum(axis=2) < spacing_m**2
    pairs = {(i, j) for i, j in combinations(range(120), 2) if is_close[i, j]}
    cliques = [clique.tolist() for clique in spacing_cliques(xy_m, spacing_m)]
    assert {pair for clique in cliques for pair in combinations(clique, 2)} == pairs
    assert len(cliques) <= len(pairs)
    is_standing = rng.random(120) < 0.1
    assert (too_close(xy_m, spacing_m, is_standing) == (is_close[:, is_standing].any(axis=1) & ~is_standing)).all()


def test_points_exactly_as_far_apart_as_asked_may_both_open():
    plan = plan_of(one_each(np.ones(5), max_sites=5, minimum_spacing_m=20.0))
    assert sorted(plan.chosen) == ["c0", "c2", "c4"]


def test_what_spacing_from_fixed_sites_rules_out_is_not_out_of_reach():
    """The model has no rows for such sites; a plan with every row left in it has still not covered all there is."""
    plan = plan_of(one_each(np.ones(5), max_sites=5, minimum_spacing_m=500.0, fixed=("c2",)))
    assert (plan.chosen, plan.status, plan.limited_by) == (("c2",), "optimal", "rules")
    assert plan_of(one_each(np.ones(5), max_sites=5, minimum_spacing_m=5.0)).limited_by == "reach"


def test_cells_merge_across_facilities_and_targets():
    """Who serves a cell decides alone; amounts of facilities and targets are sums over the merged cells."""
    dense = np.array([[1, 1, 1, 0], [0, 0, 0, 1]], dtype=bool)
    pattern = coverage_of(dense)
    demand = PointDemand(weight=np.array([1.0, 2.0, 0.0, 4.0]), groups={"west": np.array([0, 3], dtype=np.int32)})
    facility = Facility(name="f", cells=np.array([1, 2, 3]), weight=8.0, share=0.6)
    problem = SitingProblem(
        coverage=pattern, demand=demand, max_sites=1, facilities=(facility,), targets=(Target(share=0.2, group="west"),)
    )
    compiled = compile_model(problem)
    assert compiled.model.n_groups == 2
    assert Referee(compiled).best() == (11, (0,))


def test_candidates_that_another_makes_needless_go_only_where_no_rule_asks_for_them():
    dense = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 1], [0, 1, 1]], dtype=bool)
    pattern = coverage_of(dense)
    demand = PointDemand(weight=np.ones(3))

    def left(**rules):
        return compile_model(SitingProblem(coverage=pattern, demand=demand, max_sites=2, **rules)).candidate.tolist()

    assert left() == [0]
    assert left(either_or=(("c0", "c1"),)) == [0, 3]
    assert left(quotas=(Quota(name="q", ids=("c1", "c2"), minimum=1),)) == [0, 1, 2]
    assert left(only_with=(("c0", "c3"),)) == [0, 1, 2, 3]
    assert left(servers_needed=2) == [0, 1, 2, 3]
    assert left(backup_share=0.5) == [0, 1, 2, 3]


def test_a_carrier_that_is_there_already_makes_the_opening_free():
    sharing = Sharing(
        carriers=(Carrier(name="A", existing=("c0",)), Carrier(name="B", equipment_yen=1, max_sites=1), Carrier(name="C", max_sites=0))
    )
    problem = one_each([5.0, 4.0], sharing=sharing, goal="least_cost", targets=(Target(share=0.5, carrier="B"),))
    plan = plan_of(problem)
    assert (plan.chosen, plan.cost_yen, plan.tenants) == (("c0",), 1, {"A": (), "B": ("c0",), "C": ()})
    assert verify(plan, problem) == ()


@pytest.mark.parametrize(("budget_yen", "status"), [(4, "optimal"), (3, "infeasible")])
def test_an_opening_is_paid_once_and_parts_are_rounded_up_only_against_the_budget_of_a_carrier(budget_yen, status):
    sharing = Sharing(carriers=(Carrier(name="A"), Carrier(name="B", equipment_yen=2, budget_yen=budget_yen)))
    problem = one_each([5.0], sharing=sharing, goal="least_cost", targets=(Target(share=1.0),))
    plan = plan_of(problem)
    assert plan.status == status
    if status == "optimal":
        assert (plan.cost_yen, plan.tenants) == (3 + 2, {"A": ("c0",), "B": ("c0",)})
    if plan.is_plan:
        assert verify(plan, problem) == ()


@pytest.mark.parametrize(
    ("rules", "rule", "required", "most"),
    [
        ({"max_sites": 3, "fixed": ("c0",), "targets": (Target(share=0.9),)}, "all", 0.9, 0.75),
        ({"goal": "fewest_sites", "forbidden": ("c3",), "targets": (Target(share=0.8),)}, "all", 0.8, 0.75),
        (
            {"max_sites": 4, "fixed": ("c0",), "minimum_spacing_m": 15.0, "quotas": (Quota(name="q", ids=("c0", "c1"), minimum=2),)},
            "quota q",
            2,
            1,
        ),
    ],
)
def test_what_cannot_be_kept_is_said_in_the_terms_it_was_asked_in(rules, rule, required, most):
    problem = one_each(np.ones(4), **rules)
    plan = plan_of(problem)
    assert plan.status == "infeasible"
    assert verify(plan, problem) == ()
    reason = plan.infeasibility
    assert (reason.rule, reason.required) == (rule, required)
    assert reason.most == pytest.approx(most)


def test_a_bound_in_demand_weight_is_never_rounded_below_the_whole_numbers():
    problem = one_each(np.full(3, 0.1), max_sites=2, backup_share=0.3)
    compiled = compile_model(problem)
    plan = plan_of(problem)
    assert compiled.unit == Fraction(0.1) / 10
    assert plan.status == "optimal"
    assert plan.upper_bound >= 2 * Fraction(0.1)
    assert math.isclose(plan.upper_bound, 0.2)
