"""From the rows the search found to a plan, recomputed from the coverage itself."""

from __future__ import annotations

import math

import numpy as np

from siting.arrays import BoolArray, IndexArray, IntArray
from siting.kernels.greedy import choose_greedily
from siting.plan import LimitedBy, Plan, SolveParams
from siting.problem import SitingProblem
from siting.solver.presolve import ReducedProblem
from siting.solver.solution import Solution, is_proven


def build_plan(problem: SitingProblem, reduced: ReducedProblem, solution: Solution, params: SolveParams, *, runtime_s: float) -> Plan:
    """
    Build the plan of a solution.

    Nothing that the solver counted is taken over but its bound: objective, order and marginal weights come from the
    coverage of the problem.

    Parameters
    ----------
    problem
        The problem as it was given.
    reduced
        The reduced problem.
    solution
        Rows of the reduced problem, and the bound.
    params
        The parameters used.
    runtime_s
        Wall clock of the solver [s].
    """
    fixed = problem.positions(problem.fixed)
    chosen = np.concatenate([fixed, _greedy_order(problem, fixed, reduced.candidate[solution.rows])])
    marginal, is_covered = _marginal_weights(problem, chosen)
    objective = math.fsum(problem.demand.weight[is_covered])
    is_optimal = is_proven(reduced, solution, 0.0)
    reachable = reduced.unit * reduced.reachable_weight
    return Plan(
        chosen=tuple(problem.coverage.candidate_ids[i] for i in chosen.tolist()),
        marginal_weight=marginal,
        objective=objective,
        covered_weight=objective,
        total_weight=math.fsum(problem.demand.weight),
        reachable_weight=reachable,
        upper_bound=_upper_bound(reduced, solution, objective, is_optimal=is_optimal),
        status="optimal" if is_optimal else "feasible",
        stopped_by=solution.stopped_by,
        limited_by=_limited_by(problem, len(chosen), objective, reachable),
        cost_yen=int(problem.cost_yen[chosen].sum()),
        seed=params.seed,
        runtime_s=runtime_s,
        method=solution.method,
        work={
            "cells": problem.coverage.n_cells,
            "merged_groups": reduced.n_groups,
            "candidates": problem.coverage.n_candidates,
            "dominated_candidates": reduced.n_dominated,
            "candidates_left": reduced.n_rows,
            "rounds": solution.n_rounds,
            "swap_moves": solution.n_moves,
            "bound_steps": solution.n_steps,
            "linear_programs": solution.n_programs,
            "cuts": solution.n_cuts,
            "fixed_candidates": solution.n_fixed,
            "region_parts": solution.n_parts,
            "search_nodes": solution.n_nodes,
        },
    )


def _upper_bound(reduced: ReducedProblem, solution: Solution, objective: float, *, is_optimal: bool) -> float:
    """Return the bound in demand weight; the objective itself where whole numbers prove that nothing is better."""
    bound = reduced.unit * solution.bound
    if not is_optimal:
        return bound
    return objective if reduced.is_integral else max(bound, objective)


def _greedy_order(problem: SitingProblem, fixed: IntArray, rows: IntArray) -> IndexArray:
    """Return the rows by falling marginal weight beyond the fixed sites, useless ones left out."""
    coverage = problem.coverage
    count = np.zeros(coverage.n_cells, dtype=np.int32)
    for row in fixed.tolist():
        count[coverage.cells_of(row)] = 1
    free = np.zeros(coverage.n_candidates, dtype=np.int64)
    ordered = np.sort(rows).astype(np.int32)
    order: IndexArray = choose_greedily(coverage.start, coverage.cells, problem.demand.weight, free, False, ordered, count, len(rows), -1)  # noqa: FBT003 - kernels take no keywords
    return order


def _marginal_weights(problem: SitingProblem, chosen: IntArray) -> tuple[tuple[float, ...], BoolArray]:
    """Return what each site adds to those before it, and the cells covered in the end."""
    is_covered = np.zeros(problem.coverage.n_cells, dtype=np.bool_)
    marginal = []
    for row in chosen.tolist():
        cells = problem.coverage.cells_of(row)
        marginal.append(math.fsum(problem.demand.weight[cells[~is_covered[cells]]]))
        is_covered[cells] = True
    return tuple(marginal), is_covered


def _limited_by(problem: SitingProblem, n_chosen: int, objective: float, reachable: float) -> LimitedBy:
    """Name the rule that keeps the plan from covering more; both where either limit may be the one."""
    if objective >= reachable * (1.0 - 1e-9):
        return "reach"
    if n_chosen != problem.max_sites:
        return "budget_yen"
    spendable_yen = problem.spendable_yen
    if spendable_yen is None:
        return "max_sites"
    is_free = np.ones(problem.coverage.n_candidates, dtype=np.bool_)
    is_free[problem.positions(problem.fixed + problem.forbidden)] = False
    costliest = np.sort(problem.cost_yen[is_free])[::-1][: n_chosen - len(problem.fixed)]
    return "max_sites" if int(costliest.sum()) <= spendable_yen else "both"
