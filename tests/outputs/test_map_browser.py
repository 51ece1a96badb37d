"""The map and the report as a person meets them: in Chromium, with the network cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from street_grid import District
from test_map_page import PAYLOADS, draw

from siting.outputs.report import RunFacts, SourceFact, write_report
from siting.outputs.text import Bilingual, both

MARK = "window.fired=(window.fired||0)+1"
DATA = "JSON.parse(document.getElementById('siting-data').textContent)"
MAP = f"window[{DATA}.map]"
ZONE = f"{DATA}.zones.features[0]"


@dataclass
class Visit:
    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[Path], Visit]]:
    """Open a file with the network cut, noting every request and every complaint."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP", offline=True)

    def go(path: Path) -> Visit:
        seen = Visit(page=context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.goto(path.as_uri())
        return seen

    yield go
    context.close()


def wait_for_map(page: Page) -> None:
    page.wait_for_selector("body[data-ready=yes]")
    settle(page)


def settle(page: Page) -> None:
    """Wait until the map stands still: opening a popup may pan it, and a click meanwhile goes astray."""
    page.evaluate(f"""() => new Promise(done => {{
        const map = {MAP};
        const look = () => map._panAnim?._inProgress || map._animatingZoom ? requestAnimationFrame(look) : done();
        look();
    }})""")


def close_popup(page: Page) -> None:
    settle(page)
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")


def point_of(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Return where a place is on the screen, in pixels of the window."""
    x, y = page.evaluate(f"(p => [p.x, p.y])({MAP}.latLngToContainerPoint([{lat}, {lon}]))")
    return x, y


def bare_point_of_a_zone(page: Page) -> tuple[float, float]:
    """Return a point of the first zone where no site lies above it: a single move there shows its tooltip."""
    box = page.evaluate(f"(b => [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()])(L.geoJSON({ZONE}).getBounds())")
    for along in (0.5, 0.35, 0.65, 0.2, 0.8):
        at = point_of(page, box[0] + along * (box[2] - box[0]), (box[1] + box[3]) / 2)
        if page.evaluate(f"document.elementFromPoint({at[0]}, {at[1]}).tagName") == "CANVAS":
            return at
    raise AssertionError("sites hide every point tried")


def test_the_map_opens_offline_with_all_its_layers(district: District, visit: Callable[[Path], Visit], tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    draw(district, path, fixed=district.plan.chosen[:2], notes=[both("note.flat_ground")], credits=["合成データ"])
    seen = visit(path)
    wait_for_map(seen.page)
    assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]
    assert seen.complaints == []
    assert seen.page.locator("path.siting-site").count() == 10
    assert seen.page.locator(".siting-fixed.leaflet-marker-icon").count() == 2
    assert seen.page.locator("img.leaflet-image-layer").count() == 2
    labels = seen.page.locator(".leaflet-control-layers-overlays label").all_inner_texts()
    assert [label.strip().split()[0] for label in labels] == [
        "建物",
        "カバー範囲",
        "対象エリア",
        "候補地点",
        "選ばれた設置場所",
        "既設・固定の局",
    ]
    box = seen.page.locator(".folium-map").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (1280, 800)


def test_a_click_on_a_site_tells_its_story_in_both_languages(district: District, visit: Callable[[Path], Visit], tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    draw(district, path)
    page = visit(path).page
    wait_for_map(page)
    page.locator("path.siting-site").nth(4).click()
    popup = page.locator(".leaflet-popup-content").inner_text()
    for words in ("設置場所", "5", "街路灯", "street light", "地上 8.0 m", "この局による増加分", "Only this site covers", "合成データ"):
        assert words in popup.replace("\u00a0", " ")


def test_candidates_can_be_switched_on_and_clicked_under_the_sites(
    district: District, visit: Callable[[Path], Visit], tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    draw(district, path)
    page = visit(path).page
    wait_for_map(page)
    page.get_by_label("候補地点").check()
    page.locator("path.siting-site").first.click()
    assert "設置場所" in page.locator(".leaflet-popup-content").inner_text()
    close_popup(page)
    data = page.evaluate(DATA)
    page.mouse.click(*point_of(page, *data["candidates"]["features"][60]["geometry"]["coordinates"]))
    assert "候補地点" in page.locator(".leaflet-popup-content").inner_text()


def raw_payload(form: int) -> str:
    return PAYLOADS[form].replace("alert(1)", MARK)


@pytest.mark.parametrize("form", range(len(PAYLOADS)))
def test_no_payload_runs_on_any_surface(
    district_with: Callable[..., District], visit: Callable[[Path], Visit], tmp_path: Path, form: int
) -> None:
    payload = raw_payload(form)
    district = district_with(names=lambda _: payload)
    path = tmp_path / "map.html"
    zones = {payload: next(iter(district.zones.values()))}
    note = Bilingual(ja=payload, en=payload)
    draw(district, path, zones=zones, notes=[note], credits=[payload], title_ja=payload, title_en=payload)
    seen = visit(path)
    wait_for_map(seen.page)
    seen.page.locator("path.siting-site").first.click()
    assert payload in seen.page.locator(".leaflet-popup-content h3").inner_text()
    close_popup(seen.page)
    seen.page.mouse.move(*bare_point_of_a_zone(seen.page))
    assert payload in seen.page.locator(".siting-tooltip").inner_text()
    assert payload in seen.page.title()
    assert seen.page.evaluate("window.fired") is None
    assert seen.complaints == []


def test_the_payloads_are_live(visit: Callable[[Path], Visit], tmp_path: Path) -> None:
    """Without escaping they do run: the test above could fail."""
    path = tmp_path / "raw.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{raw_payload(0)}{raw_payload(5)}<script>0{raw_payload(1)}", encoding="utf-8")
    page = visit(path).page
    page.wait_for_timeout(150)
    assert page.evaluate("window.fired") >= 3


def test_the_report_reads_and_prints_offline(district: District, visit: Callable[[Path], Visit], tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    facts = RunFacts(
        title=Bilingual(ja=raw_payload(0), en="Test"), band="28 GHz", sources=(SourceFact(name=raw_payload(1)),), credits=(raw_payload(5),)
    )
    write_report(path, plan=district.plan, kpis=district.kpis, candidates=district.candidates, facts=facts)
    seen = visit(path)
    assert seen.requests == [path.as_uri()]
    assert seen.complaints == []
    assert seen.page.evaluate("window.fired") is None
    assert "同じ条件では、どのような配置でも" in seen.page.locator("header").inner_text()
    assert seen.page.locator("table.sites tbody tr").count() == 12
    assert seen.page.pdf(format="A4").startswith(b"%PDF")
