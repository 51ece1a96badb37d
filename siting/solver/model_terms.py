"""The general problem as the compiled loops read it, and the prices of what is off its limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from siting.arrays import BoolArray, FloatArray, IntArray
from siting.kernels.model_state import Terms
from siting.solver.model import NO_LOWER, NO_UPPER, Model, SparseRows
from siting.solver.model_check import row_sums


def transposed(rows: SparseRows, n_columns: int) -> SparseRows:
    """Return the same amounts by column."""
    order = np.argsort(rows.column, kind="stable")
    row = np.repeat(np.arange(len(rows), dtype=np.int32), np.diff(rows.start))
    return SparseRows(start=_starts(np.bincount(rows.column, minlength=n_columns)), column=row[order], amount=rows.amount[order])


def _starts(counts: IntArray) -> IntArray:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])


def joined(tables: Sequence[tuple[SparseRows, int]]) -> tuple[IntArray, IntArray, list[int]]:
    """
    Return sparse tables as one.

    Parameters
    ----------
    tables
        Each table, and what to add to its columns.

    Returns
    -------
    start, link, first
        Row starts; column and amount of each entry, shape (k, 2); the first row of each table.
    """
    start = _starts(np.concatenate([np.diff(table.start) for table, _ in tables]))
    link = np.concatenate([np.stack([table.column.astype(np.int64) + shift, table.amount], axis=1) for table, shift in tables])
    return start, link, np.cumsum([0] + [len(table) for table, _ in tables[:-1]]).tolist()


def terms_of(model: Model, is_held: BoolArray) -> Terms:
    """Return the arrays of a model; ``is_held`` marks the rows that must stay as they are."""
    n_rules = len(model.lower)
    tables = (
        (model.rules, 0),
        (model.target_groups, 0),
        (transposed(model.rules, model.n_rows), 0),
        (transposed(model.target_groups, model.n_groups), n_rules),
        (transposed(model.target_bundles, len(model.bundles)), n_rules),
        (model.bundles, 0),
        (transposed(model.bundles, model.n_groups), 0),
    )
    link_start, link, first = joined(tables)
    is_linked = np.zeros(model.n_groups, dtype=np.int64)
    is_linked[model.target_groups.column] = 1
    is_linked[model.bundles.column] = 1
    weights = [model.weight, model.backup_weight]
    gain = np.zeros(model.n_rows, dtype=np.int64)
    if model.is_cost_goal:
        weights = [np.zeros_like(one) for one in weights]
        gain = -model.cost
    return Terms(
        start=model.row_start,
        groups=model.row_groups,
        column_start=model.column_start,
        column_rows=model.column_rows,
        group=np.stack([*weights, is_linked], axis=1),
        row=np.stack([gain, model.cost, is_held.astype(np.int64)], axis=1),
        link_start=link_start,
        link=link,
        limit=_limits(model),
        members=first[0],
        of_row=first[2],
        of_group=first[3],
        of_bundle=first[4],
        in_bundle=first[5],
        bundles_of=first[6],
        n_rules=n_rules,
        n_limits=n_rules + len(model.target_need),
        needed=model.needed,
    )


def _limits(model: Model) -> IntArray:
    """Return ``Terms.limit``: of rules, targets and bundles."""
    nothing = np.zeros_like(model.target_need)
    bundle_value = np.zeros_like(model.bundle_value) if model.is_cost_goal else model.bundle_value
    parts = [
        (model.lower, model.upper, _mean_amounts(model).astype(np.int64)),
        (model.target_need, np.full_like(nothing, NO_UPPER), nothing),
        (model.bundle_need, bundle_value, np.zeros_like(bundle_value)),
    ]
    return np.concatenate([np.stack(columns, axis=1) for columns in parts])


def with_cost_rule(model: Model) -> Model:
    """Return the problem with one more rule, the last, that counts the cost of the rows; it has no limit as yet."""
    paid = np.flatnonzero(model.cost)
    rules = model.rules
    return replace(
        model,
        rules=SparseRows(
            start=np.append(rules.start, rules.start[-1] + len(paid)),
            column=np.concatenate([rules.column, paid.astype(np.int32)]),
            amount=np.concatenate([rules.amount, model.cost[paid]]),
        ),
        lower=np.append(model.lower, NO_LOWER),
        upper=np.append(model.upper, NO_UPPER),
        rule_name=(*model.rule_name, "cost"),
    )


def typical_row(model: Model) -> float:
    """Return what a fairly good row brings: the upper quartile of the rows, in the measure of the goal, > 0."""
    if model.is_cost_goal:
        worth = model.cost.astype(np.float64)
    else:
        part = np.repeat(model.bundle_value / np.maximum(model.bundle_need, 1), np.diff(model.bundles.start)) * model.bundles.amount
        credit = model.weight / model.needed + np.bincount(model.bundles.column, weights=part, minlength=model.n_groups)
        worth = row_sums(model.row_start, credit[model.row_groups])
    worth = worth[worth > 0]
    return float(np.quantile(worth, 0.75)) if len(worth) else 1.0


def usual_prices(model: Model, n_open: int) -> FloatArray:
    """
    Return the penalty for each amount that a rule or target is off, rules first.

    Parameters
    ----------
    model
        The problem.
    n_open
        About how many rows a plan opens.
    """
    typical = typical_row(model)
    of_rules = typical / np.maximum(_mean_amounts(model), 1e-9)
    if model.is_cost_goal:
        return np.concatenate([of_rules, typical * max(n_open, 1) / np.maximum(model.target_need, 1)])
    total = row_sums(model.target_groups.start, model.target_groups.amount.astype(np.float64))
    total += row_sums(model.target_bundles.start, model.target_bundles.amount.astype(np.float64))
    value = float(model.weight.sum() + model.bundle_value.sum()) or 1.0
    return np.concatenate([of_rules, value / np.maximum(total, 1.0)])


def _mean_amounts(model: Model) -> FloatArray:
    """Return the mean size of the amounts of each rule."""
    return row_sums(model.rules.start, np.abs(model.rules.amount).astype(np.float64)) / np.maximum(np.diff(model.rules.start), 1)
