"""Rounds of search and bound for the general problem, side by side, until they meet or the work is done."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import numpy as np

from siting.arrays import BoolArray, IndexArray
from siting.solver.exact_model import ExactOutcome, solve_exactly
from siting.solver.model_bound import Multipliers, ProvenBound
from siting.solver.model_dual import ModelDual
from siting.solver.model_hold import Held, held_by_rules
from siting.solver.model_lp import LinearRelaxation
from siting.solver.model_search import ModelSearch
from siting.solver.model_task import State, Task, least_merit, most_merit
from siting.solver.seeds import nth_seed

_logger = logging.getLogger(__name__)

_ROUNDS = 6
_MOVES_PER_ROUND = 500_000
_MOVES_PER_ROW = 500
_TOUCHES_PER_ROUND = 4e9
_STEPS_PER_ROUND = 350
_HEATS = (1.0, 0.6, 1.0, 0.4, 0.8, 0.3)
_CORE_SHARES = (0.2, 0.1, 0.3)
"""From the second round on the search keeps to rows whose opening lowers the bound by less than this share of a typical row."""

_EXACT_AT_ONCE = 2_500
"""Problems of no more pairs than this, and 64 rows, are first given to the exact solver as they are."""

_MOST_PRICED = 60_000
"""Problems of more pairs than this are not given to the simplex method: subgradient steps bound them as well, sooner."""

_SIMPLEX_STEPS = 20_000
_SHRUNK = 0.8
"""The exact solver is asked again once no more than this share of the rows it last had is left."""

_WORK_AT_ONCE = 1.0
_WORK_ON_CORE = 2.0
"""Deterministic work of the exact solver, about seconds, at an effort of 1."""


def first_state(task: Task) -> tuple[State, Held]:
    """Return what the linear rules say by themselves: rows decided, or that they cannot be kept."""
    held = held_by_rules(task.model)
    nothing = np.flatnonzero(held.is_open).astype(np.int32)
    state = State(rows=None, merit=0, bound=most_merit(task.model), last=nothing, is_infeasible=held.broken_rule is not None)
    return state, held


def solve_at_once(task: Task, state: State, held: Held) -> State:
    """Give a small problem to the exact solver as it is."""
    model = task.model
    if len(model.row_groups) > min(_EXACT_AT_ONCE, task.most_exact) or model.n_rows > 64:
        return state
    return _exact(task, state, held, work=_WORK_AT_ONCE * max(1.0, task.params.effort))


def _exact(task: Task, state: State, held: Held, *, work: float) -> State:
    """Let the exact solver work on the rows that are not held; what it proves holds for plans better than the best known."""
    outcome = solve_exactly(
        task.model, is_closed=held.is_closed, is_open=held.is_open, hint=state.rows, seed=task.params.seed, work=work, is_over=task.is_late
    )
    return state if outcome is None else _taken_over(task, state, outcome)


def _taken_over(task: Task, state: State, outcome: ExactOutcome) -> State:
    state = replace(state.used("cp_sat"), n_branches=state.n_branches + outcome.n_branches)
    if outcome.is_infeasible:
        return replace(state, is_infeasible=True) if state.rows is None else task.better(state, bound=state.merit)
    bound = outcome.bound
    if bound is not None and state.rows is not None:
        bound = max(bound, state.merit)
    return task.better(state, rows=outcome.rows, bound=bound)


def search_in_rounds(task: Task, state: State, held: Held, *, start: IndexArray | None, multipliers: Multipliers | None) -> State:
    """
    Look for the best rows and the lowest bound.

    Each round anneals from the best plan while, on another core, the multipliers take their steps; then rows that no better
    plan can open or close are decided, and a core that is small enough goes to the exact solver. Only counted work decides
    what happens, so one seed gives one solution, unless the clock cuts it short.

    Parameters
    ----------
    task
        What is asked for.
    state, held
        What is known beforehand.
    start
        Rows of a plan to go on from, whether it keeps the rules or not.
    multipliers
        Prices to go on from.
    """
    search = ModelSearch(task.model, is_closed=held.is_closed, is_open=held.is_open)
    found = search.greedy(start)
    state = replace(state.used("warm_start" if start is not None else "greedy"), last=found.last)
    state = task.better(state, rows=found.rows)
    rounds = _Rounds(
        task, search, ModelDual(task.model, found.last, is_closed=held.is_closed, is_open=held.is_open, multipliers=multipliers), held
    )
    interrupted = Event()
    with ThreadPoolExecutor(max_workers=1) as other_core:
        try:
            while state.n_rounds < rounds.n_rounds and not task.is_done(state) and not task.is_late():
                state = rounds.play(state, other_core, is_over=lambda: interrupted.is_set() or task.is_late())
        finally:
            interrupted.set()
    return state


class _Rounds:
    """The rounds of one problem: the work of each, and what carries over from one to the next."""

    def __init__(self, task: Task, search: ModelSearch, dual: ModelDual, held: Held) -> None:
        model, effort = task.model, task.params.effort
        self._task, self._search, self._dual, self._held = task, search, dual, held
        self.n_rounds = max(1, round(_ROUNDS * effort))
        share = min(1.0, _ROUNDS * effort / self.n_rounds)
        touches = float(np.diff(model.column_start)[model.row_groups].sum()) / max(1, model.n_rows)
        most = min(_MOVES_PER_ROUND, _MOVES_PER_ROW * model.n_rows, _TOUCHES_PER_ROUND / max(1.0, touches))
        self._n_moves, self._n_steps = math.ceil(share * most), math.ceil(share * _STEPS_PER_ROUND)
        self._tried = 2 * model.n_rows + 1
        self._is_priced = len(model.row_groups) > _MOST_PRICED
        self._bound: ProvenBound | None = None

    def play(self, state: State, other_core: Executor, *, is_over: Callable[[], bool]) -> State:
        """Search and bound side by side, then decide rows and try the exact solver on the rest."""
        task, n = self._task, state.n_rounds
        done = n * self._n_moves
        steps = other_core.submit(self._dual.descend, n_steps=self._n_steps, target=self._dual_target(state), is_over=is_over)
        found = self._search.anneal(
            state.last,
            seed=nth_seed(task.params.seed, n),
            n_moves=self._n_moves,
            heat=_HEATS[n % len(_HEATS)],
            pool=self._pool(n),
            is_over=is_over,
            on_moves=lambda moves: task.progress("stage.solve", done + moves, self.n_rounds * self._n_moves),
        )
        state = replace(state.used("annealing"), last=found.last if state.rows is None else state.rows, n_moves=done + self._n_moves)
        if found.rows is not None:
            state = task.better(state, rows=self._search.polish(found.rows))
        steps.result()
        self._bound = self._dual.bound()
        state = replace(state.used("lagrangian"), n_steps=self._dual.n_steps, n_rounds=n + 1, multipliers=self._dual.multipliers())
        state = task.better(state, bound=self._bound.merit)
        _logger.info("round %d: merit %s, bound %d", n + 1, state.merit if state.rows is not None else "none", state.bound)
        return state if task.is_done(state) or is_over() else self._finish(state)

    def _dual_target(self, state: State) -> float:
        """Return what the bound should fall to: the best plan, or a guess."""
        if state.rows is not None:
            return float(state.merit)
        bound = min(float(state.bound), self._dual.floating_bound())
        return max(bound - max(1.0, 0.05 * abs(bound)), float(least_merit(self._task.model)) - 1.0)

    def _pool(self, n: int) -> BoolArray | None:
        """Return the rows a round may open: all at first, then those that the bound finds promising."""
        if n == 0 or self._bound is None:
            return None
        return self._dual.promising(self._bound, _CORE_SHARES[(n - 1) % len(_CORE_SHARES)])

    def _decided(self, state: State) -> Held:
        """Return the rows that the rules and the bound decide for every better plan."""
        held, bound = self._held, self._bound
        if state.rows is None or bound is None:
            return held
        is_decided = held.is_free & (self._dual.changes(bound) < bound.slack(state.merit))
        return Held(is_closed=held.is_closed | (is_decided & ~bound.is_chosen), is_open=held.is_open | (is_decided & bound.is_chosen))

    def _finish(self, state: State) -> State:
        """Give what is left to decide to the exact solver, if it is small enough and has shrunk."""
        held = self._decided(state)
        if self._pairs_of(held) > self._task.most_exact:
            return state
        if not self._is_priced:
            self._is_priced = True
            state = self._price_linearly(state)
            if self._task.is_done(state) or self._task.is_late():
                return state
            held = self._decided(state)
        n_free = int(held.is_free.sum())
        if n_free > _SHRUNK * self._tried:
            return state
        self._tried = n_free
        if n_free < int(self._held.is_free.sum()):
            state = state.used("fixing")
        return _exact(self._task, state, held, work=_WORK_ON_CORE * self._task.params.effort)

    def _pairs_of(self, held: Held) -> int:
        """Return the pairs of the rows still to be decided."""
        return int(np.diff(self._task.model.row_start)[held.is_free].sum())

    def _price_linearly(self, state: State) -> State:
        """Take the prices of the linear relaxation where they bound better; the bound is counted from them afresh."""
        task = self._task
        n_iterations = math.ceil(_SIMPLEX_STEPS * task.params.effort)
        prices = LinearRelaxation(task.model, self._held).prices(n_iterations=n_iterations, is_over=task.is_late)
        if prices is None or not self._dual.offer(prices):
            return state
        self._bound = self._dual.bound()
        return task.better(replace(state.used("lp"), multipliers=self._dual.multipliers()), bound=self._bound.merit)
