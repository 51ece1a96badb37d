"""Branch and cut: bounds of parts against every plan, proofs against another solver, and nothing proven that was not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest
from solve_samples import random_sample

from siting import PointDemand, SitingProblem, SolveParams, cover_points, solve
from siting.solver import linear_program, standing
from siting.solver.branch_and_cut import BranchAndCut
from siting.solver.confines import Confines
from siting.solver.cuts import Cuts, separate
from siting.solver.dual_bound import bound_confined
from siting.solver.exact import finish
from siting.solver.greedy import best_greedy
from siting.solver.linear_program import LinearProgram
from siting.solver.presolve import ReducedProblem, presolve


def corners(seed: int = 1, *, n: int = 150, max_sites: int = 12) -> SitingProblem:
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 1_000, (n, 2))
    pattern = cover_points(places, places, radius_m=130.0)
    return SitingProblem(coverage=pattern, demand=PointDemand(weight=rng.integers(1, 1_000, n).astype(np.float64)), max_sites=max_sites)


def sample_of(seed: int) -> SitingProblem:
    return random_sample(seed, n_rows=9, n_cells=16, kind="count").problem()


@pytest.fixture(scope="module", name="cores")
def _cores():
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        yield one, other


def optimum(reduced: ReducedProblem) -> float:
    """Ask another solver."""
    rows = best_greedy(reduced)
    found = finish(reduced, Cuts.none(), rows, n_nodes=100_000, time_limit_s=60.0, is_over=lambda: False)
    best = max(reduced.covered(rows), reduced.covered(found.rows) if found.rows is not None else 0.0)
    assert found.bound == best, "it is solved"
    return best


def tree_of(reduced: ReducedProblem) -> BranchAndCut:
    return BranchAndCut(reduced, LinearProgram(reduced, Cuts.none()), reduced.base_weight + reduced.open_weight)


@pytest.mark.parametrize("seed", [seed for seed in range(70) if presolve(sample_of(seed)).max_rows > 0])
def test_no_plan_of_a_part_is_better_than_its_bound_and_better_ones_open_needed_rows_only(seed):
    reduced = presolve(sample_of(seed))
    rng = np.random.default_rng(seed)
    plans = [np.array(plan, dtype=np.int32) for k in range(reduced.max_rows + 1) for plan in combinations(range(reduced.n_rows), k)]
    cuts = separate(reduced, rng.random(reduced.n_rows), least=0.01, most=9)
    for _ in range(20):
        dice = rng.random(reduced.n_rows)
        confines = Confines(is_closed=dice < 0.2, is_opened=dice > 0.93, is_asked=rng.random(reduced.n_groups) < 0.15)
        multiplier = rng.random(reduced.n_groups + len(cuts)) * rng.choice([0.5, 1.0, 3.0]) * reduced.weight.max()
        known = float(rng.choice([0.0, reduced.covered(plans[rng.integers(len(plans))])]))
        bound, is_needed = bound_confined(reduced, multiplier, cuts, confines, covered=known)
        for plan in plans:
            is_in = not confines.is_closed[plan].any() and set(np.flatnonzero(confines.is_opened)) <= set(plan)
            if is_in and (reduced.count_servers(plan)[confines.is_asked] > 0).all():
                assert reduced.covered(plan) <= bound
                assert reduced.covered(plan) <= known or is_needed[plan].all()


@pytest.mark.parametrize("seed", range(4))
def test_prices_of_the_program_leave_every_row_of_a_best_plan(seed):
    """They are so tight that one unit too much would drop some."""
    reduced = presolve(corners(seed, n=80, max_sites=8))
    rows = best_greedy(reduced)
    found = finish(reduced, Cuts.none(), rows, n_nodes=100_000, time_limit_s=60.0, is_over=lambda: False)
    best, everything = optimum(reduced), Confines.none(reduced)
    plan = rows if reduced.covered(rows) == best else found.rows
    program = LinearProgram(reduced, Cuts.none())
    for _ in range(6):
        vertex = program.solve(lambda: False)
        bound, is_needed = bound_confined(reduced, vertex.multiplier, vertex.cuts, everything, covered=best - 1.0)
        program.cut(vertex, lambda: False)
        assert is_needed[plan].all()
    assert bound < best + 1.0, "the program is tight"
    assert not is_needed.all()
    _, is_needed = bound_confined(reduced, vertex.multiplier, vertex.cuts, everything, covered=best)
    assert not is_needed.any()


def test_multipliers_at_the_limit_of_exact_sums_are_summed_exactly():
    reduced = presolve(corners())
    confines = Confines.none(reduced).covering(3)
    multiplier = np.zeros(reduced.n_groups)
    multiplier[3] = 64.0 * reduced.open_weight
    bound, _ = bound_confined(reduced, multiplier, Cuts.none(), confines, covered=0.0)
    n_serving = min(len(reduced.rows_serving(3)), reduced.max_rows)
    assert bound == reduced.base_weight + min(reduced.open_weight, reduced.open_weight + (n_serving - 1) * multiplier[3])


def test_multipliers_too_large_for_exact_sums_prove_nothing():
    reduced = presolve(corners())
    for huge in (65.0 * reduced.open_weight, np.inf, np.nan):
        multiplier = np.zeros(reduced.n_groups)
        multiplier[0] = huge
        bound, is_needed = bound_confined(reduced, multiplier, Cuts.none(), Confines.none(reduced).covering(0), covered=0.0)
        assert bound == reduced.base_weight + reduced.open_weight
        assert is_needed.all()


@pytest.mark.parametrize(("n", "max_sites"), [(250, 20), (300, 25)])
@pytest.mark.parametrize("seed", [0, 2, 3])
def test_a_tree_proves_the_optimum_and_is_never_below_it_on_the_way(seed, n, max_sites, cores):
    reduced = presolve(corners(seed, n=n, max_sites=max_sites))
    best = optimum(reduced)
    tree = tree_of(reduced)
    covered, bounds = reduced.covered(best_greedy(reduced)), [tree.bound]
    while not tree.is_done:
        rows = tree.grow(n_iterations=60, covered=covered, is_over=lambda: False, cores=cores)
        covered = covered if rows is None else reduced.covered(rows)
        assert rows is None or len(rows) <= reduced.max_rows
        bounds.append(max(tree.bound, covered))
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] == covered == best
    assert tree.n_nodes > 1


def test_a_tree_is_repeatable(cores):
    reduced = presolve(corners(3, n=250, max_sites=20))
    covered = optimum(reduced)
    seen = []
    for _ in range(2):
        tree = tree_of(reduced)
        for _ in range(6):
            tree.grow(n_iterations=40, covered=covered, is_over=lambda: False, cores=cores)
        seen.append((tree.n_nodes, tree.bound))
    assert seen[0] == seen[1]
    assert seen[0][0] > 1


def test_a_tree_that_is_ended_keeps_its_bound_and_its_parts(cores):
    reduced = presolve(corners())
    tree = tree_of(reduced)
    assert tree.grow(n_iterations=1_000, covered=0.0, is_over=lambda: True, cores=cores) is None
    assert tree.bound == reduced.base_weight + reduced.open_weight
    assert not tree.is_done
    assert tree.n_nodes == 0


@pytest.mark.parametrize("n_more", [1, 2, 3, 5, 8])
def test_a_tree_ended_anywhere_goes_on_to_the_optimum(n_more, cores):
    """Each time it may ask a little longer."""
    reduced = presolve(corners(3, n=250, max_sites=20))
    best = optimum(reduced)
    tree, covered = tree_of(reduced), best - 1.0
    for n_questions in range(1, 2_000, n_more):
        left = iter(range(n_questions))
        rows = tree.grow(n_iterations=10_000, covered=covered, is_over=lambda left=left: next(left, None) is None, cores=cores)
        covered = covered if rows is None else reduced.covered(rows)
        assert max(tree.bound, covered) >= best
        if tree.is_done:
            break
    assert tree.is_done
    assert covered == best
    assert n_questions > n_more


def test_a_tree_whose_programs_fail_proves_nothing(monkeypatch, cores):
    reduced = presolve(corners())
    monkeypatch.setattr(linear_program, "_MOST_ITERATIONS", 1)
    monkeypatch.setattr(linear_program, "_ITERATIONS_AT_ONCE", 1)
    tree = tree_of(reduced)
    tree.grow(n_iterations=1_000, covered=optimum(reduced), is_over=lambda: False, cores=cores)
    assert tree.is_done
    assert tree.bound == reduced.base_weight + reduced.open_weight


def test_a_part_without_plans_is_proven_to_have_none():
    """A group is asked for that every row serving it is closed to; and more groups than rows may be opened for."""
    reduced = presolve(corners())
    nothing = Confines.none(reduced)
    far_apart = []
    for group in range(reduced.n_groups):
        if all(not set(reduced.rows_serving(group)) & set(reduced.rows_serving(other)) for other in far_apart):
            far_apart.append(group)
    too_many = nothing
    for group in far_apart[: reduced.max_rows + 2]:
        too_many = too_many.covering(group)
    assert len(far_apart) >= reduced.max_rows + 2
    for confines in (nothing.covering(0).without(reduced.rows_serving(0)), too_many):
        program = LinearProgram(reduced, Cuts.none())
        program.confine(confines)
        vertex = program.solve(lambda: False)
        bound, is_needed = bound_confined(reduced, vertex.multiplier, vertex.cuts, confines, covered=reduced.base_weight)
        assert bound <= reduced.base_weight
        assert not is_needed.any()


def test_a_program_confined_is_the_relaxation_of_a_part_and_is_set_free_again():
    reduced = presolve(corners())
    program = LinearProgram(reduced, Cuts.none())
    free = program.solve(lambda: False)
    is_closed = (free.share > 0.3) & (free.share < 1.0)
    is_served = np.add.reduceat(~is_closed[reduced.column_rows], reduced.column_start[:-1]) > 0
    group, row = int(np.argmax(free.short * is_served)), int(np.argmin(free.share))
    program.confine(Confines.none(reduced).without(np.flatnonzero(is_closed).astype(np.int32)).covering(group).opening(row))
    confined = program.solve(lambda: False)
    assert (confined.share[is_closed] == 0.0).all()
    assert confined.share[row] == pytest.approx(1.0)
    assert free.share[row] < 0.9
    assert confined.short[group] == pytest.approx(0.0)
    assert free.short[group] > 0.1
    lost = [float(reduced.weight @ one.short) for one in (free, confined)]
    assert lost[0] < lost[1]
    program.confine(Confines.none(reduced))
    assert float(reduced.weight @ program.solve(lambda: False).short) == pytest.approx(lost[0])


def test_what_a_branching_costs_is_what_its_parts_lose():
    reduced = presolve(corners())
    program = LinearProgram(reduced, Cuts.none())
    free = program.solve(lambda: False)
    lost = float(reduced.weight @ free.short)
    group = int(np.argmax(reduced.weight * np.minimum(free.short, 1.0 - free.short)))
    with_it, without = program.losses(group, n_iterations=10_000)
    program.confine(Confines.none(reduced).covering(group))
    assert float(reduced.weight @ program.solve(lambda: False).short) - lost == pytest.approx(with_it)
    program.confine(Confines.none(reduced).without(reduced.column_rows[reduced.column_start[group] : reduced.column_start[group + 1]]))
    assert float(reduced.weight @ program.solve(lambda: False).short) - lost == pytest.approx(without)


def test_a_program_stops_where_enough_is_proven():
    reduced = presolve(corners())
    program = LinearProgram(reduced, Cuts.none())
    best = reduced.open_weight - float(reduced.weight @ program.solve(lambda: False).short)
    stopped = LinearProgram(reduced, Cuts.none())
    vertex = stopped.solve(lambda: False, enough=1.1 * best)
    assert stopped.n_iterations < program.n_iterations
    bound, _ = bound_confined(reduced, vertex.multiplier, vertex.cuts, Confines.none(reduced), covered=0.0)
    assert best - 1 <= bound - reduced.base_weight <= 1.1 * best + 1


def test_a_copy_goes_on_from_where_the_program_stands():
    reduced = presolve(corners())
    program = LinearProgram(reduced, Cuts.none())
    for _ in range(3):
        vertex = program.solve(lambda: False)
        program.cut(vertex, lambda: False)
    n_more = -program.n_iterations
    other = program.copy()
    one, same = program.solve(lambda: False), other.solve(lambda: False)
    n_more += program.n_iterations
    assert float(reduced.weight @ one.short) == pytest.approx(float(reduced.weight @ same.short))
    assert other.n_iterations <= 2 * n_more + 10


def test_a_search_that_branches_proves_what_others_prove(monkeypatch):
    problem = corners(3, n=300, max_sites=25)
    monkeypatch.setattr(standing, "_IN_SIGHT", 1.0)
    monkeypatch.setattr(standing, "_NEAR", 1.0)
    monkeypatch.setattr(standing, "_FINISH_PAIRS", 0)
    plans = [solve(problem, SolveParams(seed=1, effort=30.0)) for _ in range(2)]
    assert plans[0].status == "optimal"
    assert plans[0].work["search_nodes"] > 0
    assert "branch_and_bound" in plans[0].method
    assert plans[0].chosen == plans[1].chosen
    assert plans[0].work == plans[1].work
    assert plans[0].objective == optimum(presolve(problem))


def test_a_search_whose_tree_fails_goes_on_without(monkeypatch):
    """Programs fail from the first on; branch and bound of another solver finishes as before."""
    problem = corners(3, n=250, max_sites=20)
    monkeypatch.setattr(linear_program, "_MOST_ITERATIONS", 1)
    monkeypatch.setattr(linear_program, "_ITERATIONS_AT_ONCE", 1)
    plan = solve(problem, SolveParams(seed=1, effort=5.0))
    assert plan.status == "optimal"
    assert plan.work["bound_steps"] > 0
    assert plan.objective == optimum(presolve(problem))


def test_a_search_is_the_same_whatever_its_caller_has_asked_of_highs():
    problem = corners(3, n=250, max_sites=20)
    plain = solve(problem, SolveParams(seed=1, effort=3.0))
    other = linear_program._Solver()
    other.setOptionValue("output_flag", False)
    other.setOptionValue("threads", 2)
    other.run()
    again = solve(problem, SolveParams(seed=1, effort=3.0))
    assert again.work == plain.work
    assert again.upper_bound == plain.upper_bound
    assert plain.work["search_nodes"] > 0
