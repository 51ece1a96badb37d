"""The rows that the relaxed general problem opens at given multipliers."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import FloatArray, IndexArray
from siting.kernels.lagrangian import nth_largest
from siting.kernels.model_relaxed import FREE, HELD_OPEN, Choice, DualTerms


@njit(cache=True, nogil=True)
def score_rows(d: DualTerms, multiplier: FloatArray, score: FloatArray) -> None:
    """Fill in what opening each row is worth at the multipliers."""
    m = len(d.group)
    for i in range(len(score)):
        total = d.row[i, 0]
        for p in range(d.start[i], d.start[i + 1]):
            total += multiplier[d.groups[p]]
        for p in range(d.link_start[i], d.link_start[i + 1]):
            total -= multiplier[m + int(d.link[p, 0])] * d.link[p, 1]
        score[i] = total


@njit(cache=True, nogil=True)
def choose_rows(d: DualTerms, score: FloatArray, is_open: IndexArray) -> float:
    """Open the best row of each clique, as many as the count allows and asks for; return their scores together."""
    top = np.full(d.n_cliques, -np.inf)
    row_of = np.full(d.n_cliques, -1)
    is_forced = np.zeros(d.n_cliques, dtype=np.bool_)
    is_open[:] = 0
    total, n_open = 0.0, 0
    for i in range(len(score)):
        clique = int(d.row[i, 2])
        if d.row[i, 1] == HELD_OPEN:
            is_open[i] = 1
            is_forced[clique] = True
            total += score[i]
            n_open += 1
        elif d.row[i, 1] == FREE and score[i] > top[clique]:
            top[clique] = score[i]
            row_of[clique] = i
    for clique in range(d.n_cliques):
        if is_forced[clique]:
            top[clique] = -np.inf
    threshold = 0.0
    if 0 < d.most - n_open < d.n_cliques:
        threshold = max(0.0, nth_largest(top, np.empty_like(top), d.most - n_open))
    if d.least > n_open:
        threshold = min(threshold, nth_largest(top, np.empty_like(top), min(d.least - n_open, d.n_cliques)))
    for is_tie in (False, True):
        for clique in range(d.n_cliques):
            is_taken = top[clique] == threshold and n_open < (d.most if threshold > 0.0 else d.least) if is_tie else top[clique] > threshold
            if is_taken and n_open < d.most and top[clique] > -np.inf:
                is_open[row_of[clique]] = 1
                total += top[clique]
                n_open += 1
    return total


@njit(cache=True, nogil=True)
def serve(d: DualTerms, choice: Choice) -> None:
    """Count the servers of each group among the chosen rows."""
    choice.served[:] = 0.0
    for i in range(len(choice.is_open)):
        if choice.is_open[i]:
            for p in range(d.start[i], d.start[i + 1]):
                choice.served[d.groups[p]] += 1.0
