"""Draws of permits agree with what is computed, and say how bad it gets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from robust_samples import problem_of, random_robust, rates_of, street_problem

from siting import InvalidInputError, PermitRates, SolveParams, compare_with_nominal, find_leans, simulate, solve, solve_robust

MIXED = PermitRates(by_type={"streetlight": 0.85, "signal": 0.5, "station": 0.3})


def test_the_mean_of_the_draws_is_the_expected_weight():
    for seed in range(40):
        sample = random_robust(seed)
        ids = tuple(f"c{i}" for i in range(len(sample.rows)))
        drawn = simulate(ids, sample.problem(), sample.rates, n_draws=4_000, seed=seed)
        assert drawn.expected_weight == pytest.approx(sample.expected(range(len(sample.rows))), rel=1e-9)
        error = np.std(drawn.covered_weight) / math.sqrt(drawn.n_draws)
        assert abs(drawn.mean - drawn.expected_weight) <= 4.5 * error + 1e-6


def test_the_distribution_is_that_of_the_permits():
    """Two sites apart: the four outcomes have the probabilities of two coins."""
    problem = problem_of([[0], [1]], [1.0, 2.0], max_sites=2)
    drawn = simulate(("c0", "c1"), problem, rates_of([0.3, 0.8]), n_draws=20_000, seed=3)
    shares = [float(np.mean(drawn.covered_weight == weight)) for weight in (0, 1, 2, 3)]
    assert shares == pytest.approx([0.14, 0.06, 0.56, 0.24], abs=0.012)


def test_the_figures_are_those_of_the_sorted_draws():
    problem = street_problem(1, max_sites=20)
    plan = solve(problem, SolveParams(effort=0.05))
    drawn = simulate(plan, problem, MIXED, n_draws=205, seed=7)
    covered = sorted(drawn.covered_weight.tolist())
    assert drawn.covered_weight.tolist() == covered
    assert drawn.n_draws == 205
    assert drawn.mean == pytest.approx(sum(covered) / 205)
    assert drawn.quantile_10 == covered[20]
    assert drawn.worst_decile_mean == pytest.approx(sum(covered[:21]) / 21)
    assert (drawn.worst, drawn.best) == (covered[0], covered[-1])
    assert drawn.worst <= drawn.worst_decile_mean <= drawn.quantile_10 <= drawn.mean <= drawn.best


def test_one_seed_gives_one_simulation_and_plans_share_their_draws():
    problem = street_problem(2, max_sites=20)
    ids = problem.coverage.candidate_ids[:20]
    one, same, other = (simulate(ids, problem, MIXED, n_draws=50, seed=seed).covered_weight for seed in (4, 4, 5))
    assert one.tolist() == same.tolist()
    assert one.tolist() != other.tolist()
    fewer = simulate(ids[5:], problem, MIXED, n_draws=50, seed=4).covered_weight
    assert (fewer <= one).all()
    assert simulate(ids[::-1], problem, MIXED, n_draws=50, seed=4).covered_weight.tolist() == one.tolist()


def test_certain_permits_always_give_the_whole_plan():
    problem = street_problem(3, max_sites=15)
    plan = solve(problem, SolveParams(effort=0.05))
    drawn = simulate(plan, problem, PermitRates(), n_draws=10)
    assert set(drawn.covered_weight.tolist()) == {plan.objective}
    assert drawn.expected_weight == plan.objective
    nothing = simulate(plan, problem, PermitRates(default=0.0), n_draws=10)
    assert (nothing.mean, nothing.expected_weight) == (0.0, 0.0)


def test_a_plan_without_sites_covers_nothing():
    problem = problem_of([[0]], [1.0], max_sites=1)
    assert simulate((), problem, PermitRates()).best == 0.0
    assert find_leans((), problem, PermitRates()) == ()


def test_leans_are_what_the_expected_weight_loses_without_the_site():
    for seed in range(40):
        sample = random_robust(seed)
        chosen = range(len(sample.rows))
        leans = find_leans([f"c{i}" for i in chosen], sample.problem(), sample.rates, n_draws=10)
        assert {one.id for one in leans} == {f"c{i}" for i in chosen}
        assert [one.expected_drop for one in leans] == sorted((one.expected_drop for one in leans), reverse=True)
        for one in leans:
            site = int(one.id[1:])
            assert one.rate == sample.rate[site]
            without = [i for i in chosen if i != site]
            assert one.expected_drop == pytest.approx(sample.expected(chosen) - sample.expected(without), abs=1e-9)


def test_the_drop_of_the_worst_decile_is_that_of_the_same_draws_without_the_site(monkeypatch):
    problem = street_problem(4, max_sites=12)
    ids = problem.coverage.candidate_ids[:12]
    whole = simulate(ids, problem, MIXED, n_draws=100, seed=1)
    for at_once in (20_000_000, 500):
        monkeypatch.setattr("siting.robust.simulate._MOST_AT_ONCE", at_once)
        for one in find_leans(ids, problem, MIXED, n_draws=100, seed=1):
            without = simulate([other for other in ids if other != one.id], problem, MIXED, n_draws=100, seed=1)
            assert one.worst_decile_drop == pytest.approx(whole.worst_decile_mean - without.worst_decile_mean, abs=1e-9)


def test_a_robust_plan_is_better_on_average_and_the_comparison_says_what_it_costs():
    problem = street_problem(5, max_sites=15)
    nominal = solve(problem, SolveParams(effort=0.2))
    robust = solve_robust(problem, MIXED, SolveParams(effort=0.2), start=nominal)
    compared = compare_with_nominal(robust, nominal, problem, MIXED, n_draws=500, seed=9)
    assert compared.expected_gain > 0
    assert compared.worst_decile_gain > 0
    assert compared.price >= 0
    assert compared.nominal_if_all_permitted == nominal.objective
    assert compared.robust.expected_weight == pytest.approx(robust.expected_weight, rel=1e-12)
    assert compared.robust.covered_weight.tolist() == simulate(robust, problem, MIXED, n_draws=500, seed=9).covered_weight.tolist()
    assert compared.n_common == len(set(robust.chosen) & set(nominal.chosen))
    assert len(compared.leans) == len(robust.chosen)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"n_draws": 9}, "n_draws"),
        ({"seed": -1}, "seed"),
        ({"plan": ("c0", "x")}, "plan"),
        ({"plan": ("c0", "c0")}, "plan"),
        ({"rates": PermitRates(by_id={"x": 0.5})}, "permit rates by_id"),
    ],
)
@pytest.mark.parametrize("of", [simulate, find_leans])
def test_what_cannot_be_drawn_is_refused(of, given, field):
    problem = problem_of([[0], [1]], [1.0, 2.0], max_sites=2)
    asked = {"plan": ("c0",), "rates": PermitRates(), "problem": problem} | given
    with pytest.raises(InvalidInputError) as refusal:
        of(asked.pop("plan"), asked.pop("problem"), asked.pop("rates"), **asked)
    assert refusal.value.field == field
