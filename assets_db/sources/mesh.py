"""Mesh statistics, such as residents and people present: demand, not assets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from assets_db.errors import InvalidSourceError, one_of
from assets_db.row_checks import Bounds, RowProblem, amount
from assets_db.rows import Reject, RejectCode
from assets_db.sources.aliases import header_of
from assets_db.sources.cells import shown
from assets_db.sources.csv_files import csv_table
from assets_db.sources.layout import Cells, Layout, text_of
from assets_db.sources.tabular import Table, layout_of

MAX_PEOPLE = 10_000_000
"""No cell holds more people; greater numbers are another thing."""

_CODE_HEADERS = tuple(
    header_of(one).whole
    for one in ("KEY_CODE", "mesh1kmid", "mesh500mid", "mesh", "meshcode", "mesh_code", "mesh_id", "地域メッシュコード", "メッシュコード")
)
_VALUE_HEADERS = tuple(header_of(one).whole for one in ("population", "pop", "人口", "人口総数", "滞在人口", "人口(総数)"))
_SUPPRESSED = frozenset({"*", "＊", "X", "x", "χ"})
_LAT_STEPS = 1.5
_NO_CHOICE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MeshCell:
    """
    One cell of a mesh statistic.

    Attributes
    ----------
    code
        Mesh code of JIS X 0410.
    bounds
        West, south, east, north [deg].
    value
        What is counted in it.
    row
        Row of the file.
    """

    code: str
    bounds: Bounds
    value: float
    row: int


@dataclass(frozen=True, kw_only=True)
class MeshStatistic:
    """
    Everything a mesh statistic holds: ``len(cells) + len(rejects) + n_not_selected == n_rows``.

    Attributes
    ----------
    cells
        Accepted cells in the order of the file, each code once.
    rejects
        Rows that are none, with the reason.
    n_rows
        Rows under the header that are not blank.
    n_not_selected
        Rows of other days or times than those asked for.
    value_column
        Header of the column that was read.
    label
        What a second header row calls it; empty for none.
    """

    cells: tuple[MeshCell, ...]
    rejects: tuple[Reject, ...]
    n_rows: int
    n_not_selected: int
    value_column: str
    label: str


def mesh_bounds(code: str) -> Bounds:
    """
    Return west, south, east and north [deg] of a mesh cell: 80 km (4 digits), 10 km (6), 1 km (8), 500 m (9), 250 m (10), 125 m (11).

    Raises
    ------
    InvalidSourceError
        It is no mesh code.

    References
    ----------
    JIS X 0410.
    """
    digits = [int(sign) for sign in code] if code.isascii() and code.isdigit() else []
    is_possible = len(digits) in {4, 6, *range(8, 12)}
    if is_possible and len(digits) >= 6:
        is_possible = digits[4] < 8 and digits[5] < 8
    if not is_possible or not all(1 <= quarter <= 4 for quarter in digits[8:]):
        raise InvalidSourceError("mesh code", "must be 4, 6, 8, 9, 10 or 11 digits of JIS X 0410", code)
    south, west, height, width = int(code[:2]) / _LAT_STEPS, int(code[2:4]) + 100.0, 2 / 3, 1.0
    for place, parts in ((4, 8), (6, 10)):
        if len(digits) > place:
            height, width = height / parts, width / parts
            south, west = south + digits[place] * height, west + digits[place + 1] * width
    for quarter in digits[8:]:
        height, width = height / 2, width / 2
        south, west = south + (quarter > 2) * height, west + (quarter % 2 == 0) * width
    return round(west, 10), round(south, 10), round(west + width, 10), round(south + height, 10)


def read_mesh_population(path: Path, *, value_column: str = "", where: Mapping[str, str] = _NO_CHOICE) -> MeshStatistic:
    """
    Read people by mesh cell, losing nothing: each row is a cell, a reject with a reason, or of another day than asked for.

    Parameters
    ----------
    path
        CSV with a column of mesh codes, as the census (``KEY_CODE``, a second row of labels, ``*`` for suppressed) or people flow
        (``mesh1kmid``, ``dayflag``, ``timezone``, ``population``) is published.
    value_column
        Column to read; by default ``population``, or the first of the statistic (``T001...``).
    where
        What other columns have to say, such as ``{"dayflag": "1", "timezone": "0"}``; needed where a cell has several rows.

    Raises
    ------
    InvalidSourceError
        The file cannot be read, lacks a column, or holds several days or times and ``where`` chooses none.
    """
    table = csv_table(path)
    layout = layout_of(table, None)
    columns = _Columns.of(layout, value_column=value_column, where=where, source=str(path))
    reader = _Reader(table, layout, columns)
    return reader.read()


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """Places of the columns that are read."""

    code: int
    value: int
    choices: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, layout: Layout, *, value_column: str, where: Mapping[str, str], source: str) -> _Columns:
        """Find the columns of a table."""
        wholes = [header_of(header).whole for header in layout.headers]
        code = next((wholes.index(one) for one in _CODE_HEADERS if one in wholes), None)
        if code is None:
            raise InvalidSourceError("mesh code", "must have a column, such as KEY_CODE", ", ".join(layout.headers)[:200], source=source)
        if value_column:
            if value_column not in layout.headers:
                raise InvalidSourceError("value_column", one_of(value_column, layout.headers), value_column, source=source)
            value = layout.headers.index(value_column)
        else:
            named = next((wholes.index(one) for one in _VALUE_HEADERS if one in wholes), None)
            counted = next((place for place, one in enumerate(wholes) if one[:1] == "t" and one[1:].isdigit()), None)
            found = named if named is not None else counted
            if found is None:
                raise InvalidSourceError("value_column", "must be given", ", ".join(layout.headers)[:200], source=source)
            value = found
        for name in where:
            if name not in layout.headers:
                raise InvalidSourceError("where", one_of(name, layout.headers), name, source=source)
        open_choices = [name for name in ("dayflag", "timezone") if name in layout.headers and name not in where]
        if open_choices:
            raise InvalidSourceError("where", f"must choose {' and '.join(open_choices)}", dict(where), source=source)
        return cls(code=code, value=value, choices=tuple((layout.headers.index(name), text) for name, text in where.items()))


class _Reader:
    """Reads the rows of one statistic."""

    def __init__(self, table: Table, layout: Layout, columns: _Columns) -> None:
        self._table = table
        self._layout = layout
        self._columns = columns
        self._row_of_code: dict[str, int] = {}

    def read(self) -> MeshStatistic:
        """Read all rows."""
        cells: list[MeshCell] = []
        rejects: list[Reject] = []
        n_rows = n_not_selected = 0
        label = ""
        for number, row in self._body():
            n_rows += 1
            try:
                cell = self._cell(number, row)
            except RowProblem as problem:
                rejects.append(
                    Reject(
                        source=self._table.path.name,
                        row=number,
                        field=problem.field,
                        code=problem.code,
                        reason=problem.reason,
                        value=shown(problem.value),
                    )
                )
                if number in self._layout.label_rows and self._columns.value < len(row):
                    label = text_of(row[self._columns.value])
                continue
            if cell is None:
                n_not_selected += 1
            else:
                cells.append(cell)
        return MeshStatistic(
            cells=tuple(cells),
            rejects=tuple(rejects),
            n_rows=n_rows,
            n_not_selected=n_not_selected,
            value_column=self._layout.headers[self._columns.value],
            label=label,
        )

    def _body(self) -> Iterator[tuple[int, Cells]]:
        """Yield the rows under the header."""
        return ((number, cells) for number, cells in self._table.rows() if number > self._layout.header_row)

    def _cell(self, number: int, row: Cells) -> MeshCell | None:
        """Return the cell of a row; ``None`` if it is of another day or time."""
        width = len(self._layout.headers)
        if number in self._layout.label_rows:
            raise RowProblem("row", RejectCode.NOT_AN_ASSET, "explains the columns", ",".join(map(text_of, row)))
        if len(row) < width or any(text_of(cell) for cell in row[width:]):
            raise RowProblem("row", RejectCode.WRONG_CELL_COUNT, f"must have {width} cells, has {len(row)}", ",".join(map(text_of, row)))
        if any(text_of(row[place]) != text for place, text in self._columns.choices):
            return None
        code, value = text_of(row[self._columns.code]), text_of(row[self._columns.value])
        try:
            bounds = mesh_bounds(code)
        except InvalidSourceError as error:
            raise RowProblem("mesh code", RejectCode.UNKNOWN_VALUE, error.rule, code) from error
        header = self._layout.headers[self._columns.value]
        if value in _SUPPRESSED:
            raise RowProblem(header, RejectCode.SUPPRESSED, "is suppressed; its people are counted in another cell", value)
        people = amount(header, value, at_most=MAX_PEOPLE)
        if people is None:
            raise RowProblem(header, RejectCode.MISSING, "must not be empty", value)
        first = self._row_of_code.setdefault(code, number)
        if first != number:
            raise RowProblem("mesh code", RejectCode.DUPLICATE_ID, f"must be unique, row {first} has it too", code)
        return MeshCell(code, bounds, people, number)
