"""What groups and rows are worth by and large: the guide of greedy choices and of moves, not the measure of plans."""

from __future__ import annotations

from numba import njit

from siting.kernels.model_state import BACKUP, CLOSED, GAIN, IS_LINKED, LOWER, NEED, PLACE, VALUE, WEIGHT, Search, Terms, change


@njit(cache=True, nogil=True)
def _wanted(t: Terms, s: Search, first: int, end: int, margin: float) -> float:
    """Return what amounts are worth to the targets that are not above their need by more than a margin."""
    worth = 0.0
    for p in range(first, end):
        target = t.link[p, 0]
        if s.sums[target] < margin * t.limit[target, LOWER]:
            worth += s.price[target] * t.link[p, 1]
    return worth


@njit(cache=True, nogil=True)
def price_groups(t: Terms, s: Search, margin: float) -> None:
    """Fill ``appeal``: weights, and a group's part in bundles and in targets below ``margin`` times their need."""
    for j in range(len(t.group)):
        s.appeal[j] = t.group[j, WEIGHT]
        if t.group[j, IS_LINKED] == 0:
            continue
        s.appeal[j] += _wanted(t, s, t.link_start[t.of_group + j], t.link_start[t.of_group + j + 1], margin)
        for p in range(t.link_start[t.bundles_of + j], t.link_start[t.bundles_of + j + 1]):
            bundle = t.link[p, 0]
            at = t.of_bundle + bundle
            whole = t.limit[t.n_limits + bundle, VALUE] + _wanted(t, s, t.link_start[at], t.link_start[at + 1], margin)
            need, filled = t.limit[t.n_limits + bundle, NEED], s.sums[t.n_limits + bundle]
            lacking = need - filled if filled < need else filled - need + t.link[p, 1]
            s.appeal[j] += whole * t.link[p, 1] / max(lacking, 0.25 * need, t.link[p, 1], 1)


@njit(cache=True, nogil=True)
def _credit(needed: int, appeal: float, backup: int, count: int) -> float:
    """Return what one server more is worth to a group that has ``count``, by and large."""
    if count == needed - 1:
        return appeal
    if count < needed:
        return appeal / needed
    return float(backup) if count == needed else 0.0


@njit(cache=True, nogil=True)
def appeal_of(t: Terms, s: Search, row: int) -> float:
    """Return about what opening a closed row would be worth, or what an open one is worth."""
    others = 0 if s.book[row, PLACE] == CLOSED else 1
    worth = float(t.row[row, GAIN])
    for p in range(t.start[row], t.start[row + 1]):
        j = t.groups[p]
        worth += _credit(t.needed, s.appeal[j], t.group[j, BACKUP], s.servers[j] - others)
    return worth


@njit(cache=True, nogil=True)
def value_rows(t: Terms, s: Search) -> None:
    """Count the values of all rows afresh."""
    for row in range(len(t.row)):
        s.value[row] = appeal_of(t, s, row)


@njit(cache=True, nogil=True)
def commit(t: Terms, s: Search, row: int) -> None:
    """Open a closed row or close an open one for good: the values of the rows about it follow."""
    sign = 1 if s.book[row, PLACE] == CLOSED else -1
    for p in range(t.start[row], t.start[row + 1]):
        j = t.groups[p]
        count, appeal, backup = s.servers[j], s.appeal[j], t.group[j, BACKUP]
        before = _credit(t.needed, appeal, backup, count)
        for_closed = _credit(t.needed, appeal, backup, count + sign) - before
        for_open = _credit(t.needed, appeal, backup, count + sign - 1) - _credit(t.needed, appeal, backup, count - 1)
        if for_closed == 0.0 and for_open == 0.0:
            continue
        for q in range(t.column_start[j], t.column_start[j + 1]):
            other = t.column_rows[q]
            s.value[other] += for_closed if s.book[other, PLACE] == CLOSED else for_open
    change(t, s, row)
    s.value[row] = appeal_of(t, s, row)
