"""Draws of permits: what a plan covers when some of its sites are refused."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray


@njit(cache=True, nogil=True)
def cover_by_draw(
    start: IntArray, cells: IndexArray, weight: FloatArray, is_granted: BoolArray, first: int, only: FloatArray
) -> FloatArray:
    """
    Return the weight covered in each draw, and fill ``only`` with what hangs on single sites.

    ``is_granted`` has shape (draws, sites); the sites are compressed rows over ``weight``. ``only[d, i]`` becomes the weight
    that in draw d site ``first + i`` covers and no other granted site does.
    """
    n_draws, n_sites = is_granted.shape
    covered = np.zeros(n_draws)
    n_serving = np.zeros(len(weight), dtype=np.int32)
    for d in range(n_draws):
        n_serving[:] = 0
        total = 0.0
        for i in range(n_sites):
            if is_granted[d, i]:
                for p in range(start[i], start[i + 1]):
                    if n_serving[cells[p]] == 0:
                        total += weight[cells[p]]
                    n_serving[cells[p]] += 1
        covered[d] = total
        for i in range(first, first + only.shape[1]):
            alone = 0.0
            if is_granted[d, i]:
                for p in range(start[i], start[i + 1]):
                    if n_serving[cells[p]] == 1:
                        alone += weight[cells[p]]
            only[d, i - first] = alone
    return covered
