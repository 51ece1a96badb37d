"""One attempt at better plans: annealing from a plan or from scratch, plans united, or one rebuilt in part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.solver.greedy import best_greedy
from siting.solver.lagrangian import Prices
from siting.solver.local_search import polish, search_by_swaps
from siting.solver.presolve import ReducedProblem, restrict
from siting.solver.unite import rebuild, unite

TrialKind = Literal["core", "fresh", "settle", "unite", "rebuild"]

_TEMPERATURES: dict[TrialKind, tuple[float, float]] = {"core": (1.0, 1.0), "fresh": (1.4, 2.0), "settle": (0.5, 0.8)}
"""First and last temperature of what is annealed, as shares of the usual ones."""

_MOVES: dict[TrialKind, float] = {"core": 1.0, "fresh": 0.1, "settle": 0.06}
"""Moves of an annealing, in those of a round."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """
    One attempt at better plans, fully described beforehand: it may run on any core.

    Attributes
    ----------
    kind
        ``"core"`` anneals the best plan among promising rows; ``"fresh"`` the greedy plan among few, around those it holds, hot;
        ``"settle"`` what came of that, among more, cold; ``"unite"`` makes one plan of the rows of several; ``"rebuild"`` makes a part
        of the first plan anew of the rows of the others.
    problem
        The problem.
    plans
        Plans it begins from; none for ``"fresh"``.
    scores
        What the bound thinks of each row; None before there is a bound.
    least_score
        Score below which a row is not promising.
    held
        Rows that a plan from scratch has, whatever else it has.
    prices, width
        What plans are united or rebuilt by, and partial choices kept; see :mod:`siting.solver.unite`.
    scale
        Temperatures, as a share of the usual ones.
    seed
        Seed of all it does.
    n_moves
        Moves to try.
    """

    kind: TrialKind
    problem: ReducedProblem
    plans: tuple[IndexArray, ...]
    scores: FloatArray | None
    least_score: float
    held: IndexArray
    prices: Prices | None
    width: int
    scale: float
    seed: int
    n_moves: int

    def run(self, *, is_over: Callable[[], bool], on_moves: Callable[[int], None]) -> IndexArray:
        """
        Return the rows of the plan found. No swap, addition or removal improves it, but for ``"fresh"``.

        Parameters
        ----------
        is_over
            Ends the attempt when true.
        on_moves
            Told the moves made so far.
        """
        if self.prices is not None and self.kind == "rebuild":
            return rebuild(self.problem, self.plans[0], self.plans[1:], self.prices, width=self.width, seed=self.seed)
        if self.prices is not None:
            return unite(self.problem, self.plans, self.prices, width=self.width, seed=self.seed)
        is_promising = np.ones(self.problem.n_rows, dtype=np.bool_) if self.scores is None else self.scores >= self.least_score
        if self.kind == "fresh":
            is_promising[self.held] = False
            core = restrict(self.problem, np.flatnonzero(is_promising).astype(np.int64), beside=self.held)
            added = self._annealed(core, best_greedy(core), is_over, on_moves)
            return np.concatenate((self.held, added))
        start = self.plans[0]
        is_promising[start] = True
        core = restrict(self.problem, np.flatnonzero(is_promising).astype(np.int64))
        rows = self._annealed(core, np.searchsorted(core.candidate, np.sort(start)).astype(np.int32), is_over, on_moves)
        return polish(self.problem, rows)

    def _annealed(
        self, core: ReducedProblem, start: IndexArray, is_over: Callable[[], bool], on_moves: Callable[[int], None]
    ) -> IndexArray:
        """Return what annealing makes of a plan of a part of the problem, as rows of the problem."""
        hot, cold = _TEMPERATURES[self.kind]
        rows = search_by_swaps(
            core,
            start,
            seed=self.seed,
            n_moves=self.n_moves,
            hot=self.scale * hot,
            cold=self.scale * cold,
            is_over=is_over,
            on_moves=on_moves,
        )
        return core.candidate[rows].astype(np.int32)


def moves_of(kind: TrialKind, n_moves: int) -> int:
    """Return the moves of a trial where a round has ``n_moves``."""
    return round(_MOVES.get(kind, 0.0) * n_moves)
