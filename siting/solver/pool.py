"""A pool of good plans, and the trials that look for better ones among and around them."""

from __future__ import annotations

from copy import copy
from typing import Literal

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.solver.greedy import greedy
from siting.solver.local_search import polish
from siting.solver.population import Population, Valued
from siting.solver.presolve import ReducedProblem
from siting.solver.trial import HOST_SHARE, Found, Trial, TrialKind, moves_of

_CORE_TRIALS = 4
_CORE_SCORES = (0.9, 0.8, 0.95)
"""Trials from the best plan, and the least scores of the rows it is annealed among, in turn."""

_FRESH_ROWS, _SETTLED_ROWS = (12, 12, 24), 30
"""Rows of the best scores that plans are annealed among, per site of a plan: plans from scratch, in turn, and plans that settle."""

_FIRST_PLANS, _MOST_PLANS = 48, 600
_PLAN_PAIRS = 5_500_000
"""Plans of the first generation, the most of a later one, and the pairs of all its plans together."""

_HELD_SHARE = 0.05
"""Share of the rows of a plan from scratch that are given to it and kept."""

_PARTS = ((0.01, 0.05), (0.02, 0.1), (0.04, 0.2), (0.08, 0.4), (0.08, 0.5))
_MOST_PASSES = 240
_LEAST_CHANGED = 6
"""
Least and most of the rows in a part that is grafted, one pair after the other; passes of each at most, and the plans that a round of
grafts must change to be followed by another.
"""

_ELDERS = 16
_MOST_ELDERS = 96
"""Best plans of a generation that later ones gather, and the most of them all."""

_SCALES = (1.0, 0.4, 0.15, 0.06)
_SCALE_TRIALS = 4
"""Scales of the temperatures, and trials of each before the best is chosen."""

_NO_ROWS: IndexArray = np.zeros(0, dtype=np.int32)

_Stage = Literal["fresh", "settle", "merge", "gather"]
_STAGES: tuple[_Stage, ...] = ("fresh", "settle", "merge", "gather")
_KINDS: dict[_Stage, TrialKind] = {"fresh": "fresh", "settle": "settle", "merge": "graft", "gather": "graft"}
"""What a generation goes through, and the kind of trials of each stage."""


class Pool:
    """
    Good plans, and what is to be tried next.

    Plans live in generations. Many are made from scratch, hot and short, each around a few rows that the others seldom have; all are
    settled, and parts of them are grafted on others, small parts first, each better plan in the place of the one it comes from, until
    little changes. Then the elders, the best of earlier generations, join them. The first generation is small and quick: no rows are
    given to its plans, and the largest parts are grafted straight away.

    Parameters
    ----------
    rows
        Rows of a first plan.
    """

    def __init__(self, rows: IndexArray) -> None:
        self._best: Valued = (-np.inf, np.sort(rows))
        self._plans = Population()
        self._elders = Population()
        self._unsettled: list[IndexArray] = []
        self._generation = 0
        self._stage: _Stage = "fresh"
        self._age = 0
        self._part = 0
        self._n_changed = 0
        self._n_waiting = 0
        self._n_tried = [0] * len(_SCALES)
        self._sum = [0.0] * len(_SCALES)

    @property
    def best(self) -> IndexArray:
        """Rows of the best plan there was."""
        return self._best[1]

    @property
    def is_grafting(self) -> bool:
        """Whether the last trials were grafts; likely the next are."""
        return _KINDS[self._stage] == "graft"

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
        self._n_waiting -= 1
        for one, plan in zip(found, valued, strict=True):
            if one.parent is not None:
                self._n_changed += self._plans.replace(one.parent, plan)
            else:
                self._plans.add(plan)
            if trial.kind == "fresh":
                self._learn(trial.scale, plan[0])
                if self._stage == "settle":  # plans begun last come when the first of the others settle
                    self._unsettled.append(plan[1])
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
        pool._best = mended(self._best)
        pool._plans = Population(mended(plan) for plan in self._plans.plans)
        pool._elders = Population(mended(plan) for plan in self._elders.plans)
        pool._unsettled = [rows for _, rows in pool._plans.plans] if self._unsettled else []
        return pool

    def trial(
        self,
        problem: ReducedProblem,
        scores: FloatArray | None,
        *,
        number: int,
        seed: int,
        n_moves: int,
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
        """
        if number < _CORE_TRIALS:
            kind: TrialKind = "core"
        else:
            while self._is_stage_over(problem):
                self._next_stage()
            kind = _KINDS[self._stage]
        age, self._age = self._age, self._age + 1
        self._n_waiting += 1
        least_score = 0.0
        if kind == "core":
            least_score = _CORE_SCORES[number % len(_CORE_SCORES)]
        elif scores is not None:
            least_score = _nth_best(scores, (_FRESH_ROWS[number % len(_FRESH_ROWS)] if kind == "fresh" else _SETTLED_ROWS) * len(self.best))
        return Trial(
            kind=kind,
            problem=problem,
            plans=tuple(self._plans_for(kind, age)),
            scores=scores,
            least_score=least_score,
            held=self._held(problem, scores, seed) if kind == "fresh" and self._generation else _NO_ROWS,
            part=_PARTS[self._part],
            scale=1.0 if kind == "core" else self._scale() if kind == "fresh" else _SCALES[self._best_scale],
            seed=seed,
            n_moves=moves_of(kind, n_moves),
        )

    def _is_stage_over(self, problem: ReducedProblem) -> bool:
        """Tell whether the stage has had its trials."""
        if self._stage == "fresh":
            return self._age >= self._n_fresh(problem)
        if self._stage == "settle":
            return not self._unsettled
        if len(self._plans) < 2 or (self._stage == "gather" and not self._elders):
            return True
        return self._is_merged()

    def _is_merged(self) -> bool:
        """Go on to larger parts where the grafts of the last round have changed little; tell whether there are none."""
        if self._age == 0 or self._n_waiting:
            return False
        n_changed, self._n_changed = self._n_changed, 0
        if self._age < _MOST_PASSES * HOST_SHARE and n_changed >= _LEAST_CHANGED:
            return False
        self._age = 0
        self._part = (self._part + 1) % len(_PARTS)
        return self._part == 0

    def _next_stage(self) -> None:
        """Begin the stage after this one, or the next generation."""
        if self._stage == _STAGES[-1]:
            for plan in self._plans.best_first[:_ELDERS]:
                self._elders.add(plan)
            self._elders = Population(self._elders.best_first[:_MOST_ELDERS])
            self._plans = Population()
            self._generation += 1
        self._stage = _STAGES[(_STAGES.index(self._stage) + 1) % len(_STAGES)]
        self._age = self._n_changed = 0
        self._part = 0 if self._generation else len(_PARTS) - 1
        if self._stage == "settle":
            self._unsettled = [rows for _, rows in self._plans.plans]
        if self._stage == "gather":
            for plan in (*self._elders.plans, self._best):
                self._plans.add(plan)

    def _n_fresh(self, problem: ReducedProblem) -> int:
        """Return the number of plans from scratch in this generation."""
        if self._generation == 0:
            return _FIRST_PLANS
        n_pairs = max(1, sum(len(problem.groups_of(row)) for row in self.best.tolist()))
        return min(max(_FIRST_PLANS, _PLAN_PAIRS // n_pairs), _MOST_PLANS)

    def _plans_for(self, kind: TrialKind, age: int) -> list[IndexArray]:
        """Return the plans that a trial of a kind begins from."""
        if kind == "core":
            return [self.best]
        if kind == "settle":
            return [self._unsettled.pop()]
        if kind == "graft":
            plans = [rows for _, rows in self._plans.plans]
            first = age % HOST_SHARE * len(plans) // HOST_SHARE
            return plans[first:] + plans[:first]
        return []

    def _held(self, problem: ReducedProblem, scores: FloatArray | None, seed: int) -> IndexArray:
        """Return a few promising rows that the plans of this generation seldom have, no two of which share a group."""
        most, budget = round(_HELD_SHARE * len(self.best)), problem.budget_yen
        promising = np.arange(problem.n_rows)
        if scores is not None:
            promising = np.flatnonzero(scores >= _nth_best(scores, _FRESH_ROWS[0] * len(self.best)))
        n_used = np.bincount(np.concatenate([_NO_ROWS, *(rows for _, rows in self._plans.plans)]), minlength=problem.n_rows)
        odds = np.random.default_rng(seed).random(len(promising)) * (1 + n_used[promising])
        is_served, held = np.zeros(problem.n_groups, dtype=np.bool_), _NO_ROWS
        for row in promising[np.argsort(odds)].tolist():
            if len(held) == most:
                break
            groups = problem.groups_of(row)
            is_dear = budget is not None and problem.cost_yen[held].sum() + problem.cost_yen[row] > budget
            if not (is_dear or is_served[groups].any()):
                is_served[groups] = True
                held = np.append(held, np.int32(row))
        return held

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
        if self._generation == 0 and begun < _SCALE_TRIALS * len(_SCALES) + _CORE_TRIALS:
            return _SCALES[begun % len(_SCALES)]
        return _SCALES[self._best_scale]


def _nth_best(scores: FloatArray, n: int) -> float:
    """Return the least of the n best scores."""
    return -np.inf if n >= len(scores) else float(np.partition(scores, -n)[-n])
