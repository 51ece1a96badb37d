"""One attempt at better plans: annealing from a plan or from scratch, parts of plans grafted on others, or the best plan among many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray
from siting.kernels.graft import NO_PLAN, find_donors, part_keys, rows_around
from siting.solver.cuts import Cuts
from siting.solver.exact import finish
from siting.solver.greedy import best_greedy
from siting.solver.local_search import least_gain, polish, search_by_swaps
from siting.solver.presolve import ReducedProblem, restrict

TrialKind = Literal["core", "fresh", "settle", "graft", "union"]

_TEMPERATURES: dict[TrialKind, tuple[float, float]] = {"core": (1.0, 1.0), "fresh": (1.4, 2.0), "settle": (0.5, 0.8)}
"""First and last temperature of what is annealed, as shares of the usual ones."""

_MOVES: dict[TrialKind, float] = {"core": 1.0, "fresh": 0.1, "settle": 0.06}
"""Moves of an annealing, in those of a round."""

HOST_SHARE = 8
"""One in so many plans is a host in a trial."""

_LEAST_PART, _LARGEST_PART = 0.08, 0.5
"""Share of the rows in the part of the problem that a trial grafts."""

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
        that, among more, cold; ``"graft"`` gives the first plans the rows that others have in a part of the problem, where that
        improves them; ``"union"`` asks branch and bound for the best plan among the rows of many.
    problem
        The problem.
    plans
        Plans it begins from; none for ``"fresh"``.
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
        Return the plans found. No swap, addition or removal improves the best of them.

        Parameters
        ----------
        is_over
            Ends the attempt when true.
        on_moves
            Told the moves made so far.
        """
        if self.kind == "union":
            return self._unite()
        if self.kind == "graft":
            return self._graft()
        start = self.plans[0] if self.plans else None
        is_promising = np.ones(self.problem.n_rows, dtype=np.bool_) if self.scores is None else self.scores >= self.least_score
        found = self._anneal_among(is_promising, start, is_over, on_moves)
        return [Found(found, start if self.kind == "settle" else None)]

    def _anneal_among(
        self, is_promising: BoolArray, start: IndexArray | None, is_over: Callable[[], bool], on_moves: Callable[[int], None]
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
            seed=self.seed,
            n_moves=self.n_moves,
            hot=self.scale * hot,
            cold=self.scale * cold,
            is_over=is_over,
            on_moves=on_moves,
        )
        return polish(self.problem, core.candidate[rows].astype(np.int32))

    def _graft(self) -> list[Found]:
        """Return the hosts that parts of other plans improve."""
        pattern, random = self.problem.pattern, np.random.default_rng(self.seed)
        state = random.integers(2**62, size=1).astype(np.uint64)
        n_hosts = -(-len(self.plans) // HOST_SHARE)
        hosts = list(self.plans[:n_hosts])
        plan_rows = np.concatenate(self.plans).astype(np.int32)
        plan_start = np.concatenate(([0], np.cumsum([len(rows) for rows in self.plans])))
        around = rows_around(pattern, int(random.choice(plan_rows)))
        is_inside = np.zeros(self.problem.n_rows, dtype=np.bool_)
        is_inside[around[: round(random.uniform(_LEAST_PART, _LARGEST_PART) * len(around))]] = True
        _, distinct, place = np.unique(part_keys(plan_start, plan_rows, is_inside), return_index=True, return_inverse=True)
        donors = np.empty(n_hosts, dtype=np.int32)
        find_donors(pattern, plan_start, plan_rows, is_inside, distinct, place[:n_hosts], least_gain(self.problem), state, donors)
        for at in np.flatnonzero(donors != NO_PLAN).tolist():
            host, donor = hosts[at], self.plans[donors[at]]
            hosts[at] = np.concatenate((host[~is_inside[host]], donor[is_inside[donor]]))
        grafted = [Found(rows, parent) for rows, parent in zip(hosts, self.plans[:n_hosts], strict=True) if rows is not parent]
        if grafted:
            best = max(range(len(grafted)), key=lambda at: self.problem.covered(grafted[at].rows))
            grafted[best] = Found(polish(self.problem, grafted[best].rows.astype(np.int32)), grafted[best].parent)
        return grafted

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
    """Return the moves of a trial where a round has ``n_moves``."""
    return round(_MOVES.get(kind, 0.0) * n_moves)
