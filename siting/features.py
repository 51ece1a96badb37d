"""
Features of GeoJSON files, parsed as JSON and never through OGR.

OGR chooses a driver by content, so that a text named ``.geojson`` can make it open other files of the machine.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import shape

from siting.arrays import FloatArray
from siting.crs import any_crs, refuse_degrees
from siting.errors import InvalidInputError
from siting.rings import GeometryArray

JsonObject: TypeAlias = dict[str, object]
_FEATURE_ID = "id"
_SMALLEST_FEATURE_M = 1.0  # half of the zones, meshes, parks and roads of a file are longer; in degrees they are not
_MOST_LONGITUDE = 360.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Features:
    """
    Geometries with properties; every attribute has one entry per feature.

    Attributes
    ----------
    geometries
        Shapely geometries, None where there is none or it cannot be read, shape (n,).
    properties
        Properties by name; a feature's ``id`` counts as one where no property has that name.
    crs
        CRS of the geometries.
    source
        Name of the file, for errors.
    """

    geometries: GeometryArray
    properties: tuple[JsonObject, ...]
    crs: CRS
    source: str

    def __len__(self) -> int:
        return len(self.properties)

    def names(self) -> list[str]:
        """Return the names of all properties, in order of appearance."""
        return list(dict.fromkeys(name for row in self.properties for name in row))

    def values(self, name: str) -> list[object]:
        """Return one property of all features, None where a feature lacks it."""
        return [row.get(name) for row in self.properties]

    def texts(self, name: str) -> list[str]:
        """Return one property of all features as text, empty where a feature lacks it; true is ``"true"``."""
        return ["" if value is None else _text(value) for value in self.values(name)]

    def numbers(self, name: str) -> FloatArray:
        """Return one property of all features as numbers, NaN where a feature lacks it or it is none, shape (n,)."""
        return np.array([_number(value) for value in self.values(name)], dtype=np.float64)

    def where(self, wanted: Mapping[str, str | Sequence[str]]) -> Features:
        """Return the features whose properties, as text, have the wanted value or one of several."""
        allowed = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in wanted.items()}
        columns = {name: self.texts(name) for name in allowed}
        rows = [i for i in range(len(self)) if all(columns[name][i] in values for name, values in allowed.items())]
        return Features(
            geometries=self.geometries[rows], properties=tuple(self.properties[i] for i in rows), crs=self.crs, source=self.source
        )

    def to_crs(self, crs: CRS) -> Features:
        """
        Return the features in another CRS.

        Raises
        ------
        InvalidInputError
            Degrees where the features' own CRS has metres, the reverse, or places where the other CRS does not hold.
        """
        self._check_unit()
        if crs == self.crs:
            return self
        transformer = Transformer.from_crs(self.crs, crs, always_xy=True)

        def move(xy: FloatArray) -> FloatArray:
            moved: FloatArray = np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
            is_lost = ~np.isfinite(moved).all(axis=1)
            if is_lost.any():
                rule = f"must lie where {crs.to_string()} holds"
                raise InvalidInputError("coordinates", rule, xy[is_lost][0].tolist(), source=self.source)
            return moved

        moved = shapely.transform(shapely.force_2d(self.geometries), move)
        return Features(geometries=moved, properties=self.properties, crs=crs, source=self.source)

    def _check_unit(self) -> None:
        """Refuse coordinates that cannot be in the unit of the CRS."""
        bounds = shapely.bounds(self.geometries)
        if self.crs.is_projected:
            refuse_degrees(bounds, smallest_m=_SMALLEST_FEATURE_M, source=self.source)
            return
        is_beyond = (np.abs(bounds) > (_MOST_LONGITUDE, 90.0, _MOST_LONGITUDE, 90.0)).any(axis=1)
        if is_beyond.any():
            value = bounds[is_beyond][0].tolist()
            raise InvalidInputError("coordinates", f"must be longitudes and latitudes ({self.crs.name})", value, source=self.source)


def read_features(path: Path) -> Features:
    """
    Read a GeoJSON feature collection.

    Longitude and latitude (RFC 7946) unless the file has the older ``crs`` member.

    Raises
    ------
    InvalidInputError
        Not JSON (NaN and Infinity are not), nested too deep, no feature collection, or an unknown CRS.
    """
    source = str(path)
    document = _document(path, source)
    features = _features(document, source)
    geometries = np.empty(len(features), dtype=object)
    geometries[:] = [_geometry(feature.get("geometry")) for feature in features]
    return Features(
        geometries=geometries, properties=tuple(_properties(feature) for feature in features), crs=_crs(document, source), source=source
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _number(value: object) -> float:
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else math.nan
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _document(path: Path, source: str) -> JsonObject:
    """Return the JSON object a file holds."""

    def refuse(constant: str) -> object:
        raise InvalidInputError("file", "must not hold NaN or Infinity (JSON has neither)", constant, source=source)

    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=refuse)
    except InvalidInputError:
        raise
    except RecursionError:
        raise InvalidInputError("file", "must not be nested so deep", "too many levels", source=source) from None
    except (OSError, ValueError) as error:
        raise InvalidInputError("file", "must be readable, complete GeoJSON in UTF-8", str(error), source=source) from error
    if not isinstance(document, dict):
        raise InvalidInputError("file", "must hold a JSON object", type(document).__name__, source=source)
    return document


def _features(document: JsonObject, source: str) -> list[JsonObject]:
    """Return the features of a collection."""
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise InvalidInputError("type", "must be 'FeatureCollection' with a list of features", document.get("type"), source=source)
    for row, feature in enumerate(features):
        if not isinstance(feature, dict):
            raise InvalidInputError(f"features[{row}]", "must be a JSON object", type(feature).__name__, source=source)
    return features


def _crs(document: JsonObject, source: str) -> CRS:
    """Return the CRS of the old member, or longitude and latitude when there is none."""
    member = document.get("crs", {"properties": {"name": "OGC:CRS84"}})
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    try:
        return any_crs("crs", name)
    except InvalidInputError as error:
        raise error.at(source) from None


def _geometry(geometry: object) -> shapely.Geometry | None:
    """Return a geometry; None where there is none or it cannot be read."""
    if not isinstance(geometry, dict):
        return None
    try:
        return shape(geometry)
    # Whatever is wrong with the nesting or the types surfaces as one of these; the row is rejected and reported.
    except (shapely.errors.ShapelyError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None


def _properties(feature: JsonObject) -> JsonObject:
    """Return the properties of a feature, and its id among them."""
    properties = feature.get("properties")
    own = properties if isinstance(properties, dict) else {}
    return {_FEATURE_ID: feature[_FEATURE_ID], **own} if _FEATURE_ID in feature else own
