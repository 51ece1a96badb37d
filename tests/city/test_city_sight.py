"""Line of sight: against Embree on real districts, and on scenes small enough to reason about."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siting import City, Ground, InvalidInputError
from siting.arrays import FloatArray
from tests.city.oracle import Tracer

_CRS = "EPSG:6677"
_N_OBSERVERS = 2_500
_N_TARGETS = 220
_RANGE_M = 200.0


def box_city(*boxes: tuple[float, float, float, float, float], ground: Ground | None = None) -> City:
    """A city of boxes (xmin, ymin, xmax, ymax, height)."""
    return City.from_footprints([shapely.box(*box[:4]) for box in boxes], [box[4] for box in boxes], crs=_CRS, ground=ground)


def _rays(city: City, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Random rays as they occur: outdoor antennas at 3 to 30 m, terminals at 1.5 m outdoors within 200 m."""
    low, high = city.outlines.origin_m, city.outlines.origin_m + city.outlines.size_mm / 1000.0
    places = rng.uniform(low, high, (8 * _N_OBSERVERS, 2))
    places = places[city.is_outdoor(places)][:_N_OBSERVERS]
    angle = rng.uniform(0.0, 2.0 * np.pi, (len(places), _N_TARGETS))
    distance = _RANGE_M * np.sqrt(rng.uniform(0.0, 1.0, angle.shape))
    targets = places[:, None, :] + np.stack((distance * np.cos(angle), distance * np.sin(angle)), axis=-1)
    observers = np.repeat(np.column_stack((places, rng.uniform(3.0, 30.0, len(places)))), _N_TARGETS, axis=0)
    ends = np.column_stack((targets.reshape(-1, 2), np.full(targets.size // 2, 1.5)))
    is_outdoor = city.is_outdoor(ends[:, :2])
    return np.round(observers, 3), np.round(np.where(is_outdoor[:, None], ends, ends + np.array([0.0, 0.0, 400.0])), 3)


def _seen(city: City, observers: FloatArray, targets: FloatArray) -> np.ndarray:
    rows = range(0, len(observers), _N_TARGETS)
    return np.concatenate([city.visible(observers[i : i + 1], targets[i : i + _N_TARGETS])[0] for i in rows])


@pytest.mark.real_data
@pytest.mark.parametrize("district", ["shibuya", "nishi_shinjuku"])
def test_half_a_million_rays_agree_with_embree(district: str, request: pytest.FixtureRequest) -> None:
    """Each district: 550,000 rays, 99.9 % equal; whatever differs passes a wall or a roof edge within 5 mm."""
    city: City = request.getfixturevalue(district)
    observers, targets = _rays(city, np.random.default_rng(7))
    ours, theirs = _seen(city, observers, targets), Tracer(city).is_clear(observers, targets)
    differs = np.flatnonzero(ours != theirs)
    assert len(ours) == _N_OBSERVERS * _N_TARGETS
    assert len(differs) <= 0.001 * len(ours)
    assert 0.05 < ours.mean() < 0.95
    classes = Counter(_why(city, observers[i], targets[i]) for i in differs)
    assert classes["unexplained"] == 0, classes


def _why(city: City, observer: FloatArray, target: FloatArray) -> str:
    """Explain a disagreement: the answer must flip when the ray moves by 5 mm, so that it only grazes something."""
    moved = [np.array(d) * 0.005 for d in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1))]
    answers = {bool(city.visible([observer + a], [target + b])[0, 0]) for a in (np.zeros(3), *moved) for b in (np.zeros(3), *moved)}
    return "grazing" if len(answers) == 2 else "unexplained"


@pytest.mark.real_data
def test_outdoors_agrees_with_shapely(shibuya: City) -> None:
    """Points of a lattice and random points, against shapely on the snapped outlines."""
    from tests.city.oracle import polygons_of  # noqa: PLC0415

    tree = shapely.STRtree(polygons_of(shibuya))
    cell_m, n = 3.7, 150
    first_m = np.array([30.013, 30.507])
    mask = shibuya.indoor_mask(*(shibuya.outlines.origin_m + first_m), cell_m, n, n)
    rows, columns = np.mgrid[:n, :n]
    points = np.column_stack((columns.ravel(), rows.ravel())) * cell_m + first_m
    is_indoor = np.zeros(len(points), dtype=bool)
    is_indoor[tree.query(shapely.points(points), predicate="within")[0]] = True
    np.testing.assert_array_equal(mask.ravel(), is_indoor)
    np.testing.assert_array_equal(shibuya.is_outdoor(points + shibuya.outlines.origin_m), ~is_indoor)


@given(
    boxes=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 12), st.integers(1, 12), st.integers(2, 30)),
        min_size=1,
        max_size=6,
    ),
    ends=st.tuples(*[st.integers(-500, 5500) for _ in range(4)], st.integers(0, 3500), st.integers(0, 3500)),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_overlapping_boxes_block_like_solids(
    boxes: list[tuple[int, int, int, int, int]], ends: tuple[int, int, int, int, int, int]
) -> None:
    """A ray is blocked exactly when a sample of it lies inside a solid (grazing rays aside)."""
    city = box_city(*[(x, y, x + w, y + h, z) for x, y, w, h, z in boxes])
    observer = np.array([ends[0] + 0.31, ends[1] + 0.17, ends[4] + 0.53]) / 100.0
    target = np.array([ends[2] + 0.71, ends[3] + 0.43, ends[5] + 0.11]) / 100.0
    observer, target = np.round(observer, 3), np.round(target, 3)
    along = observer + np.linspace(0.0, 1.0, 4001)[:, None] * (target - observer)

    def inside(margin_m: float) -> bool:
        return any(
            ((along[:, 0] > x - margin_m) & (along[:, 0] < x + w + margin_m)
             & (along[:, 1] > y - margin_m) & (along[:, 1] < y + h + margin_m)
             & (along[:, 2] < z + margin_m)).any()
            for x, y, w, h, z in boxes
        )  # fmt: skip

    is_visible = bool(city.visible([observer], [target])[0, 0])
    if inside(-0.03):
        assert not is_visible
    if not inside(0.03):
        assert is_visible


def test_sight_is_symmetric(shibuya: City) -> None:
    observers, targets = _rays(shibuya, np.random.default_rng(3))
    observers, targets = observers[::_N_TARGETS][:60], targets[::_N_TARGETS][60:180]
    np.testing.assert_array_equal(shibuya.visible(observers, targets), shibuya.visible(targets, observers).T)


def test_rooftop_sees_past_its_own_edge_only() -> None:
    """From 3 m above a 20 m roof, 5 m inside: the ground 25 m off the edge is hidden, 60 m off is seen."""
    city = box_city((0, 0, 20, 20, 20))
    seen = city.visible([(15.0, 10.0, 23.0)], [(45.0, 10.0, 1.5), (80.0, 10.0, 1.5), (15.0, 10.0, 20.0)])
    np.testing.assert_array_equal(seen, [[False, True, True]])


def test_a_point_under_a_roof_sees_nothing() -> None:
    city = box_city((0, 0, 20, 20, 20))
    assert not city.visible([(10.0, 10.0, 5.0)], [(30.0, 10.0, 5.0), (12.0, 10.0, 5.0), (10.0, 10.0, 30.0)]).any()


def test_the_top_of_a_wall_does_not_block_and_a_millimetre_below_does() -> None:
    city = box_city((10, -10, 12, 10, 8))
    assert city.visible([(0.0, 0.0, 8.0)], [(30.0, 0.0, 8.0)])[0, 0]
    assert not city.visible([(0.0, 0.0, 7.999)], [(30.0, 0.0, 7.999)])[0, 0]


def test_no_ray_slips_between_walls_that_share_a_corner() -> None:
    """Many rays aimed exactly at the vertices of a polygonal ring of walls."""
    angle = np.linspace(0.0, 2.0 * np.pi, 721)[:-1]
    ring = np.round(np.column_stack((30.0 * np.cos(angle), 30.0 * np.sin(angle))), 3)
    hole = ring[::-1] * 0.9
    city = City.from_footprints([shapely.Polygon(ring, [hole])], [10.0], crs=_CRS)
    targets = np.column_stack((ring * 3.0, np.full(len(ring), 1.0)))
    assert not city.visible([(0.0, 0.0, 1.0)], targets).any()


def test_rays_that_leave_the_city_are_clear_beyond_it() -> None:
    city = box_city((0, 0, 10, 10, 10))
    assert city.visible([(-5_000.0, 400.0, 2.0)], [(5_000.0, 400.0, 2.0)])[0, 0]
    assert not city.visible([(-5_000.0, 5.0, 2.0)], [(5_000.0, 5.0, 2.0)])[0, 0]


def test_a_ridge_blocks_and_a_roof_stands_on_its_ground() -> None:
    """Ground rises to 30 m in the middle: two low points do not see each other across it, high ones do."""
    x = np.arange(0.0, 210.0, 10.0)
    elevation = np.tile(np.maximum(0.0, 30.0 - np.abs(x - 100.0)), (21, 1))
    ground = Ground(elevation_m=elevation, origin_m=np.zeros(2), post_m=10.0, crs=_CRS)
    city = box_city((95, 95, 105, 105, 10), ground=ground)
    seen = city.visible([(20.0, 50.0, 2.0), (20.0, 50.0, 70.0)], [(180.0, 50.0, 2.0)])
    np.testing.assert_array_equal(seen[:, 0], [False, True])
    assert city.roof_m[0] == pytest.approx(35.0)
    flat = box_city((95, 95, 105, 105, 10))
    assert flat.visible([(20.0, 50.0, 2.0)], [(180.0, 50.0, 2.0)])[0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_terrain_agrees_with_dense_sampling(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ground = Ground(elevation_m=rng.uniform(0.0, 20.0, (12, 15)), origin_m=np.array([3.0, -7.0]), post_m=20.0, crs=_CRS)
    city = box_city((1_000, 1_000, 1_001, 1_001, 1), ground=ground)
    observers = np.column_stack((rng.uniform(5.0, 280.0, 40), rng.uniform(-5.0, 210.0, 40), rng.uniform(0.5, 25.0, 40)))
    targets = np.column_stack((rng.uniform(5.0, 280.0, 40), rng.uniform(-5.0, 210.0, 40), rng.uniform(0.5, 5.0, 40)))
    seen = city.visible(observers, targets)
    starts, ends = (np.column_stack((p[:, :2], p[:, 2] + ground.at(p[:, :2]))) for p in (observers, targets))
    for i in range(len(observers)):
        for j in range(len(targets)):
            along = starts[i] + np.linspace(0.0, 1.0, 2001)[1:-1, None] * (ends[j] - starts[i])
            clearance = (along[:, 2] - ground.at(along[:, :2])).min()
            if abs(clearance) > 0.02:
                assert seen[i, j] == (clearance > 0)


def test_positions_that_are_no_numbers_are_refused() -> None:
    city = box_city((0, 0, 10, 10, 10))
    with pytest.raises(InvalidInputError, match=r"observers_xyz_m\[1\] must be finite"):
        city.visible([(0.0, 0.0, 1.0), (np.nan, 0.0, 1.0)], [(0.0, 0.0, 1.0)])
    with pytest.raises(InvalidInputError, match="targets_xyz_m must have shape"):
        city.visible([(0.0, 0.0, 1.0)], [(0.0, 0.0)])
