"""What the cells of a scenario weigh."""

from __future__ import annotations

import csv
import io
import logging
import math
from pathlib import Path

import numpy as np

from assets_db.errors import one_of
from scenarios.data_paths import resolve_one
from scenarios.errors import ScenarioError
from scenarios.layers import read_layer, require_polygons, require_property
from scenarios.places import Plane
from scenarios.scenario import ScenarioFile, WeightByFacilities, WeightByMesh
from siting.arrays import FloatArray
from siting.demand_build import ByArea, ByFacilities, ByMesh, Weighting
from siting.features import Features

logger = logging.getLogger(__name__)

_KEY = "demand.weight"


def gather_weighting(file: ScenarioFile, plane: Plane) -> Weighting:
    """
    Return the weighting of a scenario, read from its files.

    Raises
    ------
    ScenarioError
        A column that is missing, or a value that is no number or below 0; names file, row, field and value.
    InvalidInputError
        A file that cannot be read.
    """
    weight = file.scenario.demand.weight
    if isinstance(weight, WeightByMesh):
        features = read_layer(weight.path, _KEY, file, plane)
        require_polygons(features)
        people = _people(weight, features, file) if weight.table is None else _people_of_table(weight, weight.table, features, file)
        return ByMesh(polygons=features.geometries.tolist(), people=people)
    if isinstance(weight, WeightByFacilities):
        return _facilities(weight, file, plane)
    return ByArea()


def _people(weight: WeightByMesh, features: Features, file: ScenarioFile) -> FloatArray:
    """Return the people of each mesh from a property of it."""
    require_property(weight.people_field, f"{_KEY}.people_field", features, file)
    people = features.numbers(weight.people_field)
    is_wrong = ~(people >= 0)
    if is_wrong.any():
        row = int(np.argmax(is_wrong))
        found = features.values(weight.people_field)[row]
        raise ScenarioError(features.source, f"feature {row + 1}: {weight.people_field}", "must be a number >= 0", found)
    return people


def _people_of_table(weight: WeightByMesh, path: str, features: Features, file: ScenarioFile) -> FloatArray:
    """Return the people of each mesh from the row of a table that has its code; none where there is no row."""
    code_field, table_code_field = weight.code_field or "", weight.table_code_field or ""
    require_property(code_field, f"{_KEY}.code_field", features, file)
    table = resolve_one(path, scenario=file.path, key=f"{_KEY}.table")
    people_of: dict[str, float] = {}
    asked = {weight.people_field: "people_field", table_code_field: "table_code_field"} | dict.fromkeys(weight.where, "where")
    for number, row in _rows(table, asked, file):
        if all(row[name] == value for name, value in weight.where.items()):
            code = row[table_code_field]
            if code in people_of:
                raise ScenarioError(f"{table}, row {number}", table_code_field, f"must occur once; narrow the rows with {_KEY}.where", code)
            people_of[code] = _number(row, weight.people_field, table, number, at_least=0.0)
    if not people_of:
        raise ScenarioError(str(file.path), f"{_KEY}.where", f"must leave some rows of {table.name}", weight.where or None)
    codes = features.texts(code_field)
    n_found = sum(code in people_of for code in codes)
    if not n_found:
        rule = f"must have values that occur in the column {table_code_field!r} of {table.name}"
        raise ScenarioError(features.source, code_field, rule, codes[0])
    if n_found < len(codes):
        logger.info("%s: %d of %d meshes have no row in %s and count as empty", features.source, len(codes) - n_found, len(codes), table)
    return np.array([people_of.get(code, 0.0) for code in codes])


def _facilities(weight: WeightByFacilities, file: ScenarioFile, plane: Plane) -> ByFacilities:
    """Return the facilities of a table."""
    table = resolve_one(weight.path, scenario=file.path, key=f"{_KEY}.path")
    asked = {"lon": "path", "lat": "path"} | ({} if weight.weight_field is None else {weight.weight_field: "weight_field"})
    places, weights = [], []
    for number, row in _rows(table, asked, file):
        lon = _number(row, "lon", table, number, at_least=-180.0, at_most=180.0)
        places.append((lon, _number(row, "lat", table, number, at_least=-90.0, at_most=90.0)))
        weights.append(1.0 if weight.weight_field is None else _number(row, weight.weight_field, table, number, at_least=0.0))
    values = np.array(places, dtype=np.float64).reshape(-1, 2)
    return ByFacilities(xy_m=plane.to_m(values[:, 0], values[:, 1]), weight=np.array(weights), radius_m=weight.radius_m)


def _rows(table: Path, asked: dict[str, str], file: ScenarioFile) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV with their numbers (the header is row 1), checked to have columns that keys of the scenario ask for."""
    try:
        reader = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline=""), restval="")
        columns = list(reader.fieldnames or ())
        rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ScenarioError(str(table), "file", "must be a readable CSV in UTF-8", str(error)) from None
    for name, key in asked.items():
        if name not in columns:
            raise ScenarioError(str(file.path), f"{_KEY}.{key}", f"{one_of(name, columns)}, the columns of {table.name}", name)
    return rows


def _number(row: dict[str, str], field: str, table: Path, number: int, *, at_least: float, at_most: float = math.inf) -> float:
    """Return a cell as a finite number within limits."""
    try:
        value = float(row[field])
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and at_least <= value <= at_most):
        rule = f"must be a number >= {at_least:g}" if math.isinf(at_most) else f"must be a number in {at_least:g}..{at_most:g}"
        raise ScenarioError(f"{table}, row {number}", field, rule, row[field])
    return value
