"""Text with separated cells, in the encodings and with the separators in which lists are published."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.sources.layout import NumberedCells
from assets_db.sources.source_file import Format, SourceFile
from assets_db.sources.spec import SourceSpec
from assets_db.sources.tabular import Table, open_table
from assets_db.text_files import decode_list, read_bytes

_SEPARATORS = (",", "\t", ";", "|")
_MOST_LINES = 60


def open_csv(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a CSV file as a source.

    Raises
    ------
    InvalidSourceError
        It is no text, no CSV, or its columns cannot be told with certainty.
    """
    return open_table(csv_table(path), spec)


def csv_table(path: Path) -> Table:
    """
    Return the table of a CSV file.

    Raises
    ------
    InvalidSourceError
        It is no text.
    """
    where = str(path)
    text, encoding = decode_list(read_bytes(path, source=where), source=where)
    separator = _separator(text)

    def rows() -> Iterator[NumberedCells]:
        return read_cells(text, separator=separator, source=where)

    return Table(path=path, format="csv", rows=rows, encoding=encoding)


def read_cells(text: str, *, separator: str, source: str) -> Iterator[NumberedCells]:
    """
    Yield number and cells of every row that is not blank.

    Raises
    ------
    InvalidSourceError
        The text is no CSV.
    """
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell and not cell.isspace() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise InvalidSourceError(f"row {number + 1}", "must be valid CSV", str(error), source=source) from error


def _separator(text: str) -> str:
    """Return the separator that splits most of the first lines into the same number of cells."""
    lines = [line for line in text[:200_000].splitlines()[:_MOST_LINES] if line.strip()]

    def score(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines]
        usual = max(set(counts), key=lambda n: (n > 0, counts.count(n), n), default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max(_SEPARATORS, key=score)


def _recognises(path: Path, head: bytes) -> bool:
    """Tell whether a file may be text."""
    return path.suffix.lower() in {".csv", ".tsv", ".txt", ""} or not head.startswith((b"PK", b"SQLite", b"<", b"{", b"["))


FORMAT = Format(name="csv", recognises=_recognises, open=open_csv)
"""Comma, tab, semicolon and bar separated text."""
