"""The pages as somebody who has signed in meets them."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


def signed_in(login: str) -> AppTest:
    """Return the first page after a person has signed in."""
    found = AppTest.from_file(str(ROOT / "app_streamlit.py"), default_timeout=60)
    found.session_state["login"] = login
    return found.run()
