"""The linear relaxation of the general problem: its dual prices are a starting point, its value is never taken on trust."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.util.python.solve_interrupter import SolveInterrupter

from siting.arrays import FloatArray, IntArray
from siting.solver.interruptible import run_until
from siting.solver.model import NO_LOWER, NO_UPPER, Model, SparseRows
from siting.solver.model_bound import Multipliers
from siting.solver.model_hold import Held


class _Rows:
    """Constraints of a linear problem as they are added: entries, and lower and upper limits."""

    def __init__(self) -> None:
        self.n = 0
        self._entries: list[tuple[IntArray, IntArray, FloatArray]] = []
        self._limits: list[tuple[FloatArray, FloatArray]] = []

    def add(self, start: IntArray, column: IntArray, amount: FloatArray, lower: FloatArray, upper: FloatArray) -> slice:
        """Add compressed constraints; return their places."""
        first = self.n
        self.n += len(lower)
        self._entries.append((first + np.repeat(np.arange(len(lower)), np.diff(start)), column, amount))
        self._limits.append((lower, upper))
        return slice(first, self.n)

    def write(self, proto: model_pb2.ModelProto) -> None:
        """Write all constraints."""
        row, column, amount = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        order = np.lexsort((column, row))
        proto.linear_constraint_matrix.row_ids.extend(row[order].tolist())
        proto.linear_constraint_matrix.column_ids.extend(column[order].tolist())
        proto.linear_constraint_matrix.coefficients.extend(amount[order].tolist())
        proto.linear_constraints.ids.extend(range(self.n))
        for part, field in zip(zip(*self._limits, strict=True), ("lower_bounds", "upper_bounds"), strict=True):
            getattr(proto.linear_constraints, field).extend(np.concatenate(part).tolist())


class LinearRelaxation:
    """
    The linear relaxation of a general problem, some rows held as they are.

    Parameters
    ----------
    model
        The problem.
    held
        Rows held.

    References
    ----------
    Perron and Furnon, OR-Tools: GLOP, a simplex method, by way of MathOpt.
    """

    def __init__(self, model: Model, held: Held) -> None:
        self._model = model
        n, m, f, e = model.n_rows, model.n_groups, len(model.bundles), len(model.bundles.column)
        self._covered, self._backed, self._complete, self._filled = n, n + m, n + 2 * m, n + 2 * m + f
        self._n = n + 2 * m + f + e
        self._rows = _Rows()
        lacking = model.needed - model.base_servers.astype(np.int64)
        self._servers = self._add_servers(lacking)
        self._rules = self._add_table(model.rules, 0, model.lower, model.upper)
        self._targets = self._add_targets()
        self._entries = self._add_bundles()
        self._proto = self._write(held, lacking)

    def _add_table(self, rows: SparseRows, first: int, lower: IntArray, upper: IntArray) -> slice:
        low = np.where(lower <= NO_LOWER, -np.inf, lower).astype(np.float64)
        high = np.where(upper >= NO_UPPER, np.inf, upper).astype(np.float64)
        return self._rows.add(rows.start, rows.column.astype(np.int64) + first, rows.amount.astype(np.float64), low, high)

    def _add_servers(self, lacking: IntArray) -> slice:
        """Say that open rows serve: what a group uses is no more than its open rows."""
        model = self._model
        m = model.n_groups
        sizes = np.diff(model.column_start)
        group = np.repeat(np.arange(m), sizes)
        column = np.concatenate([model.column_rows.astype(np.int64), self._covered + np.arange(m), self._backed + np.arange(m)])
        amount = np.concatenate([-np.ones(len(group)), np.maximum(lacking, 0), np.where(lacking >= 0, 1.0, 0.0)])
        order = np.argsort(np.concatenate([group, np.arange(m), np.arange(m)]), kind="stable")
        start = np.append(0, np.cumsum(sizes + 2))
        places = self._rows.add(start, column[order], amount[order], np.full(m, -np.inf), np.zeros(m))
        pair = np.stack([self._backed + np.arange(m), self._covered + np.arange(m)], axis=1).ravel()
        self._rows.add(2 * np.arange(m + 1), pair, np.tile([1.0, -1.0], m), np.full(m, -np.inf), np.zeros(m))
        return places

    def _add_targets(self) -> slice:
        model = self._model
        n_groups, n_bundles = np.diff(model.target_groups.start), np.diff(model.target_bundles.start)
        t = len(model.target_need)
        row = np.concatenate([np.repeat(np.arange(t), n_groups), np.repeat(np.arange(t), n_bundles)])
        column = np.concatenate([self._covered + model.target_groups.column, self._complete + model.target_bundles.column])
        amount = np.concatenate([model.target_groups.amount, model.target_bundles.amount]).astype(np.float64)
        order = np.argsort(row, kind="stable")
        start = np.append(0, np.cumsum(n_groups + n_bundles))
        need = model.target_need.astype(np.float64)
        return self._rows.add(start, column[order].astype(np.int64), amount[order], need, np.full(t, np.inf))

    def _add_bundles(self) -> slice:
        """Say that what fills a bundle is covered, is no more than its completeness, and is enough."""
        model = self._model
        bundles, e = model.bundles, len(model.bundles.column)
        of = np.repeat(np.arange(len(bundles)), np.diff(bundles.start))
        fill = self._filled + np.arange(e)
        zero, free = np.zeros(e), np.full(e, -np.inf)
        pair = np.tile([1.0, -1.0], e)
        starts = 2 * np.arange(e + 1)
        places = self._rows.add(starts, np.stack([fill, self._covered + bundles.column], axis=1).ravel(), pair, free, zero)
        self._rows.add(starts, np.stack([fill, self._complete + of], axis=1).ravel(), pair, free, zero)
        f = len(bundles)
        row = np.concatenate([of, np.arange(f)])
        column = np.concatenate([fill, self._complete + np.arange(f)])
        amount = np.concatenate([bundles.amount, -model.bundle_need]).astype(np.float64)
        order = np.argsort(row, kind="stable")
        self._rows.add(bundles.start + np.arange(f + 1), column[order], amount[order], np.zeros(f), np.full(f, np.inf))
        return places

    def _write(self, held: Held, lacking: IntArray) -> model_pb2.ModelProto:
        model = self._model
        m = model.n_groups
        proto = model_pb2.ModelProto()
        lower, upper, gain = np.zeros(self._n), np.ones(self._n), np.zeros(self._n)
        upper[: model.n_rows][held.is_closed] = 0.0
        lower[: model.n_rows][held.is_open] = 1.0
        if model.is_cost_goal:
            gain[: model.n_rows] = -model.cost
        else:
            gain[self._covered : self._covered + m] = model.weight
            gain[self._backed : self._backed + m] = model.backup_weight
            gain[self._complete : self._filled] = model.bundle_value
        proto.variables.ids.extend(range(self._n))
        proto.variables.lower_bounds.extend(lower.tolist())
        proto.variables.upper_bounds.extend(upper.tolist())
        proto.variables.integers.extend([False] * self._n)
        proto.objective.maximize = True
        used = np.flatnonzero(gain)
        proto.objective.linear_coefficients.ids.extend(used.tolist())
        proto.objective.linear_coefficients.values.extend(gain[used].tolist())
        self._rows.write(proto)
        return proto

    def _run(self, n_iterations: int, is_over: Callable[[], bool]) -> mathopt.SolveResult | None:
        """Solve on another thread, so that the clock and the keyboard can end it; None where they did."""
        problem = mathopt.Model.from_model_proto(self._proto)
        params = mathopt.SolveParameters(iteration_limit=n_iterations, threads=1)

        def run(interrupter: SolveInterrupter) -> mathopt.SolveResult:
            return mathopt.solve(problem, mathopt.SolverType.GLOP, params=params, interrupter=interrupter)

        return run_until(run, is_over)

    def prices(self, *, n_iterations: int, is_over: Callable[[], bool]) -> Multipliers | None:
        """
        Return the prices of the relaxation, as far as the iterations lead; None where none came out.

        Parameters
        ----------
        n_iterations
            Iterations at most.
        is_over
            Asked now and then; ends the work when true.
        """
        result = self._run(n_iterations, is_over)
        if result is None or not result.solutions or result.solutions[0].dual_solution is None:
            return None
        dual = np.zeros(self._rows.n)
        for constraint, value in result.solutions[0].dual_solution.dual_values.items():
            dual[constraint.id] = value
        model = self._model
        return Multipliers(
            group=np.maximum(dual[self._servers], 0.0),
            rule=dual[self._rules],
            target=np.maximum(-dual[self._targets], 0.0),
            entry=np.maximum(dual[self._entries], 0.0),
            rule_name=model.rule_name,
            target_name=model.target_name,
        )
