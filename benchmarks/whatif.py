"""
A planner's questions about a real ward: pin, ban, one site more or less, each answered warm with a bound.

``python -m benchmarks.whatif`` prints one JSON line. For each question it also solves the same problem anew, in the same run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter

import numpy as np

from benchmarks.measure import Stages, data_folder, environment, peak_memory_gib, report
from benchmarks.wards import see_wards
from siting import SitingProblem, SolveParams, WhatIf, solve


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ward", default="13115", help="code of the ward")
    parser.add_argument("--candidates", type=int, default=5_000)
    parser.add_argument("--cell-m", type=float, default=10.0)
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    folder, stages = data_folder(), Stages()
    paths = [folder / "plateau_buildings_2020" / f"{given.ward}.parquet"]
    _, coverage, demand = see_wards(
        paths, folder, stages, n_candidates=given.candidates, cell_m=given.cell_m, range_m=200.0, seed=given.seed
    )
    params = SolveParams(seed=given.seed)
    with stages.stage("first plan"):
        first = WhatIf(SitingProblem(coverage=coverage, demand=demand, max_sites=given.sites), params=params)
    with stages.stage("compile"):
        first.with_max_sites(given.sites - 2)
    answers = ask(first, coverage.candidate_ids, given.sites, params)
    seconds = [one["seconds"] for one in answers]
    report(
        {
            "benchmark": "whatif",
            "ward": given.ward,
            "candidates": coverage.n_candidates,
            "cells": coverage.n_cells,
            "pairs": coverage.n_pairs,
            "sites": given.sites,
            "first_gap": first.plan.gap,
            "answers": answers,
            "most_seconds": max(seconds),
            "median_seconds": float(np.median(seconds)),
            "greatest_gap": max(one["gap"] for one in answers),
            "times_faster_than_anew": float(np.median([one["seconds_anew"] / one["seconds"] for one in answers])),
            "stages_s": stages.wall_s,
            "peak_memory_gib": peak_memory_gib(),
        }
        | environment("ortools")
    )


def ask(first: WhatIf, ids: tuple[str, ...], n_sites: int, params: SolveParams) -> list[dict[str, float]]:
    """Ask one question after the other, each from the state before, and solve each anew as well."""
    chosen = first.plan.chosen
    closed = [one for one in ids if one not in set(chosen)]
    questions: list[Callable[[WhatIf], WhatIf]] = [
        lambda state: state.ban(chosen[0]),
        lambda state: state.ban(chosen[n_sites // 2]),
        lambda state: state.pin(closed[len(closed) // 3]),
        lambda state: state.pin(closed[len(closed) // 2]),
        lambda state: state.with_max_sites(n_sites + 1),
        lambda state: state.with_max_sites(n_sites - 1),
        lambda state: state.allow(chosen[0]),
        lambda state: state.unpin(closed[len(closed) // 3]),
    ]
    answers = []
    state = first
    for question in questions:
        begin_s = perf_counter()
        state = question(state)
        seconds = perf_counter() - begin_s
        begin_s = perf_counter()
        anew = solve(state.problem, params)
        answers.append(
            {
                "seconds": round(seconds, 3),
                "gap": state.plan.gap,
                "seconds_anew": round(perf_counter() - begin_s, 3),
                "gap_anew": anew.gap,
                "share_of_anew": state.plan.objective / anew.objective,
            }
        )
    return answers


if __name__ == "__main__":
    main()
