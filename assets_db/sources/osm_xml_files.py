"""OpenStreetMap XML as a source: nodes and ways that have tags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assets_db.osm_xml import OsmElement, iterate_elements
from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.sources.features import Feature, FeatureFile, open_features
from assets_db.sources.shapes import in_degrees
from assets_db.sources.source_file import Format, SourceFile
from assets_db.sources.spec import SourceSpec

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_FEATURES = frozenset({"node", "way", "relation"})
_LEAST_RING = 4


def open_osm_xml(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open an OpenStreetMap XML file as a source.

    Raises
    ------
    InvalidSourceError
        It is cut off, no OSM XML, or declares a document type.
    """

    def read() -> Iterator[Feature]:
        positions: dict[str, tuple[str, str]] = {}
        for element in iterate_elements(path):
            if element.kind == "node":
                positions[element.attributes.get("id", "")] = (element.attributes.get("lon", ""), element.attributes.get("lat", ""))
            if element.tags and element.kind in _FEATURES:
                yield _feature(element, positions)

    return open_features(FeatureFile(path=path, format="osm_xml", features=read, is_osm=True), spec)


def _feature(element: OsmElement, positions: dict[str, tuple[str, str]]) -> Feature:
    """Return an element as a feature."""
    properties = {**element.tags, "@id": f"{element.kind}/{element.attributes.get('id', '')}"}
    names = (element.attributes.get("id", ""),) if element.kind == "node" else element.nodes
    try:
        shape = _shape(element.kind, [positions[name] for name in names if name in positions], n_nodes=len(names))
        return Feature(element.line, properties, None if shape is None else in_degrees(shape, ""))
    except RowProblem as problem:
        return Feature(element.line, properties, None, problem)


def _shape(kind: str, texts: list[tuple[str, str]], *, n_nodes: int) -> BaseGeometry | None:
    """Return the shape of a node or way; ``None`` where nodes are missing from the file."""
    from shapely import LineString, Point, Polygon  # noqa: PLC0415

    if not texts or len(texts) != n_nodes:
        return None
    try:
        vertices = [(float(lon), float(lat)) for lon, lat in texts]
    except ValueError:
        raise RowProblem("lat, lon", RejectCode.NOT_NUMERIC, "must be degrees", ", ".join(texts[0])) from None
    if kind == "node":
        return Point(vertices[0])
    if len(vertices) >= _LEAST_RING and vertices[0] == vertices[-1]:
        return Polygon(vertices)
    return LineString(vertices) if len(vertices) > 1 else Point(vertices[0])


def _recognises(_path: Path, head: bytes) -> bool:
    """Tell whether a file is OpenStreetMap XML."""
    return b"<osm" in head and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


FORMAT = Format(name="osm_xml", recognises=_recognises, open=open_osm_xml)
"""OpenStreetMap XML."""
