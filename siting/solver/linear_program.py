"""The relaxation with its cuts as a linear program, solved by the simplex method from one set of cuts or branch to the next."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import highspy
import numpy as np

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.solver.confines import Confines
from siting.solver.cuts import Cuts, separate
from siting.solver.dual_bound import MOST_VALUE
from siting.solver.presolve import ReducedProblem

_LEAST_VIOLATION = 0.03
_LEAST_SHORTAGE = 0.01
_MOST_NEW_CUTS = 800
"""Least violation of a cut worth adding, the same with the rows counted that hardly are open, and how many are added at a time."""

_MOST_ITERATIONS = 100_000
_ITERATIONS_AT_ONCE = 250
_BINDING = 1e-9
"""
Iterations of the simplex method for one solution, and between two looks at the clock; multiplier of a cut, as a share of the largest
weight, from which it binds.
"""

_SMALL_PAIRS = 20_000
"""Pairs of the largest program whose first solution the simplex method finds from nothing."""

_RAY_LENGTH = MOST_VALUE / 2.0
"""Sum of the multipliers that prove that no plan is left, in weights of all groups."""

_SLACK = 1e-6
"""What a cut that leaves the program must be kept by, more than it asks for: only then the basis can do without it."""

_OPTIMAL = highspy.HighsModelStatus.kOptimal
_ENOUGH = highspy.HighsModelStatus.kObjectiveBound
_AT_LIMIT = highspy.HighsModelStatus.kIterationLimit
_INFEASIBLE = highspy.HighsModelStatus.kInfeasible
_FAILED = highspy.HighsModelStatus.kSolveError


class Vertex(NamedTuple):
    """
    A solution of the program.

    Attributes
    ----------
    multiplier
        What covering each group is worth and, behind them, what each cut is worth, shape (m + n_cuts,).
    share
        To what part each row is open, in [0, 1], shape (n,).
    short
        What each group lacks of being covered, in [0, 1], shape (m,).
    cuts
        The cuts that bind.
    violated
        Cuts that it violates and that are in the program now, once they were sought.
    """

    multiplier: FloatArray
    share: FloatArray
    short: FloatArray
    cuts: Cuts
    violated: Cuts = Cuts.none()


class _Sparse(NamedTuple):
    """Names of each sum, from ``start[k]`` on those of sum k."""

    start: IntArray
    names: IndexArray


class _Solver(highspy.Highs):
    """HiGHS without callbacks, whose preparation prints a banner."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


class LinearProgram:
    """
    Covering, relaxed: rows are open and groups covered in part.

    Parameters
    ----------
    problem
        The reduced problem.
    cuts
        Cuts to begin with.

    Attributes
    ----------
    n_iterations
        Iterations of the simplex method so far.

    References
    ----------
    Huangfu and Hall (2018), Parallelizing the dual revised simplex method: HiGHS, which goes on from its last basis.
    """

    def __init__(self, problem: ReducedProblem, cuts: Cuts) -> None:
        n, m = problem.n_rows, problem.n_groups
        self._problem = problem
        self._unit = float(problem.weight.max())
        self._cuts = Cuts.none()
        self._lower, self._upper = np.zeros(n + m), np.concatenate([np.ones(n), np.full(m, highspy.kHighsInf)])
        self.n_iterations = 0
        self._solver = _Solver()
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
            self._solver.setOptionValue(option, value)
        columns = highspy.HighsLp()
        columns.num_col_, columns.num_row_ = n + m, 0
        columns.col_cost_ = np.concatenate([np.zeros(n), problem.weight / self._unit])
        columns.col_lower_, columns.col_upper_ = self._lower, self._upper
        self._solver.passModel(columns)
        every_group = np.arange(m, dtype=np.int32)
        pattern = _Sparse(problem.column_start, problem.column_rows)
        self._add(pattern, np.ones(len(problem.column_rows)), _Sparse(np.arange(m + 1), every_group), least=1.0)
        self._limit(np.ones(n), float(problem.max_rows))
        if problem.budget_yen is not None:
            self._limit(problem.cost_yen / max(problem.budget_yen, 1), min(problem.budget_yen, 1.0))
        self._first_cut = int(self._solver.getNumRow())
        self._objective, self._dual, self._activity = 0.0, np.zeros(0), np.zeros(0)
        self._is_solved, self._waiting = False, cuts

    def copy(self) -> LinearProgram:
        """Return the program with its cuts, to go on from where this one stands."""
        other = LinearProgram(self._problem, self._waiting)
        if self._is_solved:
            other._is_solved = True
            other._join(self._cuts)
            other._solver.setBasis(self._solver.getBasis())
        return other

    def _begin(self, seconds_left: float) -> None:
        """Find a first basis without cuts, by interior points where the program is large; then add the cuts to begin with."""
        if len(self._problem.row_groups) > _SMALL_PAIRS:
            for option, value in (("solver", "ipm"), ("time_limit", max(seconds_left, 0.0))):
                self._solver.setOptionValue(option, value)
            self._solver.run()
            for option, value in (("solver", "simplex"), ("time_limit", highspy.kHighsInf)):
                self._solver.setOptionValue(option, value)
        self._is_solved, self._waiting, cuts = True, Cuts.none(), self._waiting
        self._join(cuts)

    def _limit(self, cost: FloatArray, most: float) -> None:
        """Ask for a most sum of what is open of all rows."""
        every = np.arange(self._problem.n_rows, dtype=np.int32)
        self._solver.addRow(-highspy.kHighsInf, most, len(every), every, cost)

    def _add(self, rows: _Sparse, coefficient: FloatArray, groups: _Sparse, *, least: float) -> None:
        """Ask for least sums of what is open of some rows, times a coefficient, and what is short of some groups."""
        n_rows, n_groups = np.diff(rows.start), np.diff(groups.start)
        first = np.concatenate([[0], np.cumsum(n_rows + n_groups)]).astype(np.int32)
        name, value = np.empty(first[-1], dtype=np.int32), np.ones(first[-1])
        row_at = np.arange(len(rows.names)) + np.repeat(first[:-1] - rows.start[:-1], n_rows)
        name[row_at], value[row_at] = rows.names, coefficient
        group_at = np.arange(len(groups.names)) + np.repeat(first[:-1] + n_rows - groups.start[:-1], n_groups)
        name[group_at] = groups.names + self._problem.n_rows
        upper = np.full(len(n_rows), highspy.kHighsInf)
        self._solver.addRows(len(upper), np.full(len(upper), least), upper, len(name), first[:-1], name, value)

    def _join(self, cuts: Cuts) -> Cuts:
        """Add the cuts that are new, and return them."""
        joined = self._cuts.joined(cuts)
        new = joined.take(np.arange(len(self._cuts), len(joined)))
        if len(new):
            row, cut, coefficient = new.coefficients(self._problem)
            order = np.argsort(cut, kind="stable")
            start = np.concatenate([[0], np.cumsum(np.bincount(cut, minlength=len(new)))])
            self._add(_Sparse(start, row[order]), coefficient[order].astype(np.float64), _Sparse(*new.compressed), least=2.0)
        self._cuts = joined
        return new

    def confine(self, confines: Confines) -> None:
        """Look at some plans only, in place of those looked at before."""
        lower = np.concatenate([confines.is_opened, np.zeros(self._problem.n_groups)])
        upper = np.concatenate([np.where(confines.is_closed, 0.0, 1.0), np.where(confines.is_asked, 0.0, highspy.kHighsInf)])
        changed = np.flatnonzero((lower != self._lower) | (upper != self._upper)).astype(np.int32)
        self._solver.changeColsBounds(len(changed), changed, lower[changed], upper[changed])
        self._lower, self._upper = lower, upper

    def solve(self, is_over: Callable[[], bool], *, enough: float | None = None, seconds_left: float = math.inf) -> Vertex | None:
        """
        Return the best solution; None where the work was ended, or the program is too hard.

        Where no plan is left, the multipliers grow without end: their direction is returned, long enough to prove it.

        Parameters
        ----------
        is_over
            Asked now and then; ends the work when true.
        enough
            Weight of the groups covered, base weight left out; the work ends where no solution covers more.
        seconds_left
            Time for the interior points, which ask nobody [s].
        """
        if not self._is_solved:
            self._begin(seconds_left)
        self._solver.setOptionValue("objective_bound", highspy.kHighsInf if enough is None else self._loss(enough))
        status = _AT_LIMIT
        for _ in range(math.ceil(_MOST_ITERATIONS / _ITERATIONS_AT_ONCE)):
            if status != _AT_LIMIT or is_over():
                break
            status = self._run(_ITERATIONS_AT_ONCE)
        if status not in (_OPTIMAL, _ENOUGH, _INFEASIBLE):
            return None
        n_rows, n_groups = self._problem.n_rows, self._problem.n_groups
        solution = self._solver.getSolution()
        self._objective = float(self._solver.getInfo().objective_function_value)
        self._activity = np.array(solution.row_value)
        column, dual = np.clip(np.array(solution.col_value), 0.0, 1.0), np.array(solution.row_dual)
        if status == _INFEASIBLE:
            dual = self._ray()
        self._dual = np.maximum(dual, 0.0)
        binding = np.flatnonzero(self._dual[self._first_cut :] > _BINDING)
        return Vertex(
            multiplier=self._unit * np.concatenate([self._dual[:n_groups], self._dual[self._first_cut + binding]]),
            share=column[:n_rows],
            short=column[n_rows:],
            cuts=self._cuts.take(binding),
        )

    def cut(self, vertex: Vertex, is_over: Callable[[], bool]) -> Vertex:
        """
        Add cuts that the last solution violates, drop those that it keeps by far, and return it with the new ones.

        Parameters
        ----------
        vertex
            The last solution.
        is_over
            Asked now and then; ends the search for cuts when true.
        """
        is_gone = (self._dual[self._first_cut :] <= _BINDING) & (self._activity[self._first_cut :] > 2.0 + _SLACK)
        gone = np.flatnonzero(is_gone)
        self._solver.deleteRows(len(gone), (self._first_cut + gone).astype(np.int32))
        self._cuts = self._cuts.take(np.flatnonzero(~is_gone))
        found = separate(self._problem, vertex.share, short=vertex.short, least=_LEAST_VIOLATION, most=_MOST_NEW_CUTS, is_over=is_over)
        is_violated = found.shortage(self._problem, vertex.share, vertex.short) > _LEAST_SHORTAGE
        return vertex._replace(violated=self._join(found.take(np.flatnonzero(is_violated))))

    def _ray(self) -> FloatArray:
        """Return multipliers of all sums that prove that no plan is left, as large as exact arithmetic allows."""
        ray: FloatArray = np.abs(np.array(self._solver.getDualRay()[2], dtype=np.float64))  # type: ignore[attr-defined]  # not in its stubs
        return ray * (_RAY_LENGTH * self._problem.open_weight / self._unit / max(float(ray.sum()), np.finfo(np.float64).tiny))

    def _loss(self, covered: float) -> float:
        """Return what is lost where so much is covered, as the objective counts it."""
        return (self._problem.open_weight - covered) / self._unit

    def losses(self, group: int, *, n_iterations: int) -> tuple[float, float]:
        """
        Return about what is lost where a group is covered, and where it is not: after some iterations from the last solution, uncut.

        Parameters
        ----------
        group
            A group, neither asked for nor closed.
        n_iterations
            Iterations for each of the two at most.
        """
        problem = self._problem
        basis = self._solver.getBasis()
        sides = np.array([problem.n_rows + group], dtype=np.int32), problem.rows_serving(group)
        found: list[float] = []
        for columns in sides:
            self._solver.changeColsBounds(len(columns), columns, np.zeros(len(columns)), np.zeros(len(columns)))
            status = self._run(n_iterations)
            is_lost = status in (_ENOUGH, _INFEASIBLE)
            after = float(self._solver.getInfo().objective_function_value)
            found.append(np.inf if is_lost else self._unit * max(after - self._objective, 0.0))
            self._solver.changeColsBounds(len(columns), columns, self._lower[columns], self._upper[columns])
            self._solver.setBasis(basis)
        return found[0], found[1]

    def _run(self, n_iterations: int) -> highspy.HighsModelStatus:
        """Take some iterations of the simplex method."""
        self._solver.setOptionValue("simplex_iteration_limit", n_iterations)
        if self._solver.run() == highspy.HighsStatus.kError:
            return _FAILED
        self.n_iterations += int(self._solver.getInfo().simplex_iteration_count)
        return self._solver.getModelStatus()
