"""The commands ``siting assets``: lists of assets into the register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.command_errors import typed_errors

app = typer.Typer(help="Bring lists of assets into the register.", no_args_is_help=True)


@app.callback()
def assets() -> None:
    """Bring lists of assets into the register."""


@app.command("propose-mapping")
def propose(
    file: Annotated[Path, typer.Argument(help="CSV file or workbook.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", help="Mapping file to write; by default it is shown. Must not exist.", show_default=False)
    ] = None,
    sheet: Annotated[str, typer.Option("--sheet", help="Sheet of a workbook, where several look like lists.", show_default=False)] = "",
) -> None:
    """Propose a mapping file for a list whose columns cannot be told with certainty, with samples, for you to correct."""
    with typed_errors():
        from assets_db.errors import InvalidSourceError  # noqa: PLC0415
        from assets_db.sources.proposal import propose_mapping  # noqa: PLC0415

        text = propose_mapping(file, sheet=sheet)
        if out is None:
            typer.echo(text, nl=False)
            return
        try:
            with out.open("x", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise InvalidSourceError(
                "--out", "must be a new file that can be written", error.strerror or str(error), source=str(out)
            ) from error
        typer.echo(str(out))
