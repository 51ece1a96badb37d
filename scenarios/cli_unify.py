"""The commands ``siting assets unify`` and ``siting assets duplicates``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.command_errors import typed_errors
from scenarios.register_place import Database, Who, database_url, person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from assets_db.unify.register import PairView

app = typer.Typer(help="Pairs of records that may be one thing: look, confirm, split.", no_args_is_help=True)

Record = Annotated[str, typer.Argument(help="A record, as SOURCE:KEY.", show_default=False)]
Why = Annotated[str, typer.Option("--why", help="Reason, for the audit trail.")]


def unify(
    apply: Annotated[bool, typer.Option("--apply", help="Join; by default only shown.")] = False,  # noqa: FBT002  # typer makes it a flag
    most: Annotated[int, typer.Option("--most", min=0, help="Pairs to show of each kind.")] = 10,
    why: Why = "unify",
    who: Who = "",
    db: Database = "",
) -> None:
    """Find records of one real thing across lists; with --apply, make one asset of them."""
    with typed_errors():
        from rich.console import Console  # noqa: PLC0415

        from assets_db.store import open_register  # noqa: PLC0415
        from assets_db.unify.register import unify_register  # noqa: PLC0415

        console, errors = Console(), Console(stderr=True)
        with errors.status("comparing"):
            now = dt.datetime.now(dt.UTC)
            report = unify_register(open_register(database_url(db)), who=person(who), why=why, now=now, apply=apply)
        console.print(f"{report.n_records:,} records, {report.n_assets_before:,} assets before, {report.n_assets_after:,} after")
        _show(console, "joined" if apply else "to be joined", report.joined[:most], len(report.joined))
        _show(console, "doubtful", report.doubtful[:most], len(report.doubtful))
        if not apply:
            console.print("nothing was written; the same command with --apply joins them and queues the doubtful pairs")
        elif report.doubtful:
            console.print("next: siting assets duplicates list")


@app.command("list")
def list_pairs(
    most: Annotated[int, typer.Option("--most", min=1, help="Pairs to show.")] = 50,
    db: Database = "",
) -> None:
    """Show the pairs that wait for a decision, side by side, with what speaks for and against them."""
    with typed_errors():
        from rich.console import Console  # noqa: PLC0415

        from assets_db.store import open_register  # noqa: PLC0415
        from assets_db.unify.register import doubtful_pairs  # noqa: PLC0415

        with open_register(database_url(db)).reading() as session:
            pairs = list(doubtful_pairs(session))
        _show(Console(), "doubtful", pairs[:most], len(pairs))


@app.command()
def confirm(one: Record, other: Record, why: Why = "confirm", who: Who = "", db: Database = "") -> None:
    """Say that two records are one thing."""
    with typed_errors():
        from assets_db.store import open_register  # noqa: PLC0415
        from assets_db.unify.register import confirm_pair  # noqa: PLC0415

        with open_register(database_url(db)).writing(who=person(who), why=why, now=dt.datetime.now(dt.UTC)) as session:
            asset_id = confirm_pair(session, _key(one), _key(other))
        typer.echo(f"one asset: {asset_id}")


@app.command()
def split(
    one: Record,
    other: Annotated[str, typer.Argument(help="The record it is not; omit it to take a record out of its asset.", show_default=False)] = "",
    why: Why = "split",
    who: Who = "",
    db: Database = "",
) -> None:
    """Say that two records are different things, or that a record is no part of its asset."""
    with typed_errors():
        from assets_db.store import open_register  # noqa: PLC0415
        from assets_db.unify.register import split_pair, split_record  # noqa: PLC0415

        with open_register(database_url(db)).writing(who=person(who), why=why, now=dt.datetime.now(dt.UTC)) as session:
            if other:
                split_pair(session, _key(one), _key(other))
                typer.echo(f"different things: {one}, {other}")
            else:
                typer.echo(f"an asset of its own: {split_record(session, _key(one))}")


def _key(text: str) -> tuple[str, str]:
    """Return source and key of a record as people write it."""
    from assets_db.errors import InvalidSourceError  # noqa: PLC0415

    source, colon, key = text.partition(":")
    if not (source and colon and key):
        raise InvalidSourceError("record", "must be SOURCE:KEY", text)
    return source, key


def _show(console: Console, title: str, pairs: Sequence[PairView], n_all: int) -> None:
    """Print pairs as a table."""
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("score", "one", "other", "why", title=f"{title}: {n_all:,}" + (f", the first {len(pairs)}" if len(pairs) < n_all else ""))
    for pair in pairs:
        cells = [f"{name}\n{key[0]}:{key[1]}" for name, key in zip(pair.names, (pair.one, pair.other), strict=True)]
        table.add_row(f"{pair.score:.2f}", *(escape(cell) for cell in cells), escape(", ".join(pair.reasons)))
    console.print(table)
