"""Why a plan is as it is: what each site is good for, what could replace it, and why the others were not chosen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.kernels.swap_reasons import NO_ROW, best_substitutes
from siting.plan import Plan
from siting.planning.explain_rules import RuleView, chosen_under_rules, rejected_under_rules
from siting.planning.explanation import ChosenSite, Explanation, Substitute
from siting.planning.groundwork import Groundwork, lay_groundwork
from siting.planning.plan_check import check_plan
from siting.planning.plan_view import PlanView
from siting.planning.refusal import bounds_without, repairs
from siting.planning.rejections import rejected_candidates
from siting.planning.warm_dual import Multipliers, WarmDual, shares_of
from siting.problem import SitingProblem

_N_SUBSTITUTES = 3
_BOUND_STEPS = 800


def explain(problem: SitingProblem, plan: Plan) -> Explanation:
    """
    Explain a plan: what each of its sites is good for and could be replaced by, and why the others were not chosen.

    Under rules beside the limits, fixed and forbidden sites every swap is tried against all of them; weights are then values
    by the measure of the rules (facilities, backup and carriers included), and the bounds on regrets are wider.

    Parameters
    ----------
    problem
        The problem.
    plan
        A plan of it, proven optimal or not, the solver's or any other that keeps the rules.

    Raises
    ------
    InvalidInputError
        The goal is not coverage, or there is nothing to cover.
    InvalidPlanError
        The plan names an unknown site, or breaks a rule of the problem.
    """
    if not problem.is_plain:
        rules = RuleView.of(problem, plan)
        return Explanation(plan=plan, unit=problem.demand.unit, chosen=chosen_under_rules(rules), rejected=rejected_under_rules(rules))
    check_plan(problem, plan)
    return explain_on(lay_groundwork(problem), problem, plan, multipliers=None)


def explain_on(ground: Groundwork, problem: SitingProblem, plan: Plan, *, multipliers: Multipliers | None) -> Explanation:
    """
    Explain a plan from the groundwork of a session; see :func:`explain`.

    Parameters
    ----------
    ground
        The groundwork of the problem.
    problem, plan
        The question and its plan.
    multipliers
        Those of the bound; looked for when None.
    """
    view = PlanView.of(ground, problem, plan)
    return Explanation(plan=plan, unit=problem.demand.unit, chosen=_chosen_sites(view, multipliers), rejected=rejected_candidates(view))


def _chosen_sites(view: PlanView, multipliers: Multipliers | None) -> tuple[ChosenSite, ...]:
    """Return one entry per chosen site, in the order of the plan."""
    plan, open_rows = view.plan, view.open_rows
    substitutes, covered = best_substitutes(view.pattern, view.search, _N_SUBSTITUTES)
    repaired = repairs(view.rows, view.search, open_rows)
    most = _bounds_without(view, multipliers)
    place_of = {view.id_of(row): place for place, row in enumerate(open_rows.tolist())}
    sites = []
    for one, marginal, only in zip(plan.chosen, plan.marginal_weight, _only_weights(view), strict=True):
        place = place_of.get(one)
        site = ChosenSite(id=one, is_fixed=one in view.problem.fixed, marginal_weight=marginal, only_weight=only)
        if place is not None:
            site = replace(
                site,
                substitutes=_substitutes(view, substitutes[place], covered[place]),
                regret_at_most=plan.objective - view.weight(repaired[place][1]),
                regret_at_least=plan.objective - min(plan.upper_bound, view.rows.unit * float(most[open_rows[place]])),
            )
        elif not site.is_fixed:
            site = replace(site, regret_at_most=0.0, regret_at_least=plan.objective - plan.upper_bound)
        sites.append(site)
    return tuple(sites)


def _only_weights(view: PlanView) -> list[float]:
    """Return the weight that only each chosen site covers, in the order of the plan."""
    coverage, weight = view.ground.merged.coverage, view.ground.weight
    chosen = view.problem.positions(view.plan.chosen)
    n_servers = coverage.count_servers(chosen)
    return [math.fsum(weight[cells[n_servers[cells] == 1]]) for cells in map(coverage.cells_of, chosen.tolist())]


def _substitutes(view: PlanView, rows: IndexArray, covered: FloatArray) -> tuple[Substitute, ...]:
    """Return the substitutes that were found for one site."""
    found = []
    for row, value in zip(rows.tolist(), covered.tolist(), strict=True):
        if row != NO_ROW:
            objective = view.weight(value)
            found.append(Substitute(id=view.id_of(row), objective=objective, loss=view.plan.objective - objective))
    return tuple(found)


def _bounds_without(view: PlanView, multipliers: Multipliers | None) -> FloatArray:
    """Return, for each row, a bound on what plans that refuse it cover; multipliers are looked for where none are known."""
    rows = view.rows
    if rows.n_rows == 0 or rows.max_rows == 0:
        return np.full(rows.n_rows, rows.base_weight)
    dual = WarmDual(view.ground, rows, view.open_rows.astype(np.int32), multipliers)
    if multipliers is None:
        covered = view.plan.objective / rows.unit - rows.base_weight
        dual.descend(n_steps=_BOUND_STEPS, target=covered, is_over=lambda: False)
    known = dual.multipliers()
    return bounds_without(rows, shares_of(view.ground, rows, known) * rows.weight, known.price / rows.unit)
