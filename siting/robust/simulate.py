"""Draws of permits: how bad a plan can get, and which sites it leans on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.errors import InvalidInputError
from siting.kernels.permits import cover_by_draw
from siting.plan import Plan
from siting.problem import SitingProblem
from siting.robust.plan import RobustPlan
from siting.robust.rates import PermitRates
from siting.robust.reduce import expected_weight, missing_weights

AnyPlan = RobustPlan | Plan | Sequence[str]

_LEAST_DRAWS = 10
_MOST_AT_ONCE = 20_000_000
"""Draws times sites looked at together."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulation:
    """
    What a plan covers when its permits are drawn again and again.

    Attributes
    ----------
    covered_weight
        Weight covered in each draw, in the unit of the demand, rising, shape (n_draws,).
    expected_weight
        The mean of the distribution drawn from, computed and not simulated.
    seed
        Seed of the draws.
    """

    covered_weight: FloatArray
    expected_weight: float
    seed: int

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return len(self.covered_weight)

    @property
    def mean(self) -> float:
        """Mean of the draws."""
        return math.fsum(self.covered_weight) / self.n_draws

    @property
    def quantile_10(self) -> float:
        """What a tenth of the draws does not exceed: the best of the worst decile."""
        return float(self.covered_weight[_n_worst(self.n_draws) - 1])

    @property
    def worst_decile_mean(self) -> float:
        """Mean of the worst tenth of the draws (rounded up to a whole draw)."""
        return mean_of_worst(self.covered_weight)

    @property
    def worst(self) -> float:
        """The worst draw."""
        return float(self.covered_weight[0])

    @property
    def best(self) -> float:
        """The best draw."""
        return float(self.covered_weight[-1])


@dataclass(frozen=True, kw_only=True)
class Lean:
    """
    How much a plan leans on one of its sites.

    Attributes
    ----------
    id
        Candidate id.
    rate
        Probability that it is permitted.
    expected_drop
        Expected weight lost when it is refused and nothing else is known, computed and not simulated.
    worst_decile_drop
        What the mean of the worst decile then falls by, under the same draws.
    """

    id: str
    rate: float
    expected_drop: float
    worst_decile_drop: float


def _n_worst(n_draws: int) -> int:
    return -(-n_draws // 10)


def mean_of_worst(covered_weight: FloatArray) -> float:
    """Return the mean of the smallest tenth of the values, rounded up to a whole number of them."""
    n_worst = _n_worst(len(covered_weight))
    return math.fsum(np.partition(covered_weight, n_worst - 1)[:n_worst]) / n_worst


def simulate(plan: AnyPlan, problem: SitingProblem, rates: PermitRates, *, n_draws: int = 2_000, seed: int = 0) -> Simulation:
    """
    Draw the permits of a plan, each site apart, and add up what the permitted ones cover.

    Every candidate has draws of its own, which depend on the seed and its place in the coverage alone: two plans of the same
    problem under the same seed are granted and refused the same sites.

    Parameters
    ----------
    plan
        The plan, or the ids of its sites.
    problem
        The problem; only its coverage, demand and candidates matter.
    rates
        Probability that each asset is permitted.
    n_draws
        Number of draws, >= 10.
    seed
        Seed, >= 0.

    Raises
    ------
    InvalidInputError
        Too few draws, a negative seed, an unknown site or one named twice, or rates as in :meth:`siting.PermitRates.of`.
    """
    rows, rate = _rows_and_rates(plan, problem, rates, n_draws, seed)
    covered, _ = _draw(problem, rows, _permits(rows, rate, n_draws, seed), first=0, n_alone=0)
    return Simulation(covered_weight=np.sort(covered), expected_weight=expected_weight(problem, rate, rows), seed=seed)


def find_leans(plan: AnyPlan, problem: SitingProblem, rates: PermitRates, *, n_draws: int = 2_000, seed: int = 0) -> tuple[Lean, ...]:
    """
    Tell how much of a plan hangs on each of its sites, the most first.

    Parameters
    ----------
    plan, problem, rates, n_draws, seed
        As in :func:`simulate`, with the same draws.

    Returns
    -------
    tuple of Lean
        One for each site, by falling drop of the expected weight, then of the worst decile.

    Raises
    ------
    InvalidInputError
        As :func:`simulate`.
    """
    rows, rate = _rows_and_rates(plan, problem, rates, n_draws, seed)
    is_granted = _permits(rows, rate, n_draws, seed)
    expected_drop = _expected_drops(problem, rows, rate)
    at_once = max(1, _MOST_AT_ONCE // n_draws)
    leans = []
    for first in range(0, len(rows), at_once):
        covered, only = _draw(problem, rows, is_granted, first=first, n_alone=min(at_once, len(rows) - first))
        worst = mean_of_worst(covered)
        for column in range(only.shape[1]):
            row = int(rows[first + column])
            leans.append(
                Lean(
                    id=problem.coverage.candidate_ids[row],
                    rate=float(rate[row]),
                    expected_drop=expected_drop[first + column],
                    worst_decile_drop=worst - mean_of_worst(covered - only[:, column]),
                )
            )
    return tuple(sorted(leans, key=lambda one: (-one.expected_drop, -one.worst_decile_drop, one.id)))


def _rows_and_rates(plan: AnyPlan, problem: SitingProblem, rates: PermitRates, n_draws: int, seed: int) -> tuple[IntArray, FloatArray]:
    """Return the rows of the sites and the rates of all candidates, after a check of all arguments."""
    if n_draws < _LEAST_DRAWS:
        raise InvalidInputError("n_draws", f"must be >= {_LEAST_DRAWS}", n_draws)
    if seed < 0:
        raise InvalidInputError("seed", "must be >= 0", seed)
    ids = tuple(plan.chosen if isinstance(plan, RobustPlan | Plan) else plan)
    known = set(problem.coverage.candidate_ids)
    for one in ids:
        if one not in known:
            raise InvalidInputError("plan", "must name known candidate ids", one)
    if len(set(ids)) < len(ids):
        raise InvalidInputError("plan", "must not name an id twice", next(one for one in ids if ids.count(one) > 1))
    return problem.positions(ids), rates.of_problem(problem)


def _draw(problem: SitingProblem, rows: IntArray, is_granted: BoolArray, *, first: int, n_alone: int) -> tuple[FloatArray, FloatArray]:
    """Return the weight covered in each draw, and what hangs on each of some of the sites alone, shape (n_draws, n_alone)."""
    start, cells, weight = _compress(problem, rows)
    only = np.zeros((len(is_granted), n_alone))
    covered: FloatArray = cover_by_draw(start, cells, weight, is_granted, first, only)
    return covered, only


def _permits(rows: IntArray, rate: FloatArray, n_draws: int, seed: int) -> BoolArray:
    """Draw the permits, shape (n_draws, sites)."""
    is_granted = np.empty((n_draws, len(rows)), dtype=np.bool_)
    for column, row in enumerate(rows.tolist()):
        is_granted[:, column] = np.random.default_rng((seed, row)).random(n_draws) < rate[row]
    return is_granted


def _compress(problem: SitingProblem, rows: IntArray) -> tuple[IntArray, IndexArray, FloatArray]:
    """Return the coverage of the rows over the cells they serve, and the weights of these."""
    own = [problem.coverage.cells_of(row) for row in rows.tolist()]
    served, cells = np.unique(np.concatenate([np.zeros(0, dtype=np.int32), *own]), return_inverse=True)
    start = np.cumsum([0, *map(len, own)]).astype(np.int64)
    return start, cells.astype(np.int32), problem.demand.weight[served]


def _expected_drops(problem: SitingProblem, rows: IntArray, rate: FloatArray) -> list[float]:
    """Return what the expected weight falls by when each site is refused."""
    n_certain = problem.coverage.count_servers(rows[rate[rows] == 1.0])
    doubtful = missing_weights(problem, np.where(rate == 1.0, 0.0, rate), rows)
    drops = []
    for row in rows.tolist():
        cells = problem.coverage.cells_of(row)
        p = float(rate[row])
        is_open = n_certain[cells] == int(p == 1.0)
        others = doubtful[cells] / (1.0 if p == 1.0 else 1.0 - p)
        drops.append(p * math.fsum(problem.demand.weight[cells] * others * is_open))
    return drops
