"""What the cells of a scenario weigh."""

from __future__ import annotations

import logging

import numpy as np

from scenarios.csv_tables import csv_rows, lon_lat, number_in
from scenarios.data_paths import resolve_one
from scenarios.demand_tables import Weight, WeightByFacilities, WeightByMesh
from scenarios.errors import ScenarioError
from scenarios.layers import read_layer, require_polygons, require_property
from scenarios.places import Plane
from scenarios.scenario import ScenarioFile
from siting.arrays import FloatArray
from siting.demand_build import ByArea, ByFacilities, ByMesh, Weighting
from siting.features import Features

logger = logging.getLogger(__name__)


def gather_weighting(weight: Weight, key: str, file: ScenarioFile, plane: Plane) -> Weighting:
    """
    Return a weighting of a scenario, read from its files.

    Parameters
    ----------
    weight
        The table that describes it.
    key
        Where the scenario has that table.
    file, plane
        The scenario and its plane.

    Raises
    ------
    ScenarioError
        A column that is missing, or a value that is no number or below 0; names file, row, field and value.
    InvalidInputError
        A file that cannot be read.
    """
    if isinstance(weight, WeightByMesh):
        features = read_layer(weight.path, key, file, plane)
        require_polygons(features)
        if weight.table is None:
            people = _people(weight, key, features, file)
        else:
            people = _people_of_table(weight, weight.table, key, features, file)
        return ByMesh(polygons=features.geometries.tolist(), people=people)
    if isinstance(weight, WeightByFacilities):
        return _facilities(weight, key, file, plane)
    return ByArea()


def _people(weight: WeightByMesh, key: str, features: Features, file: ScenarioFile) -> FloatArray:
    """Return the people of each mesh from a property of it."""
    require_property(weight.people_field, f"{key}.people_field", features, file)
    people = features.numbers(weight.people_field)
    is_wrong = ~(people >= 0)
    if is_wrong.any():
        row = int(np.argmax(is_wrong))
        found = features.values(weight.people_field)[row]
        rule = "must not be empty" if found is None else "must be a number >= 0"
        raise ScenarioError(features.source, f"feature {row + 1}: {weight.people_field}", rule, found)
    return people


def _people_of_table(weight: WeightByMesh, path: str, key: str, features: Features, file: ScenarioFile) -> FloatArray:
    """Return the people of each mesh from the row of a table that has its code; none where there is no row."""
    code_field, table_code_field = weight.code_field or "", weight.table_code_field or ""
    require_property(code_field, f"{key}.code_field", features, file)
    table = resolve_one(path, scenario=file.path, key=f"{key}.table")
    people_of: dict[str, float] = {}
    asked = {weight.people_field: f"{key}.people_field", table_code_field: f"{key}.table_code_field"}
    for number, row in csv_rows(table, asked | dict.fromkeys(weight.where, f"{key}.where"), file):
        if all(row[name] == value for name, value in weight.where.items()):
            code = row[table_code_field]
            if code in people_of:
                raise ScenarioError(f"{table}, row {number}", table_code_field, f"must occur once; narrow the rows with {key}.where", code)
            people_of[code] = number_in(row, weight.people_field, table, number, at_least=0.0)
    if not people_of:
        raise ScenarioError(str(file.path), f"{key}.where", f"must leave some rows of {table.name}", weight.where or None)
    codes = features.texts(code_field)
    n_found = sum(code in people_of for code in codes)
    if not n_found:
        rule = f"must have values that occur in the column {table_code_field!r} of {table.name}"
        raise ScenarioError(features.source, code_field, rule, codes[0])
    if n_found < len(codes):
        logger.info("%s: %d of %d meshes have no row in %s and count as empty", features.source, len(codes) - n_found, len(codes), table)
    return np.array([people_of.get(code, 0.0) for code in codes])


def _facilities(weight: WeightByFacilities, key: str, file: ScenarioFile, plane: Plane) -> ByFacilities:
    """Return the facilities of a table."""
    table = resolve_one(weight.path, scenario=file.path, key=f"{key}.path")
    asked = {"lon": f"{key}.path", "lat": f"{key}.path"}
    asked |= {} if weight.weight_field is None else {weight.weight_field: f"{key}.weight_field"}
    places, weights = [], []
    for number, row in csv_rows(table, asked, file):
        places.append(lon_lat(row, table, number))
        weights.append(1.0 if weight.weight_field is None else number_in(row, weight.weight_field, table, number, at_least=0.0))
    values = np.array(places, dtype=np.float64).reshape(-1, 2)
    return ByFacilities(xy_m=plane.to_m(values[:, 0], values[:, 1]), weight=np.array(weights), radius_m=weight.radius_m)
