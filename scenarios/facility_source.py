"""The facilities of a scenario: places that count as a whole."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from scenarios.csv_tables import csv_rows, lon_lat, number_in
from scenarios.data_paths import resolve_one
from scenarios.demand_tables import FacilityTable
from scenarios.errors import ScenarioError, in_table
from scenarios.layers import read_layer, require_property
from scenarios.places import Plane
from scenarios.scenario import ScenarioFile
from siting import DemandGrid
from siting.arrays import FloatArray
from siting.facility_build import build_facilities
from siting.rules import Facility

logger = logging.getLogger(__name__)

_SHAPES = (shapely.GeometryType.POINT, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Places:
    """What a file says of facilities: geometries in the plane (k,), names (k,) and weights (k,)."""

    geometries: Sequence[BaseGeometry]
    names: tuple[str, ...]
    weight: FloatArray


def gather_facilities(file: ScenarioFile, plane: Plane, demand: DemandGrid) -> tuple[Facility, ...]:
    """
    Return the facilities of a scenario that have outdoor cells in the zones.

    Raises
    ------
    ScenarioError
        A file, column or value that cannot be used, a list none of whose facilities has a cell, or one that is called like
        a zone.
    InvalidInputError
        A file that cannot be read.
    """
    found: list[Facility] = []
    for position, table in enumerate(file.scenario.facilities):
        key = f"facilities[{position + 1}]"
        if table.name in demand.groups:
            raise ScenarioError(str(file.path), f"{key}.name", "must not be the name of a zone", table.name)
        path = resolve_one(table.path, scenario=file.path, key=f"{key}.path")
        places = _of_table(table, key, file, plane) if path.suffix.lower() == ".csv" else _of_layer(table, key, file, plane)
        with in_table(file, key):
            facilities = build_facilities(
                demand,
                places.geometries,
                names=places.names,
                weight=places.weight,
                kind=table.name,
                radius_m=table.radius_m,
                share=table.share,
            )
        n_without = len(places.names) - len(facilities)
        logger.log(
            logging.WARNING if n_without else logging.INFO,
            "facilities %s: %d read, %d used, %d without an outdoor cell in the zones",
            table.name,
            len(places.names),
            len(facilities),
            n_without,
        )
        if not facilities:
            rule = f"must leave facilities with outdoor cells in the zones: none of its {len(places.names)} has one"
            raise ScenarioError(str(file.path), key, rule, None)
        found += facilities
    return _with_different_names(found)


def _with_different_names(facilities: list[Facility]) -> tuple[Facility, ...]:
    """Return facilities of which those that are called like one before are numbered."""
    taken: set[str] = set()
    named = []
    for one in facilities:
        name, number = one.name, 1
        while name in taken:
            number += 1
            name = f"{one.name} ({number})"
        taken.add(name)
        named.append(replace(one, name=name))
    return tuple(named)


def _of_table(table: FacilityTable, key: str, file: ScenarioFile, plane: Plane) -> _Places:
    """Return the facilities of a CSV with the columns ``lat`` and ``lon``."""
    path = resolve_one(table.path, scenario=file.path, key=f"{key}.path")
    asked = {"lon": f"{key}.path", "lat": f"{key}.path"} | dict.fromkeys(table.where, f"{key}.where")
    asked |= {name: f"{key}.{field}" for field in ("weight_field", "name_field") if (name := getattr(table, field)) is not None}
    degrees, names, weights = [], [], []
    for number, row in csv_rows(path, asked, file):
        if all(row[column] in wanted for column, wanted in table.where.items()):
            degrees.append(lon_lat(row, path, number))
            names.append((row[table.name_field] if table.name_field else "") or f"{table.name} {number}")
            factor = 1.0 if table.weight_field is None else number_in(row, table.weight_field, path, number, at_least=0.0)
            weights.append(table.weight * factor)
    _require_some(names, table, key, path.name, file)
    longitude, latitude = np.array(degrees, dtype=np.float64).T
    return _Places(geometries=[shapely.Point(xy) for xy in plane.to_m(longitude, latitude)], names=tuple(names), weight=np.array(weights))


def _of_layer(table: FacilityTable, key: str, file: ScenarioFile, plane: Plane) -> _Places:
    """Return the facilities of a GeoJSON of points or polygons."""
    features = read_layer(table.path, key, file, plane, where=table.where)
    for field in ("weight_field", "name_field"):
        if (name := getattr(table, field)) is not None:
            require_property(name, f"{key}.{field}", features, file)
    geometries = features.geometries
    is_wrong = shapely.is_missing(geometries) | shapely.is_empty(geometries) | ~np.isin(shapely.get_type_id(geometries), _SHAPES)
    if is_wrong.any():
        row = int(np.argmax(is_wrong))
        found = None if geometries[row] is None else geometries[row].geom_type
        raise ScenarioError(features.source, f"feature {row + 1}", "must be a point or a polygon that is not empty", found)
    if not (is_valid := shapely.is_valid(geometries)).all():
        row = int(np.argmin(is_valid))
        raise ScenarioError(features.source, f"feature {row + 1}", "must not cross itself", shapely.is_valid_reason(geometries[row]))
    called = [""] * len(features) if table.name_field is None else features.texts(table.name_field)
    weight = np.full(len(features), table.weight)
    if table.weight_field is not None:
        values = features.numbers(table.weight_field)
        if not (values >= 0).all():
            row = int(np.argmin(values >= 0))
            found = features.values(table.weight_field)[row]
            rule = "must not be empty" if found is None else "must be a number >= 0"
            raise ScenarioError(features.source, f"feature {row + 1}: {table.weight_field}", rule, found)
        weight = weight * values
    names = tuple(name or f"{table.name} {row + 1}" for row, name in enumerate(called))
    return _Places(geometries=geometries.tolist(), names=names, weight=weight)


def _require_some(names: list[str], table: FacilityTable, key: str, path: str, file: ScenarioFile) -> None:
    """Raise where a table has no rows, or none that is wanted."""
    if not names:
        values = {name: list(one) for name, one in table.where.items()}
        raise ScenarioError(str(file.path), f"{key}.where" if values else f"{key}.path", f"must leave some rows of {path}", values or None)
