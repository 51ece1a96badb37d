"""One attempt at better plans: annealing from a plan or from scratch, or the best plan among the sites of several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray
from siting.solver.cuts import Cuts
from siting.solver.exact import finish
from siting.solver.greedy import best_greedy
from siting.solver.local_search import polish, search_by_swaps
from siting.solver.presolve import ReducedProblem, restrict

TrialKind = Literal["core", "fresh", "settle", "reheat", "cross", "union"]

_TEMPERATURES: dict[TrialKind, tuple[float, float]] = {
    "core": (1.0, 1.0),
    "fresh": (1.4, 2.0),
    "settle": (0.5, 0.8),
    "reheat": (0.5, 0.8),
    "cross": (0.8, 0.8),
}
"""First and last temperature of what is annealed, as shares of the usual ones."""

_MOVES: dict[TrialKind, float] = {"core": 1.0, "fresh": 0.125, "settle": 0.125, "reheat": 0.125, "cross": 0.05}
"""Moves of an annealing, in those of a round."""

_CROSSED = 3
_CHILDREN = 8
"""Plans that are crossed, and crossings of one trial."""

_UNION_PAIRS = 6_500
_UNION_NODES = 50
"""Most pairs of a union, and nodes of its branch and bound."""


class Found(NamedTuple):
    """The rows of a plan, and those of the plan of the pool whose place it may take."""

    rows: IndexArray
    parent: IndexArray | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """
    One attempt at better plans, fully described beforehand: it may run on any core.

    Attributes
    ----------
    kind
        ``"core"`` anneals the best plan among promising rows; ``"fresh"`` the greedy plan among few, hot; ``"settle"`` what came of
        that, among more, cold; ``"reheat"`` a plan of the pool in the same way; ``"cross"`` anneals among the rows of three plans of
        the pool, again and again; ``"union"`` asks branch and bound for the best plan among the rows of many.
    problem
        The problem.
    plans
        Plans it begins from, the best first; none for ``"fresh"``.
    scores
        What the bound thinks of each row; None before there is a bound.
    least_score
        Score below which a row is not promising.
    scale
        Temperatures, as a share of the usual ones.
    seed
        Seed of all it does.
    n_moves
        Moves to try.
    seconds_left
        Time until the clock ends the search [s].
    """

    kind: TrialKind
    problem: ReducedProblem
    plans: tuple[IndexArray, ...]
    scores: FloatArray | None
    least_score: float
    scale: float
    seed: int
    n_moves: int
    seconds_left: Callable[[], float]

    def run(self, *, is_over: Callable[[], bool], on_moves: Callable[[int], None]) -> list[Found]:
        """
        Return the plans found, each of which no swap, addition or removal improves.

        Parameters
        ----------
        is_over
            Ends the attempt when true.
        on_moves
            Told the moves made so far.
        """
        if self.kind == "union":
            return self._unite()
        if self.kind == "cross":
            return self._cross(is_over, on_moves)
        start = self.plans[0] if self.plans else None
        is_promising = np.ones(self.problem.n_rows, dtype=np.bool_) if self.scores is None else self.scores >= self.least_score
        found = self._anneal_among(is_promising, start, self.seed, is_over, on_moves)
        return [Found(found, start if self.kind == "reheat" else None)]

    def _cross(self, is_over: Callable[[], bool], on_moves: Callable[[int], None]) -> list[Found]:
        """Return plans annealed among the rows of a few random plans, each to take the place of the worst of them."""
        random, found = np.random.default_rng(self.seed), []
        for number in range(_CHILDREN):
            if is_over():
                break
            few = [self.plans[i] for i in np.sort(random.permutation(len(self.plans))[:_CROSSED]).tolist()]
            is_row = np.zeros(self.problem.n_rows, dtype=np.bool_)
            is_row[np.concatenate(few)] = True
            found.append(Found(self._anneal_among(is_row, few[0], int(random.integers(2**62)), is_over, lambda _moves: None), few[-1]))
            on_moves((number + 1) * self.n_moves // _CHILDREN)
        return found

    def _anneal_among(
        self,
        is_promising: BoolArray,
        start: IndexArray | None,
        seed: int,
        is_over: Callable[[], bool],
        on_moves: Callable[[int], None],
    ) -> IndexArray:
        """Anneal a plan, or the greedy one, among some rows and its own; improve what comes of it among all."""
        is_kept = is_promising.copy()
        if start is not None:
            is_kept[start] = True
        core = restrict(self.problem, np.flatnonzero(is_kept).astype(np.int64))
        hot, cold = _TEMPERATURES[self.kind]
        rows = search_by_swaps(
            core,
            best_greedy(core) if start is None else np.searchsorted(core.candidate, np.sort(start)).astype(np.int32),
            seed=seed,
            n_moves=self.n_moves // (_CHILDREN if self.kind == "cross" else 1),
            hot=self.scale * hot,
            cold=self.scale * cold,
            is_over=is_over,
            on_moves=on_moves,
        )
        return polish(self.problem, core.candidate[rows].astype(np.int32))

    def _unite(self) -> list[Found]:
        """Return the best plan among the rows of several plans, as many as branch and bound can take."""
        problem, best = self.problem, self.plans[0]
        union, core = best, None
        for rows in self.plans[1:]:
            wider = np.union1d(union, rows)
            if len(wider) > len(union):
                larger = restrict(problem, wider.astype(np.int64))
                if len(larger.row_groups) <= _UNION_PAIRS:
                    union, core = wider, larger
        if core is None:
            return []
        hint = np.searchsorted(union, best).astype(np.int32)
        found = finish(core, Cuts.none(), hint, n_nodes=_UNION_NODES, time_limit_s=self.seconds_left())
        return [] if found.rows is None else [Found(polish(problem, union[found.rows].astype(np.int32)), None)]


def moves_of(kind: TrialKind, n_moves: int) -> int:
    """Return the moves of a trial, all its annealings together, where a round has ``n_moves``."""
    return round(_MOVES.get(kind, 0.0) * n_moves) * (_CHILDREN if kind == "cross" else 1)
