"""From a problem to a plan with a proven gap."""

from __future__ import annotations

import logging
from time import perf_counter

import numpy as np

from siting.arrays import IndexArray
from siting.errors import InvalidInputError
from siting.plan import Plan, SolveParams
from siting.problem import SitingProblem
from siting.progress import Progress, Watch, no_progress, no_watch
from siting.solver.compile import compile_model
from siting.solver.general import solve_model
from siting.solver.general_plan import build_general_plan, rows_of_plan
from siting.solver.plan_build import build_plan
from siting.solver.presolve import ReducedProblem, presolve
from siting.solver.rounds import search_in_rounds

_logger = logging.getLogger(__name__)

_DEFAULTS = SolveParams()


def solve(
    problem: SitingProblem,
    params: SolveParams = _DEFAULTS,
    *,
    start: Plan | None = None,
    progress: Progress = no_progress,
    watch: Watch = no_watch,
) -> Plan:
    """
    Choose the sites that reach the goal best within every rule, and prove how far from the best the choice can be.

    With no rules but a number of sites, a budget, fixed and forbidden sites, cells that the same candidates serve are merged
    and needless candidates dropped; a greedy plan is improved by annealed swaps, while a Lagrangian relaxation, cut where it
    is too generous, bounds what any plan can cover; branch and bound finishes what is small. Any other rule goes the general
    way, see :func:`siting.solver.general.solve_model`. The bound holds in exact arithmetic. Sites that would add nothing are
    not opened, whatever room is left.

    Parameters
    ----------
    problem
        What to cover, with what, within which rules.
    params
        Seed, effort, target gap and time limit. A search that the clock cuts short returns the plan and bound it has.
    start
        A plan to start from, of this problem or of a similar one on the same candidates; it may break rules of this one.
    progress
        Told the search moves made of all moves, as stage ``stage.solve``.
    watch
        Told the value of the best plan and the bound whenever one of them improves.

    Returns
    -------
    Plan
        Depends on start, seed and effort alone unless ``stopped_by`` is ``"time_limit"``. Where no plan keeps the rules, its
        status is ``"infeasible"`` and it says why.

    Raises
    ------
    InvalidInputError
        No candidate that is allowed or fixed serves any cell that has weight.

    References
    ----------
    Church and ReVelle (1974), The maximal covering location problem.
    """
    begin_s = perf_counter()
    progress("stage.solve", 0, 1)
    work = _solve_plain if problem.is_plain else _solve_general
    plan = work(problem, params, start=start, progress=progress, watch=watch, begin_s=begin_s)
    progress("stage.solve", 1, 1)
    return plan


def _solve_plain(
    problem: SitingProblem, params: SolveParams, *, start: Plan | None, progress: Progress, watch: Watch, begin_s: float
) -> Plan:
    reduced = presolve(problem)
    if reduced.reachable_weight == 0.0:
        raise InvalidInputError(
            "coverage", "must serve at least one cell that has weight, by sites not forbidden", f"{problem.coverage.n_pairs} pairs"
        )
    _logger.info("presolve: %d candidates and %d groups of cells left", reduced.n_rows, reduced.n_groups)
    solution = search_in_rounds(
        reduced,
        params,
        progress=progress,
        is_late=lambda: perf_counter() - begin_s > params.time_limit_s,
        watch=watch,
        start=None if start is None else _rows_within_limits(problem, reduced, start),
        begin_s=begin_s,
    )
    return build_plan(problem, reduced, solution, params, runtime_s=perf_counter() - begin_s)


def _rows_within_limits(problem: SitingProblem, reduced: ReducedProblem, start: Plan) -> IndexArray:
    """Return the rows of a plan that are left to decide, in its order, as far as the limits allow."""
    row_of = dict(zip(reduced.candidate.tolist(), range(reduced.n_rows), strict=True))
    rows: list[int] = []
    left = reduced.budget_yen
    for candidate in problem.positions(tuple(one for one in start.chosen if problem.has_id(one))).tolist():
        row = row_of.get(candidate)
        if row is None or len(rows) == reduced.max_rows or (left is not None and reduced.cost_yen[row] > left):
            continue
        left = None if left is None else left - int(reduced.cost_yen[row])
        rows.append(row)
    return np.array(rows, dtype=np.int32)


def _solve_general(
    problem: SitingProblem, params: SolveParams, *, start: Plan | None, progress: Progress, watch: Watch, begin_s: float
) -> Plan:
    compiled = compile_model(problem)
    model = compiled.model
    _logger.info("compiled: %d rows, %d groups of cells, %d rules", model.n_rows, model.n_groups, len(model.rules))
    solution = solve_model(
        model,
        params,
        start=None if start is None else rows_of_plan(problem, compiled, start),
        progress=progress,
        watch=watch,
        is_late=lambda: perf_counter() - begin_s > params.time_limit_s,
        begin_s=begin_s,
    )
    return build_general_plan(problem, compiled, solution, params, runtime_s=perf_counter() - begin_s)
