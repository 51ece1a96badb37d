"""The routes beside the pages: nothing without a pass, nothing of others, nothing that should not be there."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from window.planning.draft import Wish
from window.planning.worker import work
from window.server import server
from window.web.routes import routes
from window.web.tokens import issue_token, person_of_token, revoke_token

BOX = "139.0,35.0,140.0,36.0"
GUARDED = [f"/siting/points?bbox={BOX}", "/siting/boundaries", "/siting/buildings/16/58200/25800.png"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> dict[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = json.loads(self.content)
        return found


class Client:
    """Asks as written: nothing tidies a path up on its way."""

    def __init__(self, port: int) -> None:
        self._port = port

    def get(self, path: str, token: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request("GET", path, headers={"X-Siting-Pass": token} if token else {})
        answer = connection.getresponse()
        found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        connection.close()
        return found


@contextmanager
def asked() -> Iterator[Client]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    config = uvicorn.Config(Starlette(routes=list(routes())), host="127.0.0.1", port=port, log_level="error", ws="none")
    served = uvicorn.Server(config)
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    while not served.started:
        assert thread.is_alive()
    yield Client(port)
    served.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def client(sample_window: Path, use_window: Callable[[Path], None]) -> Iterator[Client]:
    use_window(sample_window)
    with asked() as found:
        yield found


def test_a_pass_is_good_for_its_person_and_time_alone() -> None:
    token = issue_token("demo-window", now_s=1000.0)
    assert person_of_token(token, now_s=1000.0) == "demo-window"
    assert person_of_token(token, now_s=1000.0 + 13 * 3600) is None
    for forged in ("", "x", token[:-2] + "AA", issue_token("demo-admin", now_s=1000.0)[:44] + token[44:], "日本"):
        assert person_of_token(forged, now_s=1000.0) is None


def test_a_pass_ends_when_its_person_signs_out() -> None:
    one, other = issue_token("demo-window"), issue_token("demo-window")
    revoke_token(one)
    assert person_of_token(one) is None
    assert person_of_token(other) == "demo-window", "signed in elsewhere"
    revoke_token("forged")
    for same in (one + "=", one + "\n", one[:40] + "!" + one[40:]):
        assert person_of_token(same) is None, "another way to write it"


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize("token", ["", "forged", issue_token("nobody")])
def test_no_data_without_a_pass_of_somebody_who_works_here(client: Client, path: str, token: str) -> None:
    answer = client.get(path, token)
    assert answer.status in {401, 403}
    assert "streetlight" not in answer.text


@pytest.mark.parametrize("path", GUARDED)
def test_data_with_a_pass(client: Client, path: str) -> None:
    answer = client.get(path, issue_token("demo-carrier-1-1"))
    assert answer.status == 200
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_points_are_narrowed_as_asked(client: Client) -> None:
    token = issue_token("demo-window")
    everything = client.get(f"/siting/points?bbox={BOX}", token).json()
    parks = client.get(f"/siting/points?bbox={BOX}&asset_type=park", token).json()
    assert everything["chosen"] > parks["chosen"] > 0
    assert {point[4] for point in parks["points"]} == {"park"}


@pytest.mark.parametrize("box", ["", "1,2,3", "a,b,c,d", "1,2,3,4,5"])
def test_a_bad_box_is_said_in_one_line(client: Client, box: str) -> None:
    answer = client.get(f"/siting/points?bbox={box}", issue_token("demo-window"))
    assert answer.status == 400
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "name", ["../window.toml", "..%2f..%2fwindow.toml", "leaflet.js/../../x", "/etc/passwd", "images/../leaflet.css.map", ""]
)
def test_the_library_gives_its_own_files_alone(client: Client, name: str) -> None:
    assert client.get(f"/siting/vendor/{name}").status == 404


def test_the_library_is_there(client: Client) -> None:
    assert "Leaflet" in client.get("/siting/vendor/leaflet.js").text
    assert client.get("/siting/vendor/images/layers.png").headers["content-type"] == "image/png"


def test_candidates_of_a_plan_are_for_its_organisation_alone(own_window: Path, use_window: Callable[[Path], None]) -> None:
    use_window(own_window)
    found = server()
    with found.desk.reading("demo-carrier-1-1") as (_, person):
        pass
    plan_id = found.plans.ask(person, "demo_register", Wish(title="x", max_sites=3, effort=0.3), now=dt.datetime.now(dt.UTC))
    enough = iter([False, True])
    work(found.desk, found.settings.plans, until=lambda: next(enough))
    path = f"/siting/points?bbox={BOX}&plan={plan_id}"
    with asked() as client:
        mine = client.get(path, issue_token("demo-carrier-1-1"))
        assert mine.status == 200
        assert mine.json()["chosen"] > 600  # type: ignore[operator]
        for other in ("demo-carrier-2-1", "demo-planner", "demo-window", "demo-admin"):
            assert client.get(path, issue_token(other)).status == 403, other
