"""The pages as people meet them: in Chromium, against the server that ``make app`` starts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from benchmarks.window_server import serving

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
FRAME = "streamlit_folium"


@dataclass
class Visit:
    """One person at a browser."""

    page: Page
    address: str
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, login: str) -> None:
        self.page.goto(self.address)
        self.page.locator(f".st-key-enter-{login} button").click()
        expect(self.page.get_by_role("button", name="サインアウト")).to_be_visible()
        self.settle()

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="サインアウト").click()
        expect(self.page.get_by_text("見本の利用者を選んでください")).to_be_visible()

    def go(self, name: str) -> None:
        link = self.page.locator("[data-testid=stSidebarNav] a", has=self.page.get_by_text(name, exact=True))
        link.click()
        expect(self.page).to_have_url(re.compile(re.escape((link.get_attribute("href") or "").rstrip("/")) + "/?$"))
        self.settle()

    def settle(self) -> None:
        """Wait until the server has answered and the page stands still."""
        self.page.wait_for_timeout(600)
        expect(self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()
        self.settle()

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_role("combobox", name=re.compile(label)).first.click()
        self.page.keyboard.type(option)  # long lists show what fits the words typed
        self.page.get_by_role("option", name=option, exact=True).click()
        self.settle()

    def map(self) -> Frame:
        """Return the frame of the map, once it is drawn."""
        expect(self.page.locator(f"iframe[title*={FRAME}]").first).to_be_visible()
        for _ in range(200):
            for frame in self.page.frames:
                if FRAME in frame.url and frame.evaluate("Boolean(window.map && window.sitingDrawn)"):
                    self.page.wait_for_timeout(500)
                    return frame
            self.page.wait_for_timeout(100)
        raise AssertionError("the map was not drawn")

    def frame_box(self) -> dict[str, float]:
        found = self.page.locator(f"iframe[title*={FRAME}]").first
        found.scroll_into_view_if_needed()
        box = found.bounding_box()
        assert box is not None
        return dict(box)

    def click_dot(self, which: str = "true") -> None:
        """Click the first dot within the map for which a condition on the layer ``l`` holds."""
        frame, box = self.map(), self.frame_box()
        at = frame.evaluate(
            f"""() => {{ const m = window.map, s = m.getSize(); let found = null;
            m.eachLayer(l => {{ if (!found && l instanceof L.CircleMarker && {which}) {{
              const p = m.latLngToContainerPoint(l.getLatLng());
              if (p.x > 70 && p.y > 70 && p.x < s.x - 40 && p.y < Math.min(s.y, 620) - 40) found = [p.x, p.y]; }} }});
            return found; }}"""
        )
        self.page.mouse.click(box["x"] + at[0], box["y"] + at[1])


@pytest.fixture(scope="module")
def live(sample_window: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a sample window that these tests share."""
    folder = tmp_path_factory.mktemp("live") / "window"
    shutil.copytree(sample_window.parent, folder)
    with serving(folder / "window.toml") as address:
        yield address


@pytest.fixture
def visit(browser: Browser, live: str) -> Iterator[Visit]:
    """A person at a browser of which every request off this machine and every complaint is noted."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    context.set_default_timeout(PATIENCE_MS)
    yield listening(Visit(page=context.new_page(), address=live))
    context.close()


def listening(found: Visit) -> Visit:
    def note(url: str) -> None:
        if not url.startswith((found.address, found.address.replace("http", "ws"), "data:", "blob:", "about:")):
            found.outside.append(url)

    found.page.on("request", lambda request: note(request.url))
    found.page.on("websocket", lambda socket: note(socket.url))
    found.page.on("console", lambda message: found.complaints.append(message.text) if message.type == "error" else None)
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    return found


def test_every_page_stays_on_this_machine_and_does_not_complain(visit: Visit) -> None:
    visit.sign_in("demo-window")
    for name in ("アセット地図", "配置計画", "案件", "新規照会", "概況レポート", "アセット台帳", "指標", "管理", "今日の業務"):
        visit.go(name)
    visit.go("アセット地図")
    visit.map()
    assert visit.outside == []
    assert visit.complaints == []


def test_the_first_page_is_there_within_two_seconds(visit: Visit) -> None:
    visit.sign_in("demo-window")
    visit.sign_out()
    start = monotonic()
    visit.sign_in("demo-window")
    expect(visit.page.get_by_role("heading", name="今日の業務")).to_be_visible()
    assert monotonic() - start < 10, "a sanity limit: the figure itself comes from the benchmark"


def test_a_click_on_the_map_opens_the_asset_with_its_viewshed(visit: Visit) -> None:
    visit.sign_in("demo-window")
    visit.go("アセット地図")
    visit.click_dot("l.options.fillColor === '#0072B2'")
    expect(visit.page.get_by_text("ここにアンテナを置くと")).to_be_visible()
    expect(visit.page.get_by_text("最遠")).to_be_visible()
    frame = visit.map()
    frame.wait_for_function("document.querySelectorAll('img.leaflet-image-layer').length > 0")
    before = frame.evaluate("[window.map.getCenter().lat, window.map.getZoom()]")
    visit.click_dot("l.options.fillColor === '#D55E00'")
    visit.settle()
    assert visit.map().evaluate("[window.map.getCenter().lat, window.map.getZoom()]") == before, "the map does not jump"
    assert visit.complaints == []


def test_search_filters_and_a_drawn_area(visit: Visit) -> None:
    visit.sign_in("demo-carrier-1-1")
    visit.go("アセット地図")
    frame = visit.map()
    visit.page.get_by_label("検索（ID・名称・住所・メッシュ）").fill("街路灯４８０")
    visit.page.keyboard.press("Enter")
    visit.settle()
    frame.wait_for_function("window.sitingDrawn.chosen === 1")
    visit.press(re.compile("streetlights:480"))
    expect(visit.page.get_by_role("heading", name="合成街路灯480")).to_be_visible()
    visit.page.get_by_label("検索（ID・名称・住所・メッシュ）").fill("")
    visit.page.keyboard.press("Enter")
    visit.settle()
    box = visit.frame_box()
    frame.locator(".siting-box").click()
    visit.page.mouse.move(box["x"] + 150, box["y"] + 150)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 350, box["y"] + 350, steps=5)
    visit.page.mouse.up()
    expect(visit.page.get_by_text("範囲内の候補")).to_be_visible()
    visit.press("この範囲を照会")
    expect(visit.page.get_by_text("検索範囲：西")).to_be_visible()


def test_the_language_is_switched_at_once_and_everywhere(visit: Visit) -> None:
    visit.sign_in("demo-planner")
    visit.page.get_by_text("English", exact=True).click()
    expect(visit.page.locator("[data-testid=stSidebarNav]").get_by_text("Plan studio")).to_be_visible()
    for name in ("Map", "Plan studio", "Site overview", "Register", "Figures"):
        visit.go(name)
        visit.settle()
        body = visit.page.locator("[data-testid=stMain]").inner_text()
        told = re.sub(r"合成[^\s]*|見本[^\s]*", "", body)
        assert len(re.findall(r"[ぁ-んァ-ン]", told)) < 40, (name, told[:400])


def do(visit: Visit, action: str, *, fill: dict[str, str] | None = None) -> None:
    """Do an action on the case that is open."""
    expect(visit.page.get_by_role("button", name=re.compile(" を実行$")).first).to_be_visible()
    if not visit.page.get_by_role("button", name=f"{action} を実行", exact=True).count():
        visit.choose("処理", action)
    for label, value in (fill or {}).items():
        if label == "日付":
            visit.page.get_by_role("spinbutton").first.focus()
            visit.page.keyboard.type(value)
            visit.page.keyboard.press("Escape")
            continue
        entry = visit.page.get_by_label(label).first
        entry.fill(value)
        entry.press("Tab")
    visit.press(f"{action} を実行")


def open_case(visit: Visit, login: str, case_id: str) -> None:
    visit.sign_in(login)
    visit.go("案件")
    visit.choose("開く案件", case_id)
    visit.press("開く")
    expect(visit.page.get_by_role("heading", name=re.compile(case_id))).to_be_visible()


def state(visit: Visit) -> Locator:
    return visit.page.locator("[data-testid=stMetric]", has=visit.page.get_by_text("状態", exact=True)).locator(
        "[data-testid=stMetricValue]"
    )


def ask(visit: Visit, login: str, title: str, asset_id: str) -> str:
    """Send an inquiry and return the number of its case."""
    visit.sign_in(login)
    visit.go("新規照会")
    visit.page.get_by_label("件名").fill(title)
    visit.page.get_by_label("アセットID（カンマ区切り）").fill(asset_id)
    visit.page.keyboard.press("Tab")
    visit.press("追加")
    visit.press("照会を送る")
    found = re.search(r"C-\d{4}-\d+", visit.page.get_by_role("heading", name=re.compile(f"C-20.*{title}")).inner_text())
    assert found is not None
    expect(state(visit)).to_have_text("照会")
    visit.sign_out()
    return found[0]


def act_on_permits(visit: Visit, action: str, n_permits: int) -> None:
    """Do an action on every permit of the case that is open."""
    for _ in range(n_permits):
        visit.page.get_by_role("button", name="処理", exact=True).first.click()
        visit.page.locator("[data-testid=stPopoverBody]").get_by_role("button", name=f"{action} を実行").click()
        visit.settle()
        visit.page.keyboard.press("Escape")
        visit.settle()


def test_an_inquiry_from_intake_to_handover_by_three_roles(visit: Visit) -> None:
    carrier, window, officer = "demo-carrier-1-1", "demo-window", "demo-officer"
    case_id = ask(visit, carrier, "駅前の街路灯への小型基地局", "streetlights:333")

    open_case(visit, window, case_id)
    visit.page.get_by_text("担当を追加").first.click()
    visit.press("追加する")
    do(visit, "受付を通知")
    expect(state(visit)).to_have_text("事前確認")
    visit.sign_out()

    today = visit.page.evaluate("new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10).replaceAll('-', '')")
    steps: list[tuple[str, list[tuple[str, dict[str, str]]], str]] = [
        (carrier, [("仮押さえ", {}), ("現地調査を依頼", {})], "現地調査"),
        (officer, [("調査日を決定", {"日付": today})], "現地調査"),
        (carrier, [("調査結果を報告", {}), ("申請", {})], "申請"),
        (officer, [("申請を受理", {})], "審査"),
        (carrier, [("許可を申請", {})], "審査"),
        (officer, [("許可する", {}), ("許可", {})], "許可"),
        (window, [("納付を確認", {"納付書番号": "第1号"})], "納付済"),
        (carrier, [("着工を届出", {}), ("竣工を引渡し", {"取付高さ [m]": "7.5"})], "完了確認"),
        (officer, [("引渡しを確認", {})], "供用中"),
    ]
    for login, actions, after in steps:
        open_case(visit, login, case_id)
        for action, fill in actions:
            if action in {"許可を申請", "許可する"}:
                act_on_permits(visit, action, 2)
            else:
                do(visit, action, fill=fill)
        expect(state(visit)).to_have_text(after)
        visit.sign_out()
    assert visit.complaints == []
