"""A sample window made once, copied for each test, and opened page by page."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from window.demo_window import make_demo_window
from window.server import server
from window.settings import VARIABLE

UNTIL = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def window_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a sample window with a small year of cases."""
    folder = tmp_path_factory.mktemp("window") / "sample"
    make_demo_window(folder, until=UNTIL, n_cases=20, say=lambda _: None)
    return folder


@pytest.fixture
def window_folder(window_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of that window, which the pages open."""
    folder = tmp_path / "window"
    shutil.copytree(window_template, folder)
    monkeypatch.setenv(VARIABLE, str(folder / "window.toml"))
    server.cache_clear()
    yield folder
    if server.cache_info().currsize:
        server().desk.engine.dispose()
    server.cache_clear()


@pytest.fixture
def opened(window_folder: Path) -> Callable[..., AppTest]:
    """Open a page of the window as somebody."""

    def open_page(page: str, login: str, **state: object) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app_streamlit.py"), default_timeout=60)
        at.session_state["login"] = login
        for key, value in state.items():
            at.session_state[key.replace("_", "-")] = value
        at.run()
        at.switch_page(f"window/pages/{page}.py")
        return at.run()

    return open_page
