"""Swaps of a plan under any rules, tried one by one: what they are worth, and which rules they break."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.kernels.model_state import CLOSED, MERIT, N_BROKEN, PLACE, Search, Terms, beyond_limits, change

NO_ROW = -1


@njit(cache=True, nogil=True)
def try_swaps(t: Terms, s: Search, out: int, asset: IntArray, merit: FloatArray) -> tuple[int, bool]:
    """
    Close an open row and try every closed row of another asset in its place; the plan is left as it was.

    ``merit`` is filled with the value after each swap that keeps every rule, and minus infinity for the others, shape (n,).
    Returned are the value without the row, and whether every rule is kept without it.
    """
    merit[:] = -np.inf
    change(t, s, out)
    alone, is_kept = s.number[MERIT], s.number[N_BROKEN] == 0
    for row in range(len(t.row)):
        if s.book[row, PLACE] != CLOSED or asset[row] == asset[out]:
            continue
        change(t, s, row)
        if s.number[N_BROKEN] == 0:
            merit[row] = s.number[MERIT]
        change(t, s, row)
    change(t, s, out)
    return alone, is_kept


@njit(cache=True, nogil=True)
def try_additions(t: Terms, s: Search) -> tuple[IntArray, IndexArray]:
    """Return, for each closed row, the value with it in the plan and the first rule it breaks, or ``NO_ROW`` for none, shape (n,)."""
    n = len(t.row)
    merit = np.full(n, s.number[MERIT])
    broken = np.full(n, NO_ROW, dtype=np.int32)
    for row in range(n):
        if s.book[row, PLACE] != CLOSED:
            continue
        change(t, s, row)
        merit[row] = s.number[MERIT]
        if s.number[N_BROKEN] > 0:
            broken[row] = first_broken(t, s)
        change(t, s, row)
    return merit, broken


@njit(cache=True, nogil=True)
def first_broken(t: Terms, s: Search) -> int:
    """Return the first rule or target that is not kept, or ``NO_ROW``."""
    for one in range(t.n_limits):
        if beyond_limits(t.limit, one, s.sums[one]) > 0:
            return one
    return NO_ROW


@njit(cache=True, nogil=True)
def broken_without(t: Terms, s: Search, row: int) -> BoolArray:
    """Mark the rules and targets that are not kept without an open row; the plan is left as it was."""
    is_broken = np.zeros(t.n_limits, dtype=np.bool_)
    change(t, s, row)
    for one in range(t.n_limits):
        is_broken[one] = beyond_limits(t.limit, one, s.sums[one]) > 0
    change(t, s, row)
    return is_broken
