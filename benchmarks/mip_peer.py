"""
The raw integer program of a coverage, nothing merged, by HiGHS through MathOpt, in a process of its own.

``python -m benchmarks.mip_peer PROBLEM.npz`` prints one JSON line; :mod:`benchmarks.peers` writes the file and starts it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from ortools.math_opt.python import mathopt

from benchmarks.measure import Stages, peak_memory_gib
from siting.arrays import FloatArray, IndexArray, IntArray

_COLUMNS_AFTER_BEST = 7
"""A row of the solver's table ends with the best value, gap, cuts, rows, conflicts, iterations and seconds."""


class Improvements:
    """The solver's table, read as it is printed: when its best value grew."""

    def __init__(self) -> None:
        self.found: list[tuple[float, float]] = []

    def __call__(self, lines: Sequence[str]) -> None:
        """Read lines of the log."""
        for line in lines:
            words = line.split()
            if len(words) < _COLUMNS_AFTER_BEST + 4 or not words[-1].endswith("s"):
                continue
            try:
                seconds, best = float(words[-1][:-1]), float(words[-_COLUMNS_AFTER_BEST])
            except ValueError:
                continue
            if np.isfinite(best) and best > max((value for _, value in self.found), default=0.0):
                self.found.append((seconds, best))


def main() -> None:
    """Solve the problem of a file and print what came out."""
    stages, improvements = Stages(), Improvements()
    with np.load(sys.argv[1]) as problem:
        start, cells, weight = problem["start"], problem["cells"], problem["weight"]
        n_sites, time_limit_s = int(problem["n_sites"]), float(problem["time_limit_s"])
    with stages.stage("build"):
        model = build(start, cells, weight, n_sites)
    with stages.stage("solve"):
        parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=time_limit_s))
        result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters, msg_cb=improvements)
    objective = result.objective_value() if result.has_primal_feasible_solution() else 0.0
    bound = result.best_objective_bound()
    found = {
        "objective": round(objective, 6),
        "upper_bound": bound if np.isfinite(bound) else None,
        "status": result.termination.reason.name.lower(),
        "improvements": improvements.found,
        "stages_s": stages.wall_s,
        "peak_memory_gib": peak_memory_gib(),
    }
    print(json.dumps(found))


def build(start: IntArray, cells: IndexArray, weight: FloatArray, n_sites: int) -> mathopt.Model:
    """Return the program: one variable for each candidate and each cell that has any, one row for each such cell."""
    model = mathopt.Model(name="coverage")
    is_open = [model.add_binary_variable() for _ in range(len(start) - 1)]
    servers: dict[int, list[mathopt.Variable]] = {}
    for one, (begin, end) in zip(is_open, zip(start[:-1].tolist(), start[1:].tolist(), strict=True), strict=True):
        for cell in cells[begin:end].tolist():
            servers.setdefault(cell, []).append(one)
    is_covered = {cell: model.add_variable(lb=0.0, ub=1.0) for cell in servers}
    for cell, some in servers.items():
        model.add_linear_constraint(mathopt.fast_sum(some) >= is_covered[cell])
    model.add_linear_constraint(mathopt.fast_sum(is_open) <= n_sites)
    model.maximize(mathopt.fast_sum([float(weight[cell]) * one for cell, one in is_covered.items()]))
    return model


if __name__ == "__main__":
    main()
