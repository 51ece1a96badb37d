"""The main job: a scenario file in, a run folder out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from scenarios.building_gaps import share_without_buildings
from scenarios.candidate_sources import GatheredCandidates, gather_candidates
from scenarios.city_source import gather_city
from scenarios.demand_source import gather_weighting
from scenarios.errors import in_table
from scenarios.fixed_sites import fixed_sites
from scenarios.outputs import write_outputs
from scenarios.places import Plane
from scenarios.provenance import InputFile, input_files
from scenarios.run_folder import check_out, run_folder
from scenarios.scenario import ScenarioFile
from scenarios.scenario_file import radio_of, read_scenario
from scenarios.stopwatch import Stopwatch
from scenarios.zone_sources import gather_zones
from siting import (
    City,
    InvalidInputError,
    Kpis,
    Plan,
    SitingProblem,
    SolveParams,
    Zone,
    build_coverage,
    build_demand,
    evaluate,
    solve,
)
from siting.coverage import CoverageMatrix
from siting.demand import DemandGrid
from siting.progress import Progress, no_progress
from siting.radio import RadioParams

logger = logging.getLogger(__name__)

_LOGGED = ("siting", "assets_db", "scenarios")


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
    fixed
        Ids open whatever happens: stations on air and those the scenario fixes.
    plan, kpis
        The plan and its figures.
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
    fixed: tuple[str, ...]
    plan: Plan
    kpis: Kpis
    share_without_buildings: float
    trees_share: tuple[float, float] | None
    seconds: dict[str, float]


def run_scenario(path: Path, out: Path, *, cache_folder: Path | None = None, progress: Progress = no_progress) -> Run:
    """
    Compute a scenario and write its run folder.

    Parameters
    ----------
    path
        Scenario file.
    out
        Folder to write: new, empty, or an earlier run, which is replaced. It appears whole or not at all.
    cache_folder
        Where finished cities are kept for the next run; None keeps none.
    progress
        Told the stage and how far it is.

    Raises
    ------
    ScenarioError, InvalidInputError, InvalidSourceError
        Bad input; names file, field, rule and value. Nothing is written.
    """
    check_out(out)
    file = read_scenario(path)
    with run_folder(out) as folder, _log_to(folder / "run.log"):
        try:
            run = compute(file, cache_folder=cache_folder, progress=progress)
        except InvalidInputError as error:
            raise error.at(str(path)) from None
        write_outputs(run, folder, progress=progress)
    return run


def compute(file: ScenarioFile, *, cache_folder: Path | None = None, progress: Progress = no_progress) -> Run:
    """
    Compute a scenario without writing anything; see :func:`run_scenario`.

    Raises
    ------
    ScenarioError, InvalidInputError, InvalidSourceError
        Bad input; names file, field, rule and value.
    """
    watch = Stopwatch()
    scenario = file.scenario
    with in_table(file, "radio"):
        radio = radio_of(file)
    params = SolveParams(**scenario.solve.model_dump())
    logger.info("scenario %s from %s: %s, Rules(%s), %s", scenario.scenario.name, file.path, radio, scenario.rules, params)
    plane = Plane.of(file)
    with watch.stage("read"):
        files = input_files(file)
        city = gather_city(file, plane, cache_folder, progress)
    with watch.stage("demand"):
        zones = gather_zones(file, plane)
        with in_table(file, "demand"):
            demand = build_demand(city, zones, cell_m=scenario.demand.cell_m, weighting=gather_weighting(file, plane), progress=progress)
    with watch.stage("candidates"):
        gathered = gather_candidates(file, city, plane)
        fixed = fixed_sites(file, gathered)
    with watch.stage("coverage"), in_table(file, "candidates"):
        coverage = build_coverage(city, gathered.candidates, demand, radio, progress=progress)
    logger.info("%d candidates, %d cells, %d rays, %d pairs", len(gathered.candidates), len(demand), coverage.n_rays, coverage.n_pairs)
    with in_table(file, "rules"):
        problem = SitingProblem(
            coverage=coverage,
            demand=demand,
            candidates=gathered.candidates,
            max_sites=scenario.rules.max_sites,
            budget_yen=scenario.rules.budget_yen,
            fixed=fixed,
            forbidden=scenario.rules.forbidden,
        )
    with watch.stage("solve"):
        plan = solve(problem, params, progress=progress)
    with watch.stage("evaluate"):
        kpis = evaluate(plan, coverage, demand)
        share_open = share_without_buildings(city, demand)
        trees_share = _trees_share(city, gathered, demand, radio, plan)
    logger.info("%d sites cover %.4f of the weight, gap %.5f, %s", len(plan.chosen), kpis.share, plan.gap, plan.status)
    logger.info("seconds: %s", ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in watch.seconds.items()))
    return Run(
        file=file,
        files=files,
        city=city,
        zones=zones,
        demand=demand,
        gathered=gathered,
        radio=radio,
        coverage=coverage,
        fixed=fixed,
        plan=plan,
        kpis=kpis,
        share_without_buildings=share_open,
        trees_share=trees_share,
        seconds=watch.seconds,
    )


def _trees_share(
    city: City, gathered: GatheredCandidates, demand: DemandGrid, radio: RadioParams, plan: Plan
) -> tuple[float, float] | None:
    """Return the covered share of the weight with the most and with the least loss in trees, for the chosen sites."""
    if city.vegetation is None or not demand.total_weight:
        return None
    row_of = {one: row for row, one in enumerate(gathered.candidates.ids)}
    chosen = gathered.candidates.take(np.array([row_of[one] for one in plan.chosen], dtype=np.int64))
    covered = [np.unique(build_coverage(city, chosen, demand, replace(radio, vegetation_case=case)).cells) for case in ("high", "low")]
    low, high = (float(demand.weight[cells].sum()) / demand.total_weight for cells in covered)
    return low, high


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """Write what the rooms log to a file."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    loggers = [logging.getLogger(name) for name in _LOGGED]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.addHandler(handler)
        one.setLevel(logging.INFO)
    try:
        yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.removeHandler(handler)
            one.setLevel(level)
        handler.close()
