"""The best plan that differs from those known, proven by whole-number search: for small problems."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from siting.arrays import IndexArray, IntArray
from siting.solver.presolve import ReducedProblem

_MOST_PAIRS = 20_000
_LARGEST_SUM = 2.0**50


@dataclass(frozen=True, kw_only=True, eq=False)
class Alternative:
    """
    What whole-number search found.

    Attributes
    ----------
    rows
        The best rows it met; None if it met none.
    bound
        No other plan that differs enough covers more, in the unit of the problem, base weight included; None if there is
        no bound.
    is_impossible
        There is no plan that differs enough.
    is_late
        The clock ended the search before its counted work did.
    """

    rows: IndexArray | None
    bound: float | None
    is_impossible: bool
    is_late: bool


def is_small(problem: ReducedProblem) -> bool:
    """Tell whether whole-number search has a fair chance."""
    return len(problem.row_groups) <= _MOST_PAIRS


def best_alternative(
    problem: ReducedProblem,
    known: Sequence[IndexArray],
    *,
    min_difference: int,
    hint: IndexArray | None,
    seed: int,
    work: float,
    time_limit_s: float,
) -> Alternative:
    """
    Look for the best plan without needless rows that differs from every known one.

    Parameters
    ----------
    problem
        The reduced problem with every row in it.
    known
        Rows of the plans known. A plan differs from one when each has at least ``min_difference`` rows that the other lacks.
    min_difference
        See ``known``.
    hint
        Rows to start from.
    seed
        Seed of the search.
    work
        Deterministic work, a few seconds each.
    time_limit_s
        Safety net [s].

    References
    ----------
    Perron and Furnon, OR-Tools CP-SAT.
    """
    whole, scale = _whole_weights(problem)
    model, opened = _model(problem, whole)
    for rows in known:
        inside = set(rows.tolist())
        model.add(sum(opened[i] for i in range(problem.n_rows) if i not in inside) >= min_difference)
        model.add(sum(opened[i] for i in inside) <= len(inside) - min_difference)
    if hint is not None:
        inside = set(hint.tolist())
        for i, one in enumerate(opened):
            model.add_hint(one, i in inside)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = work
    solver.parameters.max_time_in_seconds = time_limit_s
    solver.parameters.catch_sigint_signal = False
    status = solver.solve(model)
    is_late = status not in {cp_model.OPTIMAL, cp_model.INFEASIBLE} and solver.response_proto.deterministic_time < work
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Alternative(rows=None, bound=None, is_impossible=status == cp_model.INFEASIBLE, is_late=is_late)
    rows = np.array([i for i, one in enumerate(opened) if solver.boolean_value(one)], dtype=np.int32)
    return Alternative(rows=rows, bound=_bound(problem, solver.best_objective_bound, scale), is_impossible=False, is_late=is_late)


def _whole_weights(problem: ReducedProblem) -> tuple[IntArray, float]:
    """Return the weights as whole numbers, rounded up where they are no multiples of a unit, and what one weight unit is."""
    if problem.is_integral:
        return problem.weight.astype(np.int64), 1.0
    scale = 2.0 ** (math.frexp(_LARGEST_SUM / problem.open_weight)[1] - 2)
    return np.ceil(problem.weight * scale).astype(np.int64), scale


def _bound(problem: ReducedProblem, best: float, scale: float) -> float:
    if problem.is_integral:
        return float(round(best)) + problem.base_weight
    return math.nextafter(best / scale + problem.base_weight, math.inf)


def _model(problem: ReducedProblem, whole: IntArray) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """Return the covering problem, in which every open row serves some group alone, and the variables of its rows."""
    model = cp_model.CpModel()
    opened = [model.new_bool_var("") for _ in range(problem.n_rows)]
    covered = [model.new_bool_var("") for _ in range(problem.n_groups)]
    alone = [model.new_bool_var("") for _ in range(problem.n_groups)]
    for j in range(problem.n_groups):
        servers = sum(opened[i] for i in problem.column_rows[problem.column_start[j] : problem.column_start[j + 1]].tolist())
        model.add(covered[j] <= servers)
        model.add(servers <= 1).only_enforce_if(alone[j])
    for i, one in enumerate(opened):
        groups = problem.groups_of(i).tolist()
        model.add_bool_or([alone[j] for j in groups]).only_enforce_if(one)
    model.add(sum(opened) <= problem.max_rows)
    if problem.budget_yen is not None:
        model.add(sum(int(cost) * one for cost, one in zip(problem.cost_yen.tolist(), opened, strict=True)) <= problem.budget_yen)
    model.maximize(sum(int(weight) * one for weight, one in zip(whole.tolist(), covered, strict=True)))
    return model, opened
