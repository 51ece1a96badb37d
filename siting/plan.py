"""The answer: a set of sites with the proof of how good it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from siting.errors import InvalidInputError, InvalidPlanError

PlanStatus = Literal["optimal", "feasible", "infeasible"]
StoppedBy = Literal["proof", "work_limit", "time_limit"]
LimitedBy = Literal["max_sites", "budget_yen", "both", "reach"]


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
class Plan:
    """
    A chosen set of sites, with the proof of how good it is.

    Attributes
    ----------
    chosen
        Candidate ids opened, fixed ones first, then in order of falling marginal coverage, shape (k,).
    marginal_weight
        Weight each chosen site adds to those before it, shape (k,); sums to ``objective``.
    objective
        Demand weight covered, in the unit of the demand grid.
    total_weight
        Demand weight there is.
    reachable_weight
        Weight that all allowed candidates together would cover.
    upper_bound
        No plan within the same rules covers more than this.
    status
        ``"optimal"`` when the bound proves it, else ``"feasible"``.
    stopped_by
        What ended the search: the proof (or the target gap), the counted work, or the clock.
    limited_by
        The rule that keeps the plan from covering more: ``"max_sites"``, ``"budget_yen"``, ``"both"`` (either of them may)
        or ``"reach"`` (everything reachable is covered).
    cost_yen
        Yen of all chosen sites together.
    seed
        Seed used.
    runtime_s
        Wall clock of the solver [s].
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
    work: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.objective > self.upper_bound:
            raise InvalidPlanError(f"objective must be <= upper_bound, got {self.objective} > {self.upper_bound}")
        if len(self.chosen) != len(self.marginal_weight):
            raise InvalidPlanError(f"marginal_weight must have one entry per chosen site, got {len(self.marginal_weight)}")

    @property
    def gap(self) -> float:
        """Share of the bound that may still be missing, in [0, 1]."""
        return 0.0 if self.upper_bound == 0 else 1.0 - self.objective / self.upper_bound
