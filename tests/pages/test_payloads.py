"""Script in a name stays a name on every surface of the pages, and the trap that would tell does work."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from test_in_browser import PATIENCE_MS, Visit, listening

from assets_db.store import open_register
from benchmarks.window_server import serving
from window.asset_index import read_index
from window.desk import open_desk
from window.requests import OpenRequest
from window.settings import read_settings

FIRE = "window.top.fired=(window.top.fired||0)+1"
PAYLOADS = (
    f"<img src=x onerror={FIRE}>",
    f"</script><script>{FIRE}</script>",
    f"${{{FIRE}}}`${{{FIRE}}}`",
    "{{ 7 * 7 }}{% raw %}",
    f"\"'><svg onload={FIRE}>",
    f"[x](javascript:{FIRE})<a href=javascript:{FIRE}>",
)
FIELDS = ("name", "address", "bureau", "remarks")


@pytest.fixture(scope="module")
def hostile(sample_window: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str], str]]:
    """Address of a window in which assets, cases, remarks and documents have hostile names; those assets, and one of the cases."""
    folder = tmp_path_factory.mktemp("hostile") / "window"
    shutil.copytree(sample_window.parent, folder)
    settings = read_settings(folder / "window.toml")
    register = open_register(settings.database)
    index = read_index(register)
    lamps = [one for one in index.ids if one.startswith("streetlights:")]
    ids = lamps[:: len(lamps) // len(PAYLOADS)][: len(PAYLOADS)]
    now = dt.datetime.now(dt.UTC)
    for asset_id, payload in zip(ids, PAYLOADS, strict=True):
        with register.writing(who="test", why="test", now=now) as session:
            found = session.asset(asset_id)
            assert found is not None
            session.edit(asset_id, dict.fromkeys(FIELDS, payload), expected_version=found.row_version)
    desk = open_desk(settings.database)
    case_id = ""
    for number, payload in enumerate(PAYLOADS):
        request = OpenRequest(title=payload, asset_ids=tuple(ids))
        case_id = desk.open_case(request, asking="demo-carrier-1-1", key=f"hostile-{number}", now=now).case_id
        desk.comment(case_id, "\n".join(PAYLOADS), is_internal=False, asking="demo-carrier-1-1", key=f"remark-{number}", now=now)
    with serving(folder / "window.toml") as address:
        yield address, ids, case_id


@pytest.fixture
def visit(browser: Browser, hostile: tuple[str, list[str], str]) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    context.set_default_timeout(PATIENCE_MS)
    yield listening(Visit(page=context.new_page(), address=hostile[0]))
    context.close()


def fired(visit: Visit) -> int:
    visit.page.wait_for_timeout(500)
    return int(visit.page.evaluate("window.fired || 0"))


def test_the_trap_fires_where_text_does_reach_the_page_raw(visit: Visit) -> None:
    visit.sign_in("demo-window")
    visit.go("アセット地図")
    visit.map().evaluate("(p) => { const e = document.createElement('div'); e.innerHTML = p; document.body.append(e); }", PAYLOADS[0])
    assert fired(visit) == 1


def test_the_map_and_the_panel_beside_it(visit: Visit, hostile: tuple[str, list[str], str]) -> None:
    visit.sign_in("demo-window")
    visit.go("アセット地図")
    visit.map()
    for asset_id, payload in zip(hostile[1], PAYLOADS, strict=True):
        entry = visit.page.get_by_label("検索（ID・名称・住所・メッシュ）")
        entry.fill(asset_id)
        entry.press("Enter")
        visit.settle()
        visit.page.get_by_role("button", name=asset_id).first.click()
        visit.settle()
        expect(visit.page.get_by_role("heading", name=payload.strip())).to_be_visible()
        visit.page.get_by_text("台帳の内容").click()
        frame = visit.map()
        frame.evaluate("void window.map.eachLayer((l) => { if (l.getTooltip && l.getTooltip()) l.openTooltip(); })")
        visit.page.wait_for_timeout(200)
        assert payload.strip()[:12] in frame.evaluate("document.body.innerText")
    assert fired(visit) == 0


def test_cases_remarks_and_drafts(visit: Visit, hostile: tuple[str, list[str], str]) -> None:
    visit.sign_in("demo-window")
    visit.settle()
    visit.go("案件")
    visit.choose("開く案件", hostile[2])
    visit.press("開く")
    expect(visit.page.get_by_text("次にできること")).to_be_visible()
    visit.page.get_by_text("連絡文の下書き").click()
    visit.settle()
    assert fired(visit) == 0


def test_the_overview_and_the_new_inquiry(visit: Visit, hostile: tuple[str, list[str], str]) -> None:
    visit.sign_in("demo-carrier-1-1")
    visit.go("新規照会")
    visit.page.get_by_label("アセットID（カンマ区切り）").fill(",".join(hostile[1]))
    visit.page.keyboard.press("Tab")
    visit.press("追加")
    visit.go("概況レポート")
    for asset_id in hostile[1]:
        entry = visit.page.get_by_label("アセットID")
        entry.fill(asset_id)
        entry.press("Enter")
        visit.settle()
        expect(visit.page.get_by_role("button", name="印刷用ファイル（HTML）を保存")).to_be_visible()
    assert fired(visit) == 0


def test_the_candidates_of_a_plan(visit: Visit, hostile: tuple[str, list[str], str]) -> None:
    visit.sign_in("demo-planner")
    visit.go("配置計画")
    visit.page.get_by_label("計画の名前").fill(PAYLOADS[0] + PAYLOADS[1])
    visit.press("計画を作る")
    expect(visit.page.get_by_text("scenario.toml").first).to_be_visible()
    frame = visit.map()
    frame.evaluate("void window.map.eachLayer((l) => { if (l.getTooltip && l.getTooltip()) l.openTooltip(); })")
    visit.settle()
    assert fired(visit) == 0
    assert visit.complaints == []
