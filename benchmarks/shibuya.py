"""Real Shibuya: streetlights along its roads, and the outdoor cells they see."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import Transformer

from benchmarks.measure import Stages, data_folder
from siting import City, CoverageMatrix, DemandGrid, RadioParams, Zone, build_coverage, build_demand
from siting.features import read_features
from siting.placement import lit_roads, place_along_roads

_BOX_DEG = (139.6880, 35.6480, 139.7155, 35.6720)
_MARGIN_M = 250.0
_RANGE_M = 200.0
_CRS = "EPSG:6677"
_WARDS = ("13103", "13104", "13110", "13113")


def shibuya(stages: Stages) -> tuple[CoverageMatrix, DemandGrid, dict[str, int]]:
    """
    Return who sees which cell, the cells, and the sizes of everything, from the real data.

    Streetlights every 30 m along the roads, on alternating sides, at least 12 m apart and 8 m high; outdoor cells of 10 m;
    line of sight within 200 m at 28 GHz.
    """
    folder = data_folder()
    box = _box()
    with stages.stage("city"):
        paths = [folder / "plateau_buildings_2020" / f"{ward}.parquet" for ward in _WARDS]
        xmin, ymin, xmax, ymax = box.bounds
        city = City.from_file(paths, crs=_CRS, bbox_m=(xmin - _MARGIN_M, ymin - _MARGIN_M, xmax + _MARGIN_M, ymax + _MARGIN_M))
    with stages.stage("candidates"):
        roads = read_features(folder / "osm_shibuya" / "roads.geojson").to_crs(city.crs)
        lines = shapely.get_parts(roads.geometries[lit_roads(roads.texts("klass"), roads.numbers("layer"))])
        lights = place_along_roads(
            [line for line in lines if isinstance(line, shapely.LineString)],
            crs=city.crs,
            is_outdoor=city.is_outdoor,
            within=lambda xy_m: shapely.contains_xy(box, xy_m[:, 0], xy_m[:, 1]),
        ).candidates
    with stages.stage("demand"):
        demand = build_demand(city, [Zone(name="area", polygon=box)])
    with stages.stage("rays"):
        coverage = build_coverage(city, lights, demand, RadioParams.from_preset("28GHz", max_range_m=_RANGE_M))
    sizes = {
        "buildings": len(city),
        "candidates": coverage.n_candidates,
        "cells": coverage.n_cells,
        "reachable_cells": len(np.unique(coverage.cells)),
        "pairs": coverage.n_pairs,
    }
    return coverage, demand, sizes


def _box() -> shapely.Polygon:
    """Return the area in the plane of the city."""
    west, south, east, north = _BOX_DEG
    corners = np.array([(west, south), (east, south), (east, north), (west, north)])
    x, y = Transformer.from_crs("EPSG:4326", _CRS, always_xy=True).transform(corners[:, 0], corners[:, 1])
    box: shapely.Polygon = shapely.Polygon(np.column_stack([x, y]))
    return box
