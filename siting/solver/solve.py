"""From a problem to a plan with a proven gap."""

from __future__ import annotations

import logging
from time import perf_counter

from siting.errors import InvalidInputError
from siting.plan import Plan, SolveParams
from siting.problem import SitingProblem
from siting.progress import Progress, no_progress
from siting.solver.plan_build import build_plan
from siting.solver.presolve import presolve
from siting.solver.rounds import search_in_rounds

_logger = logging.getLogger(__name__)

_DEFAULTS = SolveParams()


def solve(problem: SitingProblem, params: SolveParams = _DEFAULTS, *, progress: Progress = no_progress) -> Plan:
    """
    Choose the sites that cover the most weight, and prove how far from the best the choice can be.

    Cells that the same candidates serve are merged and needless candidates dropped; a greedy plan is improved by annealed
    swaps, while a Lagrangian relaxation bounds what any plan can cover. The bound holds in exact arithmetic. Sites that
    would add nothing are not opened, whatever room is left.

    Parameters
    ----------
    problem
        What to cover, with what, within which rules.
    params
        Seed, effort, target gap and time limit. A search that the clock cuts short returns the plan and bound it has.
    progress
        Told the search moves made of all moves, as stage ``stage.solve``.

    Returns
    -------
    Plan
        Depends on the seed and effort alone unless ``stopped_by`` is ``"time_limit"``.

    Raises
    ------
    InvalidInputError
        No candidate that is allowed or fixed serves any cell that has weight.

    References
    ----------
    Church and ReVelle (1974), The maximal covering location problem.
    """
    begin_s = perf_counter()
    reduced = presolve(problem)
    if reduced.reachable_weight == 0.0:
        raise InvalidInputError(
            "coverage", "must serve at least one cell that has weight, by sites not forbidden", f"{problem.coverage.n_pairs} pairs"
        )
    _logger.info("presolve: %d candidates and %d groups of cells left", reduced.n_rows, reduced.n_groups)
    progress("stage.solve", 0, 1)
    solution = search_in_rounds(reduced, params, progress=progress, is_late=lambda: perf_counter() - begin_s > params.time_limit_s)
    progress("stage.solve", 1, 1)
    return build_plan(problem, reduced, solution, params, runtime_s=perf_counter() - begin_s)
