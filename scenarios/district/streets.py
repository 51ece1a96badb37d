"""Streets, blocks, parks and the station square of the invented district."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import shapely
from shapely.ops import split

from scenarios.district.frame import DEPTH_M, RAILWAY_DEPTH_M, WIDTH_M, cut_across, in_order, largest_part

AVENUE_M, SHOPPING_M, STREET_M, LANE_M = 25.0, 9.0, 12.0, 6.0

BUILT_UP = shapely.box(0, RAILWAY_DEPTH_M, WIDTH_M, DEPTH_M)
STATION_SQUARE = shapely.box(545, RAILWAY_DEPTH_M, 655, 92)

FIRST_CUTS = (
    ("primary", AVENUE_M, "合成大通り / Synthetic Avenue", [(-10, 318), (250, 342), (480, 352), (760, 338), (1010, 300)]),
    ("secondary", AVENUE_M, "合成中央通り / Synthetic Central Avenue", [(402, 20), (418, 200), (424, 352), (408, 560), (436, 810)]),
    ("pedestrian", SHOPPING_M, "合成商店街 / Synthetic Shopping Street", [(612, 20), (616, 130), (642, 240), (690, 346)]),
    ("tertiary", STREET_M, "合成坂通り / Synthetic Hill Street", [(400, 590), (560, 560), (760, 585), (1010, 540)]),
    ("tertiary", STREET_M, "合成公園通り / Synthetic Park Street", [(-10, 545), (180, 530), (415, 575)]),
)
"""The main streets, each cutting every piece it crosses, before chance takes over."""

PARKS = MappingProxyType(
    {
        (180.0, 655.0): ("合成防災公園 / Synthetic Evacuation Park", 20_000.0),
        (850.0, 690.0): ("合成中央公園 / Synthetic Central Park", 9_000.0),
        (850.0, 150.0): ("合成児童公園 / Synthetic Playground", 5_000.0),
        (140.0, 190.0): ("合成の森 / Synthetic Grove", 6_000.0),
    }
)
"""A point in each park, its name, and the size at which its piece of land is not cut any further [m2]."""


@dataclass(frozen=True, kw_only=True)
class Road:
    """A street by its centre line, in the district's own metres."""

    line: shapely.LineString
    road_class: str
    width_m: float
    name: str

    @property
    def surface(self) -> shapely.Polygon:
        """Ground the street takes, kerb to kerb and pavements included."""
        return self.line.buffer(self.width_m / 2, cap_style="flat", join_style="mitre")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """
    The plan of the district, in its own metres.

    Attributes
    ----------
    roads
        Every street.
    blocks
        Land between the streets that is built on.
    parks
        Park polygons by name.
    """

    roads: tuple[Road, ...]
    blocks: tuple[shapely.Polygon, ...]
    parks: MappingProxyType[str, shapely.Polygon]


def lay_out(rng: np.random.Generator) -> Layout:
    """Cut the district into blocks, main streets first, then ever narrower ones."""
    pieces = [BUILT_UP]
    roads: list[Road] = []
    for road_class, width_m, name, vertices in FIRST_CUTS:
        line = shapely.LineString(vertices)
        is_cut = [road_class != "pedestrian" or piece.contains(STATION_SQUARE) for piece in pieces]
        roads += [
            Road(line=part, road_class=road_class, width_m=width_m, name=name)
            for part in _parts_along(line, [piece for piece, cut in zip(pieces, is_cut, strict=True) if cut])
        ]
        pieces = in_order(half for piece, cut in zip(pieces, is_cut, strict=True) for half in (_halves(piece, line) if cut else [piece]))
    leaves: list[shapely.Polygon] = []
    for piece in pieces:
        its_leaves, its_roads = _divide(piece, rng)
        leaves += its_leaves
        roads += its_roads
    surfaces = shapely.union_all([STATION_SQUARE, *(road.surface for road in roads)])
    parks = {name: largest_part(leaf.difference(surfaces)) for leaf in leaves if (name := _park_in(leaf))}
    blocks = [largest_part(leaf.difference(surfaces)) for leaf in leaves if not _park_in(leaf)]
    return Layout(roads=tuple(roads), blocks=tuple(block for block in blocks if block.area > 150), parks=MappingProxyType(parks))


def _divide(piece: shapely.Polygon, rng: np.random.Generator) -> tuple[list[shapely.Polygon], list[Road]]:
    """Return a piece of land cut into blocks, and the streets between them."""
    park = _park_in(piece)
    largest_m2 = _park_size_m2(park) if park else rng.uniform(5_500, 9_500)
    if piece.area <= largest_m2:
        return [piece], []
    line = cut_across(piece, rng.uniform(0.4, 0.6), rng.uniform(-7, 7))
    is_street = piece.area > 55_000
    road_class, width_m = ("tertiary", STREET_M) if is_street else ("residential", LANE_M)
    roads = [Road(line=part, road_class=road_class, width_m=width_m, name="") for part in _parts_along(line, [piece])]
    leaves: list[shapely.Polygon] = []
    for half in in_order(_halves(piece, line)):
        its_leaves, its_roads = _divide(half, rng)
        leaves += its_leaves
        roads += its_roads
    return leaves, roads


def _halves(piece: shapely.Polygon, line: shapely.LineString) -> list[shapely.Polygon]:
    return [part for part in split(piece, line).geoms if isinstance(part, shapely.Polygon)]


def _parts_along(line: shapely.LineString, pieces: list[shapely.Polygon]) -> list[shapely.LineString]:
    """Return the stretches of a line that run through pieces of land, joined where they meet and kept off the station square."""
    inside = shapely.line_merge(shapely.union_all([line.intersection(piece.difference(STATION_SQUARE)) for piece in pieces]))
    return [part for part in shapely.get_parts(inside) if isinstance(part, shapely.LineString) and part.length > 1]


def _park_in(piece: shapely.Polygon) -> str:
    """Return the name of the park whose point lies in a piece of land; empty text if there is none."""
    return next((name for point, (name, _) in PARKS.items() if piece.contains(shapely.Point(point))), "")


def _park_size_m2(park: str) -> float:
    return next(size_m2 for name, size_m2 in PARKS.values() if name == park)
