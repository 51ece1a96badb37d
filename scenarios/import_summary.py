"""What an import would do, or did, for people to read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assets_db.errors import InvalidSourceError
from assets_db.importing import ImportPreview, ImportReceipt
from assets_db.sources import Reject, SourceFile

_SHOWN_FIELDS = 8


def show_preview(console: Console, file: SourceFile, preview: ImportPreview) -> None:
    """Print what was detected, what would change, and what to look at first."""
    console.print(f"{escape(file.path.name)}: {file.format}{', ' + file.encoding if file.encoding else ''}")
    for name, column in file.mapping_used.items():
        console.print(f"  {name} <- {escape(column)}", highlight=False)
    for note in file.notes:
        console.print(f"  note: {escape(note)}", highlight=False)
    table = Table("rows", "n", "detail")
    for name, count, detail in _lines(preview):
        table.add_row(name, f"{count:,}", escape(detail))
    console.print(table)
    for reject in preview.first_rejects:
        console.print(escape(f"  row {reject.row}: {reject.field} {reject.reason}, got {reject.value!r}"), highlight=False)
    for row, repair in preview.first_repairs:
        console.print(escape(f"  row {row}: {repair.field} {repair.code}: {repair.before!r} -> {repair.after!r}"), highlight=False)


def _lines(preview: ImportPreview) -> Iterator[tuple[str, int, str]]:
    """Yield the lines of the table."""
    fields = list(preview.changed_fields.items())[:_SHOWN_FIELDS]
    yield "read", preview.n_rows, ""
    yield "new", preview.n_new, ""
    yield "changed", preview.n_changed, ", ".join(f"{name} {count}" for name, count in fields)
    yield "unchanged", preview.n_unchanged, ""
    yield "rejected", preview.n_rejected, ", ".join(f"{code} {count}" for code, count in preview.rejected_by.items())
    yield "vanished", len(preview.vanished), "become tombstones" if preview.are_vanished_removed else "kept: not said to be --complete"
    yield "repairs", sum(preview.repaired_by.values()), ", ".join(f"{code} {count}" for code, count in preview.repaired_by.items())
    yield "without position", preview.n_needs_geocoding, ""


def what_next(preview: ImportPreview, receipt: ImportReceipt | None) -> str:
    """Return the last line: what was done, or what to do."""
    if receipt is not None:
        return f"imported as batch {receipt.batch}" if receipt.is_new else f"nothing to do: imported before as batch {receipt.batch}"
    if preview.same_as_batch is not None:
        return f"nothing to do: this file was imported as batch {preview.same_as_batch}"
    return "nothing was written; the same command with --apply imports it"


def write_rejects(file: SourceFile, out: Path) -> None:
    """Write every reject of a file as a table, with cells that look like formulas made harmless."""
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("row", "field", "code", "reason", "value"))
            for one in file.rows():
                if isinstance(one, Reject):
                    writer.writerow((one.row, *(_harmless(str(cell)) for cell in (one.field, one.code, one.reason, one.value))))
    except OSError as error:
        raise InvalidSourceError(
            "--rejects", "must be a file that can be written", error.strerror or str(error), source=str(out)
        ) from error


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")) else cell
