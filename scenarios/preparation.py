"""From a scenario file to the problem it states: all that is shared by whoever asks something about it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from scenarios.basis import Basis
from scenarios.candidate_sources import gather_candidates
from scenarios.carrier_source import gather_sharing
from scenarios.city_source import gather_city
from scenarios.demand_source import gather_weighting
from scenarios.errors import ScenarioError, in_table
from scenarios.places import Plane
from scenarios.problem_source import gather_rules, problem_of
from scenarios.provenance import InputFile, input_files
from scenarios.scenario import ScenarioFile
from scenarios.scenario_file import radio_of
from scenarios.stopwatch import Stopwatch
from scenarios.zone_sources import gather_zones
from siting import CoverageMatrix, DemandGrid, RadioParams, SitingProblem, SolveParams, build_coverage, build_demand
from siting.progress import Progress, no_progress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """
    A scenario ready to be planned.

    Attributes
    ----------
    files
        All files that were read.
    basis
        Buildings, zones, cells and candidates.
    coverage
        Who serves which cell on the band of the scenario.
    problem
        The problem with every rule of the scenario.
    params
        How hard the scenario wants it solved.
    """

    files: tuple[InputFile, ...]
    basis: Basis
    coverage: CoverageMatrix
    problem: SitingProblem
    params: SolveParams


def prepare(file: ScenarioFile, clock: Stopwatch, *, cache_folder: Path | None = None, progress: Progress = no_progress) -> Prepared:
    """
    Read all that a scenario names and state its problem.

    Parameters
    ----------
    file
        The scenario.
    clock
        Takes the seconds of each stage.
    cache_folder
        Where finished cities are kept for the next run; None keeps none.
    progress
        Told the stage and how far it is.

    Raises
    ------
    ScenarioError, InvalidInputError, InvalidSourceError
        Bad input; names file, field, rule and value.
    """
    scenario = file.scenario
    with in_table(file, "radio"):
        radio = radio_of(file)
    params = SolveParams(**scenario.solve.model_dump())
    logger.info("scenario %s from %s: %s, Rules(%s), %s", scenario.scenario.name, file.path, radio, scenario.rules, params)
    files, basis = _read(file, radio, clock, cache_folder, progress)
    gathered, demand = basis.gathered, basis.demand
    with clock.stage("rules"):
        rules = gather_rules(basis)
    with clock.stage("coverage"), in_table(file, "candidates"):
        coverage = build_coverage(basis.city, gathered.candidates, demand, radio, progress=progress)
        sharing = gather_sharing(basis, coverage, progress=progress)
    logger.info("%d candidates, %d cells, %d rays, %d pairs", len(gathered.candidates), len(demand), coverage.n_rays, coverage.n_pairs)
    return Prepared(files=files, basis=basis, coverage=coverage, problem=problem_of(basis, rules, coverage, sharing), params=params)


_OF_INPUTS = ("area", "buildings", "ground", "vegetation", "candidates", "zones", "demand", "radio", "carriers", "sharing")
"""Tables on which cells, candidates and coverage depend; the others only say what to do with them."""


def same_inputs(one: ScenarioFile, other: ScenarioFile) -> bool:
    """Return whether two scenarios plan with the same buildings, cells, candidates and radio, whatever their rules."""
    is_same_plane = one.scenario.scenario.crs == other.scenario.scenario.crs
    horizon = (one.scenario.rules.horizon_years, other.scenario.rules.horizon_years)
    tables = all(getattr(one.scenario, name) == getattr(other.scenario, name) for name in _OF_INPUTS)
    return is_same_plane and horizon[0] == horizon[1] and tables and one.path.parent == other.path.parent


def restate(prepared: Prepared, file: ScenarioFile) -> Prepared:
    """
    Return what is prepared with the rules of another scenario of the same inputs; nothing is read or traced again.

    Raises
    ------
    ScenarioError, InvalidInputError
        Rules that name what is not there, or contradict each other.
    """
    basis = replace(prepared.basis, file=file)
    problem = problem_of(basis, gather_rules(basis), prepared.coverage, prepared.problem.sharing)
    return replace(prepared, basis=basis, problem=problem, params=SolveParams(**file.scenario.solve.model_dump()))


def _read(
    file: ScenarioFile, radio: RadioParams, clock: Stopwatch, cache_folder: Path | None, progress: Progress
) -> tuple[tuple[InputFile, ...], Basis]:
    """Return the files of a scenario, and all that its rules speak of."""
    plane = Plane.of(file)
    with clock.stage("read"):
        files = input_files(file)
        city = gather_city(file, plane, cache_folder, progress)
    with clock.stage("demand"):
        zones = gather_zones(file, plane)
        table = file.scenario.demand
        with in_table(file, "demand"):
            weighting = gather_weighting(table.weight, "demand.weight", file, plane)
            demand = build_demand(city, zones, cell_m=table.cell_m, weighting=weighting, progress=progress)
        _require_weight(file, demand)
    with clock.stage("candidates"):
        gathered = gather_candidates(file, city, plane)
    return files, Basis(file=file, plane=plane, city=city, zones=zones, demand=demand, gathered=gathered, radio=radio)


def _require_weight(file: ScenarioFile, demand: DemandGrid) -> None:
    """Raise where neither cells nor facilities are worth anything: every plan would be as good as none."""
    if demand.total_weight or file.scenario.facilities:
        return
    if not any(zone.priority for zone in file.scenario.zones):
        rule = "must have at least one with priority > 0: zones with priority 0 are reported, but count for nothing"
        raise ScenarioError(str(file.path), "zones", rule, None)
    raise ScenarioError(str(file.path), "demand.weight", "must be > 0 in at least one cell of a zone with priority > 0", 0)
