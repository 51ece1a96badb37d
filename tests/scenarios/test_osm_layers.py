from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
from osm_town import TOWN, read_features, read_shapes

from assets_db import OSM_CREDIT, InvalidSourceError, read_osm_points
from scenarios import osm_layers
from scenarios.osm_fetch import OsmFiles, layers_from_xml, write_layers
from siting.errors import InvalidInputError


def test_roads_run_from_junction_to_junction_once_for_both_directions(town: Path, tmp_path: Path) -> None:
    files = write_layers(layers_from_xml(town), tmp_path / "out")
    roads = read_features(files.roads)
    assert [(road["osm_id"], road["klass"], road["name"], road["layer"], road["tunnel"]) for road in roads] == [
        ("way/101", "residential", "本通り", None, None),
        ("way/101", "residential", "本通り", None, None),
        ("way/102", "service", None, -1.0, "yes"),
        ("way/102", "service", None, -1.0, "yes"),
    ]
    ends = sorted(sorted([line.coords[0], line.coords[-1]]) for line in read_shapes(files.roads))
    crossing = (139.696, 35.655)
    assert ends == sorted(sorted([crossing, end]) for end in [(139.695, 35.655), (139.697, 35.655), (139.696, 35.6545), (139.696, 35.6555)])
    assert sorted(len(line.coords) for line in read_shapes(files.roads)) == [2, 2, 2, 3]


def test_points_parks_and_buildings_keep_what_a_scenario_needs(town: Path, tmp_path: Path) -> None:
    files = write_layers(layers_from_xml(town), tmp_path / "out")
    assert read_features(files.signals) == [{"osm_id": "node/3", "name": "四辻", "highway": "traffic_signals", "height": None}]
    assert read_features(files.street_lamps) == [{"osm_id": "node/7", "name": None, "highway": "street_lamp", "height": "6 m"}]
    assert read_features(files.parks) == [{"osm_id": "way/104", "name": "三角公園", "leisure": "park"}]
    assert files.buildings is not None
    assert read_features(files.buildings) == [
        {"osm_id": "way/105", "name": None, "building": "yes", "height_m": 12.5, "levels": 4.0},
        {"osm_id": "way/106", "name": None, "building": "house", "height_m": None, "levels": None},
    ]
    assert read_features(files.zone) == [{"osm_id": None, "name": "town"}]
    assert read_shapes(files.zone)[0].bounds == (139.69, 35.65, 139.70, 35.66)
    assert files.n_features == {"roads": 4, "street_lamps": 1, "parks": 1, "signals": 1, "buildings": 2, "zone": 1}


def test_a_park_without_outline_is_left_out_aloud(town: Path, caplog: pytest.LogCaptureFixture) -> None:
    layers_from_xml(town)
    assert "1 parks or buildings left out" in caplog.text


def test_the_written_points_are_read_by_the_register(town: Path, tmp_path: Path) -> None:
    files = write_layers(layers_from_xml(town), tmp_path / "out")
    rows = read_osm_points(files.street_lamps, where={"highway": "street_lamp"}, asset_type="streetlight", owner_class="metropolitan")
    assert rows.accepted[["asset_id", "lat", "lon", "height_agl_m"]].iloc[0].tolist() == ["node/7", 35.6551, 139.6951, 6.0]


def test_the_folder_holds_every_layer_and_the_credit_and_nothing_else(town: Path, tmp_path: Path) -> None:
    files = write_layers(layers_from_xml(town), tmp_path / "deep" / "out")
    names = {"roads", "street_lamps", "parks", "signals", "buildings", "zone"}
    assert {path.name for path in files.folder.iterdir()} == {f"{name}.geojson" for name in names} | {"CREDIT.txt"}
    assert [path.name for path in files.folder.parent.iterdir()] == ["out"]
    assert files.credit.read_text(encoding="utf-8") == OSM_CREDIT + "\n"
    assert json.loads(files.roads.read_text(encoding="utf-8"))["credit"] == OSM_CREDIT


def test_an_area_without_features_gives_empty_layers_and_no_building_file(tmp_path: Path) -> None:
    path = tmp_path / "road.osm"
    nodes = '<node id="1" lat="35.1" lon="139.1"/><node id="2" lat="35.2" lon="139.3"/>'
    path.write_text(f'<osm>{nodes}<way id="9"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way></osm>', encoding="utf-8")
    files = write_layers(layers_from_xml(path), tmp_path / "out")
    assert (files.buildings, (tmp_path / "out" / "buildings.geojson").exists()) == (None, False)
    assert read_features(files.street_lamps) == read_features(files.parks) == read_features(files.signals) == []
    assert read_shapes(files.zone)[0].bounds == (139.1, 35.1, 139.3, 35.2)


def test_the_same_file_gives_the_same_bytes(town: Path, tmp_path: Path) -> None:
    first, second = (write_layers(layers_from_xml(town), tmp_path / name).folder for name in ("a", "b"))
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {path.name: path.read_bytes() for path in second.iterdir()}


def test_an_existing_folder_is_left_alone(town: Path, tmp_path: Path) -> None:
    layers = layers_from_xml(town)
    (tmp_path / "out").mkdir()
    with pytest.raises(InvalidInputError, match="must not exist yet"):
        write_layers(layers, tmp_path / "out")
    with pytest.raises(InvalidInputError, match="must be a place where a folder can be made"):
        write_layers(layers, town / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_nothing_behind(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    layers = layers_from_xml(town)
    write = Path.write_text

    def write_until_credit(path: Path, *arguments: object, **options: object) -> int:
        if path.name == "CREDIT.txt":
            raise interruption
        return write(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", write_until_credit)
    with pytest.raises(interruption):
        write_layers(layers, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["town.osm"]


@pytest.mark.parametrize(
    ("before", "after", "error", "said"),
    [
        ("</osm>", "", InvalidSourceError, "complete OSM XML"),
        ("<osm", '<!DOCTYPE osm [<!ENTITY a "aaaa">]>\n<osm', InvalidSourceError, "document type"),
        ('<node id="2" lat="35.6550" lon="139.6955"/>', "", InvalidInputError, "all their nodes"),
        ('lat="35.6550" lon="139.6955"', 'lon="139.6955"', InvalidInputError, r"numbers as coordinates \(line 5\)"),
        ('lat="35.6550" lon="139.6955"', 'lat="x" lon="139.6955"', InvalidInputError, "numbers as coordinates"),
        ('maxlat="35.66"', 'maxlat="35.65"', InvalidInputError, "south < north"),
        ('k="highway" v="', 'k="waterway" v="', InvalidInputError, "roads must not be empty"),
    ],
)
def test_a_damaged_file_is_refused_with_its_name(town: Path, before: str, after: str, error: type[Exception], said: str) -> None:
    assert before in TOWN
    town.write_text(TOWN.replace(before, after), encoding="utf-8")
    with pytest.raises(error, match=said) as caught:
        layers_from_xml(town)
    assert str(town) in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSourceError, match="must be readable"):
        layers_from_xml(tmp_path / "none.osm")


def haversine_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lat_a, lon_a), (lat_b, lon_b) = ((math.radians(v) for v in point) for point in (a, b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6_371_009 * math.asin(math.sqrt(h))


@pytest.fixture(scope="module")
def shibuya(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> OsmFiles:
    layers = layers_from_xml(data_dir / "osm_shibuya" / "shibuya_roads.osm")
    return write_layers(layers, tmp_path_factory.mktemp("shibuya") / "out")


@pytest.mark.real_data
def test_every_metre_of_road_in_shibuya_is_kept(shibuya: OsmFiles, data_dir: Path) -> None:
    root = ET.parse(data_dir / "osm_shibuya" / "shibuya_roads.osm").getroot()  # noqa: S314  # the stored file
    position = {node.attrib["id"]: (float(node.attrib["lat"]), float(node.attrib["lon"])) for node in root.iter("node")}
    expected: dict[str, float] = {}
    for way in root.iter("way"):
        tags = {tag.attrib["k"]: tag.attrib["v"] for tag in way.iter("tag")}
        if tags.get("highway") in osm_layers.ROAD_CLASSES and tags.get("area") != "yes":
            corners = [position[nd.attrib["ref"]] for nd in way.iter("nd")]
            expected[f"way/{way.attrib['id']}"] = sum(haversine_m(a, b) for a, b in pairwise(corners))
    found: dict[str, float] = {}
    for road in read_features(shibuya.roads):
        found[str(road["osm_id"])] = found.get(str(road["osm_id"]), 0.0) + float(str(road["length_m"]))
    assert found.keys() == expected.keys()
    assert all(found[way] == pytest.approx(expected[way], abs=0.3) for way in expected)


@pytest.mark.real_data
def test_shibuya_has_its_signals_and_the_box_of_the_file(shibuya: OsmFiles) -> None:
    assert dict(shibuya.n_features) == {"roads": 3091, "street_lamps": 0, "parks": 0, "signals": 129, "buildings": 2, "zone": 1}
    assert read_shapes(shibuya.zone)[0].bounds == (139.695, 35.655, 139.71, 35.665)
    rows = read_osm_points(shibuya.signals, where={"highway": "traffic_signals"}, asset_type="signal", owner_class="metropolitan")
    assert (rows.n_accepted, rows.n_rejected) == (129, 0)
