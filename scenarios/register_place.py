"""Where the register is, and who asks."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Annotated

import typer

Database = Annotated[
    str,
    typer.Option(
        "--db",
        help="sqlite:///file or postgresql+psycopg://user@host/name; by default SITING_DB, else your own.",
        show_default=False,
    ),
]
Who = Annotated[str, typer.Option("--who", help="Who does it, for the audit trail; by default your login name.", show_default=False)]


def database_url(given: str) -> str:
    """Return the address of the register: as given, else of the environment, else a file in the user's data folder."""
    if given or os.environ.get("SITING_DB"):
        return given or os.environ["SITING_DB"]
    from platformdirs import user_data_path  # noqa: PLC0415

    return f"sqlite:///{Path(user_data_path('siting')) / 'register.db'}"


def person(given: str) -> str:
    """Return who asks."""
    return given or getpass.getuser()
