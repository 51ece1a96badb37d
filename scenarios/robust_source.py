"""A plan for permits that may be refused, beside the one that counts on all of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from scenarios.basis import Basis
from scenarios.errors import in_table
from scenarios.rule_tables import Robust
from siting import Plan, SitingProblem, SolveParams
from siting.progress import Progress, Watch
from siting.robust.compare import RobustComparison, compare_with_nominal
from siting.robust.plan import RobustPlan
from siting.robust.rates import PermitRates
from siting.robust.reduce import check_is_plain
from siting.robust.solve import solve_robust

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustRun:
    """
    What uncertain permits do to a plan.

    Attributes
    ----------
    robust
        The plan that covers most on average.
    nominal
        The plan that counts on every permit.
    comparison
        Both under the same draws of permits.
    """

    robust: RobustPlan
    nominal: Plan
    comparison: RobustComparison


def permit_rates(basis: Basis, table: Robust, problem: SitingProblem) -> PermitRates:
    """
    Return how likely each asset is to be permitted; stations on the air already have their permit.

    Raises
    ------
    ScenarioError
        The scenario has rules that robust plans do not know.
    """
    with in_table(basis.file, "rules"):
        check_is_plain(problem)
    rates = PermitRates(default=table.default, by_owner=table.by_owner, by_type=table.by_type, by_id=basis.gathered.chances)
    for name in rates.unmatched(basis.gathered.candidates):
        logger.warning("robust: no candidate is %s", name)
    return rates.granting(basis.gathered.existing)


def plan_robustly(
    problem: SitingProblem, rates: PermitRates, table: Robust, nominal: Plan, params: SolveParams, *, progress: Progress, watch: Watch
) -> RobustRun:
    """
    Return the plan that covers most on average, compared with the nominal one.

    Parameters
    ----------
    problem, rates
        What to plan, and how likely permits are.
    table
        Draws and seed.
    nominal
        The plan that counts on every permit, where the search starts.
    params, progress, watch
        As for :func:`siting.solve`.
    """
    robust = solve_robust(problem, rates, params, start=nominal, progress=progress, watch=watch)
    comparison = compare_with_nominal(robust, nominal, problem, rates, n_draws=table.draws, seed=table.seed)
    return RobustRun(robust=robust, nominal=nominal, comparison=comparison)
