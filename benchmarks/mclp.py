"""
The maximal covering location problem on real street corners, against the best known values of the literature.

``python -m benchmarks.mclp INSTANCE.txt --sites 50 --radius-m 400 --time-limit 60`` prints one JSON line; several numbers of
sites print one each, and ``--all`` takes every pair of sites and radius with a known value. Every corner is a site and a
point of demand; a corner is served within the radius along the great circle of a sphere of 6,378,100 m. Before anything is
solved, every solution stored beside the instance must reproduce its value.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from benchmarks.four_cities import Instance, best_known, check_stored, read_instance, stored_solutions
from benchmarks.kernels import compile_kernels
from benchmarks.measure import Stages, environment, peak_memory_gib, report
from siting import InvalidInputError, PointDemand, SitingProblem, SolveParams, cover_points, evaluate, solve


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--sites", type=int, nargs="+", default=[])
    parser.add_argument("--radius-m", type=float)
    parser.add_argument("--all", action="store_true", help="every pair of sites and radius with a known value")
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", type=float, default=1_000.0)
    given = parser.parse_args(arguments)
    if given.all == bool(given.sites) or (given.sites and given.radius_m is None):
        parser.error("give --sites and --radius-m, or --all")
    try:
        _measure(given)
    except InvalidInputError as error:
        sys.exit(str(error))


def _measure(given: argparse.Namespace) -> None:
    """Check the stored solutions, then solve each case."""
    params = SolveParams(seed=given.seed, effort=given.effort, time_limit_s=given.time_limit)
    stages = Stages()
    with stages.stage("read"):
        instance = read_instance(given.instance)
    with stages.stage("compile"):
        compile_kernels()
    with stages.stage("check"):
        stored = stored_solutions(instance)
        for one in stored:
            check_stored(instance, one)
    if stored:
        print(f"{len(stored)} stored solutions of {instance.name} reproduce their values", file=sys.stderr)
    else:
        print(f"no stored solutions of {instance.name} beside it: none checked", file=sys.stderr)
    known = best_known(instance)
    cases = sorted(known) if given.all else [(n_sites, given.radius_m) for n_sites in given.sites]
    for n_sites, radius_m in cases:
        report(run(instance, n_sites, radius_m, params=params, known=known.get((n_sites, radius_m)), n_stored=len(stored), before=stages))


def run(
    instance: Instance, n_sites: int, radius_m: float, *, params: SolveParams, known: int | None, n_stored: int, before: Stages
) -> dict[str, object]:
    """Solve one case and return its figures."""
    stages = Stages()
    places = instance.longitude_latitude
    with stages.stage("coverage"):
        coverage = cover_points(places, places, radius_m=radius_m, distance="great_circle")
        demand = PointDemand(weight=instance.demand.astype(np.float64))
        problem = SitingProblem(coverage=coverage, demand=demand, max_sites=n_sites)
    with stages.stage("solve"):
        plan = solve(problem, params)
    with stages.stage("evaluate"):
        covered = evaluate(plan, coverage, demand).total.covered_weight
    return {
        "benchmark": "mclp",
        "instance": instance.name,
        "corners": len(instance.demand),
        "sites": n_sites,
        "radius_m": radius_m,
        "pairs": coverage.n_pairs,
        "objective": covered,
        "upper_bound": plan.upper_bound,
        "gap": plan.gap,
        "status": plan.status,
        "stopped_by": plan.stopped_by,
        "best_known": known,
        "is_best_known_reached": None if known is None else covered >= known,
        "is_best_known_beaten": None if known is None else covered > known,
        "stored_solutions_checked": n_stored,
        "seed": params.seed,
        "effort": params.effort,
        "time_limit_s": params.time_limit_s,
        "seconds": round(sum(stages.wall_s.values()), 3),
        "stages_s": {**before.wall_s, **stages.wall_s},
        "core_seconds": {**before.cpu_s, **stages.cpu_s},
        "work": dict(plan.work),
        "method": list(plan.method),
        "peak_memory_gib": peak_memory_gib(),
    } | environment("ortools")


if __name__ == "__main__":
    main()
