"""GeoJSON as a source, read as JSON alone so that a file can name no other file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assets_db.errors import InvalidSourceError
from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.sources.features import Feature, FeatureFile, open_features
from assets_db.sources.json_files import read_json
from assets_db.sources.plane import is_known_system
from assets_db.sources.shapes import in_degrees
from assets_db.sources.source_file import Format, SourceFile
from assets_db.sources.spec import SourceSpec

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_EPSG = re.compile(r"EPSG:(?:[\d.]*:)?(\d{4,6})$", re.IGNORECASE)
_CRS84 = re.compile(r"CRS84$", re.IGNORECASE)
_IN_DEGREES = frozenset({"4326", "6668", "6697"})
_COLLECTION = re.compile(rb'"(FeatureCollection|features)"|"type"\s*:\s*"Feature"')


def open_geojson(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a GeoJSON file as a source.

    Raises
    ------
    InvalidSourceError
        It is no complete feature collection, or in an unknown coordinate system.
    """
    document, encoding = read_json(path)
    where = str(path)
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise InvalidSourceError("type", "must be FeatureCollection", type(document).__name__, source=where)
    features = document.get("features")
    if not isinstance(features, list):
        raise InvalidSourceError("features", "must be a list", type(features).__name__, source=where)
    system = _system(document.get("crs"), where)

    def read() -> Iterator[Feature]:
        for row, feature in enumerate(features, start=1):
            yield _feature(row, feature, system)

    return open_features(FeatureFile(path=path, format="geojson", features=read, encoding=encoding), spec)


def _system(crs: object, where: str) -> str:
    """Return the coordinate system a file names; empty where its coordinates are those of the register."""
    if crs is None:
        return ""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    found = _EPSG.search(name) if isinstance(name, str) else None
    if isinstance(name, str) and _CRS84.search(name):
        return ""
    if found is None or not is_known_system(int(found[1])):
        raise InvalidSourceError("crs", "must be CRS84 or a known EPSG number", str(name)[:80], source=where)
    return "" if found[1] in _IN_DEGREES else f"EPSG:{found[1]}"


def _feature(row: int, feature: object, system: str) -> Feature:
    """Return one entry of the list of features."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return Feature(row, {}, None, RowProblem("row", RejectCode.NOT_A_FEATURE, "must be a GeoJSON feature", type(feature).__name__))
    found = feature.get("properties")
    properties: dict[str, object] = dict(found) if isinstance(found, dict) else {}
    if isinstance(feature.get("id"), str | int):
        properties.setdefault("id", feature["id"])
    geometry = feature.get("geometry")
    if geometry is None:
        return Feature(row, properties, None)
    try:
        return Feature(row, properties, in_degrees(_shape(geometry), system))
    except RowProblem as problem:
        return Feature(row, properties, None, problem)


def _shape(geometry: object) -> BaseGeometry:
    """
    Return a geometry object as a shape.

    Raises
    ------
    RowProblem
        It is none.
    """
    import numpy as np  # noqa: PLC0415
    from shapely import GEOSException  # noqa: PLC0415
    from shapely.geometry import shape  # noqa: PLC0415

    if not isinstance(geometry, dict):
        raise RowProblem("geometry", RejectCode.INVALID_GEOMETRY, "must be a GeoJSON geometry", type(geometry).__name__)
    kind = str(geometry.get("type"))
    try:
        with np.errstate(all="ignore"):
            return shape(geometry)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError, RecursionError, GEOSException) as error:
        raise RowProblem("geometry", RejectCode.INVALID_GEOMETRY, "must be a GeoJSON geometry", kind) from error


def _recognises(_path: Path, head: bytes) -> bool:
    """Tell whether a file is GeoJSON."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and (
        _COLLECTION.search(head) is not None or _path.suffix.lower() == ".geojson"
    )


FORMAT = Format(name="geojson", recognises=_recognises, open=open_geojson)
"""GeoJSON."""
