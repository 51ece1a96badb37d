"""The main job: a scenario file in, a run folder out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenarios.basis import Basis
from scenarios.building_gaps import share_without_buildings
from scenarios.errors import PlanBreaksRulesError
from scenarios.outputs import write_outputs
from scenarios.preparation import prepare
from scenarios.robust_source import permit_rates, plan_robustly
from scenarios.run_folder import check_out, run_folder
from scenarios.run_result import Run
from scenarios.scenario import ScenarioFile
from scenarios.scenario_file import read_scenario
from scenarios.stopwatch import Stopwatch
from siting import (
    InvalidInputError,
    Plan,
    SitingProblem,
    SolveParams,
    build_coverage,
    evaluate,
    solve,
)
from siting.check import verify
from siting.progress import Progress, Watch, no_progress, no_watch
from siting.sharing import SharingSavings, sharing_savings

logger = logging.getLogger(__name__)

_LOGGED = ("siting", "assets_db", "scenarios")


def run_scenario(
    path: Path, out: Path, *, cache_folder: Path | None = None, progress: Progress = no_progress, watch: Watch = no_watch
) -> Run:
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
    watch
        Told how far plan and bound are apart, whenever either improves.

    Raises
    ------
    ScenarioError, InvalidInputError, InvalidSourceError
        Bad input; names file, field, rule and value. Nothing is written.
    PlanBreaksRulesError
        The plan does not keep its rules: a fault of the program. Nothing is written.
    """
    check_out(out)
    file = read_scenario(path)
    with run_folder(out) as folder, _log_to(folder / "run.log"):
        try:
            run = compute(file, cache_folder=cache_folder, progress=progress, watch=watch)
        except InvalidInputError as error:
            raise error.at(str(path)) from None
        write_outputs(run, folder, progress=progress)
    return run


def compute(file: ScenarioFile, *, cache_folder: Path | None = None, progress: Progress = no_progress, watch: Watch = no_watch) -> Run:
    """
    Compute a scenario without writing anything; see :func:`run_scenario`.

    Raises
    ------
    ScenarioError, InvalidInputError, InvalidSourceError
        Bad input; names file, field, rule and value.
    PlanBreaksRulesError
        The plan does not keep its rules: a fault of the program.
    """
    clock = Stopwatch()
    prepared = prepare(file, clock, cache_folder=cache_folder, progress=progress)
    basis, problem, params = prepared.basis, prepared.problem, prepared.params
    table = file.scenario.robust
    rates = None if table is None else permit_rates(basis, table, problem)
    with clock.stage("solve"):
        plan = solve(problem, params, progress=progress, watch=watch)
    with clock.stage("verify"):
        _require_kept_rules(plan, problem)
    robust = None
    if table is not None and rates is not None:
        with clock.stage("robust"):
            robust = plan_robustly(problem, rates, table, plan, params, progress=progress, watch=watch)
            plan = robust.robust.plan
            _require_kept_rules(plan, problem, is_expected=True)
    with clock.stage("savings"):
        savings = _savings(basis, plan, problem, params, progress)
    with clock.stage("evaluate"):
        kpis = evaluate(plan, prepared.coverage, basis.demand)
        share_open = share_without_buildings(basis.city, basis.demand)
        trees_share = _trees_share(basis, plan)
    logger.info("%d sites cover %.4f of the weight, gap %.5f, %s", len(plan.chosen), kpis.share, plan.gap, plan.status)
    logger.info("seconds: %s", ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in clock.seconds.items()))
    return Run(
        file=file,
        files=prepared.files,
        city=basis.city,
        zones=basis.zones,
        demand=basis.demand,
        gathered=basis.gathered,
        radio=basis.radio,
        coverage=prepared.coverage,
        problem=problem,
        plan=plan,
        kpis=kpis,
        savings=savings,
        robust=robust,
        share_without_buildings=share_open,
        trees_share=trees_share,
        seconds=clock.seconds,
    )


_EXPECTED_FIGURES = ("objective", "marginal_weight")


def _require_kept_rules(plan: Plan, problem: SitingProblem, *, is_expected: bool = False) -> None:
    """Refuse to show a plan that an independent check finds at odds with the rules; averages over permits are no sums of weights."""
    violations = [one for one in verify(plan, problem) if not (is_expected and one.rule in _EXPECTED_FIGURES)]
    if violations:
        raise PlanBreaksRulesError([f"{one.rule} allows {one.allowed}, the plan has {one.found}" for one in violations])


def _savings(basis: Basis, plan: Plan, problem: SitingProblem, params: SolveParams, progress: Progress) -> SharingSavings | None:
    """Return what sharing saves, where it is asked for and there is a plan."""
    table = basis.file.scenario.sharing
    wanted = table is None or table.savings
    if problem.sharing is None or len(problem.sharing.carriers) < 2 or not wanted or not plan.is_plan:
        return None
    progress("stage.savings", 0, 1)
    savings = sharing_savings(problem, params)
    progress("stage.savings", 1, 1)
    return savings


def _trees_share(basis: Basis, plan: Plan) -> tuple[float, float] | None:
    """Return the covered share of the weight with the most and with the least loss in trees, for the chosen sites."""
    city, demand, gathered = basis.city, basis.demand, basis.gathered
    if city.vegetation is None or not demand.total_weight or not plan.chosen:
        return None
    chosen = gathered.candidates.take(np.array([gathered.rows[one] for one in plan.chosen], dtype=np.int64))
    covered = [
        np.unique(build_coverage(city, chosen, demand, replace(basis.radio, vegetation_case=case)).cells) for case in ("high", "low")
    ]
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
