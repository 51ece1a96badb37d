"""Counts, budgets, quotas and conflicts as linear rules over the rows of the general problem."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from siting.arrays import BoolArray, IntArray
from siting.problem import SitingProblem
from siting.rules import Sharing
from siting.solver.model import NO_LOWER, NO_UPPER, SparseRows
from siting.solver.spacing import spacing_cliques
from siting.solver.stations import StationRows, Stations


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearRules:
    """
    Rules ``lower <= sum of amounts of the open rows <= upper``, one entry per (rule, row) pair.

    Attributes
    ----------
    rule, row, amount
        Rule, row and amount of each pair, by rule and then by row.
    lower, upper
        Limits of each rule.
    fixed
        What the fixed sites add to the sum of each rule, already subtracted from its limits.
    name
        What each rule is called in messages.
    n_rows
        Number of rows.
    """

    rule: IntArray
    row: IntArray
    amount: IntArray
    lower: IntArray
    upper: IntArray
    fixed: IntArray
    name: tuple[str, ...]
    n_rows: int

    def impossible_rows(self) -> BoolArray:
        """Mark the rows that no plan can open: on their own they exceed a rule that nothing else can make up for."""
        is_gone = np.zeros(self.n_rows, dtype=np.bool_)
        while True:
            is_live = ~is_gone[self.row]
            n_negative = np.bincount(self.rule[is_live & (self.amount < 0)], minlength=len(self.name))
            is_bad = is_live & (n_negative[self.rule] == 0) & (self.amount > self.upper[self.rule])
            if not is_bad.any():
                return is_gone
            is_gone[self.row[is_bad]] = True

    def take(self, is_kept: BoolArray) -> LinearRules:
        """Return the rules over some of the rows, without those that can no longer be broken."""
        number = np.cumsum(is_kept) - 1
        is_live = is_kept[self.row] & (self.amount != 0)
        n_rules = len(self.name)
        most, least = np.zeros(n_rules, dtype=np.int64), np.zeros(n_rules, dtype=np.int64)
        np.add.at(most, self.rule[is_live], np.maximum(self.amount[is_live], 0))
        np.add.at(least, self.rule[is_live], np.minimum(self.amount[is_live], 0))
        matters = (most > self.upper) | (least < self.lower)
        is_live &= matters[self.rule]
        return LinearRules(
            rule=(np.cumsum(matters) - 1)[self.rule[is_live]],
            row=number[self.row[is_live]],
            amount=self.amount[is_live],
            lower=self.lower[matters],
            upper=self.upper[matters],
            fixed=self.fixed[matters],
            name=tuple(name for name, is_one in zip(self.name, matters.tolist(), strict=True) if is_one),
            n_rows=int(is_kept.sum()),
        )

    def sparse(self) -> SparseRows:
        """Return the pairs as compressed rows."""
        start = np.searchsorted(self.rule, np.arange(len(self.name) + 1)).astype(np.int64)
        return SparseRows(start=start, column=self.row.astype(np.int32), amount=self.amount)


def linear_rules(problem: SitingProblem, stations: Stations, rows: StationRows) -> LinearRules:
    """
    Write every rule but coverage, facilities and targets over the rows.

    Fixed sites are subtracted from the limits where nobody shares; where carriers share, a rule asks for a row of each.
    """
    listed = _Listed(problem=problem, stations=stations, rows=rows)
    _add_counts(listed)
    _add_quotas(listed)
    _add_conflicts(listed)
    _add_companions(listed)
    if problem.sharing is not None:
        _add_carriers(listed, problem.sharing)
        _add_assets(listed)
    return listed.close()


@dataclass(kw_only=True)
class _Listed:
    """Rules as they are listed, one after another."""

    problem: SitingProblem
    stations: Stations
    rows: StationRows
    row: list[IntArray] = field(default_factory=list)
    amount: list[IntArray] = field(default_factory=list)
    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    fixed: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        n = self.problem.coverage.n_candidates
        self.first = np.searchsorted(self.rows.candidate, np.arange(n + 1))
        self.is_single = np.zeros(n, dtype=np.bool_)
        self.is_fixed = np.zeros(n, dtype=np.bool_)
        if self.problem.sharing is None:
            self.is_fixed[self.problem.positions(self.problem.fixed)] = True

    def rows_of(self, assets: IntArray) -> IntArray:
        """Return the rows of some assets."""
        n_each = self.first[assets + 1] - self.first[assets]
        before = np.cumsum(n_each) - n_each
        rows: IntArray = np.repeat(self.first[assets] - before, n_each) + np.arange(int(n_each.sum()))
        return rows

    def add(
        self, name: str, row: IntArray, amount: IntArray | int, *, lower: int | None = None, upper: int | None = None, fixed: int = 0
    ) -> None:
        """List one rule; ``fixed`` is what the fixed sites add to its sum."""
        order = np.argsort(row, kind="stable")
        self.row.append(row[order])
        self.amount.append(np.full(len(row), amount, dtype=np.int64) if isinstance(amount, int) else amount[order])
        self.lower.append(NO_LOWER if lower is None else max(min(lower - fixed, NO_UPPER), NO_LOWER))
        self.upper.append(NO_UPPER if upper is None else max(min(upper - fixed, NO_UPPER), NO_LOWER))
        self.fixed.append(fixed)
        self.name.append(name)

    def close(self) -> LinearRules:
        """Return all rules listed."""
        n_each = [len(row) for row in self.row]
        none = [np.zeros(0, dtype=np.int64)]
        return LinearRules(
            rule=np.repeat(np.arange(len(n_each), dtype=np.int64), n_each),
            row=np.concatenate(none + self.row),
            amount=np.concatenate(none + self.amount),
            lower=np.array(self.lower, dtype=np.int64),
            upper=np.array(self.upper, dtype=np.int64),
            fixed=np.array(self.fixed, dtype=np.int64),
            name=tuple(self.name),
            n_rows=len(self.rows),
        )


def _add_counts(listed: _Listed) -> None:
    """Sites and yen."""
    problem, rows = listed.problem, listed.rows
    everything = np.arange(len(rows), dtype=np.int64)
    if problem.max_sites is not None:
        listed.add("max_sites", everything, 1, upper=problem.max_sites, fixed=int(listed.is_fixed.sum()))
    if problem.budget_yen is not None:
        spent = int(problem.cost_yen[listed.is_fixed].sum())
        listed.add("budget_yen", everything, rows.cost_yen, upper=problem.budget_yen, fixed=spent)


def _add_quotas(listed: _Listed) -> None:
    problem = listed.problem
    for quota in problem.quotas:
        assets = problem.positions(quota.ids)
        n_fixed = int(listed.is_fixed[assets].sum())
        listed.add(f"quota {quota.name}", listed.rows_of(assets), 1, lower=quota.minimum, upper=quota.maximum, fixed=n_fixed)


def _add_conflicts(listed: _Listed) -> None:
    """Either-or sets and spacing among assets that do not stand; conflicts with standing ones left no rows."""
    problem, is_standing = listed.problem, listed.stations.is_standing
    for ids in problem.either_or:
        assets = problem.positions(ids)
        _add_clique(listed, "either_or", assets[~is_standing[assets]])
    if problem.minimum_spacing_m is not None and problem.candidates is not None:
        has_rows = np.diff(listed.first) > 0
        assets = np.flatnonzero(has_rows & ~is_standing)
        for members in spacing_cliques(problem.candidates.xyz_m[assets, :2], problem.minimum_spacing_m):
            _add_clique(listed, "minimum_spacing_m", assets[members])


def _add_clique(listed: _Listed, name: str, assets: IntArray) -> None:
    listed.add(name, listed.rows_of(assets), 1, upper=1)
    listed.is_single[assets] = True


def _add_companions(listed: _Listed) -> None:
    """An asset only with another: the rows of one open no more often than those of the other."""
    problem = listed.problem
    is_on_air: BoolArray = np.any(listed.stations.is_on_air, axis=0)
    for pair in problem.only_with:
        one, other = problem.positions(pair)
        if is_on_air[other]:
            continue
        own, others = listed.rows_of(np.array([one])), listed.rows_of(np.array([other]))
        amount = np.concatenate([np.ones(len(own), dtype=np.int64), -np.ones(len(others), dtype=np.int64)])
        listed.add(f"only_with {pair[0]} {pair[1]}", np.concatenate([own, others]), amount, upper=0, fixed=int(listed.is_fixed[one]))


def _add_carriers(listed: _Listed, sharing: Sharing) -> None:
    """Sites and yen of each carrier."""
    rows = listed.rows
    for place, carrier in enumerate(sharing.carriers):
        served = np.flatnonzero((rows.carriers >> place) & 1)
        if carrier.min_sites > 0:
            listed.add(f"{carrier.name} min_sites", served, 1, lower=carrier.min_sites)
        if carrier.max_sites is not None:
            listed.add(f"{carrier.name} max_sites", served, 1, upper=carrier.max_sites)
        if carrier.budget_yen is not None:
            listed.add(f"{carrier.name} budget_yen", served, rows.carrier_cost_yen[served, place], upper=carrier.budget_yen)


def _add_assets(listed: _Listed) -> None:
    """One set of carriers for each asset, and some set for each pinned one."""
    pinned = listed.stations.is_pinned
    for asset in np.flatnonzero(pinned).tolist():
        listed.add("fixed", listed.rows_of(np.array([asset])), 1, lower=1, upper=1)
    for asset in np.flatnonzero((np.diff(listed.first) > 1) & ~pinned & ~listed.is_single).tolist():
        listed.add("capacity", np.arange(listed.first[asset], listed.first[asset + 1]), 1, upper=1)
