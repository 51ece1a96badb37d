"""
Workbooks with one sheet ``assets``, written row by row: numbers and flags as such, all else as text, so that ids stay ids.

Characters that a workbook cannot hold are written as ``_xHHHH_``, which spreadsheets show as they were. Cells of more than 32,767
characters stay empty and are listed in ``too_long.csv`` beside the file.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from assets_db.errors import InvalidSourceError
from assets_db.publish.audience import Audience
from assets_db.publish.columns import Column, Headers, columns_for, header_row
from assets_db.publish.entries import Written, entries_of, whole_file
from assets_db.publish.tables import RowMaker
from assets_db.record import AssetRecord
from assets_db.store import StoredAsset

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as WorkbookCell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Cell: TypeAlias = "str | int | float | bool | WorkbookCell | None"

SHEET = "assets"
"""Name of the sheet."""

TOO_LONG = "too_long.csv"
"""List of the cells that do not fit, beside the file."""

MOST_ROWS = 1_048_575
"""Assets a sheet can hold below its header."""

_MOST_CHARACTERS = 32_767
_UNWRITABLE = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ERROR_WORDS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_SAME_TIME = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def write_xlsx(path: Path, assets: Iterable[StoredAsset], *, audience: Audience, headers: Headers = "names") -> Written:
    """
    Write assets as a workbook.

    Parameters
    ----------
    path
        File to write, replaced if it is there.
    assets
        Assets in the order of the file; tombstones are left out.
    audience
        Whom it is for.
    headers
        Names of fields, or words for people.

    Raises
    ------
    InvalidSourceError
        There are more assets than a sheet can hold, or the file cannot be written.
    """
    from openpyxl import Workbook  # noqa: PLC0415

    columns = columns_for(audience)
    make = RowMaker(columns)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    sheet.append(header_row(columns, headers))
    too_long: list[tuple[str, str, int]] = []
    n_rows = 0
    for n_rows, entry in enumerate(entries_of(assets, audience), start=1):  # counted for the caller
        if n_rows > MOST_ROWS:
            raise InvalidSourceError("assets", f"must be at most {MOST_ROWS:,} in a workbook", f"more than {MOST_ROWS:,}", source=str(path))
        sheet.append(list(_cells(make.row(entry), entry.record, columns, sheet, too_long)))
    with whole_file(path) as part:
        book.save(part)
        _without_times(part)
    listed = path.with_name(TOO_LONG)
    if too_long:
        with whole_file(listed) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, lineterminator="\r\n").writerows([("asset_id", "field", "characters"), *too_long])
    else:
        listed.unlink(missing_ok=True)
    return Written(path=path, n_rows=n_rows, lists=(listed,) if too_long else ())


def _cells(
    row: Sequence[str], record: AssetRecord, columns: Sequence[Column], sheet: WriteOnlyWorksheet, too_long: list[tuple[str, str, int]]
) -> Iterator[Cell]:
    """Yield the cells of a row."""
    for text, column in zip(row, columns, strict=True):
        if not text:
            yield None
        elif column.part == "value" and column.field.kind in {"number", "whole", "flag"}:
            value = record.values[column.name]
            is_short = not isinstance(value, float) or float(f"{value:.16g}") == value
            yield value if isinstance(value, int | float) and is_short else _cell(text, sheet, "n")
        else:
            cell = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
            if len(cell) > _MOST_CHARACTERS:
                too_long.append((record.text("asset_id"), column.name, len(cell)))
                yield None
            else:
                yield _cell(cell, sheet, "s") if cell in _ERROR_WORDS else cell


def _cell(text: str, sheet: WriteOnlyWorksheet, data_type: Literal["s", "n"]) -> WorkbookCell:
    """Return a cell that is written as it stands: words that look like an error as text, numbers with all 17 digits."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = data_type
    return cell


def _without_times(path: Path) -> None:
    """Take the time of writing out of a workbook, so that the same assets give the same bytes."""
    packed = path.with_name(path.name + ".packed")
    try:
        with zipfile.ZipFile(path) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
            for info in before.infolist():
                plain = zipfile.ZipInfo(info.filename, _SAME_TIME)
                plain.compress_type = zipfile.ZIP_DEFLATED
                if info.filename == "docProps/core.xml":
                    after.writestr(plain, _TIMES.sub(b"", before.read(info)))
                    continue
                with before.open(info) as source, after.open(plain, "w", force_zip64=info.file_size > 2**31) as target:
                    while block := source.read(1 << 20):
                        target.write(block)
        packed.replace(path)
    finally:
        packed.unlink(missing_ok=True)
