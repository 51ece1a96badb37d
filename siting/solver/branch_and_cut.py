"""
Branch and cut: plans are divided by whether they cover a group, and each part has its relaxation cut again.

What a group's rows do together decides more than whether one of them is open, for a closed site has neighbours that take over.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.solver.confines import Confines
from siting.solver.dual_bound import bound_confined
from siting.solver.linear_program import LinearProgram, Vertex
from siting.solver.presolve import ReducedProblem

_MOST_CUTTINGS = 4
_WORTH_CUTTING = 0.02
"""Times that the relaxation of a part is cut at most, and share of the gap that must close for it to be cut again."""

_CANDIDATES = 24
_LEAST_FRACTION = 0.05
_MOST_TRIED = 8
_TRY_ITERATIONS = 150
_KNOWN_AFTER = 4
"""
Groups looked at for a branching, and the least part to which they are covered or not; how many of them are tried, by how many iterations
for each side; and after how many branchings a group is known well enough not to be tried.
"""

_LEAST_SHARE = 1e-6
"""Least part to which a row is open or not that can be branched on; rows are where no group is left to branch on."""

_MOST_OPEN_VALUES = 3e8
"""Rows and groups of all open parts together at most."""


class _Part(NamedTuple):
    """Some of the plans, none of which covers more than ``bound``, base weight included."""

    bound: float
    confines: Confines


class _Found(NamedTuple):
    """Parts that are still open, the highest bound of those that cannot be divided, the best rows met, and the parts looked at."""

    left: list[_Part]
    closed: float
    rows: IndexArray | None
    n_nodes: int


class _Worker:
    """Divides parts, one after the other, on one core."""

    def __init__(self, problem: ReducedProblem, program: LinearProgram) -> None:
        self._problem = problem
        self._program = program
        self._gain = np.zeros((2, problem.n_groups))
        self._n_known = np.zeros((2, problem.n_groups))

    def divide(self, parts: list[_Part], *, covered: float, n_iterations: int, is_over: Callable[[], bool]) -> _Found:
        """Divide the parts of the highest bounds, and what becomes of each down to where nothing better is left."""
        last = self._program.n_iterations + n_iterations
        heap = [(-one.bound, at, one) for at, one in enumerate(parts)]
        heapq.heapify(heap)
        closed, best, n_nodes, n_pushed = -math.inf, None, 0, len(heap)
        part: _Part | None = None
        while (part is not None or heap) and self._program.n_iterations < last and not is_over():
            part = heapq.heappop(heap)[2] if part is None else part
            if part.bound <= covered:
                part = None
                continue
            bounded, vertex = self._bound(part, covered, is_over)
            if is_over():
                break
            n_nodes += 1
            if vertex is not None and bounded.bound > covered:
                rows = self._rounded(vertex, bounded)
                if self._problem.covered(rows) > covered:
                    covered, best = self._problem.covered(rows), rows
            halves = None if vertex is None or bounded.bound <= covered else self._halves(bounded, vertex, covered, is_over)
            if halves is None:
                closed, part = max(closed, bounded.bound), None
                continue
            other, part = halves
            heapq.heappush(heap, (-other.bound, n_pushed, other))
            n_pushed += 1
        left = [one for _, _, one in heap] + ([] if part is None else [part])
        return _Found(left, closed if closed > covered else -math.inf, best, n_nodes)

    def _bound(self, part: _Part, covered: float, is_over: Callable[[], bool]) -> tuple[_Part, Vertex | None]:
        """Return a part with its bound, and its rows that matter, and where its relaxation stands, if it has a solution."""
        problem = self._problem
        enough = covered + 0.5 - problem.base_weight
        for n_cuttings in range(1 + _MOST_CUTTINGS):
            self._program.confine(part.confines)
            vertex = self._program.solve(is_over, enough=enough)
            if vertex is None:
                break
            bound, is_needed = bound_confined(problem, vertex.multiplier, vertex.cuts, part.confines, covered=covered)
            is_worth = n_cuttings == 0 or part.bound - bound >= _WORTH_CUTTING * (part.bound - covered)
            part = _Part(min(part.bound, bound), part.confines._replace(is_closed=~is_needed))
            if part.bound <= covered or not is_worth or n_cuttings == _MOST_CUTTINGS or is_over():
                break
            if not len(self._program.cut(vertex, is_over).violated):
                break
        return part, vertex

    def _rounded(self, vertex: Vertex, part: _Part) -> IndexArray:
        """Return the rows that are open most."""
        share = np.where(part.confines.is_closed, -1.0, vertex.share)
        return np.sort(np.argsort(-share, kind="stable")[: self._problem.max_rows]).astype(np.int32)

    def _choose(self, vertex: Vertex, part: _Part, covered: float, is_over: Callable[[], bool]) -> int | None:
        """Return the group whose being covered or not costs the bound most, on the side where it costs less and on the other."""
        short = np.where(part.confines.is_asked, 0.0, vertex.short)
        part_of = np.minimum(short, 1.0 - short)
        likely = np.argsort(-self._problem.weight * part_of, kind="stable")[:_CANDIDATES]
        likely = likely[part_of[likely] > _LEAST_FRACTION]
        if not len(likely):
            return None
        gap = part.bound - covered
        mean = self._gain.sum(axis=1) / np.maximum(self._n_known.sum(axis=1), 1.0)
        guess = np.where(self._n_known > 0, self._gain / np.maximum(self._n_known, 1.0), mean[:, None])[:, likely]
        rank = np.argsort(-_score(guess, gap), kind="stable") if self._n_known.sum() else np.arange(len(likely))
        best, best_score, n_tried = int(likely[rank[0]]), -1.0, 0
        for at in rank.tolist():
            group = int(likely[at])
            losses = guess[:, at]
            if self._n_known[:, group].min() < _KNOWN_AFTER and n_tried < _MOST_TRIED and not is_over():
                n_tried += 1
                losses = np.array(self._program.losses(group, n_iterations=_TRY_ITERATIONS))
                self._gain[:, group] += np.minimum(losses, gap)
                self._n_known[:, group] += 1.0
            score = float(_score(losses, gap))
            if score > best_score:
                best, best_score = group, score
        return best

    def _halves(self, part: _Part, vertex: Vertex, covered: float, is_over: Callable[[], bool]) -> tuple[_Part, _Part] | None:
        """Return the plans of a part on either side of what they are divided by; None where nothing is open or covered in part."""
        confines, group = part.confines, self._choose(vertex, part, covered, is_over)
        if group is not None:
            sides = confines.covering(group), confines.without(self._problem.rows_serving(group))
        else:
            part_of = np.minimum(vertex.share, 1.0 - vertex.share)
            row = int(np.argmax(part_of))
            if part_of[row] < _LEAST_SHARE:
                return None
            sides = confines.opening(row), confines.without(np.array([row], dtype=np.int32))
        return part._replace(confines=sides[0]), part._replace(confines=sides[1])


def _score(losses: FloatArray, gap: float) -> FloatArray:
    """Return how much a branching is worth that costs the bound so much on its sides."""
    score: FloatArray = np.prod(np.clip(losses, 1.0, gap), axis=0)
    return score


class BranchAndCut:
    """
    All plans of a problem, divided by which groups they cover.

    Parameters
    ----------
    problem
        A reduced problem of whole weights and without a budget.
    program
        Its relaxation; it belongs to the tree from now on.
    bound
        No plan covers more, base weight included.

    Attributes
    ----------
    n_nodes
        Parts looked at so far.
    """

    def __init__(self, problem: ReducedProblem, program: LinearProgram, bound: float) -> None:
        self._open = [_Part(bound, Confines.none(problem))]
        self._closed = -math.inf
        self._workers = tuple(_Worker(problem, one) for one in (program, program.copy()))
        self._problem = problem
        self._size = problem.n_rows + problem.n_groups
        self.n_nodes = 0

    @property
    def bound(self) -> float:
        """No plan covers more, unless it is known, base weight included; minus infinity where none does."""
        return max([self._closed, *(one.bound for one in self._open)])

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to divide, no use in it, or no room for it."""
        return self._closed >= self.bound or len(self._open) * self._size > _MOST_OPEN_VALUES

    def grow(
        self, *, n_iterations: int, covered: float, is_over: Callable[[], bool], cores: tuple[Executor, Executor]
    ) -> IndexArray | None:
        """
        Divide the parts of the highest bounds, and return rows that cover more than what is known, if any were met.

        Parameters
        ----------
        n_iterations
            Iterations of the simplex method, on each core, after which no part is begun; while there is only one part, it is the only one.
        covered
            Weight that the best plan known covers, base weight included; parts that hold no better one are left.
        is_over
            Ends the work when true.
        cores
            Each works on every other part, on a thread of its own (HiGHS keeps settings for each thread).
        """
        ranked = sorted(self._open, key=lambda one: -one.bound)
        most = n_iterations if len(ranked) > 1 else 1

        def divide(at: int) -> _Found:
            return self._workers[at].divide(ranked[at::2], covered=covered, n_iterations=most, is_over=is_over)

        found = [one.result() for one in [core.submit(divide, at) for at, core in enumerate(cores)]]
        self._open = [part for one in found for part in one.left]
        self._closed = max(self._closed, *(one.closed for one in found))
        self.n_nodes += sum(one.n_nodes for one in found)
        rows = [one.rows for one in found if one.rows is not None]
        return max(rows, key=self._problem.covered) if rows else None
