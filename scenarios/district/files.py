"""The files of the invented district, as bytes that depend on nothing but the seed."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from scenarios.district.assets import PUBLIC, Asset, furnish, public_sites
from scenarios.district.buildings import Building, build
from scenarios.district.frame import OUTLINE, geographic
from scenarios.district.lists import office_lists
from scenarios.district.streets import PARKS, STATION_SQUARE, Layout, lay_out

SEED = 20250401

NOTE = (
    "合成データ：この地区は乱数で生成したもので、実在しません。"
    " / Synthetic data: this district was generated from random numbers and does not exist."
)
FACILITY_OF_PARK = "evacuation_site"
MESH_LONGITUDE_DEG, MESH_LATITUDE_DEG = 1 / 320, 1 / 480
"""A quarter of a third-order mesh of JIS X 0410, about 280 m by 230 m."""
FLOOR_PER_RESIDENT_M2 = 45.0

Properties = Mapping[str, str | float | int | None]
Feature = tuple[Properties, BaseGeometry]


def write_district(folder: Path, seed: int = SEED) -> tuple[Path, ...]:
    """Write the files of :func:`district_files` into a folder, which is made if need be, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in district_files(seed).items():
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return tuple(paths)


def district_files(seed: int = SEED) -> dict[str, bytes]:
    """
    Return the content of every file of the district by name.

    GeoJSON is in longitude and latitude (EPSG:4326, 7 decimals); tables are comma-separated UTF-8, but for the lists of offices
    (:mod:`scenarios.district.lists`). Every GeoJSON has a top-level ``synthetic`` and every name begins with 合成.

    Parameters
    ----------
    seed
        Another seed gives another district with the same main streets.
    """
    rng = np.random.default_rng(seed)
    layout = lay_out(rng)
    buildings = build(layout, rng)
    assets = furnish(layout, buildings, rng)
    roads: list[Feature] = [
        ({"highway": one.road_class, "layer": 0, "width_m": one.width_m, "name": one.name}, one.line) for one in layout.roads
    ]
    parks = [({"name": name, "kind": "park"}, shape) for name, shape in layout.parks.items()]
    return {
        "buildings.geojson": _geojson("buildings", _mapped((_building_properties(one), one.footprint) for one in buildings)),
        "roads.geojson": _geojson("roads", _mapped(roads)),
        "parks.geojson": _geojson("parks", _mapped(parks)),
        "zones.geojson": _geojson("zones", _mapped(_zones(layout))),
        "population.geojson": _geojson("population", _population(buildings)),
        "assets.csv": _assets_csv(assets),
        "facilities.csv": _facilities_csv(layout, buildings),
        **office_lists(assets),
    }


def _mapped(features: Iterable[Feature]) -> Iterator[Feature]:
    """Yield features of the district in longitude and latitude."""
    for properties, shape in features:
        yield properties, geographic(shape)


def _building_properties(building: Building) -> Properties:
    return {
        "id": building.building_id,
        "height_m": building.height_m if building.is_height_known else None,
        "storeys": building.storeys if building.is_storeys_known else None,
    }


def _zones(layout: Layout) -> list[Feature]:
    """Return the three priority zones and the whole district."""
    shopping = shapely.union_all([road.line for road in layout.roads if road.road_class == "pedestrian"])
    station_front = shapely.box(*STATION_SQUARE.buffer(75, join_style="mitre").bounds).intersection(OUTLINE)
    park = layout.parks[next(iter(PARKS.values()))[0]]
    zones = (
        ("station_front", "priority", "合成駅前", "Synthetic station front", station_front),
        ("shopping_street", "priority", "合成商店街", "Synthetic shopping street", shopping.buffer(30).difference(station_front)),
        ("evacuation_park", "priority", "合成防災公園周辺", "Synthetic evacuation park", park.buffer(25, join_style="mitre")),
        ("district", "whole", "合成地区全体", "Synthetic district", OUTLINE),
    )
    return [
        ({"zone_id": zone_id, "kind": kind, "name": f"{ja} / {en}", "name_ja": ja, "name_en": en}, shape.simplify(0.3))
        for zone_id, kind, ja, en, shape in zones
    ]


def _population(buildings: Sequence[Building]) -> list[Feature]:
    """Return residents by mesh, one for every 45 m2 of floor in houses, estates and buildings on ordinary streets."""
    centres = shapely.get_coordinates([geographic(one.footprint.centroid) for one in buildings])
    residents = np.array(
        [
            one.footprint.area * one.storeys / FLOOR_PER_RESIDENT_M2 if one.use in ("house", "estate", "street", "shop") else 0.0
            for one in buildings
        ]
    )
    column = np.floor(centres[:, 0] / MESH_LONGITUDE_DEG).astype(np.int64)
    row = np.floor(centres[:, 1] / MESH_LATITUDE_DEG).astype(np.int64)
    west, south, east, north = geographic(OUTLINE).bounds
    meshes: list[Feature] = []
    for r in range(math.floor(south / MESH_LATITUDE_DEG), math.floor(north / MESH_LATITUDE_DEG) + 1):
        for c in range(math.floor(west / MESH_LONGITUDE_DEG), math.floor(east / MESH_LONGITUDE_DEG) + 1):
            people = round(float(residents[(column == c) & (row == r)].sum()))
            left, right = (round(edge * MESH_LONGITUDE_DEG, 7) for edge in (c, c + 1))
            bottom, top = (round(edge * MESH_LATITUDE_DEG, 7) for edge in (r, r + 1))
            square = shapely.box(left, bottom, right, top)
            if people:
                meshes.append(({"name": f"合成メッシュ{len(meshes) + 1}", "population": people}, square))
    return meshes


def _assets_csv(assets: Sequence[Asset]) -> bytes:
    """
    Return the list of assets, with three rows at its end that no reader may accept.

    They stand for what real lists contain: a position without longitude, an id that occurs twice, and a height that is no number.
    """
    rows = [_asset_row(one) for one in assets]
    first = rows[0]
    bad = [
        {**first, "asset_id": "SYN-BAD1", "name": "合成不良行：経度なし / Synthetic bad row: no longitude", "lon": ""},
        {**first, "name": "合成不良行：番号の重複 / Synthetic bad row: id used twice"},
        {
            **first,
            "asset_id": "SYN-BAD3",
            "name": "合成不良行：高さが数値でない / Synthetic bad row: height is no number",
            "height_agl_m": "不明",
        },
    ]
    return _csv([*rows, *bad])


def _asset_row(asset: Asset) -> dict[str, str]:
    lon, lat = _degrees(shapely.Point(asset.x_m, asset.y_m))
    return {
        "asset_id": asset.asset_id,
        "name": asset.name,
        "asset_type": asset.asset_type,
        "owner_class": asset.owner_class,
        "lat": lat,
        "lon": lon,
        "height_agl_m": f"{asset.height_agl_m:.1f}",
        "cost_yen": str(asset.cost_yen),
        "capacity": str(asset.capacity),
        "existing": "true" if asset.existing else "false",
    }


def _facilities_csv(layout: Layout, buildings: Sequence[Building]) -> bytes:
    """Return the public buildings and the parks people gather in, as points."""
    sites = [(public.name, public.kind, buildings[i].footprint) for public, i in zip(PUBLIC, public_sites(buildings), strict=True)]
    parks = [(name, FACILITY_OF_PARK, shape) for name, shape in layout.parks.items()]
    rows = []
    for name, kind, shape in [*sites, *parks]:
        lon, lat = _degrees(shape.representative_point())
        rows.append({"name": name, "kind": kind, "lat": lat, "lon": lon})
    return _csv(rows)


def _degrees(point: shapely.Point) -> tuple[str, str]:
    """Return longitude and latitude as text."""
    lon, lat, _, _ = geographic(point).bounds
    return f"{lon:.7f}", f"{lat:.7f}"


def _csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def _geojson(name: str, features: Iterable[Feature]) -> bytes:
    """Return a feature collection, one feature a line, polygons in one canonical order of vertices."""
    head = json.dumps({"type": "FeatureCollection", "name": name, "synthetic": True, "note": NOTE}, ensure_ascii=False)
    lines = [_feature(properties, shape) for properties, shape in features]
    return (head[:-1] + ', "features": [\n' + ",\n".join(lines) + "\n]}\n").encode()


def _feature(properties: Properties, shape: BaseGeometry) -> str:
    if isinstance(shape, shapely.Polygon):
        shape = shapely.orient_polygons(shapely.normalize(shape))
    feature = {"type": "Feature", "properties": properties, "geometry": mapping(shape)}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
