"""The city of a scenario: its buildings, ground and trees."""

from __future__ import annotations

import logging
from pathlib import Path

import shapely

from scenarios.data_paths import resolve, resolve_one
from scenarios.errors import ScenarioError, in_table
from scenarios.layers import read_layer, require_polygons
from scenarios.places import Plane
from scenarios.scenario import ScenarioFile
from siting import City, Ground, Vegetation
from siting.footprints import HeightRule
from siting.progress import Progress

logger = logging.getLogger(__name__)


def gather_city(file: ScenarioFile, plane: Plane, cache_folder: Path | None, progress: Progress) -> City:
    """
    Read the buildings around the area, the ground and the trees.

    Raises
    ------
    ScenarioError
        No building around the area, a file named twice, a ground that leaves part of the area out, or a park that is no polygon.
    InvalidInputError
        A file or value that cannot be used.
    """
    buildings = file.scenario.buildings
    ground = _ground(file, plane)
    with in_table(file, "buildings"):
        city = City.from_file(
            _building_files(file),
            crs=plane.crs,
            bbox_m=plane.building_box_m,
            height_column=buildings.height_column,
            storeys_column=buildings.storeys_column,
            id_column=buildings.id_column,
            missing_height=HeightRule(storey_height_m=buildings.storey_height_m, default_height_m=buildings.default_height_m),
            ground=ground,
            vegetation=_vegetation(file, plane),
            cache_folder=cache_folder,
            progress=progress,
        )
    if not len(city):
        raise ScenarioError(str(file.path), "buildings.paths", "must have buildings within [area] and its margin", None)
    report = city.report
    logger.log(
        logging.WARNING if report.n_rejected or report.n_repaired else logging.INFO,
        "buildings: %d used of %d read, %d heights filled by the rule, %d repaired, %d rejected: %s",
        report.n_used,
        report.n_read,
        report.n_missing_height_filled,
        report.n_repaired,
        report.n_rejected,
        report.n_rejected_by_reason() or "none",
    )
    return city


def _building_files(file: ScenarioFile) -> list[Path]:
    """Return the building files, refusing one that is named twice."""
    paths: list[Path] = []
    for position, text in enumerate(file.scenario.buildings.paths):
        key = f"buildings.paths[{position + 1}]"
        for path in resolve(text, scenario=file.path, key=key):
            if path in paths:
                raise ScenarioError(str(file.path), key, "must not name a file a second time", str(path))
            paths.append(path)
    return paths


def _ground(file: ScenarioFile, plane: Plane) -> Ground | None:
    """Return the ground, None where the scenario names none."""
    ground = file.scenario.ground
    if ground is None:
        return None
    path = resolve_one(ground.path, scenario=file.path, key="ground.path")
    raster = Ground.from_file(path, crs=plane.crs, post_m=ground.post_m)
    if not shapely.covers(shapely.box(*raster.bounds_m), plane.area):
        share = shapely.area(shapely.intersection(shapely.box(*raster.bounds_m), plane.area)) / plane.area.area
        raise ScenarioError(str(path), "ground", "must cover the whole [area]", f"{100 * share:.0f} % of it")
    return raster


def _vegetation(file: ScenarioFile, plane: Plane) -> Vegetation | None:
    """Return the trees, None where the scenario names none; polygons that cross themselves are repaired and counted."""
    vegetation = file.scenario.vegetation
    if vegetation is None:
        return None
    parks = read_layer(vegetation.path, "vegetation", file, plane)
    require_polygons(parks, may_cross=True)
    n_broken = int((~shapely.is_valid(parks.geometries)).sum())
    if n_broken:
        logger.warning("%s: %d of %d polygons cross themselves and were repaired", parks.source, n_broken, len(parks))
    return Vegetation.from_polygons(parks.geometries.tolist(), crs=plane.crs, canopy_m=vegetation.canopy_m)
