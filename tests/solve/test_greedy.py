"""The lazy greedy choice is the plain one, only sooner."""

from __future__ import annotations

import numpy as np
import pytest
from solve_samples import problem_of, random_sample

from siting.solver.greedy import best_greedy, greedy
from siting.solver.presolve import presolve


def plain_greedy(reduced, *, is_per_yen: bool) -> list[int]:
    """Recompute every gain before each choice."""
    covered: set[int] = set()
    chosen: list[int] = []
    left = reduced.budget_yen
    while len(chosen) < reduced.max_rows:
        best, best_key = -1, 0.0
        for row in range(reduced.n_rows):
            cost = int(reduced.cost_yen[row])
            gain = sum(
                reduced.weight[j] for j in reduced.row_groups[reduced.row_start[row] : reduced.row_start[row + 1]] if j not in covered
            )
            key = gain if not is_per_yen or gain == 0 else gain / cost if cost else np.inf
            if row not in chosen and (left is None or cost <= left) and key > best_key:
                best, best_key = row, key
        if best < 0:
            break
        chosen.append(best)
        left = None if left is None else left - int(reduced.cost_yen[best])
        covered |= set(reduced.row_groups[reduced.row_start[best] : reduced.row_start[best + 1]].tolist())
    return chosen


@pytest.mark.parametrize("is_per_yen", [False, True])
def test_lazy_equals_plain_with_ties_to_the_lower_row(is_per_yen):
    for seed in range(300):
        reduced = presolve(random_sample(seed, n_rows=12, n_cells=20).problem())
        assert greedy(reduced, is_per_yen=is_per_yen).tolist() == plain_greedy(reduced, is_per_yen=is_per_yen), seed


def test_with_a_budget_the_better_of_both_counts():
    cheap_wins = presolve(problem_of([[0, 1, 2], [3, 4], [5, 6]], np.ones(7), cost_yen=[4, 2, 2], budget_yen=4))
    dear_wins = presolve(problem_of([[0, 1, 2, 3, 4, 5], [6]], np.ones(7), cost_yen=[7, 1], budget_yen=7))
    assert cheap_wins.covered(best_greedy(cheap_wins)) == 4
    assert dear_wins.covered(best_greedy(dear_wins)) == 6


def test_rows_kept_come_first_and_count():
    reduced = presolve(problem_of([[0, 1], [1, 2], [3]], np.ones(4), max_sites=2))
    assert greedy(reduced, keep=np.array([2], dtype=np.int32)).tolist() == [2, 0]
