"""What sharing saves, against plain counting of every possibility."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sharing_samples import Sample, coverage, random_sample

from siting import InvalidInputError, PointDemand, Quota, SitingProblem, SolveParams, Target
from siting.check import verify
from siting.rule_use import carrier_uses
from siting.sharing import sharing_savings

PARAMS = SolveParams(seed=1)


@pytest.mark.parametrize("seed", range(25))
def test_alone_is_best_and_together_is_cheapest(seed: int) -> None:
    sample = random_sample(seed)
    savings = sharing_savings(sample.problem(), PARAMS)
    assert savings.carriers == ("C0", "C1")
    for c, plan in enumerate(savings.alone):
        new = {int(one[1:]) for one in plan.chosen}
        assert plan.status == "optimal"
        assert sample.covered(c, new) == pytest.approx(sample.best_alone(c))
        assert plan.cost_yen == sum(sample.cost[i] * (i not in sample.existing[c]) + sample.equipment[c] for i in new)
        assert len(new) <= sample.most[c]
    wanted = [sample.best_alone(c) for c in range(2)]
    best = replace(sample, most=[sample.n_assets] * 2, wanted=wanted).least_together()
    assert savings.together is not None
    if best is None:
        assert savings.together.status == "infeasible"
        assert not savings.is_found
        return
    assert savings.together.status == "optimal"
    assert savings.cost_together_yen == best
    assert savings.least_saved_yen == savings.most_saved_yen == savings.cost_alone_yen - best
    for c in range(2):
        together = {int(one[1:]) for one in savings.together.tenants[f"C{c}"]}
        assert sample.covered(c, together) >= sample.best_alone(c) - 1e-6


def twins(**changed) -> Sample:
    """Two carriers that want the same two assets."""
    values = {
        "rows": [[frozenset({0, 1}), frozenset({2})]] * 2,
        "weight": [[1.0, 2.0, 3.0]] * 2,
        "cost": [10, 7],
        "capacity": [2, 2],
        "equipment": [1, 2],
        "most": [2, 2],
        "existing": [frozenset(), frozenset()],
    }
    return Sample(**(values | changed))


def test_two_that_want_the_same_pay_every_opening_once() -> None:
    savings = sharing_savings(twins().problem(), PARAMS)
    assert (savings.sites_alone, savings.sites_together, savings.stations_together) == (4, 2, 4)
    assert (savings.cost_alone_yen, savings.cost_together_yen) == (19 + 21, 10 + 7 + 2 * (1 + 2))
    assert savings.least_saved_yen == savings.most_saved_yen == 40 - 23


def test_assets_with_room_for_one_save_nothing() -> None:
    savings = sharing_savings(twins(capacity=[1, 1]).problem(), PARAMS)
    assert savings.together is not None
    assert savings.together.status == "infeasible"
    assert not savings.is_found


def test_a_neutral_host_needs_no_equipment_of_the_carriers() -> None:
    savings = sharing_savings(twins(is_neutral_host=True, capacity=[1, 1]).problem(), PARAMS)
    assert (savings.cost_alone_yen, savings.cost_together_yen) == (40, 17)


def test_without_costs_the_fewest_sites_are_compared() -> None:
    savings = sharing_savings(twins(cost=[0, 0], equipment=[0, 0]).problem(), PARAMS)
    assert savings.together is not None
    assert (savings.together.goal, savings.sites_alone, savings.sites_together) == ("fewest_sites", 4, 2)
    assert savings.most_saved_yen == savings.least_saved_yen == 0


def test_limits_of_the_plan_hold_for_each_alone_and_not_for_the_comparison() -> None:
    savings = sharing_savings(twins().problem(max_sites=1, quotas=(Quota(name="q", ids=("a0",), maximum=0),)), PARAMS)
    assert [plan.chosen for plan in savings.alone] == [("a1",), ("a1",)]
    assert savings.together is not None
    assert savings.together.chosen == ("a1",)


def test_with_targets_as_the_goal_those_without_one_are_left_out() -> None:
    problem = twins().problem(goal="least_cost", targets=(Target(share=0.5, carrier="C1"),))
    savings = sharing_savings(problem, PARAMS)
    assert savings.carriers == ("C1",)
    assert (savings.cost_alone_yen, savings.cost_together_yen) == (9, 9)


def test_the_joint_plan_keeps_the_rules_between_sites() -> None:
    rows = [[frozenset({0}), frozenset({0}), frozenset({1})]] * 2
    sample = twins(rows=rows, weight=[[4.0, 1.0]] * 2, cost=[9, 1, 1], capacity=[2, 2, 2])
    problem = sample.problem(either_or=(("a1", "a2"),))
    savings = sharing_savings(problem, PARAMS)
    assert savings.together is not None
    assert not {"a1", "a2"} <= set(savings.together.chosen)
    assert [use.covered_weight for use in carrier_uses(savings.together, problem)] == [5.0, 5.0]
    assert not [one for one in verify(savings.together, problem) if one.rule.startswith(("either_or", "capacity"))]


def test_a_problem_without_carriers_is_refused() -> None:
    pattern = coverage([{0}], 1)
    problem = SitingProblem(coverage=pattern, demand=PointDemand(weight=np.ones(1)), max_sites=1)
    with pytest.raises(InvalidInputError, match="sharing must be given, got None"):
        sharing_savings(problem)
