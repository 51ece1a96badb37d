"""The linear program, solved aside: begun in one round and taken in a later one, so that counted work alone decides."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future

from siting.solver.linear_program import LinearProgram, Vertex

_ROUNDS = 2
_MOST_ROUNDS = 16
"""Rounds from the beginning of a solution to its end, and the most of them after solutions that brought little."""

_WORTH = 0.05
"""Share of the gap that a solution must close for the next to follow as soon."""


class Solving:
    """
    One solution of the linear program after another.

    Parameters
    ----------
    aside
        Solves, beside the cores that search.
    is_over
        Ends the work when true.
    seconds_left
        Time until it does [s].

    Attributes
    ----------
    n_rounds
        Rounds from the beginning of the next solution to its end, where the program is small.
    is_done
        No more solutions: the last one breaks no cuts, or there was none.
    """

    def __init__(self, aside: Executor, is_over: Callable[[], bool], seconds_left: Callable[[], float]) -> None:
        self._aside = aside
        self._is_over = is_over
        self._seconds_left = seconds_left
        self._job: Future[Vertex | None] | None = None
        self._due = 0
        self.n_rounds = _ROUNDS
        self.is_done = False

    @property
    def is_pending(self) -> bool:
        """Whether a solution has begun."""
        return self._job is not None

    @property
    def is_slow(self) -> bool:
        """Whether the last solution brought little, or was the last one."""
        return self.is_done or self.n_rounds > _ROUNDS

    def begin(self, program: LinearProgram, n_rounds: int, n_more: int) -> None:
        """Begin a solution after so many rounds, to be taken so many rounds later."""
        self._due = n_rounds + n_more
        self._job = self._aside.submit(self._solve, program)

    def _solve(self, program: LinearProgram) -> Vertex | None:
        """Return the solution, the program cut there."""
        vertex = program.solve(self._is_over, seconds_left=self._seconds_left())
        return None if vertex is None or self._is_over() else program.cut(vertex, self._is_over)

    def take(self, n_rounds: int) -> Vertex | None:
        """Return the solution that is due after so many rounds, if any; wait for it where need be."""
        if self._job is None or n_rounds < self._due:
            return None
        vertex = self._job.result()
        self._job = None
        self.is_done = vertex is None or len(vertex.violated) == 0
        return vertex

    def judge(self, closed: float) -> None:
        """Take note of the share of the gap that a solution has closed."""
        self.n_rounds = _ROUNDS if closed > _WORTH else min(2 * self.n_rounds, _MOST_ROUNDS)
