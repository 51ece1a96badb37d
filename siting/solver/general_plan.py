"""From the rows that the general solver found to a plan, recomputed from the problem itself."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from siting.arrays import IndexArray
from siting.kernels.order import links_by_column, order_by_gain
from siting.plan import Infeasibility, LimitedBy, Plan, SolveParams
from siting.problem import SitingProblem
from siting.solver.compile import Compiled
from siting.solver.general import ModelSolution
from siting.solver.model import Model
from siting.solver.model_check import servers, sparse_sums, standing_of
from siting.solver.model_conflict import Conflict
from siting.solver.tally import Tally

_RELATIVE_ROUNDING = 1e-9


def build_general_plan(
    problem: SitingProblem, compiled: Compiled, solution: ModelSolution, params: SolveParams, *, runtime_s: float
) -> Plan:
    """
    Build the plan of a solution.

    Nothing that the solver counted is taken over but its bound: objective, order, marginal weights and cost come from the
    problem. Sites that add nothing are left out where every rule is kept without them.

    Parameters
    ----------
    problem
        The problem as it was given.
    compiled
        What it was compiled to.
    solution
        Rows of the compiled model, and the bound.
    params
        The parameters used.
    runtime_s
        Wall clock of the solver [s].
    """
    is_plan = solution.status in {"optimal", "feasible"}
    rows = _ordered(compiled.model, _without_idle(compiled.model, solution.rows)) if is_plan else solution.rows
    assets, carriers = _stations(problem, compiled, rows) if is_plan else ([], [])
    tally = Tally(problem)
    marginal = tuple(tally.open(asset, mask) for asset, mask in zip(assets, carriers, strict=True))
    objective = math.fsum((tally.value_before, *marginal)) if is_plan else 0.0
    is_cost_goal = problem.goal != "coverage"
    limit = _weight(compiled, standing_of(compiled.model, np.arange(compiled.model.n_rows, dtype=np.int32)).value)
    is_all = objective >= limit * (1.0 - _RELATIVE_ROUNDING)
    chosen = tuple(problem.coverage.candidate_ids[asset] for asset in assets)
    return Plan(
        chosen=chosen,
        marginal_weight=marginal,
        objective=objective,
        covered_weight=_served_weight(problem, assets),
        total_weight=math.fsum(problem.demand.weight),
        reachable_weight=_served_weight(problem, _allowed(problem)),
        upper_bound=_upper_bound(compiled, solution, objective, limit),
        status=solution.status,
        stopped_by=solution.stopped_by,
        limited_by=_limited_by(problem, len(chosen), is_reached=is_all and _is_everything(problem, objective)) if is_plan else "rules",
        cost_yen=_cost_yen(problem, compiled, rows) if is_plan else 0,
        seed=params.seed,
        runtime_s=runtime_s,
        goal=problem.goal,
        lower_bound=solution.bound if is_cost_goal and solution.status != "infeasible" else None,
        tenants=_tenants(problem, chosen, carriers),
        infeasibility=None if solution.infeasibility is None else _infeasibility(problem, compiled, solution.infeasibility),
        method=solution.method,
        work={**compiled.work, **solution.work},
    )


def rows_of_plan(problem: SitingProblem, compiled: Compiled, plan: Plan) -> IndexArray:
    """
    Return the rows of the compiled model that a plan opens, as far as there still are such rows.

    Parameters
    ----------
    problem
        The problem.
    compiled
        What it was compiled to.
    plan
        A plan of this problem or of a similar one.
    """
    mask = dict.fromkeys(plan.chosen, 0)
    carriers = () if problem.sharing is None else problem.sharing.carriers
    for place, carrier in enumerate(carriers):
        for one in plan.tenants.get(carrier.name, ()):
            mask[one] |= 1 << place
    row_of = {pair: row for row, pair in enumerate(zip(compiled.candidate.tolist(), compiled.carriers.tolist(), strict=True))}
    known = tuple(one for one in mask if problem.has_id(one))
    pairs = zip(problem.positions(known).tolist(), (mask[one] for one in known), strict=True)
    return np.array([row_of[pair] for pair in pairs if pair in row_of], dtype=np.int32)


def _without_idle(model: Model, rows: IndexArray) -> IndexArray:
    """Close the rows that add nothing and that no rule asks for, the costliest first."""
    if model.is_cost_goal:
        return rows
    kept = np.sort(rows)
    count = servers(model, kept)
    value = standing_of(model, kept).value
    for row in kept[np.argsort(-model.cost[kept], kind="stable")].tolist():
        groups = model.row_groups[model.row_start[row] : model.row_start[row + 1]]
        is_lost = ((count[groups] == model.needed) & (model.weight[groups] > 0)) | (
            (count[groups] == model.needed + 1) & (model.backup_weight[groups] > 0)
        )
        if is_lost.any():
            continue
        fewer = kept[kept != row]
        standing = standing_of(model, fewer)
        if standing.is_feasible and standing.value == value:
            kept = fewer
            count[groups] -= 1
    return kept


def _ordered(model: Model, rows: IndexArray) -> IndexArray:
    """Return the rows by what each adds to those before it."""
    count = servers(model, np.zeros(0, dtype=np.int32))
    start, bundle, amount = links_by_column(model.bundles.start, model.bundles.column, model.bundles.amount, model.n_groups)
    order: IndexArray
    order, _ = order_by_gain(
        model.row_start,
        model.row_groups,
        model.weight,
        model.backup_weight,
        count,
        model.needed,
        start,
        bundle,
        amount,
        model.bundle_need,
        model.bundle_value,
        sparse_sums(model.bundles, count >= model.needed),
        np.sort(rows).astype(np.int32),
    )
    return order


def _stations(problem: SitingProblem, compiled: Compiled, rows: IndexArray) -> tuple[list[int], list[int]]:
    """Return assets and carrier masks of the plan, fixed ones first in the order given."""
    fixed = problem.positions(problem.fixed).tolist()
    if problem.sharing is None:
        assets = fixed + compiled.candidate[rows].tolist()
        return assets, [1] * len(assets)
    mask = dict(zip(compiled.candidate[rows].tolist(), compiled.carriers[rows].tolist(), strict=True))
    assets = fixed + [asset for asset in mask if asset not in set(fixed)]
    return assets, [mask[asset] for asset in assets]


def _tenants(problem: SitingProblem, chosen: tuple[str, ...], carriers: list[int]) -> dict[str, tuple[str, ...]]:
    """Return the new sites of each carrier."""
    if problem.sharing is None:
        return {}
    return {
        carrier.name: tuple(one for one, mask in zip(chosen, carriers, strict=True) if mask >> place & 1)
        for place, carrier in enumerate(problem.sharing.carriers)
    }


def _cost_yen(problem: SitingProblem, compiled: Compiled, rows: IndexArray) -> int:
    """Return the yen of fixed sites and rows together."""
    if problem.sharing is None:
        assets = np.concatenate([problem.positions(problem.fixed), compiled.candidate[rows]])
        return int(problem.cost_yen[assets].sum())
    return int(compiled.cost_yen[rows].sum())


def _allowed(problem: SitingProblem) -> list[int]:
    """Return the assets that are not forbidden."""
    barred = set(problem.forbidden)
    return [place for place, one in enumerate(problem.coverage.candidate_ids) if one not in barred]


def _served_weight(problem: SitingProblem, assets: list[int]) -> float:
    """Return the weight of the cells that some of the assets serve, by the coverage of the problem."""
    is_asset = np.zeros(problem.coverage.n_candidates, dtype=np.bool_)
    is_asset[assets] = True
    is_served = np.zeros(problem.coverage.n_cells, dtype=np.bool_)
    is_served[problem.coverage.cells[np.repeat(is_asset, np.diff(problem.coverage.start))]] = True
    return math.fsum(problem.demand.weight[is_served])


def _is_everything(problem: SitingProblem, objective: float) -> bool:
    """Tell whether all assets that are not forbidden would be worth no more together; the model lacks what rules rule out."""
    everyone = 1 if problem.sharing is None else (1 << len(problem.sharing.carriers)) - 1
    tally = Tally(problem)
    most = math.fsum((tally.value_before, *(tally.open(asset, everyone) for asset in _allowed(problem))))
    return objective >= most * (1.0 - _RELATIVE_ROUNDING)


def _weight(compiled: Compiled, value: int) -> float:
    """Return the most demand weight that plans of a whole value may have, rounded up."""
    exact = value * compiled.unit + (0 if compiled.is_exact else Fraction(compiled.model.excess))
    weight = float(exact)
    return weight if Fraction(weight) >= exact else math.nextafter(weight, math.inf)


def _upper_bound(compiled: Compiled, solution: ModelSolution, objective: float, most: float) -> float:
    """Return the bound on the value; sums of floating-point numbers may differ from it in their last places."""
    if solution.status == "infeasible":
        return 0.0
    bound = most if compiled.model.is_cost_goal else min(_weight(compiled, solution.bound), most)
    return max(bound, objective) if objective - bound <= _RELATIVE_ROUNDING * objective else bound


def _infeasibility(problem: SitingProblem, compiled: Compiled, conflict: Conflict) -> Infeasibility:
    """Return what cannot be kept as people asked for it: shares for targets, fixed sites counted for rules."""
    if conflict.target is not None:
        share = float(Fraction(max(conflict.most, 0), compiled.target_total[conflict.target]))
        required = problem.targets[conflict.target].share
        return Infeasibility(rule=conflict.rule, required=required, most=min(share, required), is_exact=conflict.is_exact)
    fixed = compiled.rule_fixed.get(conflict.rule, 0)
    return Infeasibility(rule=conflict.rule, required=conflict.required + fixed, most=conflict.most + fixed, is_exact=conflict.is_exact)


def _limited_by(problem: SitingProblem, n_chosen: int, *, is_reached: bool) -> LimitedBy:
    """Name what keeps the plan from covering more."""
    if problem.goal != "coverage":
        return "targets"
    if is_reached:
        return "reach"
    if problem.quotas or problem.either_or or problem.minimum_spacing_m or problem.only_with or problem.targets or problem.sharing:
        return "rules"
    if problem.budget_yen is None:
        return "max_sites"
    return "both" if n_chosen == problem.max_sites else "budget_yen"
