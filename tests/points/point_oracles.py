"""Oracles in plain Python that share nothing with the product."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from siting import CoverageMatrix

EARTH_RADIUS_M = 6_378_100.0


def plane_m(site, point) -> float:
    return math.dist(site, point)


def great_circle_m(site, point) -> float:
    """Angle between two unit vectors, times the radius: no haversine in it."""

    def vector(place):
        longitude, latitude = (math.radians(one) for one in place)
        return (math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude))

    a, b = vector(site), vector(point)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return EARTH_RADIUS_M * math.atan2(math.hypot(*cross), sum(x * y for x, y in zip(a, b, strict=True)))


def servers(sites, points, radius_m, distance_m) -> list[frozenset[int]]:
    """Return the sites that serve each point."""
    return [frozenset(i for i, site in enumerate(sites) if distance_m(site, point) <= radius_m) for point in points]


def columns(coverage: CoverageMatrix) -> list[frozenset[int]]:
    """Return the sites that serve each point, read from a coverage."""
    found: list[set[int]] = [set() for _ in range(coverage.n_cells)]
    for i in range(coverage.n_candidates):
        for j in coverage.cells_of(i).tolist():
            found[j].add(i)
    return [frozenset(one) for one in found]


def weight_by_servers(sets, weight) -> dict[frozenset[int], int]:
    """Return the whole weight of each set of sites."""
    total: dict[frozenset[int], int] = {}
    for one, value in zip(sets, weight, strict=True):
        total[one] = total.get(one, 0) + int(value)
    return total


def best_value(sets, weight, n_sites: int) -> int:
    """Return the most weight that so many sites can cover, by trying all."""
    names = sorted(set().union(*sets))
    return max(
        sum(int(value) for one, value in zip(sets, weight, strict=True) if not one.isdisjoint(chosen))
        for chosen in combinations(names, min(n_sites, len(names)))
    )


def scattered(seed: int, n: int, side: float = 30.0) -> np.ndarray:
    return np.random.default_rng(seed).random((n, 2)) * side
