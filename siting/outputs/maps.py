"""The map of a plan: one file that opens without internet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from siting.candidates import Candidates
from siting.coverage import CoverageMatrix
from siting.demand import DemandGrid
from siting.errors import InvalidInputError
from siting.evaluate import Kpis
from siting.outputs.escape import JsonValue, js_safe
from siting.outputs.map_features import candidate_features, pair, popup_labels, site_features, zone_features
from siting.outputs.map_images import (
    BUILDING,
    BY_MORE,
    BY_ONE,
    BY_TWO,
    UNCOVERED,
    IndoorMask,
    OverlayImage,
    building_image,
    candidate_image,
    coverage_image,
)
from siting.outputs.map_page import MapLayer, map_page
from siting.outputs.mercator import Bounds, frame_around
from siting.outputs.pages import render
from siting.outputs.plan_words import Meaning, gap_percent, headline, proof_sentence
from siting.outputs.site_rows import SiteRow, site_rows
from siting.outputs.text import Bilingual, both, percent
from siting.plan import Plan

MOST_DRAWN_CANDIDATES = 5000
"""Beyond this many, candidates are an image and not markers with popups."""

_MARGIN_SHARE = 0.04
_FILES = (("report", "report.html"), ("sites", "sites.csv"), ("kpis", "kpis.csv"))
_COLOURS = (("uncovered", UNCOVERED), ("one", BY_ONE), ("two", BY_TWO), ("more", BY_MORE), ("building", BUILDING))


@dataclass(frozen=True, kw_only=True)
class _Result:
    """A plan with what belongs to it."""

    plan: Plan
    kpis: Kpis
    candidates: Candidates
    rows: Sequence[SiteRow]
    meaning: Meaning

    @property
    def has_fixed(self) -> bool:
        return any(row.is_fixed for row in self.rows)


def write_map(
    path: Path,
    *,
    plan: Plan,
    kpis: Kpis,
    candidates: Candidates,
    coverage: CoverageMatrix,
    demand: DemandGrid,
    zones: Mapping[str, BaseGeometry],
    title_ja: str,
    title_en: str,
    indoor_mask: IndoorMask | None = None,
    fixed: Collection[str] = (),
    meaning: Meaning | None = None,
    notes: Sequence[Bilingual] = (),
    credits: Sequence[str] = (),  # noqa: A002 - the word for whom to thank; nobody calls the builtin here
    online_tiles: bool = False,
) -> None:
    """
    Write the map of a plan as one self-contained page in Japanese and English.

    The page asks nothing of any network, unless ``online_tiles`` is set. The same input gives the same bytes.

    Parameters
    ----------
    path
        File to write.
    plan, kpis
        The plan and its recomputed figures.
    candidates
        What the plan chose from; up to 5,000 become markers, more an image.
    coverage
        Gives the band.
    demand
        The cells to colour.
    zones
        Polygons in the plane of ``demand.crs``, by name; one named like a group of ``demand`` shows its coverage.
    title_ja, title_en
        What the plan is about.
    indoor_mask
        Exact indoor test (``City.indoor_mask``), for the building layer; ``None`` leaves the layer out.
    fixed
        Ids of chosen sites that were open whatever the plan.
    meaning
        What the figures of the plan stand for; by default for the weight it covers.
    notes
        Assumptions and extrapolations the reader must know.
    credits
        Attribution of each data source.
    online_tiles
        Add the tiles of the Geospatial Information Authority of Japan, which need internet.

    Raises
    ------
    InvalidInputError
        No demand cell, a CRS that differs, or a zone that is no polygon.
    InvalidPlanError
        Plan, figures and candidates do not belong together.
    """
    if candidates.crs != demand.crs:
        raise InvalidInputError("candidates.crs", f"must be that of the demand grid, {demand.crs.to_string()}", candidates.crs.to_string())
    rows = site_rows(plan, kpis, candidates, fixed)
    result = _Result(plan=plan, kpis=kpis, candidates=candidates, rows=rows, meaning=meaning or Meaning())
    bounds_m = _bounds(demand, zones)
    page = map_page(
        layers=_layers(candidates, demand, kpis, bounds_m, indoor_mask, has_fixed=result.has_fixed),
        data=_data(result, demand, zones, credits),
        panel=_panel(result, Bilingual(ja=title_ja, en=title_en), coverage.band, notes, has_zones=bool(zones)),
        title=title_ja if title_ja == title_en else f"{title_ja} {title_en}",
        lat_lon_bounds=frame_around(bounds_m, demand.crs, pixel_m=1.0, max_pixels=256).lat_lon_bounds,
        online_tiles=online_tiles,
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _bounds(demand: DemandGrid, zones: Mapping[str, BaseGeometry]) -> Bounds:
    """Return the rectangle of the plane that holds all cells and zones, with a margin."""
    if len(demand) == 0:
        raise InvalidInputError("demand", "must have at least one cell to draw", 0)
    low, high = demand.column_row.min(axis=0) * demand.cell_m, (demand.column_row.max(axis=0) + 1) * demand.cell_m
    boxes = [(float(low[0]), float(low[1]), float(high[0]), float(high[1])), *(zone.bounds for zone in zones.values() if not zone.is_empty)]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    margin = _MARGIN_SHARE * max(east - west, north - south)
    return west - margin, south - margin, east + margin, north + margin


def _layers(
    candidates: Candidates, demand: DemandGrid, kpis: Kpis, bounds_m: Bounds, indoor_mask: IndoorMask | None, *, has_fixed: bool
) -> list[MapLayer]:
    """Return the layers from the lowest to the highest."""
    layers = [] if indoor_mask is None else [MapLayer(key="buildings", image=building_image(indoor_mask, bounds_m, demand))]
    layers += [MapLayer(key="coverage", image=coverage_image(demand, kpis)), MapLayer(key="zones")]
    dots: OverlayImage | None = candidate_image(candidates, bounds_m) if len(candidates) > MOST_DRAWN_CANDIDATES else None
    layers += [MapLayer(key="candidates", image=dots, is_shown=False), MapLayer(key="sites")]
    return [*layers, MapLayer(key="fixed")] if has_fixed else layers


def _data(result: _Result, demand: DemandGrid, zones: Mapping[str, BaseGeometry], thanks: Sequence[str]) -> dict[str, JsonValue]:
    """Return what the script of the page draws."""
    data: dict[str, JsonValue] = {
        "sites": site_features(result.rows, result.kpis.unit),
        "zones": zone_features(zones, demand.crs, result.kpis),
        "labels": popup_labels(),
        "synthetic": pair(both("popup.synthetic")),
        "shareLabel": pair(both("column.share")),
        "reachableLabel": pair(both("column.reachable")),
        "credits": [js_safe(one) for one in thanks],
    }
    if len(result.candidates) <= MOST_DRAWN_CANDIDATES:
        data["candidates"] = candidate_features(result.candidates, without=result.plan.chosen)
    return data


def _panel(result: _Result, title: Bilingual, band: str, notes: Sequence[Bilingual], *, has_zones: bool) -> str:
    """Return the box with the headline, the legend and what to do next."""
    return render(
        "map_panel.html.j2",
        title=title,
        band=band,
        n_synthetic=int(result.candidates.is_synthetic.sum()),
        n_sites=len(result.rows),
        n_fixed=sum(row.is_fixed for row in result.rows),
        n_existing=result.meaning.n_existing,
        headline=headline(result.plan, result.kpis, result.meaning),
        share_name=result.meaning.share_name,
        share=percent(result.kpis.share),
        gap=gap_percent(result.plan) if result.plan.is_plan else "",
        proof=proof_sentence(result.plan, result.kpis, result.meaning),
        status=result.plan.status,
        has_fixed=result.has_fixed,
        has_zones=has_zones,
        colours=[(key, f"rgb({red},{green},{blue})") for key, (red, green, blue, _) in _COLOURS],
        files=_FILES,
        groups=[(group.name, percent(group.share)) for group in result.kpis.groups],
        notes=notes,
    )
