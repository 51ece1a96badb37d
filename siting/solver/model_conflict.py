"""Why the rules of a general problem cannot be kept: the first that fails beside those before it, and the most that is reachable."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from siting.arrays import IndexArray, IntArray
from siting.solver.exact_model import ExactOutcome, solve_exactly
from siting.solver.model import NO_LOWER, Model, SparseRows
from siting.solver.model_check import standing_of
from siting.solver.model_hold import held_by_rules
from siting.solver.model_rounds import first_state, search_in_rounds, solve_at_once
from siting.solver.model_task import State, Task

_WORK_ON_RULES = 5.0
_EFFORT = 0.5
"""Deterministic work on the linear rules alone, and the effort spent on each target, as a share of that of the problem."""


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """
    What cannot be kept beside the rest.

    Attributes
    ----------
    rule
        Name of a linear rule or of a target.
    required
        The amount it asks for, in the model's whole numbers.
    most
        The most of it that can be reached while the rest is kept (for an upper limit: the least); a bound unless exact.
    is_exact
        Whether some plan reaches ``most``.
    target
        Which target it is; None for a linear rule.
    """

    rule: str
    required: int
    most: int
    is_exact: bool
    target: int | None = None


def targets_conflict(task: Task, state: State) -> tuple[Conflict | None, IndexArray | None]:
    """
    Take the targets one by one beside the linear rules, which can be kept, until one cannot be reached.

    Parameters
    ----------
    task
        What the rounds were asked for, in vain.
    state
        What they found out.

    Returns
    -------
    Conflict or None, rows or None
        The proof, or a plan that keeps everything after all, or neither.
    """
    model = task.model
    rows = state.last
    for target in range(len(model.target_need)):
        need = int(model.target_need[target])
        most, bound, found = _reach(task, target, rows)
        if bound < need:
            exact = most == bound
            return Conflict(rule=model.target_name[target], required=need, most=bound, is_exact=exact, target=target), None
        if found is None or most < need:
            return None, None
        rows = found
    return None, rows


def _reach(task: Task, target: int, start: IndexArray) -> tuple[int, int, IndexArray | None]:
    """Return how much of a target was reached beside those before it, a bound on it, and the rows that reach it."""
    part = replace(
        task,
        model=_only_target(task.model, target),
        params=replace(task.params, effort=_EFFORT * task.params.effort, target_gap=0.0),
        enough=int(task.model.target_need[target]),
        on_better=lambda _state: None,
    )
    state, held = first_state(part)
    state = solve_at_once(part, state, held)
    if not part.is_done(state) and not part.is_late():
        state = search_in_rounds(part, state, held, start=start, multipliers=None)
    if state.is_infeasible:
        return -1, -1, None
    return state.merit if state.rows is not None else -1, state.bound, state.rows


def _only_target(model: Model, target: int) -> Model:
    """Return the problem of reaching most of a target beside the linear rules and the targets before it."""

    def amounts(rows: SparseRows, n_columns: int) -> IntArray:
        places = slice(int(rows.start[target]), int(rows.start[target + 1]))
        values = np.zeros(n_columns, dtype=np.int64)
        values[rows.column[places]] = rows.amount[places]
        return values

    return replace(
        model,
        weight=amounts(model.target_groups, model.n_groups),
        backup_weight=np.zeros(model.n_groups, dtype=np.int64),
        bundle_value=amounts(model.target_bundles, len(model.bundles)),
        target_groups=_first_rows(model.target_groups, target),
        target_bundles=_first_rows(model.target_bundles, target),
        target_need=model.target_need[:target],
        target_unit=model.target_unit[:target],
        target_name=model.target_name[:target],
        is_cost_goal=False,
    )


def _first_rows(rows: SparseRows, n: int) -> SparseRows:
    end = int(rows.start[n])
    return SparseRows(start=rows.start[: n + 1], column=rows.column[:end], amount=rows.amount[:end])


def rules_conflict(task: Task, start: IndexArray | None) -> tuple[Conflict | None, bool]:
    """
    Take the linear rules alone, upper limits first, until one cannot be kept beside those before it.

    Parameters
    ----------
    task
        What is asked for.
    start
        Rows that may keep the rules; where they do, nothing is left to prove.

    Returns
    -------
    Conflict or None, is_open_question
        The proof, or whether the work did not suffice to find out.
    """
    model = task.model
    broken_by_none = _broken_by(model, np.zeros(0, dtype=np.int32))
    if len(broken_by_none) == 0 or (start is not None and len(_broken_by(model, start)) == 0):
        return None, False
    order = np.argsort(model.lower > NO_LOWER, kind="stable")
    verdict = _is_keepable(task, order)
    if verdict is None or verdict:
        return None, verdict is None
    low, high = int(np.argmax(np.isin(order, broken_by_none))), len(order)
    while high - low > 1:
        middle = (low + high) // 2
        verdict = _is_keepable(task, order[:middle])
        if verdict is None:
            return None, True
        low, high = (middle, high) if verdict else (low, middle)
    return _named(task, order[:high]), False


def _broken_by(model: Model, rows: IndexArray) -> IntArray:
    """Return the linear rules that some open rows break."""
    count = standing_of(model, rows).rule_sum
    return np.flatnonzero((count < model.lower) | (count > model.upper))


def _is_keepable(task: Task, rules: IntArray) -> bool | None:
    """Tell whether some rows keep the given linear rules; None where that was not found out."""
    outcome = _answer(task, _rules_only(task.model, rules, np.zeros(task.model.n_rows, dtype=np.int64), is_least=False))
    if outcome is None or (outcome.rows is None and not outcome.is_infeasible):
        return None
    return not outcome.is_infeasible


def _answer(task: Task, model: Model) -> ExactOutcome | None:
    """Return what the exact solver says of a few linear rules."""
    held = held_by_rules(model)
    if held.broken_rule is not None:
        return ExactOutcome(rows=None, bound=None, is_infeasible=True, n_branches=0)
    return solve_exactly(
        model,
        is_closed=held.is_closed,
        is_open=held.is_open,
        hint=None,
        seed=task.params.seed,
        work=_WORK_ON_RULES,
        is_over=task.is_late,
    )


def _rules_only(model: Model, rules: IntArray, amount: IntArray, *, is_least: bool) -> Model:
    """Return the problem of counting most (or least) amount within some of the linear rules; amounts are >= 0."""
    sizes = np.diff(model.rules.start)[rules]
    places = np.concatenate([np.arange(model.rules.start[one], model.rules.start[one + 1]) for one in rules]) if len(rules) else rules
    n = model.n_rows
    none = SparseRows(start=np.zeros(1, dtype=np.int64), column=np.zeros(0, dtype=np.int32), amount=np.zeros(0, dtype=np.int64))
    each = np.arange(n + 1, dtype=np.int64)
    nothing = np.zeros(0, dtype=np.int64)
    return Model(
        row_start=each,
        row_groups=each[:-1].astype(np.int32),
        column_start=each,
        column_rows=each[:-1].astype(np.int32),
        weight=np.zeros(n, dtype=np.int64) if is_least else amount,
        backup_weight=np.zeros(n, dtype=np.int64),
        base_servers=np.zeros(n, dtype=np.int32),
        needed=1,
        rules=SparseRows(
            start=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes, dtype=np.int64)]),
            column=model.rules.column[places],
            amount=model.rules.amount[places],
        ),
        lower=model.lower[rules],
        upper=model.upper[rules],
        rule_name=tuple(model.rule_name[one] for one in rules.tolist()),
        bundles=none,
        bundle_need=nothing,
        bundle_value=nothing,
        target_groups=none,
        target_bundles=none,
        target_need=nothing,
        target_unit=nothing.astype(np.float64),
        target_name=(),
        cost=amount if is_least else np.zeros(n, dtype=np.int64),
        base_cost=0,
        is_cost_goal=is_least,
        unit=1.0,
        excess=0.0,
    )


def _named(task: Task, rules: IntArray) -> Conflict:
    """Return the last of some rules as what cannot be kept beside the others, with the most (or least) it can count."""
    model, last = task.model, int(rules[-1])
    name, lower, upper = model.rule_name[last], int(model.lower[last]), int(model.upper[last])
    places = slice(int(model.rules.start[last]), int(model.rules.start[last + 1]))
    amount = np.zeros(model.n_rows, dtype=np.int64)
    amount[model.rules.column[places]] = model.rules.amount[places]
    if (amount >= 0).all():
        for is_least in (False, True):
            outcome = _answer(task, _rules_only(model, rules[:-1], amount, is_least=is_least))
            if outcome is None or outcome.bound is None or outcome.rows is None:
                continue
            reached = int(amount[outcome.rows].sum())
            bound = -outcome.bound if is_least else outcome.bound
            if (bound > upper) if is_least else (bound < lower):
                return Conflict(rule=name, required=upper if is_least else lower, most=bound, is_exact=reached == bound)
    is_lower = lower > NO_LOWER
    return Conflict(rule=name, required=lower if is_lower else upper, most=lower - 1 if is_lower else upper + 1, is_exact=False)
