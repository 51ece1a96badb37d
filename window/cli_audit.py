"""The commands ``siting audit``: whether the trail is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.command_errors import typed_errors
from scenarios.register_place import Database
from window.cli_options import Asking, desk_at

app = typer.Typer(help="The audit trail of register and desk.", no_args_is_help=True)

FAULTY = 1
"""Exit code when a check finds faults."""


@app.callback()
def audit() -> None:
    """Keep watch over the audit trail of register and desk."""


@app.command()
def verify(
    asking: Asking,
    db: Database = "",
    head: Annotated[
        Path | None, typer.Option("--head", help="Head of the trail exported earlier with siting db head.", show_default=False)
    ] = None,
) -> None:
    """Check every row of the trail against the one before, and receipts and histories against the trail. Exit code 1 on faults."""
    with typed_errors():
        from assets_db.store import read_head  # noqa: PLC0415

        faults, last = desk_at(db).audit(asking=asking, known_head=read_head(head) if head else None)
        for fault in faults:
            typer.echo(fault)
        if faults:
            raise typer.Exit(FAULTY)
        typer.echo(f"the trail is whole: {last.seq} rows, head {last.hash}")
