"""A sample window for the pages: made once, copied where a test changes it, served to a browser where one is needed."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from page_visits import ROOT, signed_in
from streamlit.testing.v1 import AppTest

from window.demo_window import make_demo_window
from window.server import server
from window.settings import VARIABLE


@pytest.fixture(scope="session")
def sample_window(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of a sample window nobody changes."""
    folder = tmp_path_factory.mktemp("sample") / "window"
    return make_demo_window(folder, until=dt.datetime.now(dt.UTC), n_cases=60, say=lambda _: None)


@pytest.fixture
def own_window(sample_window: Path, tmp_path: Path) -> Path:
    """Settings of a sample window that a test may change."""
    shutil.copytree(sample_window.parent, tmp_path / "window")
    return tmp_path / "window" / "window.toml"


@pytest.fixture
def use_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Open a window in this process."""

    def use(settings: Path) -> None:
        monkeypatch.setenv(VARIABLE, str(settings))
        server.cache_clear()

    yield use
    server.cache_clear()


@pytest.fixture
def app(sample_window: Path, use_window: Callable[[Path], None]) -> Callable[[str], AppTest]:
    """Return the pages as a person of the sample window sees them."""
    use_window(sample_window)
    return signed_in


@pytest.fixture
def window_folder(own_window: Path, use_window: Callable[[Path], None]) -> Iterator[Path]:
    """Folder of a sample window that a test may change, which the pages open."""
    use_window(own_window)
    yield own_window.parent
    if server.cache_info().currsize:
        server().desk.engine.dispose()


@pytest.fixture
def opened(window_folder: Path) -> Callable[..., AppTest]:  # the pages open it
    """Open a page of that window as somebody, with more of the session's state."""

    def open_page(page: str, login: str, **state: object) -> AppTest:
        found = AppTest.from_file(str(ROOT / "app_streamlit.py"), default_timeout=60)
        found.session_state["login"] = login
        for key, value in state.items():
            found.session_state[key.replace("_", "-")] = value
        found.run()
        found.switch_page(f"window/pages/{page}.py")
        return found.run()

    return open_page
