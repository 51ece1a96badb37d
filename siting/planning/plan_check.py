"""Whether a plan is one of a problem, as far as its limits, fixed and forbidden sites go."""

from __future__ import annotations

from siting.errors import InvalidPlanError
from siting.plan import Plan
from siting.problem import SitingProblem


def keeps_limits(problem: SitingProblem, plan: Plan) -> bool:
    """Tell whether a plan keeps the limits of a problem, opens its fixed sites and none of its forbidden ones."""
    chosen = set(plan.chosen)
    return (
        chosen >= set(problem.fixed)
        and not chosen & set(problem.forbidden)
        and (problem.max_sites is None or len(chosen) <= problem.max_sites)
        and (problem.budget_yen is None or int(problem.cost_yen[problem.positions(plan.chosen)].sum()) <= problem.budget_yen)
    )


def check_plan(problem: SitingProblem, plan: Plan) -> None:
    """
    Refuse a plan that is not one of the problem.

    Raises
    ------
    InvalidPlanError
        The plan names an unknown site, is none (infeasible, unknown), or breaks a limit.
    """
    unknown = [one for one in plan.chosen if not problem.has_id(one)]
    if unknown:
        raise InvalidPlanError(f"chosen must name candidates of the problem, got {unknown[0]!r}")
    if not plan.is_plan:
        raise InvalidPlanError(f"status must be that of a plan that keeps the rules, got {plan.status!r}")
    if not keeps_limits(problem, plan):
        raise InvalidPlanError(f"chosen must keep the limits, fixed and forbidden sites of the problem, got {len(plan.chosen)} sites")
