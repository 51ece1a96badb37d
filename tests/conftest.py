"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.browsers", "tests.databases"]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real data; without it tests skip, but fail where CI is set."""
    folder = os.environ.get("SITING_DATA", "")
    if folder and Path(folder).is_dir():
        return Path(folder).resolve()
    message = "set SITING_DATA to the folder of real data (README, Real data, says where the public originals are)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
