"""
Branch and bound on the number of sites in a region.

Sites replace one another: with one site more open or closed, its neighbours take over and the bound stays where it is. How
many sites a whole region has is another matter: where the relaxation has 3.4 sites, plans have 3 or 4, and either costs it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.kernels.lagrangian import DualState
from siting.kernels.regions import Counts, descend_within
from siting.solver.cuts import Cuts
from siting.solver.dual_bound import bound_within
from siting.solver.presolve import ReducedProblem
from siting.solver.regions import halve

PART_STEPS = 120
_FIRST_SCALE = 0.1
_STEPS_AT_ONCE = 20
"""Steps for each part at most, length of the first as a share of Polyak's, and steps between two looks at the clock."""

_LEAST_FRACTION = 0.2
_PER_LEVEL = 0.1
"""Least distance of a count from a whole number worth branching on, and how much of it a level further down is worth."""

_MOST_OPEN_VALUES = 5e7
"""Multipliers of all open parts together at most."""

_TRIED_PARTS = 48
_MOST_HALVINGS = 100.0
"""Parts after which the tree is judged, and halvings until the gap is closed, each at the mean gain so far, that are too many."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """
    The plans that keep some counts.

    Attributes
    ----------
    bound
        None of them covers more, base weight included.
    counts
        Least and most sites of each region.
    multiplier, direction, average
        The best multipliers found for it, the last direction of the steps, and the average choice of rows.
    region, split
        Region to branch on: at most ``split`` sites, or more. No region (-1) where only one plan is left.
    """

    bound: float
    counts: Counts
    multiplier: NDArray[np.float32]
    direction: NDArray[np.float32]
    average: NDArray[np.float32]
    region: int
    split: int


class RegionTree:
    """
    All plans of a problem, divided by how many sites they have in which region.

    Parameters
    ----------
    problem
        A reduced problem without a budget, of a few thousand rows at most.
    cuts
        Cuts that every plan keeps.
    state
        Where the steps of the bound stand, with entries for these cuts.
    bound
        No plan covers more, base weight included.
    """

    def __init__(self, problem: ReducedProblem, cuts: Cuts, state: DualState, bound: float) -> None:
        self._problem = problem
        self._rows = cuts.extend(problem)
        self._groups = cuts.compressed
        self._regions = halve(problem)
        size = self._regions.stop - self._regions.start
        level = np.round(math.log2(problem.n_rows) - np.log2(size))
        deepest = math.ceil(math.log2(problem.max_rows)) if problem.max_rows > 1 else 1
        self._depth = np.minimum(level, deepest) - np.maximum(level - deepest, 0)
        self._open: list[tuple[float, int, _Part]] = []
        self._closed = -math.inf
        self._gain = 0.0
        self._is_hopeless = False
        self.n_parts = 0
        self._n_pushed = 0
        counts = Counts(np.zeros(len(size), dtype=np.int32), np.minimum(size, problem.max_rows).astype(np.int32))
        self._push(self._part(bound, counts, state))

    @property
    def bound(self) -> float:
        """No plan covers more, base weight included."""
        return max(self._closed, -self._open[0][0] if self._open else -math.inf)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to divide, no use in it, or no room for it."""
        is_full = len(self._open) * len(self._open[0][2].multiplier) > _MOST_OPEN_VALUES if self._open else True
        return is_full or self._is_hopeless or self._closed >= self.bound

    def grow(self, *, n_parts: int, covered: float, enough: float, is_over: Callable[[], bool], other_core: Executor | None = None) -> None:
        """
        Divide the parts of the highest bounds.

        Parameters
        ----------
        n_parts
            Parts to bound.
        covered
            Weight of the best plan, base weight included.
        enough
            Bound at which a part is divided no further, base weight included.
        is_over
            Ends the work when true.
        other_core
            Divides every second part, where there is one to help.
        """
        until = self.n_parts + n_parts
        while self.n_parts < until and not self.is_done and not is_over():
            parts = self._pop(enough, 1 if other_core is None else 2)
            beside = [other_core.submit(self._halves, part, covered, enough, is_over) for part in parts[1:] if other_core is not None]
            found = [self._halves(part, covered, enough, is_over) for part in parts[:1]] + [halves.result() for halves in beside]
            for part, halves in zip(parts, found, strict=True):
                self._replace(part, halves, covered)

    def _pop(self, enough: float, n: int) -> list[_Part]:
        """Take out the parts of the highest bounds, n at most, and close those that are divided no further."""
        parts: list[_Part] = []
        while self._open and len(parts) < n:
            part = heapq.heappop(self._open)[2]
            if part.bound <= enough or part.region < 0:
                self._closed = max(self._closed, part.bound)
            else:
                parts.append(part)
        return parts

    def _replace(self, part: _Part, halves: list[_Part], covered: float) -> None:
        """Put the halves of a part in its place, and judge whether dividing pays."""
        self._gain += (2 - len(halves)) * (part.bound - covered)
        for half in halves:
            self._push(half)
            self._gain += min(part.bound - half.bound, part.bound - covered)
        self.n_parts += 2
        if self.n_parts == _TRIED_PARTS:
            self._is_hopeless = self.bound - covered > _MOST_HALVINGS * self._gain / self.n_parts

    def _push(self, part: _Part) -> None:
        self._n_pushed += 1
        heapq.heappush(self._open, (-part.bound, self._n_pushed, part))

    def _halves(self, part: _Part, covered: float, enough: float, is_over: Callable[[], bool]) -> list[_Part]:
        """Return the plans with few sites in the region to branch on, and those with more; without a side that has no plans."""
        least, most = part.counts.least.copy(), part.counts.most.copy()
        most[part.region] = part.split
        least[part.region] = part.split + 1
        sides = [Counts(part.counts.least, most), Counts(least, part.counts.most)]
        halves = [self._bounded(part, counts, covered, enough, is_over) for counts in sides]
        return [half for half in halves if half is not None]

    def _bounded(self, part: _Part, counts: Counts, covered: float, enough: float, is_over: Callable[[], bool]) -> _Part | None:
        """Return the plans of a part that keep tighter counts, their bound lowered by steps; None where there are none."""
        problem, regions = self._problem, self._regions
        state = self._begin(part)
        goal = (math.floor(enough) + 0.99 if problem.is_integral else enough) - problem.base_weight
        for _ in range(0, PART_STEPS, _STEPS_AT_ONCE):
            if not descend_within(self._rows, self._groups, regions, counts, state, _STEPS_AT_ONCE, covered - problem.base_weight, goal):
                return None
            if state.best[0] < goal or is_over():
                break
        bound = bound_within(problem, state.best_multiplier, rows=self._rows, groups=self._groups, regions=regions, counts=counts)
        return self._part(min(bound, part.bound), counts, state)

    def _begin(self, part: _Part) -> DualState:
        """Return the steps of a part, gone on from those of the part it is from."""
        multiplier = part.multiplier.astype(np.float64)
        return DualState(
            multiplier=multiplier,
            direction=part.direction.astype(np.float64),
            best_multiplier=multiplier.copy(),
            average=part.average.astype(np.float64),
            price=np.zeros(1),
            best_price=np.zeros(1),
            best=np.full(1, np.inf),
            step_scale=np.full(1, _FIRST_SCALE),
            stalled=np.zeros(1, dtype=np.int64),
            n_steps=np.zeros(1, dtype=np.int64),
        )

    def _part(self, bound: float, counts: Counts, state: DualState) -> _Part:
        """Return a part, and where the average choice of rows suggests to divide it: small regions first, if not too small."""
        regions = self._regions
        before = np.concatenate([[0.0], np.cumsum(state.average[regions.rows])])
        n_sites = before[regions.stop] - before[regions.start]
        fraction = np.abs(n_sites - np.round(n_sites))
        worth = np.where(fraction > _LEAST_FRACTION, fraction + _PER_LEVEL * self._depth, fraction - len(regions.left))
        worth[counts.least >= counts.most] = -np.inf
        worth[-1] = -np.inf
        region, split = int(np.argmax(worth)), 0
        if worth[region] > -np.inf:
            split = min(max(math.floor(n_sites[region]), int(counts.least[region])), int(counts.most[region]) - 1)
        else:
            region = -1
            bound = min(bound, self._problem.covered(regions.rows[counts.least[regions.left < 0] > 0]))
        return _Part(
            bound=bound,
            counts=counts,
            multiplier=state.best_multiplier.astype(np.float32),
            direction=state.direction.astype(np.float32),
            average=state.average.astype(np.float32),
            region=region,
            split=split,
        )
