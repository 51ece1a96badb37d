"""The bound is never below any plan, whatever the multipliers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from solve_samples import random_sample, street_problem

from siting import PointDemand, SitingProblem, cover_points
from siting.solver.cuts import Cuts
from siting.solver.dual_bound import proven_bound
from siting.solver.greedy import best_greedy
from siting.solver.lagrangian import LagrangianDual
from siting.solver.linear_program import LinearProgram
from siting.solver.presolve import presolve


@pytest.mark.parametrize("kind", ["count", "budget", "both"])
def test_any_multipliers_and_any_price_give_a_valid_bound(kind):
    for seed in range(300):
        sample = random_sample(seed, kind=kind)
        reduced = presolve(sample.problem())
        rng = np.random.default_rng(seed)
        for scale in (0.0, rng.random(reduced.n_groups), 1.0):
            price = 0.0 if kind == "count" else float(rng.choice([0.0, rng.exponential(), 1e6]))
            bound = reduced.unit * proven_bound(reduced, scale * reduced.weight, price)
            assert bound >= sample.best() * (1 - 1e-15), (seed, price)


def test_multipliers_above_the_weight_do_no_harm():
    for seed in range(100):
        sample = random_sample(seed)
        reduced = presolve(sample.problem())
        assert reduced.unit * proven_bound(reduced, 3.0 * reduced.weight, 0.0) >= sample.best() * (1 - 1e-15)


def test_more_steps_never_raise_the_bound():
    reduced = presolve(street_problem(3, max_sites=12))
    rows = best_greedy(reduced)
    dual = LagrangianDual(reduced, rows)
    bounds = []
    for _ in range(12):
        dual.descend(n_steps=40, target=reduced.covered(rows), is_over=lambda: False)
        bounds.append(dual.bound())
    assert bounds == sorted(bounds, reverse=True)
    assert reduced.covered(rows) <= bounds[-1] < bounds[0]


def linear_bound(reduced) -> float:
    """Solve the linear relaxation with another solver."""
    from scipy.optimize import linprog  # noqa: PLC0415 - slow to import, needed here only
    from scipy.sparse import csr_array, eye_array, hstack, vstack  # noqa: PLC0415

    n, m = reduced.n_rows, reduced.n_groups
    pattern = csr_array((np.ones(len(reduced.column_rows)), reduced.column_rows, reduced.column_start), shape=(m, n))
    limits = [np.r_[np.ones(n), np.zeros(m)][None]]
    right = [float(reduced.max_rows)]
    if reduced.budget_yen is not None:
        limits.append(np.r_[reduced.cost_yen.astype(float), np.zeros(m)][None])
        right.append(float(reduced.budget_yen))
    rules = vstack([hstack([-pattern, eye_array(m)]), *map(csr_array, limits)])
    found = linprog(-np.r_[np.zeros(n), reduced.weight], A_ub=rules, b_ub=np.r_[np.zeros(m), right], bounds=(0, 1))
    return reduced.base_weight - found.fun


@pytest.mark.parametrize("rules", [{"max_sites": 15}, {"budget_yen": 60}, {"max_sites": 12, "budget_yen": 55}])
def test_the_bound_comes_close_to_the_linear_relaxation(rules):
    """It cannot be lower, and the steps bring it within a fifth of a percent."""
    reduced = presolve(street_problem(8, **rules))
    rows = best_greedy(reduced)
    dual = LagrangianDual(reduced, rows)
    dual.descend(n_steps=1500, target=reduced.covered(rows), is_over=lambda: False)
    exact = linear_bound(reduced)
    assert np.floor(exact - 1e-6) <= dual.bound() <= exact * 1.002 + 1


@pytest.mark.parametrize("rules", [{"max_sites": 15}, {"budget_yen": 60}, {"max_sites": 12, "budget_yen": 55}])
def test_the_simplex_method_finds_the_linear_relaxation(rules):
    reduced = presolve(street_problem(8, **rules))
    rows = best_greedy(reduced)
    dual = LagrangianDual(reduced, rows)
    dual.take(dual.program().solve(lambda: False), target=reduced.covered(rows) - reduced.base_weight)
    exact = linear_bound(reduced)
    assert np.floor(exact - 1e-6) <= dual.bound() <= np.floor(exact + 1e-6)


def test_cuts_go_below_the_linear_relaxation_and_never_up_again():
    rng = np.random.default_rng(1)
    pattern = cover_points(rng.uniform(0, 1_000, (200, 2)), rng.uniform(0, 1_000, (400, 2)), radius_m=150.0)
    demand = PointDemand(weight=rng.integers(1, 1_000, 400).astype(np.float64))
    reduced = presolve(SitingProblem(coverage=pattern, demand=demand, max_sites=12))
    rows = best_greedy(reduced)
    dual = LagrangianDual(reduced, rows)
    bounds, n_cuts = [], []
    for _ in range(20):
        program = dual.program()
        vertex = program.cut(program.solve(lambda: False), lambda: False)
        dual.take(vertex, target=reduced.covered(rows) - reduced.base_weight)
        bounds.append(dual.bound())
        n_cuts.append(len(vertex.cuts))
    assert all(later <= earlier + 1 for earlier, later in pairwise(bounds)), "a unit may be lost to rounding"
    assert reduced.covered(rows) <= bounds[-1] < linear_bound(reduced) * 0.999
    assert n_cuts[0] == 0 < n_cuts[-1]


@pytest.mark.parametrize("kind", ["count", "budget", "both"])
def test_no_plan_is_better_than_what_the_simplex_method_proves(kind):
    n_cut = 0
    for seed in range(100):
        sample = random_sample(seed, n_rows=10, n_cells=16, kind=kind)
        reduced = presolve(sample.problem())
        if reduced.n_rows == 0 or reduced.max_rows == 0:
            continue
        rows = best_greedy(reduced)
        dual = LagrangianDual(reduced, rows)
        for _ in range(4):
            program = dual.program()
            dual.take(program.cut(program.solve(lambda: False), lambda: False), target=reduced.covered(rows) - reduced.base_weight)
            assert reduced.unit * dual.bound() >= sample.best() * (1 - 1e-12), seed
        n_cut += len(dual.cuts()) > 0
    assert n_cut > 0


def test_a_program_that_is_ended_says_nothing():
    reduced = presolve(street_problem(8, max_sites=15))
    assert LinearProgram(reduced, Cuts.none()).solve(lambda: True) is None
