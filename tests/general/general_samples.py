"""Random small general problems, and an oracle in plain Python that shares nothing with the solver."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from siting.solver.model import NO_LOWER, NO_UPPER, Model, SparseRows


def sparse(rows) -> SparseRows:
    """Return compressed rows of {column: amount} dictionaries."""
    return SparseRows(
        start=np.cumsum([0, *map(len, rows)]).astype(np.int64),
        column=np.array([c for row in rows for c in sorted(row)], dtype=np.int32),
        amount=np.array([row[c] for row in rows for c in sorted(row)], dtype=np.int64),
    )


def model_of(
    rows,
    weight,
    *,
    backup=None,
    base=None,
    needed=1,
    rules=(),
    bundles=(),
    targets=(),
    cost=None,
    base_cost=0,
    is_cost_goal=False,
) -> Model:
    """
    Return a model of plain lists.

    ``rules`` are (name, {row: amount}, lower, upper) with None for no limit; ``bundles`` are ({group: amount}, need, value);
    ``targets`` are (name, {group: amount}, {bundle: amount}, need).
    """
    rows = [sorted(set(row)) for row in rows]
    m = len(weight)
    columns = [[i for i, row in enumerate(rows) if j in row] for j in range(m)]
    return Model(
        row_start=np.cumsum([0, *map(len, rows)]).astype(np.int64),
        row_groups=np.array([j for row in rows for j in row], dtype=np.int32),
        column_start=np.cumsum([0, *map(len, columns)]).astype(np.int64),
        column_rows=np.array([i for column in columns for i in column], dtype=np.int32),
        weight=np.array(weight, dtype=np.int64),
        backup_weight=np.array(backup if backup is not None else [0] * m, dtype=np.int64),
        base_servers=np.array(base if base is not None else [0] * m, dtype=np.int32),
        needed=needed,
        rules=sparse([rule[1] for rule in rules]),
        lower=np.array([NO_LOWER if rule[2] is None else rule[2] for rule in rules], dtype=np.int64),
        upper=np.array([NO_UPPER if rule[3] is None else rule[3] for rule in rules], dtype=np.int64),
        rule_name=tuple(rule[0] for rule in rules),
        bundles=sparse([bundle[0] for bundle in bundles]),
        bundle_need=np.array([bundle[1] for bundle in bundles], dtype=np.int64),
        bundle_value=np.array([bundle[2] for bundle in bundles], dtype=np.int64),
        target_groups=sparse([target[1] for target in targets]),
        target_bundles=sparse([target[2] for target in targets]),
        target_need=np.array([target[3] for target in targets], dtype=np.int64),
        target_unit=np.ones(len(targets)),
        target_name=tuple(target[0] for target in targets),
        cost=np.array(cost if cost is not None else [1] * len(rows), dtype=np.int64),
        base_cost=base_cost,
        is_cost_goal=is_cost_goal,
        unit=1.0,
        excess=0.0,
    )


class Oracle:
    """Everything about a small model by plain counting over all subsets of its rows."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.n = model.n_rows
        self.serves = [set(model.row_groups[model.row_start[i] : model.row_start[i + 1]].tolist()) for i in range(self.n)]
        self.rules = self._table(model.rules)
        self.bundles = self._table(model.bundles)
        self.target_groups = self._table(model.target_groups)
        self.target_bundles = self._table(model.target_bundles)

    @staticmethod
    def _table(rows: SparseRows):
        return [
            list(zip(rows.column[a:b].tolist(), rows.amount[a:b].tolist(), strict=True))
            for a, b in zip(rows.start[:-1].tolist(), rows.start[1:].tolist(), strict=True)
        ]

    def look_at(self, chosen):
        """Return value, cost, what the targets reach, and whether the linear rules are kept."""
        model, chosen = self.model, set(chosen)
        count = [int(b) + sum(j in self.serves[i] for i in chosen) for j, b in enumerate(model.base_servers)]
        covered = [c >= model.needed for c in count]
        complete = [sum(a for j, a in b if covered[j]) >= need for b, need in zip(self.bundles, model.bundle_need.tolist(), strict=True)]
        value = sum(int(w) for w, z in zip(model.weight, covered, strict=True) if z)
        value += sum(int(w) for w, c in zip(model.backup_weight, count, strict=True) if c > model.needed)
        value += sum(int(v) for v, u in zip(model.bundle_value, complete, strict=True) if u)
        reach = [
            sum(a for j, a in groups if covered[j]) + sum(a for f, a in bundles if complete[f])
            for groups, bundles in zip(self.target_groups, self.target_bundles, strict=True)
        ]
        sums = [sum(a for i, a in rule if i in chosen) for rule in self.rules]
        keeps = all(lo <= s <= up for lo, s, up in zip(model.lower.tolist(), sums, model.upper.tolist(), strict=True))
        return value, sum(int(model.cost[i]) for i in chosen) + model.base_cost, reach, keeps

    def is_feasible(self, chosen) -> bool:
        _, _, reach, keeps = self.look_at(chosen)
        return keeps and all(r >= need for r, need in zip(reach, self.model.target_need.tolist(), strict=True))

    def subsets(self):
        return (s for k in range(self.n + 1) for s in combinations(range(self.n), k))

    def best(self) -> int | None:
        """Return the best value (or least cost), None if no plan keeps the rules."""
        feasible = [self.look_at(s) for s in self.subsets() if self.is_feasible(s)]
        if not feasible:
            return None
        return min(cost for _, cost, _, _ in feasible) if self.model.is_cost_goal else max(value for value, _, _, _ in feasible)

    def most_reachable(self) -> tuple[int, int] | None:
        """Return the first target that cannot be met beside those before it, and the most it reaches; None where the rules alone fail."""
        kept = [self.look_at(s)[2] for s in self.subsets() if self.look_at(s)[3]]
        if not kept:
            return None
        for target, need in enumerate(self.model.target_need.tolist()):
            most = max(reach[target] for reach in kept)
            if most < need:
                return target, most
            kept = [reach for reach in kept if reach[target] >= need]
        raise AssertionError("feasible")


def random_model(seed: int, *, n_rows: int = 8, n_groups: int = 14, is_cost_goal: bool | None = None) -> Model:
    """Return a random model with a random mix of every kind of rule."""
    rng = np.random.default_rng(seed)
    dense = rng.random((n_rows, n_groups)) < rng.choice([0.15, 0.3, 0.5])
    rows = [np.flatnonzero(row).tolist() for row in dense]
    needed = int(rng.choice([1, 1, 1, 2, 3]))
    weight = rng.integers(0, 20, n_groups)
    backup = rng.integers(0, 8, n_groups) if rng.random() < 0.3 else None
    base = (rng.random(n_groups) < 0.15).astype(int) * rng.integers(1, 3, n_groups) if rng.random() < 0.3 else None
    cost = rng.integers(0, 9, n_rows)
    is_cost_goal = bool(rng.random() < 0.4) if is_cost_goal is None else is_cost_goal
    bundles = []
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.5 else 0):
        members = rng.choice(n_groups, int(rng.integers(1, 5)), replace=False)
        amounts = {int(j): int(rng.integers(1, 4)) for j in members}
        bundles.append((amounts, int(np.ceil(sum(amounts.values()) * rng.choice([0.3, 0.6, 1.0]))), int(rng.integers(0, 30))))
    return model_of(
        rows,
        weight,
        backup=backup,
        base=base,
        needed=needed,
        rules=random_rules(rng, n_rows, cost, is_cost_goal=is_cost_goal),
        bundles=bundles,
        targets=random_targets(rng, n_groups, len(bundles), is_cost_goal=is_cost_goal),
        cost=cost,
        base_cost=int(rng.integers(0, 5)),
        is_cost_goal=is_cost_goal,
    )


def random_rules(rng, n_rows: int, cost, *, is_cost_goal: bool):
    """Return counts, budgets, quotas, conflicts and "only with" in a random mix."""
    rules = []
    if not is_cost_goal or rng.random() < 0.3:
        if rng.random() < 0.7:
            lower = int(rng.integers(0, 3)) if rng.random() < 0.3 else None
            rules.append(("count", dict.fromkeys(range(n_rows), 1), lower, int(rng.integers(lower or 1, n_rows))))
        if rng.random() < 0.5:
            rules.append(("budget", {i: int(c) for i, c in enumerate(cost) if c}, None, int(rng.integers(2, 20))))
    for number in range(int(rng.integers(0, 3))):
        members = rng.choice(n_rows, int(rng.integers(1, n_rows)), replace=False)
        lower = int(rng.integers(0, 3)) if rng.random() < 0.6 else None
        upper = int(rng.integers(lower or 0, 4)) if rng.random() < 0.6 else None
        rules.append((f"quota {number}", dict.fromkeys(map(int, members), 1), lower, upper))
    for number in range(int(rng.integers(0, 4)) if rng.random() < 0.5 else 0):
        members = rng.choice(n_rows, int(rng.integers(2, 4)), replace=False)
        rules.append((f"spacing {number}", dict.fromkeys(map(int, members), 1), None, 1))
    for number in range(int(rng.integers(0, 3)) if rng.random() < 0.4 else 0):
        one, other = rng.choice(n_rows, 2, replace=False)
        rules.append((f"only with {number}", {int(one): 1, int(other): -1}, None, 0))
    return rules


def random_targets(rng, n_groups: int, n_bundles: int, *, is_cost_goal: bool):
    """Return targets, most of them within reach."""
    targets = []
    for number in range(int(rng.integers(1, 4)) if is_cost_goal else int(rng.choice([0, 0, 1, 2]))):
        members = rng.choice(n_groups, int(rng.integers(1, n_groups)), replace=False)
        groups = {int(j): int(rng.integers(1, 9)) for j in members}
        bundles = {int(f): int(rng.integers(1, 5)) for f in range(n_bundles) if rng.random() < 0.5}
        total = sum(groups.values()) + sum(bundles.values())
        targets.append((f"target {number}", groups, bundles, int(total * rng.choice([0.1, 0.3, 0.5, 0.8]))))
    return targets
