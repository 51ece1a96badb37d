"""The invented district of the demo."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

from assets_db.csv_lists import read_csv_list
from assets_db.sources import SourceRow, SourceSpec, open_source
from scenarios.district import district_files, write_district
from siting.footprints import read_footprints

DEMO = Path(__file__).resolve().parents[2] / "scenarios" / "demo"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return district_files()


def features_of(content: bytes) -> list[tuple[dict[str, object], shapely.Geometry]]:
    """Read a GeoJSON without the product's own reader, into metres."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:6677", always_xy=True)
    return [
        (
            feature["properties"],
            shapely.transform(
                shapely.from_geojson(json.dumps(feature["geometry"])), lambda xy: np.column_stack(to_metres.transform(xy[:, 0], xy[:, 1]))
            ),
        )
        for feature in json.loads(content)["features"]
    ]


def assets_of(content: bytes) -> tuple[list[dict[str, str]], np.ndarray]:
    """Return the good rows of the list and their positions in metres."""
    rows = list(csv.DictReader(io.StringIO(content.decode())))[:-3]
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:6677", always_xy=True).transform(
        [float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows]
    )
    return rows, np.column_stack([x, y])


def test_the_shipped_files_are_what_the_generator_makes(files: dict[str, bytes]) -> None:
    assert sorted(path.name for path in DEMO.iterdir() if path.suffix != ".toml") == sorted(files)
    for name, content in files.items():
        assert (DEMO / name).read_bytes() == content, name


def test_writing_makes_the_folder_and_names_the_files(tmp_path: Path, files: dict[str, bytes]) -> None:
    paths = write_district(tmp_path / "new" / "demo", seed=20250401)
    assert {path.name: path.read_bytes() for path in paths} == files


def test_another_seed_gives_another_district(files: dict[str, bytes]) -> None:
    assert district_files(seed=1)["buildings.geojson"] != files["buildings.geojson"]


def test_the_files_are_small(files: dict[str, bytes]) -> None:
    assert max(len(content) for content in files.values()) < 250_000
    assert sum(len(content) for content in files.values()) < 450_000


def test_every_file_says_that_it_is_synthetic(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        if name.endswith(".geojson"):
            assert json.loads(content)["synthetic"] is True
        elif not name.startswith("list_"):
            assert all(row["name"].startswith("合成") for row in csv.DictReader(io.StringIO(content.decode())))


def test_the_lists_of_offices_are_read_as_they_are_and_say_that_they_are_synthetic() -> None:
    found = {}
    for path in sorted(DEMO.glob("list_*")):
        rows = list(open_source(path, SourceSpec(source_id="list")).rows())
        records = [row.record for row in rows if isinstance(row, SourceRow)]
        assert all("合成" in record.text("name") for record in records), path
        repairs = {str(one.code) for row in rows if isinstance(row, SourceRow) for one in row.repairs}
        found[path.name] = (len(records), len(rows) - len(records), repairs)
    assert {name: one[:2] for name, one in found.items()} == {
        "list_buildings.csv": (9, 0),
        "list_parks.xlsx": (18, 0),
        "list_private_works.csv": (8, 0),
        "list_second_office.csv": (9, 0),
        "list_signals.geojson": (32, 2),
        "list_smart_poles.csv": (18, 0),
        "list_streetlights.csv": (588, 0),
    }
    assert {"swapped_coordinates", "zero_coordinates"} <= found["list_buildings.csv"][2]
    assert "unit" in found["list_streetlights.csv"][2]
    assert "era_date" in found["list_private_works.csv"][2]
    assert "thousands" in found["list_parks.xlsx"][2]


def test_buildings_overlap_neither_each_other_nor_the_streets_nor_parks(files: dict[str, bytes]) -> None:
    footprints = [shape for _, shape in features_of(files["buildings.geojson"])]
    tree = shapely.STRtree(footprints)
    first, second = tree.query(footprints, predicate="intersects")
    assert (first == second).all()
    streets = [shape.buffer(float(str(row["width_m"])) / 2 - 0.1, cap_style="flat") for row, shape in features_of(files["roads.geojson"])]
    parks = [shape for _, shape in features_of(files["parks.geojson"])]
    assert tree.query([*streets, *parks], predicate="intersects").size == 0
    assert shapely.is_valid(footprints).all()


def test_building_heights_are_those_of_a_city(files: dict[str, bytes]) -> None:
    rows = [row for row, _ in features_of(files["buildings.geojson"])]
    height_m = np.array([float(str(row["height_m"])) for row in rows if row["height_m"] is not None])
    assert 800 <= len(rows) <= 1_100
    assert 7 <= np.median(height_m) <= 14
    assert (height_m > 90).sum() == 4
    assert height_m.min() >= 5
    assert height_m.max() <= 185
    missing = [row for row in rows if row["height_m"] is None]
    assert Counter(row["storeys"] is not None for row in missing) == {True: 2, False: 3}


def test_some_footprints_are_bent_and_one_has_a_courtyard(files: dict[str, bytes]) -> None:
    footprints = [shape for _, shape in features_of(files["buildings.geojson"])]
    assert sum(shapely.get_num_interior_rings(shape) for shape in footprints) == 1
    is_bent = [shape.area < 0.95 * shape.convex_hull.area for shape in footprints]
    assert 50 < sum(is_bent) < 300


def test_the_city_reader_takes_every_building(files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "buildings.geojson").write_bytes(files["buildings.geojson"])
    report = read_footprints(tmp_path / "buildings.geojson", crs="EPSG:6677").report
    assert report.n_used == report.n_read == len(features_of(files["buildings.geojson"]))
    assert (report.n_repaired, report.n_height_from_storeys, report.n_height_default) == (0, 2, 3)


def test_poles_stand_outdoors_and_roof_antennas_above_their_roof(files: dict[str, bytes]) -> None:
    buildings = features_of(files["buildings.geojson"])
    rows, xy_m = assets_of(files["assets.csv"])
    asset, building = shapely.STRtree([shape for _, shape in buildings]).query(shapely.points(xy_m), predicate="intersects")
    is_on_roof = [row["asset_type"] == "building" for row in rows]
    assert sorted(asset.tolist()) == np.flatnonzero(is_on_roof).tolist()
    for a, b in zip(asset.tolist(), building.tolist(), strict=True):
        roof_m = float(str(buildings[b][0]["height_m"]))
        assert float(rows[a]["height_agl_m"]) == pytest.approx(roof_m + 3)
    assert len(set(building.tolist())) == len(building)


def test_streetlights_keep_12_m_apart(files: dict[str, bytes]) -> None:
    rows, xy_m = assets_of(files["assets.csv"])
    lights_m = xy_m[[row["asset_type"] == "streetlight" for row in rows]]
    assert len(lights_m) > 400
    assert cKDTree(lights_m).query(lights_m, k=2)[0][:, 1].min() > 11.9  # less what 7 decimals and the plane's scale take


def test_there_are_assets_of_every_kind_and_owner(files: dict[str, bytes]) -> None:
    rows, _ = assets_of(files["assets.csv"])
    kinds = Counter(row["asset_type"] for row in rows)
    assert set(kinds) == {"streetlight", "signal", "park", "building", "smart_pole"}
    assert set(Counter(row["owner_class"] for row in rows)) == {"metropolitan", "municipal", "private"}
    assert sum(row["existing"] == "true" for row in rows) == 6
    assert all(int(row["cost_yen"]) > 0 for row in rows if row["existing"] == "false")


def test_the_asset_reader_rejects_the_three_bad_rows_and_no_other(files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "assets.csv").write_bytes(files["assets.csv"])
    rows = read_csv_list(tmp_path / "assets.csv")
    assert rows.n_rejected == 3
    assert rows.n_accepted == len(assets_of(files["assets.csv"])[0])


def test_zones_lie_within_the_district_and_the_priority_ones_apart(files: dict[str, bytes]) -> None:
    zones = {row["zone_id"]: shape for row, shape in features_of(files["zones.geojson"])}
    whole = zones.pop("district")
    assert set(zones) == {"station_front", "shopping_street", "evacuation_park"}
    assert all(whole.buffer(0.1).contains(zone) for zone in zones.values())
    areas_m2 = [zone.area for zone in zones.values()]
    assert shapely.union_all(list(zones.values())).area == pytest.approx(sum(areas_m2), rel=1e-3)
    assert min(areas_m2) > 10_000


def test_residents_live_in_meshes_that_cover_the_houses(files: dict[str, bytes]) -> None:
    meshes = features_of(files["population.geojson"])
    people = sum(int(str(row["population"])) for row, _ in meshes)
    assert 5_000 < people < 30_000  # 0.8 km2 at the density of inner Tokyo
    assert shapely.union_all([shape for _, shape in meshes]).area == pytest.approx(sum(shape.area for _, shape in meshes), rel=1e-6)


def test_facilities_lie_within_the_district(files: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(files["facilities.csv"].decode())))
    assert {"station", "shelter", "hospital", "evacuation_site"} <= {row["kind"] for row in rows}
    whole = shapely.from_geojson(json.dumps(json.loads(files["zones.geojson"])["features"][-1]["geometry"]))
    assert shapely.contains(whole, shapely.points([[float(row["lon"]), float(row["lat"])] for row in rows])).all()
