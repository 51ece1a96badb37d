"""Trials that several cores work off: each takes the next one as soon as it is free."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from siting.arrays import IndexArray
from siting.solver.trial import Trial


class TrialQueue:
    """
    Trials and what they found.

    Which core runs a trial depends on the clock, what it finds does not.

    Parameters
    ----------
    trials
        The trials, in the order they are begun.
    is_over
        Ends them when true; none is begun then.
    """

    def __init__(self, trials: list[Trial], *, is_over: Callable[[], bool]) -> None:
        self._trials = trials
        self._found: list[IndexArray | None] = [None for _ in trials]
        self._is_over = is_over
        self._n_begun = 0
        self._lock = Lock()

    @property
    def results(self) -> list[tuple[Trial, IndexArray | None]]:
        """Each trial and the rows it found, None where it was not begun, in the order of the trials."""
        return list(zip(self._trials, self._found, strict=True))

    def work(self, *, on_moves: Callable[[float], None]) -> None:
        """
        Run trials until none is left to begin.

        Parameters
        ----------
        on_moves
            Told the share of the trials that was begun and of the moves of this one, together.
        """
        while (number := self._take()) is not None:
            trial = self._trials[number]

            def report(moves: int, number: int = number, trial: Trial = trial) -> None:
                on_moves((number + moves / trial.n_moves) / len(self._trials))

            self._found[number] = trial.run(is_over=self._is_over, on_moves=report)

    def _take(self) -> int | None:
        """Return the number of the next trial, if there is one and there is time."""
        with self._lock:
            if self._n_begun == len(self._trials) or self._is_over():
                return None
            self._n_begun += 1
            return self._n_begun - 1
