"""Sites and customers scattered evenly over a square, as in the literature on very large covering problems."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from siting.arrays import FloatArray, IntArray

SIDE = 30.0
LARGEST_DEMAND = 100
_BLOCK = 1 << 18


def facilities(n: int, seed: int) -> FloatArray:
    """Return the possible sites, shape (n, 2)."""
    return np.random.default_rng((seed, 0)).random((n, 2)) * SIDE


def customer_blocks(n: int, seed: int) -> Iterator[tuple[FloatArray, IntArray]]:
    """Yield customers and their whole demand of 1 to 100, block by block."""
    rng = np.random.default_rng((seed, 1))
    for first in range(0, n, _BLOCK):
        size = min(_BLOCK, n - first)
        yield rng.random((size, 2)) * SIDE, rng.integers(1, LARGEST_DEMAND + 1, size)
