"""Files that are broken, lying or hostile give a typed error that names them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from footprint_samples import Save

from siting.errors import InvalidInputError
from siting.footprints import read_footprints

VRT = """<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
POLYGON = '{"type":"Polygon","coordinates":[[[139.0,35.0],[139.001,35.0],[139.001,35.001],[139.0,35.0]]]}'
COLLECTION = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"height_m":7.5},"geometry":' + POLYGON + "}]}"


def refused(path: Path, **options: object) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read_footprints(path, **{"crs": "EPSG:6677", **options})
    assert caught.value.source == str(path)
    return str(caught.value)


def test_an_unknown_format_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"must end in one of \.parquet, .*\.gpkg, \.geojson.*\.gml.* got '.*city\.shp'"):
        read_footprints(tmp_path / "city.shp")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"path must be an existing file, got '.*city\.gpkg'"):
        read_footprints(tmp_path / "city.gpkg")


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson", ".gml"])
@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 5000, b"\xff\xfe\x00", b"PAR1", b"SQLite format 3\x00" + b"\x00" * 500])
def test_anything_else_under_a_known_name_is_refused(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"city{suffix}"
    path.write_bytes(content)
    assert "file must" in refused(path)


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson", ".gml"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_truncated_file_is_refused(suffix: str, share: float, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    path = save(district, tmp_path / f"city{suffix}")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "file must" in refused(path)


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson", ".gml"])
def test_damage_anywhere_gives_a_typed_error_or_the_buildings(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    path = save(district, tmp_path / f"city{suffix}")
    content = path.read_bytes()
    random = np.random.default_rng(7)
    n_refused = 0
    for _ in range(40):
        damaged = bytearray(content)
        first = int(random.integers(len(content)))
        damaged[first : first + 60] = random.bytes(60)
        path.write_bytes(damaged)
        try:
            read_footprints(path, crs="EPSG:6677")
        except InvalidInputError:
            n_refused += 1
    assert n_refused > 0


def test_geoparquet_needs_its_metadata(district: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "city.parquet"
    district.to_parquet(path)
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])

    def lying(change: Callable[[dict[str, object]], object]) -> str:
        altered = json.loads(json.dumps(geo))
        change(altered)
        pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(altered)}), path)
        return refused(path)

    column = "geometry"
    assert "geo.encoding must be 'WKB', got 'point'" in lying(lambda g: g["columns"][column].update(encoding="point"))
    assert "geo.crs must be given" in lying(lambda g: g["columns"][column].update(crs=None))
    assert "geo.crs must be a known" in lying(lambda g: g["columns"][column].update(crs={"type": "nonsense"}))
    assert "geo metadata must follow GeoParquet" in lying(lambda g: g.update(primary_column="other"))
    assert "geo metadata must follow GeoParquet" in lying(lambda g: g.update(columns=7))
    pq.write_table(table.replace_schema_metadata({b"geo": b"{" * 100_000}), path)
    assert "geo metadata must follow GeoParquet" in refused(path)
    pq.write_table(table.replace_schema_metadata({}), path)
    assert "geo metadata must be there" in refused(path)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("suffix", [".parquet", ".gpkg"])
def test_a_file_without_crs_is_refused(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    path = save(district.set_crs(None, allow_override=True), tmp_path / f"city{suffix}")
    assert "crs must be" in refused(path).replace("crs of layer 'city'", "crs")


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson"])
def test_degrees_without_a_target_plane_are_refused(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    path = save(district.to_crs("EPSG:4326"), tmp_path / f"city{suffix}")
    assert "crs must be projected in metres (such as EPSG:6677), not degrees; name the plane" in refused(path, crs=None)


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson"])
def test_degrees_under_a_projected_crs_are_refused(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    path = save(district.to_crs("EPSG:4326").set_crs("EPSG:6677", allow_override=True), tmp_path / f"city{suffix}")
    assert "must be metres, but look like degrees" in refused(path)


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson"])
def test_latitude_before_longitude_is_refused(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    swapped = shapely.transform(district.to_crs("EPSG:4326").geometry.to_numpy(), lambda xy: xy[:, ::-1])
    path = save(gpd.GeoDataFrame({"height_m": district["height_m"]}, geometry=swapped, crs="EPSG:4326"), tmp_path / f"city{suffix}")
    assert "must be longitudes and latitudes" in refused(path)


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson"])
@pytest.mark.parametrize("height_m", [-3.0, 0.0, 4000.0])
def test_impossible_heights_are_refused(suffix: str, height_m: float, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    district.loc[13, "height_m"] = height_m
    assert "height_m of building '建物-13' must be" in refused(save(district, tmp_path / f"city{suffix}"))


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg"])
@pytest.mark.parametrize("crs", ["EPSG:6677", "EPSG:6676"])
def test_coordinates_that_are_not_finite_are_refused(suffix: str, crs: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    district.loc[2, "geometry"] = shapely.Polygon([(-8000, -36000), (-7990, -36000), (-7990, np.inf)])
    assert "must be finite" in refused(save(district, tmp_path / f"city{suffix}"), crs=crs)


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".geojson"])
def test_a_file_without_a_usable_building_is_refused(suffix: str, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    points = district.assign(geometry=district.geometry.centroid)
    assert "must hold at least one usable building polygon, got {'geometry is not a polygon': 30}" in refused(
        save(points, tmp_path / f"city{suffix}")
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (COLLECTION.replace("7.5", "NaN"), "must not hold NaN or Infinity"),
        (COLLECTION.replace("35.001", "-Infinity"), "must not hold NaN or Infinity"),
        (COLLECTION.replace("35.001", "1e999"), "must be"),
        (COLLECTION.replace("7.5", "1e999"), "must be <= 1000 m"),
        (COLLECTION.replace("7.5", "9" * 5000), "must be"),
        ("[" * 200_000, "must not be nested so deep"),
        ('{"type":"FeatureCollection","features":' + "[" * 100_000, "must not be nested so deep"),
        ("[]", "must hold a JSON object"),
        (POLYGON, "type must be 'FeatureCollection'"),
        ('{"type":"FeatureCollection","features":{}}', "type must be 'FeatureCollection'"),
        ('{"type":"FeatureCollection","features":[7]}', r"features\[0\] must be a JSON object"),
        ('{"type":"FeatureCollection","features":[]}', "must hold at least one usable building"),
        ('{"crs":null,' + COLLECTION[1:], "crs must be given"),
        ('{"crs":{"properties":{"name":"EPSG:0"}},' + COLLECTION[1:], "crs must be a known"),
        (COLLECTION.encode("utf-16"), "in UTF-8"),
        (VRT.format("/etc/passwd"), "must be readable, complete GeoJSON"),
    ],
)
def test_geojson_that_cannot_be_trusted_is_refused(content: str | bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "city.geojson"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidInputError, match=message):
        read_footprints(path, crs="EPSG:6677")


def test_the_plain_collection_of_this_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "city.geojson"
    path.write_text(COLLECTION)
    assert len(read_footprints(path, crs="EPSG:6677")) == 1


@pytest.mark.parametrize(
    "prefix", [b"", b"SQLite format 3\x00" + b"\x00" * 44 + b"\x00\x00\x27\xd8" + b"\x00" * 4 + b"GPKG" + b"\x00" * 28]
)
def test_a_vrt_named_geopackage_opens_no_other_file(prefix: bytes, district: gpd.GeoDataFrame, save: Save, tmp_path: Path) -> None:
    secret = save(district, tmp_path / "secret.gpkg")
    path = tmp_path / "evil.gpkg"
    path.write_bytes(prefix + VRT.format(secret).encode())
    assert "file must be" in refused(path)
