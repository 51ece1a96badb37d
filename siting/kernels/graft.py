"""Grafts: what a plan would cover with the rows of another plan in a part of the problem."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.kernels.pattern import Pattern
from siting.kernels.presolve import UnsignedArray
from siting.kernels.splitmix import next_random, random_below

NO_PLAN = -1
"""Donor of a plan that no other one improves."""


@njit(cache=True, nogil=True)
def rows_around(pattern: Pattern, row: int, most: int) -> IndexArray:
    """Return the rows that are linked with one, the nearest first, at most so many: rows that share a group are linked."""
    n, m = len(pattern.start) - 1, len(pattern.weight)
    is_met, is_searched = np.zeros(n, dtype=np.bool_), np.zeros(m, dtype=np.bool_)
    around = np.empty(n, dtype=np.int32)
    around[0] = row
    is_met[row] = True
    n_met, at = 1, 0
    while at < n_met < most:
        for p in range(pattern.start[around[at]], pattern.start[around[at] + 1]):
            j = pattern.groups[p]
            if not is_searched[j]:
                is_searched[j] = True
                for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
                    other = pattern.column_rows[q]
                    if not is_met[other]:
                        is_met[other] = True
                        around[n_met] = other
                        n_met += 1
        at += 1
    return around[: min(n_met, most)].copy()


@njit(cache=True, nogil=True)
def _number_shared(pattern: Pattern, is_inside: BoolArray, number: IndexArray, is_near: BoolArray) -> int:
    """Number the groups that rows on both sides serve, the others get -1, and mark these rows; return how many groups there are."""
    n_shared = 0
    is_near[:] = False
    for j in range(len(pattern.weight)):
        n_inside = 0
        for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
            n_inside += is_inside[pattern.column_rows[q]]
        if 0 < n_inside < pattern.column_start[j + 1] - pattern.column_start[j]:
            number[j] = n_shared
            n_shared += 1
            for q in range(pattern.column_start[j], pattern.column_start[j + 1]):
                is_near[pattern.column_rows[q]] = True
        else:
            number[j] = -1
    return n_shared


@njit(cache=True, nogil=True)
def part_keys(plan_start: IntArray, plan_rows: IndexArray, is_inside: BoolArray) -> UnsignedArray:
    """Return a number for the rows that each plan has inside a part of the problem: the same for the same rows, else another."""
    keys, state = np.zeros(len(plan_start) - 1, dtype=np.uint64), np.empty(1, dtype=np.uint64)
    for k in range(len(keys)):
        for at in range(plan_start[k], plan_start[k + 1]):
            if is_inside[plan_rows[at]]:
                state[0] = np.uint64(plan_rows[at])
                keys[k] ^= next_random(state)
    return keys


class _Side(NamedTuple):
    """What one plan has on one side of a part: rows, and their yen."""

    n_rows: int
    spent: int


@njit(cache=True, nogil=True)
def _serve_outside(
    pattern: Pattern, rows: IndexArray, is_inside: BoolArray, number: IndexArray, is_near: BoolArray, outside: FloatArray
) -> _Side:
    """Return what a host has outside the part, and note the weight of the numbered groups it serves there; shape (n_shared,)."""
    n_rows, spent = 0, 0
    for row in rows:
        if is_inside[row]:
            continue
        n_rows += 1
        spent += pattern.cost[row]
        if is_near[row]:
            for p in range(pattern.start[row], pattern.start[row + 1]):
                j = pattern.groups[p]
                if number[j] >= 0:
                    outside[number[j]] = pattern.weight[j]
    return _Side(n_rows, spent)


@njit(cache=True, nogil=True)
def _serve_inside(
    pattern: Pattern,
    rows: IndexArray,
    is_inside: BoolArray,
    number: IndexArray,
    seen: IndexArray,
    part: int,
    outside: FloatArray,
    shared: IndexArray,
    gain: FloatArray,
) -> _Side:
    """Return what a donor has inside the part, and set what it adds to each host's coverage outside; shape (n_hosts,)."""
    n_rows, spent, covered, n_shared = 0, 0, 0.0, 0
    for row in rows:
        if not is_inside[row]:
            continue
        n_rows += 1
        spent += pattern.cost[row]
        for p in range(pattern.start[row], pattern.start[row + 1]):
            j = np.uint32(pattern.groups[p])
            is_new = seen[j] != part
            seen[j] = part
            covered += is_new * pattern.weight[j]  # no branch: which groups are new is hard to foretell
            shared[n_shared] = number[j]
            n_shared += is_new & (number[j] >= 0)
    gain[:] = covered
    for k in range(n_shared):
        of_hosts = outside[np.uint32(shared[k])]
        for host in range(len(gain)):
            gain[host] -= of_hosts[host]
    return _Side(n_rows, spent)


@njit(cache=True, nogil=True)
def find_donors(
    pattern: Pattern,
    plan_start: IntArray,
    plan_rows: IndexArray,
    is_inside: BoolArray,
    distinct: IntArray,
    own: IntArray,
    least_gain: float,
    random: UnsignedArray,
    donors: IndexArray,
) -> None:
    """
    Find, for each of the first plans, another plan whose rows inside a part of the problem improve it; one at random of all.

    The host keeps its rows outside the part and takes those of the donor inside it. Every pair is looked at: what the donor covers
    inside, less the weight of the groups that the host serves outside as well.

    Parameters
    ----------
    pattern
        The problem.
    plan_start, plan_rows
        Rows of plan k: ``plan_rows[plan_start[k]:plan_start[k + 1]]``.
    is_inside
        Rows of the part, shape (n,).
    distinct
        Plans that differ inside the part, every different one among them.
    own
        Place in ``distinct`` of the plan that has the same rows inside the part as a host, shape (n_hosts,).
    least_gain
        What a graft must gain, and more.
    random
        State of the generator, one entry.
    donors
        Filled with the donor of each host, or ``NO_PLAN``; shape (n_hosts,).
    """
    n_hosts, m = len(own), len(pattern.weight)
    number, is_near = np.empty(m, dtype=np.int32), np.empty(len(is_inside), dtype=np.bool_)
    outside = np.zeros((_number_shared(pattern, is_inside, number, is_near), n_hosts))
    kept = [_Side(0, 0) for _ in range(n_hosts)]
    for host in range(n_hosts):
        rows = plan_rows[plan_start[host] : plan_start[host + 1]]
        kept[host] = _serve_outside(pattern, rows, is_inside, number, is_near, outside[:, host])
    value, seen, shared = np.empty((len(distinct), n_hosts)), np.full(m, -1, dtype=np.int32), np.empty(m + 1, dtype=np.int32)
    for part in range(len(distinct)):
        rows = plan_rows[plan_start[distinct[part]] : plan_start[distinct[part] + 1]]
        taken = _serve_inside(pattern, rows, is_inside, number, seen, part, outside, shared, value[part])
        for host in range(n_hosts):
            is_allowed = kept[host].n_rows + taken.n_rows <= pattern.max_rows
            is_allowed &= pattern.budget < 0 or kept[host].spent + taken.spent <= pattern.budget
            if not is_allowed:
                value[part, host] = -np.inf
    donors[:] = NO_PLAN
    n_better = np.zeros(n_hosts, dtype=np.int64)
    for part in range(len(distinct)):
        for host in range(n_hosts):
            if value[part, host] > value[own[host], host] + least_gain:
                n_better[host] += 1
                if random_below(random, n_better[host]) == 0:
                    donors[host] = distinct[part]


@njit(cache=True, nogil=True)
def covered_by(pattern: Pattern, rows: IndexArray) -> float:
    """Return the weight of the groups that some rows serve, added in the order of the rows."""
    is_served, covered = np.zeros(len(pattern.weight), dtype=np.bool_), 0.0
    for row in rows:
        for p in range(pattern.start[row], pattern.start[row + 1]):
            j = pattern.groups[p]
            if not is_served[j]:
                is_served[j] = True
                covered += pattern.weight[j]
    return covered
