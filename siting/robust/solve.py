"""From a problem and permit rates to a robust plan."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from siting.arrays import IndexArray
from siting.errors import InvalidInputError
from siting.plan import Plan, SolveParams
from siting.problem import SitingProblem
from siting.progress import Closing, Progress, Watch, no_progress, no_watch
from siting.robust.plan import RobustPlan
from siting.robust.plan_build import build_robust_plan
from siting.robust.rates import PermitRates
from siting.robust.reduce import ReducedRobust, check_is_plain, reduce_robustly
from siting.robust.rounds import solve_in_rounds

_DEFAULTS = SolveParams()


def solve_robust(
    problem: SitingProblem,
    rates: PermitRates,
    params: SolveParams = _DEFAULTS,
    *,
    start: Plan | None = None,
    progress: Progress = no_progress,
    watch: Watch = no_watch,
) -> RobustPlan:
    """
    Choose the sites that cover the most weight on average when each is permitted by chance, and prove how good the choice is.

    With rates p_i and independent refusals a cell of weight w that the open sites S serve is worth
    ``w * (1 - prod_{i in S} (1 - p_i))``. The choice is made once: what a refusal saves is not spent again. Refused sites
    count in ``max_sites`` and ``budget_yen``. Sites that would add nothing are not opened, whatever room is left.

    Parameters
    ----------
    problem
        What to cover, with what; of its rules, ``max_sites``, ``budget_yen``, ``fixed`` and ``forbidden``. Fixed sites have
        rates as well; see :meth:`siting.PermitRates.granting`.
    rates
        Probability that each asset is permitted.
    params
        Seed, effort, target gap and time limit.
    start
        A plan within the rules to start from, such as the one that :func:`siting.solve` finds; the result is no worse on average.
    progress
        Told the search moves made of all moves, as stage ``stage.solve``.
    watch
        Told when the plan or its bound has improved.

    Returns
    -------
    RobustPlan
        Depends on the seed, the effort and the start alone unless ``stopped_by`` is ``"time_limit"``.

    Raises
    ------
    InvalidInputError
        A rule that robust plans do not know, rates that name an unknown candidate or need candidates that the problem lacks, a
        start that breaks a rule, or no candidate that may be permitted and serves any cell that has weight.

    References
    ----------
    Daskin (1983), A maximum expected covering location model, with one rate for all; Church and ReVelle (1974) for the problem
    without refusals.
    """
    begin_s = perf_counter()
    check_is_plain(problem)
    rate = rates.of_problem(problem)
    reduced = reduce_robustly(problem, rate)
    if reduced.base_weight == 0.0 and reduced.n_groups == 0:
        rule = "must serve at least one cell that has weight, by sites not forbidden that may be permitted"
        raise InvalidInputError("coverage", rule, f"{problem.coverage.n_pairs} pairs")
    progress("stage.solve", 0, 1)
    solution = solve_in_rounds(
        reduced,
        params,
        start=None if start is None else _rows_of_start(problem, reduced, start),
        progress=progress,
        on_closing=lambda found: watch(
            Closing(perf_counter() - begin_s, reduced.unit * found.expected, reduced.unit * found.bound),
        ),
        is_late=lambda: perf_counter() - begin_s > params.time_limit_s,
    )
    progress("stage.solve", 1, 1)
    return build_robust_plan(problem, rate, reduced, solution, seed=params.seed, runtime_s=perf_counter() - begin_s)


def _rows_of_start(problem: SitingProblem, reduced: ReducedRobust, start: Plan) -> IndexArray:
    """Return the rows of a plan to start from; sites that can add nothing are left out."""
    known = set(problem.coverage.candidate_ids)
    for one in start.chosen:
        if one not in known:
            raise InvalidInputError("start.chosen", "must name known candidate ids", one)
        if one in problem.forbidden:
            raise InvalidInputError("start.chosen", "must not name a forbidden id", one)
    free = problem.positions(tuple(one for one in start.chosen if one not in problem.fixed))
    n_open = len(free) + len(problem.fixed)
    if problem.max_sites is not None and n_open > problem.max_sites:
        raise InvalidInputError("start.chosen", f"must have at most {problem.max_sites} sites, fixed ones included", n_open)
    if problem.spendable_yen is not None and (cost := int(problem.cost_yen[free].sum())) > problem.spendable_yen:
        raise InvalidInputError("start.chosen", f"must cost at most {problem.spendable_yen} yen beside the fixed sites", cost)
    is_row = np.isin(reduced.candidate, free)
    return np.flatnonzero(is_row).astype(np.int32)
