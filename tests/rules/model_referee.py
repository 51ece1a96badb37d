"""The general problem, counted in plain Python."""

from __future__ import annotations

from itertools import chain, combinations


class Referee:
    """Counts the general problem in plain Python."""

    def __init__(self, compiled) -> None:
        self.compiled, self.model = compiled, compiled.model
        model = compiled.model
        self.groups = [model.row_groups[a:b].tolist() for a, b in zip(model.row_start, model.row_start[1:], strict=False)]
        self.parts = {name: self.listed(getattr(model, name)) for name in ("rules", "bundles", "target_groups", "target_bundles")}

    @staticmethod
    def listed(sparse):
        return [
            list(zip(sparse.column[a:b].tolist(), sparse.amount[a:b].tolist(), strict=True))
            for a, b in zip(sparse.start, sparse.start[1:], strict=False)
        ]

    def count(self, rows) -> tuple[int, int, bool]:
        """Value in whole units, cost, and whether every rule is kept."""
        model = self.model
        servers = model.base_servers.tolist()
        for row in rows:
            for group in self.groups[row]:
                servers[group] += 1
        counts = [n >= model.needed for n in servers]
        complete = [
            sum(amount for j, amount in part if counts[j]) >= need
            for part, need in zip(self.parts["bundles"], model.bundle_need.tolist(), strict=True)
        ]
        value = sum(w for w, is_one in zip(model.weight.tolist(), counts, strict=True) if is_one)
        value += sum(w for w, n in zip(model.backup_weight.tolist(), servers, strict=True) if n > model.needed)
        value += sum(w for w, is_one in zip(model.bundle_value.tolist(), complete, strict=True) if is_one)
        sums = [sum(amount for i, amount in part if i in rows) for part in self.parts["rules"]]
        is_kept = all(a <= b <= c for a, b, c in zip(model.lower.tolist(), sums, model.upper.tolist(), strict=True))
        for groups, bundles, need in zip(
            self.parts["target_groups"], self.parts["target_bundles"], model.target_need.tolist(), strict=True
        ):
            reach = sum(a for j, a in groups if counts[j]) + sum(a for f, a in bundles if complete[f])
            is_kept = is_kept and reach >= need
        return value, sum(model.cost[list(rows)].tolist()) + model.base_cost, is_kept

    def plan(self, problem, rows):
        """The plan that rows stand for; None where two rows open one asset."""
        plan = [0] * problem.coverage.n_candidates
        if problem.sharing is None:
            for place in problem.positions(problem.fixed).tolist():
                plan[place] = 1
        for row in rows:
            asset = int(self.compiled.candidate[row])
            if plan[asset]:
                return None
            plan[asset] = 1 if problem.sharing is None else int(self.compiled.carriers[row])
        return plan

    def best(self, *, at_most: int | None = None) -> tuple[int | None, tuple[int, ...]]:
        """The best merit (value, or cost with its sign turned) of all plans of so many rows, and its rows; None where there is none."""
        best, best_rows = None, ()
        n_rows = self.model.n_rows
        for rows in chain.from_iterable(combinations(range(n_rows), k) for k in range((at_most or n_rows) + 1)):
            value, cost, is_kept = self.count(set(rows))
            merit = -cost if self.model.is_cost_goal else value
            if is_kept and (best is None or merit > best):
                best, best_rows = merit, rows
        return best, best_rows
