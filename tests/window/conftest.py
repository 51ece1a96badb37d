"""A desk on each engine, with people, assets and a calendar in hand."""

from __future__ import annotations

import pytest

from tests.window.desk_samples import furnish
from window.desk import Desk, init_desk


@pytest.fixture
def desk(register_url: str) -> Desk:
    """A desk with four carriers, the window, two bureaus and ten assets."""
    made = init_desk(register_url)
    furnish(made)
    return made
