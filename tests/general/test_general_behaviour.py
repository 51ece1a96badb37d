"""How the general engine behaves: determinism, warm starts, early ends, what it reports."""

from __future__ import annotations

import math

import numpy as np
import pytest
from general_samples import model_of

from siting import InvalidInputError, SolveParams
from siting.solver.general import solve_model
from siting.solver.model import Model
from siting.solver.model_check import standing_of


def town(seed: int, *, n_rows: int = 70, side: int = 22, is_cost_goal: bool = False, n_sites: int = 9) -> Model:
    """Return discs on a square of cells with a quota, spacing and, where the cost is the goal, a target."""
    rng = np.random.default_rng(seed)
    y, x = np.divmod(np.arange(side * side), side)
    centre, radius = rng.uniform(0, side, (n_rows, 2)), rng.uniform(1.5, 4.5, n_rows)
    rows = [np.flatnonzero((x - cx) ** 2 + (y - cy) ** 2 <= r * r).tolist() for (cx, cy), r in zip(centre, radius, strict=True)]
    apart = np.hypot(*(centre[:, None] - centre[None]).transpose(2, 0, 1))
    rules = [("quota", dict.fromkeys(range(0, n_rows, 3), 1), 2, 4)]
    rules += [(f"spacing {i} {j}", {i: 1, j: 1}, None, 1) for i in range(n_rows) for j in range(i) if apart[i, j] < 2.5]
    if not is_cost_goal:
        rules.append(("sites", dict.fromkeys(range(n_rows), 1), None, n_sites))
    targets = [("half", dict.fromkeys(range(side * side), 1), {}, side * side // 2)] if is_cost_goal else []
    cost = rng.integers(3, 9, n_rows)
    return model_of(rows, [1] * (side * side), rules=rules, targets=targets, cost=cost, is_cost_goal=is_cost_goal)


@pytest.mark.parametrize("is_cost_goal", [False, True])
def test_one_seed_gives_one_plan(is_cost_goal):
    model = town(1, is_cost_goal=is_cost_goal)
    first, second = (solve_model(model, SolveParams(seed=5, effort=0.1), most_exact=0) for _ in range(2))
    assert first.rows.tolist() == second.rows.tolist()
    assert (first.bound, first.work, first.method) == (second.bound, second.work, second.method)


@pytest.mark.parametrize("is_cost_goal", [False, True])
def test_a_town_is_nearly_solved_by_search_and_bound_alone_and_wholly_with_the_exact_finish(is_cost_goal):
    model = town(2, n_rows=45, side=16, is_cost_goal=is_cost_goal)
    searched = solve_model(model, SolveParams(seed=1, effort=0.3), most_exact=0)
    solved = solve_model(model, SolveParams(seed=1, effort=0.5))
    assert standing_of(model, searched.rows).is_feasible
    assert solved.status == "optimal"
    if is_cost_goal:
        assert searched.bound <= solved.cost <= searched.cost <= 1.06 * solved.cost
    else:
        assert searched.bound >= solved.value >= searched.value >= 0.98 * solved.value


def test_counts_that_contradict_each_other_are_proven_before_any_search():
    model = town(1, n_rows=600)
    costly = with_rule(model, "yen", dict.fromkeys(range(model.n_rows), 1_000_000), None, 3_500_000)
    solution = solve_model(with_rule(costly, "owner", dict.fromkeys(range(200), 1), 4, None), SolveParams(), most_exact=0)
    assert solution.status == "infeasible"
    assert (solution.infeasibility.rule, solution.infeasibility.required, solution.infeasibility.most) == ("owner", 4, 3)
    assert solution.infeasibility.is_exact
    assert solution.work["moves"] == solution.work["subgradient_steps"] == 0


def test_a_warm_start_from_a_plan_that_breaks_a_new_rule_is_mended():
    model = town(3)
    before = solve_model(model, SolveParams(seed=1, effort=0.2), most_exact=0)
    banned = int(before.rows[0])
    changed = with_rule(model, "banned", {banned: 1}, None, 0)
    after = solve_model(changed, SolveParams(seed=1, effort=0.02), start=before.rows, multipliers=before.multipliers, most_exact=0)
    assert banned not in after.rows
    assert standing_of(changed, after.rows).is_feasible
    assert after.method[0] == "warm_start"
    assert after.value <= after.bound <= 1.05 * before.bound
    assert after.value >= 0.9 * before.value


def with_rule(model: Model, name, amounts, lower, upper) -> Model:
    """Return the model with one more rule in front."""
    rows = [[int(j) for j in model.row_groups[a:b]] for a, b in zip(model.row_start[:-1], model.row_start[1:], strict=True)]
    start = model.rules.start
    rules = [(name, amounts, lower, upper)]
    for one, (low, up) in enumerate(zip(model.lower.tolist(), model.upper.tolist(), strict=True)):
        places = slice(start[one], start[one + 1])
        entries = dict(zip(model.rules.column[places].tolist(), model.rules.amount[places].tolist(), strict=True))
        rules.append((model.rule_name[one], entries, low, up))
    return model_of(rows, model.weight, rules=rules, cost=model.cost)


def test_better_plans_and_bounds_are_told_in_order():
    told = []
    solution = solve_model(town(4), SolveParams(seed=1, effort=0.1), watch=told.append, most_exact=0)
    found = [one.objective for one in told if not math.isnan(one.objective)]
    assert found == sorted(found)
    assert [one.bound for one in told] == sorted((one.bound for one in told), reverse=True)
    assert [one.seconds for one in told] == sorted(one.seconds for one in told)
    assert (found[-1], told[-1].bound) == (solution.value, solution.bound)


def test_a_search_out_of_time_says_so_and_keeps_what_it_has():
    solution = solve_model(town(5), SolveParams(seed=1), is_late=lambda: True)
    assert solution.stopped_by == "time_limit"
    assert solution.status == "unknown"
    calls = iter(range(10**9))
    unclosed = town(9)
    solution = solve_model(unclosed, SolveParams(seed=1), is_late=lambda: next(calls) > 30, most_exact=0)
    assert solution.stopped_by == "time_limit"
    assert standing_of(unclosed, solution.rows).is_feasible
    assert solution.bound >= solution.value > 0


def test_an_interrupt_leaves_at_once():
    def interrupt(_stage, _done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_model(town(6), SolveParams(seed=1), progress=interrupt, most_exact=0)


def test_a_gap_that_is_small_enough_ends_the_search():
    solution = solve_model(town(7), SolveParams(seed=1, target_gap=0.5), most_exact=0)
    assert solution.stopped_by == "proof"
    assert solution.work["rounds"] <= 1


@pytest.mark.parametrize("start", [[70], [-1], [3, 3]])
def test_a_start_with_unknown_or_repeated_rows_is_refused(start):
    with pytest.raises(InvalidInputError, match="start must name rows below 70"):
        solve_model(town(8), SolveParams(), start=np.array(start, dtype=np.int32))


def test_multipliers_of_another_problem_are_refused():
    other = solve_model(town(9, side=20), SolveParams(effort=0.02), most_exact=0).multipliers
    with pytest.raises(InvalidInputError, match="multipliers must be of a problem with"):
        solve_model(town(9), SolveParams(effort=0.02), multipliers=other, most_exact=0)
