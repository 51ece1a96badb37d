"""The bound on expected coverage: what no choice of sites exceeds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from siting.arrays import FloatArray, IndexArray
from siting.kernels.pattern import Pattern
from siting.kernels.robust_dual import MOST_CLASSES, DualPattern, DualState, descend_robust_dual, whole_values, worst_cases
from siting.robust.reduce import ReducedRobust
from siting.solver.row_worth import best_value, scores

_STEPS_AT_ONCE = 10
_CLASSES_OF_MANY = 4
"""Classes that are made where there are more different rates than classes."""

_LEAST_MISS = 0.1
"""The first slopes take every row to be refused at least this often: none of them starts from nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RateClasses:
    """
    Rows gathered into classes of like rates.

    Attributes
    ----------
    rate
        Rate of each class: the highest among its rows, falling.
    of_row
        Class of each row, shape (n,).
    """

    rate: FloatArray
    of_row: IndexArray

    @classmethod
    def of(cls, rate: FloatArray) -> RateClasses:
        """Return one class for each rate, or, of more than six different rates, classes of equal width."""
        distinct = np.unique(rate)
        if len(distinct) > MOST_CLASSES:
            edges = np.linspace(distinct[0], distinct[-1], _CLASSES_OF_MANY + 1)[1:-1]
            part = np.searchsorted(edges, rate)
            tops = np.array([rate[part == one].max() for one in np.unique(part)])
        else:
            tops = distinct
        of_row = (len(tops) - 1 - np.searchsorted(tops, rate)).astype(np.int32)
        return cls(rate=tops[::-1].copy(), of_row=of_row)


class RobustDual:
    """
    The dual of a reduced robust problem, on its way down.

    Of a group of weight w that ``k_t`` open rows of class t serve, the expected weight is ``w (1 - prod_t (1 - P_t)^k_t)``.
    For any slopes ``a_t >= 0`` it is at most ``c + sum_t a_t k_t``, where c is the most that the difference of the two
    reaches over whole numbers ``k_t``. The sum of these lines over all groups is linear in the rows, so that the best choice
    within count and budget is easy, and bounds every plan. Subgradient steps look for the slopes with the lowest bound.
    With a single class the lines meet in the concave envelope of the expected weight by the number of rows.

    A row with a rate p below the rate P of its class counts as the share p / P of a row: opening it is opening a row of rate P
    by chance with probability p / P, and a line that holds for every outcome holds for the mean.

    Parameters
    ----------
    problem
        The reduced problem; it must have rows, and at least one of them may be opened.
    chosen
        Rows of a good plan. Slopes start from what one more row would add to it.

    References
    ----------
    Nemhauser and Wolsey (1981), Maximizing submodular set functions: formulations and analysis of algorithms, for linear
    majorants of submodular functions; Camerini, Fratta and Maffioli (1975) for the deflected direction; Polyak (1969) for the
    length of a step.
    """

    def __init__(self, problem: ReducedRobust, chosen: IndexArray) -> None:
        self._problem = problem
        self._pattern = _dual_pattern(problem, RateClasses.of(problem.rate))
        slope = self._first_slopes(chosen)
        self._state = DualState(
            slope=slope,
            direction=np.zeros(len(slope)),
            best_slope=slope.copy(),
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
    def n_slots(self) -> int:
        """Slopes there are."""
        return len(self._pattern.rate)

    def _first_slopes(self, chosen: IndexArray) -> FloatArray:
        pattern = self._pattern
        count = np.zeros(self.n_slots)
        for row in chosen.tolist():
            count[pattern.slots[pattern.rows.start[row] : pattern.rows.start[row + 1]]] += pattern.share[row]
        left = np.multiply.reduceat(np.maximum(1.0 - pattern.rate, _LEAST_MISS) ** count, pattern.slot_start[:-1])
        slope: FloatArray = np.repeat(self._problem.weight * left, np.diff(pattern.slot_start)) * pattern.rate
        return slope

    def descend(self, *, n_steps: int, target: float, is_over: Callable[[], bool]) -> None:
        """
        Take subgradient steps.

        Parameters
        ----------
        n_steps
            Steps to take, unless no step can help any more.
        target
            Expected weight of the best plan known, base weight left out; sets the length of the steps.
        is_over
            Asked every few steps; ends the work when true.
        """
        for done in range(0, n_steps, _STEPS_AT_ONCE):
            if is_over() or not descend_robust_dual(self._pattern, self._state, min(_STEPS_AT_ONCE, n_steps - done), target):
                return

    def bound(self) -> float:
        """Return the best bound so far; see :func:`proven_bound`."""
        return proven_bound(self._problem, self._pattern, self._state.best_slope, float(self._state.best_price[0]))

    def scores(self) -> FloatArray:
        """Return the net value of each row over that of the last row worth opening: above 1 means promising, shape (n,)."""
        pattern, problem = self._pattern, self._problem
        value = np.add.reduceat(self._state.best_slope[pattern.slots], problem.row_start[:-1]) * pattern.share
        return scores(value, problem.cost_yen, price=float(self._state.best_price[0]), max_rows=problem.max_rows)


def _dual_pattern(problem: ReducedRobust, classes: RateClasses) -> DualPattern:
    """Number the slots: pairs of a group and a class that some row serves, by group and falling rate."""
    n_classes = len(classes.rate)
    row_of_pair = np.repeat(np.arange(problem.n_rows), np.diff(problem.row_start))
    key = problem.row_groups.astype(np.int64) * n_classes + classes.of_row[row_of_pair]
    slot_key, slots, most = np.unique(key, return_inverse=True, return_counts=True)
    return DualPattern(
        rows=Pattern(
            start=problem.row_start,
            groups=problem.row_groups,
            column_start=problem.column_start,
            column_rows=problem.column_rows,
            weight=problem.weight,
            cost=problem.cost_yen,
            max_rows=problem.max_rows,
            budget=-1 if problem.budget_yen is None else problem.budget_yen,
        ),
        slots=slots.astype(np.int32),
        share=problem.rate / classes.rate[classes.of_row],
        slot_start=np.searchsorted(slot_key // n_classes, np.arange(problem.n_groups + 1)).astype(np.int64),
        rate=classes.rate[slot_key % n_classes],
        most=most.astype(np.int32),
    )


def proven_bound(problem: ReducedRobust, pattern: DualPattern, slope: FloatArray, price: float) -> float:
    """
    Return a bound on the expected weight, fixed sites included, that holds in exact arithmetic.

    Slopes are cut to binary fractions, and what rows collect of them is added up in whole numbers, shares rounded up. The
    constant of each group comes from floating-point products of at most N factors, N being the rows that serve it: each
    product, and each comparison that leaves a case out, is off by less than ``(N + 2)^2`` roundings of the weight; eight times
    that is added before rounding up. With certain permits and whole weights the bound is cut to a whole number of units.

    Parameters
    ----------
    problem
        The reduced problem.
    pattern
        Its slots.
    slope
        One for each slot, >= 0.
    price
        Value of a yen, >= 0; 0 without a budget.
    """
    bits = 50 - math.frexp(problem.open_weight)[1]
    weight = np.ldexp(problem.weight * (1.0 + problem.excess), bits)
    ceiling = np.repeat(weight, np.diff(pattern.slot_start))
    whole = np.floor(np.minimum(np.ldexp(np.maximum(slope, 0.0), bits), ceiling))
    constant = np.empty(problem.n_groups)
    worst_cases(pattern._replace(rows=pattern.rows._replace(weight=weight)), whole, np.zeros(len(whole), dtype=np.int32), constant)
    n_serving = np.add.reduceat(pattern.most.astype(np.float64), pattern.slot_start[:-1])
    constant += weight * (2.0**-50 * (n_serving + 2.0) ** 2)
    value = np.zeros(problem.n_rows, dtype=np.int64)
    whole_values(pattern, whole.astype(np.int64), value)
    scaled = sum(np.ceil(constant).astype(np.int64).tolist()) + best_value(
        value, problem.cost_yen, max_rows=problem.max_rows, budget_yen=problem.budget_yen, price=price, bits=bits
    )
    bound = Fraction(scaled) / Fraction(2) ** bits + Fraction(problem.base_weight)
    if problem.is_integral:
        return float(math.floor(bound))
    bound += Fraction(problem.excess) * Fraction(problem.base_weight + problem.open_weight)
    return math.nextafter(float(bound), math.inf)
