"""What several tests of scenarios use."""

from __future__ import annotations

from pathlib import Path

import pytest
from osm_town import TOWN


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm"
    path.write_text(TOWN, encoding="utf-8")
    return path
