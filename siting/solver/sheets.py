"""Cells as the rules count them: one sheet for each way of counting, with like cells merged."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.problem import SitingProblem
from siting.solver.cell_merge import merge_cells
from siting.solver.stations import Stations
from siting.solver.whole_numbers import target_amounts


@dataclass(kw_only=True, eq=False)
class Sheet:
    """
    All cells, served by some of the carriers.

    Attributes
    ----------
    carriers
        Positions of the carriers that count.
    is_every
        Every carrier has to serve a cell; else a cell is served by the sites of any of them.
    weight
        What each cell is worth, shape (m,); None where the sheet is there for targets alone.
    valued
        Whether facilities are worth something here.
    facilities
        Facilities that are counted here.
    target_cells
        Whole amount of each cell for each target on cells, by position of the target.
    """

    carriers: tuple[int, ...]
    is_every: bool
    weight: FloatArray | None
    valued: bool = False
    facilities: list[int] = field(default_factory=list)
    target_cells: dict[int, IntArray] = field(default_factory=dict)

    def n_copies(self, problem: SitingProblem) -> int:
        """Return how often the groups of this sheet occur: once for each carrier (and its backup) where every one has to serve."""
        if not self.is_every:
            return 1
        return len(self.carriers) * (2 if problem.backup_share > 0 else 1)


@dataclass(frozen=True, kw_only=True)
class TargetNeed:
    """
    What a target needs.

    Attributes
    ----------
    need
        Amount needed.
    total
        Amount there is.
    unit
        Demand weight of one.
    facility_amount
        Amount of each facility by position, on every sheet named in ``sheets``; empty for targets on cells.
    sheets
        Sheets whose facilities count.
    """

    need: int
    total: int
    unit: float
    facility_amount: dict[int, int]
    sheets: tuple[int, ...]


def list_sheets(problem: SitingProblem) -> tuple[list[Sheet], list[TargetNeed]]:
    """Return the sheets that a problem counts on, the one or those of its goal first, and what each target needs."""
    demand, sharing = problem.demand.weight, problem.sharing
    everything = list(range(len(problem.facilities)))
    own: dict[int, int] = {}
    if sharing is None:
        sheets = [Sheet(carriers=(0,), is_every=False, weight=demand, valued=True, facilities=everything)]
    elif sharing.kpi == "each":
        sheets = [
            Sheet(carriers=(place,), is_every=False, weight=_weight_of(problem, place), valued=True, facilities=list(everything))
            for place in range(len(sharing.carriers))
        ]
        own = {place: place for place in range(len(sharing.carriers))}
    else:
        carriers = tuple(range(len(sharing.carriers)))
        sheets = [Sheet(carriers=carriers, is_every=sharing.kpi == "every", weight=demand, valued=True, facilities=everything)]
    shared = tuple(range(len(sheets)))
    needs = []
    for place, target in enumerate(problem.targets):
        counted = shared
        if target.carrier is not None and sharing is not None:
            carrier = [one.name for one in sharing.carriers].index(target.carrier)
            if carrier not in own:
                own[carrier] = len(sheets)
                sheets.append(Sheet(carriers=(carrier,), is_every=False, weight=None))
            counted = (own[carrier],)
        needs.append(_enter_target(problem, sheets, place, counted))
    return sheets, needs


def _weight_of(problem: SitingProblem, carrier: int) -> FloatArray:
    """Return the weights of a carrier."""
    own = None if problem.sharing is None else problem.sharing.carriers[carrier].weight
    return problem.demand.weight if own is None else own


def _enter_target(problem: SitingProblem, sheets: list[Sheet], place: int, counted: tuple[int, ...]) -> TargetNeed:
    """Note on the sheets what a target counts, and return its need."""
    target = problem.targets[place]
    if target.group is not None and target.group not in problem.demand.groups:
        members = [f for f, facility in enumerate(problem.facilities) if facility.kind == target.group]
        for sheet in counted:
            sheets[sheet].facilities = sorted({*sheets[sheet].facilities, *members})
        weight = np.array([problem.facilities[f].weight for f in members] * len(counted), dtype=np.float64)
        amount, need, unit = target_amounts(weight, target.share)
        worth = dict(zip(members, amount.tolist(), strict=False))
        return TargetNeed(need=need, total=int(amount.sum()), unit=unit, facility_amount=worth, sheets=counted)
    n_cells = problem.coverage.n_cells
    cells = np.arange(n_cells) if target.group is None else np.unique(problem.demand.groups[target.group])
    by_carrier = target.carrier is not None or (problem.sharing is not None and problem.sharing.kpi == "each")
    weights = [_weight_of(problem, sheets[sheet].carriers[0]) if by_carrier else problem.demand.weight for sheet in counted]
    amount, need, unit = target_amounts(np.concatenate([weight[cells] for weight in weights]), target.share)
    for sheet, part in zip(counted, np.split(amount, len(counted)), strict=True):
        sheets[sheet].target_cells[place] = np.zeros(n_cells, dtype=np.int64)
        sheets[sheet].target_cells[place][cells] = part
    return TargetNeed(need=need, total=int(amount.sum()), unit=unit, facility_amount={}, sheets=counted)


@dataclass(frozen=True, kw_only=True, eq=False)
class MergedSheet:
    """
    A sheet with like cells merged.

    Attributes
    ----------
    n_groups
        Number of groups g.
    cell_group
        Group of each cell, -1 where it can never count or counts for nothing, shape (m,).
    leader
        A cell of each group, shape (g,).
    start, groups
        Groups that station (carrier, asset) serves, compressed; row ``c * n + a`` for the c-th carrier of the sheet.
    base
        Stations on the air that serve each group, shape (1, g), or (carriers, g) where every carrier has to.
    """

    n_groups: int
    cell_group: IndexArray
    leader: IntArray
    start: IntArray
    groups: IndexArray
    base: IntArray

    def sums(self, amount: IntArray) -> IntArray:
        """Return the sum of whole amounts of cells over each group."""
        total = np.zeros(self.n_groups, dtype=np.int64)
        is_kept = self.cell_group >= 0
        np.add.at(total, self.cell_group[is_kept], amount[is_kept])
        return total


def merge_sheet(problem: SitingProblem, stations: Stations, sheet: Sheet, is_live: BoolArray) -> MergedSheet:
    """
    Merge the cells of a sheet that the same live stations and the same number of stations on the air serve.

    Such cells count together whatever is opened, so facilities and targets may cut across a group: their amounts are sums
    over its cells. Cells that count for nothing or that too few stations can serve are left out; so are the servers of cells
    that have all they need.

    Parameters
    ----------
    problem
        The problem.
    stations
        What stands already.
    sheet
        How cells are counted.
    is_live
        Stations that may still be opened, shape (k, n).
    """
    enough = problem.servers_needed + (1 if problem.backup_share > 0 else 0)
    start, cells = _stacked(stations, sheet)
    live = is_live[list(sheet.carriers)].ravel()
    base = np.minimum(_base_servers(stations, sheet), enough)
    is_needless = _is_needless(stations, sheet, start=start, cells=cells, live=live, has_enough=base >= enough)
    if is_needless.any():
        kept = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(~is_needless)])
        start, cells = kept[start], cells[~is_needless]
    able = _most_servers(sheet, start, cells, live, base)
    counts = _is_counted(problem, sheet) & (able >= problem.servers_needed).all(axis=0)
    marks = [np.flatnonzero(row == n).astype(np.int32) for row in base for n in range(1, enough + 1)]
    all_start = np.concatenate([start, start[-1] + np.cumsum([len(mark) for mark in marks], dtype=np.int64)])
    all_cells = np.concatenate([cells, *marks])
    merged = merge_cells(all_start, all_cells, is_live=np.concatenate([live, np.ones(len(marks), dtype=np.bool_)]), is_kept=counts)
    n_rows = len(start) - 1
    n_groups = len(merged.column_start) - 1
    leader = np.zeros(n_groups, dtype=np.int64)
    has_group = np.flatnonzero(merged.cell_group >= 0)
    leader[merged.cell_group[has_group][::-1]] = has_group[::-1]
    return MergedSheet(
        n_groups=n_groups,
        cell_group=merged.cell_group,
        leader=leader,
        start=merged.row_start[: n_rows + 1],
        groups=merged.row_groups[: merged.row_start[n_rows]],
        base=base[:, leader],
    )


def _stacked(stations: Stations, sheet: Sheet) -> tuple[IntArray, IndexArray]:
    """Return the coverage of the carriers of a sheet, one below the other."""
    patterns = [stations.coverages[carrier] for carrier in sheet.carriers]
    if len(patterns) == 1:
        return patterns[0].start, patterns[0].cells
    before = np.cumsum([0, *(len(one.cells) for one in patterns)])
    starts = [one.start[:-1] + first for one, first in zip(patterns, before, strict=False)]
    return np.concatenate([*starts, before[-1:]]), np.concatenate([one.cells for one in patterns])


def _base_servers(stations: Stations, sheet: Sheet) -> IntArray:
    """Return how many sites on the air serve each cell: of any carrier in one row, or of each carrier in a row of its own."""
    n_cells = stations.coverages[0].n_cells
    if sheet.is_every or len(sheet.carriers) == 1:
        base = np.zeros((len(sheet.carriers), n_cells), dtype=np.int64)
        for row, carrier in enumerate(sheet.carriers):
            pattern = stations.coverages[carrier]
            is_pair = np.repeat(stations.is_on_air[carrier], np.diff(pattern.start))
            base[row] = np.bincount(pattern.cells[is_pair], minlength=n_cells)
        return base
    base = np.zeros((1, n_cells), dtype=np.int64)
    for asset in np.flatnonzero(stations.is_on_air.any(axis=0)).tolist():
        base[0, _on_air_cells(stations, sheet, asset)] += 1
    return base


def _on_air_cells(stations: Stations, sheet: Sheet, asset: int) -> IndexArray:
    """Return the cells that the stations on the air of an asset serve."""
    served = [stations.coverages[carrier].cells_of(asset) for carrier in sheet.carriers if stations.is_on_air[carrier, asset]]
    return np.unique(np.concatenate(served)) if served else np.zeros(0, dtype=np.int32)


def _is_needless(
    stations: Stations, sheet: Sheet, *, start: IntArray, cells: IndexArray, live: BoolArray, has_enough: BoolArray
) -> BoolArray:
    """Mark the pairs of cells that need no more servers, and those that their own asset serves already by another carrier."""
    n_assets = stations.is_on_air.shape[1]
    row = np.repeat(np.arange(len(start) - 1), np.diff(start))
    is_needless: BoolArray = has_enough[row // n_assets if len(has_enough) > 1 else 0, cells]
    if sheet.is_every or len(sheet.carriers) == 1:
        return is_needless
    for asset in np.flatnonzero(stations.is_on_air.any(axis=0)).tolist():
        served = _on_air_cells(stations, sheet, asset)
        for place in range(len(sheet.carriers)):
            if live[place * n_assets + asset]:
                pairs = slice(int(start[place * n_assets + asset]), int(start[place * n_assets + asset + 1]))
                is_needless[pairs] |= np.isin(cells[pairs], served)
    return is_needless


def _is_counted(problem: SitingProblem, sheet: Sheet) -> BoolArray:
    """Mark the cells that are worth something or belong to a facility or a target."""
    is_counted = np.zeros(problem.coverage.n_cells, dtype=np.bool_) if sheet.weight is None else sheet.weight > 0
    for f in sheet.facilities:
        is_counted[problem.facilities[f].cells] = True
    for amount in sheet.target_cells.values():
        is_counted |= amount > 0
    return is_counted


def _most_servers(sheet: Sheet, start: IntArray, cells: IndexArray, live: BoolArray, base: IntArray) -> IntArray:
    """Return how many stations can serve each cell at most, in rows like ``base``."""
    most = base.copy()
    is_pair = np.repeat(live, np.diff(start))
    n_assets = len(live) // len(sheet.carriers)
    for row in range(len(base)):
        pairs = slice(int(start[row * n_assets]), int(start[(row + 1) * n_assets])) if sheet.is_every else slice(None)
        most[row] += np.bincount(cells[pairs][is_pair[pairs]], minlength=base.shape[1])
    return most
