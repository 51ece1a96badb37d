"""Work aside: when it begins, when it is taken, and how it ends."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from ortools.util.python.solve_interrupter import SolveInterrupter
from solve_samples import street_problem

from siting import PointDemand, SitingProblem, SolveParams, cover_points, solve
from siting.solver import linear_program, standing
from siting.solver.cuts import Cuts
from siting.solver.dual_bound import proven_bound
from siting.solver.interruptible import run_until
from siting.solver.linear_program import LinearProgram
from siting.solver.presolve import presolve
from siting.solver.solving import Solving


def test_a_solution_is_taken_where_it_is_due_and_waits_longer_after_one_that_brought_little() -> None:
    program = LinearProgram(presolve(street_problem(8, max_sites=15)), Cuts.none())
    with ThreadPoolExecutor(1) as aside:
        solving = Solving(aside, lambda: False, lambda: math.inf)
        assert solving.take(100) is None, "nothing has begun"
        due = []
        for closed in (0.5, 0.01, 0.0, 0.5, 0.5):
            solving.begin(program, 10, solving.n_rounds)
            assert solving.is_pending
            taken = {after: vertex for after in range(10, 40) if (vertex := solving.take(after)) is not None}
            assert not solving.is_pending
            ((after, vertex),) = taken.items()
            assert vertex.share.sum() == pytest.approx(15)
            due.append(after - 10)
            solving.judge(closed)
    assert due == [2, 2, 4, 8, 2]


def test_a_solution_that_is_ended_is_the_last() -> None:
    program = LinearProgram(presolve(street_problem(8, max_sites=15)), Cuts.none())
    with ThreadPoolExecutor(1) as aside:
        solving = Solving(aside, lambda: True, lambda: math.inf)
        solving.begin(program, 0, 2)
        assert solving.take(2) is None
        assert solving.is_done


def test_work_ends_when_it_is_told_to_and_its_errors_come_through() -> None:
    assert run_until(lambda _interrupter: 7, lambda: False) == 7
    interrupters: list[SolveInterrupter] = []
    assert run_until(interrupters.append, lambda: True) is None
    assert len(interrupters) == 1
    with pytest.raises(ZeroDivisionError):
        run_until(lambda _interrupter: 1 // 0, lambda: False)


def street_corners() -> SitingProblem:
    random = np.random.default_rng(4)
    coverage = cover_points(random.uniform(0, 1_000, (800, 2)), random.uniform(0, 1_000, (2_000, 2)), radius_m=100.0)
    demand = PointDemand(weight=random.integers(1, 1_000, 2_000).astype(np.float64))
    return SitingProblem(coverage=coverage, demand=demand, max_sites=40)


def test_a_search_with_linear_programs_is_repeatable_and_proves_more(monkeypatch: pytest.MonkeyPatch) -> None:
    params = SolveParams(seed=1, effort=1.5)
    without = solve(street_corners(), params)
    monkeypatch.setattr(standing, "_IN_SIGHT", 1.0)
    plans = [solve(street_corners(), params) for _ in range(2)]
    assert without.work["linear_programs"] == 0 < plans[0].work["linear_programs"]
    assert "lp" in plans[0].method
    assert plans[0].upper_bound == plans[1].upper_bound < without.upper_bound
    assert plans[0].chosen == plans[1].chosen
    assert plans[0].objective <= plans[0].upper_bound


def test_a_larger_problem_is_solved_where_its_gap_is_far_from_small(monkeypatch: pytest.MonkeyPatch) -> None:
    params = SolveParams(seed=1, effort=1.5)
    without = solve(street_corners(), params)
    assert standing._FAR[0] < without.gap < standing._FAR[1]
    monkeypatch.setattr(standing, "_MOST_SOLVED", 1_000)
    monkeypatch.setattr(standing, "_FAR_ROUND", 2)
    solved = solve(street_corners(), params)
    assert solved.work["linear_programs"] > 0
    assert solved.objective <= solved.upper_bound < without.upper_bound
    for gaps in ((0.02, 0.04), (0.0, 0.0001)):
        monkeypatch.setattr(standing, "_FAR", gaps)
        assert solve(street_corners(), params).work["linear_programs"] == 0
    monkeypatch.setattr(standing, "_FAR", (0.0, 1.0))
    monkeypatch.setattr(standing, "_MOST_SOLVED_FAR", 1_000)
    assert solve(street_corners(), params).work["linear_programs"] == 0


def test_interior_points_that_are_ended_leave_it_to_the_simplex_method(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = presolve(street_problem(8, max_sites=15))
    known = LinearProgram(problem, Cuts.none()).solve(lambda: False)
    monkeypatch.setattr(linear_program, "_SMALL_PAIRS", 0)
    for seconds_left in (0.0, -1.0, 100.0, math.inf):
        vertex = LinearProgram(problem, Cuts.none()).solve(lambda: False, seconds_left=seconds_left)
        assert proven_bound(problem, vertex.multiplier, 0.0, vertex.cuts) == proven_bound(problem, known.multiplier, 0.0, known.cuts)


def test_a_linear_program_that_fails_leaves_the_search_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    params = SolveParams(seed=1, effort=1.5)
    without = solve(street_corners(), params)
    monkeypatch.setattr(standing, "_IN_SIGHT", 1.0)
    monkeypatch.setattr(linear_program, "_MOST_ITERATIONS", 1)
    plan = solve(street_corners(), params)
    assert plan.work["linear_programs"] == 0
    assert (plan.upper_bound, plan.chosen, plan.work["bound_steps"]) == (without.upper_bound, without.chosen, without.work["bound_steps"])
