"""What is left at most and at least when one site of a plan is refused."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.cpus import map_in_threads
from siting.kernels.lagrangian import row_values
from siting.kernels.search_state import Search
from siting.kernels.swap_reasons import repaired_without
from siting.solver.local_search import least_gain
from siting.solver.presolve import ReducedProblem
from siting.solver.row_worth import PRICE_BITS, net_values


def bounds_without(problem: ReducedProblem, multiplier: FloatArray, price: float) -> FloatArray:
    """
    Return, for each row, a bound on the weight covered by plans that do not open it.

    It is as exact as :func:`siting.solver.dual_bound.proven_bound`.

    Parameters
    ----------
    problem
        The reduced problem with every row in it, dominated ones too: they matter once their dominator is refused.
    multiplier
        One for each group, in [0, weight].
    price
        Value of a yen, >= 0; 0 without a budget.

    Returns
    -------
    FloatArray
        Bounds in the unit of the problem, base weight included, shape (n,).
    """
    bits = 52 - math.frexp(problem.open_weight)[1]
    whole = np.floor(np.ldexp(np.clip(multiplier, 0.0, problem.weight), bits)).astype(np.int64)
    if not problem.is_integral:
        whole = np.maximum(whole - np.ldexp(problem.weight, bits - 50).astype(np.int64) - 1, 0)
    value = np.empty(problem.n_rows, dtype=np.int64)
    row_values(problem.row_start, problem.row_groups, whole, value)
    net, whole_price = net_values(value, problem.cost_yen, 0.0 if problem.budget_yen is None else price, bits)
    order = sorted(range(problem.n_rows), key=lambda row: -net[row])
    top = [row for row in order[: problem.max_rows] if net[row] > 0]
    next_best = max(net[order[problem.max_rows]], 0) if problem.max_rows < problem.n_rows else 0
    most = sum(net[row] for row in top) + whole_price * (problem.budget_yen or 0)
    less = [0] * problem.n_rows
    for row in top:
        less[row] = net[row] - next_best
    rest = int(whole.sum()) << PRICE_BITS
    scale = Fraction(2) ** (bits + PRICE_BITS)
    return np.array([_rounded_up(problem, Fraction(most - one - rest) / scale) for one in less])


def _rounded_up(problem: ReducedProblem, above: Fraction) -> float:
    """Return a bound as a number of units, given what it exceeds the open weight by (below zero as a rule)."""
    open_weight, base_weight = Fraction(problem.open_weight), Fraction(problem.base_weight)
    bound = min(open_weight + above, open_weight) + base_weight
    if problem.is_integral:
        return float(math.floor(bound))
    bound += Fraction(math.ulp(problem.open_weight)) + Fraction(math.ulp(problem.base_weight))
    return math.nextafter(float(bound) * (1.0 + 2.0**-48), math.inf)


def repairs(problem: ReducedProblem, search: Search, rows: IntArray) -> list[tuple[IndexArray, float]]:
    """
    Return, for each of the open rows, the rows of a plan without it and what they cover: what is left, improved by swaps.

    Parameters
    ----------
    problem
        The reduced problem with every row in it.
    search
        The plan; it is left as it is.
    rows
        Open rows, each refused in turn.
    """
    pattern, gain = problem.pattern, least_gain(problem)

    def without(row: int) -> tuple[IndexArray, float]:
        found, covered = repaired_without(pattern, search, row, gain)
        return found, float(covered)

    return list(map_in_threads(without, rows.tolist()))
