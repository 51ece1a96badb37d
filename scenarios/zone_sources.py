"""The zones of a scenario."""

from __future__ import annotations

import logging
from collections import Counter

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from scenarios.errors import ScenarioError
from scenarios.layers import read_layer, require_polygons, require_property
from scenarios.places import Plane
from scenarios.scenario import CircleZone, PolygonZones, ScenarioFile
from siting import Zone

logger = logging.getLogger(__name__)

_WORTH_SAYING = 0.001


def gather_zones(file: ScenarioFile, plane: Plane) -> tuple[Zone, ...]:
    """
    Return the zones of a scenario, clipped to its area.

    Raises
    ------
    ScenarioError
        A zone outside the area, a name that occurs twice, or a polygon that cannot be used; names file, key, rule, value.
    InvalidInputError
        A file that cannot be read.
    """
    zones: list[Zone] = []
    named: dict[str, BaseGeometry]
    for position, source in enumerate(file.scenario.zones):
        key = f"zones[{position + 1}]"
        if isinstance(source, PolygonZones):
            named = _polygons(source, key, file, plane)
        elif isinstance(source, CircleZone):
            centre = plane.to_m(np.array([source.longitude]), np.array([source.latitude]))[0]
            named = {source.name: shapely.Point(centre).buffer(source.radius_m, quad_segs=32)}
        else:
            named = {source.name: plane.area}
        zones += [Zone(name=name, polygon=_clipped(name, one, key, file, plane), priority=source.priority) for name, one in named.items()]
    for name, count in Counter(zone.name for zone in zones).items():
        if count > 1:
            raise ScenarioError(str(file.path), "zones", "must have different names", name)
    return tuple(zones)


def _clipped(name: str, polygon: BaseGeometry, key: str, file: ScenarioFile, plane: Plane) -> BaseGeometry:
    """Return the part of a zone within the area, refusing a zone without one."""
    parts = [part for part in shapely.get_parts(polygon.intersection(plane.area)) if isinstance(part, shapely.Polygon)]
    inside = shapely.MultiPolygon(parts)  # an edge in common with the area would add lines
    if not inside.area:
        raise ScenarioError(str(file.path), key, "must lie within [area], at least in part", name)
    share = 1.0 - inside.area / polygon.area
    if share > _WORTH_SAYING:
        logger.warning("zone %s: %.1f %% of it lie outside [area] and are left out", name, 100.0 * share)
    return inside


def _polygons(source: PolygonZones, key: str, file: ScenarioFile, plane: Plane) -> dict[str, BaseGeometry]:
    """Return the wanted features of a file by name, those that share a name as one."""
    wanted = read_layer(source.path, key, file, plane, where=source.where)
    require_property(source.name_field, f"{key}.name_field", wanted, file)
    texts = wanted.texts(source.name_field)
    if "" in texts:
        raise ScenarioError(wanted.source, f"{source.name_field} of a zone ({key})", "must not be empty", None)
    require_polygons(wanted, [f"zone {name!r}" for name in texts])
    by_name: dict[str, list[BaseGeometry]] = {}
    for geometry, name in zip(wanted.geometries, texts, strict=True):
        by_name.setdefault(name, []).append(geometry)
    return {name: shapely.union_all(parts) for name, parts in by_name.items()}
