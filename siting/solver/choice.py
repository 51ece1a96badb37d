"""What works best, learnt by trying."""

from __future__ import annotations

import numpy as np


class Choice:
    """
    One of a few options: each is tried in turn, a few times, then the best on average is taken.

    Parameters
    ----------
    options
        The options.
    n_each
        Times each is tried.
    """

    def __init__(self, options: tuple[float, ...], n_each: int) -> None:
        self._options = options
        self._n_left = n_each * len(options)
        self._n = [0] * len(options)
        self._sum = [0.0] * len(options)

    @property
    def best(self) -> float:
        """The option that did best on average; the first where nothing is known."""
        means = [total / n if n else -np.inf for total, n in zip(self._sum, self._n, strict=True)]
        return self._options[int(np.argmax(means))]

    def take(self) -> float:
        """Return the next option to be tried, or the best where each has had its turns."""
        if self._n_left == 0:
            return self.best
        self._n_left -= 1
        return self._options[-1 - self._n_left % len(self._options)]

    def learn(self, option: float, value: float) -> None:
        """Take note of how well an option did."""
        at = self._options.index(option)
        self._n[at] += 1
        self._sum[at] += value
