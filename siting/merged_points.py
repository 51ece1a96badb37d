"""Very many points: those that the same sites serve become one on the way, and no list of all pairs is ever held."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import FloatArray, IndexArray, IntArray, whole_numbers
from siting.coverage import CoverageMatrix
from siting.cpus import map_in_threads, n_threads
from siting.errors import InvalidInputError
from siting.kernels.points import EMPTY, classify, find_undecided, move_classes
from siting.point_coverage import EARTH_RADIUS_M, Distance, DistanceRule, find_pairs, site_ids
from siting.point_demand import PointDemand
from siting.solver.cell_merge import merge_cells

PointBlock = tuple[ArrayLike, ArrayLike]
"""Positions (k, 2) and whole weights (k,) of some of the points."""

_LARGEST_TOTAL = 2.0**52
"""Whole weights below this sum exactly in 64 bits, as integers and as floating-point numbers."""

_MOST_BINS_ALONG = 1_024
_UNDECIDED_PER_BIN = 0.5
_FIRST_SLOTS = 1 << 12


class ClassTable(NamedTuple):
    """
    Classes of points, found by open addressing.

    Attributes
    ----------
    n
        Number of classes, shape (1,); at most half of the slots are taken.
    record
        Bin, weight and bits of the class in each slot, shape (size, 2 + n_words); the bin is ``EMPTY`` where there is none.
    point
        A point of each class, shape (size, 2).
    """

    n: IntArray
    record: IntArray
    point: FloatArray

    @classmethod
    def empty(cls, size: int, n_words: int) -> ClassTable:
        """Return a table of so many slots, a power of two."""
        record = np.zeros((size, 2 + n_words), dtype=np.int64)
        record[:, 0] = EMPTY
        return cls(n=np.zeros(1, dtype=np.int64), record=record, point=np.empty((size, 2)))

    def doubled(self) -> ClassTable:
        """Return the same classes with twice the room."""
        larger = ClassTable.empty(2 * len(self.record), self.record.shape[1] - 2)
        move_classes(self, larger)
        return larger


def cover_merged_points(
    sites: ArrayLike,
    blocks: Iterable[PointBlock],
    *,
    radius_m: float,
    distance: Distance = "plane",
    sphere_m: float = EARTH_RADIUS_M,
    ids: tuple[str, ...] | None = None,
) -> tuple[CoverageMatrix, PointDemand]:
    """
    Return which points lie within a distance of which sites, points that the same sites serve merged into one.

    Points come in blocks, so that they need not be held all at once; each block is read by one core while the next one is
    made by another. A grid of bins settles most sites for all points of a bin at once; the few circles that pass through it
    are tested point by point, by the same rule as :func:`siting.cover_points`. The answer does not depend on the blocks.

    Parameters
    ----------
    sites
        Positions, shape (n, 2): (x, y) [m] in a plane, or (longitude, latitude) [degrees].
    blocks
        Positions and whole weights >= 0 of some points each, shapes (k, 2) and (k,).
    radius_m, distance, sphere_m, ids
        As in :func:`siting.cover_points`.

    Returns
    -------
    coverage, demand
        Sites by merged points, and the sums of their weights, exact. Points that no site serves are the last one.

    Raises
    ------
    InvalidInputError
        As :func:`siting.cover_points`; no point at all; a weight that is negative or not whole; weights of 2^52 or more in all.
    """
    rule = DistanceRule(radius_m=radius_m, distance=distance, sphere_m=sphere_m)
    places = rule.places("sites", sites)
    names = site_ids(ids, len(places))
    merger = _Merger.prepare(places, rule)
    source = _Blocks(blocks, rule)
    point, weight = _sorted_classes(list(map_in_threads(lambda _: merger.run(source), range(n_threads()))))
    if len(point) == 0:
        raise InvalidInputError("blocks", "must hold at least one point", 0)
    start, cells = find_pairs(places, point, rule)
    merged = merge_cells(start, cells, is_live=np.ones(len(places), dtype=np.bool_), is_kept=np.ones(len(point), dtype=np.bool_))
    n_groups = len(merged.column_start) - 1
    total = np.bincount(np.where(merged.cell_group < 0, n_groups, merged.cell_group), weights=weight.astype(np.float64), minlength=n_groups)
    coverage = CoverageMatrix(candidate_ids=names, n_cells=len(total), start=merged.row_start, cells=merged.row_groups)
    return coverage, PointDemand(weight=total.astype(np.float64))


class _Blocks:
    """The blocks, checked, one for each that asks: from any thread."""

    def __init__(self, blocks: Iterable[PointBlock], rule: DistanceRule) -> None:
        self._blocks = enumerate(blocks)
        self._lock = Lock()
        self._rule = rule
        self._total = 0.0

    def __iter__(self) -> Iterator[tuple[FloatArray, IntArray]]:
        while True:
            with self._lock:
                number, block = next(self._blocks, (-1, None))
            if block is None:
                return
            point = self._rule.places(f"blocks[{number}] points", block[0])
            weight = _whole_weights(f"blocks[{number}] weights", block[1], len(point))
            with self._lock:
                self._total += float(weight.sum(dtype=np.float64))
                if self._total >= _LARGEST_TOTAL:
                    raise InvalidInputError("blocks", f"must weigh less than {_LARGEST_TOTAL:.0f} in all", self._total)
            yield point, weight


def _whole_weights(field: str, values: ArrayLike, n: int) -> IntArray:
    """Return whole weights >= 0, shape (n,)."""
    given = np.asarray(values)
    if given.shape != (n,):
        raise InvalidInputError(field, f"must have shape ({n},)", given.shape)
    weight = given.astype(np.int64) if given.dtype.kind == "i" else whole_numbers(field, given, n)
    if n and weight.min() < 0:
        row = int(np.argmax(weight < 0))
        raise InvalidInputError(f"{field}[{row}]", "must be >= 0", int(weight[row]))
    return weight


@dataclass(frozen=True, kw_only=True, eq=False)
class _Merger:
    """The grid of bins: for each, the sites whose circles may pass through it."""

    sites: FloatArray
    rule: DistanceRule
    low: FloatArray
    size: FloatArray
    n_columns: int
    n_rows: int
    bin_start: IntArray
    undecided: IndexArray

    @classmethod
    def prepare(cls, sites: FloatArray, rule: DistanceRule) -> _Merger:
        """Lay bins over everything that the sites can serve and file their circles."""
        reach = rule.reach(float(np.abs(sites).max()) + rule.radius_m)
        low, high = rule.box(sites, reach)
        shape = _grid_shape(len(sites), rule, low, high)
        size = (high - low) / shape
        margin_m = 1e-9 * rule.radius_m + 32 * rule.rounding_m(float(max(np.abs(low).max(), np.abs(high).max())))
        bin_start = np.zeros(shape[0] * shape[1] + 1, dtype=np.int64)

        def find(start: IntArray, found: IndexArray, *, is_filling: bool) -> None:
            columns, rows = int(shape[0]), int(shape[1])
            find_undecided(sites, low, size, columns, rows, reach, rule.radius_m, margin_m, rule.kernel_sphere_m, start, found, is_filling)

        find(bin_start[1:], np.empty(0, dtype=np.int32), is_filling=False)
        bin_start = np.cumsum(bin_start)
        undecided = np.empty(bin_start[-1], dtype=np.int32)
        find(bin_start[:-1].copy(), undecided, is_filling=True)
        return cls(
            sites=sites,
            rule=rule,
            low=low,
            size=size,
            n_columns=int(shape[0]),
            n_rows=int(shape[1]),
            bin_start=bin_start,
            undecided=undecided,
        )

    def run(self, blocks: _Blocks) -> ClassTable:
        """Read blocks as long as there are any."""
        most = int(np.diff(self.bin_start).max())
        table = ClassTable.empty(_FIRST_SLOTS, max(1, math.ceil(most / 64)))
        for point, weight in blocks:
            done = 0
            while True:
                done = classify(
                    point,
                    weight,
                    done,
                    self.sites,
                    self.low,
                    self.size,
                    self.n_columns,
                    self.n_rows,
                    self.bin_start,
                    self.undecided,
                    self.rule.radius_m,
                    self.rule.kernel_sphere_m,
                    table,
                )
                if done == len(point):
                    break
                table = table.doubled()
        return table


def _grid_shape(n_sites: int, rule: DistanceRule, low: FloatArray, high: FloatArray) -> IntArray:
    """Return the numbers of columns and rows of bins that few circles pass through."""
    side_m = rule.sides_m(low, high)
    wanted_m = _UNDECIDED_PER_BIN * side_m[0] * side_m[1] / (n_sites * 2 * math.pi * rule.radius_m * math.sqrt(2))
    shape: IntArray = np.clip(np.ceil(side_m / wanted_m), 1, _MOST_BINS_ALONG).astype(np.int64)
    return shape


def _sorted_classes(tables: list[ClassTable]) -> tuple[FloatArray, IntArray]:
    """Return a point and the weight of each class of all tables together, by bin and bits."""
    is_taken = [table.record[:, 0] != EMPTY for table in tables]
    record = np.concatenate([table.record[some] for table, some in zip(tables, is_taken, strict=True)])
    point = np.concatenate([table.point[some] for table, some in zip(tables, is_taken, strict=True)])
    keys = np.delete(record, 1, axis=1)
    order = np.lexsort(keys.T)
    is_first = np.append(True, (np.diff(keys[order], axis=0) != 0).any(axis=1))[: len(order)]
    first = np.flatnonzero(is_first)
    weight = record[order, 1]
    return point[order[first]], np.add.reduceat(weight, first) if len(first) else weight
