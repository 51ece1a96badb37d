"""What a plan uses of its rules, counted by hand and against the independent check."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sharing_samples import coverage, plan_of, random_sample

from siting import Candidates, Facility, InvalidInputError, PointDemand, Quota, SitingProblem, Target
from siting.check import verify
from siting.check_count import Count
from siting.rule_use import carrier_uses, counted_cells, facility_uses, rule_uses


def street(**rules) -> SitingProblem:
    """Five lamps 30 m apart; each serves its own cell and the next one."""
    pattern = coverage([{i, i + 1} for i in range(5)], 6)
    owners = ["private", "private", "municipal", "municipal", "municipal"]
    candidates = Candidates.from_points(
        [(30.0 * i, 0.0, 8.0) for i in range(5)], crs="EPSG:6677", ids=pattern.candidate_ids, cost_yen=[5, 4, 3, 2, 1], owner_class=owners
    )
    demand = PointDemand(weight=np.array([1.0, 2, 4, 8, 16, 32]), unit="people", groups={"west": np.array([0, 1, 2], dtype=np.int32)})
    return SitingProblem(coverage=pattern, demand=demand, candidates=candidates, **rules)


def uses_of(problem: SitingProblem, *chosen: str, cost_yen: int = 0):
    return {(use.kind, use.name): use for use in rule_uses(plan_of(problem, chosen=chosen, cost_yen=cost_yen), problem)}


def test_limits_and_quotas_are_counted() -> None:
    quotas = (Quota(name="city", ids=("a2", "a3", "a4"), minimum=1, maximum=2), Quota(name="west", ids=("a0", "a1"), maximum=1))
    uses = uses_of(street(max_sites=3, budget_yen=9, quotas=quotas), "a0", "a3", "a4", cost_yen=8)
    found = {key: (use.minimum, use.used, use.maximum) for key, use in uses.items()}
    assert found == {
        ("max_sites", ""): (None, 3, 3),
        ("budget_yen", ""): (None, 8, 9),
        ("quota", "city"): (1, 2, 2),
        ("quota", "west"): (None, 1, 1),
    }


def test_rules_between_sites_are_counted() -> None:
    problem = street(
        max_sites=5, minimum_spacing_m=50.0, either_or=(("a0", "a1"), ("a2", "a3", "a4")), only_with=(("a0", "a2"), ("a1", "a4"))
    )
    uses = uses_of(problem, "a0", "a2", "a4")
    assert (uses["minimum_spacing_m", ""].minimum, uses["minimum_spacing_m", ""].used) == (50.0, 60.0)
    assert (uses["either_or", ""].maximum, uses["either_or", ""].used) == (1, 2)
    assert (uses["only_with", ""].maximum, uses["only_with", ""].used) == (0, 0)
    assert uses_of(problem, "a1", "a3")["only_with", ""].used == 1


def test_fixed_sites_are_exempt_from_the_distance_to_each_other() -> None:
    problem = street(max_sites=5, minimum_spacing_m=50.0, fixed=("a0", "a1"))
    assert uses_of(problem, "a0", "a1", "a4")["minimum_spacing_m", ""].used == 90.0
    assert ("minimum_spacing_m", "") not in uses_of(problem, "a0", "a1")


def test_targets_are_shares_of_what_they_are_about() -> None:
    clinics = [
        Facility(name=f"f{i}", cells=np.array([i, i + 1], dtype=np.int32), weight=w, kind="clinics") for i, w in ((0, 3.0), (4, 1.0))
    ]
    targets = (Target(share=0.5), Target(share=0.5, group="west"), Target(share=0.5, group="clinics"))
    problem = street(max_sites=2, facilities=tuple(clinics), targets=targets)
    uses = uses_of(problem, "a0", "a1")
    assert [uses["target", name].used for name in ("", "west", "clinics")] == [7 / 63, 1.0, 0.75]
    (use,) = facility_uses(plan_of(problem, chosen=("a0", "a1")), problem)
    assert (use.kind, use.n, use.n_counted, use.carrier) == ("clinics", 2, 1, "")


def test_a_cell_counts_with_as_many_servers_as_it_needs() -> None:
    problem = street(max_sites=3, servers_needed=2)
    assert counted_cells(plan_of(problem, chosen=("a0", "a1", "a3")), problem)[""].tolist() == [False, True, False, False, False, False]


def test_a_plan_of_other_candidates_is_refused() -> None:
    problem = street(max_sites=3)
    with pytest.raises(InvalidInputError, match=r"plan\.chosen must name candidates of the problem, got 'b1'"):
        rule_uses(plan_of(problem, chosen=("b1",)), problem)


@pytest.mark.parametrize("kpi", ["each", "any", "every"])
@pytest.mark.parametrize("seed", range(12))
def test_the_check_finds_the_same_shares_and_yen(seed: int, kpi: str) -> None:
    rng = np.random.default_rng(seed)
    sample = random_sample(seed)
    opened = list(sample.assignments())
    tenants = {f"C{c}": [f"a{i}" for i in sorted(one)] for c, one in enumerate(opened[int(rng.integers(len(opened)))])}
    needed = int(rng.integers(1, 3))
    targets = [Target(share=0.5), Target(share=0.5, group="left")]
    targets += [Target(share=0.5, carrier="C1"), Target(share=0.5, group="left", carrier="C0")]
    problem = sample.problem(max_sites=5, targets=tuple(targets), servers_needed=needed, kpi=kpi)
    plan = plan_of(problem, tenants)
    count = Count.of(plan, problem)
    uses = [use for use in rule_uses(plan, problem) if use.kind == "target"]
    for target, use in zip(targets, uses, strict=True):
        have, total = count.reach(target)
        assert use.used == pytest.approx(float(have / total), rel=1e-12)
        assert (use.name, use.carrier) == (target.group or "", target.carrier or "")
    for use in carrier_uses(plan, problem):
        assert use.cost_yen == count.carrier_cost_yen[use.name]
        assert use.n_sites == len(tenants[use.name])
        number = int(use.name[1:])
        if needed == 1:
            assert use.covered_weight == pytest.approx(sample.covered(number, {int(one[1:]) for one in tenants[use.name]}))
        assert use.weight == math.fsum(sample.weight[number])
    assert not [one for one in verify(plan, problem) if one.rule.startswith(("capacity", "neutral", "tenants of", "C"))]
