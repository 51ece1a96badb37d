"""Plans divided by how many sites they have in which region: the choice within counts, its bounds, and the tree of parts."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest
from solve_samples import problem_of, random_sample, street_problem

from siting.kernels.regions import INFEASIBLE, Counts, Regions, choice_work, choose_within
from siting.solver.cuts import Cuts, separate
from siting.solver.dual_bound import bound_within
from siting.solver.exact import finish
from siting.solver.greedy import best_greedy
from siting.solver.lagrangian import LagrangianDual
from siting.solver.local_search import polish
from siting.solver.presolve import ReducedProblem, presolve
from siting.solver.regions import halve

NEVER = lambda: False  # noqa: E731


def random_problem(seed: int, n_rows: int = 7) -> ReducedProblem:
    return presolve(random_sample(seed, n_rows=n_rows, n_cells=16, kind="count").problem())


def random_counts(rng: np.random.Generator, regions: Regions, max_rows: int, n_changed: int = 3) -> Counts:
    size = regions.stop - regions.start
    least, most = np.zeros(len(size), dtype=np.int32), np.minimum(size, max_rows).astype(np.int32)
    for r in rng.integers(0, len(size), size=n_changed).tolist():
        n = int(rng.integers(0, size[r] + 1))
        if rng.random() < 0.5:
            least[r] = max(least[r], n)
        else:
            most[r] = min(most[r], n)
    return Counts(least, most)


def square_problem(seed: int, *, n_rows: int = 120, side: int = 24, reach: float = 3.5, max_sites: int = 9) -> ReducedProblem:
    """Sites and weighted cells of a square, served within a distance: fractions of sites serve more than whole ones."""
    rng = np.random.default_rng(seed)
    place = rng.random((n_rows, 2)) * side
    cell = np.stack(np.divmod(np.arange(side * side), side), axis=1) + 0.5
    rows = [np.flatnonzero(np.hypot(*(cell - one).T) <= reach).tolist() for one in place]
    return presolve(problem_of(rows, rng.integers(1, 10, side * side), max_sites=max_sites))


def keeps(rows, regions: Regions, counts: Counts) -> bool:
    n_open = [np.isin(regions.rows[a:b], rows).sum() for a, b in zip(regions.start, regions.stop, strict=True)]
    return bool(np.all(n_open >= counts.least) and np.all(n_open <= counts.most))


def plans(problem: ReducedProblem, regions: Regions, counts: Counts):
    for size in range(problem.max_rows + 1):
        for rows in combinations(range(problem.n_rows), size):
            if keeps(rows, regions, counts):
                yield np.array(rows, dtype=np.int32)


def dual_of(problem: ReducedProblem, n_steps: int = 200) -> LagrangianDual:
    rows = polish(problem, best_greedy(problem))
    dual = LagrangianDual(problem, rows)
    dual.descend(n_steps=n_steps, target=problem.covered(rows) - problem.base_weight, is_over=NEVER)
    return dual


@pytest.mark.parametrize("n_rows", [1, 2, 3, 50, 101])
def test_regions_halve_the_rows_down_to_single_ones(n_rows: int) -> None:
    problem = presolve(street_problem(5, n_rows=n_rows, max_sites=max(1, n_rows // 4)))
    regions = halve(problem)
    assert sorted(regions.rows.tolist()) == list(range(problem.n_rows))
    assert len(regions.left) == 2 * problem.n_rows - 1
    assert (regions.start[-1], regions.stop[-1]) == (0, problem.n_rows)
    for r, (left, right) in enumerate(zip(regions.left.tolist(), regions.right.tolist(), strict=True)):
        if left < 0:
            assert (right, regions.stop[r] - regions.start[r]) == (-1, 1)
            continue
        assert max(left, right) < r
        assert (regions.start[r], regions.stop[left], regions.stop[r]) == (regions.start[left], regions.start[right], regions.stop[right])
        sizes = regions.stop[[left, right]] - regions.start[[left, right]]
        assert abs(int(sizes[0]) - int(sizes[1])) <= 1


def test_rows_that_share_no_cells_come_apart_first() -> None:
    rows = [{k + i, k + i + 1, k + i + 2} for i in range(8) for k in (0, 20)]
    problem = presolve(problem_of(rows, np.ones(40), max_sites=5), keeps_dominated=True)
    regions = halve(problem)
    halves = [{int(problem.candidate[row]) % 2 for row in regions.rows[a : a + 8]} for a in (0, 8)]
    assert sorted(halves, key=min) == [{0}, {1}]


@pytest.mark.parametrize("seed", range(150))
def test_the_choice_within_counts_is_the_best(seed: int) -> None:
    problem = random_problem(seed)
    regions = halve(problem)
    rng = np.random.default_rng(seed)
    for _ in range(6):
        counts = random_counts(rng, regions, problem.max_rows)
        value = rng.integers(0, 50, problem.n_rows)
        is_open = np.zeros(problem.n_rows)
        n_open = choose_within(value, regions, counts, is_open, choice_work(problem.n_rows, len(regions.left)))
        worth = [int(value[rows].sum()) for rows in plans(problem, regions, counts)]
        if not worth:
            assert n_open == INFEASIBLE
            continue
        chosen = np.flatnonzero(is_open)
        assert n_open == len(chosen)
        assert keeps(chosen, regions, counts)
        assert value[chosen].sum() == max(worth)


@pytest.mark.parametrize("seed", range(120))
def test_no_plan_within_the_counts_is_above_their_bound(seed: int) -> None:
    problem = random_problem(seed)
    regions, rng = halve(problem), np.random.default_rng(seed)
    cuts = separate(problem, rng.random(problem.n_rows) * 0.7, least=0.01, most=5)
    for scale in (0.0, 0.5, 2.0):
        counts = random_counts(rng, regions, problem.max_rows)
        multiplier = rng.random(problem.n_groups + len(cuts)) * scale * problem.weight.mean()
        bound = bound_within(problem, multiplier, rows=cuts.extend(problem), groups=cuts.compressed, regions=regions, counts=counts)
        covered = [problem.covered(rows) for rows in plans(problem, regions, counts)]
        assert bound >= max(covered, default=-math.inf) * (1 - 1e-15)


@pytest.mark.parametrize("seed", range(60))
def test_a_tree_that_is_finished_proves_the_best_plan(seed: int) -> None:
    problem = random_problem(seed, n_rows=8)
    best = max(problem.covered(np.array(rows)) for rows in combinations(range(problem.n_rows), problem.max_rows))
    dual = dual_of(problem)
    tree = dual.tree(dual.bound())
    bounds = [tree.bound]
    while not tree.is_done:
        tree.grow(n_parts=2, covered=best, enough=best, is_over=NEVER)
        bounds.append(tree.bound)
    assert bounds == sorted(bounds, reverse=True)
    assert best * (1 - 1e-12) <= tree.bound <= best * (1 + 1e-12)


def test_the_tree_lowers_the_bound_below_that_of_the_steps_and_never_below_the_best_plan() -> None:
    problem = square_problem(4)
    exact = finish(problem, Cuts.none(), best_greedy(problem), n_nodes=100_000, time_limit_s=math.inf, is_over=lambda: False)
    assert exact.rows is not None
    assert exact.bound == problem.covered(exact.rows)
    dual = dual_of(problem, n_steps=2_000)
    tree = dual.tree(dual.bound())
    for _ in range(20):
        tree.grow(n_parts=10, covered=exact.bound, enough=exact.bound, is_over=NEVER)
        assert tree.bound >= exact.bound
    assert tree.bound < dual.bound()


def test_two_cores_divide_the_same_way_every_time() -> None:
    problem = square_problem(9, max_sites=12)
    dual = dual_of(problem, n_steps=1_000)
    covered = problem.covered(polish(problem, best_greedy(problem)))

    def grown(other_core: ThreadPoolExecutor | None) -> list[float]:
        tree = dual.tree(dual.bound())
        bounds = []
        for _ in range(6):
            tree.grow(n_parts=8, covered=covered, enough=covered, is_over=NEVER, other_core=other_core)
            bounds.append(tree.bound)
        return bounds

    with ThreadPoolExecutor(max_workers=1) as other_core:
        first = grown(other_core)
        assert grown(other_core) == first
    assert grown(None)[-1] < dual.bound()
    assert first[-1] < dual.bound()


def test_the_clock_leaves_a_valid_bound() -> None:
    problem = square_problem(6)
    dual = dual_of(problem)
    covered = problem.covered(polish(problem, best_greedy(problem)))
    calls = iter(range(1_000_000))
    tree = dual.tree(dual.bound())
    tree.grow(n_parts=1_000, covered=covered, enough=covered, is_over=lambda: next(calls) > 5)
    assert covered <= tree.bound <= dual.bound()
