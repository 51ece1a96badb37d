"""Seeds of the many searches of one run."""

from __future__ import annotations

_STRIDE = 1_000_003
"""More searches than there ever are in a run: no two seeds of runs share one of theirs."""


def nth_seed(seed: int, n: int) -> int:
    """Return the seed of the nth search of a run, n from 0, in 0..2**62 - 1."""
    return (seed * _STRIDE + n) % 2**62
