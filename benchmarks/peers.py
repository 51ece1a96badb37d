"""
Our solver against what else one would use, on the same problems in the same run.

``python -m benchmarks.peers`` prints one JSON line. spopt builds its model from a table of distances and solves it with the
solver it brings; the seconds run from the positions of sites and points to the plan, for it and for us. The raw integer
program of real Shibuya goes to HiGHS through MathOpt; its model is given to it, only solving counts. What it has at the end of
its time stands against the moment at which our plan covers as much and is proven within 0.3 % of the best. Each peer has a
process of its own. ``--quick`` takes small sizes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.customers import customer_blocks, facilities
from benchmarks.kernels import compile_kernels
from benchmarks.measure import Stages, environment, peak_memory_gib, report
from benchmarks.shibuya import shibuya
from siting import PointDemand, SitingProblem, SolveParams, cover_points, solve
from siting.progress import Closing

_ROUNDING = 1e-6
_GOOD_GAP = 0.003
"""Gap at which a plan counts as good where the integer program has found none to compare with."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """A problem for spopt: possible sites, customers, sites to choose and how far they serve."""

    facilities: int
    customers: int
    sites: int
    radius: float


SIZES = (
    Size(facilities=100, customers=50_000, sites=10, radius=5.5),
    Size(facilities=1_000, customers=10_000, sites=40, radius=1.5),
)
QUICK_SIZES = (Size(facilities=20, customers=2_000, sites=5, radius=5.5),)


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, and no integer program")
    parser.add_argument("--only", choices=("spopt", "mip"), help="one of the peers")
    parser.add_argument("--mip-sites", type=int, default=100)
    parser.add_argument("--mip-time-limit", type=float, default=600.0)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--effort", type=float, default=100.0, help="so much that the clock ends what is not proven")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    params = SolveParams(seed=given.seed, time_limit_s=given.time_limit, effort=given.effort)
    result: dict[str, object] = {"benchmark": "peers"}
    if given.only != "mip":
        sizes = QUICK_SIZES if given.quick else SIZES
        result["spopt"] = [against_spopt(size, params) for size in sizes]
    if given.only != "spopt" and not given.quick:
        result["raw_mip"] = against_raw_mip(given.mip_sites, given.mip_time_limit, params)
    report(result | {"peak_memory_gib": peak_memory_gib()} | environment("ortools", "spopt", "pulp", "scipy"))


def against_spopt(size: Size, params: SolveParams) -> dict[str, object]:
    """Return both answers to one problem and how many times longer spopt takes."""
    sites = facilities(size.facilities, params.seed)
    blocks = list(customer_blocks(size.customers, params.seed))
    points = np.concatenate([places for places, _ in blocks])
    weight = np.concatenate([demand for _, demand in blocks]).astype(np.float64)
    theirs = _peer(
        "benchmarks.spopt_peer", sites=sites, points=points, weight=weight, radius_m=size.radius, n_sites=size.sites, timeout_s=None
    )
    for stages in (Stages(), Stages()):  # the first time compiles
        with stages.stage("coverage"):
            coverage = cover_points(sites, points, radius_m=size.radius)
        with stages.stage("solve"):
            problem = SitingProblem(coverage=coverage, demand=PointDemand(weight=weight), max_sites=size.sites)
            plan = solve(problem, params)
    seconds = sum(stages.wall_s.values())
    if plan.objective < theirs["objective"] - _ROUNDING or theirs["objective"] > plan.upper_bound + _ROUNDING:
        sys.exit(f"{size}: ours covers {plan.objective} of at most {plan.upper_bound}, theirs {theirs['objective']}")
    return {
        "facilities": size.facilities,
        "customers": size.customers,
        "sites": size.sites,
        "radius": size.radius,
        "objective": plan.objective,
        "upper_bound": plan.upper_bound,
        "status": plan.status,
        "seconds": round(seconds, 4),
        "stages_s": stages.wall_s,
        "spopt": theirs,
        "is_same_objective": abs(plan.objective - theirs["objective"]) <= _ROUNDING,
        "times_faster": round(theirs["seconds"] / seconds, 1),
    }


def against_raw_mip(n_sites: int, time_limit_s: float, params: SolveParams) -> dict[str, object]:
    """Return both answers on real Shibuya, and how many times sooner ours is as good as what the program ends with."""
    coverage, demand, sizes = shibuya(Stages())
    theirs = _peer(
        "benchmarks.mip_peer",
        start=coverage.start,
        cells=coverage.cells,
        weight=demand.weight,
        n_sites=n_sites,
        time_limit_s=time_limit_s,
        timeout_s=2 * time_limit_s + 300,
    )
    problem = SitingProblem(coverage=coverage, demand=demand, max_sites=n_sites)
    compile_kernels()
    solve(problem, SolveParams(effort=0.05))  # compiles the rest
    told: list[Closing] = []
    plan = solve(problem, params, watch=told.append)
    good = (one.seconds for one in told if one.objective >= max(theirs["objective"], (1.0 - _GOOD_GAP) * one.bound))
    as_good_s = next(good, None)
    reached_s = [when for when, value in theirs["improvements"] if value >= plan.objective]
    return {
        **sizes,
        "sites": n_sites,
        "objective": plan.objective,
        "upper_bound": plan.upper_bound,
        "gap": plan.gap,
        "seconds": round(plan.runtime_s, 3),
        "seconds_until_as_good": None if as_good_s is None else round(as_good_s, 3),
        "mip": theirs,
        "mip_time_limit_s": time_limit_s,
        "mip_reaches_our_last_plan_s": reached_s[0] if reached_s else None,
        "is_same_objective_or_better": plan.objective >= theirs["objective"] - _ROUNDING,
        "times_sooner_at_least": None if as_good_s is None else round(theirs["stages_s"]["solve"] / as_good_s, 1),
    }


def _peer(module: str, *, timeout_s: float | None, **problem: object) -> dict[str, Any]:
    """Return the JSON line of a peer that reads the problem from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problem.npz"
        np.savez(path, **problem)  # type: ignore[arg-type]  # arrays and numbers
        command = [sys.executable, "-W", "ignore", "-m", module, str(path)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=timeout_s)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    main()
