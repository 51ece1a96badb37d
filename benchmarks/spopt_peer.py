"""
The maximal covering location problem by spopt with its own solver, in a process of its own.

``python -m benchmarks.spopt_peer PROBLEM.npz`` prints one JSON line; :mod:`benchmarks.peers` writes the file and starts it.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pulp
from scipy.spatial.distance import cdist
from spopt.locate import MCLP

from benchmarks.measure import Stages, peak_memory_gib


def main() -> None:
    """Solve the problem of a file and print what came out."""
    stages = Stages()
    with np.load(sys.argv[1]) as problem:
        sites, points, weight = problem["sites"], problem["points"], problem["weight"]
        radius_m, n_sites = float(problem["radius_m"]), int(problem["n_sites"])
    with stages.stage("distances"):
        distance_m = cdist(points, sites)
    with stages.stage("build"):
        model = MCLP.from_cost_matrix(distance_m, weight, radius_m, n_sites)
    with stages.stage("solve"):
        model = model.solve(pulp.PULP_CBC_CMD(msg=False))
    result = {
        "objective": round(pulp.value(model.problem.objective), 6),
        "status": pulp.LpStatus[model.problem.status].lower(),
        "seconds": round(sum(stages.wall_s.values()), 3),
        "stages_s": stages.wall_s,
        "peak_memory_gib": peak_memory_gib(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
