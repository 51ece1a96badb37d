"""How much more is covered for more sites or more yen: a scenario file in, a folder with a table and a picture out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scenarios.errors import ScenarioError
from scenarios.preparation import Prepared, prepare
from scenarios.provenance import versions
from scenarios.run_folder import check_out, run_folder
from scenarios.scenario import ScenarioFile
from scenarios.scenario_file import read_scenario
from scenarios.stopwatch import Stopwatch
from siting import Frontier, InvalidInputError, SitingProblem, frontier
from siting.outputs.frontier import write_frontier_csv, write_frontier_png
from siting.outputs.text import Bilingual, Language
from siting.planning.frontier import Over
from siting.progress import Progress, no_progress

FRONTIER_FILES = ("frontier.csv", "frontier.png", "frontier.json")
"""What the folder of a frontier holds; by all of them it is known as an earlier one."""

_SHARES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5)
_ROUND_YEN = 100_000


@dataclass(frozen=True, kw_only=True, eq=False)
class FrontierRun:
    """
    A frontier and what it was computed from.

    Attributes
    ----------
    file, prepared
        The scenario and its problem.
    frontier
        The points.
    seconds
        Wall clock by stage.
    """

    file: ScenarioFile
    prepared: Prepared
    frontier: Frontier
    seconds: dict[str, float]


def run_frontier(
    path: Path,
    out: Path,
    *,
    over: Over | None = None,
    values: Sequence[int] | None = None,
    language: Language = "en",
    cache_folder: Path | None = None,
    progress: Progress = no_progress,
) -> FrontierRun:
    """
    Compute the frontier of a scenario and write its folder.

    Parameters
    ----------
    path
        Scenario file.
    out
        Folder to write: new, empty, or an earlier frontier, which is replaced. It appears whole or not at all.
    over
        Limit to vary; by default the number of sites where the scenario limits it, else the budget.
    values
        Limits; by default ten, up to half as much again as the scenario's own limit.
    language
        Language of the picture.
    cache_folder
        Where finished cities are kept for the next run; None keeps none.
    progress
        Told the stage and how far it is.

    Raises
    ------
    ScenarioError, InvalidInputError, InvalidSourceError
        Bad input; names file, field, rule and value. Nothing is written.
    """
    check_out(out, files=FRONTIER_FILES, marks=FRONTIER_FILES)
    file = read_scenario(path)
    with run_folder(out, files=FRONTIER_FILES, marks=FRONTIER_FILES) as folder:
        try:
            run = compute_frontier(file, over=over, values=values, cache_folder=cache_folder, progress=progress)
        except InvalidInputError as error:
            raise error.at(str(path)) from None
        _write(run, folder, language, progress)
    return run


def compute_frontier(
    file: ScenarioFile,
    *,
    over: Over | None = None,
    values: Sequence[int] | None = None,
    cache_folder: Path | None = None,
    progress: Progress = no_progress,
) -> FrontierRun:
    """
    Compute the frontier of a scenario without writing anything; see :func:`run_frontier`.

    Raises
    ------
    ScenarioError, InvalidInputError, InvalidSourceError
        Bad input; names file, field, rule and value.
    """
    clock = Stopwatch()
    prepared = prepare(file, clock, cache_folder=cache_folder, progress=progress)
    varied: Over = over or ("budget" if prepared.problem.max_sites is None else "sites")
    limits = default_values(file, prepared.problem, varied) if values is None else _checked(values, prepared.problem, varied)
    with clock.stage("frontier"):
        found = frontier(prepared.problem, over=varied, values=limits, params=prepared.params, progress=progress)
    return FrontierRun(file=file, prepared=prepared, frontier=found, seconds=clock.seconds)


def default_values(file: ScenarioFile, problem: SitingProblem, over: Over) -> tuple[int, ...]:
    """
    Return limits from a twentieth of the scenario's own to half as much again, those that its rules exclude left out.

    What fixed sites take of a limit is left to them at every point.

    Raises
    ------
    ScenarioError
        The scenario does not set this limit.
    """
    own = problem.max_sites if over == "sites" else problem.budget_yen
    if own is None:
        key = "rules.max_sites" if over == "sites" else "rules.budget_yen"
        raise ScenarioError(str(file.path), key, "must be set, or --values given", None)
    if over == "sites":
        taken, step = len(problem.fixed), 1
    else:
        taken, step = int(problem.cost_yen[problem.positions(problem.fixed)].sum()), _ROUND_YEN
    wanted = sorted({own if share == 1.0 else taken + step * max(1, round(share * (own - taken) / step)) for share in _SHARES})
    return tuple(value for value in wanted if _is_possible(problem, over, value)) or (own,)


def _is_possible(problem: SitingProblem, over: Over, value: int) -> bool:
    return _refusal(problem, over, value) is None


def _refusal(problem: SitingProblem, over: Over, value: int) -> InvalidInputError | None:
    """Return why the rules of a problem exclude a limit; None where they allow it."""
    try:
        replace(problem, max_sites=value) if over == "sites" else replace(problem, budget_yen=value)
    except InvalidInputError as error:
        return error
    return None


def _checked(values: Sequence[int], problem: SitingProblem, over: Over) -> tuple[int, ...]:
    """Return the limits asked for, refusing those that the rules of the scenario exclude."""
    for value in values:
        if (why := _refusal(problem, over, value)) is not None:
            is_limit = why.field in {"max_sites", "budget_yen"}
            rule = why.rule if is_limit else f"must leave room for the rules: {why.field} of {why.value!r} {why.rule}"
            raise InvalidInputError("--values", rule, value)
    return tuple(values)


def _write(run: FrontierRun, folder: Path, language: Language, progress: Progress) -> None:
    """Write the table, the picture, and the facts."""
    about = run.file.scenario.scenario
    progress("stage.write", 0, len(FRONTIER_FILES))
    write_frontier_csv(folder / "frontier.csv", run.frontier)
    progress("stage.write", 1, len(FRONTIER_FILES))
    title = Bilingual(ja=about.title_ja, en=about.title_en)
    write_frontier_png(folder / "frontier.png", run.frontier, title=title, language=language)
    progress("stage.write", 2, len(FRONTIER_FILES))
    facts = json.dumps(frontier_facts(run), ensure_ascii=False, indent=2) + "\n"
    (folder / "frontier.json").write_text(facts, encoding="utf-8", newline="\n")
    progress("stage.write", len(FRONTIER_FILES), len(FRONTIER_FILES))


def frontier_facts(run: FrontierRun) -> dict[str, object]:
    """Return all that ``frontier.json`` holds; two runs of one seed differ in ``timings`` alone."""
    about, prepared = run.file.scenario.scenario, run.prepared
    plans = [point.plan for point in run.frontier.points]
    return {
        "name": about.name,
        "title": {"ja": about.title_ja, "en": about.title_en},
        "over": run.frontier.over,
        "unit": run.frontier.unit,
        "total": plans[0].total_weight,
        "reachable": max(plan.reachable_weight for plan in plans),
        "points": [
            {
                "limit": point.limit,
                "status": point.status,
                "objective": point.objective,
                "upper_bound": point.upper_bound,
                "gap": point.gap,
                "stopped_by": point.plan.stopped_by,
                "limited_by": point.plan.limited_by,
                "n_sites": point.n_sites,
                "cost_yen": point.cost_yen,
                "chosen": list(point.chosen),
            }
            for point in run.frontier.points
        ],
        "n_candidates": prepared.problem.coverage.n_candidates,
        "n_cells": prepared.problem.coverage.n_cells,
        "n_pairs": prepared.problem.coverage.n_pairs,
        "parameters": {"scenario": run.file.scenario.model_dump(mode="json"), "radio": dataclasses.asdict(prepared.basis.radio)},
        "seed": prepared.params.seed,
        "inputs": [{"name": one.name, "sha256": one.sha256} for one in prepared.files],
        "versions": versions(),
        "timings": {"seconds": run.seconds, "points_s": [plan.runtime_s for plan in plans]},
    }
