"""Layers of polygons and lines that a scenario names: read into its plane, every feature fit for use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import shapely

from assets_db.errors import one_of
from scenarios.data_paths import resolve_one
from scenarios.errors import ScenarioError
from scenarios.places import Plane
from scenarios.scenario import ScenarioFile
from siting.features import Features, read_features

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_layer(path: str, key: str, file: ScenarioFile, plane: Plane, *, where: Mapping[str, Sequence[str]] | None = None) -> Features:
    """
    Return the features of a file in the plane of a scenario.

    Parameters
    ----------
    path
        As the scenario names it, under ``key``.
    where
        The values that properties of the wanted features have; all features when omitted.

    Raises
    ------
    ScenarioError
        No such file, a property that no feature has, or no feature left.
    InvalidInputError
        A file that cannot be read, or coordinates in another unit than its CRS says.
    """
    found = resolve_one(path, scenario=file.path, key=f"{key}.path")
    features = read_features(found).to_crs(plane.crs)
    if not len(features):
        raise ScenarioError(str(found), "features", "must not be empty", None)
    for name in where or {}:
        require_property(name, f"{key}.where", features, file)
    wanted = features.where(where or {})
    if not len(wanted):
        values = {name: list(one) for name, one in (where or {}).items()}
        raise ScenarioError(str(file.path), f"{key}.where", f"must leave some of the {len(features)} features of {found.name}", values)
    return wanted


def require_property(name: str, key: str, features: Features, file: ScenarioFile) -> None:
    """
    Raise unless some feature has a property, suggesting the nearest.

    Raises
    ------
    ScenarioError
        Names the scenario, the key that asks for the property, and those there are.
    """
    if name not in features.names():
        rule = f"{one_of(name, features.names())}, the properties of {Path(features.source).name}"
        raise ScenarioError(str(file.path), key, rule, name)


def require_polygons(features: Features, names: Sequence[str] | None = None, *, may_cross: bool = False) -> None:
    """
    Raise for a feature that is no polygon, is empty or crosses itself.

    Parameters
    ----------
    features
        Features of one file.
    names
        What to call each in the error; by default its number in the file, counted from 1.
    may_cross
        Polygons that cross themselves pass: they are repaired later.

    Raises
    ------
    ScenarioError
        Names file, feature, rule and what was found.
    """
    geometries = features.geometries

    def refuse(row: int, rule: str, value: object) -> ScenarioError:
        return ScenarioError(features.source, f"feature {row + 1}" if names is None else names[row], rule, value)

    is_missing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    if is_missing.any():
        raise refuse(int(np.argmax(is_missing)), "must have a polygon that is readable and not empty", None)
    is_other = ~np.isin(shapely.get_type_id(geometries), _POLYGONS)
    if is_other.any():
        row = int(np.argmax(is_other))
        raise refuse(row, "must be a polygon", geometries[row].geom_type)
    is_broken = ~shapely.is_valid(geometries)
    if is_broken.any() and not may_cross:
        row = int(np.argmax(is_broken))
        raise refuse(row, "must not cross itself", shapely.is_valid_reason(geometries[row]))
