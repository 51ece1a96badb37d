from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets_db import OSM_CREDIT, AssetRows, InvalidSourceError, RejectCode, read_osm_points

LAMP = {"highway": "street_lamp"}


def feature(tags: dict[str, object] | None, coordinates: object = (139.7, 35.66), kind: str = "Point", **more: object) -> dict[str, object]:
    return {"type": "Feature", "properties": tags, "geometry": {"type": kind, "coordinates": coordinates}, **more}


def write_geojson(path: Path, *features: object, **more: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


def write_osm(path: Path, body: str, prolog: str = "") -> Path:
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{prolog}<osm version="0.6">\n{body}\n</osm>\n', encoding="utf-8")
    return path


def read_lamps(path: Path, **arguments: object) -> AssetRows:
    return read_osm_points(path, where=LAMP, asset_type="streetlight", owner_class="metropolitan", **arguments)  # type: ignore[arg-type]


def test_selected_points_keep_id_name_position_and_height(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", feature({"osm_id": "7", "name": "L7", "height": "6 m", **LAMP}))
    rows = read_lamps(path, existing=True)
    row = rows.accepted.iloc[0]
    assert row[["asset_id", "name", "asset_type", "owner_class"]].tolist() == ["node/7", "L7", "streetlight", "metropolitan"]
    assert row[["lat", "lon", "height_agl_m", "existing", "source", "source_row"]].tolist() == [35.66, 139.7, 6.0, True, "a.geojson", 1]
    assert row[["cost_yen", "capacity"]].isna().all()
    assert rows.credit == OSM_CREDIT
    assert "OpenStreetMap contributors" in rows.credit
    assert "ODbL" in rows.credit


def test_other_features_are_counted_but_neither_accepted_nor_rejected(tmp_path: Path) -> None:
    path = write_geojson(
        tmp_path / "a.geojson", feature({"id": 1, **LAMP}), feature({"highway": "crossing"}), feature({"highway": None}), feature(None)
    )
    rows = read_lamps(path)
    assert (rows.n_rows, rows.n_accepted, rows.n_rejected, rows.n_not_selected) == (4, 1, 0, 3)


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({"highway": "crossing"}, ["node/1", "node/2"]),
        ({"highway": ("crossing", "stop")}, ["node/1", "node/2", "node/3"]),
        ({"highway": ["crossing"], "signal": "true"}, ["node/1"]),
        ({"signal": "false"}, ["node/2"]),
        ({"lanes": "2"}, ["node/3"]),
    ],
)
def test_selection_needs_all_tags_with_one_of_their_values(tmp_path: Path, where: dict[str, str], ids: list[str]) -> None:
    path = write_geojson(
        tmp_path / "a.geojson",
        feature({"id": 1, "highway": "crossing", "signal": True}),
        feature({"id": 2, "highway": "crossing", "signal": False}),
        feature({"id": 3, "highway": "stop", "lanes": 2.0}),
    )
    assert read_osm_points(path, where=where, asset_type="signal", owner_class="private").accepted["asset_id"].tolist() == ids


@pytest.mark.parametrize(
    ("tags", "more", "asset_id"),
    [
        ({"@id": "node/5", "id": "9"}, {"id": "node/9"}, "node/5"),
        ({"osm_id": "5"}, {}, "node/5"),
        ({"id": 5}, {"id": 0}, "node/5"),
        ({"id": 5.0, "element": "node"}, {}, "node/5"),
        ({"osm_id": 5, "osm_type": "way"}, {}, "way/5"),
        ({"id": "lamp-5"}, {}, "lamp-5"),
        ({}, {"id": "node/5"}, "node/5"),
        ({}, {"id": 5}, "5"),
        ({}, {"id": [5]}, "a.geojson:1"),
        ({}, {}, "a.geojson:1"),
    ],
)
def test_the_id_is_found_where_exporters_put_it(tmp_path: Path, tags: dict[str, object], more: dict[str, object], asset_id: str) -> None:
    path = write_geojson(tmp_path / "a.geojson", feature({**tags, **LAMP}, **more))
    assert read_lamps(path).accepted["asset_id"].tolist() == [asset_id]


@pytest.mark.parametrize(
    ("text", "height_m"),
    [("6", 6.0), ("6 m", 6.0), ("6.5m", 6.5), ("20 ft", 6.096), ("20'", 6.096), ("", math.nan)],
)
def test_heights_are_read_with_their_unit(tmp_path: Path, text: str, height_m: float) -> None:
    path = write_geojson(tmp_path / "a.geojson", feature({"id": 1, "height": text, **LAMP}))
    assert read_lamps(path).accepted["height_agl_m"].tolist() == pytest.approx([height_m], nan_ok=True)


@pytest.mark.parametrize(
    ("bad", "field", "code"),
    [
        (feature(LAMP, [[139.7, 35.6], [139.8, 35.6]], "LineString"), "geometry", RejectCode.NOT_A_POINT),
        ({"type": "Feature", "properties": LAMP, "geometry": None}, "geometry", RejectCode.MISSING),
        (feature(LAMP, []), "lat", RejectCode.MISSING),
        (feature(LAMP, "139.7,35.6"), "lat", RejectCode.MISSING),
        (feature(LAMP, [None, 35.6]), "lon", RejectCode.MISSING),
        (feature(LAMP, [[139.7], 35.6]), "lon", RejectCode.NOT_NUMERIC),
        (feature(LAMP, [True, 35.6]), "lon", RejectCode.NOT_NUMERIC),
        (feature(LAMP, [math.nan, 35.6]), "lon", RejectCode.NOT_FINITE),
        (feature(LAMP, [10**400, 35.6]), "lon", RejectCode.NOT_FINITE),
        (feature(LAMP, [0, 0]), "lat, lon", RejectCode.ZERO_COORDINATES),
        (feature(LAMP, [35.6, 139.7]), "lat, lon", RejectCode.SWAPPED_COORDINATES),
        (feature(LAMP, [-12000.5, -35000.5]), "lat, lon", RejectCode.OUT_OF_RANGE),
        (feature({"height": "high", **LAMP}), "height", RejectCode.NOT_NUMERIC),
        (feature({"height": "-3", **LAMP}), "height", RejectCode.NEGATIVE),
        (feature({"height": "8000", **LAMP}), "height", RejectCode.TOO_LARGE),
        (feature({"name": "\ud800", **LAMP}), "name", RejectCode.UNREADABLE_TEXT),
        (feature({"id": 1, **LAMP}), "asset_id", RejectCode.DUPLICATE_ID),
        ("lamp", "row", RejectCode.NOT_A_FEATURE),
        ({"type": "Point", "coordinates": [139.7, 35.6]}, "row", RejectCode.NOT_A_FEATURE),
    ],
)
def test_a_bad_feature_is_rejected_with_its_reason(tmp_path: Path, bad: object, field: str, code: RejectCode) -> None:
    path = write_geojson(tmp_path / "a.geojson", feature({"id": 1, **LAMP}), bad, feature({"id": 3, **LAMP}))
    rows = read_lamps(path)
    (reject,) = rows.rejects
    assert (reject.source, reject.row, reject.field, reject.code) == ("a.geojson", 2, field, code)
    assert rows.accepted["asset_id"].tolist() == ["node/1", "node/3"]
    assert (rows.n_rows, rows.n_not_selected) == (3, 0)


def test_points_outside_the_bounds_are_rejected(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", feature({"id": 1, **LAMP}), feature({"id": 2, **LAMP}, [2.35, 48.85]))
    assert [reject.code for reject in read_lamps(path, bounds=(139.0, 35.0, 140.0, 36.0)).rejects] == [RejectCode.OUTSIDE_AREA]


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::6668"])
def test_degrees_are_accepted_under_their_usual_names(tmp_path: Path, name: str) -> None:
    path = write_geojson(tmp_path / "a.geojson", feature(LAMP), crs={"type": "name", "properties": {"name": name}})
    assert read_lamps(path).n_accepted == 1


@pytest.mark.parametrize("crs", [{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6677"}}, "EPSG:104326", [[]]])
def test_another_reference_system_is_refused(tmp_path: Path, crs: object) -> None:
    with pytest.raises(InvalidSourceError, match="crs must be longitude and latitude"):
        read_lamps(write_geojson(tmp_path / "a.geojson", feature(LAMP), crs=crs))


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", "null", '"FeatureCollection"', '{"type": "Feature"}', '{"type": "FeatureCollection"}'),
        *('{"type": "FeatureCollection", "features": {}}', "[" * 200_000, '{"type": ' + "9" * 5000 + "}", "<OGRVRTDataSource/>"),
    ],
    ids=range(11),
)
def test_a_file_that_is_no_feature_collection_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidSourceError) as caught:
        read_lamps(path)
    assert caught.value.source == str(path)


def test_deep_nesting_inside_a_feature_does_no_harm(tmp_path: Path) -> None:
    nest = "[" * 900 + "]" * 900
    path = tmp_path / "a.geojson"
    one = f'{{"type": "Feature", "id": {nest}, "properties": {{"highway": "street_lamp", "x": {nest}}}, "geometry": %s}}'
    shapes = (f'{{"type": "Point", "coordinates": [{nest}, 1]}}', f'{{"type": {nest}, "coordinates": [1, 1]}}')
    path.write_text(f'{{"type": "FeatureCollection", "features": [{",".join(one % shape for shape in shapes)}]}}', encoding="utf-8")
    assert [reject.code for reject in read_lamps(path).rejects] == [RejectCode.NOT_NUMERIC, RejectCode.NOT_A_POINT]


def test_xml_nodes_with_tags_are_features_and_rows_are_lines(tmp_path: Path) -> None:
    body = """<bounds minlat="35" minlon="139" maxlat="36" maxlon="140"/>
<node id="1" lat="35.1" lon="139.1"/>
<node id="2" lat="35.2" lon="139.2"><tag k="highway" v="street_lamp"/><tag k="height" v="8 m"/></node>
<node id="3" lat="35.3" lon="139.3"><tag k="highway" v="crossing"/></node>
<way id="4"><nd ref="1"/><nd ref="2"/><tag k="highway" v="street_lamp"/></way>
<node id="5" lon="139.3"><tag k="highway" v="street_lamp"/></node>
<relation id="6"><member type="way" ref="4" role=""/><tag k="type" v="route"/></relation>"""
    rows = read_lamps(write_osm(tmp_path / "a.osm", body))
    assert (rows.n_rows, rows.n_accepted, rows.n_rejected, rows.n_not_selected) == (5, 1, 2, 2)
    assert rows.accepted[["asset_id", "lat", "lon", "height_agl_m", "source_row"]].iloc[0].tolist() == ["node/2", 35.2, 139.2, 8.0, 5]
    assert [(reject.row, reject.code) for reject in rows.rejects] == [(7, RejectCode.NOT_A_POINT), (8, RejectCode.MISSING)]


def test_xml_and_geojson_of_the_same_points_agree(tmp_path: Path) -> None:
    body = "".join(f'<node id="{i}" lat="35.{i}" lon="139.{i}"><tag k="highway" v="street_lamp"/></node>\n' for i in range(1, 9))
    from_xml = read_lamps(write_osm(tmp_path / "a.osm", body), source="s")
    points = (feature({"osm_id": str(i), **LAMP}, [float(f"139.{i}"), float(f"35.{i}")]) for i in range(1, 9))
    from_json = read_lamps(write_geojson(tmp_path / "a.geojson", *points), source="s")
    assert from_xml.accepted.drop(columns="source_row").equals(from_json.accepted.drop(columns="source_row"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "complete OSM XML"),
        ("<gpx/>", "root element must be osm"),
        ("<osm><node id='1'", "complete OSM XML"),
        ("<osm><node id='1' lat='1' lon='1'>", "complete OSM XML"),
        ("<osm>&lol;</osm>", "complete OSM XML"),
        ("<?xml version='1.0' encoding='x-none'?><osm/>", "complete OSM XML"),
        ('<!DOCTYPE osm [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><osm>&b;</osm>', "document type"),
        ('<!DOCTYPE osm SYSTEM "file:///etc/passwd"><osm/>', "document type"),
        ('<!DOCTYPE osm [<!ENTITY x SYSTEM "file:///etc/passwd">]><osm>&x;</osm>', "document type"),
    ],
)
def test_xml_that_is_cut_off_foreign_or_hostile_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "a.osm"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidSourceError, match=said) as caught:
        read_lamps(path)
    assert caught.value.source == str(path)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"where": {}}, "where"),
        ({"where": {"highway": ()}}, "where.highway"),
        ({"where": {"highway": ""}}, "where.highway"),
        ({"where": {"signal": (True,)}}, "where.signal"),
        ({"asset_type": "lamp post"}, "asset_type"),
        ({"owner_class": "metro"}, "owner_class"),
        ({"bounds": (0.0, 0.0, math.nan, 1.0)}, "bounds"),
    ],
)
def test_an_impossible_argument_is_refused(tmp_path: Path, arguments: dict[str, object], field: str) -> None:
    path = write_geojson(tmp_path / "a.geojson", feature(LAMP))
    given_arguments = {"where": LAMP, "asset_type": "streetlight", "owner_class": "metropolitan", **arguments}
    with pytest.raises(InvalidSourceError) as caught:
        read_osm_points(path, **given_arguments)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_another_kind_of_file_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSourceError, match="file name must be one of"):
        read_lamps(tmp_path / "a.osm.pbf")
    for name in ("none.osm", "none.geojson"):
        with pytest.raises(InvalidSourceError, match="must be readable"):
            read_lamps(tmp_path / name)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(JSON_VALUES | st.builds(feature, st.just(LAMP), JSON_VALUES), max_size=5))
def test_nothing_is_ever_lost(tmp_path_factory: pytest.TempPathFactory, features: list[object]) -> None:
    rows = read_lamps(write_geojson(tmp_path_factory.getbasetemp() / "fuzz.geojson", *features))
    assert rows.n_accepted + rows.n_rejected + rows.n_not_selected == len(features)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "where", "n_rows", "n_accepted"),
    [
        ("osm_tokyo_points/osm_point_assets_central.geojson", {"highway": "traffic_signals"}, 4111, 1283),
        ("osm_tokyo_points/osm_point_assets_central.geojson", {"power": "tower"}, 4111, 44),
        ("osm_shibuya/crossings.geojson", {"signal": "true"}, 192, 80),
        ("osm_shibuya/shibuya_roads.osm", {"highway": "traffic_signals"}, None, 129),
    ],
)
def test_real_extracts_give_the_known_number_of_points(
    data_dir: Path, name: str, where: dict[str, str], n_rows: int | None, n_accepted: int
) -> None:
    rows = read_osm_points(data_dir / name, where=where, asset_type="signal", owner_class="metropolitan")
    assert (rows.n_accepted, rows.n_rejected) == (n_accepted, 0)
    assert n_rows is None or rows.n_rows == n_rows
    assert rows.accepted["asset_id"].str.fullmatch(r"node/\d+").all()
    assert rows.accepted["lat"].between(35.6, 35.8).all()
    assert rows.accepted["lon"].between(139.6, 139.8).all()
