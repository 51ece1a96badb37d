"""The last step of a proof: branch and bound on what reduced costs have left."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from ortools.math_opt.python import mathopt

from siting.arrays import IndexArray
from siting.solver.cuts import Cuts
from siting.solver.interruptible import run_until
from siting.solver.presolve import ReducedProblem

_TOLERANCE = 1e-9
"""How far the mixed-integer solver may miss a constraint."""

_ROUNDING = 1e-3
"""What is left of a whole unit when the solver's bound is cut to whole units."""

_LONGEST_S = 1e9
"""The solver takes no longer time limits [s]; none at all may be asked for."""

_RELATIVE_ROUNDING = 1e-12
"""Share of the weight that the solver's floating-point sums may lose."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Finish:
    """
    What branch and bound found.

    Attributes
    ----------
    rows
        Rows of its best plan; None where it found none that keeps the limits to the yen.
    bound
        No plan of the problem covers more, base weight included.
    """

    rows: IndexArray | None
    bound: float


def finish(
    problem: ReducedProblem, cuts: Cuts, hint: IndexArray, *, n_nodes: int, time_limit_s: float, is_over: Callable[[], bool]
) -> Finish:
    """
    Solve a reduced problem by branch and bound (HiGHS, through OR-Tools MathOpt).

    Weights are whole numbers of units where the problem is integral, and then so is the bound.

    Parameters
    ----------
    problem
        A reduced problem, small enough.
    cuts
        Cuts that every plan keeps, added as constraints.
    hint
        Rows of a good plan to start from.
    n_nodes
        Nodes of the search tree at most.
    time_limit_s
        Safety net [s].
    is_over
        Asked now and then; ends the work when true.
    """
    model = mathopt.Model()
    is_open = [model.add_binary_variable() for _ in range(problem.n_rows)]
    is_covered = [model.add_variable(lb=0.0, ub=1.0) for _ in range(problem.n_groups)]
    for j, covered in enumerate(is_covered):
        serving = problem.rows_serving(j).tolist()
        model.add_linear_constraint(mathopt.fast_sum(is_open[i] for i in serving) >= covered)
    _add_limits(model, problem, is_open)
    _add_cuts(model, problem, cuts, is_open, is_covered)
    model.maximize(mathopt.fast_sum(float(weight) * covered for weight, covered in zip(problem.weight, is_covered, strict=True)))
    params = _parameters(n_nodes, time_limit_s, 0.9 if problem.is_integral else 0.0)
    hints = mathopt.ModelSolveParameters(solution_hints=[mathopt.SolutionHint(variable_values=_values(problem, hint, is_open, is_covered))])
    result = run_until(lambda _: mathopt.solve(model, mathopt.SolverType.HIGHS, params=params, model_params=hints), is_over)
    rows: IndexArray | None = None
    if result is None:
        return Finish(rows=None, bound=problem.base_weight + problem.open_weight)
    if result.has_primal_feasible_solution():
        found = np.flatnonzero(np.array(result.variable_values(is_open)) > 0.5).astype(np.int32)
        rows = found if _keeps_limits(problem, found) else None
    return Finish(rows=rows, bound=_outward(problem, result.termination.objective_bounds.dual_bound))


def _keeps_limits(problem: ReducedProblem, rows: IndexArray) -> bool:
    """Tell whether rows keep the limits in whole numbers; the solver's tolerance is worth yen where costs are large."""
    is_affordable = problem.budget_yen is None or sum(problem.cost_yen[rows].tolist()) <= problem.budget_yen
    return is_affordable and len(rows) <= problem.max_rows


def _outward(problem: ReducedProblem, dual_bound: float) -> float:
    """Return a bound in whole units where weights are whole, rounded outward by more than the solver's sums can be wrong."""
    if not math.isfinite(dual_bound):
        return problem.base_weight + problem.open_weight
    if problem.is_integral:
        return problem.base_weight + float(math.floor(dual_bound + _ROUNDING + _RELATIVE_ROUNDING * problem.open_weight))
    return problem.base_weight + dual_bound + _TOLERANCE * problem.open_weight


def _parameters(n_nodes: int, time_limit_s: float, gap: float) -> mathopt.SolveParameters:
    """Return the parameters of one deterministic search on one thread."""
    parameters = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=min(max(time_limit_s, 0.01), _LONGEST_S)),
        node_limit=n_nodes,
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=gap,
    )
    parameters.highs.double_options["mip_heuristic_effort"] = 0.0
    for name in ("mip_feasibility_tolerance", "primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        parameters.highs.double_options[name] = _TOLERANCE
    return parameters


def _add_limits(model: mathopt.Model, problem: ReducedProblem, is_open: list[mathopt.Variable]) -> None:
    if problem.max_rows < problem.n_rows:
        model.add_linear_constraint(mathopt.fast_sum(is_open) <= problem.max_rows)
    if problem.budget_yen is not None:
        cost = problem.cost_yen.tolist()
        unit = reduce(math.gcd, cost, 0) or 1
        model.add_linear_constraint(
            mathopt.fast_sum(yen // unit * one for yen, one in zip(cost, is_open, strict=True)) <= problem.budget_yen // unit
        )


def _add_cuts(
    model: mathopt.Model, problem: ReducedProblem, cuts: Cuts, is_open: list[mathopt.Variable], is_covered: list[mathopt.Variable]
) -> None:
    row, cut, coefficient = cuts.coefficients(problem)
    serving: list[list[mathopt.LinearExpression]] = [[] for _ in range(len(cuts))]
    for i, c, a in zip(row.tolist(), cut.tolist(), coefficient.tolist(), strict=True):
        serving[c].append(float(a) * is_open[i])
    for groups, serves in zip(cuts.groups.tolist(), serving, strict=True):
        members = [is_covered[j] for j in groups if j >= 0]
        model.add_linear_constraint(mathopt.fast_sum(members) - mathopt.fast_sum(serves) <= len(members) - 2)


def _values(
    problem: ReducedProblem, rows: IndexArray, is_open: list[mathopt.Variable], is_covered: list[mathopt.Variable]
) -> dict[mathopt.Variable, float]:
    """Return the values of all variables for a plan."""
    opened = np.zeros(problem.n_rows)
    opened[rows] = 1.0
    covered = np.zeros(problem.n_groups)
    for row in rows.tolist():
        covered[problem.row_groups[problem.row_start[row] : problem.row_start[row + 1]]] = 1.0
    return dict(zip(is_open, opened.tolist(), strict=True)) | dict(zip(is_covered, covered.tolist(), strict=True))
