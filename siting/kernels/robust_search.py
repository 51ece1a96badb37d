"""Annealed swaps of rows that may be refused."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.robust_pattern import RobustPattern
from siting.kernels.robust_state import RobustState, close_row, gain_of, lift, loss_of, open_row, settle
from siting.kernels.row_list import CLOSED, fits, pick_in, pick_out
from siting.kernels.splitmix import next_random, random_below, random_unit

_MOST_EXCHANGED = 4


@njit(cache=True, nogil=True)
def _try_swap(pattern: RobustPattern, state: RobustState, temperature: float) -> None:
    """Swap an open row for a closed one if the loss is within what the temperature lets through."""
    out = pick_out(state)
    new = pick_in(pattern, state, out)
    if new == CLOSED or not fits(pattern, state, pattern.cost[new] - pattern.cost[out]):
        return
    allowed = temperature * np.log(random_unit(state.random))
    loss = lift(pattern, state, out)
    gain = gain_of(pattern, state.left, new)
    state.value[out] = loss
    if gain - loss < allowed:
        settle(pattern, state, out)
        state.value[new] = gain
        return
    close_row(pattern, state, out, loss)
    open_row(pattern, state, new, gain)


@njit(cache=True, nogil=True)
def _try_add(pattern: RobustPattern, state: RobustState) -> None:
    """Open a closed row that adds something, if the limits leave room for it."""
    new = pick_in(pattern, state, state.open_rows[random_below(state.random, state.n_open[0])])
    if new == CLOSED or not fits(pattern, state, pattern.cost[new]):
        return
    gain = gain_of(pattern, state.left, new)
    state.value[new] = gain
    if gain > 0.0:
        open_row(pattern, state, new, gain)


@njit(cache=True, nogil=True)
def _try_exchange(pattern: RobustPattern, state: RobustState, temperature: float, changed: IndexArray) -> None:
    """
    Open a closed row, close as many as the limits then ask for, and use what room is left; undo it if too much is lost.

    Costs differ, so the best use of a budget may be two rows for one, or one for two.
    """
    before = state.expected[0]
    near = state.open_rows[random_below(state.random, state.n_open[0])]
    n_changed = 0
    for _ in range(_MOST_EXCHANGED):
        new = pick_in(pattern, state, near)
        if new == CLOSED:
            continue
        is_room = state.n_open[0] < pattern.max_rows and fits(pattern, state, pattern.cost[new])
        while not is_room and n_changed < _MOST_EXCHANGED and state.n_open[0] > 0:
            out = pick_out(state)
            close_row(pattern, state, out, loss_of(pattern, state, out))
            changed[n_changed] = out
            n_changed += 1
            is_room = fits(pattern, state, pattern.cost[new])
        gain = gain_of(pattern, state.left, new)
        if is_room and gain > 0.0:
            open_row(pattern, state, new, gain)
            changed[n_changed] = new
            n_changed += 1
    if state.n_open[0] > 0 and state.expected[0] - before >= temperature * np.log(random_unit(state.random)):
        return
    for at in range(n_changed - 1, -1, -1):
        row = int(changed[at])
        if state.place[row] == CLOSED:
            open_row(pattern, state, row, gain_of(pattern, state.left, row))
        else:
            close_row(pattern, state, row, loss_of(pattern, state, row))


@njit(cache=True, nogil=True)
def anneal_robust(
    pattern: RobustPattern,
    state: RobustState,
    hot: float,
    cold: float,
    first_move: int,
    end_move: int,
    n_moves: int,
    best_rows: IndexArray,
    n_best: IntArray,
    best: FloatArray,
) -> None:
    """
    Make moves first_move..end_move of an annealing with ``n_moves``, cooling geometrically from ``hot`` to ``cold``.

    ``best_rows[:n_best[0]]`` is kept at the best set met, which covers ``best[0]`` on average.
    """
    changed = np.empty(2 * _MOST_EXCHANGED, dtype=np.int32)
    for move in range(first_move, end_move):
        temperature = hot * (cold / hot) ** (move / n_moves)
        if state.n_open[0] < pattern.max_rows and next_random(state.random) & np.uint64(3) == 0:
            _try_add(pattern, state)
        elif pattern.budget >= 0 and next_random(state.random) & np.uint64(31) == 0:
            _try_exchange(pattern, state, temperature, changed)
        else:
            _try_swap(pattern, state, temperature)
        if state.expected[0] > best[0]:
            best[0] = state.expected[0]
            n_best[0] = state.n_open[0]
            best_rows[: state.n_open[0]] = state.open_rows[: state.n_open[0]]
