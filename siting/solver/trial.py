"""One attempt at better plans: annealing from a plan or from scratch, or parts of plans grafted on others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.kernels.graft import NO_PLAN, find_donors, part_keys, rows_around
from siting.solver.greedy import best_greedy
from siting.solver.local_search import least_gain, polish, search_by_swaps
from siting.solver.presolve import ReducedProblem, restrict

TrialKind = Literal["core", "fresh", "settle", "graft"]

_TEMPERATURES: dict[TrialKind, tuple[float, float]] = {"core": (1.0, 1.0), "fresh": (1.4, 2.0), "settle": (0.5, 0.8)}
"""First and last temperature of what is annealed, as shares of the usual ones."""

_MOVES: dict[TrialKind, float] = {"core": 1.0, "fresh": 0.1, "settle": 0.06}
"""Moves of an annealing, in those of a round."""

HOST_SHARE = 8
"""One in so many plans is a host in a trial."""


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
        ``"core"`` anneals the best plan among promising rows; ``"fresh"`` the greedy plan among few, around those it holds, hot;
        ``"settle"`` what came of that, among more, cold; ``"graft"`` gives the first plans the rows that others have in a part of the
        problem, where that improves them.
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
    part
        Least and most of all rows in the part of the problem that is grafted, as shares.
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
    part: tuple[float, float]
    scale: float
    seed: int
    n_moves: int

    def run(self, *, is_over: Callable[[], bool], on_moves: Callable[[int], None]) -> list[Found]:
        """
        Return the plans found. No swap, addition or removal improves those of ``"core"`` and ``"settle"``.

        Parameters
        ----------
        is_over
            Ends the attempt when true.
        on_moves
            Told the moves made so far.
        """
        if self.kind == "graft":
            return self._graft()
        is_promising = np.ones(self.problem.n_rows, dtype=np.bool_) if self.scores is None else self.scores >= self.least_score
        if self.kind == "fresh":
            is_promising[self.held] = False
            core = restrict(self.problem, np.flatnonzero(is_promising).astype(np.int64), beside=self.held)
            added = self._annealed(core, best_greedy(core), is_over, on_moves)
            return [Found(np.concatenate((self.held, added)), None)]
        start = self.plans[0]
        is_promising[start] = True
        core = restrict(self.problem, np.flatnonzero(is_promising).astype(np.int64))
        rows = self._annealed(core, np.searchsorted(core.candidate, np.sort(start)).astype(np.int32), is_over, on_moves)
        return [Found(polish(self.problem, rows), start if self.kind == "settle" else None)]

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

    def _graft(self) -> list[Found]:
        """Return the hosts that parts of other plans improve."""
        pattern, random = self.problem.pattern, np.random.default_rng(self.seed)
        state = random.integers(2**62, size=1).astype(np.uint64)
        n_hosts = -(-len(self.plans) // HOST_SHARE)
        hosts = list(self.plans[:n_hosts])
        plan_rows = np.concatenate(self.plans).astype(np.int32)
        plan_start = np.concatenate(([0], np.cumsum([len(rows) for rows in self.plans])))
        n_inside = max(1, round(random.uniform(*self.part) * self.problem.n_rows))
        is_inside = np.zeros(self.problem.n_rows, dtype=np.bool_)
        is_inside[rows_around(pattern, int(random.choice(plan_rows)), n_inside)] = True
        _, distinct, place = np.unique(part_keys(plan_start, plan_rows, is_inside), return_index=True, return_inverse=True)
        donors = np.empty(n_hosts, dtype=np.int32)
        find_donors(pattern, plan_start, plan_rows, is_inside, distinct, place[:n_hosts], least_gain(self.problem), state, donors)
        for at in np.flatnonzero(donors != NO_PLAN).tolist():
            host, donor = hosts[at], self.plans[donors[at]]
            hosts[at] = np.concatenate((host[~is_inside[host]], donor[is_inside[donor]]))
        return [Found(rows, parent) for rows, parent in zip(hosts, self.plans[:n_hosts], strict=True) if rows is not parent]


def moves_of(kind: TrialKind, n_moves: int) -> int:
    """Return the moves of a trial where a round has ``n_moves``."""
    return round(_MOVES.get(kind, 0.0) * n_moves)
