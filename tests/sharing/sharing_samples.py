"""Small problems of carriers that share, and an oracle in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from siting import Candidates, Carrier, CoverageMatrix, Plan, PointDemand, Sharing, SitingProblem
from siting.rules import CarrierKpi


def coverage(rows, n_cells: int) -> CoverageMatrix:
    rows = [sorted(set(row)) for row in rows]
    return CoverageMatrix(
        candidate_ids=tuple(f"a{i}" for i in range(len(rows))),
        n_cells=n_cells,
        start=np.cumsum([0, *map(len, rows)]).astype(np.int64),
        cells=np.array([j for row in rows for j in row], dtype=np.int32),
    )


@dataclass(frozen=True)
class Sample:
    """Carriers and assets as plain Python: rows by carrier, weights by carrier, and what things cost."""

    rows: list[list[frozenset[int]]]
    weight: list[list[float]]
    cost: list[int]
    capacity: list[int]
    equipment: list[int]
    most: list[int]
    existing: list[frozenset[int]]
    is_neutral_host: bool = False
    wanted: list[float] | None = None

    @property
    def n_assets(self) -> int:
        return len(self.cost)

    def problem(self, *, kpi: CarrierKpi = "each", **rules) -> SitingProblem:
        n_cells = len(self.weight[0])
        patterns = [coverage(rows, n_cells) for rows in self.rows]
        candidates = Candidates.from_points(
            [(100.0 * i, 0.0, 8.0) for i in range(self.n_assets)],
            crs="EPSG:6677",
            ids=patterns[0].candidate_ids,
            cost_yen=self.cost,
            capacity=self.capacity,
        )
        carriers = tuple(
            Carrier(
                name=f"C{c}",
                coverage=patterns[c],
                weight=np.array(self.weight[c]),
                existing=tuple(f"a{i}" for i in sorted(self.existing[c])),
                max_sites=self.most[c],
                equipment_yen=self.equipment[c],
            )
            for c in range(len(self.rows))
        )
        return SitingProblem(
            coverage=patterns[0],
            demand=PointDemand(weight=np.array(self.weight[0]), unit="people", groups={"left": np.arange(n_cells // 2, dtype=np.int32)}),
            candidates=candidates,
            sharing=Sharing(carriers=carriers, kpi=kpi, is_neutral_host=self.is_neutral_host),
            **rules,
        )

    def covered(self, carrier: int, assets) -> float:
        cells = set().union(*(self.rows[carrier][i] for i in set(assets) | self.existing[carrier]), set())
        return sum(self.weight[carrier][j] for j in cells)

    def best_alone(self, carrier: int) -> float:
        free = [i for i in range(self.n_assets) if i not in self.existing[carrier]]
        return max(self.covered(carrier, s) for k in range(self.most[carrier] + 1) for s in combinations(free, k))

    def assignments(self):
        """Yield for each carrier the assets that it opens, capacity and limits kept."""
        n = len(self.rows)
        choices = []
        for i in range(self.n_assets):
            there = {c for c in range(n) if i in self.existing[c]}
            new = [c for c in range(n) if c not in there]
            sets = [s for k in range(len(new) + 1) for s in combinations(new, k)]
            if self.is_neutral_host:
                sets = [s for s in sets if len(s) in {0, len(new)}]
            else:
                sets = [s for s in sets if len(s) + len(there) <= max(self.capacity[i], len(there))]
            choices.append(sets)
        for taken in product(*choices):
            opened = [frozenset(i for i, s in enumerate(taken) if c in s) for c in range(n)]
            if all(len(opened[c]) <= self.most[c] for c in range(n)):
                yield opened

    def cost_of(self, opened) -> int:
        total = 0
        for i in range(self.n_assets):
            new = [c for c, assets in enumerate(opened) if i in assets]
            if new:
                is_standing = any(i in one for one in self.existing)
                total += 0 if is_standing else self.cost[i]
                total += 0 if self.is_neutral_host else sum(self.equipment[c] for c in new)
        return total

    def least_together(self) -> int | None:
        """Return the least cost at which no carrier covers less than wanted; None where that cannot be."""
        costs = [
            self.cost_of(opened)
            for opened in self.assignments()
            if all(self.covered(c, assets) >= want - 1e-9 for c, (assets, want) in enumerate(zip(opened, self.wanted or [], strict=True)))
        ]
        return min(costs, default=None)


def random_sample(seed: int) -> Sample:
    rng = np.random.default_rng(seed)
    n_assets, n_cells, n_carriers = 5, 9, 2
    dense = rng.random((n_carriers, n_assets, n_cells)) < 0.35
    dense[:, 0, 0] = True
    weight = rng.integers(1, 9, (n_carriers, n_cells)).astype(float)
    existing = [frozenset({int(rng.integers(1, n_assets))}) if rng.random() < 0.4 else frozenset() for _ in range(n_carriers)]
    capacity = [max(1 + (rng.random() < 0.6), sum(i in one for one in existing)) for i in range(n_assets)]
    return Sample(
        rows=[[frozenset(np.flatnonzero(row).tolist()) for row in one] for one in dense],
        weight=weight.tolist(),
        cost=rng.integers(0, 8, n_assets).tolist(),
        capacity=[int(one) for one in capacity],
        equipment=rng.integers(0, 3, n_carriers).tolist(),
        most=rng.integers(1, 4, n_carriers).tolist(),
        existing=existing,
        is_neutral_host=bool(rng.random() < 0.3),
    )


def plan_of(problem: SitingProblem, tenants=None, chosen=(), cost_yen: int = 0) -> Plan:
    """Return a plan whose ids alone matter."""
    tenants = {name: tuple(ids) for name, ids in (tenants or {}).items()}
    chosen = tuple(chosen) or tuple(dict.fromkeys(one for ids in tenants.values() for one in ids))
    return Plan(
        chosen=chosen,
        marginal_weight=(0.0,) * len(chosen),
        objective=0.0,
        covered_weight=0.0,
        total_weight=float(problem.demand.weight.sum()),
        reachable_weight=0.0,
        upper_bound=0.0,
        status="feasible",
        stopped_by="proof",
        limited_by="max_sites",
        cost_yen=cost_yen,
        seed=0,
        runtime_s=0.0,
        goal=problem.goal,
        tenants=tenants,
    )
