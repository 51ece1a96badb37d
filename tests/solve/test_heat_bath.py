"""Moves of the search, against the state built anew and against the odds as written down."""

from __future__ import annotations

import numpy as np
import pytest
from solve_samples import random_sample, street_problem

from siting.kernels.heat_bath import fill_bath, reseat
from siting.kernels.search_state import begin, move_row
from siting.solver.greedy import best_greedy
from siting.solver.presolve import presolve


@pytest.mark.parametrize("seed", range(60))
def test_a_move_leaves_the_state_that_the_new_rows_have_from_the_start(seed: int) -> None:
    problem = presolve(random_sample(seed, n_rows=12, n_cells=30, kind="budget").problem())
    random = np.random.default_rng(seed)
    if problem.n_rows < 2:
        return
    rows = random.permutation(problem.n_rows)[: int(random.integers(1, problem.n_rows))].astype(np.int32)
    search = begin(problem.pattern, rows, 0)
    for _ in range(20):
        n_open = int(search.n_open[0])
        out = int(random.choice(search.open_rows[:n_open]))
        new = int(random.choice(np.flatnonzero(search.place < 0)))
        move_row(problem.pattern, search, out, new)
        anew = begin(problem.pattern, search.open_rows[:n_open].copy(), 0)
        assert np.array_equal(search.n_serving, anew.n_serving)
        assert np.array_equal(search.owner, anew.owner)
        assert search.value == pytest.approx(anew.value)
        assert search.covered[0] == pytest.approx(anew.covered[0])
        assert search.spent[0] == anew.spent[0] == problem.cost_yen[search.open_rows[:n_open]].sum()
        assert np.array_equal(search.open_rows[search.place[search.place >= 0]], np.flatnonzero(search.place >= 0))


def test_a_row_is_drawn_e_times_less_often_for_every_temperature_it_covers_less() -> None:
    problem = presolve(street_problem(5, n_rows=40, reach=4, max_sites=1))
    weight = np.array([problem.weight[problem.groups_of(row)].sum() for row in range(problem.n_rows)])
    temperature = float(weight.std())
    odds = np.exp((weight - weight.max()) / temperature)
    odds /= odds.sum()
    search, bath, n_draws = begin(problem.pattern, best_greedy(problem), 7), fill_bath(problem.n_rows), 40_000
    n_drawn = np.zeros(problem.n_rows)
    for _ in range(n_draws):
        reseat(problem.pattern, search, temperature, bath)
        n_drawn[search.open_rows[0]] += 1
    assert np.abs(n_drawn - n_draws * odds).max() < 5 * np.sqrt(n_draws * odds.max()), "one row is open, so draws are independent"


def test_no_row_is_drawn_that_the_budget_cannot_pay() -> None:
    problem = presolve(street_problem(3, n_rows=80, max_sites=12, budget_yen=55))
    search, bath = begin(problem.pattern, best_greedy(problem), 1), fill_bath(problem.n_rows)
    seen = set()
    for _ in range(2_000):
        reseat(problem.pattern, search, 50.0 * float(problem.weight.mean()), bath)
        opened = search.open_rows[: int(search.n_open[0])]
        seen.update(opened.tolist())
        assert problem.cost_yen[opened].sum() == search.spent[0] <= 55
    assert len(seen) > 20, "it does move"
