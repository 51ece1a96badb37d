"""
Real Shibuya, streetlights along its roads: how close to the proven bound a plan is after 1, 10 and 60 seconds.

``python -m benchmarks.district`` prints one JSON line for each number of sites. Each limit is a run of its own, from the
coverage to the plan; the effort is set so high that the clock alone ends a run, unless the proof does.
"""

from __future__ import annotations

import argparse

from benchmarks.kernels import compile_kernels
from benchmarks.measure import Stages, environment, peak_memory_gib, report
from benchmarks.shibuya import shibuya
from siting import CoverageMatrix, DemandGrid, SitingProblem, SolveParams, evaluate, solve


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, nargs="+", default=[10, 50, 100, 200, 300, 600])
    parser.add_argument("--limits-s", type=float, nargs="+", default=[1.0, 10.0, 60.0])
    parser.add_argument("--effort", type=float, default=1_000.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    before = Stages()
    coverage, demand, sizes = shibuya(before)
    with before.stage("compile"):
        compile_kernels()
        solve(SitingProblem(coverage=coverage, demand=demand, max_sites=100), SolveParams(effort=0.01))
    for n_sites in given.sites:
        runs = [
            run(coverage, demand, n_sites, SolveParams(seed=given.seed, effort=given.effort, time_limit_s=limit_s))
            for limit_s in given.limits_s
        ]
        report(
            {
                "benchmark": "district",
                **sizes,
                "sites": n_sites,
                "unit": demand.unit,
                "runs": runs,
                "seed": given.seed,
                "effort": given.effort,
                "stages_s": before.wall_s,
                "peak_memory_gib": peak_memory_gib(),
            }
            | environment("ortools")
        )


def run(coverage: CoverageMatrix, demand: DemandGrid, n_sites: int, params: SolveParams) -> dict[str, object]:
    """Solve within a time limit and return the figures."""
    stages = Stages()
    problem = SitingProblem(coverage=coverage, demand=demand, max_sites=n_sites)
    with stages.stage(f"{n_sites} sites, {params.time_limit_s:g} s"):
        plan = solve(problem, params)
    return {
        "time_limit_s": params.time_limit_s,
        "seconds": plan.runtime_s,
        "objective": evaluate(plan, coverage, demand).total.covered_weight,
        "upper_bound": plan.upper_bound,
        "gap": plan.gap,
        "status": plan.status,
        "stopped_by": plan.stopped_by,
        "work": dict(plan.work),
        "method": list(plan.method),
    }


if __name__ == "__main__":
    main()
