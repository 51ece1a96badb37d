"""
Cuts: what the linear relaxation of covering forgets.

Where no single row serves a set of k groups, two rows at least are open when all k are covered; the relaxation covers them
with fractions that sum to less. The cut says so: with S a set of k groups, z_j whether group j is covered and x_i whether row
i is open,

    sum of x_i over the rows that serve some group of S + sum of x_i over the rows that serve all of S >= sum of z_j over S - (k - 2).

It is the Chvatal-Gomory cut of the k covering constraints with multipliers 1 / (k - 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.arrays import FloatArray, IndexArray, IntArray
from siting.kernels.cuts import MOST_GROUPS, Shares, find_cuts
from siting.kernels.lagrangian import CutGroups
from siting.kernels.pattern import Pattern
from siting.solver.cell_merge import merge_cells
from siting.solver.presolve import ReducedProblem

_LEAST_SHARE = 0.01
"""Share below which a row counts as closed when cuts are sought."""

_CUTS_OF_A_GROUP = 3
_GROUPS_AT_ONCE = 100
"""Most cuts that begin with the same group, and groups between two looks at the clock."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Cuts:
    """
    Sets of groups, one cut each.

    Attributes
    ----------
    groups
        Groups of each cut, rising, -1 behind the last, shape (n_cuts, MOST_GROUPS).
    """

    groups: IndexArray

    @classmethod
    def none(cls) -> Cuts:
        """Return no cuts."""
        return cls(groups=np.zeros((0, MOST_GROUPS), dtype=np.int32))

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def compressed(self) -> CutGroups:
        """The cuts as the kernels read them."""
        is_group = self.groups >= 0
        start = np.concatenate([[0], np.cumsum(is_group.sum(axis=1))]).astype(np.int64)
        return CutGroups(start=start, groups=self.groups[is_group])

    def coefficients(self, problem: ReducedProblem) -> tuple[IndexArray, IndexArray, IndexArray]:
        """Return row, cut and coefficient (1, or 2 where the row serves all groups of the cut) of every entry."""
        start, groups = self.compressed
        degree = np.diff(problem.column_start)[groups]
        cut_of_entry = np.repeat(np.repeat(np.arange(len(self)), np.diff(start)), degree)
        first = np.repeat(problem.column_start[groups] - np.concatenate([[0], np.cumsum(degree)[:-1]]), degree) if len(groups) else groups
        row = problem.column_rows[first + np.arange(int(degree.sum()))]
        key, n_served = np.unique(cut_of_entry.astype(np.int64) * problem.n_rows + row, return_counts=True)
        cut = (key // problem.n_rows).astype(np.int32)
        return (key % problem.n_rows).astype(np.int32), cut, np.where(n_served == np.diff(start)[cut], 2, 1).astype(np.int32)

    def shortage(self, problem: ReducedProblem, share: FloatArray, short: FloatArray) -> FloatArray:
        """Return by how much each cut is violated by rows that are open to some share and groups that lack some of being covered."""
        row, cut, coefficient = self.coefficients(problem)
        start, groups = self.compressed
        cut_of_group = np.repeat(np.arange(len(self)), np.diff(start))
        have = np.bincount(cut, weights=coefficient * share[row], minlength=len(self))
        have += np.bincount(cut_of_group, weights=short[groups], minlength=len(self))
        return np.asarray(2.0 - have, dtype=np.float64)

    def extend(self, problem: ReducedProblem) -> Pattern:
        """Return the pattern with the cuts behind the groups, named twice by the rows that serve all of their groups."""
        pattern = problem.pattern
        if not len(self):
            return pattern
        row, cut, coefficient = self.coefficients(problem)
        owner = np.concatenate([np.repeat(np.arange(problem.n_rows), np.diff(pattern.start)), np.repeat(row, coefficient)])
        name = np.concatenate([pattern.groups, np.repeat(cut, coefficient) + np.int32(problem.n_groups)]).astype(np.int32)
        order = np.argsort(owner, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=problem.n_rows))]).astype(np.int64)
        return pattern._replace(start=start, groups=name[order])

    def joined(self, others: Cuts) -> Cuts:
        """Return these cuts and those of the others that are new."""
        if not len(others):
            return self
        _, first = np.unique(np.concatenate([self.groups, others.groups]), axis=0, return_index=True)
        is_new = np.sort(first[first >= len(self)]) - len(self)
        return Cuts(groups=np.concatenate([self.groups, others.groups[is_new]]))

    def take(self, index: IntArray) -> Cuts:
        """Return some of the cuts."""
        return Cuts(groups=self.groups[index])

    def renamed(self, new_name: IndexArray) -> tuple[Cuts, IntArray]:
        """
        Return the cuts over groups that were merged, and which of these cuts each comes from.

        Cuts with a group that is gone (-1), with fewer than three groups left, or equal to another one are left out.

        Parameters
        ----------
        new_name
            New group of each group.
        """
        is_group = self.groups >= 0
        named = np.where(is_group, new_name[self.groups], np.int32(2**31 - 1)).astype(np.int32)
        is_gone = (named < 0).any(axis=1)
        named = np.sort(named, axis=1)
        named[:, 1:][named[:, 1:] == named[:, :-1]] = 2**31 - 1
        named = np.sort(named, axis=1)
        named[named == 2**31 - 1] = -1
        left = np.flatnonzero(~is_gone & ((named >= 0).sum(axis=1) > 2))
        _, first = np.unique(named[left], axis=0, return_index=True)
        kept = left[np.sort(first)]
        return Cuts(groups=named[kept]), kept


def separate(
    problem: ReducedProblem,
    share: FloatArray,
    *,
    least: float,
    most: int,
    short: FloatArray | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> Cuts:
    """
    Return cuts that fractional rows violate, the most violated first.

    Parameters
    ----------
    problem
        The reduced problem.
    share
        Share to which each row is open, shape (n,).
    least
        Least violation of a cut.
    most
        Most cuts to return.
    short
        What each group lacks of being covered, shape (m,); what the rows leave when omitted.
    is_over
        Asked now and then; ends the search when true, with what was found.
    """
    is_live = share > _LEAST_SHARE
    served = problem.served(share)
    is_kept = (served > 0.7) & (served < 1.6)
    merged = merge_cells(problem.row_start, problem.row_groups, is_live=is_live, is_kept=is_kept)
    n_merged = len(merged.column_start) - 1
    leader = _narrowest(problem, merged.cell_group, n_merged)
    shares = Shares(
        start=merged.column_start,
        rows=merged.column_rows,
        row_start=merged.row_start,
        row_groups=merged.row_groups,
        share=share,
        short=(np.maximum(1.0 - served, 0.0) if short is None else short)[leader],
    )
    parts = [(np.zeros((0, MOST_GROUPS), dtype=np.int32), np.zeros(0))]
    for begin in range(0, n_merged, _GROUPS_AT_ONCE):
        if is_over():
            break
        parts.append(find_cuts(shares, (begin, min(begin + _GROUPS_AT_ONCE, n_merged)), least, _CUTS_OF_A_GROUP))
    found, violation = (np.concatenate(one) for one in zip(*parts, strict=True))
    last = np.int32(problem.n_groups)
    named = np.sort(np.where(found >= 0, leader[found], last), axis=1)
    groups, first = np.unique(np.where(named < last, named, np.int32(-1)), axis=0, return_index=True)
    best = np.argsort(-violation[first], kind="stable")[:most]
    return Cuts(groups=groups[best].astype(np.int32))


def _narrowest(problem: ReducedProblem, merged_group: IndexArray, n_merged: int) -> IndexArray:
    """Return, for each set of groups that the same live rows serve, the one that the fewest rows serve: it cuts deepest."""
    degree = np.diff(problem.column_start)
    member = np.flatnonzero(merged_group >= 0)
    order = member[np.lexsort((degree[member], merged_group[member]))]
    leader = np.zeros(n_merged, dtype=np.int32)
    leader[merged_group[order[::-1]]] = order[::-1]
    return leader
