"""
The window in a browser: a map of hundreds of thousands of assets, viewsheds, pins and bans on real Shibuya, and many people at once.

``python -m benchmarks.window`` makes a register of 200,000 synthetic assets around Shibuya and a window with two real cities, serves it and
prints one JSON line: how long until the map can be used, bytes over the socket, moves of the map, a click to its viewshed, a ban to the
repainted map, actions of 20 people at once with what became of them, and the memory of the server. Needs ``SITING_DATA`` and chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import datetime as dt
import random
import re
import shutil
import time
from collections.abc import Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Frame, Page, WebSocket, sync_playwright

from assets_db.importing import apply_import
from assets_db.sources import SourceSpec, open_source
from assets_db.store import init_register
from benchmarks.measure import Stages, data_folder, environment, report
from benchmarks.window_client import ScriptedPerson
from benchmarks.window_server import FLAGS, server_memory_gib, serving
from window.case_rows import CaseFilter
from window.demo import fill_demo
from window.desk import Desk, init_desk, open_desk

_SCENARIOS = Path(__file__).parents[1] / "scenarios"
_BOX = (139.60, 35.58, 139.80, 35.75)
_PATIENCE_MS = 180_000
_MOVES = 60
_PAUSE_S = 2.0


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=200_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--actions", type=int, default=5, help="of each of them")
    given = parser.parse_args(arguments)
    data_folder()
    stages = Stages()
    with TemporaryDirectory() as name:
        folder = Path(name)
        with stages.stage("register"):
            settings = _window(folder, given.assets)
        found: dict[str, object] = {"benchmark": "window", "assets": given.assets}
        with serving(settings) as address:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
                with stages.stage("map"):
                    found["map"] = _map(browser, address)
                with stages.stage("studio"):
                    found["studio"] = _studio(browser, address)
                browser.close()
            with stages.stage("people"):
                found["people"] = _people(address, folder, given.people, given.actions)
            found["server_memory_gib"] = server_memory_gib(address)
    report(found | {"stages_s": stages.wall_s} | environment("streamlit", "streamlit-folium", "starlette", "playwright"))


def _window(folder: Path, n_assets: int) -> Path:
    """Make a window with many synthetic assets and two real cities, and return its settings."""
    chance = random.Random(1)  # noqa: S311  # made-up places
    with (folder / "assets.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("ID", "名称", "緯度", "経度", "種別"))
        for number in range(n_assets):
            lon, lat = chance.uniform(_BOX[0], _BOX[2]), chance.uniform(_BOX[1], _BOX[3])
            writer.writerow((f"L{number:06}", f"合成街路灯{number}", f"{lat:.6f}", f"{lon:.6f}", "街路灯"))
    register = init_register(f"sqlite:///{folder / 'register.db'}")
    spec = SourceSpec(source_id="lamps", owner_class="metropolitan", asset_type="streetlight", is_synthetic=True)
    now = dt.datetime.now(dt.UTC)
    apply_import(register, open_source(folder / "assets.csv", spec), who="benchmark", why="benchmark", now=now)
    register.engine.dispose()
    fill_demo(init_desk(f"sqlite:///{folder / 'register.db'}"), seed=1, n_cases=60, until=now)
    scenarios = ", ".join(f'"{_SCENARIOS / name}"' for name in ("shibuya.toml", "nishi_shinjuku.toml"))
    settings = folder / "window.toml"
    lines = ['database = "sqlite:///./register.db"', f"scenarios = [{scenarios}]", 'sign_in = "demo"', "is_synthetic = true"]
    settings.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return settings


def _enter(page: Page, address: str, login: str, name: str) -> None:
    """Sign in and open a page."""
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(address)
    page.locator(f".st-key-enter-{login} button").click()
    page.locator(".st-key-sign_out").wait_for()
    page.locator("[data-testid=stSidebarNav]").get_by_text(name, exact=True).click()


def _map_frame(page: Page) -> Frame:
    """Return the frame of the map once its assets are drawn."""
    until = time.perf_counter() + _PATIENCE_MS / 1000
    while time.perf_counter() < until:
        for frame in page.frames:
            if "streamlit_folium" in frame.url and frame.evaluate("Boolean(window.map && window.sitingDrawn)"):
                return frame
        page.wait_for_timeout(20)
    raise TimeoutError("the map was not drawn")


def _map(browser: Browser, address: str) -> dict[str, object]:
    """Measure the first view of the map, its moves, and a click."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    sizes: list[int] = []

    def count(payload: str | bytes) -> None:
        sizes.append(len(payload))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", count)
        socket.on("framesent", count)

    page.on("websocket", listen)
    _enter(page, address, "demo-window", "今日の業務")
    page.wait_for_timeout(8_000)
    sizes.clear()
    start = time.perf_counter()
    page.locator("[data-testid=stSidebarNav]").get_by_text("アセット地図", exact=True).click()
    frame = _map_frame(page)
    first_s = time.perf_counter() - start
    page.wait_for_timeout(1_000)
    n_bytes = sum(sizes)
    moves = [
        frame.evaluate(
            """([lat, lon, zoom]) => new Promise((done) => { const before = window.sitingDrawn, start = performance.now();
            window.map.setView([lat, lon], zoom, { animate: false });
            const look = () => window.sitingDrawn === before ? setTimeout(look, 2) : done(performance.now() - start); look(); })""",
            [35.655 + 0.0007 * number, 139.700 + 0.0005 * (number % 7), 13 + number % 5],
        )
        for number in range(_MOVES)
    ]
    frame.evaluate("void window.map.setView([35.6585, 139.7010], 18, { animate: false })")
    page.wait_for_timeout(8_000)  # the buildings of the area are read meanwhile
    clicks = [_click(page, frame, number) for number in range(5)]
    frame.evaluate("void window.map.setView([35.6905, 139.6925], 18, { animate: false })")
    page.wait_for_timeout(2_000)
    second_city_s = _click(page, frame, 0)
    page.close()
    moves.sort()
    return {
        "interactive_s": round(first_s, 2),
        "socket_bytes": n_bytes,
        "move_ms_p50": round(moves[len(moves) // 2], 1),
        "move_ms_p95": round(moves[int(len(moves) * 0.95)], 1),
        "click_to_viewshed_s": [round(one, 2) for one in clicks],
        "first_click_in_a_city_not_read_yet_s": round(second_city_s, 2),
    }


def _click(page: Page, frame: Frame, number: int) -> float:
    """Click an asset, and return the seconds until what it covers is painted."""
    at = frame.evaluate(
        """(skip) => { let left = skip, found = null; const m = window.map, s = m.getSize();
        m.eachLayer((l) => { if (!found && l instanceof L.CircleMarker && l.options.fillColor === "#0072B2") {
          const p = m.latLngToContainerPoint(l.getLatLng());
          if (p.x > 80 && p.y > 80 && p.x < s.x - 80 && p.y < 560 && left-- <= 0) found = [p.x, p.y]; } }); return found; }""",
        number,
    )
    box = page.locator("iframe").first.bounding_box()
    if box is None or at is None:
        raise TimeoutError("no asset to click")
    before = page.locator("[data-testid=stMain] h3").all_inner_texts()
    start = time.perf_counter()
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    while page.locator("[data-testid=stMain] h3").all_inner_texts() == before:
        page.wait_for_timeout(10)
    refused = page.locator("[data-testid=stMain] [data-testid=stAlert]")  # a tower higher than any antenna that is planned for
    page.get_by_text("最遠").or_(refused).first.wait_for()
    frame.wait_for_function("Boolean(document.querySelector('svg path[stroke=\"#111111\"]'))", polling=20)
    return time.perf_counter() - start


def _studio(browser: Browser, address: str) -> dict[str, object]:
    """Measure bans on a plan of real Shibuya."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    _enter(page, address, "demo-planner", "配置計画")
    page.get_by_role("button", name="計画を作る", exact=True).click()
    start = time.perf_counter()
    page.get_by_text("scenario.toml").first.wait_for()
    plan_s = time.perf_counter() - start
    frame = _map_frame(page)
    bans = []
    for number in range(1, 6):
        frame.evaluate(
            """(skip) => { let left = skip; window.map.eachLayer((l) => {
            if (l instanceof L.CircleMarker && l.options.radius === 7 && left-- === 0) l.fire("click", { latlng: l.getLatLng() }); }); }""",
            7 * number,
        )
        page.get_by_text("選ばれています").first.wait_for()
        before = frame.evaluate("document.querySelector('img.leaflet-image-layer').src")
        begun = time.perf_counter()
        page.get_by_role("button", name="使わない", exact=True).click()
        frame.wait_for_function(
            "(b) => { const i = document.querySelector('img.leaflet-image-layer'); return i && i.src !== b; }", arg=before, polling=20
        )
        bans.append(time.perf_counter() - begun)
        page.get_by_text(re.compile(f"変更 {number} 回")).wait_for()
        page.wait_for_timeout(1_500)
    page.close()
    return {"plan_of_shibuya_s": round(plan_s, 1), "ban_to_repainted_map_s": [round(one, 2) for one in bans]}


def _people(address: str, folder: Path, n_people: int, n_actions: int) -> dict[str, object]:
    """Let people write remarks at the same time, each a client without a browser, and count what became of them."""
    desk = open_desk(f"sqlite:///{folder / 'register.db'}")
    cases = [line.case_id for line in desk.cases(CaseFilter(limit=n_people), asking="demo-window")]
    before = _n_remarks(desk, cases)
    seconds = asyncio.run(_everybody(address, [cases[number % len(cases)] for number in range(n_people)], n_actions))
    found: dict[str, object] = {"people": n_people, "actions": len(seconds["action"]), "kept": _n_remarks(desk, cases) - before}
    for kind, each in seconds.items():
        found |= {f"{kind}_s_p50": round(sorted(each)[len(each) // 2], 2), f"{kind}_s_p95": round(sorted(each)[int(len(each) * 0.95)], 2)}
    return found


def _n_remarks(desk: Desk, cases: list[str]) -> int:
    """Return how many remarks some cases have."""
    now = dt.datetime.now(dt.UTC)
    return sum(len(desk.case(case_id, asking="demo-window", now=now).comments) for case_id in cases)


async def _everybody(address: str, cases: list[str], n_actions: int) -> dict[str, list[float]]:
    """Let everybody work at once, and return the seconds of each page and of each action."""
    seconds: dict[str, list[float]] = {"page": [], "action": []}
    await asyncio.gather(*(_one_person(address, number, case_id, n_actions, seconds) for number, case_id in enumerate(cases)))
    return seconds


async def _one_person(address: str, number: int, case_id: str, n_actions: int, seconds: dict[str, list[float]]) -> None:
    """Sign in, look at the map, open a case and write remarks on it until each stands on the page."""

    async def timed(kind: str, what: Coroutine[None, None, None]) -> None:
        start = time.perf_counter()
        await what
        seconds[kind].append(time.perf_counter() - start)
        await asyncio.sleep(_PAUSE_S + 0.137 * number % 1)  # people read before they write

    await asyncio.sleep(0.3 * number)
    async with ScriptedPerson(address) as person:
        await timed("page", person.press("enter-demo-window"))
        await timed("page", person.open_page("map"))
        await timed("page", person.open_page("cases"))
        await timed("page", person.choose("cases-open", case_id))
        await timed("page", person.press("開く"))
        for turn in range(n_actions):
            words = f"備考{number}の{turn}"
            person.type_in("comment-words", words)
            await timed("action", person.press("comment-send"))
            if not person.sees(words):
                raise LookupError(f"{words} is not on the page")


if __name__ == "__main__":
    main()
