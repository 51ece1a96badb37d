"""Whole wards of Tokyo: poles along building fronts, and the outdoor cells they see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import shapely

from benchmarks.measure import Stages
from siting import Candidates, City, CoverageMatrix, DemandGrid, RadioParams, Zone, build_coverage, build_demand
from siting.features import read_features
from siting.placement import place_along_fronts


def see_wards(
    paths: list[Path], folder: Path, stages: Stages, *, n_candidates: int, cell_m: float, range_m: float, seed: int
) -> tuple[City, CoverageMatrix, DemandGrid]:
    """
    Return the buildings of some wards, who sees which cell, and the cells, from the real data.

    Poles of 8 m stand along building fronts by rule; outdoor cells; line of sight within a range at 28 GHz.

    Parameters
    ----------
    paths
        Building files, named by the code of the ward.
    folder
        The folder of real data.
    stages
        Measures the stages.
    n_candidates, seed
        How many poles, and the seed of their places.
    cell_m, range_m
        Side of a cell and greatest distance [m].
    """
    with stages.stage("buildings"):
        city = City.from_file(paths, crs="EPSG:6677")
    with stages.stage("demand"):
        wards = read_features(folder / "boundaries" / "N03-21_13_210101.geojson").to_crs(city.crs)
        codes = {path.stem for path in paths}
        named = zip(wards.texts("N03_007"), wards.texts("N03_004"), wards.geometries, strict=True)
        zones = [Zone(name=name, polygon=polygon) for code, name, polygon in named if code in codes]
        demand = build_demand(city, zones, cell_m=cell_m)
    with stages.stage("candidates"):
        area = shapely.union_all([zone.polygon for zone in zones])
        shapely.prepare(area)
        candidates: Candidates = place_along_fronts(
            city.outlines.xy_m,
            city.outlines.ring_start,
            crs=city.crs,
            is_outdoor=city.is_outdoor,
            n_candidates=n_candidates,
            seed=seed,
            within=lambda xy_m: shapely.contains_xy(area, xy_m[:, 0], xy_m[:, 1]),
        ).candidates
    with stages.stage("rays"):
        radio = replace(RadioParams.from_preset("28GHz"), max_range_m=range_m)
        coverage = build_coverage(city, candidates, demand, radio)
    return city, coverage, demand
