"""From a problem with every rule a planner may state to whole numbers and sparse rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from siting.arrays import BoolArray, IndexArray, IntArray
from siting.kernels.expand import expand_rows
from siting.kernels.presolve import find_dominated, transpose
from siting.problem import SitingProblem
from siting.solver.linear_rules import LinearRules, linear_rules
from siting.solver.model import Model
from siting.solver.sheets import MergedSheet, Sheet, TargetNeed, list_sheets, merge_sheet
from siting.solver.stations import StationRows, Stations
from siting.solver.values import Values, list_values


@dataclass(frozen=True, kw_only=True, eq=False)
class Compiled:
    """
    A problem in the terms of the general solver.

    Attributes
    ----------
    model
        The whole numbers.
    candidate
        Position of each row's candidate in the coverage, shape (n,).
    carriers
        Bit mask of the carriers that get a station by each row, by their place in the sharing; 0 where nobody shares.
    cost_yen
        Yen of each row, shape (n,).
    unit
        Exact demand weight of a whole unit.
    target_total
        Amount there is for each target, in the units of its need.
    rule_fixed
        What the fixed sites add to the sum of each rule, by its name; subtracted from the limits in the model.
    is_exact
        Whole units hold the value of every plan exactly; else ``model.excess`` says what they may miss.
    work
        Counts of what was merged and dropped, by name.
    """

    model: Model
    candidate: IntArray
    carriers: IntArray
    cost_yen: IntArray
    unit: Fraction
    target_total: tuple[int, ...]
    rule_fixed: Mapping[str, int]
    is_exact: bool
    work: Mapping[str, int]


def compile_model(problem: SitingProblem) -> Compiled:
    """
    Write a problem as a :class:`siting.solver.model.Model`.

    Every plan of the problem is a set of rows, of the same value and cost, but for plans that the following leaves out and
    that are no better than one that is kept. Rows that no plan can open go. So do rows that serve no group and that no rule
    asks for. Where a cell needs one server and a backup is worth nothing, a row goes if another one serves all of its groups
    for no more yen, and no rule asks for the first or bars the second from its place: the second takes part in the same
    rules, or in none but the number of sites and the budget. What "asks for" means: a minimum, or being the partner of an
    "only with".

    Parameters
    ----------
    problem
        What to cover, with what, within which rules.

    References
    ----------
    Schilling, Jayaraman and Barkhi (1993), A review of covering problems in facility location.
    """
    stations = Stations.of(problem)
    rows = StationRows.of(problem, stations)
    listed = linear_rules(problem, stations, rows)
    is_possible = ~listed.impossible_rows()
    rows, rules = rows.take(is_possible), listed.take(is_possible)
    sheets, needs = list_sheets(problem)
    merged = _merge(problem, stations, sheets, rows)
    start, groups = _expand(problem, stations, sheets, merged, rows)
    is_needless = _needless_rows(problem, rows, rules, start, groups)
    if is_needless.any():
        rows, rules = rows.take(~is_needless), rules.take(~is_needless)
        merged = _merge(problem, stations, sheets, rows)
        start, groups = _expand(problem, stations, sheets, merged, rows)
    values = list_values(problem, sheets, merged, needs)
    return Compiled(
        model=_model(problem, stations, rows=rows, rules=rules, values=values, needs=needs, start=start, groups=groups),
        candidate=rows.candidate,
        carriers=np.zeros(len(rows), dtype=np.int64) if problem.sharing is None else rows.carriers,
        cost_yen=rows.cost_yen,
        unit=Fraction(values.scale.base_unit) / values.scale.denominator,
        target_total=tuple(need.total for need in needs),
        rule_fixed=dict(zip(rules.name, rules.fixed.tolist(), strict=True)),
        is_exact=values.scale.is_exact,
        work={
            "cells": problem.coverage.n_cells,
            "merged_groups": len(values.weight),
            "candidates": problem.coverage.n_candidates,
            "needless_rows": int(is_needless.sum()),
            "candidates_left": len(np.unique(rows.candidate)),
            "rows": len(rows),
            "rules": len(rules.name),
        },
    )


def _merge(problem: SitingProblem, stations: Stations, sheets: list[Sheet], rows: StationRows) -> list[MergedSheet]:
    """Merge the cells of every sheet, as the stations of the rows serve them."""
    is_live = np.zeros((stations.n_carriers, problem.coverage.n_candidates), dtype=np.bool_)
    for carrier in range(stations.n_carriers):
        is_live[carrier, rows.candidate[(rows.carriers >> carrier) & 1 > 0]] = True
    return [merge_sheet(problem, stations, sheet, is_live) for sheet in sheets]


def _expand(
    problem: SitingProblem, stations: Stations, sheets: list[Sheet], merged: list[MergedSheet], rows: StationRows
) -> tuple[IntArray, IndexArray]:
    """Return the groups that each row serves; see :func:`siting.solver.values.list_values` for their numbers."""
    n_assets = problem.coverage.n_candidates
    carrier: list[int] = []
    starts: list[IntArray] = []
    offset: list[int] = []
    first, n_pairs = 0, 0
    for sheet, one in zip(sheets, merged, strict=True):
        for copy in range(sheet.n_copies(problem)):
            place = copy % len(sheet.carriers)
            for asked in [place] if sheet.is_every else range(len(sheet.carriers)):
                carrier.append(sheet.carriers[asked])
                starts.append(one.start[asked * n_assets : (asked + 1) * n_assets + 1] + n_pairs)
                offset.append(first + copy * one.n_groups)
        first += sheet.n_copies(problem) * one.n_groups
        n_pairs += len(one.groups)
    start, groups = expand_rows(
        rows.candidate,
        rows.carriers,
        np.array(carrier, dtype=np.int64),
        np.stack(starts),
        np.concatenate([one.groups for one in merged]),
        np.array(offset, dtype=np.int64),
        first,
    )
    return start, groups


def _needless_rows(problem: SitingProblem, rows: StationRows, rules: LinearRules, start: IntArray, groups: IndexArray) -> BoolArray:
    """Mark the rows that some best plan does without, whatever else is open."""
    must_stay, kind = _demands(rows, rules)
    is_needless: BoolArray = (np.diff(start) == 0) & ~must_stay
    if problem.servers_needed == 1 and problem.backup_share == 0 and len(rows):
        has_cost = problem.goal == "least_cost" or "budget_yen" in rules.name
        cost = rows.cost_yen if has_cost else np.zeros(len(rows), dtype=np.int64)
        column_start, column_rows = transpose(start, groups, int(groups.max()) + 1 if len(groups) else 0)
        is_needless |= find_dominated(start, groups, column_start, column_rows, cost, np.arange(len(rows)), kind)
    return is_needless


def _demands(rows: StationRows, rules: LinearRules) -> tuple[BoolArray, IntArray]:
    """Tell which rows a rule may ask for, and number the ways in which rows take part in rules: 0 in none, -1 asked for."""
    n_rules = len(rules.name)
    least = np.zeros(n_rules, dtype=np.int64)
    np.add.at(least, rules.rule, np.minimum(rules.amount, 0))
    is_plain = np.bincount(rules.rule, minlength=n_rules) == len(rows)
    np.logical_and.at(is_plain, rules.rule, rules.amount == 1)
    is_plain |= np.array([name == "budget_yen" for name in rules.name], dtype=np.bool_)
    asks = ((rules.lower > least)[rules.rule] & (rules.amount > 0)) | (rules.amount < 0)
    must_stay = np.zeros(len(rows), dtype=np.bool_)
    must_stay[rules.row[asks]] = True
    parts: list[list[tuple[int, int]]] = [[] for _ in range(len(rows))]
    is_special = ~is_plain[rules.rule]
    for rule, row, amount in zip(
        rules.rule[is_special].tolist(), rules.row[is_special].tolist(), rules.amount[is_special].tolist(), strict=True
    ):
        parts[row].append((rule, amount))
    number: dict[tuple[tuple[int, int], ...], int] = {(): 0}
    kind = np.array([number.setdefault(tuple(part), len(number)) for part in parts], dtype=np.int64)
    kind[must_stay] = -1
    return must_stay, kind


def _model(
    problem: SitingProblem,
    stations: Stations,
    *,
    rows: StationRows,
    rules: LinearRules,
    values: Values,
    needs: list[TargetNeed],
    start: IntArray,
    groups: IndexArray,
) -> Model:
    """Put the parts together."""
    column_start, column_rows = transpose(start, groups, len(values.weight))
    is_base = stations.is_on_air[0] if problem.sharing is None else np.zeros(problem.coverage.n_candidates, dtype=np.bool_)
    is_counting_sites = problem.goal == "fewest_sites"
    return Model(
        row_start=start,
        row_groups=groups,
        column_start=column_start,
        column_rows=column_rows,
        weight=values.weight,
        backup_weight=values.backup_weight,
        base_servers=values.base.astype(np.int32),
        needed=problem.servers_needed,
        rules=rules.sparse(),
        lower=rules.lower,
        upper=rules.upper,
        rule_name=rules.name,
        bundles=values.bundles,
        bundle_need=values.bundle_need,
        bundle_value=values.bundle_value,
        target_groups=values.target_groups,
        target_bundles=values.target_bundles,
        target_need=np.array([need.need for need in needs], dtype=np.int64),
        target_unit=np.array([need.unit for need in needs], dtype=np.float64),
        target_name=tuple(target.name for target in problem.targets),
        cost=np.ones(len(rows), dtype=np.int64) if is_counting_sites else rows.cost_yen,
        base_cost=int(is_base.sum()) if is_counting_sites else int(problem.cost_yen[is_base].sum()),
        is_cost_goal=problem.goal != "coverage",
        unit=values.scale.unit,
        excess=values.excess,
    )
