"""Buildings of the invented district: lots cut from blocks, footprints on lots, heights by the street they stand on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
import shapely
from shapely import affinity
from shapely.ops import split

from scenarios.district.frame import cut_across, in_order, largest_part, long_side
from scenarios.district.streets import STATION_SQUARE, Layout

Use = Literal["avenue", "station_front", "shop", "street", "house", "estate", "campus"]


@dataclass(frozen=True, kw_only=True)
class Habit:
    """
    How one use of land builds.

    Attributes
    ----------
    lot_m2
        Usual size of a lot.
    height_m
        Median height.
    spread
        Standard deviation of the logarithm of the height.
    least_m, greatest_m
        Limits of the height.
    setback_m
        Least and greatest distance from the edge of the lot.
    bent_share
        Share of L-shaped footprints.
    """

    lot_m2: float
    height_m: float
    spread: float
    least_m: float
    greatest_m: float
    setback_m: tuple[float, float]
    bent_share: float


HABITS: Mapping[Use, Habit] = MappingProxyType(
    {
        "avenue": Habit(lot_m2=900, height_m=32, spread=0.33, least_m=18, greatest_m=60, setback_m=(0.8, 2.0), bent_share=0.2),
        "station_front": Habit(lot_m2=1150, height_m=40, spread=0.3, least_m=22, greatest_m=65, setback_m=(1.2, 3.0), bent_share=0.1),
        "shop": Habit(lot_m2=220, height_m=13.5, spread=0.35, least_m=7, greatest_m=28, setback_m=(0.25, 0.6), bent_share=0.05),
        "street": Habit(lot_m2=700, height_m=13, spread=0.38, least_m=7, greatest_m=32, setback_m=(0.5, 1.4), bent_share=0.2),
        "house": Habit(lot_m2=460, height_m=8.6, spread=0.24, least_m=5.6, greatest_m=15, setback_m=(0.6, 1.6), bent_share=0.15),
        "estate": Habit(lot_m2=1900, height_m=21, spread=0.3, least_m=14, greatest_m=42, setback_m=(4.0, 6.0), bent_share=0.0),
        "campus": Habit(lot_m2=3400, height_m=15, spread=0.25, least_m=9, greatest_m=28, setback_m=(5.0, 9.0), bent_share=0.6),
    }
)

ESTATE = shapely.box(560, 600, 1000, 800)
"""Public housing: long slabs with ground between them."""
CAMPUS = shapely.box(0, 30, 320, 215)
"""A school and a college: few large buildings."""
SLAB_DEPTH_M = 11.5
NARROWEST_M = 3.0
"""No wing of a building is narrower."""

VACANT_SHARE = 0.045
TOWERS = (((505.0, 130.0), 182.0), ((700.0, 120.0), 148.0), ((470.0, 400.0), 124.0), ((360.0, 300.0), 96.0))
"""Towers, each on the largest lot near a point."""

STATION = shapely.box(492, 3, 708, 27)
STATION_HEIGHT_M = 23.5
COURTYARD_AT = (300.0, 470.0)
HEIGHTLESS_AT = ((90.0, 420.0), (910.0, 640.0))
"""Where the nearest house lacks its height but not its storeys."""
UNKNOWN_AT = ((60.0, 730.0), (530.0, 740.0), (930.0, 420.0))
"""Where the nearest house lacks both."""


@dataclass(frozen=True, kw_only=True)
class Building:
    """
    A building in the district's own metres.

    Attributes
    ----------
    building_id
        Such as ``SYN-B0001``.
    footprint
        Outline; may hold a courtyard.
    height_m
        True height above ground [m].
    storeys
        Storeys above ground.
    use
        What stands there.
    is_height_known, is_storeys_known
        Whether the published list has it.
    """

    building_id: str
    footprint: shapely.Polygon
    height_m: float
    storeys: int
    use: Use
    is_height_known: bool = True
    is_storeys_known: bool = True


def build(layout: Layout, rng: np.random.Generator) -> tuple[Building, ...]:
    """Return the buildings, from south to north; the station comes first."""
    avenues = shapely.union_all([road.line for road in layout.roads if road.road_class in ("primary", "secondary")])
    streets = shapely.union_all([road.line for road in layout.roads if road.road_class == "tertiary"])
    shopping = shapely.union_all([road.line for road in layout.roads if road.road_class == "pedestrian"])

    def use_of(land: shapely.Polygon) -> Use:
        """Tell what belongs on a piece of land, from the streets around it."""
        if land.distance(STATION_SQUARE) < 35 and land.distance(shopping) > 25:
            return "station_front"
        if land.distance(avenues) < 20:
            return "avenue"
        if CAMPUS.contains(land.centroid):
            return "campus"
        if ESTATE.contains(land.centroid):
            return "estate"
        if land.distance(shopping) < 12:
            return "shop"
        return "street" if land.distance(streets) < 12 else "house"

    buildings = [Building(building_id="", footprint=STATION, height_m=STATION_HEIGHT_M, storeys=5, use="station_front")]
    for block in layout.blocks:
        for lot in _lots(block, use_of, rng):
            use = use_of(lot)
            footprint = _footprint(lot, use, rng)
            if footprint.area >= 35 and rng.random() >= VACANT_SHARE:
                height_m = _height_m(use, rng)
                storeys = max(1, round(height_m / (3.0 if use == "house" else 3.6)))
                buildings.append(Building(building_id="", footprint=footprint, height_m=height_m, storeys=storeys, use=use))
    special = _with_towers(_with_courtyard(_with_gaps(buildings)))
    return tuple(replace(one, building_id=f"SYN-B{i:04d}") for i, one in enumerate(special, start=1))


def _lots(land: shapely.Polygon, use_of: Callable[[shapely.Polygon], Use], rng: np.random.Generator) -> list[shapely.Polygon]:
    """Return land cut across its long side until every lot has the size its use asks for."""
    largest_m2 = HABITS[use_of(land)].lot_m2 * rng.uniform(0.9, 1.7)
    if land.area <= largest_m2:
        return [land]
    halves = split(land, cut_across(land, rng.uniform(0.42, 0.58))).geoms
    return [lot for half in in_order(part for part in halves if isinstance(part, shapely.Polygon)) for lot in _lots(half, use_of, rng)]


def _footprint(lot: shapely.Polygon, use: Use, rng: np.random.Generator) -> shapely.Polygon:
    """Return the outline of a building on its lot: set back, and now and then L-shaped."""
    setback_m = rng.uniform(*HABITS[use].setback_m)
    core = lot.buffer(-setback_m - NARROWEST_M / 2, join_style="mitre")
    inner = largest_part(core.buffer(NARROWEST_M / 2, join_style="mitre").simplify(0.2))
    if use == "estate" and not inner.is_empty:
        return _slab(inner)
    if inner.area < 90 or rng.random() >= HABITS[use].bent_share:
        return inner
    (along_x, along_y), length_m, width_m = long_side(inner)
    middle = shapely.minimum_rotated_rectangle(inner).centroid
    cut_x, cut_y = rng.uniform(0.3, 0.5) * length_m, rng.uniform(0.35, 0.55) * width_m
    side_x, side_y = (float(sign) for sign in rng.choice([-1, 1], size=2))
    corner = shapely.box(*_sorted_box(side_x * (length_m / 2 - cut_x), side_y * (width_m / 2 - cut_y), side_x * length_m, side_y * width_m))
    turned = affinity.rotate(corner, math.degrees(math.atan2(along_y, along_x)), origin=(0, 0))
    bent = largest_part(inner.difference(affinity.translate(turned, middle.x, middle.y)).simplify(0.2))
    return bent if bent.area >= 0.5 * inner.area else inner


def _slab(land: shapely.Polygon) -> shapely.Polygon:
    """Return a long narrow building through the middle of a piece of land."""
    (along_x, along_y), length_m, _ = long_side(land)
    middle = land.centroid
    spine = shapely.LineString([(middle.x + sign * along_x * length_m / 2, middle.y + sign * along_y * length_m / 2) for sign in (-1, 1)])
    return largest_part(spine.buffer(SLAB_DEPTH_M / 2, cap_style="flat").intersection(land).simplify(0.2))


def _sorted_box(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    """Return a box's corners with the lower one first."""
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _height_m(use: Use, rng: np.random.Generator) -> float:
    habit = HABITS[use]
    return round(float(np.clip(habit.height_m * math.exp(rng.normal(0, habit.spread)), habit.least_m, habit.greatest_m)), 1)


def nearest(
    buildings: Sequence[Building], point: tuple[float, float], *, least_m2: float, use: Use | None = None, taken: Sequence[int] = ()
) -> int:
    """
    Return the position of the building nearest to a point that is large enough, not taken yet and, if asked, of one use.

    Buildings without a published height are passed over.
    """
    spot = shapely.Point(point)
    suitable = [
        i
        for i, one in enumerate(buildings)
        if one.footprint.area >= least_m2 and use in (None, one.use) and one.is_height_known and i not in taken
    ]
    return min(suitable, key=lambda i: buildings[i].footprint.centroid.distance(spot))


def _with_changed(buildings: Sequence[Building], position: int, **changes: object) -> list[Building]:
    """Return the buildings with one of them changed."""
    return [replace(one, **changes) if i == position else one for i, one in enumerate(buildings)]  # type: ignore[arg-type]


def _with_towers(buildings: Sequence[Building]) -> list[Building]:
    towered = list(buildings)
    for point, height_m in TOWERS:
        towered = _with_changed(towered, nearest(towered, point, least_m2=600), height_m=height_m, storeys=round(height_m / 4.0))
    return towered


def _with_courtyard(buildings: Sequence[Building]) -> list[Building]:
    position = nearest(buildings, COURTYARD_AT, least_m2=800)
    outline = shapely.Polygon(buildings[position].footprint.exterior)
    yard = affinity.scale(outline, 0.42, 0.42, origin=outline.centroid)
    return _with_changed(buildings, position, footprint=outline.difference(yard))


def _with_gaps(buildings: Sequence[Building]) -> list[Building]:
    """Take the height off a few houses, and off some the storeys too, to show the rule that fills such gaps."""
    gappy = list(buildings)
    for point in HEIGHTLESS_AT:
        gappy = _with_changed(gappy, nearest(gappy, point, least_m2=0, use="house"), is_height_known=False)
    for point in UNKNOWN_AT:
        position = nearest(gappy, point, least_m2=0, use="house")
        gappy = _with_changed(gappy, position, is_height_known=False, is_storeys_known=False)
    return gappy
