"""The bound: no plan within the rules covers more."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.lagrangian import DualState, descend_dual, row_values
from siting.solver.cuts import Cuts, separate
from siting.solver.dual_bound import proven_bound
from siting.solver.linear_program import LinearProgram, Vertex
from siting.solver.presolve import ReducedProblem
from siting.solver.region_tree import RegionTree
from siting.solver.row_worth import row_prices, scores

_STEPS_AT_ONCE = 10
_LEAST_VIOLATION = 0.05
_MOST_CUTS_PER_ROW = 1
_RESTART_SCALE = 0.012
"""Length of the first step after cuts have come or rows have gone: short, for the multipliers are nearly right; halved when in vain."""

_LEAST_RESTART_SCALE = _RESTART_SCALE / 16.0
_MARGIN = 1e-9
"""Share of the weight that rounding may cost."""


class Prices(NamedTuple):
    """What the relaxation asks for covering each group, at most its weight, shape (m,), and for opening each row, shape (n,)."""

    group: FloatArray
    row: FloatArray


class LagrangianDual:
    """
    The dual of a reduced problem, on its way down.

    The constraints "a group is covered only by an open row" are relaxed with one multiplier for each group, the budget with
    a price per yen; what is left is the choice of the most valuable rows, which is easy. Every set of multipliers gives a
    bound; subgradient steps look for a low one.

    Parameters
    ----------
    problem
        The reduced problem; it must have rows, and at least one of them may be opened.
    chosen
        Rows of a good plan. The multipliers start from the full weight where it covers nothing, else from an equal share
        for each row that covers.

    References
    ----------
    Galvao and ReVelle (1996), A Lagrangean heuristic for the maximal covering location problem; Camerini, Fratta and
    Maffioli (1975) for the deflected direction; Polyak (1969) for the length of a step.
    """

    def __init__(self, problem: ReducedProblem, chosen: IndexArray) -> None:
        count = problem.count_servers(chosen)
        multiplier = problem.weight / np.maximum(count, 1.0)
        average = np.zeros(problem.n_rows)
        average[chosen] = 1.0
        self._problem = problem
        self._cuts = Cuts.none()
        self._cut_at = 0
        self._is_settled = False
        self._best_at_cuts = np.inf
        self._restart_scale = _RESTART_SCALE
        self._rows = problem.pattern
        self._program: LinearProgram | None = None
        self._wanted = Cuts.none()
        self._is_at_vertex = False
        self._state = DualState(
            multiplier=multiplier,
            direction=np.maximum(count, 1.0) - 1.0,
            best_multiplier=multiplier.copy(),
            average=average,
            price=np.zeros(1),
            best_price=np.zeros(1),
            best=np.full(1, np.inf),
            step_scale=np.ones(1),
            stalled=np.zeros(1, dtype=np.int64),
            n_steps=np.zeros(1, dtype=np.int64),
        )

    @property
    def n_steps(self) -> int:
        """Steps taken so far."""
        return int(self._state.n_steps[0])

    @property
    def n_pairs(self) -> int:
        """Pairs that a step goes through, those of the cuts included."""
        return len(self._rows.groups)

    @property
    def is_exhausted(self) -> bool:
        """Whether the last searches for cuts have all been in vain."""
        return self._restart_scale < _LEAST_RESTART_SCALE

    def is_ripe(self, n_steps: int) -> bool:
        """Tell whether it is time for cuts: so many steps since the last ones, or steps too short to matter."""
        return self._is_settled or self.n_steps - self._cut_at >= n_steps

    def descend(self, *, n_steps: int, target: float, is_over: Callable[[], bool]) -> None:
        """
        Take subgradient steps.

        Parameters
        ----------
        n_steps
            Steps to take, unless no step can help any more.
        target
            Weight covered by the best plan known, base weight left out; sets the length of the steps.
        is_over
            Asked every few steps; ends the work when true.
        """
        for done in range(0, n_steps, _STEPS_AT_ONCE):
            if is_over() or self._is_settled:
                return
            self._is_settled = not descend_dual(self._rows, self._cuts.compressed, self._state, min(_STEPS_AT_ONCE, n_steps - done), target)

    def add_cuts(self, is_over: Callable[[], bool]) -> int:
        """
        Look for cuts that the smoothed choice of rows violates, drop those that no longer bind, and return how many are new.

        Parameters
        ----------
        is_over
            Asked now and then; ends the search when true.
        """
        state, n_groups = self._state, self._problem.n_groups
        kept = self._binding()
        old = self._cuts.take(kept)
        room = _MOST_CUTS_PER_ROW * self._problem.n_rows - len(old)
        cuts = old.joined(separate(self._problem, state.average, least=_LEAST_VIOLATION, most=max(room, 0), is_over=is_over))
        n_new = len(cuts) - len(old)
        self._cut_at, self._is_settled = self.n_steps, False

        def placed(values: FloatArray) -> FloatArray:
            return np.concatenate([values[:n_groups], values[n_groups + kept], np.zeros(n_new)])

        self._cuts = cuts
        self._rows = cuts.extend(self._problem)
        self._restart_scale = self._restart_scale / 2.0 if state.best[0] >= self._best_at_cuts else _RESTART_SCALE
        self._best_at_cuts = float(state.best[0])
        state.step_scale[0] = self._restart_scale
        state.stalled[0] = 0
        self._state = state._replace(
            multiplier=placed(state.best_multiplier), direction=placed(state.direction), best_multiplier=placed(state.best_multiplier)
        )
        return n_new

    @property
    def is_at_vertex(self) -> bool:
        """Whether it stands where the simplex method has come to, on this problem or on the one it is a part of."""
        return self._is_at_vertex

    @property
    def has_program(self) -> bool:
        """Whether the linear program stands somewhere to go on from."""
        return self._program is not None

    def program(self) -> LinearProgram:
        """Return the relaxation as a linear program, with the cuts that bind and those that are wanted."""
        if self._program is None:
            self._program = LinearProgram(self._problem, self.cuts().joined(self._wanted))
        return self._program

    def hand_over_program(self) -> LinearProgram:
        """Return the program, to do with as one likes."""
        program, self._program = self.program(), None
        return program

    def take(self, vertex: Vertex, *, target: float) -> None:
        """
        Stand where the simplex method has come to.

        Parameters
        ----------
        vertex
            A solution of :meth:`program`.
        target
            Weight covered by the best plan known, base weight left out.
        """
        self._is_at_vertex = True
        self._cuts, self._wanted = vertex.cuts, vertex.violated
        self._rows = vertex.cuts.extend(self._problem)
        self._state = self._state._replace(
            multiplier=vertex.multiplier,
            direction=np.zeros_like(vertex.multiplier),
            best_multiplier=vertex.multiplier.copy(),
            average=vertex.share,
            best=np.full(1, np.inf),
            step_scale=np.full(1, _RESTART_SCALE),
            stalled=np.zeros(1, dtype=np.int64),
        )
        descend_dual(self._rows, self._cuts.compressed, self._state, 1, target)

    def restricted(self, core: ReducedProblem) -> LagrangianDual:
        """
        Return the dual of a part of the problem, begun where this one stands.

        Parameters
        ----------
        core
            Some rows of the problem; see :func:`siting.solver.presolve.restrict`.
        """
        state, n_groups = self._state, self._problem.n_groups
        is_in = core.cell_group >= 0
        part = LagrangianDual(core, np.zeros(0, dtype=np.int32))

        def gathered(values: FloatArray) -> FloatArray:
            sums = np.zeros(core.n_groups)
            np.add.at(sums, core.cell_group[is_in], values[:n_groups][is_in])
            return sums

        cuts, first = self._cuts.renamed(core.cell_group)
        best = np.concatenate([gathered(state.best_multiplier), state.best_multiplier[n_groups:][first]])
        part._cuts = cuts
        part._rows = cuts.extend(core)
        part._cut_at = self._cut_at
        part._wanted = self._wanted.renamed(core.cell_group)[0]
        part._is_at_vertex = self._is_at_vertex
        part._state = part._state._replace(
            multiplier=best,
            direction=np.concatenate([gathered(state.direction) / np.maximum(gathered(np.ones(n_groups)), 1.0), np.zeros(len(first))]),
            best_multiplier=best.copy(),
            average=state.average[core.candidate],
            price=state.best_price.copy(),
            best_price=state.best_price.copy(),
            step_scale=np.full(1, _RESTART_SCALE),
            n_steps=state.n_steps.copy(),
        )
        return part

    def tree(self, bound: float) -> RegionTree:
        """Return the plans of the problem, to be divided by regions, all of them bounded as given."""
        state, n_groups = self._state, self._problem.n_groups
        kept = np.concatenate([np.arange(n_groups), n_groups + self._binding()])
        return RegionTree(
            self._problem,
            self.cuts(),
            state._replace(best_multiplier=state.best_multiplier[kept], direction=state.direction[kept]),
            bound,
        )

    def _binding(self) -> IntArray:
        """Return the cuts that bind."""
        return np.flatnonzero(self._state.best_multiplier[self._problem.n_groups :] > 0.0)

    def cuts(self) -> Cuts:
        """Return the cuts that bind."""
        return self._cuts.take(self._binding())

    def needed_rows(self, covered: float) -> IntArray:
        """
        Return the rows that a plan better than a given one may open, rising.

        Opening any other row costs the bound so much that it falls to what is known.

        Parameters
        ----------
        covered
            Weight that a plan covers, base weight left out.
        """
        problem = self._problem
        value = np.empty(problem.n_rows)
        row_values(self._rows.start, self._rows.groups, self._state.best_multiplier, value)
        net = value - float(self._state.best_price[0]) * problem.cost_yen
        most = problem.max_rows
        last = max(float(np.partition(net, -most)[-most]), 0.0) if most < len(net) else 0.0
        better = covered + (1.0 if problem.is_integral else 0.0)
        margin = _MARGIN * problem.open_weight
        is_needed = float(self._state.best[0]) - (last - net) >= better - margin
        return np.flatnonzero(is_needed).astype(np.int64)

    def bound(self) -> float:
        """Return the best bound so far; see :func:`siting.solver.dual_bound.proven_bound`."""
        return proven_bound(self._problem, self._state.best_multiplier, float(self._state.best_price[0]), self._cuts, rows=self._rows)

    def prices(self) -> Prices:
        """Return the multiplier of each group, and what the last row worth opening would be worth at the cost of each row."""
        problem, price = self._problem, float(self._state.best_price[0])
        multiplier = np.minimum(self._state.best_multiplier[: problem.n_groups], problem.weight)
        value = np.empty(problem.n_rows)
        row_values(problem.row_start, problem.row_groups, multiplier, value)
        return Prices(multiplier, row_prices(value, problem.cost_yen, price=price, max_rows=problem.max_rows))

    def scores(self) -> FloatArray:
        """Return the net value of each row over that of the last row worth opening: above 1 means promising, shape (n,)."""
        value = np.empty(self._problem.n_rows)
        row_values(self._rows.start, self._rows.groups, self._state.best_multiplier, value)
        return scores(value, self._problem.cost_yen, price=float(self._state.best_price[0]), max_rows=self._problem.max_rows)
