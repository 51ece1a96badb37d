"""Streetlights along roads."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from siting.arrays import BoolArray, FloatArray
from siting.errors import InvalidInputError
from siting.placement import lit_roads, place_along_roads


def everywhere(xy_m: FloatArray) -> BoolArray:
    return np.ones(len(xy_m), dtype=np.bool_)


def west_of_100(xy_m: FloatArray) -> BoolArray:
    return xy_m[:, 0] < 100


def test_lamps_alternate_sides_every_30_m_centred_on_the_road() -> None:
    placed = place_along_roads([shapely.LineString([(0, 0), (100, 0)])], crs=6677, is_outdoor=everywhere)
    np.testing.assert_allclose(placed.candidates.xyz_m, [[20, 3, 8], [50, -3, 8], [80, 3, 8]])
    assert placed.dropped == {"outside": 0, "indoors": 0, "crowded": 0}
    assert placed.candidates.ids == ("light_20_3", "light_50_-3", "light_80_3")
    assert set(placed.candidates.asset_type) == {"streetlight"}
    assert placed.candidates.is_synthetic.all()


def test_pieces_of_one_road_are_joined_whatever_their_direction() -> None:
    whole = place_along_roads([shapely.LineString([(0, 0), (200, 0)])], crs=6677, is_outdoor=everywhere)
    pieces = [shapely.LineString([(120, 0), (200, 0)]), shapely.LineString([(120, 0), (70, 0)]), shapely.LineString([(0, 0), (70, 0)])]
    joined = place_along_roads(pieces, crs=6677, is_outdoor=everywhere)
    assert sorted(np.abs(joined.candidates.xyz_m).tolist()) == sorted(np.abs(whole.candidates.xyz_m).tolist())


def test_lamps_follow_bends_at_their_offset() -> None:
    road = shapely.LineString([(0, 0), (40, 0), (40, 0), (40, 90), (10, 150)])
    placed = place_along_roads([road], crs=6677, is_outdoor=everywhere, spacing_m=7, offset_m=2, minimum_spacing_m=2)
    assert shapely.distance(shapely.points(placed.candidates.xyz_m[:, :2]), road).max() <= 2 + 1e-9
    unspaced = place_along_roads([road], crs=6677, is_outdoor=everywhere, spacing_m=7, offset_m=0, minimum_spacing_m=2)
    mileage_m = shapely.line_locate_point(road, shapely.points(unspaced.candidates.xyz_m[:, :2]))
    np.testing.assert_allclose(np.diff(mileage_m), 7)


def test_a_short_road_gets_one_lamp_in_its_middle() -> None:
    placed = place_along_roads([shapely.LineString([(0, 0), (8, 0)])], crs=6677, is_outdoor=everywhere)
    np.testing.assert_allclose(placed.candidates.xyz_m, [[4, 3, 8]])


def test_each_road_may_have_its_own_offset() -> None:
    roads = [shapely.LineString([(0, 0), (30, 0)]), shapely.LineString([(0, 100), (30, 100)])]
    placed = place_along_roads(roads, crs=6677, is_outdoor=everywhere, offset_m=[11, 2])
    assert sorted(placed.candidates.xyz_m[:, 1].tolist()) == [11, 102]


def test_indoor_and_outside_lamps_are_dropped_and_counted() -> None:
    road = shapely.LineString([(0, 0), (300, 0)])
    placed = place_along_roads([road], crs=6677, is_outdoor=west_of_100, within=lambda xy_m: xy_m[:, 0] < 200)
    assert placed.dropped == {"outside": 3, "indoors": 4, "crowded": 0}
    assert placed.candidates.xyz_m[:, 0].tolist() == [15, 45, 75]


def test_an_indoor_lamp_crowds_nobody_out() -> None:
    roads = [shapely.LineString([(0, 0), (20, 0)]), shapely.LineString([(0, 2), (20, 2)])]
    placed = place_along_roads(roads, crs=6677, is_outdoor=lambda xy_m: xy_m[:, 1] > 4)
    assert placed.candidates.xyz_m[:, 1].tolist() == [5]


def test_the_later_of_two_close_lamps_is_dropped_as_a_plain_loop_would() -> None:
    rng = np.random.default_rng(5)
    roads = [shapely.LineString(p) for p in rng.uniform(0, 400, (80, 2, 2))]
    proposed: list[FloatArray] = []

    def remembering(xy_m: FloatArray) -> BoolArray:
        proposed.extend(xy_m)
        return everywhere(xy_m)

    placed = place_along_roads(roads, crs=6677, is_outdoor=remembering)
    kept: list[FloatArray] = []
    for xy_m in proposed:
        if all(np.hypot(*(xy_m - other)) >= 12 for other in kept):
            kept.append(xy_m)
    np.testing.assert_array_equal(placed.candidates.xyz_m[:, :2], kept)
    assert placed.dropped["crowded"] == len(proposed) - len(kept) > 100


def test_no_roads_give_no_lamps() -> None:
    assert len(place_along_roads([], crs=6677, is_outdoor=everywhere).candidates) == 0


def test_stairs_corridors_tunnels_and_decks_are_not_lit() -> None:
    classes = ["residential", "steps", "corridor", "footway", "primary", "service"]
    assert lit_roads(classes, [np.nan, np.nan, 0, -1, 1, 0]).tolist() == [True, False, False, False, False, True]
    with pytest.raises(InvalidInputError, match="one entry for each of the 2 roads"):
        lit_roads(["steps", "service"], [0.0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spacing_m": 0}, "spacing_m must be a finite number > 0, got 0"),
        ({"height_m": float("nan")}, "height_m must be a finite number > 0, got nan"),
        ({"minimum_spacing_m": 1.0}, "minimum_spacing_m must be >= 2, got 1.0"),
        ({"offset_m": -1.0}, "offset_m must be >= 0, got -1.0"),
        ({"offset_m": [1.0, 2.0]}, "offset_m must have shape"),
        ({"crs": 4326}, "crs must be projected in metres"),
        ({"roads": [shapely.Point(0, 0)]}, r"roads\[0\] must be a LineString, got 'Point'"),
        ({"roads": [shapely.LineString([(1, 1), (1, 1)])]}, r"roads\[0\] must have a finite length > 0"),
        ({"is_outdoor": lambda _: np.ones(1)}, "is_outdoor must return 3 truth values"),
    ],
)
def test_bad_input_is_refused(change: dict[str, object], message: str) -> None:
    arguments = {"roads": [shapely.LineString([(0, 0), (100, 0)])], "crs": 6677, "is_outdoor": everywhere} | change
    with pytest.raises(InvalidInputError, match=message):
        place_along_roads(**arguments)  # type: ignore[arg-type]


@pytest.mark.real_data
def test_shibuya_gets_about_four_thousand_streetlights(data_dir: Path) -> None:
    roads = geopandas.read_file(data_dir / "osm_shibuya" / "roads.geojson").to_crs(6677)
    buildings = geopandas.read_file(data_dir / "osm_shibuya" / "buildings.geojson").to_crs(6677).geometry.to_numpy()
    tree = shapely.STRtree(buildings)

    def is_outdoor(xy_m: FloatArray) -> BoolArray:
        is_free = np.ones(len(xy_m), dtype=np.bool_)
        is_free[tree.query(shapely.points(xy_m), predicate="intersects")[0]] = False
        return is_free

    is_lit = lit_roads(roads["klass"].tolist(), roads["layer"].astype(float).to_numpy())
    placed = place_along_roads(list(roads.geometry[is_lit]), crs=6677, is_outdoor=is_outdoor)
    assert 3_500 <= len(placed.candidates) <= 5_000
    assert cKDTree(placed.candidates.xyz_m[:, :2]).query(placed.candidates.xyz_m[:, :2], k=2)[0][:, 1].min() >= 12
