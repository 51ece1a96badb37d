"""OpenStreetMap features stored as GeoJSON, read without OGR so that a file can name no other file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from assets_db.errors import InvalidSourceError
from assets_db.text_files import read_text

_GEOGRAPHIC_CRS = re.compile(r"(CRS84|EPSG:([\d.]*:)?(4326|6668|4612))$", re.IGNORECASE)
_OSM_ID = re.compile(r"(node|way|relation)/\d+", re.ASCII)
_ID_TAGS = ("@id", "osm_id", "osmid", "id")
_KIND_TAGS = ("element", "osm_type", "@type")
_KINDS = ("node", "way", "relation")


class OsmFeature(NamedTuple):
    """
    One feature of an OSM file.

    Attributes
    ----------
    row
        Where a person finds it, counted from 1.
    osm_id
        ``node/123``, or None if the file gives no id.
    tags
        Its tags as text; true is ``"true"``; null and nested values are left out.
    geometry_type
        ``"Point"`` or another type; empty if it has no geometry.
    lon, lat
        Raw coordinates of a point, not checked.
    """

    row: int
    osm_id: str | None
    tags: dict[str, str]
    geometry_type: str
    lon: object
    lat: object


def iterate_geojson(path: Path) -> Iterator[OsmFeature | None]:
    """
    Yield the features of a GeoJSON file in order, and None for an entry that is no feature.

    Raises
    ------
    InvalidSourceError
        The file is missing, unreadable, no feature collection, or in a projected CRS.
    """
    source = str(path)
    try:
        document = json.loads(read_text(path, source=source))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidSourceError):
            raise
        raise InvalidSourceError("file", "must be complete GeoJSON", str(error), source=source) from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        found = document.get("type") if isinstance(document, dict) else document
        raise InvalidSourceError("type", "must be FeatureCollection", _shown(found), source=source)
    if not isinstance(document.get("features"), list):
        raise InvalidSourceError("features", "must be a list", _shown(document.get("features")), source=source)
    _refuse_projected(document.get("crs"), source=source)
    for row, feature in enumerate(document["features"], start=1):
        yield _feature(row, feature) if isinstance(feature, dict) and feature.get("type") == "Feature" else None


def _refuse_projected(crs: object, *, source: str) -> None:
    """Raise unless the coordinates are degrees in the order longitude, latitude."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not _GEOGRAPHIC_CRS.search(name):
        raise InvalidSourceError("crs", "must be longitude and latitude (CRS84, EPSG:4326 or EPSG:6668)", _shown(name), source=source)


def _feature(row: int, feature: dict[str, object]) -> OsmFeature:
    """Return a feature with its tags as text and the raw coordinates of its point."""
    properties = feature.get("properties")
    raw_tags = properties if isinstance(properties, dict) else {}
    tags = {key: _tag_text(value) for key, value in raw_tags.items() if isinstance(value, str | int | float)}
    geometry = feature.get("geometry")
    geometry_type = _shown(geometry.get("type")) if isinstance(geometry, dict) else ""
    position = geometry.get("coordinates") if isinstance(geometry, dict) and geometry_type == "Point" else None
    lon, lat = position[:2] if isinstance(position, list) and len(position) >= 2 else (None, None)
    return OsmFeature(row=row, osm_id=_osm_id(feature.get("id"), tags), tags=tags, geometry_type=geometry_type, lon=lon, lat=lat)


def _shown(value: object) -> str:
    """Return a text as it is and of anything else only the type: untrusted nesting can be too deep to print."""
    return value if isinstance(value, str) else type(value).__name__


def _tag_text(value: str | float) -> str:
    """Return a property as the text of a tag."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _osm_id(feature_id: object, tags: dict[str, str]) -> str | None:
    """Return the id in the form node/123; a bare number as feature id may be a mere row index and is only the last resort."""
    text = next((tags[key] for key in _ID_TAGS if tags.get(key)), None)
    if text is not None:
        kind = next((tags[key] for key in _KIND_TAGS if tags.get(key) in _KINDS), "node")
        return f"{kind}/{text}" if text.isdecimal() else text
    if isinstance(feature_id, str) and _OSM_ID.fullmatch(feature_id):
        return feature_id
    return _tag_text(feature_id) if isinstance(feature_id, str | int | float) else None
