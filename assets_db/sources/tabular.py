"""Tables as sources, whatever kind of file they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.record import Value
from assets_db.row_checks import RowProblem
from assets_db.rows import Reject, RejectCode
from assets_db.sources.columns import Column
from assets_db.sources.detection import Detection, detect
from assets_db.sources.finishing import RowFinisher, dropped
from assets_db.sources.keys import key_columns
from assets_db.sources.layout import SAMPLE_ROWS, Cells, Layout, NumberedCells, find_layout, text_of
from assets_db.sources.rows import Repair, RepairCode, SourceRow
from assets_db.sources.source_file import SourceFile, file_digest
from assets_db.sources.spec import SourceSpec
from assets_db.sources.values import shown


@dataclass(frozen=True, kw_only=True)
class Table:
    """
    A file that holds rows of cells.

    Attributes
    ----------
    path
        The file.
    format
        Name of its format.
    rows
        Starts reading its rows: number and cells of those that are not blank.
    encoding
        Of its text; empty for none.
    """

    path: Path
    format: str
    rows: Callable[[], Iterator[NumberedCells]]
    encoding: str = ""


def open_table(table: Table, spec: SourceSpec) -> SourceFile:
    """
    Open a table as a source.

    Raises
    ------
    InvalidSourceError
        It has no header, or its columns cannot be told with certainty.
    """
    where = str(table.path)
    sample = list(islice(table.rows(), SAMPLE_ROWS))
    layout = find_layout(sample)
    if layout is None:
        raise InvalidSourceError("header", "must be there: a row that names the columns", table.path.name, source=where)
    body = [cells for number, cells in sample if number > layout.header_row and number not in layout.label_rows]
    detection = detect(layout.headers, body)
    _check(detection, where)
    candidates = [match.position for match in detection.columns.get("source_key", ())]
    keys = key_columns(candidates, (cells for _, cells in _body(table, layout)))
    columns = _columns(detection, keys)
    reader = TableReader(table=table, spec=spec, layout=layout, columns=tuple(columns))
    return SourceFile(
        spec=spec,
        path=table.path,
        digest=file_digest(table.path),
        format=table.format,
        read=reader.rows,
        encoding=table.encoding,
        mapping_used={column.field: " + ".join(column.headers) for column in columns},
        not_read=detection.not_read,
        credit=spec.credit,
        licence=spec.licence,
    )


def _check(detection: Detection, where: str) -> None:
    """Refuse columns that cannot be told with certainty."""
    for field, headers in detection.doubts.items():
        raise InvalidSourceError(field, "must come from one column; say which with a mapping file", headers, source=where)
    if not ({"lat", "lon"} <= detection.columns.keys() or detection.columns.keys() & {"address", "address_town", "geometry"}):
        raise InvalidSourceError("lat, lon", "must have columns, or address must", detection.not_read, source=where)


def _columns(detection: Detection, keys: Sequence[int]) -> list[Column]:
    """Return the columns to read."""
    columns = []
    for field, matches in detection.columns.items():
        used = tuple(match for match in matches if field != "source_key" or match.position in keys)
        if used:
            columns.append(
                Column(
                    field=field,
                    positions=tuple(match.position for match in used),
                    headers=tuple(match.header for match in used),
                    separator="/" if field == "source_key" else " ",
                    unit=used[0].unit,
                )
            )
    return columns


def _body(table: Table, layout: Layout) -> Iterator[NumberedCells]:
    """Yield the rows under the header."""
    return ((number, cells) for number, cells in table.rows() if number > layout.header_row)


@dataclass(frozen=True, kw_only=True)
class TableReader:
    """
    Reads the rows of one table.

    Attributes
    ----------
    table, spec, layout
        What is read.
    columns
        What is read from which columns.
    """

    table: Table
    spec: SourceSpec
    layout: Layout
    columns: tuple[Column, ...]

    def rows(self) -> Iterator[SourceRow | Reject]:
        """Yield exactly one item per row under the header."""
        finisher = RowFinisher(self.spec, source=self.table.path.name)
        parsers = [(column.field, column.raw, column.parser()) for column in self.columns]
        width = len(self.layout.headers)
        for number, cells in _body(self.table, self.layout):
            try:
                self._check(number, cells, width)
                values: dict[str, Value] = {}
                repairs: list[Repair] = []
                for field, raw, parse in parsers:
                    try:
                        value, repair = parse(raw(cells))
                    except RowProblem as problem:
                        if not finisher.is_tolerable(problem):
                            raise
                        value, repair = None, dropped(problem)
                    if value is not None:
                        values[field] = value
                    if repair is not None:
                        repairs.append(repair)
            except RowProblem as problem:
                yield finisher.reject(number, problem)
                continue
            self._note_key(values, repairs)
            yield finisher.finish(number, values, repairs)

    def _check(self, number: int, cells: Cells, width: int) -> None:
        """Refuse rows that are no rows of the list."""
        if number in self.layout.label_rows:
            raise RowProblem("row", RejectCode.NOT_AN_ASSET, "explains the columns", " ".join(map(text_of, cells)))
        if text_of(cells[0]).startswith("#"):
            raise RowProblem("row", RejectCode.NOT_AN_ASSET, "is a comment", " ".join(map(text_of, cells)))
        if len(cells) < width or any(text_of(cell) for cell in cells[width:]):
            raise RowProblem(
                "row", RejectCode.WRONG_CELL_COUNT, f"must have {width} cells, has {len(cells)}", ",".join(map(text_of, cells))
            )

    def _note_key(self, values: dict[str, Value], repairs: list[Repair]) -> None:
        """Say that a key was joined of several columns."""
        key = next((column for column in self.columns if column.field == "source_key"), None)
        if key is not None and len(key.positions) > 1 and "source_key" in values:
            repairs.append(Repair("source_key", RepairCode.JOINED_KEY, " + ".join(key.headers), shown(values["source_key"])))
