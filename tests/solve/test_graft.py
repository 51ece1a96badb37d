"""Grafts: parts of plans in the place of parts of others, against plans put together and counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from solve_samples import random_sample, street_problem

from siting.kernels.graft import NO_PLAN, covered_by, find_donors, part_keys, rows_around
from siting.solver.population import Population
from siting.solver.presolve import ReducedProblem, presolve


def plans_of(problem: ReducedProblem, random: np.random.Generator, n_plans: int) -> list[np.ndarray]:
    """Return random plans that keep the limits."""
    plans = []
    for _ in range(n_plans):
        rows: list[int] = []
        for row in random.permutation(problem.n_rows).tolist():
            is_affordable = problem.budget_yen is None or problem.cost_yen[[*rows, row]].sum() <= problem.budget_yen
            if len(rows) < problem.max_rows and is_affordable:
                rows.append(row)
        plans.append(np.array(rows[: int(random.integers(1, len(rows) + 1))], dtype=np.int32))
    return plans


def graft(host: np.ndarray, donor: np.ndarray, is_inside: np.ndarray) -> np.ndarray:
    return np.concatenate((host[~is_inside[host]], donor[is_inside[donor]]))


@pytest.mark.parametrize("seed", range(200))
def test_a_donor_is_found_exactly_where_one_improves_the_host_within_the_limits(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=14, n_cells=40, kind="count" if seed % 2 else "budget").problem())
    if problem.n_rows < 2 or problem.max_rows == 0:
        return
    random, n_hosts = np.random.default_rng(seed), 5
    plans = plans_of(problem, random, 12)
    is_inside = random.random(problem.n_rows) < 0.4
    plan_start = np.concatenate(([0], np.cumsum([len(rows) for rows in plans])))
    plan_rows, donors = np.concatenate(plans), np.empty(n_hosts, dtype=np.int32)
    keys = part_keys(plan_start, plan_rows, is_inside)
    _, distinct, place = np.unique(keys, return_index=True, return_inverse=True)
    state = np.array([seed], dtype=np.uint64)
    find_donors(problem.pattern, plan_start, plan_rows, is_inside, distinct, place[:n_hosts], 1e-9, state, donors)
    for host, found in zip(plans, donors.tolist(), strict=False):
        better = []
        for at, donor in enumerate(plans):
            rows = graft(host, donor, is_inside)
            is_allowed = len(rows) <= problem.max_rows
            is_allowed &= problem.budget_yen is None or problem.cost_yen[rows].sum() <= problem.budget_yen
            if is_allowed and problem.covered(rows) > problem.covered(host) + 1e-9:
                better.append(at)
        assert found in better if better else found == NO_PLAN


def test_parts_have_the_same_key_exactly_if_they_have_the_same_rows() -> None:
    random = np.random.default_rng(3)
    plans = [random.permutation(12)[:4].astype(np.int32) for _ in range(200)]
    is_inside = np.arange(12) < 6
    plan_start = np.concatenate(([0], np.cumsum([len(rows) for rows in plans])))
    keys = part_keys(plan_start, np.concatenate(plans), is_inside)
    parts = [frozenset(rows[is_inside[rows]].tolist()) for rows in plans]
    assert len(set(keys.tolist())) == len(set(parts)) == len(set(zip(keys.tolist(), parts, strict=True))) > 20


def test_rows_around_a_row_come_in_the_order_of_their_links() -> None:
    problem = presolve(street_problem(5, n_rows=60, reach=3, max_sites=5))
    for first in range(0, problem.n_rows, 7):
        links = {first: 0}
        queue = [first]
        for row in queue:
            for group in problem.groups_of(row).tolist():
                for other in problem.column_rows[problem.column_start[group] : problem.column_start[group + 1]].tolist():
                    if other not in links:
                        links[other] = links[row] + 1
                        queue.append(other)
        around = rows_around(problem.pattern, first, problem.n_rows).tolist()
        assert sorted(around) == sorted(links)
        assert [links[row] for row in around] == sorted(links.values())
        assert rows_around(problem.pattern, first, 7).tolist() == around[:7]


@pytest.mark.parametrize("seed", range(30))
def test_what_rows_cover_is_what_their_groups_weigh(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=10, n_cells=25).problem())
    rows = np.flatnonzero(np.random.default_rng(seed).random(problem.n_rows) < 0.5).astype(np.int32)
    groups = {group for row in rows.tolist() for group in problem.groups_of(row).tolist()}
    assert covered_by(problem.pattern, rows) == pytest.approx(sum(problem.weight[group] for group in groups))


def test_a_population_holds_each_plan_once_and_a_child_takes_the_place_of_its_worse_parent() -> None:
    plans = [(3.0, np.array([0, 1], dtype=np.int32)), (5.0, np.array([1, 2], dtype=np.int32))]
    population = Population([*plans, plans[0]])
    assert [covered for covered, _ in population.plans] == [3.0, 5.0]
    assert not population.replace(plans[1][1], (4.0, np.array([2, 3], dtype=np.int32))), "it is worse than its parent"
    assert not population.replace(plans[0][1], plans[1]), "it is there already"
    assert population.replace(plans[0][1], (4.0, np.array([2, 3], dtype=np.int32)))
    assert not population.replace(plans[0][1], (9.0, np.array([3, 4], dtype=np.int32))), "the parent has gone"
    assert [covered for covered, _ in population.best_first] == [5.0, 4.0]
