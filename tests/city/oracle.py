"""An independent ray tracer: Embree on the same footprints, extruded to closed prisms."""

from __future__ import annotations

import numpy as np
import shapely
import trimesh
from trimesh.ray.ray_pyembree import RayMeshIntersector

from siting import City
from siting.arrays import BoolArray, FloatArray


def polygons_of(city: City) -> list[shapely.Polygon | shapely.MultiPolygon]:
    """Rebuild the snapped outlines as shapely polygons, in metres from the outlines' origin."""
    outlines = city.outlines
    xy_m = outlines.xy_mm / 1000.0
    rings: list[list[shapely.LinearRing]] = [[] for _ in range(len(city))]
    for ring, building in enumerate(outlines.ring_outline):
        rings[building].append(shapely.LinearRing(xy_m[outlines.ring_start[ring] : outlines.ring_start[ring + 1]]))
    polygons = []
    for parts in rings:
        shells = [ring for ring in parts if ring.is_ccw]
        holes = [ring for ring in parts if not ring.is_ccw]
        whole = shapely.union_all([shapely.make_valid(shapely.Polygon(shell)) for shell in shells])
        polygons.append(whole.difference(shapely.union_all([shapely.Polygon(hole) for hole in holes])) if holes else whole)
    return polygons


class Tracer:
    """Line of sight by Embree, in metres from the outlines' origin."""

    def __init__(self, city: City) -> None:
        meshes = []
        for polygon, height_m in zip(polygons_of(city), city.height_m, strict=True):
            for part in shapely.get_parts(polygon):
                if isinstance(part, shapely.Polygon) and part.area > 1e-6:
                    vertices, faces = trimesh.creation.triangulate_polygon(part, engine="earcut")
                    meshes.append(trimesh.creation.extrude_triangulation(vertices, faces, height_m))
        self._origin_m = city.outlines.origin_m
        self._tracer = RayMeshIntersector(trimesh.util.concatenate(meshes), scale_to_box=False)

    def is_clear(self, observers_m: FloatArray, targets_m: FloatArray) -> BoolArray:
        """Return whether nothing stands between each pair, shape (n,)."""
        start, end = observers_m.copy(), targets_m.copy()
        start[:, :2] -= self._origin_m
        end[:, :2] -= self._origin_m
        along = end - start
        distance = np.linalg.norm(along, axis=1)
        direction = along / distance[:, None]
        hit = self._tracer.intersects_first(start, direction)
        is_clear = hit < 0
        blocked = np.flatnonzero(~is_clear)
        points, ray, _ = self._tracer.intersects_location(start[blocked], direction[blocked], multiple_hits=False)
        is_clear[blocked[ray]] = np.linalg.norm(points - start[blocked[ray]], axis=1) > distance[blocked[ray]]
        return is_clear
