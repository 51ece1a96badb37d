"""The commands ``siting assets``: lists of assets into the register."""

from __future__ import annotations

import typer

app = typer.Typer(help="Bring lists of assets into the register.", no_args_is_help=True)


@app.callback()
def assets() -> None:
    """Bring lists of assets into the register."""
