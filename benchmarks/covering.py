"""
Very many customers: merged on the way, then the best sites, proven.

``python -m benchmarks.covering --customers 20000000 --sites 20 --radius 3.25 --seed 1`` prints one JSON line;
``--all-published`` prints one for every pair of sites and radius of the literature. 100 possible sites and the customers lie
evenly in a square of 30 by 30, each customer with a whole demand of 1 to 100. The customers are made block by block while
they are merged, so the seconds include making them; how long that takes alone is measured apart. What the chosen sites cover
is counted again from the customers themselves.

References
----------
Cordeau, Furini and Ljubic (2019), Benders decomposition for very large scale partial set covering and maximal covering
location problems.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, dataclass, replace

import numpy as np

from benchmarks.customers import customer_blocks, facilities
from benchmarks.measure import Stages, environment, peak_memory_gib, report
from siting import InvalidInputError, Plan, SitingProblem, SolveParams, cover_merged_points, solve
from siting.arrays import FloatArray

PUBLISHED = {10: (5.5, 5.75, 6.0, 6.25), 15: (4.0, 4.25, 4.5, 4.75, 5.0), 20: (3.25, 3.5, 3.75, 4.0, 4.25)}
"""Radii of the literature by number of sites."""

_COMPILING = 20_000


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=20_000_000)
    parser.add_argument("--facilities", type=int, default=100)
    parser.add_argument("--sites", type=int)
    parser.add_argument("--radius", type=float)
    parser.add_argument("--all-published", action="store_true")
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    is_one = given.sites is not None and given.radius is not None
    if given.all_published == is_one:
        parser.error("give --sites and --radius, or --all-published")
    if given.customers < 1 or given.facilities < 1 or given.seed < 0:
        parser.error("--customers and --facilities must be >= 1, --seed >= 0")
    pairs = [(p, r) for p, radii in PUBLISHED.items() for r in radii] if given.all_published else [(given.sites, given.radius)]
    cases = [
        Case(customers=given.customers, facilities=given.facilities, sites=p, radius=r, seed=given.seed, time_limit_s=given.time_limit)
        for p, r in pairs
    ]
    before = Stages()
    try:
        with before.stage("compile"):
            merge_and_solve(replace(cases[0], customers=min(given.customers, _COMPILING)), Stages())
        with before.stage("customers_alone"):
            for _ in customer_blocks(given.customers, given.seed):
                pass
        for case in cases:
            report(_measure(case, before))
    except InvalidInputError as error:
        sys.exit(str(error))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One problem: how many customers and possible sites, how many sites to choose, how far they serve."""

    customers: int
    facilities: int
    sites: int
    radius: float
    seed: int
    time_limit_s: float


def merge_and_solve(case: Case, stages: Stages) -> tuple[Plan, int]:
    """Return the plan and the number of merged customers."""
    with stages.stage("customers_and_merging"):
        sites = facilities(case.facilities, case.seed)
        coverage, demand = cover_merged_points(sites, customer_blocks(case.customers, case.seed), radius_m=case.radius)
    with stages.stage("solve"):
        problem = SitingProblem(coverage=coverage, demand=demand, max_sites=case.sites)
        return solve(problem, SolveParams(seed=case.seed, time_limit_s=case.time_limit_s)), len(demand)


def _measure(case: Case, before: Stages) -> dict[str, object]:
    """Measure one case."""
    stages, checking = Stages(), Stages()
    plan, n_merged = merge_and_solve(case, stages)
    peak_gib = peak_memory_gib()
    with checking.stage("check"):
        covered = demand_within(facilities(case.facilities, case.seed)[[int(one) for one in plan.chosen]], case)
    if covered != plan.objective:
        sys.exit(f"the chosen sites cover {covered} by count, not {plan.objective}")
    return {
        "benchmark": "covering",
        **asdict(case),
        "merged_customers": n_merged,
        "total_demand": plan.total_weight,
        "objective": plan.objective,
        "upper_bound": plan.upper_bound,
        "gap": plan.gap,
        "status": plan.status,
        "stopped_by": plan.stopped_by,
        "seconds": round(sum(stages.wall_s.values()), 3),
        "stages_s": {**before.wall_s, **stages.wall_s, **checking.wall_s},
        "core_seconds": {**before.cpu_s, **stages.cpu_s, **checking.cpu_s},
        "work": dict(plan.work),
        "method": list(plan.method),
        "peak_memory_gib": peak_gib,
    } | environment("ortools")


def demand_within(chosen: FloatArray, case: Case) -> int:
    """Return the demand of all customers within the radius of any of the chosen sites, counted one by one."""
    total = 0
    for places, demand in customer_blocks(case.customers, case.seed):
        is_served = np.zeros(len(places), dtype=np.bool_)
        for x, y in chosen:
            is_served |= np.sqrt((places[:, 0] - x) ** 2 + (places[:, 1] - y) ** 2) <= case.radius
        total += int(demand[is_served].sum())
    return total


if __name__ == "__main__":
    main()
