"""What the cells of a scenario weigh."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import shapely

from scenarios.data_paths import resolve_one
from scenarios.errors import ScenarioError
from scenarios.places import Plane
from scenarios.scenario import ScenarioFile, WeightByFacilities, WeightByMesh
from siting.demand_build import ByArea, ByFacilities, ByMesh, Weighting
from siting.features import read_features


def gather_weighting(file: ScenarioFile, plane: Plane) -> Weighting:
    """
    Return the weighting of a scenario, read from its files.

    Raises
    ------
    ScenarioError
        A column that is missing, or a value that is no number; names file, row, field and value.
    InvalidInputError
        A file that cannot be read.
    """
    weight = file.scenario.demand.weight
    if isinstance(weight, WeightByMesh):
        return _mesh(weight, file, plane)
    if isinstance(weight, WeightByFacilities):
        return _facilities(weight, file, plane)
    return ByArea()


def _mesh(weight: WeightByMesh, file: ScenarioFile, plane: Plane) -> ByMesh:
    features = read_features(resolve_one(weight.path, scenario=file.path, key="demand.weight.path")).to_crs(plane.crs)
    is_polygon = np.isin(shapely.get_type_id(features.geometries), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    if not is_polygon.all():
        row = int(np.argmin(is_polygon))
        raise ScenarioError(features.source, f"features[{row}]", "must be a polygon", str(features.geometries[row])[:80])
    if weight.table is None:
        people = features.numbers(weight.people_field)
        if np.isnan(people).any():
            raise ScenarioError(
                features.source, f"features[{int(np.argmax(np.isnan(people)))}].{weight.people_field}", "must be a number", None
            )
        return ByMesh(polygons=features.geometries.tolist(), people=people)
    table = str(resolve_one(weight.table, scenario=file.path, key="demand.weight.table"))
    people_of: dict[str, float] = {}
    for number, row in _rows(table, (weight.people_field, weight.table_code_field or "", *weight.where)):
        if all(row[name] == value for name, value in weight.where.items()):
            code = row[weight.table_code_field or ""]
            if code in people_of:
                raise ScenarioError(table, f"row {number}", "must hold each code once; narrow the rows with demand.weight.where", code)
            people_of[code] = _number(row[weight.people_field], table, number, weight.people_field)
    if not people_of:
        raise ScenarioError(table, "demand.weight.where", "must leave some rows of the table", weight.where)
    codes = features.texts(weight.code_field or "")
    return ByMesh(polygons=features.geometries.tolist(), people=np.array([people_of.get(code, 0.0) for code in codes]))


def _facilities(weight: WeightByFacilities, file: ScenarioFile, plane: Plane) -> ByFacilities:
    table = str(resolve_one(weight.path, scenario=file.path, key="demand.weight.path"))
    wanted = ("lon", "lat") if weight.weight_field is None else ("lon", "lat", weight.weight_field)
    rows = [[_number(row[name], table, number, name) for name in wanted] for number, row in _rows(table, wanted)]
    values = np.array(rows, dtype=np.float64).reshape(-1, len(wanted))
    return ByFacilities(
        xy_m=plane.to_m(values[:, 0], values[:, 1]),
        weight=np.ones(len(values)) if weight.weight_field is None else values[:, 2],
        radius_m=weight.radius_m,
    )


def _rows(path: str, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV with their row numbers (the header is row 1), checked to have the columns."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:  # noqa: PTH123  # the path is text for errors
            content = stream.read()
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(path, "file", "must be readable UTF-8 text", str(error)) from None
    reader = csv.DictReader(io.StringIO(content), restval="")
    for name in columns:
        if name not in (reader.fieldnames or ()):
            raise ScenarioError(path, name, f"must be one of the columns {', '.join(reader.fieldnames or ())}", name)
    return [(number, row) for number, row in enumerate(reader, start=2)]


def _number(value: str, path: str, row: int, field: str) -> float:
    """Return a cell as a finite number."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ScenarioError(f"{path}, row {row}", field, "must be a number", value)
    return number
