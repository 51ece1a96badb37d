"""Presolve makes problems smaller and keeps their answer."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from solve_samples import coverage, problem_of, random_sample

from siting.solver.cell_merge import merge_cells, row_hashes
from siting.solver.presolve import common_unit, presolve, restrict


def best_of_reduced(reduced) -> float:
    """Try every plan of a reduced problem."""
    best = reduced.base_weight
    for k in range(reduced.max_rows + 1):
        for rows in combinations(range(reduced.n_rows), k):
            if reduced.budget_yen is None or reduced.cost_yen[list(rows)].sum() <= reduced.budget_yen:
                best = max(best, reduced.covered(np.array(rows, dtype=np.int64)))
    return reduced.unit * best


def test_the_reduced_problem_has_the_same_optimum():
    for seed in range(400):
        sample = random_sample(seed)
        assert best_of_reduced(presolve(sample.problem())) == pytest.approx(sample.best(), rel=1e-12), seed


def test_rows_and_columns_agree_and_rise():
    for seed in range(60):
        reduced = presolve(random_sample(seed, n_rows=12, n_cells=40).problem())
        by_row = {(i, int(j)) for i in range(reduced.n_rows) for j in reduced.row_groups[reduced.row_start[i] : reduced.row_start[i + 1]]}
        by_column = {
            (int(i), j) for j in range(reduced.n_groups) for i in reduced.column_rows[reduced.column_start[j] : reduced.column_start[j + 1]]
        }
        assert by_row == by_column
        assert len(by_row) == len(reduced.row_groups)
        assert all((np.diff(reduced.row_groups[a:b]) > 0).all() for a, b in zip(reduced.row_start, reduced.row_start[1:], strict=False))


def test_cells_with_the_same_candidates_become_one():
    reduced = presolve(problem_of([[0, 1, 2, 5], [2, 3, 4]], [1, 2, 4, 8, 16, 32], max_sites=1))
    assert sorted(reduced.weight.tolist()) == [4, 24, 35]
    assert reduced.cell_group[0] == reduced.cell_group[1] == reduced.cell_group[5] != reduced.cell_group[2]


def test_no_two_groups_have_the_same_candidates():
    for seed in range(100):
        reduced = presolve(random_sample(seed, n_rows=6, n_cells=30).problem())
        columns = [tuple(reduced.column_rows[a:b]) for a, b in zip(reduced.column_start, reduced.column_start[1:], strict=False)]
        assert len(set(columns)) == len(columns)


@pytest.mark.parametrize("hashes", [np.zeros, np.ones])
def test_colliding_signatures_never_merge_different_cells(hashes):
    rows = [[0, 1, 2], [2, 3], [3, 4, 5], [0, 5]]
    pattern = coverage(rows, 7)
    constant = hashes(4, dtype=np.uint64)
    merged = merge_cells(pattern.start, pattern.cells, is_live=np.ones(4, bool), is_kept=np.ones(7, bool), hashes=(constant, constant))
    servers = [frozenset(i for i, row in enumerate(rows) if j in row) for j in range(7)]
    for one, other in combinations(range(6), 2):
        if merged.cell_group[one] == merged.cell_group[other]:
            assert servers[one] == servers[other]
    for j in range(6):
        group = merged.cell_group[j]
        assert frozenset(merged.column_rows[merged.column_start[group] : merged.column_start[group + 1]].tolist()) == servers[j]
    assert merged.cell_group[6] == -1


def test_row_hashes_differ_between_rows_and_streams():
    one, other = row_hashes(100_000)
    assert len(np.unique(np.concatenate([one, other]))) == 200_000


def test_of_equal_candidates_the_cheaper_stays_then_the_first():
    assert presolve(problem_of([[0, 1]] * 3, [1, 1], max_sites=1)).candidate.tolist() == [0]
    assert presolve(problem_of([[0, 1]] * 3, [1, 1], cost_yen=[5, 2, 2], max_sites=1)).candidate.tolist() == [1]
    assert presolve(problem_of([[0, 1]] * 3, [1, 1], cost_yen=[5, 2, 2], budget_yen=9)).candidate.tolist() == [1]


def test_a_cheaper_candidate_is_not_dominated_when_yen_count():
    rows, cost = [[0, 1], [0, 1, 2]], [1, 5]
    assert presolve(problem_of(rows, [1, 1, 1], cost_yen=cost, budget_yen=9)).candidate.tolist() == [0, 1]
    assert presolve(problem_of(rows, [1, 1, 1], cost_yen=cost, max_sites=1)).candidate.tolist() == [1]


def test_a_candidate_dearer_than_the_budget_dominates_nothing():
    reduced = presolve(problem_of([[0], [0, 1]], [1, 1], cost_yen=[3, 5], budget_yen=4))
    assert reduced.candidate.tolist() == [0]


def test_fixed_cells_are_counted_once_and_decide_nothing():
    reduced = presolve(problem_of([[0, 1], [1, 2], [0, 1]], [1, 2, 4], max_sites=2, fixed=("c0",)))
    assert (reduced.base_weight, reduced.open_weight, reduced.reachable_weight) == (3, 4, 7)
    assert reduced.candidate.tolist() == [1]
    assert reduced.max_rows == 1


def test_forbidden_unreachable_and_weightless_cells_are_left_out():
    reduced = presolve(problem_of([[0, 1], [2], [3]], [1, 0, 8, 16, 32], max_sites=3, forbidden=("c1",)))
    assert reduced.reachable_weight == 17
    assert reduced.candidate.tolist() == [0, 2]


def test_a_restricted_problem_covers_what_the_whole_does():
    for seed in range(60):
        reduced = presolve(random_sample(seed, n_rows=8, n_cells=20).problem())
        rows = np.flatnonzero(np.random.default_rng(seed).random(reduced.n_rows) < 0.6)
        part = restrict(reduced, rows)
        for chosen in (np.arange(len(rows)), np.arange(len(rows))[::2]):
            assert part.covered(chosen) == pytest.approx(reduced.covered(rows[chosen]), rel=1e-12)


def test_equal_weights_have_that_weight_as_unit():
    assert common_unit(np.full(7, 100.0)) == 100.0
    assert common_unit(np.full(7, 0.1)) == 0.1


def test_a_unit_that_would_make_sums_inexact_is_refused():
    assert common_unit(np.array([0.1, 0.3, 0.7])) is None
    assert common_unit(np.random.default_rng(0).random(50)) is None


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=40), st.sampled_from([1.0, 0.25, 100.0]))
def test_the_unit_is_the_greatest_common_divisor(counts, unit):
    assert common_unit(np.array(counts) * unit) == np.gcd.reduce(counts) * unit


@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=40))
def test_every_weight_is_an_exact_multiple_of_the_unit(weight):
    unit = common_unit(np.array(weight))
    if unit is not None:
        assert all((Fraction(one) / Fraction(unit)).denominator == 1 for one in weight)
