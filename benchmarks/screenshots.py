"""
Pictures of every page of the window, to be looked at.

``python -m benchmarks.screenshots --out DIR`` makes a sample window, serves it and writes each page at 1280 and 1920 pixels in
Japanese and English, as the role that uses it most.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from benchmarks.window_server import FLAGS, serving
from window.demo_window import make_demo_window

_WIDTHS = {1280: 900, 1920: 1080}
_ROLES = {
    "today": "demo-window",
    "map": "demo-window",
    "studio": "demo-planner",
    "cases": "demo-window",
    "intake": "demo-carrier-1-1",
    "overview": "demo-window",
    "register": "demo-window",
    "figures": "demo-planner",
    "admin": "demo-admin",
}
_PATIENCE_MS = 120_000


def main(arguments: list[str] | None = None) -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        settings = make_demo_window(Path(folder) / "window", until=dt.datetime.now(dt.UTC), say=lambda _: None)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with serving(settings) as address:
            for width, height in _WIDTHS.items():
                for language in ("ja", "en"):
                    context = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP")
                    context.set_default_timeout(_PATIENCE_MS)
                    _take(context.new_page(), address, given.out, f"{language}-{width}", language)
                    context.close()
        browser.close()


def _take(page: Page, address: str, out: Path, mark: str, language: str) -> None:
    """Take one picture of each page."""
    page.goto(address)
    page.locator(".st-key-enter-demo-window").wait_for()
    page.screenshot(path=out / f"sign-in-{mark}.png")
    here = ""
    for name, login in _ROLES.items():
        if login != here:
            page.goto(address)
            page.locator(f".st-key-enter-{login} button").click()
            page.locator(".st-key-sign_out").wait_for()
            page.get_by_text("English" if language == "en" else "日本語", exact=True).click()
            _settle(page)
            here = login
        page.locator(f"[data-testid=stSidebarNav] a[href$='/{name}']").or_(page.locator("[data-testid=stSidebarNav] a").first).last.click()
        _settle(page)
        _prepare(page, name, language)
        page.screenshot(path=out / f"{name}-{mark}.png")


def _prepare(page: Page, name: str, language: str) -> None:
    """Do what makes a page worth a picture."""
    if name == "map":
        page.get_by_role("textbox").first.fill("480")
        page.keyboard.press("Enter")
        _settle(page)
        page.get_by_role("button", name=re.compile("streetlights:480")).first.click()
    elif name == "studio":
        if not page.get_by_text("scenario.toml").count():
            page.get_by_role("button", name="計画を作る" if language == "ja" else "Make the plan").click()
        page.get_by_text("scenario.toml").first.wait_for()
    elif name == "overview":
        page.get_by_role("textbox").first.fill("streetlights:480")
        page.keyboard.press("Enter")
    _settle(page)
    page.wait_for_timeout(3_000)


def _settle(page: Page) -> None:
    """Wait until the server has answered."""
    page.wait_for_timeout(700)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


if __name__ == "__main__":
    main()
