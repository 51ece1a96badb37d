"""A plan for assets that may be refused, with the proof of how good it is on average."""

from __future__ import annotations

from dataclasses import dataclass

from siting.errors import InvalidPlanError
from siting.plan import Plan, PlanStatus, StoppedBy


@dataclass(frozen=True, kw_only=True)
class RobustPlan:
    """
    A chosen set of sites that covers the most weight on average, when permits are refused independently.

    Attributes
    ----------
    plan
        The sites as a plan: its objective, marginal weights, bound and gap are those of the expected weight, and its
        ``covered_weight`` is what is covered if every site is permitted. ``reachable_weight`` is the expected weight with all
        allowed candidates applied for.
    rates
        Probability that each chosen site is permitted, in the order of ``plan.chosen``.
    """

    plan: Plan
    rates: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.rates) != len(self.plan.chosen):
            raise InvalidPlanError(f"rates must have one entry per chosen site, got {len(self.rates)}")

    @property
    def chosen(self) -> tuple[str, ...]:
        """Candidate ids to apply for, fixed ones first, then in order of falling expected marginal weight."""
        return self.plan.chosen

    @property
    def expected_weight(self) -> float:
        """Weight covered on average, in the unit of the demand."""
        return self.plan.objective

    @property
    def upper_bound(self) -> float:
        """No plan within the same rules covers more on average."""
        return self.plan.upper_bound

    @property
    def gap(self) -> float:
        """Share of the bound that may still be missing, in [0, 1]."""
        return self.plan.gap

    @property
    def status(self) -> PlanStatus:
        """``"optimal"`` when the bound proves it, else ``"feasible"``."""
        return self.plan.status

    @property
    def seed(self) -> int:
        """Seed used."""
        return self.plan.seed

    @property
    def stopped_by(self) -> StoppedBy:
        """What ended the search."""
        return self.plan.stopped_by

    @property
    def expected_permits(self) -> float:
        """Number of sites permitted on average."""
        return sum(self.rates)
