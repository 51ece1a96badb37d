from __future__ import annotations

import json
import math
import socket
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import osmnx
import pytest
import shapely

from assets_db import OSM_CREDIT, InvalidSourceError, read_osm_points
from scenarios import osm_layers
from scenarios.osm_fetch import OsmFiles, OsmUnreachableError, fetch_osm, layers_from_xml, write_layers
from siting.errors import InvalidInputError, SitingError

# A crossing of two streets at node 3, a tunnel, a path across a square, a lamp, a signal, a park, two houses and a corridor.
TOWN = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="test">
<bounds minlat="35.65" minlon="139.69" maxlat="35.66" maxlon="139.70"/>
<node id="1" lat="35.6550" lon="139.6950"/>
<node id="2" lat="35.6550" lon="139.6955"/>
<node id="3" lat="35.6550" lon="139.6960"><tag k="highway" v="traffic_signals"/><tag k="name" v="四辻"/></node>
<node id="4" lat="35.6550" lon="139.6970"/>
<node id="5" lat="35.6545" lon="139.6960"/>
<node id="6" lat="35.6555" lon="139.6960"/>
<node id="7" lat="35.6551" lon="139.6951"><tag k="highway" v="street_lamp"/><tag k="height" v="6 m"/></node>
<node id="8" lat="35.6552" lon="139.6952"><tag k="leisure" v="park"/><tag k="name" v="a park without outline"/></node>
<node id="11" lat="35.6560" lon="139.6950"/>
<node id="12" lat="35.6560" lon="139.6952"/>
<node id="13" lat="35.6562" lon="139.6952"/>
<way id="101"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/><tag k="name" v="本通り"/></way>
<way id="102"><nd ref="5"/><nd ref="3"/><nd ref="6"/><tag k="highway" v="service"/><tag k="oneway" v="yes"/>
  <tag k="layer" v="-1"/><tag k="tunnel" v="yes"/></way>
<way id="103"><nd ref="4"/><nd ref="6"/><tag k="highway" v="corridor"/></way>
<way id="104"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/><tag k="leisure" v="park"/><tag k="name" v="三角公園"/></way>
<way id="105"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/><tag k="building" v="yes"/>
  <tag k="height" v="12.5 m"/><tag k="building:levels" v="4"/></way>
<way id="106"><nd ref="5"/><nd ref="4"/><nd ref="6"/><nd ref="5"/><tag k="building" v="house"/><tag k="height" v="tall"/></way>
<way id="107"><nd ref="5"/><nd ref="4"/><nd ref="6"/><nd ref="5"/><tag k="highway" v="pedestrian"/><tag k="area" v="yes"/></way>
</osm>
"""
OUTLINE = {"type": "Polygon", "coordinates": [[[139.69, 35.65], [139.7, 35.65], [139.7, 35.66], [139.69, 35.66], [139.69, 35.65]]]}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm"
    path.write_text(TOWN, encoding="utf-8")
    return path


def read_features(path: Path) -> list[dict[str, object]]:
    return [one["properties"] for one in json.loads(path.read_text(encoding="utf-8"))["features"]]


def read_shapes(path: Path) -> list[shapely.Geometry]:
    return [shapely.from_geojson(json.dumps(one["geometry"])) for one in json.loads(path.read_text(encoding="utf-8"))["features"]]


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


@dataclass
class Servers:
    """What the geocoder and the data server on this machine answer, and what they were asked."""

    places: object = None
    status: int = 200
    town: str = TOWN
    instead_of_data: bytes | None = None
    asked: list[str] = field(default_factory=list)

    def data(self) -> dict[str, object]:
        root = ET.fromstring(self.town)  # noqa: S314  # our own text
        elements = [self._element(one) for one in root if one.tag in {"node", "way"}]
        return {"version": 0.6, "elements": elements}

    @staticmethod
    def _element(one: ET.Element) -> dict[str, object]:
        element: dict[str, object] = {"type": one.tag, "id": int(one.attrib["id"])}
        tags = {tag.attrib["k"]: tag.attrib["v"] for tag in one.iter("tag")}
        if one.tag == "node":
            element |= {"lat": float(one.attrib["lat"]), "lon": float(one.attrib["lon"])}
        else:
            element["nodes"] = [int(nd.attrib["ref"]) for nd in one.iter("nd")]
        return element | ({"tags": tags} if tags else {})


def place(geometry: object = OUTLINE, **more: object) -> dict[str, object]:
    known = {
        "osm_type": "relation",
        "osm_id": 77,
        "importance": 0.5,
        "boundingbox": [35.65, 35.66, 139.69, 139.7],
        "lat": 35.655,
        "lon": 139.695,
    }
    return {**known, "geojson": geometry, **more}


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    answers = Servers(places=[place()])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked.append(parse_qs(urlsplit(self.path).query).get("q", [""])[0])
            self.answer(answers.places)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(answers.instead_of_data or answers.data())

        def answer(self, document: object) -> None:
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(answers.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setattr(osmnx.settings, "nominatim_url", f"http://127.0.0.1:{server.server_port}/")
        monkeypatch.setattr(osmnx.settings, "overpass_url", f"http://127.0.0.1:{server.server_port}/api")
        monkeypatch.setattr(osmnx.settings, "overpass_rate_limit", value=False)
        monkeypatch.setattr("time.sleep", lambda _seconds: None)
        yield answers
        server.shutdown()
        thread.join()


def test_a_fetched_place_equals_the_stored_file_of_the_same_data(servers: Servers, town: Path, tmp_path: Path) -> None:
    fetched = fetch_osm("Yotsuji", tmp_path / "fetched")
    stored = write_layers(layers_from_xml(town), tmp_path / "stored")
    assert servers.asked == ["Yotsuji"]
    assert fetched.n_features == stored.n_features
    for name in ("roads", "street_lamps", "parks", "signals", "buildings"):
        assert (fetched.folder / f"{name}.geojson").read_bytes() == (stored.folder / f"{name}.geojson").read_bytes()
    assert read_features(fetched.zone) == [{"osm_id": "relation/77", "name": "Yotsuji"}]
    assert read_shapes(fetched.zone)[0].equals(shapely.from_geojson(json.dumps(OUTLINE)))


def test_fetching_leaves_no_cache_and_no_changed_settings(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    names = ("use_cache", "requests_timeout", "requests_kwargs", "doh_url_template", "useful_tags_way")
    before, lookup = {name: getattr(osmnx.settings, name) for name in names}, socket.getaddrinfo
    fetch_osm("Yotsuji", tmp_path / "out", timeout_s=5)
    assert {name: getattr(osmnx.settings, name) for name in names} == before
    assert socket.getaddrinfo is lookup
    assert list(work.iterdir()) == []
    assert servers.asked == ["Yotsuji"]


def set_places(places: object) -> Callable[[Servers], None]:
    return lambda servers: setattr(servers, "places", places)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (set_places([]), "must be a place that OpenStreetMap knows"),
        (set_places([place({"type": "Point", "coordinates": [139, 35]})]), "with an outline"),
        (lambda servers: setattr(servers, "town", "<osm/>"), "must have roads"),
    ],
)
def test_an_unknown_place_is_bad_input(servers: Servers, tmp_path: Path, prepare: Callable[[Servers], None], said: str) -> None:
    prepare(servers)
    with pytest.raises(InvalidInputError, match=said) as caught:
        fetch_osm("Atlantis", tmp_path / "out")
    assert caught.value.value == "Atlantis"
    assert list(tmp_path.iterdir()) == []


def test_a_place_without_features_but_with_roads_is_fetched(servers: Servers, tmp_path: Path) -> None:
    servers.town = TOWN[: TOWN.index('<way id="102">')].replace("traffic_signals", "stop").replace("street_lamp", "stop") + "</osm>"
    servers.town = servers.town.replace('k="leisure"', 'k="note"')
    files = fetch_osm("Yotsuji", tmp_path / "out")
    assert dict(files.n_features) == {"roads": 1, "street_lamps": 0, "parks": 0, "signals": 0, "buildings": 0, "zone": 1}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"places": b"<html>please log in</html>"}, "something else than data"),
        ({"instead_of_data": b"<html>please log in</html>"}, "something else than data"),
        (
            {"instead_of_data": b'{"elements": [], "remark": "runtime error: Query timed out"}'},
            "incompletely .runtime error: Query timed out",
        ),
        ({"places": {"error": "quota"}}, "incompletely .quota"),
        ({"places": [{"geojson": OUTLINE}]}, "incompletely .no 'importance'"),
        ({"status": 500}, "answered 500"),
        ({"status": 429}, "answered 429"),
    ],
    ids=["log-in page for the place", "log-in page for the data", "timed out", "no list", "no fields", "server error", "always busy"],
)
def test_an_answer_that_makes_no_sense_is_told_from_an_unknown_place(
    servers: Servers, tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    for name, value in changes.items():
        setattr(servers, name, value)
    with pytest.raises(OsmUnreachableError, match=said):
        fetch_osm("Yotsuji", tmp_path / "out")
    assert len(servers.asked) == (4 if servers.status == 429 else 1)
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with pytest.raises(OsmUnreachableError, match=r"no connection to OpenStreetMap .*check the internet connection") as caught:
        fetch_osm("Yotsuji", tmp_path / "out")
    assert isinstance(caught.value, SitingError)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "field_name"),
    [
        ({"place": " "}, "place"),
        ({"max_area_km2": 0.1}, "place"),
        ({"max_area_km2": 0}, "max_area_km2"),
        ({"timeout_s": math.nan}, "timeout_s"),
    ],
)
def test_an_impossible_request_is_refused(servers: Servers, tmp_path: Path, arguments: dict[str, object], field_name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        fetch_osm(**{"place": "Yotsuji", "folder": tmp_path / "out", **arguments})  # type: ignore[arg-type]
    assert caught.value.field == field_name
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_refused_before_anything_is_asked(servers: Servers, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="must not exist yet"):
        fetch_osm("Yotsuji", tmp_path)
    assert servers.asked == []


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
