"""The pages as somebody who has signed in meets them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from streamlit.testing.v1 import AppTest

from window.planning.draft import Wish
from window.planning.worker import work
from window.server import server

ROOT = Path(__file__).parents[2]


def signed_in(login: str) -> AppTest:
    """Return the first page after a person has signed in."""
    found = AppTest.from_file(str(ROOT / "app_streamlit.py"), default_timeout=60)
    found.session_state["login"] = login
    return found.run()


def make_plan(login: str, title: str) -> None:
    """Ask for a small plan and compute it."""
    found, now = server(), dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)
    with found.desk.reading(login) as (_, person):
        found.plans.ask(person, found.areas.names[0], Wish(title=title, max_sites=3, effort=0.1), now=now)
    answers = iter([False, True])
    work(found.desk, found.settings.plans, until=lambda: next(answers))
