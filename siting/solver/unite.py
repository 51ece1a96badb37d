"""Of the sites of several plans, the best plan, or the best part of one: a sweep through what they have, at the prices of the bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siting.arrays import IndexArray, IntArray
from siting.kernels.presolve import sum_groups
from siting.kernels.search_state import begin, close_row
from siting.kernels.sweep import farthest_row, sweep, sweep_order
from siting.solver.lagrangian import LagrangianDual, Prices
from siting.solver.local_search import polish
from siting.solver.presolve import ReducedProblem, restrict

_DUAL_STEPS, _LEAST_DUAL_STEPS = 1_500, 150
_DUAL_PAIRS = 400_000_000
"""Most and least steps to the prices; between them as many as go through so many pairs together."""

_MOST_NODES = 1 << 21
"""Rows times width of the largest sweep."""

_LEAST_PART, _LARGEST_PART = 0.3, 0.6
"""Share of its rows that a plan gives up where a part of it is rebuilt."""

_NO_ROWS: IndexArray = np.zeros(0, dtype=np.int32)


def prices(problem: ReducedProblem, rows: IndexArray, share: float) -> Prices:
    """
    Return the prices of the relaxation when it may spend a share of what the limits allow.

    Whole sites do not fit together as well as the fractions of the relaxation do: at its own prices a plan as good as it gets takes
    more sites than there may be; at those of a few per cent less, about as many.

    Parameters
    ----------
    problem
        The problem.
    rows
        Rows of a good plan.
    share
        Share of the sites and of the yen, in (0, 1].
    """
    budget = None if problem.budget_yen is None else int(share * problem.budget_yen)
    scarce = replace(problem, max_rows=max(1, round(share * problem.max_rows)), budget_yen=budget)
    plan = _within_limits(scarce, rows)
    dual = LagrangianDual(scarce, plan)
    n_steps = max(_LEAST_DUAL_STEPS, min(_DUAL_STEPS, _DUAL_PAIRS // max(1, dual.n_pairs)))
    dual.descend(n_steps=n_steps, target=scarce.covered(plan) - scarce.base_weight, is_over=lambda: False)
    return dual.prices()


def unite(problem: ReducedProblem, plans: tuple[IndexArray, ...], at: Prices, *, width: int, seed: int) -> IndexArray:
    """
    Return a plan of the rows that some plans have, as good as a sweep finds, then polished: no swap, addition or removal improves it.

    Parameters
    ----------
    problem
        The problem.
    plans
        Rows of each plan, one at least.
    at
        Prices of the problem's groups and rows.
    width
        Partial choices that the sweep keeps.
    seed
        Seed of where it begins.
    """
    rows = np.unique(np.concatenate(plans)).astype(np.int64)
    return _swept(problem, rows, _NO_ROWS, at, width=width, random=np.random.default_rng(seed))


def rebuild(problem: ReducedProblem, plan: IndexArray, others: tuple[IndexArray, ...], at: Prices, *, width: int, seed: int) -> IndexArray:
    """
    Return a plan with a part of it rebuilt, as good as a sweep finds, then polished: no swap, addition or removal improves it.

    A sweep through the rows of all the plans is cut in two: the plan keeps its rows on one side, those on the other are chosen anew.
    Fewer groups are live there than in the whole, so that a sweep sees far more of what there is.

    Parameters
    ----------
    problem
        The problem.
    plan
        Rows of the plan.
    others
        Rows of plans that the part may be rebuilt from.
    at
        Prices of the problem's groups and rows.
    width
        Partial choices that the sweep keeps.
    seed
        Seed of the part, and of where the sweep begins.
    """
    random = np.random.default_rng(seed)
    rows = np.unique(np.concatenate((plan, *others))).astype(np.int64)
    pattern = restrict(problem, rows).pattern
    first = int(random.integers(len(rows)))
    order = sweep_order(pattern, farthest_row(pattern, first) if random.random() < 0.5 else first)
    if random.random() < 0.5:
        order = order[::-1]
    n_given_up = np.cumsum(np.isin(rows[order], plan))
    part = np.sort(rows[order[n_given_up <= random.uniform(_LEAST_PART, _LARGEST_PART) * len(plan)]])
    kept = np.setdiff1d(plan, part)
    return polish(problem, plan) if len(part) == 0 else _swept(problem, part, kept, at, width=width, random=random)


def _swept(problem: ReducedProblem, rows: IntArray, kept: IndexArray, at: Prices, *, width: int, random: np.random.Generator) -> IndexArray:
    """Return the rows that are kept and what a sweep finds among others, within the limits and polished."""
    core = restrict(problem, rows, beside=kept)
    order = sweep_order(core.pattern, farthest_row(core.pattern, int(random.integers(core.n_rows))))
    state = random.integers(2**62, size=1).astype(np.uint64)
    n_choices = min(width, max(1, _MOST_NODES // core.n_rows))
    found = sweep(core.pattern, order, sum_groups(core.cell_group, at.group, core.n_groups), at.row[rows], n_choices, state)
    return polish(problem, _within_limits(problem, np.concatenate((kept, rows[found])).astype(np.int32)))


def _within_limits(problem: ReducedProblem, rows: IndexArray) -> IndexArray:
    """Return rows that keep the limits: as long as they do not, the row that covers least alone (or least per yen) goes."""
    state = begin(problem.pattern, rows, 0)
    budget = np.inf if problem.budget_yen is None else problem.budget_yen
    while state.n_open[0] > problem.max_rows or state.spent[0] > budget:
        opened = state.open_rows[: int(state.n_open[0])]
        worth = state.value[opened] / np.maximum(problem.cost_yen[opened], 1) if state.spent[0] > budget else state.value[opened]
        close_row(problem.pattern, state, int(opened[np.argmin(worth)]))
    return state.open_rows[: int(state.n_open[0])].copy()
