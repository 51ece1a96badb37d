"""Plans near known ones that differ from all of them, found by swaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from siting.arrays import IndexArray, IntArray
from siting.kernels.search_state import begin
from siting.kernels.swap_reasons import NO_ROW, best_substitutes, repaired_plan
from siting.solver.local_search import least_gain
from siting.solver.presolve import ReducedProblem

_N_SUBSTITUTES = 8
_N_REFUSALS = 16
_N_SWAPS = 64


def is_distinct(rows: IndexArray, known: Sequence[IndexArray], min_difference: int) -> bool:
    """Tell whether rows and each known plan have at least so many rows that the other lacks."""
    own = set(rows.tolist())
    others = [set(other.tolist()) for other in known]
    return all(len(own - other) >= min_difference and len(other - own) >= min_difference for other in others)


def best_departure(problem: ReducedProblem, known: Sequence[IndexArray], min_difference: int) -> IndexArray | None:
    """
    Return the best plan without needless rows that swaps find and that differs from every known one; None if they find none.

    From every known plan its cheapest swaps are tried as they are; and its least important rows are refused, one after the
    other until it differs enough, while swaps make up for them.

    Parameters
    ----------
    problem
        The reduced problem with every row in it.
    known
        Rows of the plans known.
    min_difference
        See :func:`is_distinct`.
    """
    found = [plan for rows in known if len(rows) for plan in _near(problem, rows, known, min_difference)]
    return max(found, key=problem.covered, default=None)


def _near(problem: ReducedProblem, rows: IndexArray, known: Sequence[IndexArray], min_difference: int) -> list[IndexArray]:
    """Return plans near one of the known ones that differ from all of them."""
    search = begin(problem.pattern, rows, 0)
    new, covered = best_substitutes(problem.pattern, search, _N_SUBSTITUTES)
    order = np.argsort(-covered[:, 0], kind="stable")
    first = search.open_rows[: len(rows)][order][:_N_REFUSALS]
    found = [_depart(problem, rows, known, min_difference, refused=[row]) for row in first.tolist()]
    if min_difference == 1:
        found.append(_best_swap(problem, search.open_rows[: len(rows)], known, new, np.argsort(-covered, axis=None, kind="stable")))
    return [plan for plan in found if plan is not None]


def _best_swap(
    problem: ReducedProblem, rows: IndexArray, known: Sequence[IndexArray], new: IndexArray, order: IntArray
) -> IndexArray | None:
    """Return the best single swap that gives a plan not known yet and without needless rows."""
    for place in order[:_N_SWAPS].tolist():
        out, rank = divmod(place, new.shape[1])
        if new[out, rank] == NO_ROW:
            continue
        swapped = rows.copy()
        swapped[out] = new[out, rank]
        if is_distinct(swapped, known, 1) and is_lean(problem, swapped):
            return swapped
    return None


def is_lean(problem: ReducedProblem, rows: IndexArray) -> bool:
    """Tell whether every row covers something that no other does."""
    return bool((begin(problem.pattern, rows, 0).value[rows] > least_gain(problem)).all())


def _depart(
    problem: ReducedProblem, rows: IndexArray, known: Sequence[IndexArray], min_difference: int, *, refused: list[int]
) -> IndexArray | None:
    """Refuse rows, the least important first, until the plan differs from every known one; None if that does not work out."""
    pattern, gain = problem.pattern, least_gain(problem)
    while True:
        rows, _covered = repaired_plan(pattern, rows, np.array(refused, dtype=np.int32), gain)
        near = next((other for other in known if len(np.setdiff1d(other, rows)) < min_difference), None)
        if near is None:
            return rows if is_distinct(rows, known, min_difference) else None
        shared = np.intersect1d(near, rows)
        if len(shared) == 0:
            return None
        value = begin(pattern, rows, 0).value
        refused = [*refused, int(shared[np.argmin(value[shared])])]
