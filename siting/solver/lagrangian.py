"""The bound: no plan within the rules covers more."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.lagrangian import DualState, descend_dual, row_values
from siting.solver.presolve import ReducedProblem

_STEPS_AT_ONCE = 10
_PRICE_BITS = 24


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
        count = np.zeros(problem.n_groups)
        for row in chosen.tolist():
            count[problem.row_groups[problem.row_start[row] : problem.row_start[row + 1]]] += 1.0
        multiplier = problem.weight / np.maximum(count, 1.0)
        self._problem = problem
        self._rows = problem.pattern
        self._state = DualState(
            multiplier=multiplier,
            direction=np.maximum(count, 1.0) - 1.0,
            best_multiplier=multiplier.copy(),
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
            if is_over() or not descend_dual(self._rows, self._state, min(_STEPS_AT_ONCE, n_steps - done), target):
                return

    def bound(self) -> float:
        """Return the best bound so far; see :func:`proven_bound`."""
        return proven_bound(self._problem, self._state.best_multiplier, float(self._state.best_price[0]))

    def scores(self) -> FloatArray:
        """Return the net value of each row over that of the last row worth opening: above 1 means promising, shape (n,)."""
        value = np.empty(self._problem.n_rows)
        row_values(self._problem.row_start, self._problem.row_groups, self._state.best_multiplier, value)
        paid = float(self._state.best_price[0]) * self._problem.cost_yen
        most = self._problem.max_rows
        last = np.partition(value - paid, -most)[-most] if most < len(value) else 0.0
        threshold = paid + max(last, 0.0)
        scores: FloatArray = np.divide(value, threshold, out=np.full(len(value), np.inf), where=threshold > 0)
        return scores


def proven_bound(problem: ReducedProblem, multiplier: FloatArray, price: float) -> float:
    """
    Return a bound on the weight covered, fixed sites included, that holds in exact arithmetic.

    Multipliers and price are rounded down to binary fractions; from there on every sum is one of whole numbers. With
    integral weights the bound is cut to a whole number of units; else it is raised by the rounding of the total weights (one
    unit in the last place of each) and rounded up.

    Parameters
    ----------
    problem
        The reduced problem.
    multiplier
        One for each group, in [0, weight].
    price
        Value of a yen, >= 0; 0 without a budget.
    """
    if problem.max_rows == 0 or problem.n_rows == 0:
        return problem.base_weight
    bits = 52 - math.frexp(problem.open_weight)[1]
    whole = np.floor(np.ldexp(np.minimum(multiplier, problem.weight), bits)).astype(np.int64)
    if not problem.is_integral:
        whole = np.maximum(whole - (np.ldexp(problem.weight, bits - 50)).astype(np.int64) - 1, 0)
    value = np.empty(problem.n_rows, dtype=np.int64)
    row_values(problem.row_start, problem.row_groups, whole, value)
    best = _best_value(problem, value, price, bits)
    scaled = best - int(whole.sum())
    open_weight, base_weight = Fraction(problem.open_weight), Fraction(problem.base_weight)
    bound = min(open_weight + Fraction(scaled) / Fraction(2) ** bits, open_weight) + base_weight
    if problem.is_integral:
        return float(math.floor(bound))
    bound += Fraction(math.ulp(problem.open_weight)) + Fraction(math.ulp(problem.base_weight))
    return math.nextafter(float(bound), math.inf)


def _best_value(problem: ReducedProblem, value: IntArray, price: float, bits: int) -> Fraction:
    """Return the most that rows of these values bring within the count, any overspending charged at the price."""
    n, most = problem.n_rows, problem.max_rows
    if problem.budget_yen is None or price == 0.0:
        top = value if most >= n else np.partition(value, n - most)[n - most :]
        return Fraction(sum(top.tolist()))
    whole_price = math.floor(math.ldexp(price, bits + _PRICE_BITS))
    net = sorted(
        ((v << _PRICE_BITS) - whole_price * c for v, c in zip(value.tolist(), problem.cost_yen.tolist(), strict=True)), reverse=True
    )
    gain = sum(v for v in net[:most] if v > 0)
    return Fraction(gain + whole_price * problem.budget_yen, 1 << _PRICE_BITS)
