"""Assets of the invented district that could carry an antenna: lamps, signals, parks, roofs, smart poles, base stations."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import shapely

from scenarios.district.buildings import Building, nearest
from scenarios.district.frame import CRS
from scenarios.district.streets import AVENUE_M, BUILT_UP, STATION_SQUARE, STREET_M, Layout, Road
from siting.arrays import BoolArray, FloatArray
from siting.placement import place_along_roads

COST_YEN = MappingProxyType(
    {
        "streetlight": 1_800_000,
        "signal": 2_400_000,
        "park": 2_000_000,
        "smart_pole": 1_200_000,
        "public_roof": 4_500_000,
        "private_roof": 6_000_000,
    }
)
"""
Illustrative yen per site over ten years: fitting, power, fibre and fees.

A smart pole has power and fibre already; a roof needs a mast.
"""

COST_SPREAD = (0.85, 1.15)
POLE_GAP_M = 0.2
"""A pole keeps at least this far from any wall."""
KERB_M = 0.7
"""Lamps and poles stand this far inside the edge of the street."""
MAST_M = 3.0
"""Antennas on roofs stand this far above the roof."""


@dataclass(frozen=True, kw_only=True)
class PublicBuilding:
    """A building that belongs to everyone: the one nearest to a point that has the size for it."""

    name: str
    kind: str
    owner_class: str
    near: tuple[float, float]
    least_m2: float


PUBLIC = (
    PublicBuilding(name="合成駅 / Synthetic Station", kind="station", owner_class="metropolitan", near=(600.0, 15.0), least_m2=4000.0),
    PublicBuilding(
        name="合成区民センター / Synthetic Civic Centre", kind="town_hall", owner_class="municipal", near=(520.0, 300.0), least_m2=300.0
    ),
    PublicBuilding(
        name="合成小学校 / Synthetic Primary School", kind="shelter", owner_class="municipal", near=(120.0, 120.0), least_m2=900.0
    ),
    PublicBuilding(name="合成大学 / Synthetic College", kind="shelter", owner_class="municipal", near=(260.0, 90.0), least_m2=900.0),
    PublicBuilding(name="合成図書館 / Synthetic Library", kind="library", owner_class="municipal", near=(300.0, 640.0), least_m2=350.0),
    PublicBuilding(
        name="合成消防署 / Synthetic Fire Station", kind="fire_station", owner_class="metropolitan", near=(880.0, 350.0), least_m2=300.0
    ),
    PublicBuilding(name="合成病院 / Synthetic Hospital", kind="hospital", owner_class="metropolitan", near=(240.0, 300.0), least_m2=500.0),
    PublicBuilding(
        name="合成都税事務所 / Synthetic Tax Office", kind="office", owner_class="metropolitan", near=(440.0, 640.0), least_m2=400.0
    ),
    PublicBuilding(
        name="合成団地集会所 / Synthetic Estate Hall", kind="shelter", owner_class="metropolitan", near=(760.0, 700.0), least_m2=250.0
    ),
)

PRIVATE_ROOFS_AT = (
    *((70.0, 470.0), (200.0, 380.0), (330.0, 730.0), (560.0, 480.0)),
    *((700.0, 460.0), (940.0, 480.0), (880.0, 240.0), (760.0, 60.0)),
)
"""Points near private roofs on offer."""
BASE_STATIONS_AT = ((470.0, 380.0), (90.0, 300.0), (700.0, 330.0), (520.0, 700.0), (950.0, 100.0), (500.0, 130.0))
"""Points near roofs that carry a base station today."""


@dataclass(frozen=True, kw_only=True)
class Asset:
    """An asset in the district's own metres; the fields are those of the published list."""

    asset_id: str = ""
    name: str
    asset_type: str
    owner_class: str
    x_m: float
    y_m: float
    height_agl_m: float
    cost_yen: int
    capacity: int
    existing: bool = False


def furnish(layout: Layout, buildings: Sequence[Building], rng: np.random.Generator) -> tuple[Asset, ...]:
    """Return every asset of the district, costs spread by chance, existing base stations free."""
    walls = shapely.STRtree([one.footprint for one in buildings])
    poles = [*_signals(layout.roads), *_smart_poles(layout.roads), *_park_lamps(layout)]
    standing = [one for one in poles if _is_clear(walls, np.array([[one.x_m, one.y_m]]), POLE_GAP_M)[0]]
    assets = [*standing, *_roofs(buildings), *_streetlights(layout.roads, walls, standing)]
    return tuple(
        replace(one, asset_id=f"SYN-A{i:04d}", cost_yen=int(round(one.cost_yen * rng.uniform(*COST_SPREAD), -4)))
        for i, one in enumerate(assets, start=1)
    )


def public_sites(buildings: Sequence[Building]) -> tuple[int, ...]:
    """Return the position of the building that each entry of :data:`PUBLIC` moved into, no two the same."""
    chosen: list[int] = []
    for public in PUBLIC:
        chosen.append(nearest(buildings, public.near, least_m2=public.least_m2, taken=chosen))
    return tuple(chosen)


def _streetlights(roads: Sequence[Road], walls: shapely.STRtree, poles: Sequence[Asset]) -> list[Asset]:
    """Return lamps along the streets by the rule of the product itself, clear of other poles and of crossing carriageways."""
    carriageways = shapely.STRtree([road.line.buffer(road.width_m / 2 - 2 * KERB_M, cap_style="flat") for road in roads])
    others = shapely.STRtree(shapely.points([(one.x_m, one.y_m) for one in poles]))
    avenues = shapely.union_all([road.line for road in roads if road.width_m == AVENUE_M])

    def is_outdoor(xy_m: FloatArray) -> BoolArray:
        return _is_clear(walls, xy_m, POLE_GAP_M)

    def within(xy_m: FloatArray) -> BoolArray:
        return _is_clear(carriageways, xy_m, 0.0) & _is_clear(others, xy_m, 6.0) & shapely.contains_xy(BUILT_UP, xy_m)

    lamps = place_along_roads(
        [road.line for road in roads],
        crs=CRS,  # lengths are all the rule needs: the district's own metres are as long as the plane's
        is_outdoor=is_outdoor,
        within=within,
        offset_m=[road.width_m / 2 - KERB_M for road in roads],
    )
    return [
        Asset(
            name=f"合成街路灯{i} / Synthetic lamp {i}",
            asset_type="streetlight",
            owner_class="metropolitan" if avenues.distance(shapely.Point(x_m, y_m)) < AVENUE_M else "municipal",
            x_m=x_m,
            y_m=y_m,
            height_agl_m=height_m,
            cost_yen=COST_YEN["streetlight"],
            capacity=1,
        )
        for i, (x_m, y_m, height_m) in enumerate(lamps.candidates.xyz_m.tolist(), start=1)
    ]


def _is_clear(shapes: shapely.STRtree, xy_m: FloatArray, distance_m: float) -> BoolArray:
    """Tell which points are further from every shape than a distance."""
    is_clear = np.ones(len(xy_m), dtype=np.bool_)
    is_clear[shapes.query(shapely.points(xy_m), predicate="dwithin", distance=distance_m)[0]] = False
    return is_clear


def _signals(roads: Sequence[Road]) -> list[Asset]:
    """Return two signal poles, at opposite corners, for every meeting of streets at least 12 m wide."""
    wide = [road for road in roads if road.width_m >= STREET_M]
    corners: list[tuple[float, float]] = []
    for one, other in itertools.combinations(wide, 2):
        if one.line.distance(other.line) < 0.01:
            crossing = shapely.get_coordinates(shapely.shortest_line(one.line, other.line))[0]
            reach_m = _direction(one.line, crossing) * (other.width_m / 2 - KERB_M) + _direction(other.line, crossing) * (
                one.width_m / 2 - KERB_M
            )
            corners += [tuple(crossing + side * reach_m) for side in (1, -1)]
    return [
        Asset(
            name=f"合成信号機{i} / Synthetic signal {i}",
            asset_type="signal",
            owner_class="metropolitan",
            x_m=x_m,
            y_m=y_m,
            height_agl_m=6.0,
            cost_yen=COST_YEN["signal"],
            capacity=1,
        )
        for i, (x_m, y_m) in enumerate(corners, start=1)
    ]


def _direction(line: shapely.LineString, point: FloatArray) -> FloatArray:
    """Return the unit vector along a line where it passes a point."""
    at_m = line.project(shapely.Point(point))
    ahead, behind = line.interpolate(min(at_m + 1, line.length)), line.interpolate(max(at_m - 1, 0.0))
    along = np.array([ahead.x - behind.x, ahead.y - behind.y])
    unit: FloatArray = along / np.hypot(*along)
    return unit


def _smart_poles(roads: Sequence[Road]) -> list[Asset]:
    """Return smart poles every 120 m along one side of the avenues and at the corners of the station square."""
    spots = list(shapely.get_coordinates(STATION_SQUARE.buffer(-4, join_style="mitre").exterior)[:4])
    for road in roads:
        if road.width_m == AVENUE_M:
            side = shapely.offset_curve(road.line, road.width_m / 2 - 2 * KERB_M)
            spots += [shapely.get_coordinates(side.interpolate(at_m))[0] for at_m in np.arange(75, side.length - 30, 120)]
    return [
        Asset(
            name=f"合成スマートポール{i} / Synthetic smart pole {i}",
            asset_type="smart_pole",
            owner_class="metropolitan",
            x_m=float(x_m),
            y_m=float(y_m),
            height_agl_m=10.0,
            cost_yen=COST_YEN["smart_pole"],
            capacity=3,
        )
        for i, (x_m, y_m) in enumerate(spots, start=1)
    ]


def _park_lamps(layout: Layout) -> list[Asset]:
    """Return lamp poles along the edge of every park, about 60 m apart."""
    lamps: list[Asset] = []
    for park, shape in layout.parks.items():
        path = shapely.Polygon(shape.exterior).buffer(-4, join_style="mitre").exterior
        n_lamps = max(2, round(path.length / 60))
        for i in range(n_lamps):
            spot = path.interpolate((i + 0.5) / n_lamps, normalized=True)
            park_ja, park_en = park.split(" / ")
            lamps.append(
                Asset(
                    name=f"{park_ja}園内灯{i + 1} / {park_en} lamp {i + 1}",
                    asset_type="park",
                    owner_class="municipal",
                    x_m=spot.x,
                    y_m=spot.y,
                    height_agl_m=6.0,
                    cost_yen=COST_YEN["park"],
                    capacity=2,
                )
            )
    return lamps


def _roofs(buildings: Sequence[Building]) -> list[Asset]:
    """Return antennas on public and private roofs and the base stations of today, each on a building of its own."""
    taken = list(public_sites(buildings))
    roofs = [
        _roof(buildings[site], name=public.name, owner_class=public.owner_class, cost_yen=COST_YEN["public_roof"])
        for site, public in zip(taken, PUBLIC, strict=True)
    ]
    for i, point in enumerate(PRIVATE_ROOFS_AT, start=1):
        taken.append(nearest(buildings, point, least_m2=300, taken=taken))
        name = f"合成ビル{i} / Synthetic building {i}"
        roofs.append(_roof(buildings[taken[-1]], name=name, owner_class="private", cost_yen=COST_YEN["private_roof"]))
    for i, point in enumerate(BASE_STATIONS_AT, start=1):
        taken.append(nearest(buildings, point, least_m2=300, taken=taken))
        name = f"合成基地局{i} / Synthetic base station {i}"
        roofs.append(_roof(buildings[taken[-1]], name=name, owner_class="private", cost_yen=0, existing=True))
    return roofs


def _roof(building: Building, *, name: str, owner_class: str, cost_yen: int, existing: bool = False) -> Asset:
    """Return an antenna on the roof of a building."""
    spot = building.footprint.representative_point()
    return Asset(
        name=name,
        asset_type="building",
        owner_class=owner_class,
        x_m=spot.x,
        y_m=spot.y,
        height_agl_m=round(building.height_m + MAST_M, 1),
        cost_yen=cost_yen,
        capacity=4,
        existing=existing,
    )
