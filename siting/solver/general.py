"""The general problem solved: the method by size, the proof, and why there is no plan where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np

from siting.arrays import IndexArray
from siting.errors import InvalidInputError
from siting.plan import PlanStatus, SolveParams, StoppedBy
from siting.progress import Closing, Progress, Watch, no_progress, no_watch
from siting.solver.model import Model
from siting.solver.model_bound import Multipliers
from siting.solver.model_check import standing_of
from siting.solver.model_conflict import Conflict, rules_conflict, targets_conflict
from siting.solver.model_rounds import first_state, search_in_rounds, solve_at_once
from siting.solver.model_task import State, Task

_MOST_EXACT = 40_000
"""Pairs of the largest core that is given to the exact solver."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelSolution:
    """
    The best rows, the bound, and what was done for them.

    Attributes
    ----------
    rows
        Open rows, rising; none where no plan was found.
    value
        Their value in whole units of the model.
    cost
        Their cost and that of the fixed stations.
    bound
        No plan has a larger value, in whole units; where the cost is the goal, no plan costs less, fixed stations included.
        Says nothing where the status is ``"infeasible"``.
    status
        ``"optimal"``, ``"feasible"``, ``"infeasible"`` (proven) or ``"unknown"`` (neither a plan nor a proof was found).
    stopped_by
        What ended the search.
    infeasibility
        What cannot be kept beside the rest; only where the status is ``"infeasible"``.
    method
        Codes of what was used, in order: ``greedy`` or ``warm_start``, ``annealing``, ``lagrangian``, ``fixing``, ``cp_sat``.
    work
        Counts of what was done, by name.
    multipliers
        Prices to start a similar problem from; None where none were needed.
    """

    rows: IndexArray
    value: int
    cost: int
    bound: int
    status: PlanStatus
    stopped_by: StoppedBy
    infeasibility: Conflict | None = None
    method: tuple[str, ...] = ()
    work: Mapping[str, int] = field(default_factory=dict)
    multipliers: Multipliers | None = None


def solve_model(
    model: Model,
    params: SolveParams,
    *,
    start: IndexArray | None = None,
    multipliers: Multipliers | None = None,
    progress: Progress = no_progress,
    watch: Watch = no_watch,
    is_late: Callable[[], bool] = lambda: False,
    begin_s: float | None = None,
    most_exact: int = _MOST_EXACT,
) -> ModelSolution:
    """
    Choose the rows of most value, or of least cost, that keep every rule and target; prove how far from the best they can be.

    Small problems go to the exact solver at once. Then the linear rules are taken by themselves: where counts and budgets
    contradict each other, nothing is searched. Larger problems are searched (greedy, then annealed with moves that mend the
    rules they break) while a Lagrangian relaxation bounds them; rows that no better plan needs are decided, and the exact
    solver finishes what is small enough. Where no plan is found, the targets are taken one by one for a proof that they
    cannot be kept.

    Parameters
    ----------
    model
        The problem.
    params
        Seed, effort and target gap; the time limit is up to ``is_late``.
    start
        Rows of a plan to start from; it may break rules.
    multipliers
        Prices of a solution of a similar problem with the same groups and bundles.
    progress
        Told the moves made of all moves, as stage ``stage.solve``.
    watch
        Told the best value and the bound in demand weight, or the cost and its bound, whenever one of them has improved.
    is_late
        Ends the search when true; what was found so far is returned.
    begin_s
        When the work began, by ``perf_counter``, for ``watch``; None for now.
    most_exact
        Pairs of the largest core that is given to the exact solver; 0 for none.

    Raises
    ------
    InvalidInputError
        A start that names unknown rows or one twice, or multipliers of a problem with other groups.
    """
    if start is not None and (len(np.unique(start)) < len(start) or (len(start) and not 0 <= start.min() <= start.max() < model.n_rows)):
        raise InvalidInputError("start", f"must name rows below {model.n_rows}, each once", start.tolist()[:8])
    since = perf_counter() if begin_s is None else begin_s
    task = Task(
        model=model,
        params=params,
        enough=None,
        most_exact=most_exact,
        progress=progress,
        on_better=lambda state: watch(_closing(model, state, perf_counter() - since)),
        is_late=is_late,
    )
    state, held = first_state(task)
    if not state.is_infeasible:
        state = solve_at_once(task, state, held)
    conflict, is_open_question = rules_conflict(task, start) if state.rows is None and not is_late() else (None, False)
    if conflict is None and not task.is_done(state) and not is_late():
        state = search_in_rounds(task, state, held, start=start, multipliers=multipliers)
    if state.rows is None and conflict is None and not is_open_question and not is_late():
        conflict, rows = targets_conflict(task, state)
        if rows is not None:
            state = task.better(replace(state, n_rounds=0), rows=rows)
            state = search_in_rounds(task, state, held, start=rows, multipliers=state.multipliers)
    return _solution(task, state, conflict)


def _closing(model: Model, state: State, seconds: float) -> Closing:
    """Return how far plan and bound are apart, in the measure of the goal."""
    if model.is_cost_goal:
        found = float(model.base_cost - state.merit)
        return Closing(seconds, found if state.rows is not None else float("nan"), float(model.base_cost - state.bound))
    return Closing(seconds, state.merit * model.unit if state.rows is not None else float("nan"), state.bound * model.unit + model.excess)


def _solution(task: Task, state: State, conflict: Conflict | None) -> ModelSolution:
    model = task.model
    rows = np.zeros(0, dtype=np.int32) if state.rows is None else np.sort(state.rows).astype(np.int32)
    standing = standing_of(model, rows)
    status: PlanStatus = "unknown"
    if state.rows is not None:
        status = "optimal" if state.merit == state.bound else "feasible"
    elif conflict is not None:
        status = "infeasible"
    is_proven = conflict is not None or task.is_done(state)
    stopped_by: StoppedBy = "proof" if is_proven else "time_limit" if task.is_late() else "work_limit"
    return ModelSolution(
        rows=rows,
        value=standing.value,
        cost=standing.cost,
        bound=model.base_cost - state.bound if model.is_cost_goal else state.bound,
        status=status,
        stopped_by=stopped_by,
        infeasibility=conflict,
        method=state.method,
        work={
            "rounds": state.n_rounds,
            "moves": state.n_moves,
            "subgradient_steps": state.n_steps,
            "branches": state.n_branches,
        },
        multipliers=state.multipliers,
    )
