"""Trials that two threads work off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
from solve_samples import street_problem

from siting.solver.greedy import best_greedy
from siting.solver.pool import Pool
from siting.solver.presolve import presolve
from siting.solver.trial_queue import TrialQueue


def make_queue(n_trials: int, *, is_over: bool = False) -> TrialQueue:
    problem = presolve(street_problem(3, n_rows=80, max_sites=12))
    pool = Pool(problem, best_greedy(problem))
    trials = [pool.trial(problem, np.ones(problem.n_rows), number=number, seed=number, n_moves=2_000) for number in range(n_trials)]
    return TrialQueue([one for one in trials if one is not None], is_over=lambda: is_over)


def test_what_is_found_does_not_depend_on_who_looks() -> None:
    alone, shared, start = make_queue(9), make_queue(9), Barrier(2)
    shares: list[float] = []
    alone.work(on_moves=shares.append)

    def work() -> None:
        start.wait()
        shared.work(on_moves=lambda _share: None)

    with ThreadPoolExecutor(2) as threads:
        for job in [threads.submit(work) for _ in range(2)]:
            job.result()
    for (_, one), (_, other) in zip(alone.results, shared.results, strict=True):
        assert one is not None
        assert other is not None
        assert np.array_equal(one, other)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_no_trial_is_begun_when_the_work_is_over() -> None:
    queue = make_queue(5, is_over=True)
    queue.work(on_moves=lambda _share: None)
    assert [rows for _, rows in queue.results] == [None] * 5
