"""A new scenario of a place on OpenStreetMap: its layers and the file that runs on them, in one folder."""

from __future__ import annotations

import json
import math
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from assets_db import OSM_CREDIT
from scenarios.errors import ScenarioError
from scenarios.osm_fetch import OsmFiles, fetch_osm
from scenarios.planes import plane_for
from scenarios.run_folder import run_folder
from siting.errors import InvalidInputError
from siting.features import Features, read_features
from siting.placement import lit_roads

SCENARIO_NAME = "scenario.toml"

_FEW_LAMPS_PER_KM = 10.0  # where a street is lit there are about 30; below, the map lacks most of them


def fetch_scenario(place: str, folder: Path, *, buildings: Path | None = None) -> Path:
    """
    Fetch a place from OpenStreetMap as a new scenario.

    Parameters
    ----------
    place
        A place with an outline on OpenStreetMap, such as ``"Yoyogi, Shibuya, Tokyo"``.
    folder
        Folder of the new scenario; must not exist. It appears complete or not at all.
    buildings
        A building file to use instead of the buildings of OpenStreetMap, in any format the product reads.

    Returns
    -------
    Path
        The scenario file.

    Raises
    ------
    InvalidInputError, ScenarioError
        The folder exists; a place that is unknown, too large or without roads; or see :func:`write_scenario`.
    OsmUnreachableError
        No connection, or an answer that is an error.
    """
    _check_new(folder)
    _check_buildings(buildings)
    with tempfile.TemporaryDirectory() as temporary:
        return write_scenario(fetch_osm(place, Path(temporary) / "layers"), folder, place=place, buildings=buildings)


def write_scenario(files: OsmFiles, folder: Path, *, place: str, buildings: Path | None = None) -> Path:
    """
    Write the scenario of an area's layers, together with a copy of them.

    Parameters
    ----------
    files
        Layers of the area.
    folder
        Folder of the new scenario; must not exist. It appears complete or not at all.
    place
        What people call the area.
    buildings
        A building file to use instead of the area's own.

    Returns
    -------
    Path
        The scenario file.

    Raises
    ------
    InvalidInputError, ScenarioError
        The folder exists or cannot be written; there are no buildings and no building file; or there is nothing an antenna
        could stand on.
    """
    _check_new(folder)
    _check_buildings(buildings)
    if files.buildings is None and buildings is None:
        rule = "must be on OpenStreetMap there, or be supplied as a file with --buildings (GeoParquet, GeoPackage, GeoJSON or CityGML)"
        raise InvalidInputError("buildings", rule, "none", source=place)
    area = _Area.of(files)
    if not (area.n_lamps or area.n_signals or area.lit_road_km):
        raise InvalidInputError("candidates", "must be possible: street lamps, signals or roads with room for lamps", "none", source=place)
    with run_folder(folder) as fresh:
        shutil.copytree(files.folder, fresh, dirs_exist_ok=True)
        text = "\n".join(_lines(area, files, name=_slug(folder.absolute().name), place=place, buildings=buildings))
        (fresh / SCENARIO_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")
    return folder / SCENARIO_NAME


def _check_new(folder: Path) -> None:
    """Refuse a folder that exists."""
    if folder.exists() or folder.is_symlink():
        raise InvalidInputError("folder", "must not exist yet", str(folder))


def _check_buildings(buildings: Path | None) -> None:
    """Refuse a building file that does not exist."""
    if buildings is not None and not buildings.is_file():
        raise ScenarioError(str(buildings), "buildings", "must be a file that exists", str(buildings))


@dataclass(frozen=True, kw_only=True)
class _Area:
    """What the layers of an area hold that the scenario depends on."""

    bounds: tuple[float, float, float, float]
    n_lamps: int
    n_signals: int
    lit_road_km: float
    n_buildings: int
    n_with_height: int

    @classmethod
    def of(cls, files: OsmFiles) -> _Area:
        buildings = None if files.buildings is None else read_features(files.buildings)
        roads = read_features(files.roads)
        is_lit = lit_roads(roads.texts("klass"), roads.numbers("layer"))
        west, south, east, north = shapely.total_bounds(read_features(files.zone).geometries).tolist()
        n_with_height = 0
        if buildings is not None:
            n_with_height = int((~np.isnan(buildings.numbers("height_m")) | ~np.isnan(buildings.numbers("levels"))).sum())
        return cls(
            bounds=(_round(west, -1), _round(south, -1), _round(east, 1), _round(north, 1)),
            n_lamps=_n_outdoors(read_features(files.street_lamps), buildings),
            n_signals=_n_outdoors(read_features(files.signals), buildings),
            lit_road_km=float(roads.numbers("length_m")[is_lit].sum()) / 1000.0,
            n_buildings=0 if buildings is None else len(buildings),
            n_with_height=n_with_height,
        )

    @property
    def plane(self) -> str:
        west, south, east, north = self.bounds
        return plane_for((west + east) / 2, (south + north) / 2)

    @property
    def has_few_lamps(self) -> bool:
        return self.n_lamps < _FEW_LAMPS_PER_KM * self.lit_road_km


def _round(degrees: float, side: int) -> float:
    """Round to 5 decimals (a metre), down for side -1 and up for side 1: what lies on the edge stays inside."""
    return (math.floor(degrees * 1e5) - 1) / 1e5 if side < 0 else (math.ceil(degrees * 1e5) + 1) / 1e5


def _n_outdoors(points: Features, buildings: Features | None) -> int:
    """Count the points that stand in no building."""
    if buildings is None or not len(points):
        return len(points)
    indoors = shapely.STRtree(buildings.geometries).query(points.geometries, predicate="intersects")[0]
    return len(points) - len(np.unique(indoors))


def _lines(area: _Area, files: OsmFiles, *, name: str, place: str, buildings: Path | None) -> Iterator[str]:
    """Yield the lines of the scenario file."""
    yield from (
        "# Made from OpenStreetMap. Costs are illustrative (yen for ten years) and to be replaced by quotations.",
        "# The plane is that of the nearest city: near a prefecture's border, check that it is the one your other data use.",
        "",
        "[scenario]",
        f"name = {_quoted(name)}",
        f"title_ja = {_quoted(place + ' 28 GHz 基地局配置')}",
        f"title_en = {_quoted('28 GHz sites in ' + place)}",
        f"crs = {_quoted(area.plane)}",
        f"credits = [{_quoted(OSM_CREDIT)}]",
        "",
        "[area]",
        f"bbox = [{', '.join(f'{edge:.5f}' for edge in area.bounds)}]",
        "",
        *_building_lines(area, buildings),
    )
    if files.n_features["parks"]:
        yield from (
            "",
            "# Parks are taken as covered with trees: an assumption.",
            "[vegetation]",
            'path = "parks.geojson"',
            "canopy_m = 10.0",
        )
    if area.n_lamps:
        yield from _points(
            "street_lamps", "street_lamp", asset_type="streetlight", owner_class="municipal", height_m=8.0, cost_yen=3_000_000
        )
    if area.n_signals:
        yield from _points("signals", "traffic_signals", asset_type="signal", owner_class="metropolitan", height_m=6.0, cost_yen=3_500_000)
    if area.has_few_lamps:
        yield from _road_lines(area)
    yield from ("", "[[zones]]", 'kind = "polygons"', 'path = "zone.geojson"', 'name_field = "name"')
    yield from (
        "",
        "[demand]",
        "cell_m = 10.0",
        "",
        "[radio]",
        'band = "28GHz"',
        "",
        "[rules]",
        "max_sites = 30",
        "",
        "[solve]",
        "seed = 1",
    )


def _building_lines(area: _Area, buildings: Path | None) -> tuple[str, ...]:
    if buildings is not None:
        return ("[buildings]", f"paths = [{_quoted(buildings.absolute().as_posix())}]")
    return (
        f"# {area.n_with_height:,} of {area.n_buildings:,} buildings have a height or storeys; the others get default_height_m.",
        "# Buildings beyond the outline of the place are not there: sight across its edge is too good.",
        "[buildings]",
        'paths = ["buildings.geojson"]',
        'height_column = "height_m"',
        'storeys_column = "levels"',
        'id_column = "osm_id"',
        "default_height_m = 8.0",
    )


def _points(layer: str, highway: str, *, asset_type: str, owner_class: str, height_m: float, cost_yen: int) -> tuple[str, ...]:
    return (
        "",
        "[[candidates]]",
        'kind = "osm_points"',
        f'name = "{layer}"',
        f'path = "{layer}.geojson"',
        f'where = {{ highway = "{highway}" }}',
        f'asset_type = "{asset_type}"',
        f'owner_class = "{owner_class}"',
        f"height_m = {height_m}",
        f"cost_yen = {cost_yen:_}",
        'on_bad_row = "skip"',
    )


def _road_lines(area: _Area) -> tuple[str, ...]:
    return (
        "",
        f"# OpenStreetMap knows {area.n_lamps:,} street lamps for {area.lit_road_km:.1f} km of roads: these are placed by a rule,",
        "# and labelled synthetic.",
        "[[candidates]]",
        'kind = "along_roads"',
        'name = "streetlights"',
        'path = "roads.geojson"',
        'class_field = "klass"',
        'layer_field = "layer"',
        "spacing_m = 30.0",
        "offset_m = 3.0",
        "minimum_spacing_m = 12.0",
        "height_m = 8.0",
        'owner_class = "municipal"',
        "cost_yen = 3_000_000",
    )


def _slug(name: str) -> str:
    """Return a name that a scenario may have."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "osm"


def _quoted(text: str) -> str:
    """Return text as a TOML string: what JSON escapes, and the one control character it does not."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
