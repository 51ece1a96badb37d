"""The k best plans: as good as brute force says, each different enough from the others."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from planning_oracle import plans, positions

from siting import InvalidInputError, SolveParams, k_best
from tests.solve.solve_samples import assert_keeps_the_rules, problem_of, random_sample, street_problem

QUICK = SolveParams(effort=0.05)


def is_lean(sample, chosen) -> bool:
    """Every site that is not fixed covers some weight that no other does."""
    covered = sample.covered(chosen)
    return all(sample.covered(chosen - {i}) < covered * (1 - 1e-12) for i in chosen - set(sample.fixed))


def differ(one, other, least: int) -> bool:
    return len(one - other) >= least and len(other - one) >= least


@pytest.mark.parametrize("min_difference", [1, 2])
@pytest.mark.parametrize("kind", ["count", "budget", "both"])
def test_each_plan_is_the_best_that_differs_from_those_before(kind, min_difference):
    n_ranks = n_complete = 0
    for seed in range(25):
        sample = random_sample(seed, n_rows=7, n_cells=14, kind=kind)
        lean = [chosen for chosen in plans(sample) if is_lean(sample, chosen)]
        found = k_best(sample.problem(), 5, min_difference, QUICK)
        listed: list[frozenset[int]] = []
        for ranked in found.plans:
            allowed = [chosen for chosen in lean if all(differ(chosen, other, min_difference) for other in listed)]
            assert ranked.is_exact
            assert ranked.objective == pytest.approx(max(map(sample.covered, allowed)), rel=1e-9), seed
            assert_keeps_the_rules(ranked.plan, sample.problem())
            assert positions(ranked.plan.chosen) in allowed
            listed.append(positions(ranked.plan.chosen))
            n_ranks += 1
        if len(listed) < 5:
            n_complete += 1
            assert found.is_complete
            assert not [chosen for chosen in lean if all(differ(chosen, other, min_difference) for other in listed)]
    assert n_ranks > 25
    assert n_complete or min_difference == 1


@pytest.mark.parametrize("min_difference", [1, 3])
def test_large_problems_get_good_plans_and_a_bound(min_difference):
    problem = street_problem(11, n_rows=700, n_cells=10_000, reach=9, max_sites=20)
    found = k_best(problem, 4, min_difference, SolveParams(effort=0.1))
    assert len(found.plans) == 4
    chosen = [positions(ranked.plan.chosen) for ranked in found.plans]
    assert all(differ(one, other, min_difference) for one, other in combinations(chosen, 2))
    objectives = [ranked.objective for ranked in found.plans]
    assert objectives == sorted(objectives, reverse=True)
    assert objectives[-1] > 0.99 * objectives[0]
    for ranked in found.plans:
        assert_keeps_the_rules(ranked.plan, problem)
        assert ranked.objective <= ranked.upper_bound <= found.plans[0].upper_bound
        assert ranked.gap == pytest.approx(1 - ranked.objective / ranked.upper_bound)
    assert not found.is_exact


def test_the_same_call_gives_the_same_plans():
    problem = street_problem(12, max_sites=6)
    one, other = (k_best(problem, 3, 2, QUICK) for _ in range(2))
    assert [ranked.plan.chosen for ranked in one.plans] == [ranked.plan.chosen for ranked in other.plans]


def test_where_every_place_is_pinned_there_is_one_plan():
    found = k_best(problem_of([[0], [1]], np.ones(2), max_sites=1, fixed=("c1",)), 3)
    assert [ranked.plan.chosen for ranked in found.plans] == [("c1",)]
    assert found.is_complete
    assert found.is_exact


@pytest.mark.parametrize(("arguments", "field"), [((0,), "k"), ((2, 0), "min_difference")])
def test_impossible_numbers_are_refused(arguments, field):
    with pytest.raises(InvalidInputError, match=field):
        k_best(problem_of([[0], [1]], np.ones(2), max_sites=1), *arguments)
