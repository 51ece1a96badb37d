"""What multipliers prove, in exact arithmetic: no plan within the rules covers more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from siting.arrays import BoolArray, FloatArray, IntArray
from siting.kernels.lagrangian import CutGroups, loads, row_values
from siting.kernels.pattern import Pattern
from siting.kernels.regions import INFEASIBLE, Counts, Regions, choice_work, choose_within
from siting.solver.confines import Confines
from siting.solver.cuts import Cuts
from siting.solver.presolve import ReducedProblem
from siting.solver.row_worth import best_value

MOST_VALUE = 64.0
"""Multipliers of all groups and cuts together, in weights of all groups, whose sums are exact."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Relaxed:
    """The relaxed problem in whole numbers of ``2 ** -bits``: what each row is worth, and what it earns beside its rows."""

    bits: int
    value: IntArray
    rest: int


def _relaxed(
    problem: ReducedProblem, multiplier: FloatArray, rows: Pattern, groups: CutGroups, is_asked: BoolArray | None = None
) -> _Relaxed:
    """
    Return the relaxed problem at some multipliers, rounded down to binary fractions; from there on every sum is exact.

    Weights that are not integral lose one unit in the last place, for they are sums that were rounded. A group that is asked for
    is covered by all plans looked at, so it may be worth more than its weight.
    """
    bits = 52 - math.frexp(problem.open_weight)[1]
    weight = np.floor(np.ldexp(problem.weight, bits)).astype(np.int64)
    if not problem.is_integral:
        weight = np.maximum(weight - np.ldexp(problem.weight, bits - 50).astype(np.int64) - 1, 0)
    whole = np.floor(np.ldexp(multiplier, bits)).astype(np.int64)
    load = np.zeros(problem.n_groups, dtype=np.int64)
    loads(groups, whole, load)
    if is_asked is not None:
        weight = np.where(is_asked, np.maximum(weight, whole[: problem.n_groups] + load), weight)
    whole[: problem.n_groups] = np.minimum(whole[: problem.n_groups], np.maximum(weight - load, 0))
    value = np.empty(problem.n_rows, dtype=np.int64)
    row_values(rows.start, rows.groups, whole, value)
    constants = int((whole[problem.n_groups :] * (np.diff(groups.start) - 2)).sum())
    overload = int(np.maximum(load - weight, 0).sum())
    rest = overload + constants - int(whole[: problem.n_groups].sum()) - int(load.sum())
    return _Relaxed(bits=bits, value=value, rest=rest)


def _outward(problem: ReducedProblem, relaxed: _Relaxed, best: Fraction) -> float:
    """Return the bound where the best rows are worth ``best``, in ``2 ** -bits``: a whole number of units, or rounded up."""
    open_weight, base_weight = Fraction(problem.open_weight), Fraction(problem.base_weight)
    bound = min(open_weight + (best + relaxed.rest) / Fraction(2) ** relaxed.bits, open_weight) + base_weight
    if problem.is_integral:
        return float(math.floor(bound))
    bound += Fraction(math.ulp(problem.open_weight)) + Fraction(math.ulp(problem.base_weight))
    return math.nextafter(float(bound), math.inf)


def proven_bound(
    problem: ReducedProblem, multiplier: FloatArray, price: float, cuts: Cuts | None = None, *, rows: Pattern | None = None
) -> float:
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
        One for each group and, behind them, one for each cut, >= 0.
    price
        Value of a yen, >= 0; 0 without a budget.
    cuts
        Cuts that every plan keeps; see :mod:`siting.solver.cuts`.
    rows
        The pattern with the cuts behind the groups, where it is at hand.
    """
    if problem.max_rows == 0 or problem.n_rows == 0:
        return problem.base_weight
    cuts = Cuts.none() if cuts is None else cuts
    relaxed = _relaxed(problem, multiplier, cuts.extend(problem) if rows is None else rows, cuts.compressed)
    best = best_value(
        relaxed.value, problem.cost_yen, max_rows=problem.max_rows, budget_yen=problem.budget_yen, price=price, bits=relaxed.bits
    )
    return _outward(problem, relaxed, best)


def bound_within(
    problem: ReducedProblem, multiplier: FloatArray, *, rows: Pattern, groups: CutGroups, regions: Regions, counts: Counts
) -> float:
    """
    Return a bound on the plans that keep the counts of regions, as exact as :func:`proven_bound`; minus infinity for no plans.

    Parameters
    ----------
    problem
        The reduced problem; its budget is not looked at.
    multiplier
        One for each group and, behind them, one for each cut, >= 0.
    rows, groups
        The pattern with the cuts behind the groups, and the cuts.
    regions, counts
        Regions of rows, and how many are open in each.
    """
    relaxed = _relaxed(problem, multiplier, rows, groups)
    is_open = np.zeros(problem.n_rows)
    work = choice_work(problem.n_rows, len(regions.left))
    if choose_within(relaxed.value, regions, counts, is_open, work) == INFEASIBLE:
        return -math.inf
    return _outward(problem, relaxed, Fraction(sum(relaxed.value[is_open > 0.0].tolist())))


def bound_confined(
    problem: ReducedProblem, multiplier: FloatArray, cuts: Cuts, confines: Confines, *, covered: float
) -> tuple[float, BoolArray]:
    """
    Return a bound on some of the plans, as exact as :func:`proven_bound`, and the rows that better ones among them may open, shape (n,).

    Parameters
    ----------
    problem
        The reduced problem, of whole weights and without a budget.
    multiplier
        One for each group and, behind them, one for each cut, >= 0.
    cuts
        Cuts that every plan keeps.
    confines
        What these plans open, do not open and cover.
    covered
        Weight that a plan covers, base weight included; better ones cover a whole unit more.
    """
    if not math.fsum(multiplier) <= MOST_VALUE * problem.open_weight:  # sums would not be exact
        return problem.base_weight + problem.open_weight, ~confines.is_closed
    relaxed = _relaxed(problem, multiplier, cuts.extend(problem), cuts.compressed, confines.is_asked)
    is_free = ~confines.is_closed & ~confines.is_opened
    n_free = problem.max_rows - int(confines.is_opened.sum())
    ranked = np.sort(relaxed.value[is_free])[::-1]
    best = sum(relaxed.value[confines.is_opened].tolist()) + sum(ranked[: max(n_free, 0)].tolist())
    least = (int(covered + 1.0 - problem.base_weight - problem.open_weight) << relaxed.bits) - relaxed.rest
    last = int(ranked[n_free - 1]) if 0 < n_free < len(ranked) else 0
    is_needed = relaxed.value >= least - best + last if n_free > 0 else np.zeros(problem.n_rows, dtype=np.bool_)
    return _outward(problem, relaxed, Fraction(best)), confines.is_opened | (is_free & is_needed)
