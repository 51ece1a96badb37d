"""Tables of places and numbers that a scenario names: CSV in UTF-8, every cell fit for use."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path

from assets_db.errors import one_of
from scenarios.errors import ScenarioError
from scenarios.scenario import ScenarioFile


def csv_rows(table: Path, asked: Mapping[str, str], file: ScenarioFile) -> list[tuple[int, dict[str, str]]]:
    """
    Return the rows of a table with their numbers; the header is row 1.

    Parameters
    ----------
    table
        The file.
    asked
        Columns that the table must have, each with the key of the scenario that asks for it.
    file
        The scenario.

    Raises
    ------
    ScenarioError
        A file that cannot be read, or a column it does not have.
    """
    try:
        reader = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline=""), restval="")
        columns = list(reader.fieldnames or ())
        rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ScenarioError(str(table), "file", "must be a readable CSV in UTF-8", str(error)) from None
    for name, key in asked.items():
        if name not in columns:
            raise ScenarioError(str(file.path), key, f"{one_of(name, columns)}, the columns of {table.name}", name)
    return rows


def number_in(row: Mapping[str, str], field: str, table: Path, number: int, *, at_least: float, at_most: float = math.inf) -> float:
    """
    Return a cell as a finite number within limits.

    Raises
    ------
    ScenarioError
        Names file, row, column, rule and value.
    """
    try:
        value = float(row[field])
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and at_least <= value <= at_most):
        rule = f"must be a number >= {at_least:g}" if math.isinf(at_most) else f"must be a number in {at_least:g}..{at_most:g}"
        raise ScenarioError(f"{table}, row {number}", field, rule, row[field])
    return value


def lon_lat(row: Mapping[str, str], table: Path, number: int) -> tuple[float, float]:
    """
    Return the place that the columns ``lon`` and ``lat`` of a row hold [deg].

    Raises
    ------
    ScenarioError
        As :func:`number_in`.
    """
    lon = number_in(row, "lon", table, number, at_least=-180.0, at_most=180.0)
    return lon, number_in(row, "lat", table, number, at_least=-90.0, at_most=90.0)
