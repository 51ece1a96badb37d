"""What an explanation says is true, tried against every plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from planning_oracle import TOLERANCE, changed, plans, positions

from siting import InvalidInputError, InvalidPlanError, SolveParams, WhatIf, evaluate, explain, solve
from tests.solve.solve_samples import problem_of, random_sample, street_problem

QUICK = SolveParams(effort=0.05)


def explained(seed: int, **size):
    sample = random_sample(seed, **size)
    problem = sample.problem()
    plan = solve(problem, QUICK)
    return sample, plan, explain(problem, plan)


def test_the_regret_lies_between_its_bounds():
    n_tight = n_sites = 0
    for seed in range(120):
        sample, plan, explanation = explained(seed, n_rows=8, n_cells=16)
        for site in explanation.chosen:
            if site.is_fixed:
                assert (site.regret_at_least, site.regret_at_most, site.substitutes) == (None, None, ())
                continue
            without = changed(sample, forbidden=(*sample.forbidden, *positions([site.id])))
            regret = plan.objective - without.best()
            slack = TOLERANCE * max(1.0, plan.objective)
            assert site.regret_at_least <= regret + slack, (seed, site)
            assert regret <= site.regret_at_most + slack, (seed, site)
            n_sites += 1
            n_tight += abs(site.regret_at_most - regret) <= slack
    assert n_tight > 0.9 * n_sites > 150


def test_substitutes_are_the_best_swaps_there_are():
    for seed in range(120):
        sample, plan, explanation = explained(seed, n_rows=8, n_cells=16)
        chosen = positions(plan.chosen)
        for site in explanation.chosen:
            if site.is_fixed:
                continue
            kept = chosen - positions([site.id])
            swaps = {i: sample.covered(kept | {i}) for i in range(8) if i not in chosen and sample.is_allowed(kept | {i})}
            beyond = [value for i, value in swaps.items() if sample.rows[i] & _open_cells(sample)]
            assert [one.objective for one in site.substitutes] == pytest.approx(sorted(beyond, reverse=True)[:3], rel=1e-9), seed
            for one in site.substitutes:
                (position,) = positions([one.id])
                assert one.objective == pytest.approx(swaps[position], rel=1e-9)
                assert one.loss == pytest.approx(plan.objective - swaps[position], abs=1e-9)


def _open_cells(sample) -> set[int]:
    """Return the cells that have weight and that no fixed site covers."""
    fixed = set().union(*(sample.rows[i] for i in sample.fixed))
    return {j for j, weight in enumerate(sample.weight) if weight > 0} - fixed


def test_every_word_on_a_rejected_candidate_is_true():
    seen: Counter[str] = Counter()
    for seed in range(250):
        sample, plan, explanation = explained(seed, n_rows=8, n_cells=12)
        chosen = positions(plan.chosen)
        assert positions(one.id for one in explanation.rejected) == set(range(8)) - chosen
        for entry in explanation.rejected:
            seen[entry.code] += 1
            _check_rejection(sample, chosen, entry)
    assert set(seen) >= {"forbidden", "serves_nothing", "nothing_new", "dominated", "weaker", "over_budget"}, seen


def _check_rejection(sample, chosen, entry) -> None:
    (position,) = positions([entry.id])
    covered = sample.covered(chosen)
    cells = {j for j in sample.rows[position] if sample.weight[j] > 0}
    swaps = {out: sample.covered(chosen - {out} | {position}) for out in chosen - set(sample.fixed)}
    swaps = {out: value for out, value in swaps.items() if sample.is_allowed(chosen - {out} | {position})}
    assert entry.adds_weight == pytest.approx(sample.covered(chosen | {position}) - covered, abs=1e-9)
    if entry.instead_of is not None:
        (out,) = positions([entry.instead_of])
        assert entry.swap_loss == pytest.approx(covered - swaps[out], abs=1e-9)
        assert swaps[out] == pytest.approx(max(swaps.values()), rel=1e-9)
    if entry.dominated_by is not None:
        (other,) = positions([entry.dominated_by])
        assert other not in sample.forbidden
        assert cells & _open_cells(sample) <= sample.rows[other]
        assert sample.budget is None or sample.cost[other] <= sample.cost[position]
    truth = {
        "forbidden": position in sample.forbidden,
        "serves_nothing": not cells,
        "nothing_new": entry.adds_weight == 0 and bool(cells),
        "dominated": entry.dominated_by is not None,
        "weaker": entry.adds_weight > 0 and entry.dominated_by is None and bool(swaps) and max(swaps.values()) <= covered + TOLERANCE,
        "over_budget": not swaps and sample.budget is not None and (entry.missing_yen or 0) > 0,
        "no_room": not swaps and not sample.is_allowed(chosen | {position}),
        "would_help": any(value > covered for value in swaps.values()) or sample.is_allowed(chosen | {position}),
    }
    assert truth[entry.code], entry


def test_a_poor_plan_is_told_what_would_help():
    for seed in range(40):
        sample = random_sample(seed, n_rows=6, n_cells=12)
        problem = sample.problem()
        best = solve(problem, QUICK)
        for chosen in list(plans(sample))[:: max(1, seed % 5)]:
            if sample.covered(chosen) == 0:
                continue
            ids = tuple(dict.fromkeys((*problem.fixed, *(f"c{i}" for i in sorted(chosen)))))
            plan = replace(
                best,
                chosen=ids,
                marginal_weight=(0.0,) * len(ids),
                objective=min(sample.covered(chosen), best.upper_bound),
                covered_weight=sample.covered(chosen),
                status="feasible",
            )
            explanation = explain(problem, plan)
            for entry in explanation.rejected:
                _check_rejection(sample, chosen, entry)
            steps = [sample.covered(other) for other in plans(sample) if len(other - chosen) == 1 and len(chosen - other) <= 1]
            helps = any(value > sample.covered(chosen) * (1 + TOLERANCE) for value in steps)
            assert helps == any(entry.code == "would_help" for entry in explanation.rejected), (seed, chosen)


def test_weights_of_sites_are_those_of_the_figures():
    problem = street_problem(2, max_sites=14, fixed=("c3",))
    plan = solve(problem, QUICK)
    figures = evaluate(plan, problem.coverage, problem.demand).sites
    explanation = explain(problem, plan)
    for site, figure in zip(explanation.chosen, figures, strict=True):
        assert (site.id, site.marginal_weight, site.only_weight) == (figure.id, figure.marginal_weight, figure.only_weight)


def test_losses_are_in_order():
    problem = street_problem(7, n_rows=200, n_cells=2500, max_sites=20)
    explanation = explain(problem, solve(problem, QUICK))
    for site in explanation.chosen:
        losses = [one.loss for one in site.substitutes]
        assert losses == sorted(losses)
        assert site.regret_at_least <= site.regret_at_most <= losses[0] <= site.only_weight


def test_a_session_explains_its_plan_as_it_stands():
    session = WhatIf(street_problem(8, max_sites=10), params=QUICK)
    banned = session.plan.chosen[0]
    explanation = session.ban(banned).explain()
    assert explanation.of(banned).code == "forbidden"
    assert explanation.plan is not session.plan
    with pytest.raises(InvalidInputError, match="nobody"):
        explanation.of("nobody")


def test_a_plan_that_breaks_the_rules_is_not_explained():
    problem = problem_of([[0], [1], [2]], np.ones(3), cost_yen=[2, 2, 2], max_sites=2)
    plan = solve(problem, QUICK)
    with pytest.raises(InvalidPlanError, match="limits"):
        explain(replace(problem, budget_yen=3), plan)
