"""Small problems with permit rates, and an oracle that shares nothing with the solver."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from siting import Candidates, PermitRates, PointDemand, SitingProblem
from tests.solve.solve_samples import Sample, coverage


def problem_of(rows, weight, *, cost_yen=0, owner_class="private", asset_type="signal", **rules) -> SitingProblem:
    pattern = coverage(rows, len(weight))
    candidates = Candidates.from_points(
        np.zeros((len(rows), 3)),
        crs="EPSG:6677",
        ids=pattern.candidate_ids,
        cost_yen=cost_yen,
        owner_class=owner_class,
        asset_type=asset_type,
    )
    return SitingProblem(coverage=pattern, demand=PointDemand(weight=np.asarray(weight, dtype=float)), candidates=candidates, **rules)


def rates_of(rate) -> PermitRates:
    return PermitRates(by_id={f"c{i}": float(p) for i, p in enumerate(rate)})


def expected_by_permits(rows, weight, rate, chosen) -> float:
    """Add up every outcome of the permits, weighed by its probability."""
    chosen = list(chosen)
    total = 0.0
    for granted in product((False, True), repeat=len(chosen)):
        probability = 1.0
        cells: set[int] = set()
        for site, is_granted in zip(chosen, granted, strict=True):
            probability *= rate[site] if is_granted else 1.0 - rate[site]
            if is_granted:
                cells |= set(rows[site])
        total += probability * sum(weight[j] for j in cells)
    return total


@dataclass(frozen=True, kw_only=True)
class RobustSample(Sample):
    """A random problem as plain Python, for the oracle."""

    rate: list[float]

    @property
    def rates(self) -> PermitRates:
        return rates_of(self.rate)

    def expected(self, chosen) -> float:
        return expected_by_permits(self.rows, self.weight, self.rate, chosen)

    def best(self) -> float:
        n = len(self.rows)
        return max(self.expected(s) for k in range(n + 1) for s in combinations(range(n), k) if self.is_allowed(s))


def random_rates(rng, n: int) -> list[float]:
    """Return rates of one of five kinds: all alike, of two classes, all different, with certain ones, extreme."""
    kind = int(rng.integers(5))
    if kind == 0:
        return [float(rng.random())] * n
    if kind == 1:
        return rng.choice([0.9, 0.4], n).tolist()
    if kind == 2:
        return rng.random(n).tolist()
    if kind == 3:
        return rng.choice([1.0, 0.7, 0.2], n).tolist()
    return rng.choice([0.0, 1e-12, 0.5, 1.0 - 1e-12, 1.0], n).tolist()


def random_robust(seed: int, *, n_rows: int = 6, n_cells: int = 7) -> RobustSample:
    """Return a problem with something to cover."""
    rng = np.random.default_rng(seed)
    dense = rng.random((n_rows, n_cells)) < rng.choice([0.2, 0.4, 0.7])
    weight = [np.full(n_cells, 100.0), rng.integers(0, 9, n_cells).astype(float), rng.random(n_cells) * 3.7][seed % 3]
    weight[0] = max(weight[0], 1.0)
    order = rng.permutation(n_rows)
    n_fixed, n_forbidden = (int(rng.integers(0, 3)), int(rng.integers(0, 2))) if rng.random() < 0.5 else (0, 0)
    cost = rng.integers(0 if rng.random() < 0.3 else 1, 6, n_rows)
    free = order[n_fixed + n_forbidden :]
    dense[free[0], 0] = True
    rate = random_rates(rng, n_rows)
    rate[free[0]] = max(rate[free[0]], 0.05)
    kind = str(rng.choice(["count", "budget", "both"]))
    return RobustSample(
        rows=[frozenset(np.flatnonzero(row).tolist()) for row in dense],
        weight=weight.tolist(),
        rate=rate,
        cost=cost.tolist(),
        max_sites=int(rng.integers(max(1, n_fixed), n_rows + 2)) if kind != "budget" else None,
        budget=int(cost[order[:n_fixed]].sum() + cost[free].max() + rng.integers(0, 9)) if kind != "count" else None,
        fixed=tuple(order[:n_fixed].tolist()),
        forbidden=tuple(order[n_fixed : n_fixed + n_forbidden].tolist()),
    )


def street_problem(seed: int, *, n_rows: int = 150, side: int = 40, reach: float = 4.5, **rules) -> SitingProblem:
    """Return discs of random size on a square of cells, of three types: large enough that search and bound have work to do."""
    rng = np.random.default_rng(seed)
    y, x = np.divmod(np.arange(side * side), side)
    rows = []
    for _ in range(n_rows):
        cx, cy, r = *rng.uniform(0, side, 2), rng.uniform(1.5, reach)
        rows.append(np.flatnonzero((x - cx) ** 2 + (y - cy) ** 2 <= r * r).tolist())
    kinds = tuple(rng.choice(["streetlight", "signal", "station"], n_rows, p=[0.6, 0.3, 0.1]).tolist())
    return problem_of(rows, np.full(side * side, 100.0), cost_yen=rng.integers(3, 9, n_rows), asset_type=kinds, **rules)


def city_problem(seed: int, **rules) -> SitingProblem:
    """Return a street problem that is too large for branch and bound."""
    return street_problem(seed, n_rows=700, side=80, reach=7.0, **rules)
