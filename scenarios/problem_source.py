"""The question a scenario asks, as the solver takes it."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.basis import Basis
from scenarios.errors import in_table
from scenarios.facility_source import gather_facilities
from scenarios.fixed_sites import fixed_sites
from scenarios.rule_source import gather_pairs, gather_quotas, gather_targets
from siting import CoverageMatrix, SitingProblem
from siting.rules import Facility, Quota, Sharing, Target


@dataclass(frozen=True, kw_only=True, eq=False)
class GatheredRules:
    """
    The rules of a scenario that need files or candidates to be understood; attributes as in :class:`siting.SitingProblem`.

    Attributes
    ----------
    fixed, quotas, either_or, only_with, facilities, targets
        As the problem takes them.
    """

    fixed: tuple[str, ...]
    quotas: tuple[Quota, ...]
    either_or: tuple[tuple[str, ...], ...]
    only_with: tuple[tuple[str, str], ...]
    facilities: tuple[Facility, ...]
    targets: tuple[Target, ...]


def gather_rules(basis: Basis) -> GatheredRules:
    """
    Return the rules of a scenario, every id, zone and file in them known to be there.

    Raises
    ------
    ScenarioError, InvalidInputError
        A rule that names what is not there.
    """
    file = basis.file
    fixed = fixed_sites(file, basis.gathered)
    either_or, only_with = gather_pairs(file, basis.gathered)
    kinds = tuple(table.name for table in file.scenario.facilities)
    return GatheredRules(
        fixed=fixed,
        quotas=gather_quotas(basis),
        either_or=either_or,
        only_with=only_with,
        facilities=gather_facilities(file, basis.plane, basis.demand),
        targets=gather_targets(file, (*basis.demand.groups, *kinds)),
    )


def problem_of(basis: Basis, gathered: GatheredRules, coverage: CoverageMatrix, sharing: Sharing | None) -> SitingProblem:
    """
    Return the problem of a scenario with every rule it states.

    Raises
    ------
    ScenarioError
        Rules that contradict each other.
    """
    rules = basis.file.scenario.rules
    with in_table(basis.file, "rules"):
        return SitingProblem(
            coverage=coverage,
            demand=basis.demand,
            candidates=basis.gathered.candidates,
            goal=rules.goal,
            max_sites=rules.max_sites,
            budget_yen=rules.budget_yen,
            fixed=gathered.fixed,
            forbidden=rules.forbidden,
            quotas=gathered.quotas,
            either_or=gathered.either_or,
            minimum_spacing_m=rules.minimum_spacing_m,
            only_with=gathered.only_with,
            targets=gathered.targets,
            facilities=gathered.facilities,
            servers_needed=rules.servers_needed,
            backup_share=rules.backup_share,
            sharing=sharing,
        )
