"""The same buildings come out of every format, whatever its columns and coordinates."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from footprint_samples import Save

from siting.errors import InvalidInputError
from siting.footprints import Footprints, HeightRule, clean_footprints, read_footprints

FORMATS = (".parquet", ".gpkg", ".geojson", ".gml")


def assert_same(have: Footprints, want: Footprints, tolerance_m: float = 0.0) -> None:
    np.testing.assert_allclose(have.xy_m, want.xy_m, rtol=0, atol=tolerance_m)
    np.testing.assert_array_equal(have.ring_start, want.ring_start)
    np.testing.assert_array_equal(have.ring_building, want.ring_building)
    np.testing.assert_array_equal(have.height_m, want.height_m)
    assert have.ids.tolist() == want.ids.tolist()


def in_memory(frame: gpd.GeoDataFrame) -> Footprints:
    return clean_footprints(
        frame.geometry.to_numpy(), frame["height_m"], crs=frame.crs, ids=frame["building_id"].to_numpy(), storeys=frame["storeys"]
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_the_same_footprints(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    footprints = read_footprints(save(district, tmp_path / f"city{suffix}"), crs="EPSG:6677")
    assert_same(footprints, in_memory(district), tolerance_m=1e-6 if suffix == ".gml" else 0.0)
    assert footprints.crs.to_epsg() == 6677
    report = footprints.report
    assert (report.n_read, report.n_used, report.n_height_from_storeys, report.n_height_default) == (30, 30, 1, 2)


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_a_projected_file_needs_no_target(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    assert read_footprints(save(district, tmp_path / f"city{suffix}")).crs.to_epsg() == 6677


@pytest.mark.parametrize("suffix", FORMATS[:3])
@pytest.mark.parametrize("file_crs", ["EPSG:4326", "EPSG:6668", "EPSG:32654"])
def test_files_in_another_crs_land_in_the_target_plane(
    suffix: str, file_crs: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path
) -> None:
    path = save(district.to_crs(file_crs), tmp_path / f"city{suffix}")
    assert_same(read_footprints(path, crs="EPSG:6677"), in_memory(district), tolerance_m=1e-5)


def test_geojson_without_crs_is_longitude_and_latitude(district: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "city.json"
    path.write_text("\ufeff" + district.to_crs("EPSG:4326").to_json(), encoding="utf-8")
    assert_same(read_footprints(path, crs="EPSG:6677"), in_memory(district), tolerance_m=1e-5)


def test_geoparquet_without_crs_is_longitude_and_latitude(district: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "city.parquet"
    district.to_crs("OGC:CRS84").to_parquet(path)
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["crs"]
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo)}), path)
    assert_same(read_footprints(path, crs="EPSG:6677"), in_memory(district), tolerance_m=1e-5)


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_columns_of_any_name_can_be_named(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    renamed = district.rename(columns={"building_id": "番号", "height_m": "top", "storeys": "floors"})
    path = save(renamed, tmp_path / f"city{suffix}")
    assert_same(read_footprints(path, height_column="top", storeys_column="floors", id_column="番号"), in_memory(district))


@pytest.mark.parametrize("suffix", FORMATS[:3])
@pytest.mark.parametrize("name", ["measuredHeight", "Height", "HEIGHT_M"])
def test_usual_height_columns_are_found(suffix: str, name: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    path = save(district.rename(columns={"height_m": name}), tmp_path / f"city{suffix}")
    assert_same(read_footprints(path), in_memory(district))


@pytest.mark.parametrize("suffix", FORMATS[:3])
@pytest.mark.parametrize("argument", ["height_column", "storeys_column", "id_column"])
def test_a_named_column_has_to_be_there(suffix: str, argument: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    path = save(district, tmp_path / f"city{suffix}")
    with pytest.raises(InvalidInputError, match=f"{argument} must be one of .*'height_m'.* got 'roof'") as caught:
        read_footprints(path, **{argument: "roof"})
    assert caught.value.source == str(path)


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_a_file_without_heights_is_read_and_says_so(
    suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = save(district[["building_id", "geometry"]], tmp_path / f"city{suffix}")
    with caplog.at_level(logging.WARNING):
        footprints = read_footprints(path, missing_height=HeightRule(default_height_m=6.5))
    assert set(footprints.height_m.tolist()) == {6.5}
    assert footprints.report.n_height_default == 30
    assert "every height was filled by the rule" in caplog.text


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_whole_number_ids_stay_whole_when_one_is_missing(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    district["osm_id"] = gpd.pd.array([None, *range(2**53 - 29, 2**53)], dtype="Int64")
    path = save(district.drop(columns="building_id"), tmp_path / f"city{suffix}")
    ids = read_footprints(path).ids.tolist()
    assert ids[0].startswith("city-")
    assert ids[1:3] == [str(2**53 - 29), str(2**53 - 28)]


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_heights_written_as_text_are_read(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    as_text = district.assign(height_m=["2.8（テスト）", *district["height_m"].astype(str).tolist()[1:]])
    as_text.loc[as_text["height_m"] == "nan", "height_m"] = None
    footprints = read_footprints(save(as_text, tmp_path / f"city{suffix}"))
    assert footprints.height_m[:3].tolist() == [8.0, 4.5, 6.0]
    assert footprints.report.n_height_unreadable == 1


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_rows_that_are_no_buildings_are_listed_with_file_and_row(
    suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path
) -> None:
    district.loc[8, "geometry"] = None
    district.loc[11, "geometry"] = shapely.Point(-8000, -36000)
    path = save(district, tmp_path / f"city{suffix}")
    first_row = 1 if suffix == ".gpkg" else 0
    report = read_footprints(path).report
    assert report.rejects == (
        (str(path), 8 + first_row, "geometry is missing, empty or unreadable"),
        (str(path), 11 + first_row, "geometry is not a polygon"),
    )
    assert (report.n_read, report.n_used) == (30, 28)


def test_a_feature_id_names_the_building_where_no_property_does(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "id": "way/1",
        "properties": None,
        "geometry": shapely.geometry.mapping(shapely.box(139, 35, 139.001, 35.001)),
    }
    path = tmp_path / "city.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert read_footprints(path, crs="EPSG:6677").ids.tolist() == ["way/1"]


@pytest.mark.parametrize(
    "geometry",
    [{}, {"type": "Polygon"}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, {"type": "Polygon", "coordinates": "x"}, [], 7,
     {"type": "Polygon", "coordinates": [[["a", "b"], [1, 1], [2, 2], [0, 0]]]}, {"type": "Cube", "coordinates": []}],
)  # fmt: skip
def test_a_geometry_that_is_none_rejects_its_feature_only(geometry: object, tmp_path: Path) -> None:
    good = shapely.geometry.mapping(shapely.box(139, 35, 139.001, 35.001))
    features = [{"type": "Feature", "properties": {}, "geometry": g} for g in (good, geometry)]
    path = tmp_path / "city.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    report = read_footprints(path, crs="EPSG:6677").report
    assert [(reject.row, reject.reason) for reject in report.rejects] == [(1, "geometry is missing, empty or unreadable")]


def test_unreadable_wkb_rejects_its_row_only(district: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "city.parquet"
    district.to_parquet(path)
    table = pq.read_table(path)
    wkb = table["geometry"].to_pylist()
    wkb[2], wkb[5] = b"\x01\x03\x00\x00\x00\xff\xff\xff\xff", b""
    column = table.schema.get_field_index("geometry")
    pq.write_table(table.set_column(column, table.schema.field(column), [wkb]), path)
    report = read_footprints(path).report
    assert [reject.row for reject in report.rejects] == [2, 5]


def test_a_layer_is_named_when_a_geopackage_holds_several(district: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    district.to_file(path, layer="north", driver="GPKG")
    district.iloc[:4].to_file(path, layer="south", driver="GPKG")
    assert len(read_footprints(path, layer="south")) == 4
    with pytest.raises(InvalidInputError, match="layer must be named"):
        read_footprints(path)
    with pytest.raises(InvalidInputError, match="layer must be one of 'north', 'south', got 'east'"):
        read_footprints(path, layer="east")


@pytest.mark.parametrize("suffix", [".parquet", ".geojson", ".gml"])
def test_only_a_geopackage_has_layers(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="layer must be given for a GeoPackage only, got 'north'"):
        read_footprints(save(district, tmp_path / f"city{suffix}"), crs="EPSG:6677", layer="north")
