"""What stations are worth, one after another, counted on the problem itself and not on what it was compiled to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.coverage import CoverageMatrix
from siting.problem import SitingProblem


@dataclass(frozen=True, kw_only=True, eq=False)
class _View:
    """
    One way of counting cells.

    ``servers`` has one row where the carriers count together, else one for each of them; a cell counts by the least of its
    rows. ``facility_cells`` counts the covered cells of each facility.
    """

    carriers: tuple[int, ...]
    is_every: bool
    weight: FloatArray
    servers: IntArray
    facility_cells: IntArray


class Tally:
    """
    The value of a problem's stations as they are opened.

    Parameters
    ----------
    problem
        The problem. Stations that carriers have on the air already are counted from the start; fixed sites are not.
    """

    def __init__(self, problem: SitingProblem) -> None:
        self._problem = problem
        carriers = () if problem.sharing is None else problem.sharing.carriers
        self._coverages: tuple[CoverageMatrix, ...] = tuple(one.coverage or problem.coverage for one in carriers) or (problem.coverage,)
        self._on_air: dict[int, int] = {}
        self._needs = np.array([facility.cells_needed for facility in problem.facilities], dtype=np.int64)
        self._worth = np.array([facility.weight for facility in problem.facilities], dtype=np.float64)
        self._link_start, self._link = _facilities_of_cells(problem)
        self._views = [self._view(*view) for view in self._kinds()]
        existing: dict[int, int] = {}
        for place, carrier in enumerate(carriers):
            for asset in problem.positions(carrier.existing).tolist():
                existing[asset] = existing.get(asset, 0) | 1 << place
        self.value_before = math.fsum(self.open(asset, mask) for asset, mask in sorted(existing.items()))

    def _kinds(self) -> list[tuple[tuple[int, ...], bool, FloatArray]]:
        """Return carriers, whether all of them have to serve, and weights of each view."""
        sharing, weight = self._problem.sharing, self._problem.demand.weight
        if sharing is None:
            return [((0,), False, weight)]
        if sharing.kpi == "each":
            return [((c,), False, weight if one.weight is None else one.weight) for c, one in enumerate(sharing.carriers)]
        return [(tuple(range(len(sharing.carriers))), sharing.kpi == "every", weight)]

    def _view(self, carriers: tuple[int, ...], is_every: bool, weight: FloatArray) -> _View:  # noqa: FBT001 - one of three parts
        servers = np.zeros((len(carriers) if is_every else 1, self._problem.coverage.n_cells), dtype=np.int64)
        n_facilities = len(self._needs)
        return _View(
            carriers=carriers, is_every=is_every, weight=weight, servers=servers, facility_cells=np.zeros(n_facilities, dtype=np.int64)
        )

    def open(self, asset: int, carriers: int = 1) -> float:
        """
        Open stations on an asset and return what they add.

        Parameters
        ----------
        asset
            Position of the candidate.
        carriers
            Bit mask of the carriers that get one; 1 where nobody shares.
        """
        before = self._on_air.get(asset, 0)
        self._on_air[asset] = before | carriers
        return math.fsum(part for view in self._views for part in self._add(view, asset, before, carriers & ~before))

    def _add(self, view: _View, asset: int, before: int, new: int) -> list[float]:
        """Count new stations in one view; return what the cells and facilities that change are worth."""
        added = [c for c in view.carriers if new >> c & 1]
        if not added:
            return []
        cells = np.unique(np.concatenate([self._coverages[c].cells_of(asset) for c in added]))
        was_covered, was_backed = self._standing(view, cells)
        if view.is_every:
            for c in added:
                view.servers[view.carriers.index(c), self._coverages[c].cells_of(asset)] += 1
        else:
            old = [self._coverages[c].cells_of(asset) for c in view.carriers if before >> c & 1]
            view.servers[0, np.setdiff1d(cells, np.concatenate(old)) if old else cells] += 1
        is_covered, is_backed = self._standing(view, cells)
        covered = cells[is_covered & ~was_covered]
        parts = [math.fsum(view.weight[covered]), self._problem.backup_share * math.fsum(view.weight[cells[is_backed & ~was_backed]])]
        return parts + self._add_facilities(view, covered)

    def _standing(self, view: _View, cells: IndexArray) -> tuple[BoolArray, BoolArray]:
        """Tell which cells count, and which have a server more than needed."""
        least = view.servers[:, cells].min(axis=0)
        return least >= self._problem.servers_needed, least > self._problem.servers_needed

    def _add_facilities(self, view: _View, covered: IndexArray) -> list[float]:
        """Count newly covered cells for their facilities; return the worth of those that count now."""
        if not len(self._needs):
            return []
        links = [self._link[self._link_start[cell] : self._link_start[cell + 1]] for cell in covered.tolist()]
        touched = np.concatenate([*links, np.zeros(0, dtype=np.int64)])
        was_counting = view.facility_cells >= self._needs
        np.add.at(view.facility_cells, touched, 1)
        worth: list[float] = self._worth[(view.facility_cells >= self._needs) & ~was_counting].tolist()
        return worth


def _facilities_of_cells(problem: SitingProblem) -> tuple[IntArray, IntArray]:
    """Return the facilities that each cell belongs to, compressed."""
    none = [np.zeros(0, dtype=np.int64)]
    cell = np.concatenate(none + [facility.cells.astype(np.int64) for facility in problem.facilities])
    facility = np.repeat(np.arange(len(problem.facilities)), [len(one.cells) for one in problem.facilities])
    order = np.argsort(cell, kind="stable")
    start = np.concatenate([none[0], [0], np.cumsum(np.bincount(cell, minlength=problem.coverage.n_cells))]).astype(np.int64)
    return start, facility[order]
