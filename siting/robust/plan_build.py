"""From the rows the search found to a robust plan, recomputed from the coverage itself."""

from __future__ import annotations

import math

import numpy as np

from siting.arrays import FloatArray, IntArray
from siting.plan import LimitedBy, Plan
from siting.problem import SitingProblem
from siting.robust.plan import RobustPlan
from siting.robust.reduce import ReducedRobust, expected_weight, missing_weights
from siting.robust.rounds import RobustSolution


def build_robust_plan(
    problem: SitingProblem, rate: FloatArray, reduced: ReducedRobust, solution: RobustSolution, *, seed: int, runtime_s: float
) -> RobustPlan:
    """
    Build the plan of a solution; objective, order and marginal weights come from the coverage of the problem.

    Parameters
    ----------
    problem
        The problem as it was given.
    rate
        Probability that each candidate is permitted, shape (n,).
    reduced
        The reduced problem.
    solution
        Rows of the reduced problem, and the bound.
    seed
        Seed used.
    runtime_s
        Wall clock of the solver [s].
    """
    fixed = problem.positions(problem.fixed)
    chosen = np.concatenate([fixed, _falling(problem, rate, fixed, reduced.candidate[solution.rows])])
    objective = expected_weight(problem, rate, chosen)
    everything = np.concatenate([fixed, reduced.candidate])
    bound = reduced.unit * solution.bound
    is_optimal = solution.is_proven()
    plan = Plan(
        chosen=tuple(problem.coverage.candidate_ids[i] for i in chosen.tolist()),
        marginal_weight=_marginal_weights(problem, rate, chosen),
        objective=objective,
        covered_weight=math.fsum(problem.demand.weight[problem.coverage.count_servers(chosen) > 0]),
        total_weight=math.fsum(problem.demand.weight),
        reachable_weight=expected_weight(problem, rate, everything),
        upper_bound=max(bound, objective) if is_optimal else bound,
        status="optimal" if is_optimal else "feasible",
        stopped_by=solution.stopped_by,
        limited_by=_limited_by(problem, reduced, len(chosen), len(solution.rows)),
        cost_yen=int(problem.cost_yen[chosen].sum()),
        seed=seed,
        runtime_s=runtime_s,
        method=("expected_swaps", "branch" if solution.is_branched else "envelopes"),
        work={
            "cells": problem.coverage.n_cells,
            "merged_groups": reduced.n_groups,
            "candidates": problem.coverage.n_candidates,
            "candidates_left": reduced.n_rows,
            "rounds": solution.n_rounds,
            "swap_moves": solution.n_moves,
            "bound_steps": solution.n_steps,
        },
    )
    return RobustPlan(plan=plan, rates=tuple(rate[chosen].tolist()))


def _falling(problem: SitingProblem, rate: FloatArray, fixed: IntArray, rows: IntArray) -> IntArray:
    """Return the rows in the order of falling expected marginal weight beyond the fixed sites; the lower row among equals."""
    left = problem.demand.weight * missing_weights(problem, rate, fixed)
    cells = [problem.coverage.cells_of(row) for row in rows.tolist()]
    gain = np.array([rate[row] * left[own].sum() for row, own in zip(rows.tolist(), cells, strict=True)])
    is_fresh = np.ones(len(rows), dtype=np.bool_)
    order: list[int] = []
    while len(order) < len(rows):
        at = int(np.argmax(gain))
        if not is_fresh[at]:
            gain[at] = rate[rows[at]] * left[cells[at]].sum()
            is_fresh[at] = True
            continue
        order.append(at)
        left[cells[at]] *= 1.0 - rate[rows[at]]
        gain[at] = -np.inf
        is_fresh[:] = gain == -np.inf
    return rows[np.array(order, dtype=np.int64)]


def _marginal_weights(problem: SitingProblem, rate: FloatArray, chosen: IntArray) -> tuple[float, ...]:
    """Return what each site adds on average to those before it."""
    left = problem.demand.weight.copy()
    marginal = []
    for row in chosen.tolist():
        cells = problem.coverage.cells_of(row)
        marginal.append(float(rate[row]) * math.fsum(left[cells]))
        left[cells] *= 1.0 - rate[row]
    return tuple(marginal)


def _limited_by(problem: SitingProblem, reduced: ReducedRobust, n_chosen: int, n_rows: int) -> LimitedBy:
    """Name the rule that keeps the plan from covering more; both where either limit may be the one."""
    if n_rows == reduced.n_rows and problem.spendable_yen is None:
        return "reach"
    if n_chosen != problem.max_sites:
        return "budget_yen" if problem.spendable_yen is not None else "reach"
    if problem.spendable_yen is None:
        return "max_sites"
    costliest = np.sort(reduced.cost_yen)[::-1][:n_rows]
    return "max_sites" if int(costliest.sum()) <= problem.spendable_yen else "both"
