"""Candidates that a stated rule places where no list of assets is public; always labelled synthetic."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import shapely

from scenarios.costs import cost_over_horizon
from scenarios.errors import in_table
from scenarios.layers import read_layer, require_property
from scenarios.places import Plane
from scenarios.scenario import AlongFronts, AlongRoads, OnRoofs, ScenarioFile
from scenarios.source_report import SourceReport
from siting import Candidates, City
from siting.placement import Placement, lit_roads, place_along_fronts, place_along_roads, place_on_roofs

logger = logging.getLogger(__name__)

PlacedAssets = AlongRoads | AlongFronts | OnRoofs


def placed_candidates(
    source: PlacedAssets, key: str, file: ScenarioFile, city: City, plane: Plane, *, seed: int
) -> tuple[Candidates, SourceReport]:
    """
    Return the candidates that a rule places, and what it dropped.

    Raises
    ------
    ScenarioError, InvalidInputError
        A file or value that cannot be used, or fewer places than wanted.
    """
    (total_yen,) = cost_over_horizon(np.array([source.cost_yen]), np.array([source.yearly_fee_yen]), key, file).tolist()
    priced = source.model_copy(update={"cost_yen": total_yen})
    with in_table(file, key):
        if isinstance(priced, AlongRoads):
            placement = _along_roads(priced, key, file, city, plane)
        elif isinstance(priced, AlongFronts):
            placement = _along_fronts(priced, city, plane, seed)
        else:
            placement = _on_roofs(priced, city, plane, seed)
    n_dropped = sum(placement.dropped.values())
    candidates = replace(placement.candidates, ids=tuple(f"{source.name}:{one}" for one in placement.candidates.ids))
    report = SourceReport(
        name=source.name,
        n_rows=len(candidates) + n_dropped,
        n_used=len(candidates),
        n_not_selected=n_dropped,
        is_synthetic=True,
        is_placed=True,
    )
    return candidates, report


def _along_roads(source: AlongRoads, key: str, file: ScenarioFile, city: City, plane: Plane) -> Placement:
    roads = read_layer(source.path, key, file, plane)
    require_property(source.class_field, f"{key}.class_field", roads, file)
    is_lit = lit_roads(roads.texts(source.class_field), roads.numbers(source.layer_field))
    parts = shapely.get_parts(roads.geometries[is_lit])
    lines = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    if len(lines) < len(parts):
        logger.warning("%s: %d parts of roads are no lines and carry no streetlights", roads.source, len(parts) - len(lines))
    return place_along_roads(
        lines.tolist(),
        crs=city.crs,
        is_outdoor=city.is_outdoor,
        within=plane.is_in_area,
        spacing_m=source.spacing_m,
        offset_m=source.offset_m,
        minimum_spacing_m=source.minimum_spacing_m,
        height_m=source.height_m,
        cost_yen=source.cost_yen,
        owner_class=source.owner_class,
        capacity=source.capacity,
    )


def _along_fronts(source: AlongFronts, city: City, plane: Plane, seed: int) -> Placement:
    return place_along_fronts(
        city.outlines.xy_m,
        city.outlines.ring_start,
        crs=city.crs,
        is_outdoor=city.is_outdoor,
        n_candidates=source.n_candidates,
        seed=seed,
        within=plane.is_in_area,
        offset_m=source.offset_m,
        height_m=source.height_m,
        cost_yen=source.cost_yen,
        owner_class=source.owner_class,
        capacity=source.capacity,
    )


def _on_roofs(source: OnRoofs, city: City, plane: Plane, seed: int) -> Placement:
    return place_on_roofs(
        city.outlines.xy_m,
        city.outlines.ring_start,
        city.outlines.ring_outline,
        building_ids=city.ids.tolist(),
        building_height_m=city.height_m,
        crs=city.crs,
        is_outdoor=city.is_outdoor,
        within=plane.is_in_area,
        minimum_height_m=source.minimum_height_m,
        maximum_height_m=source.maximum_height_m,
        minimum_area_m2=source.minimum_area_m2,
        minimum_spacing_m=source.minimum_spacing_m,
        mast_m=source.mast_m,
        n_candidates=source.n_candidates,
        seed=seed,
        cost_yen=source.cost_yen,
        owner_class=source.owner_class,
        capacity=source.capacity,
    )
