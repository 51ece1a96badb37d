from __future__ import annotations

import json
import math
import socket
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import osmnx
import pytest
import shapely
from osm_town import OUTLINE, TOWN, read_features, read_shapes

from scenarios.osm_fetch import OsmUnreachableError, fetch_osm, layers_from_xml, write_layers
from siting.errors import InvalidInputError, SitingError


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
