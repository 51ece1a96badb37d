"""Small problems, and an oracle and a referee that share nothing with the solver."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from siting import Candidates, CoverageMatrix, DemandGrid, Plan, SitingProblem


def grid(weight) -> DemandGrid:
    position = np.arange(len(weight), dtype=np.int32)
    column_row = np.stack([position, np.zeros_like(position)], axis=1)
    return DemandGrid(column_row=column_row, cell_m=10.0, crs="EPSG:6677", weight=np.asarray(weight, dtype=float), unit="m2", groups={})


def coverage(rows, n_cells: int) -> CoverageMatrix:
    rows = [sorted(set(row)) for row in rows]
    return CoverageMatrix(
        candidate_ids=tuple(f"c{i}" for i in range(len(rows))),
        n_cells=n_cells,
        start=np.cumsum([0, *map(len, rows)]).astype(np.int64),
        cells=np.array([j for row in rows for j in row], dtype=np.int32),
    )


def problem_of(rows, weight, *, cost_yen=None, **rules) -> SitingProblem:
    pattern = coverage(rows, len(weight))
    candidates = None
    if cost_yen is not None:
        candidates = Candidates.from_points(np.zeros((len(rows), 3)), crs="EPSG:6677", ids=pattern.candidate_ids, cost_yen=cost_yen)
    return SitingProblem(coverage=pattern, demand=grid(weight), candidates=candidates, **rules)


@dataclass(frozen=True)
class Sample:
    """A random problem as plain Python, for the oracle."""

    rows: list[frozenset[int]]
    weight: list[float]
    cost: list[int]
    max_sites: int | None
    budget: int | None
    fixed: tuple[int, ...]
    forbidden: tuple[int, ...]

    def problem(self) -> SitingProblem:
        return problem_of(
            self.rows,
            self.weight,
            cost_yen=self.cost,
            max_sites=self.max_sites,
            budget_yen=self.budget,
            fixed=tuple(f"c{i}" for i in self.fixed),
            forbidden=tuple(f"c{i}" for i in self.forbidden),
        )

    def covered(self, chosen) -> float:
        return sum(self.weight[j] for j in set().union(*(self.rows[i] for i in chosen)))

    def is_allowed(self, chosen) -> bool:
        chosen = set(chosen)
        return (
            set(self.fixed) <= chosen
            and not chosen & set(self.forbidden)
            and (self.max_sites is None or len(chosen) <= self.max_sites)
            and (self.budget is None or sum(self.cost[i] for i in chosen) <= self.budget)
        )

    def best(self) -> float:
        n = len(self.rows)
        return max(self.covered(s) for k in range(n + 1) for s in combinations(range(n), k) if self.is_allowed(s))


def random_sample(seed: int, *, n_rows: int = 5, n_cells: int = 8, kind: str = "mixed") -> Sample:
    """Return a problem with something to cover; ``kind`` sets the rules: ``count``, ``budget``, ``both`` or ``mixed``."""
    rng = np.random.default_rng(seed)
    kind = str(rng.choice(["count", "budget", "both"])) if kind == "mixed" else kind
    weights = [np.full(n_cells, 100.0), rng.integers(0, 9, n_cells).astype(float), rng.random(n_cells) * 3.7][seed % 3]
    weights[0] = max(weights[0], 1.0)
    dense = rng.random((n_rows, n_cells)) < rng.choice([0.15, 0.3, 0.6])
    dense[int(rng.integers(n_rows)), 0] = True
    order = rng.permutation(n_rows)
    n_fixed, n_forbidden = (int(rng.integers(0, 2)), int(rng.integers(0, 2))) if rng.random() < 0.5 else (0, 0)
    cost = rng.integers(0 if rng.random() < 0.3 else 1, 6, n_rows)
    free = order[n_fixed + n_forbidden :]
    sample = Sample(
        rows=[frozenset(np.flatnonzero(row).tolist()) for row in dense],
        weight=weights.tolist(),
        cost=cost.tolist(),
        max_sites=int(rng.integers(max(1, n_fixed), n_rows + 2)) if kind != "budget" else None,
        budget=int(cost[order[:n_fixed]].sum() + cost[free].min() + rng.integers(0, 9)) if kind != "count" else None,
        fixed=tuple(order[:n_fixed].tolist()),
        forbidden=tuple(order[n_fixed : n_fixed + n_forbidden].tolist()),
    )
    reachable = set().union(*(row for i, row in enumerate(sample.rows) if i not in sample.forbidden))
    return sample if sum(sample.weight[j] for j in reachable) > 0 else random_sample(seed + 1_000_003, n_rows=n_rows, n_cells=n_cells)


def assert_keeps_the_rules(plan: Plan, problem: SitingProblem) -> None:
    """Check a plan against the problem as it was given, from its ids alone."""
    chosen = set(plan.chosen)
    assert len(chosen) == len(plan.chosen)
    assert plan.chosen[: len(problem.fixed)] == problem.fixed
    assert not chosen & set(problem.forbidden)
    assert problem.max_sites is None or len(chosen) <= problem.max_sites
    position = {one: i for i, one in enumerate(problem.coverage.candidate_ids)}
    if problem.candidates is not None:
        spent = sum(int(problem.candidates.cost_yen[position[one]]) for one in chosen)
        assert plan.cost_yen == spent
        assert problem.budget_yen is None or spent <= problem.budget_yen
    cells: set[int] = set()
    for place, (one, marginal) in enumerate(zip(plan.chosen, plan.marginal_weight, strict=True)):
        own = set(problem.coverage.cells_of(position[one]).tolist()) - cells
        cells |= own
        assert np.isclose(marginal, sum(problem.demand.weight[j] for j in own), rtol=1e-12)
        assert place < len(problem.fixed) or marginal > 0
    assert np.isclose(plan.objective, sum(problem.demand.weight[j] for j in sorted(cells)), rtol=1e-12)
    free = plan.marginal_weight[len(problem.fixed) :]
    assert all(one >= other * (1 - 1e-12) for one, other in pairwise(free))


def street_problem(seed: int, *, n_rows: int = 120, n_cells: int = 900, reach: int = 4, **rules) -> SitingProblem:
    """Return discs of random size on a square of cells: large enough that the search has work to do."""
    rng = np.random.default_rng(seed)
    side = int(np.sqrt(n_cells))
    y, x = np.divmod(np.arange(n_cells), side)
    rows = []
    for _ in range(n_rows):
        cx, cy, r = *rng.uniform(0, side, 2), rng.uniform(1.5, reach)
        rows.append(np.flatnonzero((x - cx) ** 2 + (y - cy) ** 2 <= r * r).tolist())
    return problem_of(rows, np.full(n_cells, 100.0), cost_yen=rng.integers(3, 9, n_rows), **rules)
