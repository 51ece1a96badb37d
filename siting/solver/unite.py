"""Of the sites of several plans, the best plan: one sweep through what they have, with the prices of the bound as the measure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siting.arrays import IndexArray
from siting.kernels.presolve import sum_groups
from siting.kernels.search_state import begin, close_row
from siting.kernels.sweep import farthest_row, sweep, sweep_order
from siting.solver.lagrangian import LagrangianDual, Prices
from siting.solver.local_search import polish
from siting.solver.presolve import ReducedProblem, restrict

_DUAL_STEPS, _LEAST_DUAL_STEPS = 1_500, 150
_DUAL_PAIRS = 400_000_000
"""Most and least steps to the prices, and the pairs that all of them together may go through."""

_MOST_NODES = 1 << 21
"""Rows times width of the largest sweep."""


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
    Return a plan of the rows that some plans have, as good as a sweep finds, which no swap, addition or removal improves.

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
    core = restrict(problem, rows)
    random = np.random.default_rng(seed)
    order = sweep_order(core.pattern, farthest_row(core.pattern, int(random.integers(core.n_rows))))
    state = random.integers(2**62, size=1).astype(np.uint64)
    kept = min(width, max(1, _MOST_NODES // core.n_rows))
    found = sweep(core.pattern, order, sum_groups(core.cell_group, at.group, core.n_groups), at.row[rows], kept, state)
    return polish(problem, _within_limits(problem, rows[found].astype(np.int32)))


def _within_limits(problem: ReducedProblem, rows: IndexArray) -> IndexArray:
    """Return rows that keep the limits: as long as they do not, the row that covers least alone (or least per yen) goes."""
    state = begin(problem.pattern, rows, 0)
    budget = np.inf if problem.budget_yen is None else problem.budget_yen
    while state.n_open[0] > problem.max_rows or state.spent[0] > budget:
        opened = state.open_rows[: int(state.n_open[0])]
        worth = state.value[opened] / np.maximum(problem.cost_yen[opened], 1) if state.spent[0] > budget else state.value[opened]
        close_row(problem.pattern, state, int(opened[np.argmin(worth)]))
    return state.open_rows[: int(state.n_open[0])].copy()
