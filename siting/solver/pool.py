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

TrialKind = Literal["core", "fresh", "reheat", "union", "elders"]

_CORE_SCORES = (0.9, 0.8, 0.95)
_FRESH_SCORES = (0.95, 0.99)
"""The best plan and plans from scratch are annealed among rows of at least these scores, in turn; the wider, the slower."""

_CORE_TRIALS = 4
_FIRST_TRIALS = 16
"""Trials from the best plan, and trials of a generation, these among them, before there are plans enough to unite."""

_LATER: tuple[TrialKind, ...] = ("fresh", "reheat", "fresh", "reheat", "union", "union")
_REHEAT_MOVES = 2
"""Kinds of the later trials, and moves of a reheated plan in those of a fresh one."""

_UNITED = 14
_UNITED_OTHERS = 2
_UNITED_FRESH = 6
"""Fresh plans of a union with the best one, and others and fresh ones of a random union."""

_UNION_ROWS = 250
_UNION_PAIRS = 25_000
_UNION_NODES = 50
"""Most rows of a union beside those of its first plan, most pairs of them all, and nodes of its branch and bound."""

_MOST_FRESH = 32
_MOST_OTHERS = 12
_MOST_ELDERS = 24
"""Plans from scratch that are kept, others, and those of earlier generations."""

_MOST_IDLE = 4
_ELDERS = 3
"""Trials without a better plan after which a new generation begins, and plans of the old one that are kept."""

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
        the pool among them, gently; ``"union"`` asks branch and bound for the best plan among the rows of many, ``"elders"``
        among those of the best plans of earlier generations.
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
        if self.kind in {"union", "elders"}:
            return self._unite()
        start = None if self.kind == "fresh" else self._plan() if self.kind == "reheat" else self.plans[0]
        heat = _REHEAT if self.kind == "reheat" else 1.0
        if self.scores is None:
            return [self._anneal(self.problem, best_greedy(self.problem) if start is None else start, heat, is_over, on_moves)]
        is_promising: BoolArray = self.scores >= self.least_score
        if start is not None:
            is_promising[start] = True
        core = restrict(self.problem, np.flatnonzero(is_promising).astype(np.int64))
        begin = best_greedy(core) if start is None else np.searchsorted(core.candidate, np.sort(start)).astype(np.int32)
        return [polish(self.problem, core.candidate[self._anneal(core, begin, heat, is_over, on_moves)].astype(np.int32))]

    def _anneal(
        self, problem: ReducedProblem, start: IndexArray, heat: float, is_over: Callable[[], bool], on_moves: Callable[[int], None]
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

    Plans live in generations. When one gets no better any more, its best plans join the elders, which are united, and a new one
    begins from scratch: it ends in another valley.

    Parameters
    ----------
    rows
        Rows of a first plan.
    """

    def __init__(self, rows: IndexArray) -> None:
        self._fresh: list[tuple[float, IndexArray]] = []
        self._others: list[tuple[float, IndexArray]] = [(-np.inf, np.sort(rows))]
        self._elders: list[tuple[float, IndexArray]] = []
        self._n_idle = 0
        self._begun = 0

    @property
    def _plans(self) -> list[tuple[float, IndexArray]]:
        """All plans of this generation, the best first."""
        return sorted([*self._others, *self._fresh], key=lambda pair: -pair[0])

    @property
    def best(self) -> IndexArray:
        """Rows of the best plan there was."""
        return max([*self._others, *self._fresh, *self._elders], key=lambda pair: pair[0])[1]

    def add(self, found: list[tuple[float, IndexArray]], kind: TrialKind | None = None) -> None:
        """
        Take in plans that are new, and drop the worst beyond the room there is.

        Parameters
        ----------
        found
            Weight covered and rows, rising, of each plan.
        kind
            The trial they are from, if they are from one.
        """
        plans, room = self._others, _MOST_OTHERS
        if kind == "fresh":
            plans, room = self._fresh, _MOST_FRESH
        elif kind == "elders":
            plans, room = self._elders, _MOST_ELDERS
        before = max([*self._others, *self._fresh], key=lambda pair: pair[0], default=(-np.inf,))[0]
        for covered, rows in found:
            if not any(covered == known and np.array_equal(rows, other) for known, other in plans):
                plans.append((covered, rows))
        plans.sort(key=lambda pair: -pair[0])
        del plans[room:]
        if kind is not None and kind != "elders":
            is_better = any(covered > before for covered, _ in found)
            self._n_idle = 0 if is_better else self._n_idle + 1

    def renumbered(self, problem: ReducedProblem, core: ReducedProblem) -> Pool:
        """Return the pool of a part of the problem: plans lose the rows that are not in it, and are mended."""
        number = np.full(problem.n_rows, -1, dtype=np.int32)
        number[core.candidate] = np.arange(core.n_rows, dtype=np.int32)

        def mended(rows: IndexArray) -> tuple[float, IndexArray]:
            left = number[rows][number[rows] >= 0]
            whole = left if len(left) == len(rows) else polish(core, greedy(core, keep=left))
            return core.covered(whole), np.sort(whole)

        pool = Pool(number[self.best])
        pool.add([mended(rows) for _, rows in self._others])
        pool.add([mended(rows) for _, rows in self._fresh], "fresh")
        pool.add([mended(rows) for _, rows in self._elders], "elders")
        pool._n_idle, pool._begun = self._n_idle, self._begun
        return pool

    def _retire(self, number: int) -> None:
        """Let a new generation begin, with plans from scratch: this one has stopped getting better."""
        self.add(self._plans[:_ELDERS], "elders")
        self._fresh, self._others = [], []
        self._n_idle, self._begun = 0, number

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
        is_over = self._n_idle >= _MOST_IDLE and number - self._begun >= _FIRST_TRIALS
        if is_over:
            self._retire(number)
        kind: TrialKind = "elders" if is_over else self._kind(number)
        plans = [rows for _, rows in (self._elders if is_over else self._plans)]
        if kind == "union":
            plans = self._united(np.random.default_rng(seed), is_random=number % 2 == 1)
        least_scores = _CORE_SCORES if kind == "core" else _FRESH_SCORES
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
        age = number - self._begun
        if age < _FIRST_TRIALS:
            return "core" if number < _CORE_TRIALS else "fresh"
        return _LATER[(age - _FIRST_TRIALS) % len(_LATER)]

    def _united(self, random: np.random.Generator, *, is_random: bool) -> list[IndexArray]:
        """Return the plans to unite: the best one and the best fresh ones, or a few random ones of both."""
        fresh, others = [rows for _, rows in self._fresh], [rows for _, rows in self._others]
        if not is_random:
            return [self._plans[0][1], *fresh[:_UNITED]]
        few = [others[i] for i in random.permutation(len(others))[:_UNITED_OTHERS].tolist()]
        return [*few, *(fresh[i] for i in random.permutation(len(fresh))[:_UNITED_FRESH].tolist())]
