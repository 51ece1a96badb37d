"""A pool of good plans, and the trials that look for better ones among and around them."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.solver.greedy import greedy
from siting.solver.local_search import polish
from siting.solver.presolve import ReducedProblem
from siting.solver.trial import Found, Trial, TrialKind, moves_of

_CORE_TRIALS = 4
_CORE_SCORES = (0.9, 0.8, 0.95)
"""Trials from the best plan, and the least scores of the rows it is annealed among, in turn."""

_FEW = 12, 12, 24
_MORE = 30
"""Rows of the best scores that plans are annealed among, per site of a plan: plans from scratch, in turn; plans that settle."""

_FRESH = 48, 192
_SETTLED = 3
_GATHERING = 3
"""Plans from scratch in the first generation and in later ones; one in so many is settled; every third generation gathers elders."""

_LATER: tuple[TrialKind, ...] = ("cross", "cross", "cross", "reheat")
_IDLE = 12
"""Kinds of the later trials, and how many in turn that change nothing end a generation."""

_ELDERS = 16
_MOST_ELDERS = 96
_MOST_ANCESTORS = 500
"""Best plans of a generation that later ones gather, and the most of them all; the most of all that ever settled."""

_PATIENCE = 4
"""Times as many moves for the crossing of elders."""

_SCALES = (1.0, 0.4, 0.15, 0.06)
_SCALE_TRIALS = 4
"""Scales of the temperatures, and trials of each before the best is chosen."""

Valued = tuple[float, IndexArray]
"""Weight that a plan covers, and its rows, rising."""


class Pool:
    """
    Good plans, and what is to be tried next.

    Plans live in generations. Many are made from scratch, hot and short; the best of them are settled. Then they are crossed and
    annealed again, each better plan in the place of one it comes from, until nothing changes: another generation ends in another
    valley. Every third gathers the elders, the best plans of those before it; branch and bound unites what ever settled, and the
    elders are crossed with one another.

    Parameters
    ----------
    rows
        Rows of a first plan.
    """

    def __init__(self, rows: IndexArray) -> None:
        self._best: Valued = (-np.inf, np.sort(rows))
        self._fresh: list[Valued] = []
        self._settled: list[Valued] = []
        self._ancestors: list[Valued] = []
        self._elders: list[Valued] = []
        self._generation = 0
        self._age = 0
        self._n_idle = 0
        self._is_united = False
        self._n_tried = [0] * len(_SCALES)
        self._sum = [0.0] * len(_SCALES)

    @property
    def best(self) -> IndexArray:
        """Rows of the best plan there was."""
        return self._best[1]

    def add(self, problem: ReducedProblem, found: list[Found], trial: Trial | None = None) -> list[Valued]:
        """
        Take in plans that are new.

        Parameters
        ----------
        problem
            The problem whose plans are in the pool.
        found
            The plans.
        trial
            The trial they are from, if they are from one.

        Returns
        -------
        list of (float, IndexArray)
            Weight covered and rows, rising, of each plan.
        """
        valued = [(problem.covered(plan.rows), np.sort(plan.rows)) for plan in found]
        for plan in valued:
            if plan[0] > self._best[0]:
                self._best = plan
        if trial is None:
            return valued
        if trial.kind == "fresh":
            for plan in valued:
                self._learn(trial.scale, plan[0])
                _insert(self._fresh, plan)
        elif trial.kind in {"core", "settle", "union"}:
            for plan in valued:
                _insert(self._settled, plan)
        elif trial.kind in {"reheat", "cross"}:
            n_changed = sum(_replace(self._settled, one.parent, plan) for one, plan in zip(found, valued, strict=True))
            self._n_idle = 0 if n_changed else self._n_idle + 1
        return valued

    def renumbered(self, problem: ReducedProblem, core: ReducedProblem) -> Pool:
        """Return the pool of a part of the problem: plans lose the rows that are not in it, and are mended."""
        number = np.full(problem.n_rows, -1, dtype=np.int32)
        number[core.candidate] = np.arange(core.n_rows, dtype=np.int32)

        def mended(plan: Valued) -> Valued:
            left = number[plan[1]][number[plan[1]] >= 0]
            whole = left if len(left) == len(plan[1]) else polish(core, greedy(core, keep=left))
            return core.covered(whole), np.sort(whole)

        pool = copy(self)
        pool._best, pool._fresh, pool._settled, pool._ancestors, pool._elders = mended(self._best), [], [], [], []
        kinds = (self._fresh, self._settled, self._ancestors, self._elders), (pool._fresh, pool._settled, pool._ancestors, pool._elders)
        for old, new in zip(*kinds, strict=True):
            for plan in old:
                _insert(new, mended(plan))
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
            Seed of the trial, and moves of a round.
        seconds_left
            Time until the clock ends the search [s].
        """
        kind = self._next_kind(number)
        plans = self._plans_for(kind, np.random.default_rng(seed))
        least_score = 0.0
        if scores is not None:
            n_kept = (_FEW[number % len(_FEW)] if kind == "fresh" else _MORE) * len(self.best)
            ranked = -np.inf if n_kept >= len(scores) else float(np.partition(scores, -n_kept)[-n_kept])
            least_score = _CORE_SCORES[number % len(_CORE_SCORES)] if kind == "core" else ranked
        return Trial(
            kind=kind,
            problem=problem,
            plans=tuple(plans),
            scores=scores,
            least_score=least_score,
            scale=1.0 if kind == "core" else self._scale() if kind == "fresh" else _SCALES[self._best_scale],
            seed=seed,
            n_moves=moves_of(kind, n_moves) * (_PATIENCE if kind == "cross" and self._is_gathering else 1),
            seconds_left=seconds_left,
        )

    def _next_kind(self, number: int) -> TrialKind:
        """Return the kind of the next trial, which has a number, and count it."""
        if self._n_idle >= _IDLE:
            self._begin_generation()
        n_fresh = 0 if self._is_gathering else _FRESH[min(self._generation, len(_FRESH) - 1)]
        n_settled = n_fresh // _SETTLED
        age, self._age = self._age, self._age + 1
        if number < _CORE_TRIALS:
            return "core"
        if age < n_fresh:
            return "fresh"
        if age < n_fresh + n_settled and self._fresh:
            return "settle"
        if not self._is_united:
            self._is_united = True
            for plan in self._settled:
                _insert(self._ancestors, plan)
            del self._ancestors[_MOST_ANCESTORS:]
            if self._is_gathering or self._generation == 0:
                return "union"
        return _LATER[age % len(_LATER)] if len(self._settled) > 1 else "reheat"

    def _begin_generation(self) -> None:
        """Let the best plans be elders, and begin with none, or with the elders where it is time to gather them."""
        if not self._is_gathering:
            for plan in self._settled[:_ELDERS]:
                _insert(self._elders, plan)
        del self._elders[_MOST_ELDERS:]
        self._generation, self._age, self._n_idle, self._is_united = self._generation + 1, 0, 0, False
        self._fresh, self._settled = [], []
        if self._is_gathering:
            self._settled = self._elders.copy()
            _insert(self._settled, self._best)

    @property
    def _is_gathering(self) -> bool:
        """Whether this generation is of elders."""
        return self._generation % _GATHERING == _GATHERING - 1

    def _plans_for(self, kind: TrialKind, random: np.random.Generator) -> list[IndexArray]:
        """Return the plans that a trial of a kind begins from."""
        if kind == "fresh":
            return []
        if kind == "core":
            return [self.best]
        if kind == "settle":
            return [self._fresh.pop(0)[1]]
        if kind == "reheat":
            return [self._settled[int(random.integers(len(self._settled), size=2).min())][1]] if self._settled else [self.best]
        plans = self._ancestors if kind == "union" else self._settled
        return [rows for _, rows in plans] or [self.best]

    def _learn(self, scale: float, covered: float) -> None:
        """Take note of what a plan from scratch covers."""
        at = _SCALES.index(scale)
        self._n_tried[at] += 1
        self._sum[at] += covered

    @property
    def _best_scale(self) -> int:
        """Position of the scale whose plans from scratch cover most on average."""
        means = [total / n if n else -np.inf for total, n in zip(self._sum, self._n_tried, strict=True)]
        return int(np.argmax(means))

    def _scale(self) -> float:
        """Return the scale of a plan from scratch: each a few times, then the best."""
        begun = self._age - 1
        if self._generation == 0 and begun < _CORE_TRIALS + _SCALE_TRIALS * len(_SCALES):
            return _SCALES[begun % len(_SCALES)]
        return _SCALES[self._best_scale]


def _insert(plans: list[Valued], plan: Valued) -> None:
    """Put a plan that is new among others, the best first."""
    if not _holds(plans, plan):
        plans.append(plan)
        plans.sort(key=lambda one: -one[0])


def _replace(plans: list[Valued], parent: IndexArray | None, plan: Valued) -> bool:
    """Put a plan that is new in the place of a worse one: of its parent, or of the worst where that is gone; tell whether it did."""
    if not plans or _holds(plans, plan):
        return False
    place = next((at for at, (_, rows) in enumerate(plans) if parent is not None and np.array_equal(rows, parent)), -1)
    if plan[0] <= plans[place][0]:
        return False
    plans[place] = plan
    plans.sort(key=lambda one: -one[0])
    return True


def _holds(plans: list[Valued], plan: Valued) -> bool:
    """Tell whether a plan is among others."""
    return any(plan[0] == covered and np.array_equal(plan[1], rows) for covered, rows in plans)
