"""Plans united by a sweep: against every plan there is, within the limits, at prices that bound."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from solve_samples import random_sample, street_problem

from siting import PointDemand, SitingProblem, cover_points
from siting.kernels.pattern import covered_by
from siting.kernels.sweep import _Choices, _keep_best, farthest_row, sweep, sweep_order
from siting.solver.choice import Choice
from siting.solver.greedy import best_greedy
from siting.solver.local_search import polish
from siting.solver.population import Elite, Population
from siting.solver.presolve import ReducedProblem, presolve
from siting.solver.unite import prices, rebuild, unite

EVERY_CHOICE = 1 << 14


def plans_within(problem: ReducedProblem) -> list[np.ndarray]:
    """Return every plan that keeps the limits."""
    plans = []
    for n_rows in range(problem.max_rows + 1):
        for chosen in combinations(range(problem.n_rows), n_rows):
            rows = np.array(chosen, dtype=np.int32)
            if problem.budget_yen is None or problem.cost_yen[rows].sum() <= problem.budget_yen:
                plans.append(rows)
    return plans


@pytest.mark.parametrize("seed", range(150))
def test_a_sweep_that_drops_nothing_finds_the_best_plan_whatever_the_prices(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=11, n_cells=30, kind="count").problem())
    if problem.n_rows == 0 or problem.max_rows == 0:
        return
    random = np.random.default_rng(seed)
    order = sweep_order(problem.pattern, int(random.integers(problem.n_rows)))
    price = random.uniform(0.0, 1.0, problem.n_groups) * problem.weight
    row_price = np.full(problem.n_rows, random.uniform(0.0, 2.0) * problem.weight.mean())
    state = np.array([seed], dtype=np.uint64)
    rows = sweep(problem.pattern, order, price, row_price, EVERY_CHOICE, state)
    assert len(set(rows.tolist())) == len(rows) <= problem.max_rows
    assert problem.covered(rows) == pytest.approx(max(problem.covered(plan) for plan in plans_within(problem)))


@pytest.mark.parametrize("seed", range(60))
def test_the_narrowest_sweep_still_returns_a_plan(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=11, n_cells=30).problem())
    if problem.n_rows == 0:
        return
    order = sweep_order(problem.pattern, 0)
    rows = sweep(problem.pattern, order, 0.5 * problem.weight, np.ones(problem.n_rows), 1, np.array([seed], dtype=np.uint64))
    assert len(set(rows.tolist())) == len(rows) <= problem.n_rows


def test_a_sweep_goes_through_every_row_once_and_keeps_few_groups_live() -> None:
    problem = presolve(street_problem(5, n_rows=120, reach=3, max_sites=5))

    def most_live(order: np.ndarray) -> int:
        begun, ended = np.zeros(problem.n_groups, dtype=bool), np.diff(problem.column_start)
        live = []
        for row in order.tolist():
            begun[problem.groups_of(row)] = True
            ended = ended - np.isin(np.arange(problem.n_groups), problem.groups_of(row))
            live.append(int((begun & (ended > 0)).sum()))
        return max(live)

    first = farthest_row(problem.pattern, 0)
    order = sweep_order(problem.pattern, first)
    assert order[0] == first
    assert sorted(order.tolist()) == list(range(problem.n_rows))
    assert 3 * most_live(order) < most_live(np.random.default_rng(0).permutation(problem.n_rows))


def test_of_choices_the_best_are_kept_however_many_tie_before_them() -> None:
    lost = np.array([5.0] * 10 + [1.0, 2.0, 5.0, 3.0])
    k = len(lost)
    whole, distinct = np.zeros(k, dtype=np.int32), np.arange(k, dtype=np.uint64)
    choices = _Choices(np.zeros((k, 1), dtype=np.uint64), whole, distinct, lost, whole, whole, whole, np.zeros(1, dtype=np.int64))
    assert _keep_best(choices, k, 4, np.empty(32, dtype=np.int32)) == 4
    assert sorted(lost[:4]) == [1.0, 2.0, 3.0, 5.0]


def test_the_farthest_row_is_as_many_links_away_as_any() -> None:
    problem = presolve(street_problem(5, n_rows=60, reach=3, max_sites=5))
    for first in range(0, problem.n_rows, 7):
        links, queue = {first: 0}, [first]
        for row in queue:
            for group in problem.groups_of(row).tolist():
                for other in problem.column_rows[problem.column_start[group] : problem.column_start[group + 1]].tolist():
                    if other not in links:
                        links[other] = links[row] + 1
                        queue.append(other)
        assert links[farthest_row(problem.pattern, first)] == max(links.values())


@pytest.mark.parametrize("seed", range(100))
@pytest.mark.parametrize("kind", ["count", "budget"])
def test_prices_bound_every_plan(seed: int, kind: str) -> None:
    problem = presolve(random_sample(seed, n_rows=9, n_cells=25, kind=kind).problem())
    if problem.n_rows == 0 or problem.max_rows == 0:
        return
    at = prices(problem, best_greedy(problem), 0.9)
    assert (at.group >= 0.0).all()
    assert (at.group <= problem.weight).all()
    assert (at.row >= 0.0).all()
    collected = np.array([at.group[problem.groups_of(row)].sum() for row in range(problem.n_rows)])
    rest = (problem.weight - at.group).sum() + np.maximum(collected - at.row, 0.0).sum()
    for plan in plans_within(problem):
        assert problem.covered(plan) - problem.base_weight <= (rest + at.row[plan].sum()) * (1.0 + 1e-9)


def test_prices_are_near_the_best_there_are_and_rise_as_less_may_be_spent() -> None:
    n_rising = 0
    for seed in range(40):
        problem = presolve(random_sample(seed, n_rows=12, n_cells=40, kind="count").problem())
        if problem.max_rows < 3 or problem.n_rows <= problem.max_rows:
            continue
        whole, scarce = (prices(problem, best_greedy(problem), share) for share in (1.0, 0.5))
        collected = np.array([whole.group[problem.groups_of(row)].sum() for row in range(problem.n_rows)])
        bound = (problem.weight - whole.group).sum() + np.maximum(collected - whole.row, 0.0).sum() + problem.max_rows * whole.row[0]
        best = max(problem.covered(plan) for plan in plans_within(problem)) - problem.base_weight
        assert best * (1.0 - 1e-9) <= bound <= 1.1 * best
        n_rising += scarce.row[0] > whole.row[0]
    assert n_rising > 5


@pytest.mark.parametrize("seed", range(100))
@pytest.mark.parametrize("kind", ["count", "budget"])
def test_plans_are_united_within_the_limits_and_polished(seed: int, kind: str) -> None:
    problem = presolve(random_sample(seed, n_rows=14, n_cells=40, kind=kind).problem())
    if problem.n_rows < 2 or problem.max_rows == 0:
        return
    random = np.random.default_rng(seed)
    plans = []
    for _ in range(4):
        shuffled = random.permutation(problem.n_rows).astype(np.int32)[: problem.max_rows]
        spent = np.cumsum(problem.cost_yen[shuffled])
        plans.append(shuffled if problem.budget_yen is None else shuffled[spent <= problem.budget_yen])
    if sum(len(plan) for plan in plans) == 0:
        return
    at = prices(problem, best_greedy(problem), 0.95)
    rows = unite(problem, tuple(plans), at, width=EVERY_CHOICE, seed=seed)
    assert np.array_equal(rows, unite(problem, tuple(plans), at, width=EVERY_CHOICE, seed=seed))
    rebuilt = rebuild(problem, plans[0], tuple(plans[1:]), at, width=EVERY_CHOICE, seed=seed)
    assert np.array_equal(rebuilt, rebuild(problem, plans[0], tuple(plans[1:]), at, width=EVERY_CHOICE, seed=seed))
    for found in (rows, rebuilt):
        assert len(set(found.tolist())) == len(found) <= problem.max_rows
        assert problem.budget_yen is None or problem.cost_yen[found].sum() <= problem.budget_yen
        assert problem.covered(found) == problem.covered(polish(problem, found))
    if kind == "count":
        assert problem.covered(rows) >= max(problem.covered(plan) for plan in plans)
        assert problem.covered(rebuilt) >= problem.covered(plans[0])


def polished_plans(seed: int) -> tuple[ReducedProblem, tuple[np.ndarray, ...]]:
    """Return a problem of scattered places, and sixteen plans that no swap improves."""
    random = np.random.default_rng(seed)
    places = random.uniform(0, 1_000, (600, 2))
    coverage = cover_points(places, places, radius_m=100.0)
    demand = PointDemand(weight=random.integers(1, 100, 600).astype(np.float64))
    problem = presolve(SitingProblem(coverage=coverage, demand=demand, max_sites=25))
    return problem, tuple(polish(problem, random.permutation(problem.n_rows)[:25].astype(np.int32)) for _ in range(16))


@pytest.mark.parametrize("seed", range(4))
def test_a_sweep_makes_a_better_plan_of_plans_that_no_swap_improves(seed: int) -> None:
    problem, plans = polished_plans(seed)
    at = prices(problem, max(plans, key=problem.covered), 0.98)
    united = problem.covered(unite(problem, plans, at, width=100, seed=1))
    assert united > max(problem.covered(plan) for plan in plans)


@pytest.mark.parametrize("seed", range(4))
def test_a_part_is_rebuilt_better_than_swaps_make_it_and_the_rest_is_kept(seed: int) -> None:
    problem, (plan, *others) = polished_plans(seed)
    at = prices(problem, plan, 0.98)
    rebuilt = [rebuild(problem, plan, tuple(others), at, width=200, seed=one) for one in range(12)]
    assert max(map(problem.covered, rebuilt)) > problem.covered(plan)
    assert min(map(problem.covered, rebuilt)) >= problem.covered(plan)
    n_kept = sorted(len(np.intersect1d(plan, one)) for one in rebuilt)
    assert n_kept[6] >= 10, "two rows in five are kept at least, but for the last swaps"
    assert len({one.tobytes() for one in rebuilt}) > 6, "the parts differ"


@pytest.mark.parametrize("seed", range(30))
def test_what_rows_cover_is_what_their_groups_weigh(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=10, n_cells=25).problem())
    rows = np.flatnonzero(np.random.default_rng(seed).random(problem.n_rows) < 0.5).astype(np.int32)
    groups = {group for row in rows.tolist() for group in problem.groups_of(row).tolist()}
    assert covered_by(problem.pattern, rows) == pytest.approx(sum(problem.weight[group] for group in groups))


def test_a_population_holds_each_plan_once() -> None:
    plans = [(3.0, np.array([0, 1], dtype=np.int32)), (5.0, np.array([1, 2], dtype=np.int32))]
    population = Population([*plans, plans[0]])
    assert [covered for covered, _ in population.plans] == [3.0, 5.0]
    population.add((4.0, np.array([2, 3], dtype=np.int32)))
    assert [covered for covered, _ in population.plans] == [3.0, 5.0, 4.0], "in the order they came"


def test_an_elite_holds_the_best_of_each_worth_and_hands_them_out_in_turn() -> None:
    plans = [(covered, np.array([at], dtype=np.int32)) for at, covered in enumerate((3.0, 5.0, 5.0, 4.0, 1.0))]
    elite = Elite(3, plans)
    assert [(covered, rows.tolist()) for covered, rows in elite.plans] == [(5.0, [1]), (4.0, [3]), (3.0, [0])]
    assert [int(elite.take()[0]) for _ in range(4)] == [1, 3, 0, 1]
    elite.add((4.0 + 1e-13, np.array([8], dtype=np.int32)))
    elite.add((6.0, np.array([9], dtype=np.int32)))
    assert [int(elite.take()[0]) for _ in range(3)] == [9, 9, 3], "who is new catches up"
    assert [covered for covered, _ in elite.plans] == [6.0, 5.0, 4.0]


def test_a_choice_tries_each_option_and_then_takes_the_best_on_average() -> None:
    choice = Choice((1.0, 2.0, 3.0), 2)
    assert choice.best == 1.0
    assert sorted(choice.take() for _ in range(6)) == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    for option, value in ((1.0, 5.0), (1.0, 1.0), (2.0, 3.5), (3.0, 4.0), (3.0, 2.0)):
        choice.learn(option, value)
    assert choice.best == choice.take() == 2.0
