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

TrialKind = Literal["core", "fresh", "reheat", "union"]

_CORE_SCORES = (0.9, 0.8, 0.95)
_FRESH_SCORES = (0.95, 0.99)
"""The best plan and plans from scratch are annealed among rows of at least these scores, in turn; the wider, the slower."""

_CORE_TRIALS = 4
_FIRST_TRIALS = 16
"""Trials from the best plan, and trials before there are plans enough to unite."""

_LATER: tuple[TrialKind, ...] = ("fresh", "fresh", "fresh", "reheat", "union", "union")
_REHEAT_MOVES = 2
"""Kinds of the later trials, two at a time, so that unions keep both cores busy; moves of a reheated plan in those of a fresh one."""

_UNITED = 14
_UNITED_OTHERS = 4
_UNION_ROWS = 250
_UNION_PAIRS = 25_000
_UNION_NODES = 200
"""Plans of a union and how many of them may be others, most rows beside those of its first plan, most pairs of them all, nodes."""

_MOST_FRESH = 32
_MOST_OTHERS = 12
"""Plans from scratch that are kept, and others."""

_REHEAT = 0.4
"""First temperature of a plan that is annealed again, as a share of the usual one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """
    One attempt at better plans, fully described beforehand: it may run on any core.

    Attributes
    ----------
    kind
        ``"core"`` anneals the best plan among promising rows, ``"fresh"`` the greedy plan among them, ``"reheat"`` a plan of
        the pool among all rows, gently; ``"union"`` asks branch and bound for the best plan among the rows of many.
    problem
        The problem.
    plans
        Plans it begins from, the best first.
    scores
        What the bound thinks of each row; None before there is a bound.
    least_score
        Score below which a row is not promising.
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
        if self.kind == "union":
            return self._unite()
        if self.kind == "reheat":
            return [self._anneal(self.problem, self._plan(), is_over, on_moves, heat=_REHEAT)]
        best = self.plans[0] if self.kind == "core" else None
        if self.scores is None:
            return [self._anneal(self.problem, best_greedy(self.problem) if best is None else best, is_over, on_moves)]
        is_promising: BoolArray = self.scores >= self.least_score
        if best is not None:
            is_promising[best] = True
        core = restrict(self.problem, np.flatnonzero(is_promising).astype(np.int64))
        start = best_greedy(core) if best is None else np.searchsorted(core.candidate, best).astype(np.int32)
        return [polish(self.problem, core.candidate[self._anneal(core, start, is_over, on_moves)].astype(np.int32))]

    def _anneal(
        self,
        problem: ReducedProblem,
        start: IndexArray,
        is_over: Callable[[], bool],
        on_moves: Callable[[int], None],
        *,
        heat: float = 1.0,
    ) -> IndexArray:
        return search_by_swaps(problem, start, seed=self.seed, n_moves=self.n_moves, heat=heat, is_over=is_over, on_moves=on_moves)

    def _plan(self) -> IndexArray:
        """Return the better of two random plans."""
        return self.plans[int(np.random.default_rng(self.seed).integers(len(self.plans), size=2).min())]

    def _unite(self) -> list[IndexArray]:
        """Return the best plan among the rows of several plans, as many as branch and bound can take."""
        problem, size, best = self.problem, np.diff(self.problem.row_start), self.plans[0]
        union = best
        for rows in self.plans[1:]:
            wider = np.union1d(union, rows)
            if len(wider) - len(best) <= _UNION_ROWS and size[wider].sum() <= _UNION_PAIRS:
                union = wider
        if len(union) == len(best):
            return []
        core = restrict(problem, union.astype(np.int64))
        hint = np.searchsorted(union, best).astype(np.int32)
        found = finish(core, Cuts.none(), hint, n_nodes=_UNION_NODES, time_limit_s=self.seconds_left())
        return [] if found.rows is None else [polish(problem, union[found.rows].astype(np.int32))]


class Pool:
    """
    Good plans, the best first: those from scratch, which differ much, apart from those made of them.

    Parameters
    ----------
    rows
        Rows of a first plan.
    """

    def __init__(self, rows: IndexArray) -> None:
        self._fresh: list[tuple[float, IndexArray]] = []
        self._others: list[tuple[float, IndexArray]] = [(-np.inf, np.sort(rows))]

    @property
    def _plans(self) -> list[tuple[float, IndexArray]]:
        """All plans, the best first."""
        return sorted([*self._others, *self._fresh], key=lambda pair: -pair[0])

    @property
    def best(self) -> IndexArray:
        """Rows of the best plan there was."""
        return self._plans[0][1]

    def add(self, found: list[tuple[float, IndexArray]], *, is_fresh: bool) -> None:
        """
        Take in plans that are new, and drop the worst beyond the room there is.

        Parameters
        ----------
        found
            Weight covered and rows, rising, of each plan.
        is_fresh
            Whether they were made from scratch.
        """
        plans, room = (self._fresh, _MOST_FRESH) if is_fresh else (self._others, _MOST_OTHERS)
        for covered, rows in found:
            if not any(covered == known and np.array_equal(rows, other) for known, other in plans):
                plans.append((covered, rows))
        plans.sort(key=lambda pair: -pair[0])
        del plans[room:]

    def renumbered(self, problem: ReducedProblem, core: ReducedProblem) -> Pool:
        """Return the pool of a part of the problem: plans lose the rows that are not in it, and are mended."""
        number = np.full(problem.n_rows, -1, dtype=np.int32)
        number[core.candidate] = np.arange(core.n_rows, dtype=np.int32)

        def mended(rows: IndexArray) -> tuple[float, IndexArray]:
            left = number[rows][number[rows] >= 0]
            whole = left if len(left) == len(rows) else polish(core, greedy(core, keep=left))
            return core.covered(whole), np.sort(whole)

        pool = Pool(number[self.best])
        pool.add([mended(rows) for _, rows in self._others], is_fresh=False)
        pool.add([mended(rows) for _, rows in self._fresh], is_fresh=True)
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
        kind = self._kind(number)
        plans = [rows for _, rows in self._plans]
        if kind == "union":
            plans = self._united(np.random.default_rng(seed), is_random=number % 2 == 1)
        least_scores = _FRESH_SCORES if kind == "fresh" else _CORE_SCORES
        return Trial(
            kind=kind,
            problem=problem,
            plans=tuple(plans),
            scores=scores,
            least_score=least_scores[(number // 2) % len(least_scores)],
            seed=seed,
            n_moves=_REHEAT_MOVES * n_moves if kind == "reheat" else n_moves,
            seconds_left=seconds_left,
        )

    def _kind(self, number: int) -> TrialKind:
        """Return the kind of the trial of a number."""
        if number < _FIRST_TRIALS:
            return "core" if number < _CORE_TRIALS else "fresh"
        return _LATER[(number - _FIRST_TRIALS) % len(_LATER)]

    def _united(self, random: np.random.Generator, *, is_random: bool) -> list[IndexArray]:
        """Return the plans to unite: the best of all and the best fresh ones, or random ones of both."""
        fresh, others = [rows for _, rows in self._fresh], [rows for _, rows in self._others]
        if not is_random:
            return [self.best, *fresh[:_UNITED]]
        few = [others[i] for i in random.permutation(len(others))[:_UNITED_OTHERS].tolist()]
        return [*few, *(fresh[i] for i in random.permutation(len(fresh))[: _UNITED - _UNITED_OTHERS].tolist())]
