"""The relaxation with its cuts as a linear program, solved by the simplex method from one set of cuts to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.util.python.solve_interrupter import SolveInterrupter

from siting.arrays import FloatArray
from siting.solver.cuts import Cuts, separate
from siting.solver.interruptible import run_until
from siting.solver.presolve import ReducedProblem

_LEAST_VIOLATION = 0.03
_MOST_NEW_CUTS = 800
"""Least violation of a cut worth adding, and how many are added at a time."""

_MOST_ITERATIONS = 100_000
_BINDING = 1e-9
"""Iterations of the simplex method for one solution, and multiplier of a cut, as a share of the largest weight, from which it binds."""


class Vertex(NamedTuple):
    """
    A solution of the program.

    Attributes
    ----------
    multiplier
        What covering each group is worth and, behind them, what each cut is worth, shape (m + n_cuts,).
    share
        To what part each row is open, in [0, 1], shape (n,).
    cuts
        The cuts that bind.
    violated
        Cuts that it violates; they are in the program now.
    """

    multiplier: FloatArray
    share: FloatArray
    cuts: Cuts
    violated: Cuts


class LinearProgram:
    """
    Covering, relaxed: rows are open and groups covered in part.

    Parameters
    ----------
    problem
        The reduced problem.
    cuts
        Cuts to begin with.

    References
    ----------
    Perron and Furnon, OR-Tools: GLOP, a simplex method that goes on from its last basis, by way of MathOpt.
    """

    def __init__(self, problem: ReducedProblem, cuts: Cuts) -> None:
        self._problem = problem
        self._unit = float(problem.weight.max())
        self._model = mathopt.Model()
        self._share = [self._model.add_variable(lb=0.0, ub=1.0) for _ in range(problem.n_rows)]
        self._short = [self._model.add_variable(lb=0.0) for _ in range(problem.n_groups)]
        self._model.minimize(
            mathopt.fast_sum(float(weight) * one for weight, one in zip(problem.weight / self._unit, self._short, strict=True))
        )
        self._served = [
            self._add(problem.column_rows[problem.column_start[j] : problem.column_start[j + 1]].tolist(), None, [j], 1.0)
            for j in range(problem.n_groups)
        ]
        self._model.add_linear_constraint(mathopt.fast_sum(self._share) <= problem.max_rows)
        if problem.budget_yen is not None:
            cost = (problem.cost_yen / max(problem.budget_yen, 1)).tolist()
            self._model.add_linear_constraint(
                mathopt.fast_sum(share * one for share, one in zip(cost, self._share, strict=True)) <= min(problem.budget_yen, 1.0)
            )
        self._cuts = Cuts.none()
        self._cut: list[mathopt.LinearConstraint] = []
        self._solver = mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)
        self._join(cuts)

    def _add(self, rows: list[int], coefficients: list[int] | None, groups: list[int], least: float) -> mathopt.LinearConstraint:
        """Ask for a least sum of what is open of some rows and what is short of some groups."""
        constraint = self._model.add_linear_constraint(lb=least)
        for at, row in enumerate(rows):
            constraint.set_coefficient(self._share[row], 1.0 if coefficients is None else float(coefficients[at]))
        for group in groups:
            constraint.set_coefficient(self._short[group], 1.0)
        return constraint

    def _join(self, cuts: Cuts) -> Cuts:
        """Add the cuts that are new, and return them."""
        joined = self._cuts.joined(cuts)
        new = joined.take(np.arange(len(self._cuts), len(joined)))
        row, cut, coefficient = new.coefficients(self._problem)
        order = np.argsort(cut, kind="stable")
        end = np.cumsum(np.bincount(cut, minlength=len(new))).tolist()
        rows, coefficients = row[order].tolist(), coefficient[order].tolist()
        for first, last, groups in zip([0, *end], end, new.groups.tolist(), strict=False):
            self._cut.append(self._add(rows[first:last], coefficients[first:last], [j for j in groups if j >= 0], 2.0))
        self._cuts = joined
        return new

    def solve(self, is_over: Callable[[], bool]) -> Vertex | None:
        """
        Return the best solution; None where the work was ended, or the program is too hard.

        The cuts that do not bind there leave the program, those that it violates join it.

        Parameters
        ----------
        is_over
            Asked now and then; ends the work when true.
        """
        params = mathopt.SolveParameters(lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX, iteration_limit=_MOST_ITERATIONS)

        def run(interrupter: SolveInterrupter) -> mathopt.SolveResult:
            return self._solver.solve(params=params, interrupter=interrupter)

        try:
            result = run_until(run, is_over)
        except RuntimeError:  # a numerical failure of the solver; the search goes on without it
            return None
        if result is None or result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            return None
        share = np.clip(np.array(result.variable_values(self._share)), 0.0, 1.0)
        group = np.array(result.dual_values(self._served))
        cut = np.array(result.dual_values(self._cut)) if self._cut else np.zeros(0)
        for at in np.flatnonzero(cut <= _BINDING).tolist():
            self._model.delete_linear_constraint(self._cut[at])
        binding = np.flatnonzero(cut > _BINDING)
        self._cut = [self._cut[at] for at in binding.tolist()]
        self._cuts = self._cuts.take(binding)
        kept = self._cuts
        violated = self._join(separate(self._problem, share, least=_LEAST_VIOLATION, most=_MOST_NEW_CUTS))
        return Vertex(self._unit * np.maximum(np.concatenate([group, cut[binding]]), 0.0), share, kept, violated)
