"""A set of open rows that may be refused, and the weight it leaves uncovered on average."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.presolve import UnsignedArray
from siting.kernels.robust_pattern import RobustPattern
from siting.kernels.row_list import CLOSED, delist, enlist


class RobustState(NamedTuple):
    """
    A set of open rows and what follows from it.

    Attributes
    ----------
    n_certain
        Open rows that serve each group and cannot be refused, shape (m,).
    missing
        Probability that all other open rows of the group are refused, shape (m,).
    left
        Weight of each group times the probability that nothing serves it, shape (m,).
    value
        Gain or loss of each row as it was last computed: a hint which rows are worth trying, shape (n,).
    open_rows, place
        Open rows in the first ``n_open`` places; the place of each row, or ``CLOSED``.
    n_open, spent, expected
        One entry each: open rows, their yen, the weight they cover on average.
    random
        State of the generator, one entry.
    """

    n_certain: IndexArray
    missing: FloatArray
    left: FloatArray
    value: FloatArray
    open_rows: IndexArray
    place: IndexArray
    n_open: IntArray
    spent: IntArray
    expected: FloatArray
    random: UnsignedArray


@njit(cache=True, nogil=True)
def gain_of(pattern: RobustPattern, left: FloatArray, row: int) -> float:
    """Return what opening a closed row adds on average."""
    total = 0.0
    for p in range(pattern.start[row], pattern.start[row + 1]):
        total += left[pattern.groups[p]]
    return float(pattern.rate[row]) * total


@njit(cache=True, nogil=True)
def left_without(pattern: RobustPattern, state: RobustState, j: int, miss: float) -> float:
    """Return what group j would leave uncovered without one of its open rows, which is refused with probability ``miss``."""
    if miss > 0.0:
        return float(state.left[j]) / miss
    return float(pattern.weight[j] * state.missing[j]) if state.n_certain[j] == 1 else 0.0


@njit(cache=True, nogil=True)
def loss_of(pattern: RobustPattern, state: RobustState, row: int) -> float:
    """Return what closing an open row loses on average."""
    miss = float(pattern.miss[row])
    total = 0.0
    for p in range(pattern.start[row], pattern.start[row + 1]):
        total += left_without(pattern, state, pattern.groups[p], miss)
    return float(pattern.rate[row]) * total


@njit(cache=True, nogil=True)
def lift(pattern: RobustPattern, state: RobustState, row: int) -> float:
    """Set ``left`` as if an open row were closed, for the moment; return what that loses."""
    miss = float(pattern.miss[row])
    total = 0.0
    for p in range(pattern.start[row], pattern.start[row + 1]):
        j = pattern.groups[p]
        state.left[j] = left_without(pattern, state, j, miss)
        total += state.left[j]
    return float(pattern.rate[row]) * total


@njit(cache=True, nogil=True)
def settle(pattern: RobustPattern, state: RobustState, row: int) -> None:
    """Set ``left`` anew for the groups of a row, from the rows that are open."""
    for p in range(pattern.start[row], pattern.start[row + 1]):
        j = pattern.groups[p]
        state.left[j] = 0.0 if state.n_certain[j] > 0 else pattern.weight[j] * state.missing[j]


@njit(cache=True, nogil=True)
def open_row(pattern: RobustPattern, state: RobustState, row: int, gain: float) -> None:
    """Open a closed row that adds ``gain``."""
    miss = pattern.miss[row]
    for p in range(pattern.start[row], pattern.start[row + 1]):
        if miss == 0.0:
            state.n_certain[pattern.groups[p]] += 1
        else:
            state.missing[pattern.groups[p]] *= miss
    settle(pattern, state, row)
    enlist(pattern, state, row)
    state.expected[0] += gain
    state.value[row] = gain


@njit(cache=True, nogil=True)
def close_row(pattern: RobustPattern, state: RobustState, row: int, loss: float) -> None:
    """Close an open row that ``loss`` hangs on."""
    miss = pattern.miss[row]
    for p in range(pattern.start[row], pattern.start[row + 1]):
        if miss == 0.0:
            state.n_certain[pattern.groups[p]] -= 1
        else:
            state.missing[pattern.groups[p]] = min(state.missing[pattern.groups[p]] / miss, 1.0)
    settle(pattern, state, row)
    delist(pattern, state, row)
    state.expected[0] -= loss
    state.value[row] = loss


@njit(cache=True, nogil=True)
def begin_robust(pattern: RobustPattern, rows: IndexArray, seed: int) -> RobustState:
    """Return the state with the given rows open."""
    n, m = len(pattern.start) - 1, len(pattern.weight)
    random = np.zeros(1, dtype=np.uint64)
    random[0] = np.uint64(seed)
    state = RobustState(
        np.zeros(m, dtype=np.int32),
        np.ones(m),
        pattern.weight.copy(),
        np.zeros(n),
        np.zeros(n, dtype=np.int32),
        np.full(n, CLOSED, dtype=np.int32),
        np.zeros(1, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.zeros(1),
        random,
    )
    for row in rows:
        open_row(pattern, state, row, gain_of(pattern, state.left, row))
    for row in range(n):
        state.value[row] = gain_of(pattern, state.left, row) if state.place[row] == CLOSED else loss_of(pattern, state, row)
    return state
