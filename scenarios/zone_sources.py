"""The zones of a scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import shapely

from scenarios.data_paths import resolve_one
from scenarios.errors import ScenarioError
from scenarios.places import Plane
from scenarios.scenario import AreaZone, CircleZone, PolygonZones, ScenarioFile
from siting import Zone
from siting.errors import InvalidInputError
from siting.features import read_features


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
    zones = []
    for position, source in enumerate(file.scenario.zones):
        key = f"zones[{position + 1}]"
        if isinstance(source, PolygonZones):
            named = _polygons(source, key, file, plane)
        elif isinstance(source, CircleZone):
            centre = plane.to_m([source.longitude], [source.latitude])[0]
            named = iter([(source.name, shapely.Point(centre).buffer(source.radius_m, quad_segs=32))])
        else:
            named = iter([(source.name, plane.area)])
        n_before = len(zones)
        for name, polygon in named:
            inside = shapely.intersection(polygon, plane.area) if polygon.is_valid else polygon
            if inside.is_empty and isinstance(source, (CircleZone, AreaZone)):
                raise ScenarioError(str(file.path), key, "must lie within [area]", name)
            if not inside.is_empty:
                zones.append(_zone(name, inside, source.priority, key, file))
        if len(zones) == n_before:
            raise ScenarioError(str(file.path), key, "must have a zone within [area]", 0)
    for name, count in Counter(zone.name for zone in zones).items():
        if count > 1:
            raise ScenarioError(str(file.path), "zones", "must have different names", name)
    return tuple(zones)


def _zone(name: str, polygon: shapely.Geometry, priority: float, key: str, file: ScenarioFile) -> Zone:
    try:
        return Zone(name=name, polygon=polygon, priority=priority)
    except InvalidInputError as error:
        raise ScenarioError(str(file.path), f"{key}: {error.field}", error.rule, error.value) from None


def _polygons(source: PolygonZones, key: str, file: ScenarioFile, plane: Plane) -> Iterator[tuple[str, shapely.Geometry]]:
    """Yield the wanted features of a file, those that share a name as one."""
    path = resolve_one(source.path, scenario=file.path, key=f"{key}.path")
    features = read_features(path).to_crs(plane.crs)
    if source.name_field not in features.names():
        raise ScenarioError(str(path), source.name_field, f"must be one of the properties {', '.join(features.names())}", source.name_field)
    by_name: dict[str, list[shapely.Geometry]] = {}
    wanted = features.where(source.where)
    for geometry, name in zip(wanted.geometries, wanted.texts(source.name_field), strict=True):
        if geometry is None or geometry.is_empty:
            raise ScenarioError(str(path), f"zone {name!r}", "must have a polygon", "nothing")
        if not geometry.is_valid:
            raise ScenarioError(str(path), f"zone {name!r}", "must not cross itself", shapely.is_valid_reason(geometry))
        by_name.setdefault(name, []).append(geometry)
    for name, parts in by_name.items():
        yield name, shapely.union_all(parts) if len(parts) > 1 else parts[0]
