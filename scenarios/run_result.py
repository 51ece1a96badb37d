"""Everything that a run of a scenario found out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from scenarios.candidate_sources import GatheredCandidates
from scenarios.provenance import InputFile
from scenarios.robust_source import RobustRun
from scenarios.scenario import ScenarioFile
from siting import City, CoverageMatrix, DemandGrid, Kpis, Plan, RadioParams, SitingProblem, Zone
from siting.outputs.plan_words import Meaning, worth_text
from siting.rule_use import CarrierUse, FacilityUse, RuleUse, carrier_uses, facility_uses, rule_uses
from siting.server_use import ServerUse, server_uses
from siting.sharing import SharingSavings


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """
    Everything a run found out.

    Attributes
    ----------
    file, files
        The scenario, and all files that were read.
    city, zones, demand, gathered, radio, coverage
        What the plan was computed from.
    problem
        The rules, as the solver took them.
    plan, kpis
        The plan and its figures; the plan is empty where the rules cannot be kept, and says why.
    savings
        What sharing saves; None where no carriers share, or nobody asked.
    robust
        What uncertain permits do; None without them. The plan is then the robust one, and its figures are averages.
    share_without_buildings
        Share of the cells around which the data have no building; see :mod:`scenarios.building_gaps`.
    trees_share
        Covered share of the weight if trees weaken most and if they weaken least; None without trees.
    seconds
        Wall clock by stage.
    """

    file: ScenarioFile
    files: tuple[InputFile, ...]
    city: City
    zones: tuple[Zone, ...]
    demand: DemandGrid
    gathered: GatheredCandidates
    radio: RadioParams
    coverage: CoverageMatrix
    problem: SitingProblem
    plan: Plan
    kpis: Kpis
    savings: SharingSavings | None
    robust: RobustRun | None
    share_without_buildings: float
    trees_share: tuple[float, float] | None
    seconds: dict[str, float]

    @property
    def fixed(self) -> tuple[str, ...]:
        """Ids open whatever happens: stations on air and those the scenario fixes."""
        return self.problem.fixed

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan, and not only the reason why there is none."""
        return self.plan.is_plan

    @cached_property
    def meaning(self) -> Meaning:
        """What the figures of the plan stand for."""
        problem = self.problem
        is_plain = not problem.facilities and problem.servers_needed == 1 and not problem.backup_share and problem.sharing is None
        return Meaning(
            measure="expected" if self.robust is not None else "coverage" if is_plain else "value",
            worth=worth_text(problem),
            carriers=self.carrier_uses,
            targets=tuple(target.name for target in problem.targets),
        )

    @cached_property
    def rule_uses(self) -> tuple[RuleUse, ...]:
        """What the plan uses of every rule; nothing without a plan."""
        return rule_uses(self.plan, self.problem) if self.has_plan else ()

    @property
    def has_more_rules(self) -> bool:
        """Whether the plan has more rules than a number of sites and a budget, which the other figures show."""
        return bool(self.server_uses) or any(use.kind not in {"max_sites", "budget_yen"} for use in self.rule_uses)

    @cached_property
    def server_uses(self) -> tuple[ServerUse, ...]:
        """How much of the demand several sites serve, where the rules ask; nothing without a plan."""
        return server_uses(self.plan, self.problem) if self.has_plan else ()

    @cached_property
    def carrier_uses(self) -> tuple[CarrierUse, ...]:
        """What each carrier has of the plan."""
        return carrier_uses(self.plan, self.problem) if self.has_plan else ()

    @cached_property
    def facility_uses(self) -> tuple[FacilityUse, ...]:
        """How many facilities of each kind count."""
        return facility_uses(self.plan, self.problem) if self.has_plan else ()
