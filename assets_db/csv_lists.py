"""Lists of assets as CSV with named columns."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from assets_db.errors import InvalidSourceError, one_of
from assets_db.row_checks import ASSET_TYPES, OWNER_CLASSES, AssetRow, Bounds, RowProblem, check_bounds, check_constant
from assets_db.row_collector import RowCollector
from assets_db.rows import AssetRows, RejectCode
from assets_db.text_files import read_text

logger = logging.getLogger(__name__)

FIELDS = AssetRow._fields
"""Fields a column can hold."""

_NO_MAPPING: Mapping[str, str] = MappingProxyType({})


def read_csv_list(
    path: str | Path,
    *,
    mapping: Mapping[str, str] = _NO_MAPPING,
    ignore: Collection[str] = (),
    asset_type: str | None = None,
    owner_class: str | None = None,
    existing: bool | None = None,
    source: str | None = None,
    bounds: Bounds | None = None,
) -> AssetRows:
    """
    Read a list of assets, losing nothing: every row is accepted or rejected with a reason.

    The first row names the columns. A column that bears the name of a field (``asset_id``, ``name``, ``asset_type``, ``owner_class``,
    ``lat``, ``lon``, ``height_agl_m``, ``cost_yen``, ``yearly_fee_yen``, ``capacity``, ``existing``) is read as that field; other
    columns need a mapping. Blank lines do not count as rows. Without an id column the ids are made of source and row number.

    Parameters
    ----------
    path
        Comma-separated text in UTF-8, CP932 or UTF-16 with byte order mark.
    mapping
        Field to the name of the column that holds it, such as ``{"asset_id": "station_id"}``.
    ignore
        Columns not to be read although they bear the name of a field, such as a ``capacity`` that counts bicycles.
    asset_type, owner_class, existing
        Value for the whole file, where no column holds it; without either, nothing exists yet.
    source
        Name of the source in rows and rejects; by default the name of the file.
    bounds
        West, south, east, north [deg]: positions outside are rejected, and swapped coordinates are told from others by it.

    Returns
    -------
    AssetRows
        ``n_accepted + n_rejected`` is the number of rows of the file.

    Raises
    ------
    InvalidSourceError
        The file is missing, empty, unreadable or no CSV; a required column (``lat``, ``lon``, and ``asset_type`` and ``owner_class``
        unless given for the whole file) or a mapped one is missing; or an argument is not possible.
    """
    file = Path(path)
    where = str(file)
    constants = _constants(where, asset_type=asset_type, owner_class=owner_class, existing=existing)
    check_bounds(bounds, source=where)
    records = _records(read_text(file, source=where), source=where)
    _, header = next(records, (1, []))
    names = [name.strip() for name in header]
    columns = _columns(names, mapping=mapping, ignore=ignore, constants=constants, source=where)
    label = source or file.name
    collector = RowCollector(label, bounds=bounds)
    n_rows = 0
    for row_number, cells in records:
        n_rows += 1
        if len(cells) < len(names) or any(cells[len(names) :]):
            problem = RowProblem("row", RejectCode.WRONG_CELL_COUNT, f"must have {len(names)} cells, has {len(cells)}", ",".join(cells))
            collector.reject(row_number, problem)
            continue
        raw: dict[str, object] = {"asset_id": f"{label}:{row_number}", **constants}
        raw.update((field, cells[position]) for field, position in columns.items())
        collector.add(row_number, raw)
    rows = collector.result(n_rows=n_rows)
    logger.info("%s: %d rows, %d accepted, %d rejected", where, rows.n_rows, rows.n_accepted, rows.n_rejected)
    return rows


def _constants(source: str, *, asset_type: str | None, owner_class: str | None, existing: bool | None) -> dict[str, object]:
    """Return the values given for the whole file, checked."""
    if asset_type is not None:
        check_constant("asset_type", asset_type, ASSET_TYPES, source=source)
    if owner_class is not None:
        check_constant("owner_class", owner_class, OWNER_CLASSES, source=source)
    given = {"asset_type": asset_type, "owner_class": owner_class, "existing": existing}
    return {field: value for field, value in given.items() if value is not None}


def _records(text: str, *, source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and cells of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row_number = 0
    while True:
        row_number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidSourceError(f"row {row_number}", "must be valid CSV", str(error), source=source) from error
        if cells:
            yield row_number, cells


def _columns(
    names: list[str], *, mapping: Mapping[str, str], ignore: Collection[str], constants: Mapping[str, object], source: str
) -> dict[str, int]:
    """Return the position of the column that holds each field."""
    for field, name in mapping.items():
        if field not in FIELDS:
            raise InvalidSourceError("mapping", one_of(field, FIELDS), field, source=source)
        if name not in names:
            raise InvalidSourceError(f"mapping.{field}", one_of(name, names), name, source=source)
    for name in ignore:
        if name not in names:
            raise InvalidSourceError("ignore", one_of(name, names), name, source=source)
    chosen = {field: field for field in FIELDS if field in names and field not in ignore} | dict(mapping)
    for field, name in chosen.items():
        if names.count(name) > 1:
            raise InvalidSourceError(f"column {name!r}", "must occur once", names.count(name), source=source)
        if field in constants:
            rule = f"must come from the column {name!r} or be given for the whole file, not both (ignore the column to override it)"
            raise InvalidSourceError(field, rule, constants[field], source=source)
    for field in ("lat", "lon", "asset_type", "owner_class"):
        if field not in chosen and field not in constants:
            choice = "be a column or mapped to one" + ("" if field in {"lat", "lon"} else ", or given for the whole file")
            raise InvalidSourceError(field, f"must {choice}; a mapped column {one_of(field, names)}", "no such column", source=source)
    return {field: names.index(name) for field, name in chosen.items()}
