"""Which register is meant: the one named, that of the environment, or the user's own."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "SITING_DB"
_FILE = "register.db"


def register_url(given: str) -> str:
    """
    Return the address of a register.

    Parameters
    ----------
    given
        Address, or path of an SQLite file; empty for that of the environment variable ``SITING_DB``, else ``register.db`` in the
        user's data folder.
    """
    import platformdirs  # noqa: PLC0415

    named = given or os.environ.get(VARIABLE, "") or str(platformdirs.user_data_path("siting", appauthor=False) / _FILE)
    return named if "://" in named else f"sqlite:///{Path(named).absolute()}"
