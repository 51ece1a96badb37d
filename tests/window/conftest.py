"""A desk on each engine, with people and assets in hand: made once, copied for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from assets_db.store import init_register
from tests.databases import new_database
from tests.window.desk_samples import furnish
from window.desk import Desk, init_desk, open_desk

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that holds a furnished desk."""
    path = tmp_path_factory.mktemp("desk") / "template.db"
    init_register(f"sqlite:///{path}")
    furnish(init_desk(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """Name of a database that holds a furnished desk."""
    desk = init_desk(new_database(postgres_url, "template_desk", "template_register"))
    furnish(desk)
    desk.engine.dispose()
    return "template_desk"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a desk with four carriers, the window, two bureaus, a municipality and twelve lamps."""
    if request.param == "sqlite":
        path = Path(shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "desk.db"))
        return f"sqlite:///{path}"
    template = str(request.getfixturevalue("postgres_template"))
    return new_database(str(request.getfixturevalue("postgres_url")), f"desk_{next(_NUMBERS)}", template)


@pytest.fixture
def printed(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a figure of the full run past what pytest captures."""

    def say(figure: str) -> None:
        if os.environ.get("SITING_STRESS") == "1":
            with capsys.disabled():
                print(f"\n{request.node.callspec.id}: {figure}", flush=True)  # noqa: T201  # what the full run is for

    return say


@pytest.fixture
def desk(desk_url: str) -> Desk:
    """That desk, opened."""
    return open_desk(desk_url)


@pytest.fixture
def small_desk(sqlite_template: Path, tmp_path: Path) -> Desk:
    """That desk on SQLite alone, for what does not depend on the engine."""
    return open_desk(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'small.db')}")
