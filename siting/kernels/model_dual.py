"""Steps of the Lagrangian dual of the general problem: a deflected subgradient over all multipliers at once."""

from __future__ import annotations

from numba import njit

from siting.arrays import FloatArray
from siting.kernels.model_choice import choose_rows, score_rows, serve
from siting.kernels.model_relaxed import (
    AT_END,
    Choice,
    DualState,
    DualTerms,
    segments,
    settle,
    value_bundles,
    value_groups,
    value_limits,
)

STALLED_STEPS = 20
"""Steps without progress after which the step is cut."""

BOUND, STEP_SCALE, N_STALLED, N_STEPS = 0, 1, 2, 3
"""Places of ``DualState.number``."""

_NO_LIMIT = 2.0**60


@njit(cache=True, nogil=True)
def _is_blocked(d: DualTerms, state: DualState, at: int, slope: float) -> bool:
    """Tell whether a multiplier is at the end of its range that the step would push it over."""
    m = len(d.group)
    price = state.multiplier[at]
    if at < m:
        return (slope < 0.0 and state.is_capped[at] != 0) or (slope > 0.0 and price <= 0.0)
    return at >= m + d.n_rules and slope > 0.0 and price <= 0.0


@njit(cache=True, nogil=True)
def _is_endless(limit: FloatArray, price: float) -> bool:
    """Tell whether a rule's price stands on a side without limit."""
    return (price > 0.0 and limit[1] >= _NO_LIMIT) or (price < 0.0 and limit[0] <= -_NO_LIMIT)


@njit(cache=True, nogil=True)
def _move(d: DualTerms, state: DualState, choice: Choice, excess: float) -> bool:
    """Turn the direction towards the new slope and step along it; tell whether there was anywhere to go."""
    m = len(d.group)
    n_steps = state.number[N_STEPS]
    smoothing = 0.3 if n_steps < 150 else 0.1 if n_steps < 500 else 0.03
    for j in range(m):
        state.is_capped[j] = state.multiplier[j] >= segments(d.group[j], state.worth[j])[0] * AT_END
    norm = 0.0
    for at in range(len(state.multiplier)):
        state.direction[at] += smoothing * (choice.slope[at] - state.direction[at])
        if not _is_blocked(d, state, at, state.direction[at]):
            norm += d.scale[at] * state.direction[at] * state.direction[at]
    if norm == 0.0 or excess <= 0.0:
        return False
    step = state.number[STEP_SCALE] * excess / norm
    for at in range(len(state.multiplier)):
        before = state.multiplier[at]
        after = before - step * d.scale[at] * state.direction[at]
        if at < m or at >= m + d.n_rules:
            after = max(after, 0.0)
        elif before * after < 0.0 or _is_endless(d.limit[at - m], after):
            after = 0.0
        state.multiplier[at] = after
        if at < m and state.is_capped[at] and after < before:
            state.is_capped[at] = 0
    return True


@njit(cache=True, nogil=True)
def descend_dual(d: DualTerms, state: DualState, choice: Choice, n_steps: int, target: float) -> bool:
    """
    Lower the bound by deflected subgradient steps of Polyak length towards ``target``.

    False when further steps would be too short to matter.
    """
    for _ in range(n_steps):
        settle(d, state, choice)
        score_rows(d, state.multiplier, choice.score)
        bound = choose_rows(d, choice.score, choice.is_open)
        serve(d, choice)
        bound += value_groups(d, state, choice)
        bound += value_limits(d, state, choice)
        bound += value_bundles(d, state, choice)
        number = state.number
        number[N_STEPS] += 1
        number[N_STALLED] += 1
        if bound < number[BOUND]:
            if bound < number[BOUND] - 1e-5 * abs(bound):
                number[N_STALLED] = 0
            number[BOUND] = bound
            state.best_multiplier[:] = state.multiplier
        if number[N_STALLED] > STALLED_STEPS:
            number[STEP_SCALE] *= 0.7
            number[N_STALLED] = 0
        if number[STEP_SCALE] < 1e-5 or not _move(d, state, choice, bound - target):
            return False
    return True
