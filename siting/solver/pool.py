"""A pool of good plans, and the trials that look for better ones among and around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray
from siting.solver.greedy import best_greedy, greedy
from siting.solver.local_search import polish, search_by_swaps
from siting.solver.presolve import ReducedProblem, freeze, restrict

TrialKind = Literal["core", "fresh", "merge", "region"]

_CORE_SCORES = (0.9, 0.8, 0.95)
"""A core keeps the rows of at least this score, in turn; the wider, the slower."""

_FIRST_TRIALS = 12
"""Trials from the best plan and from the greedy one, before the pool is full enough for others."""

_LATER: tuple[TrialKind, ...] = ("merge", "region", "merge", "merge", "merge", "region", "merge", "fresh")
_WITH_CHAMPIONS = 4
"""Every so many merges, champions take part."""

_MOST_PLANS = 12
_LEAST_PLANS = 6
_PATIENCE = 40
"""Plans in vain after which a pool is given up: its best plan becomes a champion, and a new pool begins."""

_MOST_CHAMPIONS = 12
_PARENTS = 3
_MERGES = 4
_FRESH_MOVES = 3
"""A plan from scratch takes so many times the moves of other trials."""

_REGIONS = 32
_REACH = 3
"""Steps from row to row through shared groups that a region spans."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """
    One attempt at better plans, fully described beforehand: it may run on any core.

    Attributes
    ----------
    kind
        ``"core"`` anneals the best plan among promising rows, ``"fresh"`` the greedy plan among all, ``"merge"`` among the
        rows of a few plans of the pool, ``"region"`` one region of a plan after the other.
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
    """

    kind: TrialKind
    problem: ReducedProblem
    plans: tuple[IndexArray, ...]
    scores: FloatArray | None
    least_score: float
    seed: int
    n_moves: int

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
        if self.kind == "region":
            return [self._reheat(is_over, on_moves)]
        return [self._begin_anew(is_over, on_moves)]

    def _begin_anew(self, is_over: Callable[[], bool], on_moves: Callable[[int], None]) -> IndexArray:
        """Anneal the greedy plan among all rows for longer than usual, every other time with the second half by regions."""
        is_by_region = self.seed % 2 == 0
        n_moves = _FRESH_MOVES * self.n_moves // 2
        share = n_moves if is_by_region else 2 * n_moves
        start = best_greedy(self.problem)
        found = search_by_swaps(self.problem, start, seed=self.seed, n_moves=share, is_over=is_over, on_moves=lambda _moves: None)
        if is_by_region:
            found = replace(self, kind="region", plans=(np.sort(found),), n_moves=n_moves)._reheat(is_over, on_moves)
        return found

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

    def _reheat(self, is_over: Callable[[], bool], on_moves: Callable[[int], None]) -> IndexArray:
        """Anneal one random region after the other of a plan, the rest of it frozen."""
        problem, random = self.problem, np.random.default_rng(self.seed)
        rows = self.plans[int(random.integers(len(self.plans)))]
        share = self.n_moves // _REGIONS
        for turn in range(_REGIONS):
            if is_over():
                break
            region = _region(problem, int(random.integers(problem.n_rows)))
            is_inside = np.isin(rows, region)
            if is_inside.sum() > 1:
                frozen = rows[~is_inside]
                inner = freeze(problem, frozen, region.astype(np.int64))
                start = np.searchsorted(region, np.sort(rows[is_inside])).astype(np.int32)
                found = search_by_swaps(inner, start, seed=self.seed + turn, n_moves=share, is_over=is_over, on_moves=lambda _moves: None)
                changed = np.concatenate([frozen, region[found]])
                if problem.covered(changed) >= problem.covered(rows):
                    rows = changed
            on_moves((turn + 1) * share)
        return polish(problem, rows)


def _is_in(plans: list[tuple[float, IndexArray]], covered: float, rows: IndexArray) -> bool:
    """Tell whether a plan is among others."""
    return any(covered == known and np.array_equal(rows, other) for known, other in plans)


def _region(problem: ReducedProblem, centre: int) -> IndexArray:
    """Return the rows within a few steps of a row through shared groups, rising."""
    is_in = np.zeros(problem.n_rows, dtype=np.bool_)
    is_in[centre] = True
    for _ in range(_REACH):
        is_group = np.zeros(problem.n_groups, dtype=np.bool_)
        is_group[problem.row_groups[np.repeat(is_in, np.diff(problem.row_start))]] = True
        is_in[problem.column_rows[np.repeat(is_group, np.diff(problem.column_start))]] = True
    return np.flatnonzero(is_in).astype(np.int32)


class Pool:
    """
    Good and different plans, the best first.

    When plan after plan has brought nothing, the pool is begun anew from scratch, so that the search does not end where it
    first happened to go; the best plans of the pools before, the champions, meet the new ones in merges.

    Parameters
    ----------
    rows
        Rows of a first plan.
    """

    def __init__(self, rows: IndexArray) -> None:
        self._champions: list[tuple[float, IndexArray]] = [(-np.inf, np.sort(rows))]
        self._plans: list[tuple[float, IndexArray]] = []
        self._n_in_vain = 0

    @property
    def best(self) -> IndexArray:
        """Rows of the best plan there was."""
        return max(self._champions + self._plans, key=lambda pair: pair[0])[1]

    def add(self, found: list[tuple[float, IndexArray]]) -> None:
        """
        Take in plans that are new, and drop the worst beyond the room there is.

        Parameters
        ----------
        found
            Weight covered and rows, rising, of each plan.
        """
        for covered, rows in found:
            self._n_in_vain = 0 if not self._plans or covered > self._plans[0][0] else self._n_in_vain + 1
            if not _is_in(self._plans, covered, rows):
                self._plans = sorted([*self._plans, (covered, rows)], key=lambda pair: -pair[0])[:_MOST_PLANS]
        if self._n_in_vain > _PATIENCE:
            if not _is_in(self._champions, *self._plans[0]):
                self._champions = sorted([*self._champions, self._plans[0]], key=lambda pair: -pair[0])[:_MOST_CHAMPIONS]
            self._plans = []
            self._n_in_vain = 0

    def renumbered(self, problem: ReducedProblem, core: ReducedProblem) -> Pool:
        """Return the pool of a part of the problem: plans lose the rows that are not in it, and are mended."""
        number = np.full(problem.n_rows, -1, dtype=np.int32)
        number[core.candidate] = np.arange(core.n_rows, dtype=np.int32)

        def mended(rows: IndexArray) -> tuple[float, IndexArray]:
            left = number[rows][number[rows] >= 0]
            whole = left if len(left) == len(rows) else polish(core, greedy(core, keep=left))
            return core.covered(whole), np.sort(whole)

        pool = Pool(number[self.best])
        pool._champions = [mended(rows) for _, rows in self._champions]
        pool.add([mended(rows) for _, rows in self._plans])
        pool._n_in_vain = self._n_in_vain
        return pool

    def trial(self, problem: ReducedProblem, scores: FloatArray | None, *, number: int, seed: int, n_moves: int) -> Trial:
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
            Seed and moves of the trial.
        """
        plans = tuple(rows for _, rows in self._plans)
        if number < _FIRST_TRIALS:
            kind: TrialKind = "fresh" if number % 2 else "core"
            plans = (self.best, *plans)
        elif len(self._plans) < _LEAST_PLANS:
            kind = "fresh"
        else:
            kind = _LATER[number % len(_LATER)]
            if kind == "merge" and number % _WITH_CHAMPIONS == 0:
                plans += tuple(rows for _, rows in self._champions)
        return Trial(
            kind=kind,
            problem=problem,
            plans=plans,
            scores=scores,
            least_score=_CORE_SCORES[(number // 2) % len(_CORE_SCORES)],
            seed=seed,
            n_moves=n_moves,
        )
