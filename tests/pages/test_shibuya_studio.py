"""The plan studio on real Shibuya: a plan, a ban, a pin, and the answer at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from test_in_browser import PATIENCE_MS, Visit, listening

from benchmarks.window_server import serving

SCENARIO = Path(__file__).parents[2] / "scenarios" / "shibuya.toml"
CHOSEN = "l.options.radius === 7"


@pytest.fixture(scope="module")
def shibuya(data_dir: Path, sample_window: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a window whose area is real Shibuya."""
    import shutil  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("shibuya") / "window"
    shutil.copytree(sample_window.parent, folder)
    settings = folder / "window.toml"
    text = settings.read_text(encoding="utf-8").replace('"area.toml"', f'"{SCENARIO}"')
    settings.write_text(text, encoding="utf-8")
    with serving(settings) as address:
        yield address


def test_pin_and_ban_on_real_shibuya(browser: Browser, shibuya: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="ja-JP")
    context.set_default_timeout(4 * PATIENCE_MS)
    visit = listening(Visit(page=context.new_page(), address=shibuya))
    sent: list[str | bytes] = []
    visit.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))  # noqa: PLW0108  # Playwright marks what it is given
    visit.sign_in("demo-planner")
    visit.go("配置計画")
    visit.page.get_by_role("spinbutton", name="局数の上限").first.fill("60")
    visit.page.keyboard.press("Tab")
    visit.press("計画を作る")
    visit.page.get_by_text("scenario.toml").first.wait_for()
    shown = visit.page.locator("[data-testid=stMetric]", has=visit.page.get_by_text("最適との差", exact=True))
    gap = re.search(r"[\d.]+", shown.locator("[data-testid=stMetricValue]").inner_text())
    assert gap is not None
    assert float(gap[0]) <= 0.5
    assert visit.map().evaluate("window.sitingDrawn.chosen") > 4000
    before = len(sent)
    visit.click_dot(CHOSEN)
    expect(visit.page.get_by_text("選ばれています")).to_be_visible()
    visit.page.wait_for_timeout(1_000)
    assert len(sent) == before + 1, "a click draws the page once"
    visit.press("使わない")
    expect(visit.page.get_by_text("変更 1 回")).to_be_visible()
    expect(visit.page.get_by_text("選ばれていません")).to_be_visible()
    visit.press("必ず使う")
    expect(visit.page.get_by_text("変更 2 回")).to_be_visible()
    expect(visit.page.get_by_text("選ばれています")).to_be_visible()
    visit.press("元に戻す")
    expect(visit.page.get_by_text("変更 1 回")).to_be_visible()
    assert visit.complaints == []
    assert visit.outside == []
    context.close()
