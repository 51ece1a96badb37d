"""Points within a distance of sites, against distances computed one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from point_oracles import EARTH_RADIUS_M, columns, great_circle_m, plane_m, scattered, servers

from siting import InvalidInputError, cover_points


@pytest.mark.parametrize("seed", range(8))
def test_in_the_plane_every_pair_is_decided_by_its_distance(seed):
    n_sites, n_points, radius_m = [(1, 50, 9.0), (40, 300, 2.5), (300, 40, 0.7), (25, 25, 60.0)][seed % 4]
    sites, points = scattered(seed, n_sites), scattered(seed + 100, n_points) * 1.2 - 3.0
    found = cover_points(sites, points, radius_m=radius_m)
    assert columns(found) == servers(sites.tolist(), points.tolist(), radius_m, plane_m)


def test_a_point_exactly_at_the_radius_is_served():
    found = cover_points([(0.0, 0.0)], [(3.0, 4.0), (-4.0, 3.0), (5.0, 0.0), (0.0, -5.0), (3.0, 4.001)], radius_m=5.0)
    assert found.cells.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("offset_m", [0.0, 4_000_000.0, -12_345_678.0])
def test_a_lattice_far_from_the_origin_keeps_its_ties(offset_m):
    lattice = np.array([(x, y) for x in range(9) for y in range(9)], dtype=float)
    near = cover_points(lattice, lattice, radius_m=5.0)
    far = cover_points(lattice + offset_m, lattice + offset_m, radius_m=5.0)
    assert far.cells.tolist() == near.cells.tolist()
    assert near.n_pairs == sum(math.dist(a, b) <= 5 for a in lattice.tolist() for b in lattice.tolist())


PLACES = {
    "a city": ((-74.02, 40.70), (-73.95, 40.76), 400.0),
    "the antimeridian": ((179.98, -17.0), (180.0, -16.97), 900.0),
    "the north pole": ((-180.0, 89.9), (180.0, 90.0), 6_000.0),
    "half the world": ((-180.0, -90.0), (180.0, 90.0), 3_000_000.0),
}


@pytest.mark.parametrize("name", PLACES)
def test_on_the_sphere_every_pair_is_decided_by_its_angle(name):
    low, high, radius_m = PLACES[name]
    rng = np.random.default_rng(7)
    sites, points = (rng.uniform(low, high, (n, 2)) for n in (30, 150))
    if name == "the antimeridian":
        points[::2, 0] -= 359.99
        points = np.clip(points, -180, 180)
    measured = [great_circle_m(a, b) for a in sites.tolist() for b in points.tolist()]
    assert min(abs(one - radius_m) for one in measured) > 1e-6  # no pair that rounding could turn
    found = cover_points(sites, points, radius_m=radius_m, distance="great_circle")
    assert columns(found) == servers(sites.tolist(), points.tolist(), radius_m, great_circle_m)
    assert 0 < found.n_pairs < len(measured)


def test_a_degree_of_latitude_is_as_long_as_the_sphere_says():
    degree_m = math.pi * EARTH_RADIUS_M / 180
    for longitude in (0.0, -74.0, 180.0):
        for share, n_served in ((0.999_999_999, 0), (1.000_000_001, 1)):
            found = cover_points([(longitude, 40.0)], [(longitude, 41.0)], radius_m=degree_m * share, distance="great_circle")
            assert found.n_pairs == n_served


def test_another_sphere_scales_the_distances():
    sites, points = [(10.0, 20.0)], [(10.0, 21.0)]
    assert cover_points(sites, points, radius_m=18.0, distance="great_circle", sphere_m=1_000.0).n_pairs == 1
    assert cover_points(sites, points, radius_m=17.0, distance="great_circle", sphere_m=1_000.0).n_pairs == 0


def test_rows_are_the_sites_in_their_order_and_carry_their_ids():
    found = cover_points([(9.0, 0.0), (0.0, 0.0)], [(0.0, 1.0), (9.0, 1.0)], radius_m=2.0, ids=("b", "a"))
    assert found.candidate_ids == ("b", "a")
    assert [found.cells_of(i).tolist() for i in range(2)] == [[1], [0]]
    assert cover_points([(0, 0), (1, 1)], [(0, 0)], radius_m=1).candidate_ids == ("0", "1")


def test_no_point_gives_an_empty_coverage():
    found = cover_points([(0.0, 0.0)], [], radius_m=1.0)
    assert (found.n_candidates, found.n_cells, found.n_pairs) == (1, 0, 0)


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"radius_m": 0.0}, "radius_m", "must be > 0"),
        ({"radius_m": -1.0}, "radius_m", "must be > 0"),
        ({"radius_m": math.nan}, "radius_m", "must be > 0"),
        ({"radius_m": math.inf}, "radius_m", "must be > 0 and finite"),
        ({"distance": "taxi"}, "distance", "must be"),
        ({"sites": []}, "sites", "must hold at least one site"),
        ({"sites": [(0.0, 0.0, 0.0)]}, "sites", "must have shape"),
        ({"sites": [(0.0, math.nan)]}, "sites[0]", "must be finite"),
        ({"points": [(0.0, 0.0), (math.inf, 0.0)]}, "points[1]", "must be finite"),
        ({"ids": ("a", "b")}, "ids", "must name the 1 sites"),
        ({"sites": [(0, 0), (1, 1)], "ids": ("a", "a")}, "ids", "must not name a site twice"),
        ({"distance": "great_circle", "points": [(0.0, 91.0)]}, "points[0]", "must have a latitude"),
        ({"distance": "great_circle", "sites": [(181.0, 0.0)]}, "sites[0]", "must have a longitude"),
        ({"distance": "great_circle", "radius_m": 10_100_000.0}, "radius_m", "must be at most"),
        ({"distance": "great_circle", "sphere_m": -1.0}, "sphere_m", "must be > 0"),
    ],
)
def test_impossible_input_is_refused(given, field, rule):
    with pytest.raises(InvalidInputError) as refusal:
        cover_points(**({"sites": [(0.0, 0.0)], "points": [(0.0, 1.0)], "radius_m": 1.0} | given))
    assert refusal.value.field == field
    assert refusal.value.rule.startswith(rule)
