"""
Real Shibuya when permits are refused: the gap of the robust plan, and what it buys in the worst tenth of the draws.

``python -m benchmarks.robust`` prints one JSON line for each number of sites, over all candidates of
``scenarios/shibuya.toml``. Rates by asset type are assumed ones, given in the result. Both plans are judged under the same draws.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from benchmarks.measure import Stages, environment, peak_memory_gib, report
from scenarios.preparation import prepare
from scenarios.scenario_file import read_scenario
from scenarios.stopwatch import Stopwatch
from siting import PermitRates, Simulation, SitingProblem, SolveParams, compare_with_nominal, solve, solve_robust

_RATES = {"streetlight": 0.8, "signal": 0.6, "bike_port": 0.9, "station": 0.5, "building": 0.7}


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--draws", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", type=float, default=1.0)
    parser.add_argument("--nominal-effort", type=float, default=0.3)
    given = parser.parse_args(arguments)
    before = Stages()
    with before.stage("coverage"):
        problem = prepare(read_scenario(Path(str(files("scenarios") / "shibuya.toml"))), Stopwatch()).problem
    with before.stage("compile"):
        run(problem, 100, given, effort=0.01, nominal_effort=0.01)
    for n_sites in given.sites:
        report(
            {
                "benchmark": "robust",
                "candidates": problem.coverage.n_candidates,
                "cells": problem.coverage.n_cells,
                "pairs": problem.coverage.n_pairs,
                "sites": n_sites,
                "rates": _RATES,
                **run(problem, n_sites, given, effort=given.effort, nominal_effort=given.nominal_effort),
                "stages_s": before.wall_s,
                "peak_memory_gib": peak_memory_gib(),
            }
            | environment()
        )


def run(problem: SitingProblem, n_sites: int, given: argparse.Namespace, *, effort: float, nominal_effort: float) -> dict[str, object]:
    """Plan with and without regard to refusals, and return the figures of both."""
    problem = replace(problem, max_sites=n_sites)
    rates = PermitRates(by_type=_RATES)
    stages = Stages()
    with stages.stage("nominal"):
        nominal = solve(problem, SolveParams(seed=given.seed, effort=nominal_effort))
    with stages.stage("robust"):
        robust = solve_robust(problem, rates, SolveParams(seed=given.seed, effort=effort), start=nominal)
    with stages.stage("draws"):
        compared = compare_with_nominal(robust, nominal, problem, rates, n_draws=given.draws, seed=given.seed)
    most = compared.leans[0]
    return {
        "expected_weight": robust.expected_weight,
        "upper_bound": robust.upper_bound,
        "gap": robust.gap,
        "status": robust.status,
        "robust": _figures(compared.robust, compared.robust_if_all_permitted),
        "nominal": _figures(compared.nominal, compared.nominal_if_all_permitted),
        "sites_in_both": compared.n_common,
        "most_leaned_on": {"id": most.id, "expected_drop": most.expected_drop, "worst_decile_drop": most.worst_decile_drop},
        "draws": given.draws,
        "seed": given.seed,
        "seconds": stages.wall_s,
        "core_seconds": stages.cpu_s,
        "work": dict(robust.plan.work),
    }


def _figures(drawn: Simulation, if_all_permitted: float) -> dict[str, float]:
    """Return the figures of one plan."""
    return {
        "expected": drawn.expected_weight,
        "mean": drawn.mean,
        "quantile_10": drawn.quantile_10,
        "worst_decile_mean": drawn.worst_decile_mean,
        "worst": drawn.worst,
        "best": drawn.best,
        "if_all_permitted": if_all_permitted,
    }


if __name__ == "__main__":
    main()
