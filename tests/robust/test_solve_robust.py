"""Robust plans of problems that are too large to enumerate, and questions that are refused."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from robust_samples import city_problem, problem_of, rates_of, street_problem

from siting import Facility, InvalidInputError, PermitRates, Quota, SolveParams, Target, evaluate, solve, solve_robust
from siting.kernels.robust_dual import worst_case
from siting.robust.dual import RobustDual, proven_bound
from siting.robust.reduce import reduce_robustly
from siting.robust.search import best_greedy

MIXED = PermitRates(by_type={"streetlight": 0.85, "signal": 0.5, "station": 0.3})
RULES = [
    {"max_sites": 15},
    {"budget_yen": 70},
    {"max_sites": 14, "budget_yen": 70},
    {"max_sites": 18, "fixed": ("c3", "c4"), "forbidden": ("c5",)},
]


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("rates", [MIXED, PermitRates(default=0.6), PermitRates()], ids=["mixed", "alike", "certain"])
def test_plan_and_bound_come_close(rules, rates):
    problem = street_problem(8, **rules)
    robust = solve_robust(problem, rates, SolveParams(seed=1, effort=0.4))
    assert robust.expected_weight <= robust.upper_bound
    assert robust.gap <= 0.01
    kpis = evaluate(robust.plan, problem.coverage, problem.demand)
    assert kpis.total.covered_weight == robust.plan.covered_weight
    assert set(problem.fixed) <= set(robust.chosen)
    assert not set(problem.forbidden) & set(robust.chosen)
    assert problem.max_sites is None or len(robust.chosen) <= problem.max_sites
    assert problem.budget_yen is None or robust.plan.cost_yen <= problem.budget_yen


@pytest.mark.parametrize("rates", [MIXED, PermitRates()], ids=["mixed", "certain"])
@pytest.mark.parametrize("rules", [{"max_sites": 25}, {"budget_yen": 130}], ids=["count", "budget"])
def test_search_and_bound_come_close_where_branching_is_too_much(rules, rates):
    robust = solve_robust(city_problem(6, **rules), rates, SolveParams(seed=1, effort=0.3))
    assert robust.plan.method == ("expected_swaps", "envelopes")
    assert robust.gap <= 0.02


def test_rates_that_all_differ_keep_a_bound():
    problem = city_problem(9, max_sites=25)
    rate = np.random.default_rng(9).uniform(0.2, 1.0, problem.coverage.n_candidates)
    robust = solve_robust(problem, rates_of(rate), SolveParams(seed=1, effort=0.4))
    assert robust.gap <= 0.05


@pytest.mark.parametrize("rules", RULES)
def test_any_slopes_and_any_price_give_a_bound_above_a_good_plan(rules):
    problem = street_problem(10, **rules)
    for rates in (MIXED, rates_of(np.random.default_rng(3).random(problem.coverage.n_candidates))):
        reduced = reduce_robustly(problem, rates.of_problem(problem))
        dual = RobustDual(reduced, best_greedy(reduced))
        good = solve_robust(problem, rates, SolveParams(effort=0.1)).expected_weight
        rng = np.random.default_rng(1)
        for price in (0.0, 3.7, 1e5) if problem.budget_yen else (0.0,):
            for slope in (0.0, rng.random(dual.n_slots), 1.0, 50.0):
                whole = np.full(dual.n_slots, 100.0) * slope
                assert reduced.unit * proven_bound(reduced, dual._pattern, whole, price) >= good


def worst_case_by_trying(rate, most, slope, weight) -> Fraction:
    """Try every number of rows of every class, without rounding."""
    best = Fraction(0)
    for count in product(*(range(n + 1) for n in most)):
        missing = Fraction(1)
        for p, k in zip(rate, count, strict=True):
            missing *= (1 - Fraction(p)) ** k
        best = max(best, Fraction(weight) * (1 - missing) - sum(Fraction(a) * k for a, k in zip(slope, count, strict=True)))
    return best


def test_the_constant_of_a_group_is_the_worst_case_of_all_numbers_of_servers():
    rng = np.random.default_rng(0)
    for _ in range(400):
        n = int(rng.integers(1, 5))
        rate = np.sort(rng.choice([1.0, 0.95, 0.8, 0.5, 0.3, 0.05], n, replace=False))[::-1].copy()
        most = rng.integers(1, 4, n).astype(np.int32)
        slope = 7.3 * rate * rng.random(n) ** rng.integers(1, 4)
        taken, count = np.zeros(n, dtype=np.int32), np.zeros(8, dtype=np.int32)
        found = worst_case(rate, most, slope, 7.3, taken, count, np.zeros((2, 8)))
        exact = worst_case_by_trying(rate.tolist(), most.tolist(), slope.tolist(), 7.3)
        assert abs(Fraction(found) - exact) <= Fraction(7.3) * Fraction(2) ** -48
        reached = 7.3 * (1 - np.prod((1 - rate) ** taken)) - float(slope @ taken)
        assert reached == pytest.approx(found, abs=1e-12)


def test_one_seed_gives_one_plan():
    problem = city_problem(11, max_sites=25)
    one, same = (solve_robust(problem, MIXED, SolveParams(seed=3, effort=0.1)) for _ in range(2))
    assert one.chosen == same.chosen
    assert (one.upper_bound, one.stopped_by, one.seed) == (same.upper_bound, "work_limit", 3)


def test_it_is_no_worse_than_the_plan_it_starts_from():
    problem = street_problem(12, max_sites=15)
    nominal = solve(problem, SolveParams(effort=0.2))
    robust = solve_robust(problem, PermitRates(), SolveParams(effort=0.01), start=nominal)
    assert robust.expected_weight >= nominal.objective


def test_the_target_gap_ends_the_search():
    problem = city_problem(13, max_sites=25)
    robust = solve_robust(problem, MIXED, SolveParams(target_gap=0.2))
    assert robust.stopped_by == "proof"
    assert robust.gap <= 0.2
    assert robust.status == "feasible"


def test_the_clock_ends_the_search_with_a_plan_and_a_bound():
    problem = city_problem(14, max_sites=25)
    robust = solve_robust(problem, MIXED, SolveParams(time_limit_s=1e-9))
    assert robust.stopped_by == "time_limit"
    assert len(robust.chosen) == 25
    assert 0 < robust.gap < 1


def test_progress_rises_and_the_two_sides_close():
    problem = city_problem(15, max_sites=25)
    told, seen = [], []
    robust = solve_robust(problem, MIXED, SolveParams(effort=0.2), progress=lambda *one: told.append(one), watch=seen.append)
    assert {stage for stage, _, _ in told} == {"stage.solve"}
    assert all(0 <= done <= total for _, done, total in told)
    assert told[-1] == ("stage.solve", 1, 1)
    assert [one.bound for one in seen] == sorted((one.bound for one in seen), reverse=True)
    assert [one.objective for one in seen] == sorted(one.objective for one in seen)
    assert (seen[-1].objective, seen[-1].bound) == pytest.approx((robust.expected_weight, robust.upper_bound))


def test_two_doubtful_sites_are_better_than_two_places():
    """The heart of the matter: a second server where the first may be refused."""
    problem = problem_of([range(10), range(10), [10]], [1.0] * 11, max_sites=2)
    assert set(solve_robust(problem, PermitRates(default=0.5)).chosen) == {"c0", "c1"}
    assert set(solve(problem).chosen) == {"c0", "c2"}


def test_a_site_that_is_never_permitted_is_not_applied_for():
    problem = problem_of([[0, 1], [0]], [1.0, 1.0], max_sites=2)
    robust = solve_robust(problem, rates_of([0.0, 0.5]))
    assert robust.chosen == ("c1",)
    assert (robust.plan.limited_by, robust.expected_permits) == ("reach", 0.5)


def test_fixed_sites_may_be_refused_as_well():
    problem = problem_of([[0], [0], [1]], [10.0, 1.0], max_sites=2, fixed=("c0",))
    assert solve_robust(problem, rates_of([0.5, 0.5, 0.5])).chosen == ("c0", "c1")
    assert solve_robust(problem, rates_of([0.5, 0.5, 0.5]).granting(("c0",))).chosen == ("c0", "c2")


@pytest.mark.parametrize(
    ("rules", "limited_by"),
    [
        ({"max_sites": 2}, "max_sites"),
        ({"budget_yen": 8}, "budget_yen"),
        ({"max_sites": 5}, "reach"),
        ({"max_sites": 2, "budget_yen": 9}, "both"),
    ],
)
def test_what_limits_the_plan_is_named(rules, limited_by):
    problem = problem_of([[0], [1], [2], [3]], [4.0, 3.0, 2.0, 1.0], cost_yen=[4, 4, 4, 6], **rules)
    assert solve_robust(problem, PermitRates(default=0.5)).plan.limited_by == limited_by


PLACE = Facility(name="school", cells=np.array([0], dtype=np.int32))


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"quotas": (Quota(name="some", ids=("c0", "c1"), maximum=1),)}, "quotas"),
        ({"either_or": (("c0", "c1"),)}, "either_or"),
        ({"only_with": (("c0", "c1"),)}, "only_with"),
        ({"minimum_spacing_m": 5.0}, "minimum_spacing_m"),
        ({"targets": (Target(share=0.1),)}, "targets"),
        ({"facilities": (PLACE,)}, "facilities"),
        ({"servers_needed": 2}, "servers_needed"),
        ({"backup_share": 0.5}, "backup_share"),
        ({"goal": "fewest_sites", "targets": (Target(share=0.1),)}, "goal"),
    ],
)
def test_a_rule_that_it_does_not_know_is_refused_and_never_ignored(rules, field):
    problem = problem_of([[0], [1]], [1.0, 1.0], max_sites=2, **rules)
    with pytest.raises(InvalidInputError) as refusal:
        solve_robust(problem, PermitRates(default=0.5))
    assert refusal.value.field == field
    assert "robust plans know max_sites, budget_yen, fixed and forbidden only" in refusal.value.rule


@pytest.mark.parametrize(
    ("rows", "weight", "rate", "rules"),
    [
        ([[], []], [1, 1], 0.5, {}),
        ([[0], [0]], [0, 1], 0.5, {}),
        ([[0], []], [1, 1], 0.5, {"forbidden": ("c0",)}),
        ([[0], [1]], [1, 1], 0.0, {}),
    ],
    ids=["no pairs", "no weight", "all forbidden", "none permitted"],
)
def test_a_coverage_that_reaches_nothing_is_refused(rows, weight, rate, rules):
    with pytest.raises(InvalidInputError) as refusal:
        solve_robust(problem_of(rows, weight, max_sites=1, **rules), PermitRates(default=rate))
    assert refusal.value.field == "coverage"


def test_a_start_that_breaks_a_rule_is_refused():
    wide = problem_of([[0], [1], [2]], [1.0, 1.0, 1.0], cost_yen=3, max_sites=3)
    start = solve(wide)
    for rules, rule in (
        ({"max_sites": 2}, "must have at most 2 sites"),
        ({"budget_yen": 8}, "must cost at most 8 yen"),
        ({"max_sites": 3, "forbidden": ("c1",)}, "must not name a forbidden id"),
    ):
        with pytest.raises(InvalidInputError, match=rule):
            solve_robust(problem_of([[0], [1], [2]], [1.0, 1.0, 1.0], cost_yen=3, **rules), PermitRates(), start=start)
    with pytest.raises(InvalidInputError, match="must name known candidate ids"):
        solve_robust(problem_of([[0], [1]], [1.0, 1.0], max_sites=2), PermitRates(), start=start)


def test_many_candidates_over_few_cells_need_no_large_tables():
    rows = [[i % 3] for i in range(5_000)]
    robust = solve_robust(
        problem_of(rows, [3.0, 2.0, 1.0], cost_yen=1, budget_yen=3_000), PermitRates(default=0.3), SolveParams(effort=0.02)
    )
    assert robust.expected_weight == pytest.approx(6.0)
    assert robust.gap <= 1e-6
