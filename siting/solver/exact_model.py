"""The exact finish of the general problem: CP-SAT over whole numbers, stopped by counted work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from siting.arrays import BoolArray, IndexArray, IntArray
from siting.solver.model import Model
from siting.solver.model_check import servers

_LARGEST_OBJECTIVE = 2**52
"""Bounds come back as floating-point numbers: whole ones below this are exact."""

_POLL_S = 0.02


@dataclass(frozen=True, kw_only=True, eq=False)
class ExactOutcome:
    """
    What the exact solver proved within its work.

    Attributes
    ----------
    rows
        The best plan it found; None for none.
    bound
        Bound on the merit (the value, or the cost with its sign turned) of every plan; None for none.
    is_infeasible
        No plan keeps the rules.
    n_branches
        Decisions taken.
    """

    rows: IndexArray | None
    bound: int | None
    is_infeasible: bool
    n_branches: int


def solve_exactly(
    model: Model,
    *,
    is_closed: BoolArray,
    is_open: BoolArray,
    hint: IndexArray | None,
    seed: int,
    work: float,
    is_over: Callable[[], bool],
) -> ExactOutcome | None:
    """
    Solve the problem with some rows held closed or open, as far as the work allows.

    Parameters
    ----------
    model
        The problem; base cost is not counted.
    is_closed, is_open
        Rows held closed and rows held open, shape (n,).
    hint
        A good plan to start from.
    seed
        Seed of the search.
    work
        Deterministic work units, about a second each.
    is_over
        Asked now and then; ends the search when true. The outcome then depends on the clock.

    Returns
    -------
    ExactOutcome or None
        None where the numbers are too large for exact whole-number search.

    References
    ----------
    Perron and Furnon, OR-Tools CP-SAT.
    """
    worths = (model.cost,) if model.is_cost_goal else (model.weight, model.backup_weight, model.bundle_value)
    if sum(int(one.sum()) for one in worths) >= _LARGEST_OBJECTIVE:
        return None
    builder = _Builder(model, is_closed=is_closed, is_open=is_open)
    if hint is not None:
        builder.hint(hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = work
    solver.parameters.catch_sigint_signal = False
    status = _run(solver, builder.problem, is_over)
    if status == cp_model.MODEL_INVALID:
        return None
    is_solved = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    bound: int | None = None
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN} and abs(solver.best_objective_bound) < _LARGEST_OBJECTIVE:
        bound = round(solver.best_objective_bound) * (-1 if model.is_cost_goal else 1)
    rows = None
    if is_solved:
        rows = np.array([i for i, one in enumerate(builder.rows) if solver.boolean_value(one)], dtype=np.int32)
    return ExactOutcome(rows=rows, bound=bound, is_infeasible=status == cp_model.INFEASIBLE, n_branches=int(solver.num_branches))


def _run(solver: cp_model.CpSolver, problem: cp_model.CpModel, is_over: Callable[[], bool]) -> int:
    """Solve on another thread, so that the clock and the keyboard can end it."""
    with ThreadPoolExecutor(max_workers=1) as other:
        job = other.submit(solver.solve, problem)
        try:
            while not wait([job], timeout=_POLL_S).done:
                if is_over():
                    solver.stop_search()
            return int(job.result())
        except BaseException:
            solver.stop_search()
            raise


class _Builder:
    """The problem in the solver's terms: one switch for each row, group, backup and bundle that can still matter."""

    def __init__(self, model: Model, *, is_closed: BoolArray, is_open: BoolArray) -> None:
        self.problem = cp_model.CpModel()
        self._model = model
        self._always = self.problem.new_constant(1)
        self._never = self.problem.new_constant(0)
        self.rows = [
            self._never if closed else self._always if opened else self.problem.new_bool_var("")
            for closed, opened in zip(is_closed.tolist(), is_open.tolist(), strict=True)
        ]
        self._is_free = ~(is_closed | is_open)
        self._count = servers(model, np.flatnonzero(is_open).astype(np.int32))
        self._covered: dict[int, cp_model.IntVar] = {}
        self._backed: dict[int, cp_model.IntVar] = {}
        self._complete: dict[int, cp_model.IntVar] = {}
        self._more: dict[int, list[int]] = {}
        self._add_groups()
        self._add_bundles()
        self._add_rules()
        self._add_targets()
        self._add_goal()

    def hint(self, rows: IndexArray) -> None:
        """Tell the solver of a plan."""
        is_hinted = np.zeros(self._model.n_rows, dtype=np.bool_)
        is_hinted[rows] = True
        for row in np.flatnonzero(self._is_free).tolist():
            self.problem.add_hint(self.rows[row], bool(is_hinted[row]))

    def _add_groups(self) -> None:
        model = self._model
        is_linked = np.zeros(model.n_groups, dtype=np.bool_)
        is_linked[model.target_groups.column] = True
        is_linked[model.bundles.column] = True
        matters = is_linked if model.is_cost_goal else is_linked | (model.weight > 0) | (model.backup_weight > 0)
        alike: dict[tuple[bytes, int, bool], int] = {}
        for j in np.flatnonzero(matters).tolist():
            able = model.column_rows[model.column_start[j] : model.column_start[j + 1]]
            able = able[self._is_free[able]]
            lacking = model.needed - int(self._count[j])
            backup = 0 if model.is_cost_goal else int(model.backup_weight[j])
            first = j if is_linked[j] else alike.setdefault((able.tobytes(), max(lacking, -1), backup > 0), j)
            if first != j:
                self._more[first].append(j)
                continue
            self._more[j] = [j]
            self._add_group(j, [self.rows[row] for row in able.tolist()], lacking, has_backup=backup > 0)

    def _add_group(self, group: int, able: list[cp_model.IntVar], lacking: int, *, has_backup: bool) -> None:
        """Say when a group counts, and when it has one server more than it needs."""
        problem = self.problem
        has_backup = has_backup and len(able) > lacking
        if lacking <= 0:
            self._covered[group] = self._always
        elif len(able) >= lacking:
            covered = self._covered[group] = problem.new_bool_var("")
            if lacking == 1:
                problem.add_bool_or([*able, ~covered])
            elif not has_backup:
                problem.add(cp_model.LinearExpr.sum(able) >= lacking * covered)
        if not has_backup:
            return
        if lacking < 0:
            self._backed[group] = self._always
            return
        backed = self._backed[group] = problem.new_bool_var("")
        if lacking == 0:
            problem.add_bool_or([*able, ~backed])
        else:
            problem.add_implication(backed, self._covered[group])
            problem.add(cp_model.LinearExpr.sum(able) >= lacking * self._covered[group] + backed)

    def _add_bundles(self) -> None:
        model = self._model
        start = model.bundles.start.tolist()
        for bundle, need in enumerate(model.bundle_need.tolist()):
            places = range(start[bundle], start[bundle + 1])
            able = [(self._covered.get(int(model.bundles.column[p]), self._never), int(model.bundles.amount[p])) for p in places]
            most = sum(amount for one, amount in able if one is not self._never)
            if most < need:
                continue
            complete = self._complete[bundle] = self.problem.new_bool_var("")
            if most == need:
                for one, amount in able:
                    if amount > 0 and one is not self._never:
                        self.problem.add_implication(complete, one)
            else:
                self.problem.add(_weighted(able) >= need * complete)

    def _add_rules(self) -> None:
        model, rules = self._model, self._model.rules
        for rule, (lower, upper) in enumerate(zip(model.lower.tolist(), model.upper.tolist(), strict=True)):
            places = slice(int(rules.start[rule]), int(rules.start[rule + 1]))
            column, amount = rules.column[places], rules.amount[places]
            terms = [(self.rows[row], coefficient) for row, coefficient in zip(column.tolist(), amount.tolist(), strict=True)]
            if upper == 1 and lower <= 0 and (amount == 1).all():
                self.problem.add_at_most_one([one for one, _ in terms])
                continue
            lowest, highest = max(lower, int(amount[amount < 0].sum())), min(upper, int(amount[amount > 0].sum()))
            if lowest > highest:
                self.problem.add_bool_or([self._never])
            else:
                self.problem.add_linear_constraint(_weighted(terms), lowest, highest)

    def _add_targets(self) -> None:
        model = self._model
        for target, need in enumerate(model.target_need.tolist()):
            terms = _found(self._covered, model.target_groups.start, model.target_groups.column, model.target_groups.amount, target)
            terms += _found(self._complete, model.target_bundles.start, model.target_bundles.column, model.target_bundles.amount, target)
            if sum(amount for _, amount in terms) < need:
                self.problem.add_bool_or([self._never])
            elif need > 0:
                self.problem.add(_weighted(terms) >= need)

    def _add_goal(self) -> None:
        model = self._model
        if model.is_cost_goal:
            self.problem.minimize(_weighted(list(zip(self.rows, model.cost.tolist(), strict=True))))
            return
        terms = [(one, int(model.weight[self._more[j]].sum())) for j, one in self._covered.items()]
        terms += [(one, int(model.backup_weight[self._more[j]].sum())) for j, one in self._backed.items()]
        terms += [(one, int(model.bundle_value[f])) for f, one in self._complete.items()]
        self.problem.maximize(_weighted(terms))


def _weighted(terms: list[tuple[cp_model.IntVar, int]]) -> cp_model.LinearExprT:
    """Return the weighted sum of switches."""
    return cp_model.LinearExpr.weighted_sum([one for one, _ in terms], [amount for _, amount in terms])


def _found(
    switches: dict[int, cp_model.IntVar], start: IntArray, column: IndexArray, amount: IntArray, row: int
) -> list[tuple[cp_model.IntVar, int]]:
    """Return the switches and amounts of one sparse row, where there is a switch."""
    places = range(int(start[row]), int(start[row + 1]))
    return [(switches[int(column[p])], int(amount[p])) for p in places if int(column[p]) in switches]
