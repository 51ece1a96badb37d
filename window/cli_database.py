"""The commands ``siting db upgrade``, ``check``, ``backup`` and ``restore`` where the register's database holds a desk as well."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli_db import say_verdict
from scenarios.command_errors import typed_errors
from scenarios.register_place import Database, database_url


def replace_in(app: typer.Typer) -> None:
    """Put these commands in place of those that know the register alone: of two with one name the last one added is found."""
    for command in (upgrade, check, backup, restore):
        app.command()(command)


def upgrade(db: Database = "") -> None:
    """Bring register and desk to the version of this program."""
    with typed_errors():
        from window.safekeeping import upgrade as bring_up  # noqa: PLC0415

        typer.echo(f"{'register and desk are' if bring_up(database_url(db)) else 'the register is'} up to date")


def check(
    db: Database = "",
    head: Annotated[
        Path | None, typer.Option("--head", help="Head of the audit trail that siting db head wrote earlier.", show_default=False)
    ] = None,
) -> None:
    """Check register and desk: file, references, index, audit trail, receipts, histories, holds. Exit code 1 if anything is wrong."""
    with typed_errors():
        from assets_db.store import read_head  # noqa: PLC0415
        from window.safekeeping import faults  # noqa: PLC0415

        found, last, has_desk = faults(database_url(db), read_head(head) if head else None)
        what = "register and desk are whole" if has_desk else "the register is whole"
        say_verdict(found, f"{what}; {last.seq} rows in the audit trail", has_head=head is not None)


def backup(out: Annotated[Path, typer.Option("--out", help="New file to write.", show_default=False)], db: Database = "") -> None:
    """Write a copy of register and desk; others may go on working."""
    with typed_errors():
        from window.safekeeping import backup as write_copy  # noqa: PLC0415

        write_copy(database_url(db), out)
        typer.echo(str(out))


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", show_default=False)],
    db: Database = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a register that is not empty.")] = False,  # noqa: FBT002  # typer makes it a flag
) -> None:
    """Put a backup back."""
    with typed_errors():
        from window.safekeeping import restore as put_back  # noqa: PLC0415

        put_back(file, database_url(db), overwrite=overwrite)
        typer.echo("restored")
