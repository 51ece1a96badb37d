"""Files made to do harm, or damaged at random: each gives rows or a typed error, and reads nothing but itself."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from assets_db.errors import AssetsError
from assets_db.sources import Reject, SourceRow, SourceSpec, open_source

N_FUZZED = 1000 if os.environ.get("SITING_STRESS") == "1" else 60
LONGEST_S = 5.0
CANARY = "canary-in-another-file"


def read(path: Path) -> list[SourceRow | Reject] | str:
    """Return the rows of a file, or its typed error as text."""
    try:
        return list(open_source(path, SourceSpec(source_id="t")).rows())
    except AssetsError as error:
        return str(error)


def geojson(path: Path) -> None:
    feature = {"type": "Feature", "properties": {"id": "1", "名称": "公園"}, "geometry": {"type": "Point", "coordinates": [139.7, 35.6]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False), "utf-8")


def geopackage(path: Path) -> None:
    blob = b"GP\0\1" + struct.pack("<i", 6668) + shapely.to_wkb(shapely.Point(139.7, 35.6))
    connection = sqlite3.connect(path)
    connection.executescript(
        """CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
        CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER);
        CREATE TABLE parks (fid INTEGER PRIMARY KEY, 名称 TEXT, geom BLOB);
        INSERT INTO gpkg_contents VALUES ('parks', 'features');
        INSERT INTO gpkg_geometry_columns VALUES ('parks', 'geom', 6668);
        INSERT INTO gpkg_spatial_ref_sys VALUES (6668, 'EPSG', 6668);"""
    )
    connection.execute("INSERT INTO parks VALUES (1, '中央公園', ?)", (blob,))
    connection.commit()
    connection.close()


def shapefile(path: Path) -> None:
    wkb = np.array([shapely.to_wkb(shapely.box(139.7, 35.6, 139.71, 35.61))], dtype=object)
    names = np.array(["中央公園"], dtype=object)
    pyogrio.raw.write(path, wkb, [names], ["名称"], geometry_type="Polygon", crs="EPSG:6668", driver="ESRI Shapefile", encoding="CP932")


def osm(path: Path) -> None:
    path.write_text('<osm><node id="1" lat="35.6" lon="139.7"><tag k="highway" v="bus_stop"/></node></osm>')


def citygml(path: Path) -> None:
    path.write_text(
        '<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" xmlns:bldg="http://www.opengis.net/citygml/building/2.0" '
        'xmlns:gml="http://www.opengis.net/gml"><gml:boundedBy><gml:Envelope srsName="http://www.opengis.net/def/crs/EPSG/0/6697"/>'
        '</gml:boundedBy><core:cityObjectMember><bldg:Building gml:id="b1"><bldg:measuredHeight uom="m">2.8（テスト）</bldg:measuredHeight>'
        "<bldg:storeysAboveGround>-9999</bldg:storeysAboveGround><bldg:lod0FootPrint><gml:Polygon><gml:exterior><gml:LinearRing>"
        "<gml:posList>35.6 139.7 0 35.6 139.701 0 35.601 139.701 0 35.6 139.7 0</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
        "</bldg:lod0FootPrint></bldg:Building></core:cityObjectMember></core:CityModel>",
        "utf-8",
    )


def geoparquet(path: Path) -> None:
    geo = {"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}
    table = pa.table({"building_id": ["b1"], "height_m": [3.5], "geometry": [shapely.to_wkb(shapely.box(139.7, 35.6, 139.71, 35.61))]})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)


def table(path: Path) -> None:
    path.write_text("ID,名称,緯度,経度\n1,公園,35.6,139.7\n", "utf-8")


MAKERS: dict[str, Callable[[Path], None]] = {
    "a.geojson": geojson,
    "a.gpkg": geopackage,
    "a.shp": shapefile,
    "a.osm": osm,
    "a.gml": citygml,
    "a.parquet": geoparquet,
    "a.csv": table,
}


@pytest.mark.parametrize("name", MAKERS)
def test_each_sample_is_read(name: str, tmp_path: Path) -> None:
    MAKERS[name](tmp_path / name)
    rows = read(tmp_path / name)
    assert len(rows) == 1
    assert isinstance(rows[0], SourceRow)
    assert 35.6 <= float(str(rows[0].record.values["lat"])) <= 35.61


def test_a_height_that_is_no_number_is_a_recorded_repair(tmp_path: Path) -> None:
    citygml(tmp_path / "a.gml")
    (row,) = read(tmp_path / "a.gml")
    assert isinstance(row, SourceRow)
    assert {one.field for one in row.repairs} >= {"height_agl_m", "storeys"}
    assert "storeys" not in row.record.values


def test_names_of_shapefiles_are_japanese_text(tmp_path: Path) -> None:
    shapefile(tmp_path / "a.shp")
    (row,) = read(tmp_path / "a.shp")
    assert isinstance(row, SourceRow)
    assert row.record.values["name"] == "中央公園"


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".zip", ".gml"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n \n", "<!-- x -->"])
def test_a_virtual_file_reads_no_other_file(suffix: str, start: str, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(f"ID,名称,緯度,経度\n1,{CANARY},35.6,139.7\n", "utf-8")
    evil = tmp_path / f"evil{suffix}"
    source = f"<SrcDataSource>{other}</SrcDataSource>"
    evil.write_text(f'{start}<OGRVRTDataSource><OGRVRTLayer name="other">{source}</OGRVRTLayer></OGRVRTDataSource>', "utf-8")
    assert CANARY not in str(read(evil))


@pytest.mark.parametrize("name", ["a.osm", "a.gml"])
def test_entities_are_refused(name: str, tmp_path: Path) -> None:
    root = "osm" if name == "a.osm" else "CityModel"
    (tmp_path / name).write_text(f'<!DOCTYPE {root} [<!ENTITY a SYSTEM "file:///etc/hostname">]><{root}>&a;</{root}>')
    assert "document type" in str(read(tmp_path / name))


@pytest.mark.parametrize("member", ["../a.shp", "/a.shp", "inner.zip"])
def test_archives_that_lead_elsewhere_are_refused(member: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, b"x")
    assert isinstance(read(tmp_path / "a.zip"), str)
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]


def test_an_archive_that_grows_too_much_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(20_000_000))
    assert "grow" in str(read(tmp_path / "a.zip"))


def test_views_and_triggers_do_nothing(tmp_path: Path) -> None:
    geopackage(tmp_path / "a.gpkg")
    connection = sqlite3.connect(tmp_path / "a.gpkg")
    connection.executescript(
        """CREATE VIEW evil AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS 名称, NULL AS geom FROM c;
        INSERT INTO gpkg_contents VALUES ('evil', 'features');
        INSERT INTO gpkg_geometry_columns VALUES ('evil', 'geom', 6668);
        CREATE TRIGGER t AFTER INSERT ON parks BEGIN DELETE FROM parks; END;"""
    )
    connection.close()
    before = (tmp_path / "a.gpkg").read_bytes()
    assert len(read(tmp_path / "a.gpkg")) == 1
    assert (tmp_path / "a.gpkg").read_bytes() == before


def test_a_geopackage_as_other_programs_write_it(tmp_path: Path) -> None:
    wkb = np.array([shapely.to_wkb(shapely.Point(-36000.0, -45000.0))], dtype=object)
    names = np.array(["中央公園"], dtype=object)
    pyogrio.raw.write(tmp_path / "b.gpkg", wkb, [names], ["名称"], geometry_type="Point", crs="EPSG:6677", driver="GPKG")
    (row,) = read(tmp_path / "b.gpkg")
    assert isinstance(row, SourceRow)
    assert row.record.values["name"] == "中央公園"
    assert 35.5 < float(str(row.record.values["lat"])) < 35.7


def test_links_are_refused(tmp_path: Path) -> None:
    geojson(tmp_path / "a.geojson")
    (tmp_path / "b.geojson").symlink_to(tmp_path / "a.geojson")
    assert "link" in str(read(tmp_path / "b.geojson"))


@pytest.mark.parametrize(
    "geometry",
    ["null", "[]", '"x"', "{}", '{"type":"Point"}', '{"type":"Point","coordinates":[NaN,1]}', '{"type":"Point","coordinates":[1e999,1]}',
     '{"type":"Polygon","coordinates":[[1]]}', '{"type":"Point","coordinates":["a","b"]}', '{"type":"Point","coordinates":[]}',
     '{"type":"Point","coordinates":[' + "9" * 400 + ",1]}", '{"type":"GeometryCollection","geometries":7}'],
)  # fmt: skip
def test_a_bad_geometry_rejects_its_feature_alone(geometry: str, tmp_path: Path) -> None:
    good = '{"type":"Feature","properties":{"id":"2"},"geometry":{"type":"Point","coordinates":[139.7,35.6]}}'
    bad = f'{{"type":"Feature","properties":{{"id":"1"}},"geometry":{geometry}}}'
    (tmp_path / "a.geojson").write_text(f'{{"type":"FeatureCollection","features":[{bad},{good}]}}')
    assert [type(one) for one in read(tmp_path / "a.geojson")] == [Reject, SourceRow]


def test_deep_nesting_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text('{"type":"FeatureCollection","features":' + "[" * 100_000)
    assert isinstance(read(tmp_path / "a.geojson"), str)


@pytest.mark.filterwarnings("error")
def test_damaged_files_give_rows_or_a_typed_error(tmp_path: Path) -> None:
    for name, make in MAKERS.items():
        make(tmp_path / name)
    generator = random.Random(20)  # noqa: S311  # to be repeatable
    originals = {name: (tmp_path / name).read_bytes() for name in MAKERS}
    for number in range(N_FUZZED):
        name = list(MAKERS)[number % len(MAKERS)]
        content = bytearray(originals[name])
        for _ in range(generator.randint(1, 8)):
            content[generator.randrange(len(content))] = generator.randrange(256)
        if number % 3 == 0:
            del content[generator.randrange(1, len(content)) :]
        (tmp_path / name).write_bytes(content)
        before = sorted(one.name for one in tmp_path.iterdir())
        start = time.monotonic()
        read(tmp_path / name)
        assert time.monotonic() - start < LONGEST_S, (number, name)
        assert sorted(one.name for one in tmp_path.iterdir()) == before
