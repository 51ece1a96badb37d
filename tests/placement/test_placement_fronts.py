"""Poles in front of buildings, and antennas on roofs."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from siting.arrays import BoolArray, FloatArray
from siting.errors import InvalidInputError
from siting.placement import PointTest, place_along_fronts, place_on_roofs
from siting.rings import Rings, oriented_rings


def outside_of(polygons: list[shapely.Polygon]) -> PointTest:
    """Return the exact outdoor test of GEOS, an oracle from outside."""
    tree = shapely.STRtree(polygons)

    def is_outdoor(xy_m: FloatArray) -> BoolArray:
        is_free = np.ones(len(xy_m), dtype=np.bool_)
        is_free[tree.query(shapely.points(xy_m), predicate="intersects")[0]] = False
        return is_free

    return is_outdoor


def rings_of(polygons: list[shapely.Polygon]) -> Rings:
    return oriented_rings(np.array(polygons, dtype=object))


@pytest.fixture(scope="module")
def town() -> list[shapely.Polygon]:
    """400 houses on a slightly shaken grid, one with a courtyard, some nearly touching."""
    rng = np.random.default_rng(3)
    houses = []
    for column in range(20):
        for row in range(20):
            x, y = 22 * column + rng.uniform(-2, 2), 18 * row + rng.uniform(-2, 2)
            houses.append(shapely.box(x, y, x + rng.uniform(8, 18), y + rng.uniform(8, 14)))
    ring = shapely.box(500, 0, 560, 60)
    return [*houses, shapely.difference(ring, shapely.box(515, 15, 545, 45))]


def test_poles_stand_3_m_off_a_wall_outdoors(town: list[shapely.Polygon]) -> None:
    rings = rings_of(town)
    placed = place_along_fronts(rings.xy_m, rings.ring_start, crs=6677, is_outdoor=outside_of(town), n_candidates=200, seed=1)
    xy_m = placed.candidates.xyz_m[:, :2]
    assert len(placed.candidates) == 200
    assert (placed.candidates.xyz_m[:, 2] == 8).all()
    assert placed.candidates.is_synthetic.all()
    walls = shapely.union_all([shapely.boundary(house) for house in town])
    assert shapely.distance(shapely.points(xy_m), walls).max() <= 3 + 1e-9
    assert outside_of(town)(xy_m).all()
    assert len(set(placed.candidates.ids)) == 200


def test_poles_keep_the_distance_that_is_stated(town: list[shapely.Polygon]) -> None:
    rings = rings_of(town)
    placed = place_along_fronts(rings.xy_m, rings.ring_start, crs=6677, is_outdoor=outside_of(town), n_candidates=100, seed=1)
    xy_m = placed.candidates.xyz_m[:, :2]
    nearest_m = cKDTree(xy_m).query(xy_m, k=2)[0][:, 1]
    assert nearest_m.min() >= placed.spacing_m
    assert placed.spacing_m > 15  # 100 poles over 440 m x 360 m: far beyond the least distance


def test_courtyards_are_fronts_too() -> None:
    ring = shapely.difference(shapely.box(0, 0, 60, 60), shapely.box(15, 15, 45, 45))
    rings = rings_of([ring])
    placed = place_along_fronts(rings.xy_m, rings.ring_start, crs=6677, is_outdoor=outside_of([ring]), n_candidates=8, seed=0)
    expected = {(30, -3), (63, 30), (30, 63), (-3, 30), (30, 18), (42, 30), (30, 42), (18, 30)}
    assert {tuple(xy) for xy in placed.candidates.xyz_m[:, :2].tolist()} == expected


def test_one_seed_gives_one_placement_and_another_seed_another(town: list[shapely.Polygon]) -> None:
    rings = rings_of(town)
    ids = [
        place_along_fronts(rings.xy_m, rings.ring_start, crs=6677, is_outdoor=outside_of(town), n_candidates=50, seed=seed).candidates.ids
        for seed in (7, 7, 8)
    ]
    assert ids[0] == ids[1] != ids[2]


def test_poles_stay_within_the_area_asked_for(town: list[shapely.Polygon]) -> None:
    rings = rings_of(town)
    placed = place_along_fronts(
        rings.xy_m,
        rings.ring_start,
        crs=6677,
        is_outdoor=outside_of(town),
        within=lambda xy_m: xy_m[:, 0] < 50,
        n_candidates=30,
        seed=1,
    )
    assert placed.candidates.xyz_m[:, 0].max() < 50
    assert placed.dropped["outside"] > 0


def test_the_number_an_error_names_can_be_had(town: list[shapely.Polygon]) -> None:
    rings = rings_of(town)

    def place(n_candidates: int) -> int:
        is_outdoor = outside_of(town)
        placed = place_along_fronts(rings.xy_m, rings.ring_start, crs=6677, is_outdoor=is_outdoor, n_candidates=n_candidates, seed=1)
        return len(placed.candidates)

    with pytest.raises(InvalidInputError, match=r"n_candidates must be <= \d+, the wall fronts outdoors and 5 m apart, got 5000") as caught:
        place(5000)
    n_there = int(caught.value.rule.split()[3].rstrip(","))
    assert 400 < n_there < 1_608
    assert place(n_there) == n_there


def test_a_city_without_walls_has_no_fronts() -> None:
    with pytest.raises(InvalidInputError, match="n_candidates must be <= 0"):
        place_along_fronts(np.empty((0, 2)), np.zeros(1, dtype=np.int64), crs=6677, is_outdoor=outside_of([]), n_candidates=1, seed=0)


SQUARE = np.array([[0, 0], [20, 0], [20, 20], [0, 20], [0, 0]], dtype=np.float64)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_candidates": 0}, "n_candidates must be a finite number > 0, got 0"),
        ({"seed": -1}, "seed must be >= 0, got -1"),
        ({"offset_m": -3.0}, "offset_m must be a finite number > 0, got -3.0"),
        ({"crs": None}, "crs must be given"),
        ({"xy_m": SQUARE[:4]}, "ring_start must rise from 0 to 4"),
        ({"xy_m": np.where(SQUARE == 20, np.nan, SQUARE)}, r"xy_m\[1\] must be finite"),
        ({"xy_m": SQUARE + np.eye(5)[4][:, None]}, "xy_m of ring 0 must end at the vertex it starts from"),
        ({"ring_start": np.array([0, 2, 5])}, "ring_start of ring 0 must give it at least 4 vertices, got 2"),
    ],
)
def test_bad_input_is_refused(change: dict[str, object], message: str) -> None:
    arguments = {
        "xy_m": SQUARE,
        "ring_start": np.array([0, 5]),
        "crs": 6677,
        "is_outdoor": outside_of([shapely.Polygon(SQUARE)]),
        "n_candidates": 1,
        "seed": 0,
    } | change
    with pytest.raises(InvalidInputError, match=message):
        place_along_fronts(**arguments)  # type: ignore[arg-type]


def test_a_roof_antenna_stands_inside_the_middle_of_the_longest_open_wall() -> None:
    """The south wall is longest but looks into a neighbour; the east wall is next."""
    house, neighbour = shapely.Polygon([(0, 0), (30, 0), (30, 20), (5, 20)]), shapely.box(0, -10, 30, -1)
    rings = rings_of([house, neighbour])
    placed = place_on_roofs(
        rings.xy_m,
        rings.ring_start,
        rings.ring_polygon,
        building_ids=["b1", "b2"],
        building_height_m=[12.0, 5.0],
        crs=6677,
        is_outdoor=outside_of([house, neighbour]),
        is_sector=True,
    )
    assert placed.candidates.ids == ("roof_b1",)
    np.testing.assert_allclose(placed.candidates.xyz_m, [[17.5, 19.5, 15.0]])
    assert placed.candidates.azimuth_deg.tolist() == [0.0]
    assert placed.dropped == {"unsuitable": 1, "no_front": 0, "crowded": 0}
    assert placed.candidates.owner_class == ("private",)
    assert placed.candidates.is_synthetic.all()


def test_roofs_too_low_too_high_or_too_small_get_none() -> None:
    houses = [shapely.box(100 * i, 0, 100 * i + side, side) for i, side in enumerate([20, 20, 20, 7])]
    rings = rings_of(houses)
    placed = place_on_roofs(
        rings.xy_m,
        rings.ring_start,
        rings.ring_polygon,
        building_ids=["right", "low", "high", "small"],
        building_height_m=[10, 7.9, 40.1, 10],
        crs=6677,
        is_outdoor=outside_of(houses),
    )
    assert placed.candidates.ids == ("roof_right",)
    assert np.isnan(placed.candidates.azimuth_deg).all()


def test_every_roof_antenna_is_over_its_own_building(town: list[shapely.Polygon]) -> None:
    rings = rings_of(town)
    placed = place_on_roofs(
        rings.xy_m,
        rings.ring_start,
        rings.ring_polygon,
        building_ids=[str(i) for i in range(len(town))],
        building_height_m=np.full(len(town), 9.0),
        crs=6677,
        is_outdoor=outside_of(town),
        minimum_area_m2=50,
    )
    own = [town[int(one.removeprefix("roof_"))] for one in placed.candidates.ids]
    assert len(own) > 300
    points = shapely.points(placed.candidates.xyz_m[:, :2])
    assert shapely.contains(own, points).all()
    np.testing.assert_allclose(shapely.distance(shapely.boundary(own), points), 0.5)
    assert len(placed.candidates) + sum(placed.dropped.values()) == len(town)


def test_a_number_of_roofs_is_drawn_evenly_or_refused(town: list[shapely.Polygon]) -> None:
    rings = rings_of(town)

    def place(n_candidates: int) -> FloatArray:
        placed = place_on_roofs(
            rings.xy_m,
            rings.ring_start,
            rings.ring_polygon,
            building_ids=[str(i) for i in range(len(town))],
            building_height_m=np.full(len(town), 9.0),
            crs=6677,
            is_outdoor=outside_of(town),
            n_candidates=n_candidates,
        )
        return placed.candidates.xyz_m[:, :2]

    xy_m = place(40)
    assert len(xy_m) == 40
    assert cKDTree(xy_m).query(xy_m, k=2)[0][:, 1].min() > 25
    with pytest.raises(InvalidInputError, match=r"n_candidates must be <= \d+, the suitable roofs 5 m apart, got 402"):
        place(402)


def test_rings_of_unknown_buildings_are_refused() -> None:
    rings = rings_of([shapely.Polygon(SQUARE)])
    with pytest.raises(InvalidInputError, match=r"ring_building must hold positions in 0..0, got \[1, 1\]"):
        place_on_roofs(
            rings.xy_m,
            rings.ring_start,
            rings.ring_polygon + 1,
            building_ids=["b"],
            building_height_m=[9.0],
            crs=6677,
            is_outdoor=outside_of([]),
        )
