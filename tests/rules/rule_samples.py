"""Random small problems with every rule there is, alone and together."""

from __future__ import annotations

import numpy as np

from siting import (
    Candidates,
    Carrier,
    CoverageMatrix,
    Facility,
    InvalidInputError,
    PointDemand,
    Quota,
    Sharing,
    SitingProblem,
    Target,
)

SHARES = (0.25, 0.3, 0.5, 0.6, 0.75, 0.96, 1.0)


def coverage_of(dense) -> CoverageMatrix:
    return CoverageMatrix(
        candidate_ids=tuple(f"c{i}" for i in range(len(dense))),
        n_cells=dense.shape[1],
        start=np.concatenate([[0], np.cumsum(dense.sum(axis=1))]).astype(np.int64),
        cells=np.nonzero(dense)[1].astype(np.int32),
    )


def random_weight(rng, n_cells: int):
    kind = rng.integers(4)
    if kind == 0:
        return np.full(n_cells, 100.0)
    if kind == 1:
        return rng.integers(0, 9, n_cells).astype(float)
    return rng.random(n_cells) * 3.7 if kind == 2 else rng.integers(1, 50, n_cells) / 8.0


def some(rng, ids, least: int, most: int):
    return tuple(str(one) for one in rng.choice(ids, size=int(rng.integers(least, most + 1)), replace=False))


def random_rules(rng, ids, n_cells: int, *, is_shared: bool) -> dict:
    """Return random fields of a problem; some make it contradict itself."""
    n = len(ids)

    def now(chance: float = 0.3) -> bool:
        return bool(rng.random() < chance)

    rules: dict = {}
    if now(0.6):
        rules["max_sites"] = int(rng.integers(1, n + 1))
    if now(0.5):
        rules["budget_yen"] = int(rng.integers(2, 4 * n))
    if now():
        rules["fixed"] = some(rng, ids, 1, 2)
    if now():
        rules["forbidden"] = some(rng, ids, 1, 1)
    if now():
        least = int(rng.integers(0, 3))
        most = None if now() else least + int(rng.integers(0, 2))
        rules["quotas"] = (Quota(name="q", ids=some(rng, ids, max(least, 1), n), minimum=least, maximum=most or max(least, 1)),)
    if now():
        rules["either_or"] = tuple(some(rng, ids, 2, 3) for _ in range(rng.integers(1, 3)))
    if now():
        rules["minimum_spacing_m"] = float(rng.choice([5.0, 10.0, 14.2, 20.0]))
    if now():
        rules["only_with"] = tuple(some(rng, ids, 2, 2) for _ in range(rng.integers(1, 3)))
    if now():
        rules["servers_needed"] = int(rng.integers(1, 4))
    if now():
        rules["backup_share"] = float(rng.choice([0.1, 0.25, 0.5, 1.0]))
    if now():
        rules["facilities"] = tuple(
            Facility(
                name=f"f{i}",
                cells=rng.choice(n_cells, size=int(rng.integers(1, 4)), replace=False),
                weight=float(rng.integers(0, 400)) / 4,
                share=float(rng.choice(SHARES)),
                kind=str(rng.choice(["school", "clinic"])),
            )
            for i in range(rng.integers(1, 4))
        )
    goal = str(rng.choice(["coverage", "coverage", "least_cost", "fewest_sites"]))
    rules["goal"] = goal
    if goal != "coverage" or now():
        names = [None, "west", "school", "clinic"]
        carriers = [None, "A", "B"] if is_shared else [None]
        rules["targets"] = tuple(
            Target(share=float(rng.choice(SHARES)), group=names[rng.integers(4)], carrier=carriers[rng.integers(len(carriers))])
            for _ in range(rng.integers(1, 3))
        )
    return rules


def random_sharing(rng, ids, dense, *, n_carriers: int) -> Sharing:
    n, n_cells = dense.shape
    carriers = tuple(
        Carrier(
            name=name,
            coverage=None if rng.random() < 0.5 else coverage_of(rng.random((n, n_cells)) < 0.35),
            weight=None if rng.random() < 0.5 else random_weight(rng, n_cells),
            existing=some(rng, ids, 0, 1) if rng.random() < 0.5 else (),
            min_sites=int(rng.random() < 0.15),
            max_sites=None if rng.random() < 0.5 else int(rng.integers(1, n + 1)),
            budget_yen=None if rng.random() < 0.7 else int(rng.integers(1, 3 * n)),
            equipment_yen=int(rng.integers(0, 4)),
        )
        for name in "ABC"[:n_carriers]
    )
    kpi = str(rng.choice(["each", "any", "every"]))
    return Sharing(carriers=carriers, kpi=kpi, is_neutral_host=bool(rng.random() < 0.2))


def random_problem(seed: int, *, is_shared: bool = False) -> SitingProblem:
    """Return a problem of 5 or 6 candidates, or of 3 or 4 that carriers share; contradictory draws are thrown away."""
    rng = np.random.default_rng(seed)
    while True:
        n_carriers = int(rng.integers(1, 4)) if is_shared else 1
        n = int(rng.integers(3, 5 if n_carriers < 3 else 4)) if is_shared else int(rng.integers(4, 7))
        n_cells = int(rng.integers(4, 9))
        dense = rng.random((n, n_cells)) < rng.choice([0.2, 0.35, 0.6])
        pattern = coverage_of(dense)
        try:
            return SitingProblem(
                coverage=pattern,
                demand=PointDemand(weight=random_weight(rng, n_cells), groups={"west": np.arange(n_cells // 2, dtype=np.int32)}),
                candidates=Candidates.from_points(
                    np.column_stack([10.0 * rng.integers(0, 4, (n, 2)), np.full(n, 8.0)]),
                    crs="EPSG:6677",
                    ids=pattern.candidate_ids,
                    cost_yen=rng.integers(0, 6, n),
                    capacity=rng.integers(1, 4, n),
                ),
                sharing=random_sharing(rng, pattern.candidate_ids, dense, n_carriers=n_carriers) if is_shared else None,
                **random_rules(rng, pattern.candidate_ids, n_cells, is_shared=is_shared),
            )
        except InvalidInputError:
            continue
