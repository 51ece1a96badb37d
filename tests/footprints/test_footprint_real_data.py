"""What is read from the real files, against what their publishers say is in them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from siting.footprints import concatenate, read_footprints
from siting.rings import signed_ring_areas_m2

pytestmark = pytest.mark.real_data


def test_shibuya_ward_is_complete(data_dir: Path) -> None:
    footprints = read_footprints(data_dir / "plateau_buildings_2020" / "13113.parquet")
    report = footprints.report
    assert len(footprints) == report.n_read == 38_419
    assert (report.n_rejected, report.n_repaired, report.n_missing_height_filled) == (0, 0, 0)
    areas_m2 = signed_ring_areas_m2(footprints.xy_m, footprints.ring_start)
    frame = pytest.importorskip("geopandas").read_parquet(data_dir / "plateau_buildings_2020" / "13113.parquet")
    assert areas_m2.sum() == pytest.approx(frame.area.sum(), rel=1e-9)
    assert (areas_m2 < 0).sum() == sum(shapely.get_num_interior_rings(shapely.get_parts(frame.geometry.to_numpy())))
    np.testing.assert_array_equal(footprints.height_m, frame["height_m"].to_numpy().astype(np.float64))
    assert footprints.ids.tolist() == frame["building_id"].tolist()


def test_neighbouring_wards_are_joined(data_dir: Path) -> None:
    wards = [read_footprints(data_dir / "plateau_buildings_2020" / f"{code}.parquet") for code in (13101, 13102)]
    assert len(concatenate(wards)) == sum(len(ward) for ward in wards) == 11_581 + 15_858


def test_a_box_in_shibuya_gives_the_buildings_that_touch_it(data_dir: Path) -> None:
    path = data_dir / "plateau_buildings_2020" / "13113.parquet"
    everything = read_footprints(path)
    box = (-12_000.0, -38_500.0, -11_000.0, -37_500.0)
    low = np.minimum.reduceat(everything.xy_m, everything.ring_start[:-1])
    high = np.maximum.reduceat(everything.xy_m, everything.ring_start[:-1])
    touches = (low <= box[2:]).all(axis=1) & (high >= box[:2]).all(axis=1)
    wanted = np.unique(everything.ring_building[touches])
    assert len(wanted) > 500
    assert read_footprints(path, bbox_m=box).ids.tolist() == everything.ids[wanted].tolist()


def test_plateau_citygml_is_complete(data_dir: Path) -> None:
    path = data_dir / "plateau_citygml" / "53395404_bldg_6697_op.gml"
    footprints = read_footprints(path, crs="EPSG:6677")
    assert len(footprints) == footprints.report.n_read == 657
    assert footprints.report.n_missing_height_filled == 0
    assert footprints.ids[0] == "uuid_EBE7C667-9BE2-4743-9D73-A6AF75ED2191"
    assert footprints.height_m[0] == 3.9
    # The envelope of the file, 0.58 km by 0.39 km, by an independent rule of thumb: 111 km a degree of latitude, 90.4 of longitude.
    extent_m = np.ptp(footprints.xy_m, axis=0)
    assert extent_m == pytest.approx([0.0063945 * 90_400, 0.003507 * 110_950], rel=0.01)


def test_plateau_citygml_lands_where_its_latitudes_say(data_dir: Path) -> None:
    """The first vertex of the file's first building, on the meridian arc and parallel from the origin of plane IX (36 N, 139 50 E)."""
    footprints = read_footprints(data_dir / "plateau_citygml" / "53395404_bldg_6697_op.gml", crs="EPSG:6677")
    latitude, longitude = 35.75599827822895, 139.55424111138112
    easting_m = (longitude - (139 + 50 / 60)) * 90_413.0
    northing_m = (latitude - 36.0) * 110_952.0
    nearest_m = np.hypot(*(footprints.xy_m[: footprints.ring_start[1]] - (easting_m, northing_m)).T).min()
    assert nearest_m < 60.0
    assert footprints.xy_m[: footprints.ring_start[1], 0].min() < -25_000.0


def test_osm_buildings_get_their_heights_by_the_rule(data_dir: Path) -> None:
    path = data_dir / "osm_shibuya" / "buildings.geojson"
    footprints = read_footprints(path, crs="EPSG:6677")
    rows = [feature["properties"] for feature in json.loads(path.read_text(encoding="utf-8"))["features"]]
    report = footprints.report
    assert report.n_read == len(rows) == 7210
    assert report.n_missing_height_filled == 7210 - 3531 - report.n_rejected
    by_id = dict(zip(footprints.ids.tolist(), footprints.height_m.tolist(), strict=True))
    for row in rows:
        expected = row["height_m"] or (row["levels"] * 3.0 if row["levels"] else 8.0)
        assert by_id[row["id"]] == expected
