"""What groups of cells, facilities and targets are worth, over the groups of all sheets in a row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from siting.arrays import FloatArray, IntArray
from siting.problem import SitingProblem
from siting.solver.model import SparseRows
from siting.solver.sheets import MergedSheet, Sheet, TargetNeed
from siting.solver.whole_numbers import ValueScale


@dataclass(frozen=True, kw_only=True, eq=False)
class Values:
    """The parts of a :class:`siting.solver.model.Model` that say what counts; groups are numbered as in it."""

    weight: IntArray
    backup_weight: IntArray
    base: IntArray
    bundles: SparseRows
    bundle_need: IntArray
    bundle_value: IntArray
    target_groups: SparseRows
    target_bundles: SparseRows
    scale: ValueScale
    excess: float


def list_values(problem: SitingProblem, sheets: list[Sheet], merged: list[MergedSheet], needs: list[TargetNeed]) -> Values:
    """
    List the values.

    The groups of a sheet come one sheet after the other. A sheet on which every carrier has to serve a cell has its groups
    once for each carrier, and, where a backup is worth something, once more for each with one server taken away. A bundle
    joins the copies.
    """
    weights = [sheet.weight for sheet in sheets if sheet.weight is not None]
    facility_weight = np.array([facility.weight for facility in problem.facilities], dtype=np.float64)
    extra = np.concatenate([facility_weight for sheet in sheets if sheet.valued])
    scale = ValueScale.of(weights, extra, problem.backup_share)
    kept = [sheet.weight[one.cell_group >= 0] for sheet, one in zip(sheets, merged, strict=True) if sheet.weight is not None]
    listed = _Listed(problem=problem, scale=scale, facility_value=scale.whole(facility_weight))
    for place, (sheet, one) in enumerate(zip(sheets, merged, strict=True)):
        listed.add_sheet(place, sheet, one)
    for target, need in enumerate(needs):
        members = [(listed.bundle_of[sheet, f], amount) for sheet in need.sheets for f, amount in need.facility_amount.items()]
        entries = np.array(members, dtype=np.int64).reshape(-1, 2)
        listed.target_bundles.add(target, entries[:, 0], entries[:, 1])
    return Values(
        weight=np.concatenate(listed.weight),
        backup_weight=np.concatenate(listed.backup_weight),
        base=np.concatenate(listed.base),
        bundles=listed.bundles.sparse(listed.n_bundles),
        bundle_need=np.concatenate([np.zeros(0, dtype=np.int64), *listed.bundle_need]),
        bundle_value=np.concatenate([np.zeros(0, dtype=np.int64), *listed.bundle_value]),
        target_groups=listed.target_groups.sparse(len(needs)),
        target_bundles=listed.target_bundles.sparse(len(needs)),
        scale=scale,
        excess=scale.excess(kept, extra),
    )


@dataclass(kw_only=True)
class _Triples:
    """Entries of sparse rows as they are listed."""

    row: list[IntArray] = field(default_factory=list)
    column: list[IntArray] = field(default_factory=list)
    amount: list[IntArray] = field(default_factory=list)

    def add(self, row: int | IntArray, column: IntArray, amount: IntArray) -> None:
        """List entries of one row or of a row each, zeros left out."""
        is_entry = amount != 0
        self.row.append(np.broadcast_to(np.asarray(row, dtype=np.int64), amount.shape)[is_entry])
        self.column.append(column[is_entry])
        self.amount.append(amount[is_entry])

    def sparse(self, n_rows: int) -> SparseRows:
        """Return all entries as compressed rows."""
        none = [np.zeros(0, dtype=np.int64)]
        row, column, amount = (np.concatenate(none + part) for part in (self.row, self.column, self.amount))
        order = np.lexsort((column, row))
        start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(row, minlength=n_rows))])
        return SparseRows(start=start, column=column[order].astype(np.int32), amount=amount[order])


@dataclass(kw_only=True)
class _Listed:
    """Values as they are listed, one sheet after another."""

    problem: SitingProblem
    scale: ValueScale
    facility_value: IntArray
    n_groups: int = 0
    weight: list[IntArray] = field(default_factory=list)
    backup_weight: list[IntArray] = field(default_factory=list)
    base: list[IntArray] = field(default_factory=list)
    n_bundles: int = 0
    bundles: _Triples = field(default_factory=_Triples)
    bundle_need: list[IntArray] = field(default_factory=list)
    bundle_value: list[IntArray] = field(default_factory=list)
    bundle_of: dict[tuple[int, int], int] = field(default_factory=dict)
    target_groups: _Triples = field(default_factory=_Triples)
    target_bundles: _Triples = field(default_factory=_Triples)

    def add_sheet(self, place: int, sheet: Sheet, merged: MergedSheet) -> None:
        """List the groups, facilities and targets of a sheet."""
        worth: FloatArray = np.zeros(self.problem.coverage.n_cells) if sheet.weight is None else sheet.weight
        value, backup = merged.sums(self.scale.whole(worth)), merged.sums(self.scale.whole_backup(worth))
        if sheet.is_every:
            self._add_every(sheet, merged, value, backup)
        else:
            self.weight.append(value)
            self.backup_weight.append(backup)
            self.base.append(merged.base[0])
            for target, amount in sheet.target_cells.items():
                self.target_groups.add(target, self.n_groups + np.arange(merged.n_groups), merged.sums(amount))
        n_parts = len(sheet.carriers) if sheet.is_every else 1
        for f in sheet.facilities:
            self._add_facility(place, f, merged, n_parts, self.facility_value[f] if sheet.valued else 0)
        self.n_groups += sheet.n_copies(self.problem) * merged.n_groups

    def _add_every(self, sheet: Sheet, merged: MergedSheet, value: IntArray, backup: IntArray) -> None:
        """One copy of the groups for each carrier (and for its backup), joined by bundles."""
        n_parts, n_copies = len(sheet.carriers), sheet.n_copies(self.problem)
        self.weight.append(np.zeros(n_copies * merged.n_groups, dtype=np.int64))
        self.backup_weight.append(np.zeros(n_copies * merged.n_groups, dtype=np.int64))
        self.base.append(merged.base.ravel())
        if n_copies > n_parts:
            self.base.append(merged.base.ravel() - 1)
        copies = self.n_groups + np.arange(n_copies * merged.n_groups)
        own, spare = copies[: n_parts * merged.n_groups], copies[n_parts * merged.n_groups :]
        bundle = self._add_bundles(own, np.ones_like(own), np.full(merged.n_groups, n_parts), value)
        for target, amount in sheet.target_cells.items():
            self.target_bundles.add(target, bundle, merged.sums(amount))
        if len(spare):
            self._add_bundles(spare, np.ones_like(spare), np.full(merged.n_groups, n_parts), backup)

    def _add_facility(self, place: int, f: int, merged: MergedSheet, n_parts: int, value: int) -> None:
        """Bundle the groups of a facility's cells."""
        facility = self.problem.facilities[f]
        group = merged.cell_group[facility.cells]
        groups, n_cells = np.unique(group[group >= 0], return_counts=True)
        column = np.concatenate([self.n_groups + part * merged.n_groups + groups for part in range(n_parts)])
        need = np.array([n_parts * facility.cells_needed], dtype=np.int64)
        bundle = self._add_bundles(column, np.tile(n_cells, n_parts), need, np.array([value], dtype=np.int64))
        self.bundle_of[place, f] = int(bundle[0])

    def _add_bundles(self, column: IntArray, amount: IntArray, need: IntArray, value: IntArray) -> IntArray:
        """List bundles, entries in turn one for each, and return their numbers."""
        bundle = self.n_bundles + np.arange(len(need))
        self.bundles.add(np.tile(bundle, len(column) // max(len(bundle), 1)), column, amount)
        self.bundle_need.append(need)
        self.bundle_value.append(value)
        self.n_bundles += len(bundle)
        return bundle
