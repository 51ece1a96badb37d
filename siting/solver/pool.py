"""A pool of good plans, and the trials that look for better ones among and around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray
from siting.solver.cuts import Cuts
from siting.solver.exact import finish
from siting.solver.greedy import best_greedy, greedy
from siting.solver.local_search import polish, search_by_swaps
from siting.solver.presolve import ReducedProblem, restrict

TrialKind = Literal["core", "fresh", "merge", "reheat", "union"]

_CORE_SCORES = (0.9, 0.8, 0.95)
"""A core keeps the rows of at least this score, in turn; the wider, the slower."""

_FIRST_TRIALS = 12
"""Trials from the best plan and from the greedy one, before the pool is full enough for others."""

_LATER: tuple[TrialKind, ...] = ("fresh", "reheat", "fresh", "merge", "fresh", "reheat")
_LATER_MOVES = 3
"""Kinds of the later trials, in turn, and how many times the moves of the first ones they take."""

_UNION_ROWS = 400
_UNION_EVERY = 24
_UNION_PAIRS = 25_000
_UNION_NODES = 300
"""Every so many trials one is a union: most of its rows and of what they serve together, and nodes it is solved with."""

_MOST_PLANS = 48
_LEAST_PLANS = 6
_PARENTS = 12
_MERGES = 4

_REHEAT = 0.4
"""First temperature of a plan that is annealed again, as a share of the usual one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """
    One attempt at better plans, fully described beforehand: it may run on any core.

    Attributes
    ----------
    kind
        ``"core"`` anneals the best plan among promising rows, ``"fresh"`` the greedy plan among all, ``"merge"`` among the
        rows of a few plans of the pool, ``"reheat"`` a plan of the pool among all rows, gently; ``"union"`` asks branch and bound
        for the best plan among the rows of many.
    problem
        The problem.
    plans
        Plans it begins from, the best first.
    scores
        What the bound thinks of each row; None before there is a bound.
    least_score
        Score below which a core leaves a row out.
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
    seed: int
    n_moves: int
    seconds_left: Callable[[], float]

    def run(self, *, is_over: Callable[[], bool], on_moves: Callable[[int], None]) -> list[IndexArray]:
        """
        Return the plans found, each of which no swap, addition or removal improves.

        Parameters
        ----------
        is_over
            Ends the attempt when true.
        on_moves
            Told the moves made so far.
        """
        if self.kind == "core":
            return [self._anneal_core(is_over, on_moves)]
        if self.kind == "merge":
            return self._merge(is_over, on_moves)
        if self.kind == "union":
            return self._unite()
        start, heat = (self._plan(), _REHEAT) if self.kind == "reheat" else (best_greedy(self.problem), 1.0)
        return [search_by_swaps(self.problem, start, seed=self.seed, n_moves=self.n_moves, heat=heat, is_over=is_over, on_moves=on_moves)]

    def _plan(self) -> IndexArray:
        """Return the better of two random plans."""
        return self.plans[int(np.random.default_rng(self.seed).integers(len(self.plans), size=2).min())]

    def _unite(self) -> list[IndexArray]:
        """Return the best plan among the rows of the best plans, as many as branch and bound can take."""
        problem, size = self.problem, np.diff(self.problem.row_start)
        union = self.plans[0]
        for rows in self.plans[1:]:
            wider = np.union1d(union, rows)
            if len(wider) <= _UNION_ROWS and size[wider].sum() <= _UNION_PAIRS:
                union = wider
        core = restrict(problem, union.astype(np.int64))
        hint = np.searchsorted(union, self.plans[0]).astype(np.int32)
        found = finish(core, Cuts.none(), hint, n_nodes=_UNION_NODES, time_limit_s=self.seconds_left())
        return [] if found.rows is None else [polish(problem, union[found.rows].astype(np.int32))]

    def _anneal_core(self, is_over: Callable[[], bool], on_moves: Callable[[int], None]) -> IndexArray:
        """Anneal the best plan among the promising rows; among all before the bound has an opinion."""
        problem, best = self.problem, self.plans[0]
        if self.scores is None:
            return search_by_swaps(problem, best, seed=self.seed, n_moves=self.n_moves, is_over=is_over, on_moves=on_moves)
        is_core: BoolArray = self.scores >= self.least_score
        is_core[best] = True
        core = restrict(problem, np.flatnonzero(is_core).astype(np.int64))
        start = np.searchsorted(core.candidate, best).astype(np.int32)
        found = search_by_swaps(core, start, seed=self.seed, n_moves=self.n_moves, is_over=is_over, on_moves=on_moves)
        return polish(problem, core.candidate[found].astype(np.int32))

    def _merge(self, is_over: Callable[[], bool], on_moves: Callable[[int], None]) -> list[IndexArray]:
        """Anneal among the rows of random plans, a few at a time, then polish among all."""
        random = np.random.default_rng(self.seed)
        share = self.n_moves // _MERGES
        children = []
        for turn in range(_MERGES):
            parents = np.sort(random.permutation(len(self.plans))[:_PARENTS]).tolist()
            core = restrict(self.problem, np.unique(np.concatenate([self.plans[i] for i in parents])).astype(np.int64))
            start = np.searchsorted(core.candidate, self.plans[parents[0]]).astype(np.int32)
            found = search_by_swaps(core, start, seed=self.seed + turn, n_moves=share, is_over=is_over, on_moves=lambda _moves: None)
            children.append(polish(self.problem, core.candidate[found].astype(np.int32)))
            on_moves((turn + 1) * share)
        return children


class Pool:
    """
    Good and different plans, the best first.

    Parameters
    ----------
    rows
        Rows of a first plan.
    """

    def __init__(self, rows: IndexArray) -> None:
        self._plans: list[tuple[float, IndexArray]] = [(-np.inf, np.sort(rows))]

    @property
    def best(self) -> IndexArray:
        """Rows of the best plan there was."""
        return self._plans[0][1]

    def add(self, found: list[tuple[float, IndexArray]]) -> None:
        """
        Take in plans that are new, and drop the worst beyond the room there is.

        Parameters
        ----------
        found
            Weight covered and rows, rising, of each plan.
        """
        for covered, rows in found:
            if not any(covered == known and np.array_equal(rows, other) for known, other in self._plans):
                self._plans = sorted([*self._plans, (covered, rows)], key=lambda pair: -pair[0])[:_MOST_PLANS]

    def renumbered(self, problem: ReducedProblem, core: ReducedProblem) -> Pool:
        """Return the pool of a part of the problem: plans lose the rows that are not in it, and are mended."""
        number = np.full(problem.n_rows, -1, dtype=np.int32)
        number[core.candidate] = np.arange(core.n_rows, dtype=np.int32)

        def mended(rows: IndexArray) -> tuple[float, IndexArray]:
            left = number[rows][number[rows] >= 0]
            whole = left if len(left) == len(rows) else polish(core, greedy(core, keep=left))
            return core.covered(whole), np.sort(whole)

        pool = Pool(number[self.best])
        pool.add([mended(rows) for _, rows in self._plans])
        return pool

    def trial(
        self,
        problem: ReducedProblem,
        scores: FloatArray | None,
        *,
        number: int,
        seed: int,
        n_moves: int,
        seconds_left: Callable[[], float],
    ) -> Trial:
        """
        Return the next trial.

        Parameters
        ----------
        problem
            The problem whose plans are in the pool.
        scores
            What the bound thinks of each row.
        number
            How many trials there were before.
        seed, n_moves
            Seed of the trial, and moves of the first ones.
        seconds_left
            Time until the clock ends the search [s].
        """
        is_first = number < _FIRST_TRIALS
        return Trial(
            kind=self._kind(number),
            problem=problem,
            plans=tuple(rows for _, rows in self._plans),
            scores=scores,
            least_score=_CORE_SCORES[(number // 2) % len(_CORE_SCORES)],
            seed=seed,
            n_moves=n_moves if is_first else _LATER_MOVES * n_moves,
            seconds_left=seconds_left,
        )

    def _kind(self, number: int) -> TrialKind:
        """Return the kind of the trial of a number."""
        if number < _FIRST_TRIALS:
            return "fresh" if number % 2 else "core"
        if len(self._plans) < _LEAST_PLANS:
            return "fresh"
        return "union" if number % _UNION_EVERY == _UNION_EVERY - 1 else _LATER[number % len(_LATER)]
