"""What is true of a small problem, found by trying every plan in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from tests.solve.solve_samples import Sample

TOLERANCE = 1e-9


def plans(sample: Sample) -> Iterator[frozenset[int]]:
    """Yield every set of candidates within the rules."""
    n = len(sample.rows)
    for size in range(n + 1):
        for chosen in combinations(range(n), size):
            if sample.is_allowed(chosen):
                yield frozenset(chosen)


def positions(ids) -> frozenset[int]:
    """Return the candidates behind the ids of a sample."""
    return frozenset(int(one.removeprefix("c")) for one in ids)


def changed(sample: Sample, **changes) -> Sample:
    """Return a sample with some of its rules changed."""
    return type(sample)(**{**vars(sample), **changes})


def is_possible(sample: Sample) -> bool:
    """Tell whether the rules leave any plan that covers something."""
    return any(sample.covered(chosen) > 0 for chosen in plans(sample))
