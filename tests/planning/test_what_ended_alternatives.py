"""Every one of the k best plans says what ended the search for it."""

from __future__ import annotations

import numpy as np

from siting import SolveParams, k_best
from tests.solve.solve_samples import problem_of, random_sample, street_problem


def test_a_search_that_proved_its_plan_says_so():
    for seed in range(10):
        found = k_best(random_sample(seed, n_rows=7, n_cells=14, kind="count").problem(), 4, 1, SolveParams(effort=0.05))
        assert {ranked.plan.stopped_by for ranked in found.plans} == {"proof"}
    pinned = k_best(problem_of([[0], [1]], np.ones(2), max_sites=1, fixed=("c1",)), 3)
    assert [ranked.plan.stopped_by for ranked in pinned.plans] == ["proof"]


def test_without_a_proof_the_counted_work_ended_it():
    """Whole-number search runs out of its work; the larger problem is left to swaps."""
    for problem in (street_problem(12, max_sites=6), street_problem(11, n_rows=700, n_cells=10_000, reach=9, max_sites=20)):
        found = k_best(problem, 4, 2, SolveParams(effort=0.05))
        assert [ranked.plan.stopped_by for ranked in found.plans] == [
            "proof" if ranked.is_exact else "work_limit" for ranked in found.plans
        ]
        assert not found.is_exact


def test_the_clock_is_named_where_it_ended_any_search_before():
    for problem in (street_problem(12, max_sites=6), street_problem(11, n_rows=700, n_cells=10_000, reach=9, max_sites=20)):
        found = k_best(problem, 3, 1, SolveParams(time_limit_s=1e-9))
        assert len(found.plans) == 3
        assert {ranked.plan.stopped_by for ranked in found.plans} == {"time_limit"}
