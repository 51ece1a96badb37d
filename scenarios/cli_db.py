"""The commands ``siting db``: the register's database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scenarios.command_errors import typed_errors
from scenarios.register_place import Database, database_url

app = typer.Typer(help="The register's database: make, upgrade, check, back up, restore.", no_args_is_help=True)

FAULTY = 1
"""Exit code when a check finds faults."""


@app.command()
def init(db: Database = "") -> None:
    """Make an empty register."""
    with typed_errors():
        import sqlalchemy as sa  # noqa: PLC0415

        from assets_db.store import init_register  # noqa: PLC0415

        url = database_url(db)
        address = sa.make_url(url)
        if address.get_backend_name() == "sqlite" and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        init_register(url)
        typer.echo(f"empty register at {address.render_as_string()}")


@app.command()
def upgrade(db: Database = "") -> None:
    """Bring the register's tables to the version of this program."""
    with typed_errors():
        from assets_db.store import upgrade_register  # noqa: PLC0415

        upgrade_register(database_url(db))
        typer.echo("the register is up to date")


@app.command()
def check(
    db: Database = "",
    head: Annotated[
        Path | None, typer.Option("--head", help="Head of the audit trail that siting db head wrote earlier.", show_default=False)
    ] = None,
) -> None:
    """Check the register: file, references, spatial index, audit trail. Exit code 1 if anything is wrong."""
    with typed_errors():
        from assets_db.store import open_register, read_head, register_faults  # noqa: PLC0415

        with open_register(database_url(db)).reading() as session:
            faults = register_faults(session, known_head=read_head(head) if head else None)
            last = session.audit_head()
        say_verdict(faults, f"the register is whole; {last.seq} rows in the audit trail", has_head=head is not None)


def say_verdict(faults: Sequence[str], whole: str, *, has_head: bool) -> None:
    """Say what is wrong, with exit code 1, or that all is well."""
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(FAULTY)
    typer.echo(whole + ("" if has_head else " (no exported head to compare with)"))


@app.command()
def head(
    out: Annotated[Path, typer.Option("--out", help="File to write; keep it elsewhere.", show_default=False)],
    db: Database = "",
) -> None:
    """Export the head of the audit trail: with it a later check sees that its end was cut."""
    with typed_errors():
        from assets_db.store import open_register, write_head  # noqa: PLC0415

        with open_register(database_url(db)).reading() as session:
            write_head(session.audit_head(), out)
        typer.echo(str(out))


@app.command()
def backup(out: Annotated[Path, typer.Option("--out", help="New file to write.", show_default=False)], db: Database = "") -> None:
    """Write a copy of the register; others may go on working."""
    with typed_errors():
        from assets_db.store import backup_register  # noqa: PLC0415

        backup_register(database_url(db), out)
        typer.echo(str(out))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", show_default=False)],
    db: Database = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a register that is not empty.")] = False,  # noqa: FBT002  # typer makes it a flag
) -> None:
    """Put a backup back."""
    with typed_errors():
        from assets_db.store import restore_register  # noqa: PLC0415

        restore_register(file, database_url(db), overwrite=overwrite)
        typer.echo("restored")
