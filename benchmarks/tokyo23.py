"""
All 23 wards of Tokyo: from the GeoParquet files to a plan with a proven gap.

``python -m benchmarks.tokyo23 --candidates 100000 --cell-m 10`` prints one JSON line. Compilation of the kernels is done
first, on a small corner of the city, and reported apart; nothing is cached between the stages.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.measure import Stages, data_folder, environment, peak_memory_gib, report
from benchmarks.wards import see_wards
from siting import City, CoverageMatrix, DemandGrid, Plan, SitingProblem, SolveParams, solve


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=100_000)
    parser.add_argument("--cell-m", type=float, default=10.0)
    parser.add_argument("--range-m", type=float, default=200.0)
    parser.add_argument("--sites", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", type=float, default=1.0)
    parser.add_argument("--target-gap", type=float, default=0.0)
    arguments = parser.parse_args()
    folder = data_folder()
    paths = sorted((folder / "plateau_buildings_2020").glob("131*.parquet"))
    compiling, stages = Stages(), Stages()
    with compiling.stage("compile"):
        _job(paths[:1], folder, replace_arguments(arguments), Stages())
    city, demand, coverage, plan = _job(paths, folder, arguments, stages)
    rays_core_s = stages.cpu_s["rays"]
    report(
        {
            "benchmark": "tokyo23",
            "buildings": len(city),
            "walls": int(len(city.outlines.xy_mm) - len(city.outlines.ring_outline)),
            "candidates": coverage.n_candidates,
            "cells": len(demand),
            "rays": coverage.n_rays,
            "pairs": coverage.n_pairs,
            "million_rays_per_core_second": round(coverage.n_rays / rays_core_s / 1e6, 2),
            "sites": len(plan.chosen),
            "objective": plan.objective,
            "upper_bound": plan.upper_bound,
            "gap": plan.gap,
            "status": plan.status,
            "stopped_by": plan.stopped_by,
            "covered_share": plan.objective / plan.total_weight,
            "seconds": round(sum(stages.wall_s.values()), 2),
            "stages_s": stages.wall_s,
            "core_seconds": stages.cpu_s,
            "compile_s": compiling.wall_s["compile"],
            "peak_memory_gib": peak_memory_gib(),
        }
        | environment()
    )


def replace_arguments(arguments: argparse.Namespace) -> argparse.Namespace:
    """Return the arguments of a small job that compiles everything the large one needs."""
    return argparse.Namespace(**(vars(arguments) | {"candidates": 300, "sites": 20}))


def _job(paths: list[Path], folder: Path, arguments: argparse.Namespace, stages: Stages) -> tuple[City, DemandGrid, CoverageMatrix, Plan]:
    """Do the whole job, stage by stage."""
    city, coverage, demand = see_wards(
        paths,
        folder,
        stages,
        n_candidates=arguments.candidates,
        cell_m=arguments.cell_m,
        range_m=arguments.range_m,
        seed=arguments.seed,
    )
    with stages.stage("solve"):
        problem = SitingProblem(coverage=coverage, demand=demand, max_sites=arguments.sites)
        plan = solve(problem, SolveParams(seed=arguments.seed, effort=arguments.effort, target_gap=arguments.target_gap))
    return city, demand, coverage, plan


if __name__ == "__main__":
    main()
