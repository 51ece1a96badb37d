"""The commands ``siting assets completeness``, ``staleness`` and ``conflicts``: how good the register is."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.command_errors import typed_errors
from scenarios.register_place import Database, database_url

if TYPE_CHECKING:
    from assets_db.quality.completeness import GroupBy
    from assets_db.record import AssetRecord
    from assets_db.store import ReadingSession

Out = Annotated[Path | None, typer.Option("--out", help="CSV file to write; by default it is shown.", show_default=False)]


def completeness(
    by: Annotated[str, typer.Option("--by", help="bureau, owner_class, asset_type or source_id.")] = "bureau",
    out: Out = None,
    db: Database = "",
) -> None:
    """Show how much is known, field by field, and how well."""
    with typed_errors():
        from assets_db.quality.completeness import COMPLETENESS_COLUMNS  # noqa: PLC0415
        from assets_db.quality.completeness import completeness as measured  # noqa: PLC0415
        from assets_db.store import open_register  # noqa: PLC0415

        with open_register(database_url(db)).reading() as session:
            found = measured(session.assets(), by=_group(by))
        _write(out, COMPLETENESS_COLUMNS, (one.row() for one in found))


def staleness(
    today: Annotated[
        dt.datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Day to count to; by default today.", show_default=False)
    ] = None,
    out: Out = None,
    db: Database = "",
) -> None:
    """Show how old the facts of each list are."""
    with typed_errors():
        from assets_db.quality.staleness import STALENESS_COLUMNS  # noqa: PLC0415
        from assets_db.quality.staleness import staleness as measured  # noqa: PLC0415
        from assets_db.store import open_register  # noqa: PLC0415

        day = today.date() if today else dt.datetime.now(dt.UTC).date()
        with open_register(database_url(db)).reading() as session:
            found = measured(session.assets(), today=day)
        _write(out, STALENESS_COLUMNS, (one.row() for one in found))


def conflicts(out: Out = None, db: Database = "") -> None:
    """Show where the lists disagree about one asset, each claim with its source."""
    with typed_errors():
        from assets_db.quality.conflicts import CONFLICT_COLUMNS  # noqa: PLC0415
        from assets_db.quality.conflicts import conflicts as measured  # noqa: PLC0415
        from assets_db.store import open_register  # noqa: PLC0415

        with open_register(database_url(db)).reading() as session:
            _write(out, CONFLICT_COLUMNS, (row for one in measured(_records(session)) for row in one.rows()))


def _records(session: ReadingSession) -> Iterator[tuple[str, Sequence[AssetRecord]]]:
    """Yield each asset of several lists with what each of them says."""
    for asset in session.assets():
        if "|" in asset.record.text("source_id"):
            yield asset.asset_id, [one.record for one in session.records_of(asset.asset_id) if not one.is_gone]


def _group(given: str) -> GroupBy:
    """Return the field of the option."""
    from assets_db.errors import InvalidSourceError, one_of  # noqa: PLC0415
    from assets_db.quality.completeness import GROUPS  # noqa: PLC0415

    for known in GROUPS:
        if known == given:
            return known
    raise InvalidSourceError("--by", one_of(given, GROUPS), given)


def _write(out: Path | None, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table as CSV, to a file that is there whole or not at all, or to standard output."""
    from assets_db.escaping import to_cell  # noqa: PLC0415
    from assets_db.publish.entries import whole_file  # noqa: PLC0415

    safe = ([cell if _is_number(cell) else to_cell(cell) for cell in row] for row in rows)
    if out is None:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(safe)
        return
    with whole_file(out) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(safe)
    typer.echo(str(out))


def _is_number(cell: str) -> bool:
    """Tell whether a cell is a number, which no spreadsheet takes for a formula."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
