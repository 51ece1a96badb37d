"""Compile what the solver needs before the clock starts."""

from __future__ import annotations

from functools import partial
from typing import get_args

import numpy as np

from siting import PointDemand, SitingProblem, SolveParams, cover_points, solve
from siting.solver.cuts import separate
from siting.solver.lagrangian import LagrangianDual
from siting.solver.presolve import presolve
from siting.solver.trial import Trial, TrialKind
from siting.solver.unite import prices


def compile_kernels() -> None:
    """Solve small problems, cut and divide one and try each kind of trial, so that everything the large ones need is compiled."""
    rng = np.random.default_rng(0)
    for n in (60, 400):
        places = np.column_stack([rng.uniform(-74.0, -73.98, n), rng.uniform(40.70, 40.72, n)])
        coverage = cover_points(places, places, radius_m=250.0, distance="great_circle")
        problem = SitingProblem(coverage=coverage, demand=PointDemand(weight=rng.integers(1, 900, n).astype(np.float64)), max_sites=n // 15)
        solve(problem, SolveParams(effort=0.05, time_limit_s=10.0))
    reduced = presolve(problem)
    separate(reduced, np.full(reduced.n_rows, 0.1), least=0.05, most=1)
    dual = LagrangianDual(reduced, np.zeros(0, dtype=np.int32))
    dual.tree(dual.bound()).grow(n_parts=2, covered=0.0, enough=0.0, is_over=lambda: False)
    plans = tuple(rng.permutation(reduced.n_rows)[: reduced.max_rows].astype(np.int32) for _ in range(8))
    made = partial(Trial, problem=reduced, plans=plans, scores=None, least_score=0.0, held=plans[0][:1], width=40)
    for kind in get_args(TrialKind):
        at = prices(reduced, plans[0], 0.98) if kind in ("unite", "rebuild") else None
        made(kind=kind, prices=at, scale=1.0, seed=1, n_moves=1_000).run(is_over=lambda: False, on_moves=lambda _moves: None)
