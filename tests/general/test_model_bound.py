"""Bounds hold at any multipliers, in exact terms, and what they decide of rows is true of every best plan."""

from __future__ import annotations

import numpy as np
import pytest
from general_samples import Oracle, model_of, random_model

from siting.solver.model_bound import Multipliers, kept_selection, proven_bound
from siting.solver.model_dual import ModelDual, forced_changes
from siting.solver.model_hold import held_by_rules
from siting.solver.model_lp import LinearRelaxation
from siting.solver.model_task import merit_of


def feasible_with_merit(model, oracle: Oracle):
    return {one: merit_of(model, np.array(one, dtype=np.int32)) for one in oracle.subsets() if oracle.is_feasible(one)}


def random_prices(model, rng) -> Multipliers:
    scale = rng.choice([0.01, 1.0, 30.0])
    rule = scale * rng.normal(size=len(model.lower)) * (rng.random(len(model.lower)) < 0.7)
    rule = np.where((rule > 0) & (model.upper >= 2**60), 0.0, np.where((rule < 0) & (model.lower <= -(2**60)), 0.0, rule))
    return Multipliers(
        group=scale * rng.exponential(size=model.n_groups),
        rule=rule,
        target=scale * rng.exponential(size=len(model.target_need)),
        entry=scale * rng.exponential(size=len(model.bundles.column)),
        rule_name=model.rule_name,
        target_name=model.target_name,
    )


@pytest.mark.parametrize("seed", range(40))
def test_any_multipliers_give_a_bound_and_true_decisions(seed):
    model = random_model(seed, n_rows=6, n_groups=9)
    merits = feasible_with_merit(model, Oracle(model))
    rng = np.random.default_rng(seed)
    selection, held = kept_selection(model), held_by_rules(model)
    if held.broken_rule is not None:
        assert not merits
        return
    for _ in range(5):
        bound = proven_bound(model, random_prices(model, rng), selection, is_closed=held.is_closed, is_open=held.is_open)
        assert all(merit <= bound.merit for merit in merits.values())
        changes = forced_changes(bound, selection, is_free=held.is_free)
        for least in (min(merits.values(), default=0), max(merits.values(), default=0)):
            for row in np.flatnonzero(held.is_free & (changes < bound.slack(least))).tolist():
                better = [one for one, merit in merits.items() if merit > least]
                assert all((row in one) == bool(bound.is_chosen[row]) for one in better)


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_rows_that_rules_decide_are_so_in_every_plan(seed):
    model = random_model(seed, n_rows=6, n_groups=6)
    held = held_by_rules(model)
    kept = [one for one in Oracle(model).subsets() if Oracle(model).look_at(one)[3]]
    if held.broken_rule is not None:
        assert not kept
        return
    for one in kept:
        assert not any(row in one for row in np.flatnonzero(held.is_closed).tolist())
        assert all(row in one for row in np.flatnonzero(held.is_open).tolist())


def test_subgradient_steps_come_as_low_as_the_linear_relaxation():
    n_close = n_all = 0
    for seed in range(100, 130):
        model = random_model(seed)
        merits = feasible_with_merit(model, Oracle(model))
        held = held_by_rules(model)
        if not merits:
            continue
        rows = {"is_closed": held.is_closed, "is_open": held.is_open}
        dual = ModelDual(model, np.zeros(0, dtype=np.int32), **rows)
        dual.descend(n_steps=400, target=float(max(merits.values())), is_over=lambda: False)
        prices = LinearRelaxation(model, held).prices(n_iterations=10_000, is_over=lambda: False)
        linear = proven_bound(model, prices, kept_selection(model), **rows)
        assert linear.merit >= max(merits.values())
        assert dual.bound().merit >= max(merits.values())
        n_all += 1
        n_close += dual.bound().merit <= linear.merit + 0.02 * abs(linear.merit) + 1
    assert n_close >= 0.9 * n_all


@pytest.mark.parametrize("is_yen_first", [False, True])
def test_amounts_in_yen_take_no_precision_from_the_rules_listed_beside_them(is_yen_first):
    rng = np.random.default_rng(7)
    n_rows, n_groups = 60, 200
    rows = [np.flatnonzero(rng.random(n_groups) < share).tolist() for share in np.repeat([0.05, 0.02], n_rows // 2)]
    yen = ("yen", dict.fromkeys(range(n_rows), 900_000_000), None, 13 * 900_000_000)
    quota = ("quota", dict.fromkeys(range(n_rows // 2, n_rows), 1), 6, None)
    model = model_of(rows, [1] * n_groups, rules=[yen, quota] if is_yen_first else [quota, yen])
    free = {"is_closed": np.zeros(n_rows, dtype=np.bool_), "is_open": np.zeros(n_rows, dtype=np.bool_)}
    linear = proven_bound(
        model,
        LinearRelaxation(model, held_by_rules(model)).prices(n_iterations=10_000, is_over=lambda: False),
        kept_selection(model),
        **free,
    )
    dual = ModelDual(model, np.arange(10, dtype=np.int32), **free)
    dual.descend(n_steps=600, target=0.97 * linear.merit, is_over=lambda: False)
    assert dual.bound().merit <= 1.01 * linear.merit


def test_better_prices_are_taken_over_and_worse_ones_are_not():
    model = random_model(100)
    held = held_by_rules(model)
    dual = ModelDual(model, np.zeros(0, dtype=np.int32), is_closed=held.is_closed, is_open=held.is_open)
    dual.descend(n_steps=2, target=0.0, is_over=lambda: False)
    before = dual.bound().merit
    prices = LinearRelaxation(model, held).prices(n_iterations=10_000, is_over=lambda: False)
    assert dual.offer(prices)
    assert dual.bound().merit <= before
    worse = random_prices(model, np.random.default_rng(0))
    assert not dual.offer(worse)
