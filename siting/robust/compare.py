"""What robustness buys: a robust plan beside the nominal one, under the same draws."""

from __future__ import annotations

from dataclasses import dataclass

from siting.plan import Plan
from siting.problem import SitingProblem
from siting.robust.plan import RobustPlan
from siting.robust.rates import PermitRates
from siting.robust.simulate import Lean, Simulation, find_leans, simulate


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustComparison:
    """
    A robust plan beside the plan that counts on every permit.

    Attributes
    ----------
    robust, nominal
        What either covers under the same draws.
    robust_if_all_permitted, nominal_if_all_permitted
        Weight either covers when nothing is refused.
    leans
        How much the robust plan leans on each of its sites, the most first.
    n_common
        Sites in both plans.
    """

    robust: Simulation
    nominal: Simulation
    robust_if_all_permitted: float
    nominal_if_all_permitted: float
    leans: tuple[Lean, ...]
    n_common: int

    @property
    def expected_gain(self) -> float:
        """Weight that the robust plan covers more on average."""
        return self.robust.expected_weight - self.nominal.expected_weight

    @property
    def worst_decile_gain(self) -> float:
        """Weight that the mean of the worst decile is better by."""
        return self.robust.worst_decile_mean - self.nominal.worst_decile_mean

    @property
    def price(self) -> float:
        """Weight given up should every site be permitted."""
        return self.nominal_if_all_permitted - self.robust_if_all_permitted


def compare_with_nominal(
    robust: RobustPlan, nominal: Plan, problem: SitingProblem, rates: PermitRates, *, n_draws: int = 2_000, seed: int = 0
) -> RobustComparison:
    """
    Set a robust plan beside the nominal one.

    Parameters
    ----------
    robust
        The robust plan; see :func:`siting.solve_robust`.
    nominal
        The plan that takes every permit for granted; see :func:`siting.solve`.
    problem, rates, n_draws, seed
        As in :func:`siting.simulate`.

    Raises
    ------
    InvalidInputError
        As :func:`siting.simulate`.
    """
    return RobustComparison(
        robust=simulate(robust, problem, rates, n_draws=n_draws, seed=seed),
        nominal=simulate(nominal, problem, rates, n_draws=n_draws, seed=seed),
        robust_if_all_permitted=robust.plan.covered_weight,
        nominal_if_all_permitted=nominal.covered_weight,
        leans=find_leans(robust, problem, rates, n_draws=n_draws, seed=seed),
        n_common=len(set(robust.chosen) & set(nominal.chosen)),
    )
