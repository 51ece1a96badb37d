"""Cuts hold for every plan, so the bounds and the fixing that rest on them do as well."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from solve_samples import random_sample, street_problem

from siting.kernels.cuts import MOST_GROUPS, Shares, find_cuts
from siting.solver.cuts import Cuts, separate
from siting.solver.dual_bound import proven_bound
from siting.solver.greedy import best_greedy
from siting.solver.lagrangian import LagrangianDual
from siting.solver.presolve import presolve, restrict

NEVER = lambda: False  # noqa: E731


def random_cuts(rng: np.random.Generator, n_groups: int, n_cuts: int) -> Cuts:
    groups = np.full((n_cuts, MOST_GROUPS), -1, dtype=np.int32)
    for cut in range(n_cuts):
        size = int(rng.integers(3, min(MOST_GROUPS, n_groups) + 1))
        groups[cut, :size] = np.sort(rng.permutation(n_groups)[:size])
    return Cuts(groups=groups)


def served(problem, rows) -> np.ndarray:
    count = np.zeros(problem.n_groups, dtype=int)
    for row in rows:
        count[problem.row_groups[problem.row_start[row] : problem.row_start[row + 1]]] += 1
    return count


def plans(problem):
    for size in range(min(problem.max_rows, problem.n_rows) + 1):
        for rows in combinations(range(problem.n_rows), size):
            if problem.budget_yen is None or problem.cost_yen[list(rows)].sum() <= problem.budget_yen:
                yield np.array(rows, dtype=np.int32)


@pytest.mark.parametrize("seed", range(40))
def test_every_plan_keeps_every_cut(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=6, n_cells=12).problem())
    if problem.n_groups < 3:
        return
    cuts = random_cuts(np.random.default_rng(seed), problem.n_groups, 12)
    row, cut, coefficient = cuts.coefficients(problem)
    for opened in plans(problem):
        is_covered = served(problem, opened) > 0
        for number, groups in enumerate(cuts.groups):
            members = groups[groups >= 0]
            left = coefficient[(cut == number) & np.isin(row, opened)].sum()
            assert left >= is_covered[members].sum() - (len(members) - 2)


@pytest.mark.parametrize("seed", range(60))
def test_the_bound_with_cuts_is_above_every_plan(seed: int) -> None:
    sample = random_sample(seed, n_rows=7, n_cells=14)
    problem = presolve(sample.problem())
    if problem.n_groups < 3:
        return
    rng = np.random.default_rng(seed)
    cuts = random_cuts(rng, problem.n_groups, 6)
    for scale in (0.0, 0.3, 1.0, 4.0):
        multiplier = np.concatenate([rng.random(problem.n_groups) * problem.weight, scale * rng.random(6) * problem.weight.mean()])
        price = 0.0 if problem.budget_yen is None else float(rng.random() * problem.weight.mean())
        assert problem.unit * proven_bound(problem, multiplier, price, cuts) >= sample.best() * (1 - 1e-15)


@pytest.mark.parametrize("seed", range(6))
def test_separated_cuts_are_violated_and_lower_the_bound(seed: int) -> None:
    problem = presolve(street_problem(seed, n_rows=150, reach=5, max_sites=18))
    rows = best_greedy(problem)
    dual = LagrangianDual(problem, rows)
    dual.descend(n_steps=1_500, target=problem.covered(rows), is_over=NEVER)
    relaxed = dual.bound()
    share = np.clip(dual._state.average, 0.0, 1.0)
    cuts = separate(problem, share, least=0.05, most=200)
    row, cut, coefficient = cuts.coefficients(problem)
    mass = np.minimum(np.bincount(problem.row_groups, weights=np.repeat(share, np.diff(problem.row_start))), 1.0)
    kept = np.where(share > 0.01, share, 0.0)
    for number, groups in enumerate(cuts.groups):
        members = groups[groups >= 0]
        assert np.all(np.diff(members) > 0)
        left = (coefficient * kept[row])[cut == number].sum()
        assert mass[members].sum() - (len(members) - 2) - left > 0.0
    if len(cuts):
        assert dual.add_cuts(lambda: True) == 0
        assert 0 < dual.add_cuts(lambda: False) <= len(cuts)
        dual.descend(n_steps=3_000, target=problem.covered(rows), is_over=NEVER)
        assert dual.bound() <= relaxed


def violation(problem, groups: list[int], share: np.ndarray, short: np.ndarray) -> float:
    """Return by how much a set of groups violates its cut, as the definition has it: rows that serve all of it count twice."""
    n_served = np.zeros(problem.n_rows, dtype=int)
    for group in groups:
        n_served[problem.column_rows[problem.column_start[group] : problem.column_start[group + 1]]] += 1
    return float(2.0 - short[groups].sum() - share[n_served > 0].sum() - share[n_served == len(groups)].sum())


@pytest.mark.parametrize("seed", range(8))
def test_a_cut_grows_by_the_group_near_its_first_that_violates_most(seed: int) -> None:
    problem = presolve(street_problem(seed, n_rows=60, reach=4, max_sites=10))
    rng = np.random.default_rng(seed)
    share = rng.choice([0.0, 0.2, 0.3, 0.5], problem.n_rows)
    short = np.maximum(1.0 - problem.served(share), 0.0)
    shares = Shares(problem.column_start, problem.column_rows, problem.row_start, problem.row_groups, share, short)
    found, violated = find_cuts(shares, (0, problem.n_groups), 0.05, 3)
    assert len(found)
    for groups, by in zip(found, violated, strict=True):
        members = groups[groups >= 0].tolist()
        assert len(set(members)) == len(members) > 2
        assert by == pytest.approx(violation(problem, members, share, short), abs=1e-12)
        assert by > 0.05
        serving = problem.column_rows[problem.column_start[members[0]] : problem.column_start[members[0] + 1]]
        near = np.unique(np.concatenate([problem.groups_of(row) for row in serving]))
        for size in range(2, len(members)):
            best = max(violation(problem, [*members[:size], other], share, short) for other in near if other not in members[:size])
            assert violation(problem, members[: size + 1], share, short) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_no_better_plan_opens_a_row_that_is_not_needed(seed: int) -> None:
    sample = random_sample(seed, n_rows=8, n_cells=14)
    problem = presolve(sample.problem())
    if problem.n_rows == 0 or problem.max_rows == 0:
        return
    rows = best_greedy(problem)
    dual = LagrangianDual(problem, rows)
    dual.descend(n_steps=200, target=problem.covered(rows) - problem.base_weight, is_over=NEVER)
    needed = set(dual.needed_rows(problem.covered(rows) - problem.base_weight).tolist())
    for opened in plans(problem):
        if problem.covered(opened) > problem.covered(rows) * (1 + 1e-12):
            assert set(opened.tolist()) <= needed


@pytest.mark.parametrize("seed", range(30))
def test_the_dual_of_a_part_bounds_the_part(seed: int) -> None:
    problem = presolve(street_problem(seed, n_rows=40, max_sites=6))
    rows = best_greedy(problem)
    dual = LagrangianDual(problem, rows)
    for _ in range(3):
        dual.descend(n_steps=400, target=problem.covered(rows), is_over=NEVER)
        dual.add_cuts(lambda: False)
    kept = np.union1d(rows, np.random.default_rng(seed).permutation(problem.n_rows)[: problem.n_rows // 2])
    core = restrict(problem, kept)
    part = dual.restricted(core)
    part.descend(n_steps=100, target=core.covered(best_greedy(core)), is_over=NEVER)
    assert part.bound() >= problem.covered(rows)
    assert part.bound() <= dual.bound() * (1 + 1e-3)


def test_cuts_over_merged_groups_stay_cuts() -> None:
    cuts = Cuts(groups=np.array([[0, 1, 2, 3, -1, -1], [0, 1, 2, -1, -1, -1], [1, 3, 4, -1, -1, -1]], dtype=np.int32))
    renamed, origin = cuts.renamed(np.array([0, 1, 2, 2, -1], dtype=np.int32))
    assert renamed.groups[:, :3].tolist() == [[0, 1, 2]]
    assert origin.tolist() == [0]
