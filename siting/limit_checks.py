"""Whether the parts of a problem fit together, and whether its limits leave room for what is fixed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args

import numpy as np

from siting.errors import InvalidInputError
from siting.field_checks import check_distinct, check_whole
from siting.rules import Goal

if TYPE_CHECKING:
    from siting.arrays import FloatArray
    from siting.problem import SitingProblem

MOST_YEN = 2**60
"""Costs together stay below this, so that no sum of them overflows."""


def check_parts(problem: SitingProblem) -> None:
    """
    Check that coverage, demand, candidates and goal fit together and can be counted.

    Raises
    ------
    InvalidInputError
        Sizes that differ, sums beyond what can be counted, an unknown goal or one without what it needs.
    """
    coverage, demand, candidates = problem.coverage, problem.demand, problem.candidates
    if coverage.n_cells != len(demand):
        raise InvalidInputError("coverage.n_cells", f"must equal the {len(demand)} demand cells", coverage.n_cells)
    if candidates is not None and candidates.ids != coverage.candidate_ids:
        raise InvalidInputError("candidates.ids", "must be those of the coverage, in its order", f"{len(candidates)} ids")
    check_sum("demand.weight", demand.weight)
    if candidates is not None and float(candidates.cost_yen.sum(dtype=np.float64)) >= MOST_YEN:
        raise InvalidInputError("candidates.cost_yen", "must sum to less than 2**60 yen", sum(candidates.cost_yen.tolist()))
    if problem.goal not in get_args(Goal):
        raise InvalidInputError("goal", "must be 'coverage', 'least_cost' or 'fewest_sites'", problem.goal)
    if problem.goal == "least_cost" and candidates is None:
        raise InvalidInputError("candidates", "must be given with the goal 'least_cost', for their costs", None)
    if problem.goal != "coverage" and not problem.targets:
        raise InvalidInputError("targets", f"must name at least one with the goal {problem.goal!r}", problem.targets)


def check_sum(field: str, weight: FloatArray) -> None:
    """
    Check that weights have a finite sum.

    Raises
    ------
    InvalidInputError
        Names the field.
    """
    with np.errstate(over="ignore"):
        total = float(weight.sum())
    if not math.isfinite(total):
        raise InvalidInputError(field, "must have weights with a finite sum", total)


def check_sites(problem: SitingProblem) -> None:
    """
    Check the fixed and forbidden ids.

    Raises
    ------
    InvalidInputError
        Unknown ids, an id twice, or one both fixed and forbidden.
    """
    for field, ids in (("fixed", problem.fixed), ("forbidden", problem.forbidden)):
        check_known(problem, field, ids)
    both = set(problem.fixed) & set(problem.forbidden)
    if both:
        raise InvalidInputError("fixed", "must not name a forbidden id", min(both))


def check_known(problem: SitingProblem, field: str, ids: tuple[str, ...]) -> None:
    """
    Check ids against those of the coverage.

    Raises
    ------
    InvalidInputError
        An unknown id, or one twice.
    """
    for one in ids:
        if not problem.has_id(one):
            raise InvalidInputError(field, "must name known candidate ids", one)
    check_distinct(field, ids)


def check_limits(problem: SitingProblem) -> None:
    """
    Check the limits on sites and yen.

    Raises
    ------
    InvalidInputError
        No limit where coverage is the goal, a limit below what is fixed, a budget without costs or below every candidate.
    """
    if problem.goal == "coverage" and problem.max_sites is None and problem.budget_yen is None:
        if problem.sharing is None:
            raise InvalidInputError("max_sites", "or budget_yen must be given", None)
        for carrier in problem.sharing.carriers:
            if carrier.max_sites is None and carrier.budget_yen is None:
                raise InvalidInputError("max_sites", "or budget_yen must be given, for the plan or for every carrier", carrier.name)
    if problem.max_sites is not None:
        check_whole("max_sites", problem.max_sites, least=-(2**62))
        if problem.max_sites < max(1, len(problem.fixed)):
            rule = f"must be >= {max(1, len(problem.fixed))} (existing and fixed sites count)"
            raise InvalidInputError("max_sites", rule if problem.fixed else "must be >= 1", problem.max_sites)
    if problem.budget_yen is not None:
        _check_budget(problem, problem.budget_yen)


def _check_budget(problem: SitingProblem, budget_yen: int) -> None:
    if problem.candidates is None:
        raise InvalidInputError("candidates", "must be given with budget_yen, for their costs", None)
    check_whole("budget_yen", budget_yen, least=0)
    if problem.sharing is not None:
        return
    if problem.fixed:
        if budget_yen < (needed := int(problem.cost_yen[problem.positions(problem.fixed)].sum())):
            raise InvalidInputError("budget_yen", f"must be >= {needed}, the cost of the fixed sites", budget_yen)
        return
    is_allowed = np.ones(len(problem.candidates), dtype=np.bool_)
    is_allowed[problem.positions(problem.forbidden)] = False
    if is_allowed.any() and budget_yen < (cheapest := int(problem.cost_yen[is_allowed].min())):
        raise InvalidInputError("budget_yen", f"must be >= {cheapest}, the cheapest candidate", budget_yen)
