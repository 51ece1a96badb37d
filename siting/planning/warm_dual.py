"""Multipliers that outlive the question they were found for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.planning.groundwork import Groundwork
from siting.solver.lagrangian import LagrangianDual
from siting.solver.presolve import ReducedProblem

_WARM_SCALE = 0.03
_WARM_STEPS = 500
"""Near the end of a descent, steps are short and directions smooth: so they go on from there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Multipliers:
    """
    Multipliers of the bound, in terms that every question shares.

    Attributes
    ----------
    share
        Multiplier of each group of the groundwork as a share of its weight, in [0, 1].
    price
        Demand weight that a yen is worth.
    """

    share: FloatArray
    price: float


class WarmDual(LagrangianDual):
    """
    The dual of a question, begun where the dual of another one ended; see :class:`siting.solver.lagrangian.LagrangianDual`.

    Parameters
    ----------
    ground
        The groundwork of both questions.
    problem
        The reduced problem of this one.
    chosen
        Rows of a good plan.
    multipliers
        Those of the other question; None begins from the plan.
    """

    def __init__(self, ground: Groundwork, problem: ReducedProblem, chosen: IndexArray, multipliers: Multipliers | None) -> None:
        super().__init__(problem, chosen)
        self._ground = ground
        self._shares = np.ones(len(ground.weight)) if multipliers is None else multipliers.share
        if multipliers is not None:
            start = shares_of(ground, problem, multipliers) * problem.weight
            self._state.multiplier[:] = start
            self._state.best_multiplier[:] = start
            self._state.direction[:] = 0.0
            self._state.price[:] = self._state.best_price[:] = multipliers.price / problem.unit
            self._state.step_scale[:] = _WARM_SCALE
            self._state.n_steps[:] = _WARM_STEPS

    def multipliers(self) -> Multipliers:
        """Return the best multipliers so far; groups that this question leaves out keep what they had."""
        group = self._problem.cell_group
        share = self._shares.copy()
        own = self._state.best_multiplier / self._problem.weight
        share[group >= 0] = own[group[group >= 0]]
        return Multipliers(share=share, price=float(self._state.best_price[0]) * self._problem.unit)


def shares_of(ground: Groundwork, problem: ReducedProblem, multipliers: Multipliers) -> FloatArray:
    """Return the multiplier of each group of a reduced problem as a share of its weight: the mean over what was merged."""
    group = problem.cell_group
    inside = group >= 0
    worth = np.bincount(group[inside], weights=(ground.weight * multipliers.share)[inside], minlength=problem.n_groups)
    whole = np.bincount(group[inside], weights=ground.weight[inside], minlength=problem.n_groups)
    shares: FloatArray = np.clip(worth / whole, 0.0, 1.0)
    return shares
