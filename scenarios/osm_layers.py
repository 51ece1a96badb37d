"""The layers a scenario takes from OpenStreetMap: roads, street lamps, parks, signals, buildings."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import shapely

from assets_db.osm_points import tag_height_m
from assets_db.osm_xml import iterate_elements
from assets_db.row_checks import RowProblem, number
from siting.errors import InvalidInputError

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    import pandas as pd

logger = logging.getLogger(__name__)

ROAD_CLASSES = frozenset(
    {
        *(name + link for name in ("motorway", "trunk", "primary", "secondary", "tertiary") for link in ("", "_link")),
        *("unclassified", "residential", "living_street", "service", "road", "track", "busway", "pedestrian"),
        *("footway", "path", "steps", "cycleway", "bridleway"),
    }
)
"""OSM ``highway`` values of ways one can drive or walk on."""

ROAD_TAGS = ("highway", "area", "name", "layer", "tunnel", "bridge", "lit")
"""Tags kept of every road."""

FEATURE_TAGS: MappingProxyType[str, bool | str | list[str]] = MappingProxyType(
    {"highway": ["street_lamp", "traffic_signals"], "leisure": "park", "building": True}
)
"""Features besides roads that a scenario uses."""

CRS = "EPSG:4326"
"""Of every layer."""

_AREAS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, kw_only=True, eq=False)
class OsmLayers:
    """
    One area's layers in EPSG:4326. Every layer has ``osm_id`` (such as ``way/123``) and ``name``, null if unknown.

    Attributes
    ----------
    roads
        Lines from junction to junction, each on one OSM way and once for both directions, with ``klass`` (the tag ``highway``),
        ``layer`` (null if not tagged), ``tunnel``, ``bridge``, ``lit`` and ``length_m``.
    street_lamps, signals
        Points with ``highway`` and ``height`` as tagged.
    parks
        Polygons with ``leisure``.
    buildings
        Polygons with ``building``, ``height_m`` and ``levels``, null where not tagged or unreadable.
    zone
        The one polygon of the area.
    """

    roads: gpd.GeoDataFrame
    street_lamps: gpd.GeoDataFrame
    parks: gpd.GeoDataFrame
    signals: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    zone: gpd.GeoDataFrame


def layers_from_xml(path: str | Path) -> OsmLayers:
    """
    Return the layers of a stored ``.osm`` file; its zone is the box the file declares, or else the box of its nodes.

    Raises
    ------
    InvalidSourceError
        The file is missing, cut off, no OSM XML, or declares a document type.
    InvalidInputError
        It holds no roads, or ways without their nodes.
    """
    file = Path(path)
    zone = _extent(file)
    import osmnx  # noqa: PLC0415  # takes 2 s

    try:
        with osmnx_settings(useful_tags_way=list(ROAD_TAGS)):
            graph = osmnx.graph_from_xml(file, simplify=False, retain_all=True)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError("file", "must hold roads together with all their nodes", str(error), source=str(file)) from error
    features = none_if_empty(lambda: osmnx.features_from_xml(file, tags=dict(FEATURE_TAGS)))
    return build_layers(graph, features, zone=zone, zone_name=file.stem, source=str(file))


def build_layers(
    graph: nx.MultiDiGraph,
    features: gpd.GeoDataFrame | None,
    *,
    zone: shapely.Geometry,
    zone_name: str,
    source: str,
    zone_id: str | None = None,
) -> OsmLayers:
    """
    Return the layers of an unsimplified OSMnx graph and OSMnx features.

    Parameters
    ----------
    graph
        With the edge attributes :data:`ROAD_TAGS`; not changed.
    features
        What matches :data:`FEATURE_TAGS`; None if nothing does.
    zone
        The area, in degrees.
    source
        Named in errors.

    Raises
    ------
    InvalidInputError
        There is no road.
    """
    import geopandas  # noqa: PLC0415  # takes 1 s

    roads = _roads(graph, source)
    if features is None:
        features = geopandas.GeoDataFrame(geometry=[], crs=CRS)
    is_area, is_point = features.geom_type.isin(_AREAS), features.geom_type == "Point"
    highway, leisure, building = (_column(features, key) for key in ("highway", "leisure", "building"))
    buildings = _layer(features, is_area & building.notna() & (building != "no"), ("name", "building", "height", "building:levels"))
    buildings["height_m"] = [_number_or_nan(_building_height_m, text) for text in buildings.pop("height")]
    buildings["levels"] = [_number_or_nan(_levels, text) for text in buildings.pop("building:levels")]
    layers = OsmLayers(
        roads=roads,
        street_lamps=_layer(features, is_point & (highway == "street_lamp"), ("name", "highway", "height")),
        parks=_layer(features, is_area & (leisure == "park"), ("name", "leisure")),
        signals=_layer(features, is_point & (highway == "traffic_signals"), ("name", "highway", "height")),
        buildings=buildings,
        zone=geopandas.GeoDataFrame({"osm_id": [zone_id], "name": [zone_name]}, geometry=[zone], crs=CRS),
    )
    n_other_shape = int((~is_area & ((leisure == "park") | (building.notna() & ~is_point))).sum())
    if n_other_shape:
        logger.warning("%s: %d parks or buildings left out because they are no polygons", source, n_other_shape)
    return layers


def none_if_empty(read: Callable[[], gpd.GeoDataFrame]) -> gpd.GeoDataFrame | None:
    """Return the features OSMnx reads, None where it says that nothing matches."""
    import osmnx  # noqa: PLC0415  # takes 2 s

    try:
        return read()
    except osmnx._errors.InsufficientResponseError:
        return None


@contextmanager
def osmnx_settings(**changes: object) -> Iterator[None]:
    """Change settings of OSMnx, which are global to it, for the time of a block."""
    from osmnx import settings  # noqa: PLC0415  # takes 2 s

    before = {name: getattr(settings, name) for name in changes}
    try:
        for name, value in changes.items():
            setattr(settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def _extent(path: Path) -> shapely.Polygon:
    """Return the box an OSM file declares, or that of its nodes; reads the file to the end, so that a damaged one is refused here."""
    declared: tuple[float, float, float, float] | None = None
    west, south, east, north = math.inf, math.inf, -math.inf, -math.inf
    for element in iterate_elements(path):
        read = element.attributes.get
        try:
            if element.kind == "bounds":
                declared = (float(read("minlon", "")), float(read("minlat", "")), float(read("maxlon", "")), float(read("maxlat", "")))
            elif element.kind == "node":
                lon, lat = float(read("lon", "")), float(read("lat", ""))
                west, south, east, north = min(west, lon), min(south, lat), max(east, lon), max(north, lat)
        except ValueError as error:
            rule = f"must have numbers as coordinates (line {element.line})"
            raise InvalidInputError(element.kind, rule, dict(element.attributes), source=str(path)) from error
    box = declared or (west, south, east, north)
    if not (-180 <= box[0] < box[2] <= 180 and -90 <= box[1] < box[3] <= 90):
        raise InvalidInputError("extent", "must be west < east and south < north in degrees", box, source=str(path))
    return shapely.box(*box)


def _roads(graph: nx.MultiDiGraph, source: str) -> gpd.GeoDataFrame:
    """Return the ways one can drive or walk on as lines between junctions."""
    import osmnx  # noqa: PLC0415  # takes 2 s

    other = [(u, v, key) for u, v, key, tags in graph.edges(keys=True, data=True) if not _is_road(tags)]
    kept = graph.copy()
    kept.remove_edges_from(other)
    kept.remove_nodes_from([node for node, degree in dict(kept.degree()).items() if degree == 0])
    if kept.number_of_edges() == 0:
        raise InvalidInputError("roads", "must not be empty: no way there can be driven or walked on", 0, source=source)
    simple = osmnx.simplify_graph(kept, edge_attrs_differ=["osmid"], remove_rings=False)
    edges = osmnx.convert.graph_to_gdfs(osmnx.convert.to_undirected(simple), nodes=False).reset_index(drop=True)
    edges["osm_id"] = [f"way/{number}" for number in edges["osmid"]]
    edges["klass"] = edges["highway"]
    edges["length_m"] = edges["length"].round(2)
    edges["layer"] = [_number_or_nan(_layer_number, text) for text in _column(edges, "layer")]
    return _ordered(edges.reindex(columns=["osm_id", "name", "klass", "layer", "tunnel", "bridge", "lit", "length_m", "geometry"]))


def _is_road(tags: Mapping[str, object]) -> bool:
    """Tell whether a way is a line one can drive or walk on; areas have no line lamps could follow."""
    return tags.get("highway") in ROAD_CLASSES and tags.get("area") != "yes"


def _layer(features: gpd.GeoDataFrame, is_wanted: pd.Series[bool], tags: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return the wanted features with their id and some of their tags."""
    wanted = features[is_wanted]
    ids = [f"{kind}/{number}" for kind, number in wanted.index]
    layer = wanted.reset_index(drop=True).reindex(columns=[*tags, "geometry"])
    layer.insert(0, "osm_id", ids)
    return _ordered(layer)


def _ordered(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer in an order that does not depend on the server."""
    keys = layer.assign(wkb=shapely.to_wkb(layer.geometry.to_numpy(), hex=True))
    return layer.loc[keys.sort_values(["osm_id", "wkb"]).index].reset_index(drop=True)


def _column(frame: gpd.GeoDataFrame, name: str) -> pd.Series[str]:
    """Return a column, all null if there is none."""
    column: pd.Series[str] = frame.reindex(columns=[name])[name]
    return column


def _number_or_nan(read: Callable[[str], float | None], text: object) -> float:
    """Return what a tag says, NaN where it is absent or no number."""
    try:
        value = read(text) if isinstance(text, str) else None
    except RowProblem:
        value = None
    return math.nan if value is None else value


def _building_height_m(text: str) -> float | None:
    """Return a height of a building, which is above 0."""
    value = tag_height_m(text)
    return value if value is not None and value > 0 else None


def _levels(text: str) -> float | None:
    """Return a number of storeys, which is above 0."""
    value = number("building:levels", text)
    return value if value is not None and value > 0 else None


def _layer_number(text: str) -> float | None:
    """Return the level of a road."""
    return number("layer", text)
