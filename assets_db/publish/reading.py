"""The register's own exports, read back exactly: the inverse of the writers."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.escaping import from_cell
from assets_db.publish.audience import Audience
from assets_db.publish.cells import origin_of_cells, value_of
from assets_db.publish.columns import HEADERS, Column, columns_for, header_row
from assets_db.publish.geojson_writer import GEOMETRY_FROM
from assets_db.publish.gpkg_writer import LAYER
from assets_db.publish.tables import ESCAPED_KINDS
from assets_db.publish.xlsx_writer import SHEET
from assets_db.record import AssetRecord, Provenance, Value
from assets_db.schema import Field, fields

_XLSX_CHARACTER = re.compile("_x([0-9A-Fa-f]{4})_")
_ALL = columns_for(Audience(view="restricted"))
_COLUMNS: Mapping[str, Column] = {
    title: column for headers in HEADERS for title, column in zip(header_row(_ALL, headers), _ALL, strict=True)
}


def read_export(path: Path) -> Iterator[AssetRecord]:
    """
    Yield the records of an export of the register, format told by suffix.

    Parameters
    ----------
    path
        CSV (UTF-8 or CP932), XLSX, GeoJSON or GeoPackage, as the writers of this package write them.

    Raises
    ------
    InvalidSourceError
        It is none, or cannot be read.
    """
    readers = {".csv": _read_csv, ".xlsx": _read_xlsx, ".geojson": _read_geojson, ".gpkg": _read_gpkg}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InvalidSourceError("file", f"must end in one of {', '.join(readers)}", path.name, source=str(path))
    try:
        yield from reader(path)
    except (OSError, UnicodeDecodeError, csv.Error, json.JSONDecodeError) as error:
        raise InvalidSourceError("file", "must be an export of the register", str(error)[:200], source=str(path)) from error


def is_export_header(cells: Sequence[str]) -> bool:
    """Tell whether the first row of a table is that of an export with the names of fields."""
    names = {name for field in fields().values() for name in field.columns}
    return len(cells) > 1 and cells[0] == "asset_id" and "lat_source" in cells and names.issuperset(cells)


def _read_csv(path: Path) -> Iterator[AssetRecord]:
    with path.open("rb") as stream:
        encoding = "utf-8-sig" if stream.read(3) == b"\xef\xbb\xbf" else "cp932"
    with path.open(encoding=encoding, newline="") as lines:
        rows = csv.reader(lines, strict=True)
        columns = _columns(next(rows, []), path)
        for row in rows:
            if len(row) != len(columns):
                raise InvalidSourceError(f"row {rows.line_num}", f"must have {len(columns)} cells", len(row), source=str(path))
            yield _record(columns, row)


def _read_xlsx(path: Path) -> Iterator[AssetRecord]:
    from openpyxl import load_workbook  # noqa: PLC0415

    book = load_workbook(path, read_only=True)
    try:
        rows = book[SHEET].iter_rows(values_only=True)
        columns = _columns([str(cell) for cell in next(rows)], path)
        for row in rows:
            yield _record(columns, [_XLSX_CHARACTER.sub(_character, one) if isinstance(one, str) else one for one in row])
    except (KeyError, StopIteration) as error:
        raise InvalidSourceError("sheet", f"must be {SHEET!r} with a header", path.name, source=str(path)) from error
    finally:
        book.close()


def _character(found: re.Match[str]) -> str:
    """Return the character a workbook could not hold."""
    return chr(int(found[1], 16))


def _read_geojson(path: Path) -> Iterator[AssetRecord]:
    from shapely import from_geojson, to_wkb  # noqa: PLC0415

    with path.open(encoding="utf-8") as stream:
        found = json.load(stream)
    if not isinstance(found, dict) or not isinstance(found.get("features"), list):
        raise InvalidSourceError("file", "must be a feature collection", path.name, source=str(path))
    for feature in found["features"]:
        told = dict(feature["properties"])
        if told.pop(GEOMETRY_FROM, "") == "geometry":
            told["geometry"] = bytes(to_wkb(from_geojson(json.dumps(feature["geometry"])), output_dimension=2, byte_order=1))
        yield _record_of(told)


def _read_gpkg(path: Path) -> Iterator[AssetRecord]:
    from pyogrio import open_arrow  # noqa: PLC0415
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415

    try:
        with open_arrow(path, layer=LAYER, use_pyarrow=True) as (_, reader):
            for batch in reader:
                for told in batch.to_pylist():
                    shape = told.pop("geom")
                    if told.pop(GEOMETRY_FROM) == "geometry":
                        told["geometry"] = bytes(shape)
                    yield _record_of({name: value for name, value in told.items() if value is not None})
    except (DataLayerError, DataSourceError) as error:
        raise InvalidSourceError("file", "must be an export of the register", str(error)[:200], source=str(path)) from error


def _record_of(told: Mapping[str, object]) -> AssetRecord:
    """Return the record of a feature."""
    values: dict[str, Value] = {}
    known_from: dict[str, Provenance] = {}
    for field in fields().values():
        found = told.get(field.name)
        if found is not None:
            values[field.name] = _typed(field, found)
        if field.is_measured:
            source, day, grade = (_text(told.get(name)) for name in field.columns[1:])
            origin = origin_of_cells(field, source, day, grade)
            if origin is not None:
                known_from[field.name] = origin
    return AssetRecord(values=values, known_from=known_from)


def _typed(field: Field, found: object) -> Value:
    """Return the value of a property that has kept its type, or most of it."""
    if field.kind == "codes" and isinstance(found, list):
        return tuple(str(word) for word in found)
    if isinstance(found, bytes | list | dt.date):
        return found
    return _number(field, found) if isinstance(found, int | float) else value_of(field, str(found))


def _columns(titles: Sequence[str], path: Path) -> list[Column]:
    """Return the columns of a table by their headers."""
    unknown = [title for title in titles if title not in _COLUMNS]
    if unknown or not titles:
        raise InvalidSourceError("header", "must be that of an export", ", ".join(unknown[:3]), source=str(path))
    return [_COLUMNS[title] for title in titles]


def _record(columns: Sequence[Column], row: Sequence[object]) -> AssetRecord:
    """Return the record of a row of cells."""
    values: dict[str, Value] = {}
    known_from: dict[str, Provenance] = {}
    for place, (column, cell) in enumerate(zip(columns, row, strict=False)):
        if cell is None or cell == "":
            continue
        if column.part == "value":
            values[column.name] = _value(column.field, cell)
        elif column.part == "source":
            source, day, grade = (_text(one) for one in row[place : place + 3])
            origin = origin_of_cells(column.field, from_cell(source), day, grade)
            if origin is not None:
                known_from[column.field.name] = origin
    return AssetRecord(values=values, known_from=known_from)


def _value(field: Field, cell: object) -> Value:
    """Return the value of a cell, text or number."""
    if isinstance(cell, int | float):
        return _number(field, cell)
    text = _text(cell)
    return value_of(field, from_cell(text) if field.kind in ESCAPED_KINDS else text)


def _number(field: Field, found: int | float) -> Value:
    """Return a number or flag as its field has it."""
    if isinstance(found, bool) or field.kind == "flag":
        return bool(found)
    return float(found) if field.kind == "number" else int(found)


def _text(cell: object) -> str:
    """Return a cell as text."""
    return "" if cell is None else str(cell)
