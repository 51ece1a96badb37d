"""Random numbers for compiled loops: splitmix64, the same on every machine."""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.kernels.presolve import UnsignedArray


@njit(cache=True, nogil=True)
def next_random(random: UnsignedArray) -> np.uint64:
    """Return 64 random bits and move the state, one entry, on."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z: np.uint64 = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True)
def random_below(random: UnsignedArray, limit: int) -> int:
    """Return a random number in 0..limit - 1."""
    return int(np.int64(((next_random(random) >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32)))


@njit(cache=True, nogil=True)
def random_unit(random: UnsignedArray) -> float:
    """Return a random number in (0, 1]."""
    return (float(next_random(random) >> np.uint64(11)) + 1.0) / 9007199254740992.0
