"""
Where antennas could stand when no list of assets is public.

Stated, seeded rules from geometry alone; every candidate they make is labelled synthetic.
"""

from siting.placement.fronts import place_along_fronts
from siting.placement.result import Placement, PointTest
from siting.placement.roads import UNLIT_ROAD_CLASSES, lit_roads, place_along_roads
from siting.placement.roofs import place_on_roofs

__all__ = [
    "UNLIT_ROAD_CLASSES",
    "Placement",
    "PointTest",
    "lit_roads",
    "place_along_fronts",
    "place_along_roads",
    "place_on_roofs",
]
