"""Greedy plans: the best next site, again and again."""

from __future__ import annotations

import numpy as np

from siting.arrays import IndexArray
from siting.kernels.greedy import choose_greedily
from siting.solver.presolve import ReducedProblem


def greedy(problem: ReducedProblem, *, is_per_yen: bool = False, keep: IndexArray | None = None) -> IndexArray:
    """
    Open, one by one, the row that covers the most uncovered weight (or the most per yen), while the rules allow.

    Parameters
    ----------
    problem
        The reduced problem.
    is_per_yen
        Rank rows by what they add per yen.
    keep
        Rows opened beforehand, within the rules; the result starts with them.

    Returns
    -------
    IndexArray
        Rows in the order opened; among equals, the lower row. None of those added is useless when it is opened.

    References
    ----------
    Nemhauser, Wolsey and Fisher (1978), An analysis of approximations for maximizing submodular set functions; Minoux (1978)
    for the lazy evaluation; Khuller, Moss and Naor (1999) for the budgeted case.
    """
    kept = np.zeros(0, dtype=np.int32) if keep is None else keep.astype(np.int32)
    is_free = np.ones(problem.n_rows, dtype=np.bool_)
    is_free[kept] = False
    added = choose_greedily(
        problem.row_start,
        problem.row_groups,
        problem.weight,
        problem.cost_yen,
        is_per_yen,
        np.flatnonzero(is_free).astype(np.int32),
        problem.count_servers(kept).astype(np.int32),
        problem.max_rows - len(kept),
        -1 if problem.budget_yen is None else problem.budget_yen - int(problem.cost_yen[kept].sum()),
    )
    return np.concatenate([kept, added])


def best_greedy(problem: ReducedProblem) -> IndexArray:
    """Return the better of the plain and, with a budget, the per-yen greedy choice."""
    plain = greedy(problem)
    if problem.budget_yen is None:
        return plain
    per_yen = greedy(problem, is_per_yen=True)
    return per_yen if problem.covered(per_yen) > problem.covered(plain) else plain
