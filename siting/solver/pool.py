"""A pool of good plans, and the trials that look for better ones among and around them."""

from __future__ import annotations

from copy import copy, deepcopy
from typing import Literal

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.solver.choice import Choice
from siting.solver.greedy import greedy
from siting.solver.lagrangian import Prices
from siting.solver.local_search import polish
from siting.solver.population import Elite, Population, Valued
from siting.solver.presolve import ReducedProblem
from siting.solver.trial import Trial, TrialKind, moves_of
from siting.solver.unite import prices

_CORE_TRIALS = 4
_CORE_SCORES = (0.9, 0.8, 0.95)
"""Trials from the best plan, and the least scores of the rows it is annealed among, in turn."""

_FRESH_ROWS, _SETTLED_ROWS = (12, 12, 24), 30
"""Rows of the best scores that plans are annealed among, per site of a plan: plans from scratch, in turn, and plans that settle."""

_FIRST_PLANS, _MOST_PLANS = 48, 500
_PLAN_PAIRS = 5_500_000
"""Plans of the first generation, the most of a later one, and the pairs of all its plans together."""

_HELD_SHARE = 0.05
"""Share of the rows of a plan from scratch that are given to it and kept."""

_UNITED_PER_PLAN = 1.5
_UNITED_PLANS = 16
_FIRST_WIDTH = 100
"""Plans made per plan that has settled, of how many each, and the width of their sweeps; then half as many, twice as wide."""

_ELDERS, _LATE = 12, 64
"""Best plans of different worth that are kept of all generations; plans join them once the next level has so many trials or fewer."""

_MEETING = 32
"""Trials of the level in which the elders join the plans of a later generation."""

_REBUILDS = 120
_REBUILT_FROM = 48
_REBUILT_WIDTH = 1_600
"""Trials that rebuild parts of the elders after a generation, the settled plans each draws on, and the width of their sweeps."""

_SCALES = (1.0, 0.4, 0.15, 0.06)
_SCALE_TRIALS = 5
"""Scales of the temperatures, and trials of each before the best is chosen."""

_SHARES = (0.98, 0.98, 0.95)
"""Shares of the limits that prices are made for, in turn."""

_NO_ROWS: IndexArray = np.zeros(0, dtype=np.int32)

_Stage = Literal["fresh", "settle", "unite", "rebuild"]


class Pool:
    """
    Good plans, and what is to be tried next.

    Plans live in generations. Many are made from scratch, hot and short, each around a few rows that the others seldom have, and
    settled. Then they are united: each of some random plans become one, and so do those, level by level, half as many each time by
    sweeps twice as wide, until one or two are left. The elders, the best there were, join when few are left. Then parts of the elders
    are rebuilt. The first generation is small and quick: no rows are given to its plans, and nothing is rebuilt.

    Parameters
    ----------
    problem
        The problem.
    rows
        Rows of a first plan.
    """

    def __init__(self, problem: ReducedProblem, rows: IndexArray) -> None:
        self._best: Valued = problem.covered(rows), np.sort(rows)
        self._plans = Population()
        self._united = Population()
        self._elders = Elite(_ELDERS)
        self._unsettled: list[IndexArray] = []
        self._settled: list[IndexArray] = []
        self._generation = 0
        self._stage: _Stage = "fresh"
        self._level = 0
        self._has_met = False
        self._n_left = _FIRST_PLANS
        self._n_in_level = 0
        self._n_waiting = 0
        self._scale = Choice(_SCALES, _SCALE_TRIALS)
        self._prices: dict[float, Prices] = {}

    @property
    def best(self) -> IndexArray:
        """Rows of the best plan there was."""
        return self._best[1]

    @property
    def is_uniting(self) -> bool:
        """Whether the last trials united plans or rebuilt them; likely the next do."""
        return self._stage in ("unite", "rebuild")

    def add(self, problem: ReducedProblem, rows: IndexArray, trial: Trial | None = None) -> Valued:
        """
        Take in a plan.

        Parameters
        ----------
        problem
            The problem whose plans are in the pool.
        rows
            Rows of the plan.
        trial
            The trial it is from, if it is from one.

        Returns
        -------
        (float, IndexArray)
            Weight covered and rows, rising.
        """
        plan = (problem.covered(rows), np.sort(rows))
        if plan[0] > self._best[0]:
            self._best = plan
        if trial is not None:
            if trial.kind == "unite":
                self._united.add(plan)
            elif trial.kind == "rebuild":
                self._elders.add(plan)
            else:
                self._plans.add(plan)
            if trial.kind == "fresh":
                self._scale.learn(trial.scale, plan[0])
        return plan

    def end_trial(self) -> None:
        """Take note that a trial has ended, with a plan or without."""
        self._n_waiting -= 1

    def renumbered(self, problem: ReducedProblem, core: ReducedProblem) -> Pool:
        """Return the pool of a part of the problem: plans lose the rows that are not in it and are mended, elders have their turns anew."""
        number = np.full(problem.n_rows, -1, dtype=np.int32)
        number[core.candidate] = np.arange(core.n_rows, dtype=np.int32)

        def mended(rows: IndexArray) -> IndexArray:
            left = number[rows][number[rows] >= 0]
            return np.sort(left if len(left) == len(rows) else polish(core, greedy(core, keep=left)))

        def all_mended(population: Population | Elite) -> Population:
            return Population((core.covered(rows), rows) for rows in (mended(rows) for _, rows in population.plans))

        pool = copy(self)
        best = mended(self.best)
        pool._best = core.covered(best), best
        pool._plans, pool._united = all_mended(self._plans), all_mended(self._united)
        pool._elders = Elite(_ELDERS, all_mended(self._elders).plans)
        pool._unsettled, pool._settled = [mended(rows) for rows in self._unsettled], [mended(rows) for rows in self._settled]
        pool._scale = deepcopy(self._scale)
        pool._prices = {}
        return pool

    def trial(self, problem: ReducedProblem, scores: FloatArray | None, *, number: int, seed: int, n_moves: int) -> Trial | None:
        """
        Return the next trial; None where it has to wait for what others find.

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
        kind: TrialKind = "core"
        if number >= _CORE_TRIALS:
            while self._n_left == 0:
                if self._n_waiting:
                    return None
                self._go_on(problem)
            self._n_left -= 1
            kind = self._stage
        self._n_waiting += 1
        least_score = 0.0
        if kind == "core":
            least_score = _CORE_SCORES[number % len(_CORE_SCORES)]
        elif scores is not None:
            least_score = _nth_best(scores, (_FRESH_ROWS[number % len(_FRESH_ROWS)] if kind == "fresh" else _SETTLED_ROWS) * len(self.best))
        return Trial(
            kind=kind,
            problem=problem,
            plans=self._plans_for(kind, seed),
            scores=scores,
            least_score=least_score,
            held=self._held(problem, scores, seed) if kind == "fresh" and self._generation else _NO_ROWS,
            prices=self._prices_at(problem, _SHARES[number % len(_SHARES)]) if kind in ("unite", "rebuild") else None,
            width=_REBUILT_WIDTH if kind == "rebuild" else _FIRST_WIDTH << self._level,
            scale=1.0 if kind == "core" else self._scale.take() if kind == "fresh" else self._scale.best,
            seed=seed,
            n_moves=moves_of(kind, n_moves),
        )

    def _go_on(self, problem: ReducedProblem) -> None:
        """Begin the stage or the level after this one, or the next generation."""
        if self._stage == "fresh":
            self._stage = "settle"
            self._unsettled = [rows for _, rows in self._plans.plans]
            self._plans = Population()
            self._n_left = len(self._unsettled)
        elif self._stage == "settle":
            self._stage, self._level, self._has_met = "unite", 0, False
            self._settled = [rows for _, rows in self._plans.plans]
            self._n_left = self._n_in_level = round(_UNITED_PER_PLAN * len(self._plans))
        elif self._stage == "unite":
            self._plans, self._united = self._united, Population()
            self._level += 1
            self._n_in_level //= 2
            if self._n_in_level <= _MEETING and not self._has_met:
                self._meet()
            for plan in (self._best, *(self._plans.plans if self._n_in_level <= _LATE else ())):
                self._elders.add(plan)
            self._n_left = self._n_in_level if len(self._plans) > 1 and self._n_in_level > 1 else 0
            if self._n_left == 0:
                self._stage, self._n_left = "rebuild", _REBUILDS if self._generation else 0
        else:
            self._begin_generation(problem)

    def _meet(self) -> None:
        """Let the elders join the plans."""
        self._has_met = True
        for plan in (*self._elders.plans, self._best):
            self._plans.add(plan)

    def _begin_generation(self, problem: ReducedProblem) -> None:
        """Begin from scratch, with more plans than before."""
        self._generation += 1
        self._stage, self._plans, self._prices = "fresh", Population(), {}
        n_pairs = max(1, sum(len(problem.groups_of(row)) for row in self.best.tolist()))
        self._n_left = min(max(_FIRST_PLANS, _PLAN_PAIRS // n_pairs), _MOST_PLANS)

    def _plans_for(self, kind: TrialKind, seed: int) -> tuple[IndexArray, ...]:
        """Return the plans that a trial of a kind begins from."""
        if kind == "core":
            return (self.best,)
        if kind == "settle":
            return (self._unsettled.pop(),)
        if kind == "unite":
            return _drawn([rows for _, rows in self._plans.plans], _UNITED_PLANS, seed)
        if kind == "rebuild":
            return self._elders.take(), *_drawn(self._settled, _REBUILT_FROM, seed)
        return ()

    def _prices_at(self, problem: ReducedProblem, share: float) -> Prices:
        """Return the prices for a share of the limits, found once for each generation and each part of the problem."""
        if share not in self._prices:
            self._prices[share] = prices(problem, self.best, share)
        return self._prices[share]

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


def _drawn(plans: list[IndexArray], n: int, seed: int) -> tuple[IndexArray, ...]:
    """Return some of the plans, drawn at random."""
    return tuple(plans[at] for at in np.random.default_rng(seed).choice(len(plans), min(n, len(plans)), replace=False).tolist())


def _nth_best(scores: FloatArray, n: int) -> float:
    """Return the least of the n best scores."""
    return -np.inf if n >= len(scores) else float(np.partition(scores, -n)[-n])
