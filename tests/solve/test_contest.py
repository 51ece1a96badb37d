"""Rounds of plan against bound: what each of them leaves behind."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from siting import PointDemand, SitingProblem, SolveParams, cover_points
from siting.progress import no_progress
from siting.solver.contest import Contest
from siting.solver.greedy import best_greedy
from siting.solver.local_search import polish
from siting.solver.presolve import presolve
from siting.solver.solution import Solution


def test_the_best_plan_is_polished_and_rounds_that_unite_plans_leave_the_bound_alone() -> None:
    random = np.random.default_rng(2)
    coverage = cover_points(random.uniform(0, 1_000, (800, 2)), random.uniform(0, 1_000, (2_000, 2)), radius_m=100.0)
    demand = PointDemand(weight=random.integers(1, 1_000, 2_000).astype(np.float64))
    problem = presolve(SitingProblem(coverage=coverage, demand=demand, max_sites=40))
    rows = best_greedy(problem)
    solution = Solution(rows=rows, covered=problem.covered(rows), bound=problem.base_weight + problem.open_weight, is_warm=False)
    with ThreadPoolExecutor(1) as other_core, ThreadPoolExecutor(1) as aside:
        contest = Contest(
            problem,
            solution,
            SolveParams(seed=2, effort=0.005),
            other_core=other_core,
            aside=aside,
            is_over=lambda: False,
            progress=no_progress,
            seconds_left=lambda: math.inf,
        )
        seen = [contest.solution]
        for _ in range(60):
            contest.play_round()
            seen.append(contest.solution)
            plan = contest.solution
            assert plan.covered == problem.covered(plan.rows) == problem.covered(polish(problem, np.sort(plan.rows).astype(np.int32)))
    united = [(one, other) for one, other in pairwise(seen) if one.n_moves == other.n_moves and one.n_parts == other.n_parts]
    assert united, "plans are united without a move"
    assert all(one.n_steps == other.n_steps and one.bound == other.bound for one, other in united)
    assert seen[-1].n_steps > united[0][0].n_steps or seen[-1].n_parts > united[0][0].n_parts, "then the bound has its turn again"
