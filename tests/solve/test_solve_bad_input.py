"""Impossible questions are refused, and the refusal names field, rule and value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from solve_samples import coverage, grid, problem_of

from siting import Candidates, InvalidInputError, SitingProblem, SolveParams, solve

ROWS = [[0, 1], [1, 2], [3]]
COST = [4, 5, 6]


@pytest.mark.parametrize(
    ("rules", "field", "rule"),
    [
        ({}, "max_sites", "or budget_yen must be given"),
        ({"max_sites": 0}, "max_sites", "must be >= 1"),
        ({"max_sites": -3}, "max_sites", "must be >= 1"),
        ({"max_sites": 1, "fixed": ("c0", "c1")}, "max_sites", "must be >= 2"),
        ({"max_sites": 1, "fixed": ("x",)}, "fixed", "must name known candidate ids"),
        ({"max_sites": 1, "forbidden": ("x",)}, "forbidden", "must name known candidate ids"),
        ({"max_sites": 3, "fixed": ("c0", "c0")}, "fixed", "must not name an id twice"),
        ({"max_sites": 3, "fixed": ("c0",), "forbidden": ("c0",)}, "fixed", "must not name a forbidden id"),
        ({"budget_yen": 3}, "budget_yen", "must be >= 4"),
        ({"budget_yen": 4, "forbidden": ("c0",)}, "budget_yen", "must be >= 5"),
        ({"budget_yen": -1, "fixed": ("c0", "c1", "c2")}, "budget_yen", "must be >= 0"),
        ({"budget_yen": 8, "fixed": ("c0", "c1")}, "budget_yen", "must be >= 9, the cost of the fixed sites"),
    ],
)
def test_impossible_rules_are_refused(rules, field, rule):
    with pytest.raises(InvalidInputError) as refusal:
        problem_of(ROWS, np.ones(4), cost_yen=COST, **rules)
    assert refusal.value.field == field
    assert refusal.value.rule.startswith(rule)


def test_a_budget_needs_costs():
    with pytest.raises(InvalidInputError, match="candidates must be given with budget_yen"):
        problem_of(ROWS, np.ones(4), budget_yen=9)


def test_parts_of_different_size_are_refused():
    with pytest.raises(InvalidInputError) as refusal:
        SitingProblem(coverage=coverage(ROWS, 4), demand=grid(np.ones(5)), max_sites=1)
    assert (refusal.value.field, refusal.value.value) == ("coverage.n_cells", 4)


def test_candidates_of_another_coverage_are_refused():
    candidates = Candidates.from_points(np.zeros((3, 3)), crs="EPSG:6677", ids=("c0", "c2", "c1"))
    with pytest.raises(InvalidInputError, match=r"candidates\.ids must be those of the coverage"):
        SitingProblem(coverage=coverage(ROWS, 4), demand=grid(np.ones(4)), candidates=candidates, max_sites=1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seed", -1),
        ("effort", 0.0),
        ("effort", -1.0),
        ("effort", math.nan),
        ("effort", math.inf),
        ("target_gap", -0.1),
        ("target_gap", 1.0),
        ("target_gap", math.nan),
        ("time_limit_s", 0.0),
        ("time_limit_s", math.nan),
    ],
)
def test_impossible_parameters_are_refused(field, value):
    with pytest.raises(InvalidInputError) as refusal:
        SolveParams(**{field: value})
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("rows", "weight", "rules"),
    [
        ([[], []], [1, 1], {}),
        ([[0], [0]], [0, 1], {}),
        ([[0], []], [1, 1], {"forbidden": ("c0",)}),
    ],
    ids=["no pairs", "no weight", "all forbidden"],
)
def test_a_coverage_that_reaches_nothing_is_refused(rows, weight, rules):
    with pytest.raises(InvalidInputError) as refusal:
        solve(problem_of(rows, weight, max_sites=1, **rules))
    assert refusal.value.field == "coverage"
