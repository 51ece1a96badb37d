"""The organisation's own sign-in: only whom the database knows, in the role of the database."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright
from streamlit.testing.v1 import AppTest

from tests.pages.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, free_port, provider_running
from window.errors import InvalidTableError
from window.server import server
from window.settings import VARIABLE, read_settings
from window.sign_in import login_of

NOW = dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)
ROOT = Path(__file__).parents[2]
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def to_own_sign_in(folder: Path, **more: str) -> None:
    """Change the settings of a window to the organisation's own sign-in."""
    file = folder / "window.toml"
    lines = [f'{name} = "{value}"' for name, value in more.items()]
    file.write_text("\n".join([file.read_text(encoding="utf-8").replace('sign_in = "demo"', 'sign_in = "oidc"'), *lines, ""]))


@pytest.mark.parametrize(
    ("identity", "claim", "login"),
    [
        ({}, "email", ""),
        ({"email": "a@example.org"}, "email", ""),
        ({"is_logged_in": False, "email": "a@example.org"}, "email", ""),
        ({"is_logged_in": True, "email": "a@example.org"}, "email", "a@example.org"),
        ({"is_logged_in": True, "email": "a@example.org", "email_verified": True}, "email", "a@example.org"),
        ({"is_logged_in": True, "email": "a@example.org", "email_verified": False}, "email", ""),
        ({"is_logged_in": True, "email": "a@example.org", "email_verified": "false"}, "email", ""),
        ({"is_logged_in": True, "email": "a@example.org", "email_verified": []}, "email", ""),
        ({"is_logged_in": True, "email": ["a@example.org"]}, "email", ""),
        ({"is_logged_in": True, "sub": "demo-admin"}, "email", ""),
        ({"is_logged_in": True, "sub": "demo-admin", "email": "a@example.org", "email_verified": False}, "sub", "demo-admin"),
        ({"is_logged_in": "yes", "sub": "demo-admin"}, "sub", ""),
    ],
)
def test_one_claim_names_the_person(identity: dict[str, object], claim: str, login: str) -> None:
    assert login_of(identity, claim) == login  # type: ignore[arg-type]  # the cases name claims there are


def test_demo_sign_in_is_for_synthetic_windows_alone(window_folder: Path) -> None:
    file = window_folder / "window.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("is_synthetic = true", "is_synthetic = false"))
    with pytest.raises(InvalidTableError, match="demo lets everybody in"):
        read_settings(file)


def open_door(user: dict[str, object] | None = None, **state: object) -> AppTest:
    """Open the window's door as a browser does that carries an identity."""
    at = AppTest.from_file(str(ROOT / "app_streamlit.py"), default_timeout=60)
    if user is not None:
        at.user = user
    for name, value in state.items():
        at.session_state[name] = value
    return at.run()


def test_a_demo_login_is_ignored(window_folder: Path) -> None:
    to_own_sign_in(window_folder)
    at = open_door(login="demo-admin")
    assert not at.exception
    assert [one.key for one in at.button] == ["sign_in"]
    assert "person" not in at.session_state


def test_a_person_of_the_database_gets_its_role_whatever_the_claims_say(window_folder: Path) -> None:
    to_own_sign_in(window_folder)
    claims = {"is_logged_in": True, "email": "demo-planner", "email_verified": True}
    at = open_door({**claims, "role": "administrator", "roles": ["administrator"], "groups": ["administrator"]}, login="demo-admin")
    assert not at.exception
    assert at.session_state["person"].role == "planner"
    assert at.session_state["person"].person_id == "demo-planner"


def test_the_settings_name_the_claim(window_folder: Path) -> None:
    to_own_sign_in(window_folder, login_claim="sub")
    at = open_door({"is_logged_in": True, "email": "demo-admin", "sub": "demo-window"})
    assert at.session_state["person"].person_id == "demo-window"


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ({"email": "<b>*who*</b>@example.org"}, "登録されていません"),
        ({"email": "demo-admin", "email_verified": False}, "確認済みではありません"),
        ({"sub": "demo-admin"}, "確認済みではありません"),
        ({"email": "system"}, "登録されていません"),
    ],
)
def test_others_are_told_and_see_nothing(window_folder: Path, identity: dict[str, object], told: str) -> None:
    to_own_sign_in(window_folder)
    at = open_door({"is_logged_in": True, **identity}, login="demo-admin")
    assert not at.exception
    assert told in at.error[0].value
    assert "<b>" not in at.error[0].value
    assert [one.key for one in at.button] == ["sign_out"]
    assert not at.dataframe
    assert "person" not in at.session_state


def test_one_who_is_retired_is_out_at_the_next_click(window_folder: Path) -> None:
    to_own_sign_in(window_folder, login_claim="sub")
    at = open_door({"is_logged_in": True, "sub": "demo-auditor"})
    assert at.session_state["person"].role == "auditor"
    server().desk.retire_person("demo-auditor", asking="demo-admin", now=NOW)
    at.run()
    assert "person" not in at.session_state
    assert "登録されていません" in at.error[0].value


def test_a_window_without_secrets_says_what_is_missing(window_folder: Path) -> None:
    to_own_sign_in(window_folder)
    at = open_door()
    at.button(key="sign_in").click().run()
    assert not at.exception
    assert "secrets.toml" in at.error[0].value


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider that is running."""
    with provider_running() as found:
        yield found


@pytest.fixture
def address(window_folder: Path, provider: Provider, tmp_path: Path) -> Iterator[str]:
    """Address of a window that runs with the provider as its sign-in."""
    pytest.importorskip("httpx", reason="the sign-in asks the provider through httpx")
    to_own_sign_in(window_folder)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(
        f'[auth]\nredirect_uri = "{base}/oauth2callback"\ncookie_secret = "{"0123456789abcdef" * 4}"\nclient_id = "{CLIENT_ID}"\n'
        f'client_secret = "{CLIENT_SECRET}"\nserver_metadata_url = "{provider.metadata_url}"\n'
    )
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app_streamlit.py"), "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--secrets.files", str(secrets), "--server.fileWatcherType", "none"]
    environment = os.environ | {VARIABLE: str(window_folder / "window.toml")}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *sys.path])
    log = tmp_path / "streamlit.log"
    with log.open("wb") as stream, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stream, stderr=stream) as running:  # noqa: S603
        try:
            _wait_for(f"{base}/_stcore/health", running)
            yield base
        finally:
            running.terminate()
            running.wait(timeout=20)


def _wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    for _ in range(300):
        assert running.poll() is None
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  # this machine
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the window does not answer")


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a browser without a memory."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("install chromium") if os.environ.get("CI") else pytest.skip("install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM))
        yield chromium.new_page()
        chromium.close()


def _wait_for_button(page: Page, name: str) -> None:
    expect(page.get_by_role("button", name=name)).to_be_visible(timeout=30_000)


def _menu(page: Page) -> Locator:
    return page.locator("[data-testid=stSidebarNav]")


def test_sign_in_and_out_through_a_provider(address: str, provider: Provider, page: Page) -> None:
    provider.claims = {"email": "demo-planner", "email_verified": True, "name": "Somebody", "role": "administrator"}
    page.goto(address)
    _wait_for_button(page, "サインイン")
    expect(_menu(page)).to_have_count(0)
    page.get_by_role("button", name="サインイン").click()
    _wait_for_button(page, "サインアウト")
    expect(page.get_by_text("計画担当")).to_be_visible()
    expect(_menu(page).get_by_text("指標")).to_be_visible()
    expect(_menu(page).get_by_text("管理")).to_have_count(0)
    _is_not_let_into_administration(page, address)
    page.get_by_role("button", name="サインアウト").click()
    _wait_for_button(page, "サインイン")
    expect(_menu(page)).to_have_count(0)
    assert provider.n_signed_out == 1
    page.reload()
    _wait_for_button(page, "サインイン")
    _stranger_sees_nothing(page, address, provider)
    _changed_cookie_is_no_identity(page, address, provider)


def _is_not_let_into_administration(page: Page, address: str) -> None:
    """A planner who types the address of the page is told that there is none."""
    page.goto(f"{address}/admin")
    expect(page.get_by_role("dialog")).to_be_visible(timeout=30_000)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("demo-admin")).to_have_count(0)


def _stranger_sees_nothing(page: Page, address: str, provider: Provider) -> None:
    """Somebody whom the database does not know is told so on every page."""
    provider.claims = {"email": "stranger@example.org", "role": "administrator"}
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_text("stranger@example.org はこの窓口に登録されていません")).to_be_visible(timeout=30_000)
    expect(_menu(page)).to_have_count(0)
    for name in ("figures", "admin"):
        page.goto(f"{address}/{name}")
        expect(page.get_by_text("登録されていません")).to_be_visible(timeout=30_000)
        expect(page.locator("[data-testid=stDataFrame]")).to_have_count(0)
    page.get_by_role("button", name="サインアウト").click()
    _wait_for_button(page, "サインイン")


def _changed_cookie_is_no_identity(page: Page, address: str, provider: Provider) -> None:
    """The identity is signed: with other words in it, it is none."""
    provider.claims = {"email": "demo-planner"}
    page.get_by_role("button", name="サインイン").click()
    _wait_for_button(page, "サインアウト")
    cookies = [one for one in page.context.cookies() if "user" in one["name"]]
    assert cookies
    assert all(one["httpOnly"] for one in cookies)
    page.context.clear_cookies()
    page.context.add_cookies([{**one, "value": one["value"][:-6] + "AAAAAA"} for one in cookies])
    page.goto(address)
    _wait_for_button(page, "サインイン")
    expect(_menu(page)).to_have_count(0)
