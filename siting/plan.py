"""The answer: a set of sites with the proof of how good it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from siting.errors import InvalidInputError, InvalidPlanError
from siting.rules import Goal

PlanStatus = Literal["optimal", "feasible", "infeasible", "unknown"]
StoppedBy = Literal["proof", "work_limit", "time_limit"]
LimitedBy = Literal["max_sites", "budget_yen", "both", "reach", "rules", "targets"]


@dataclass(frozen=True, kw_only=True)
class SolveParams:
    """
    How hard to try.

    Attributes
    ----------
    seed
        Seed of the local search, >= 0. One seed gives one plan on any machine, unless the clock cut it short.
    effort
        Counted work, as a multiple of the default, > 0: search moves and bound iterations grow with it.
    target_gap
        Stop as soon as the gap is this small, in [0, 1).
    time_limit_s
        Safety net [s], > 0: the search ends there with the plan and bound it has, and says so.
    """

    seed: int = 0
    effort: float = 1.0
    target_gap: float = 0.0
    time_limit_s: float = 600.0

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InvalidInputError("seed", "must be >= 0", self.seed)
        if not 0 < self.effort < math.inf:
            raise InvalidInputError("effort", "must be > 0 and finite", self.effort)
        if not 0 <= self.target_gap < 1:
            raise InvalidInputError("target_gap", "must be in [0, 1)", self.target_gap)
        if not self.time_limit_s > 0:
            raise InvalidInputError("time_limit_s", "must be > 0", self.time_limit_s)


@dataclass(frozen=True, kw_only=True)
class Infeasibility:
    """
    The proof that no plan keeps the rules, in words a planner can use.

    Attributes
    ----------
    rule
        Name of the rule that cannot be kept beside the others: a target, a quota, ...
    required
        What it asks for: a share for a target, else a number.
    most
        The most that can be reached while every other rule is kept (a bound, where it was not found exactly); where the rule
        sets an upper limit, the least that keeping the others takes.
    is_exact
        Whether some plan reaches ``most``.
    """

    rule: str
    required: float
    most: float
    is_exact: bool

    @property
    def is_upper_limit(self) -> bool:
        """Whether the rule allows no more than ``required``, and the others take at least ``most``."""
        return self.most > self.required


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    A chosen set of sites, with the proof of how good it is.

    Attributes
    ----------
    chosen
        Candidate ids opened, fixed ones first, then in order of falling marginal coverage, shape (k,).
    marginal_weight
        Weight each chosen site adds to those before it, shape (k,); sums to ``objective``, less what the stations that
        carriers have on the air already are worth.
    objective
        Demand weight covered, in the unit of the demand grid.
    total_weight
        Demand weight there is.
    reachable_weight
        Weight that all allowed candidates together would cover.
    upper_bound
        No plan within the same rules covers more than this.
    status
        ``"optimal"`` when the bound proves it, else ``"feasible"``; ``"infeasible"`` when no plan keeps the rules, which is
        proven; ``"unknown"`` when neither a plan nor such a proof was found.
    stopped_by
        What ended the search: the proof (or the target gap), the counted work, or the clock.
    limited_by
        The rule that keeps the plan from covering more: ``"max_sites"``, ``"budget_yen"``, ``"both"`` (either of them may),
        ``"rules"`` (others may as well) or ``"reach"`` (everything reachable is covered). ``"targets"`` where the goal is to
        need little.
    cost_yen
        Yen of all chosen sites together.
    seed
        Seed used.
    runtime_s
        Wall clock of the solver [s].
    covered_weight
        Weight of the cells that at least one chosen site serves; differs from ``objective`` only where the rules value
        something else (facilities, backup, several carriers).
    goal
        What the plan was to achieve.
    lower_bound
        Where the goal is the least cost (yen) or the fewest sites: no plan that keeps the rules needs less. Else None.
    tenants
        New sites of each carrier by name, where carriers share.
    infeasibility
        Why no plan keeps the rules; None unless the status is ``"infeasible"``.
    method
        How the plan was found and its bound proven, as codes in order.
    work
        Counts of what was done (cells merged, candidates dropped, moves, iterations), by name.
    """

    chosen: tuple[str, ...]
    marginal_weight: tuple[float, ...]
    objective: float
    total_weight: float
    reachable_weight: float
    upper_bound: float
    status: PlanStatus
    stopped_by: StoppedBy
    limited_by: LimitedBy
    cost_yen: int
    seed: int
    runtime_s: float
    covered_weight: float
    goal: Goal = "coverage"
    lower_bound: int | None = None
    tenants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    infeasibility: Infeasibility | None = None
    method: tuple[str, ...] = ()
    work: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.objective > self.upper_bound:
            raise InvalidPlanError(f"objective must be <= upper_bound, got {self.objective} > {self.upper_bound}")
        if len(self.chosen) != len(self.marginal_weight):
            raise InvalidPlanError(f"marginal_weight must have one entry per chosen site, got {len(self.marginal_weight)}")
        if self.lower_bound is not None and self.is_plan and self.lower_bound > self.needs:
            raise InvalidPlanError(f"lower_bound must be <= what the plan needs, got {self.lower_bound} > {self.needs}")

    @property
    def needs(self) -> int:
        """What the plan needs where the goal is to need little: yen, or sites with the goal of the fewest sites."""
        return len(self.chosen) if self.goal == "fewest_sites" else self.cost_yen

    @property
    def is_plan(self) -> bool:
        """Whether the plan keeps the rules, even if it takes no site to do so; else there is no plan."""
        return self.status in {"optimal", "feasible"}

    @property
    def gap(self) -> float:
        """
        Share of the bound that may still be missing, in [0, 1]; of the plan's cost where the goal is the least cost.

        1 where no plan was found and none was excluded.
        """
        if self.status == "unknown":
            return 1.0
        if self.lower_bound is not None and self.is_plan:
            return 0.0 if self.needs == 0 else 1.0 - self.lower_bound / self.needs
        return 0.0 if self.upper_bound == 0 else 1.0 - self.objective / self.upper_bound
