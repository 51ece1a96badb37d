"""The general problem as whole numbers and sparse rows: what every rule of a :class:`siting.SitingProblem` becomes."""

from __future__ import annotations

from dataclasses import dataclass

from siting.arrays import FloatArray, IndexArray, IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class SparseRows:
    """
    Compressed rows of whole numbers: row s holds ``amount[p]`` at ``column[p]`` for p in ``start[s]:start[s + 1]``.

    Attributes
    ----------
    start
        Row starts, shape (s + 1,).
    column
        Columns, rising within each row.
    amount
        Whole numbers, one for each column named.
    """

    start: IntArray
    column: IndexArray
    amount: IntArray

    def __len__(self) -> int:
        return len(self.start) - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """
    Decide for each row (a candidate, or a candidate with the carriers that share it) whether it is opened.

    Let x_i be 1 for an open row, n_j = ``base_servers[j]`` plus the open rows that serve group j, z_j = [n_j >= ``needed``]
    and b_j = [n_j >= ``needed`` + 1]. Bundle f is complete, u_f = 1, when the amounts of its covered groups reach its need.

    The value is ``sum_j weight_j z_j + sum_j backup_weight_j b_j + sum_f bundle_value_f u_f``. The rules are
    ``lower_s <= sum_i rules_si x_i <= upper_s``, and for each target t
    ``sum_j target_groups_tj z_j + sum_f target_bundles_tf u_f >= target_need_t``.

    The goal is the most value; or, where ``is_cost_goal``, the least ``sum_i cost_i x_i``.

    Attributes
    ----------
    row_start, row_groups
        Compressed rows: row i serves the groups ``row_groups[row_start[i]:row_start[i + 1]]``, rising. A row may serve none.
    column_start, column_rows
        The same pattern by column.
    weight, backup_weight
        Whole numbers >= 0, in units of ``unit`` demand weight, shape (m,).
    base_servers
        Fixed and existing stations that serve each group, shape (m,).
    needed
        Servers that a group needs to count, >= 1.
    rules, lower, upper
        Linear rules over the rows: counts, budgets, quotas, conflicts, "only with". Infinite sides are ``NO_LOWER`` and
        ``NO_UPPER``. Fixed stations are already subtracted.
    rule_name
        What each rule is called in messages.
    bundles, bundle_need, bundle_value
        Facilities and all-carrier cells: amounts over the groups, amount needed, and whole value in ``unit``.
    target_groups, target_bundles, target_need
        Amounts over groups and over bundles, and the amount that each target needs, whole numbers.
    target_unit
        Demand weight that one target amount stands for, shape (t,).
    cost, is_cost_goal
        Cost of each row (yen or sites), >= 0, and whether it is the goal.
    base_cost
        Cost of the fixed stations.
    unit
        Demand weight that a whole number of ``weight`` counts.
    excess
        What the true value of any plan may exceed the whole numbers by, in demand weight: 0 where the weights are exact
        multiples of ``unit``.
    """

    row_start: IntArray
    row_groups: IndexArray
    column_start: IntArray
    column_rows: IndexArray
    weight: IntArray
    backup_weight: IntArray
    base_servers: IndexArray
    needed: int
    rules: SparseRows
    lower: IntArray
    upper: IntArray
    rule_name: tuple[str, ...]
    bundles: SparseRows
    bundle_need: IntArray
    bundle_value: IntArray
    target_groups: SparseRows
    target_bundles: SparseRows
    target_need: IntArray
    target_unit: FloatArray
    target_name: tuple[str, ...]
    cost: IntArray
    base_cost: int
    is_cost_goal: bool
    unit: float
    excess: float

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_start) - 1

    @property
    def n_groups(self) -> int:
        """Number of groups of cells."""
        return len(self.weight)


NO_LOWER = -(2**60)
NO_UPPER = 2**60
