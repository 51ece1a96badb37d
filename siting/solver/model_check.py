"""What a set of rows is worth in the general problem, and which rules it breaks; counted afresh, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from siting.arrays import BoolArray, IndexArray, IntArray
from siting.solver.model import Model, SparseRows

_Number = TypeVar("_Number", np.int64, np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """
    What a set of rows is worth.

    Attributes
    ----------
    value
        Value in whole units.
    cost
        Cost of the rows and of the fixed stations.
    target_reach
        Amount that each target reaches, shape (t,).
    rule_sum
        Amount that each rule counts, shape (s,).
    is_feasible
        Every rule and target is kept.
    """

    value: int
    cost: int
    target_reach: IntArray
    rule_sum: IntArray
    is_feasible: bool


def row_sums(start: IntArray, values: NDArray[_Number]) -> NDArray[_Number]:
    """Return the sums of consecutive values: of ``values[start[s]:start[s + 1]]`` for each s."""
    before = np.concatenate([np.zeros(1, dtype=values.dtype), np.cumsum(values)])
    sums: NDArray[_Number] = before[start[1:]] - before[start[:-1]]
    return sums


def sparse_sums(rows: SparseRows, is_counted: BoolArray) -> IntArray:
    """Return, for each sparse row, the sum of the amounts at the columns that count."""
    return row_sums(rows.start, np.where(is_counted[rows.column], rows.amount, 0))


def servers(model: Model, rows: IndexArray) -> IntArray:
    """Return how many stations serve each group, fixed ones included, shape (m,)."""
    count = model.base_servers.astype(np.int64)
    for row in rows.tolist():
        count[model.row_groups[model.row_start[row] : model.row_start[row + 1]]] += 1
    return count


def standing_of(model: Model, rows: IndexArray) -> Standing:
    """Return what the rows are worth; they must differ from each other."""
    count = servers(model, rows)
    is_covered = count >= model.needed
    is_complete = sparse_sums(model.bundles, is_covered) >= model.bundle_need
    value = int(model.weight[is_covered].sum()) + int(model.backup_weight[count > model.needed].sum())
    value += int(model.bundle_value[is_complete].sum())
    is_open = np.zeros(model.n_rows, dtype=np.bool_)
    is_open[rows] = True
    rule_sum = sparse_sums(model.rules, is_open)
    reach = sparse_sums(model.target_groups, is_covered) + sparse_sums(model.target_bundles, is_complete)
    is_kept = bool(((rule_sum >= model.lower) & (rule_sum <= model.upper)).all()) and bool((reach >= model.target_need).all())
    cost = int(model.cost[rows].sum()) + model.base_cost
    return Standing(value=value, cost=cost, target_reach=reach, rule_sum=rule_sum, is_feasible=is_kept)


def merit(model: Model, standing: Standing) -> int:
    """Return what is to be as large as possible: the value, or less cost."""
    return -standing.cost if model.is_cost_goal else standing.value
