"""Workbooks. Formulas are not evaluated: what counts is the value the spreadsheet stored."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol, cast
from xml.etree.ElementTree import ParseError

from assets_db.errors import InvalidSourceError, one_of
from assets_db.sources.archives import check_archive
from assets_db.sources.detected_plan import UnsureColumnsError
from assets_db.sources.layout import SAMPLE_ROWS, NumberedCells, find_layout, n_known_headers
from assets_db.sources.source_file import Format, SourceFile
from assets_db.sources.spec import SourceSpec
from assets_db.sources.tabular import Table, open_table

_MAX_ROWS = 1_048_576
_WORKBOOK = "xl/workbook.xml"
_DAMAGE = (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, RuntimeError, ParseError, zlib.error)


class _Sheet(Protocol):
    """A sheet that is read from the beginning to the end."""

    def reset_dimensions(self) -> None:
        """Forget what the file says of its size."""

    def iter_rows(self, *, max_row: int, values_only: Literal[True]) -> Iterator[tuple[object, ...]]:
        """Yield the cells of each row."""


def open_xlsx(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a workbook as a source.

    Raises
    ------
    InvalidSourceError
        It is damaged or unsafe, several sheets look like lists, or its columns cannot be told with certainty.
    """
    return open_table(workbook_table(path, sheet=spec.mapping.sheet if spec.mapping else ""), spec)


def workbook_table(path: Path, *, sheet: str = "") -> Table:
    """
    Return the table of a workbook.

    Parameters
    ----------
    path
        The file.
    sheet
        Its sheet; by default the one that looks like a list.

    Raises
    ------
    InvalidSourceError
        It is damaged or unsafe, or the sheet is not there or not certain.
    """
    sheets = _sheets(path)
    if sheet and sheet not in sheets:
        raise InvalidSourceError("sheet", one_of(sheet, sheets), sheet, source=str(path))
    name = sheet or _list_sheet(sheets, source=str(path))
    rows = sheets[name]

    def start() -> Iterator[NumberedCells]:
        return iter(rows)

    return Table(path=path, format="xlsx", rows=start, title=name)


def _sheets(path: Path) -> dict[str, list[NumberedCells]]:
    """Return the rows of each visible sheet that has any."""
    check_archive(path)
    _refuse_entities(path)
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about parts of the workbook that hold no cells
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                sheets = {sheet.title: _rows(cast("_Sheet", sheet)) for sheet in book.worksheets if sheet.sheet_state == "visible"}
            finally:
                book.close()
    except (*_DAMAGE, zipfile.BadZipFile, InvalidFileException) as error:
        raise InvalidSourceError("file", "must be a readable workbook", str(error)[:200], source=str(path)) from error
    filled = {name: rows for name, rows in sheets.items() if rows}
    if not filled:
        raise InvalidSourceError("file", "must have a sheet with cells", path.name, source=str(path))
    return filled


def _rows(sheet: _Sheet) -> list[NumberedCells]:
    """Return number and cells of the rows that are not blank, all as wide as the widest."""
    sheet.reset_dimensions()  # what a file says of its size need not be so
    found: list[tuple[int, tuple[object, ...]]] = []
    for number, cells in enumerate(sheet.iter_rows(max_row=_MAX_ROWS, values_only=True), start=1):
        n_filled = next((place for place in range(len(cells), 0, -1) if not _is_blank(cells[place - 1])), 0)
        if n_filled:
            found.append((number, cells[:n_filled]))
    width = max((len(cells) for _, cells in found), default=0)
    return [(number, (*cells, *(None,) * (width - len(cells)))) for number, cells in found]


def _is_blank(cell: object) -> bool:
    """Tell whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _list_sheet(sheets: dict[str, list[NumberedCells]], *, source: str) -> str:
    """Return the sheet that looks most like a list; several that look the same are refused."""
    scores = {name: _likeness(rows) for name, rows in sheets.items()}
    best = max(scores.values())
    alike = [name for name, score in scores.items() if score == best]
    if len(alike) > 1 and best > 0:
        raise UnsureColumnsError("sheet", "must be one: several look like lists", ", ".join(alike), source=source)
    return alike[0]


def _likeness(rows: Sequence[NumberedCells]) -> int:
    """Return how many headers of a sheet the register knows."""
    layout = find_layout(rows[:SAMPLE_ROWS])
    return 0 if layout is None else n_known_headers(layout.headers)


def _refuse_entities(path: Path) -> None:
    """Refuse markup that defines entities, which no workbook needs."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")):
                    with archive.open(name) as stream:
                        if b"<!" in stream.read(2048).replace(b"<!--", b""):
                            raise InvalidSourceError("file", "must not define entities in its markup", name, source=str(path))
    except (zipfile.BadZipFile, OSError, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise InvalidSourceError("file", "must be a readable workbook", str(error)[:200], source=str(path)) from error


def _recognises(path: Path, head: bytes) -> bool:
    """Tell from path and first bytes whether a file is a workbook."""
    if not head.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _WORKBOOK in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return path.suffix.lower() == ".xlsx"


FORMAT = Format(name="xlsx", recognises=_recognises, open=open_xlsx)
"""Workbooks of spreadsheets."""
