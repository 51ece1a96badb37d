"""The drawings of an overview: a plan of the place, and the skyline as a panorama."""

from __future__ import annotations

import math

import numpy as np

from siting import City, DemandGrid
from siting.arrays import BoolArray, IndexArray
from siting.outputs.raster_image import Rgba, data_uri, palette_png
from window.overview.skyline import Skyline
from window.planning.viewshed import ALREADY, NEW

_GROUND: Rgba = (250, 249, 246, 255)
_BUILDING: Rgba = (124, 128, 134, 255)
PLAN_M = 440.0
"""Side of the plan of the place [m], north up."""

PANORAMA = (1000, 190)
"""Width and height of the panorama [px]."""

_LOWEST_DEG, _HIGHEST_DEG = -10.0, 60.0


def place_plan(city: City, demand: DemandGrid, xy_m: tuple[float, float], cells: IndexArray, is_served: BoolArray) -> str:
    """Return a picture of the place, one pixel a metre: buildings, and the cells an antenna covers, as a ``data:`` address."""
    side = int(PLAN_M)
    west, south = xy_m[0] - PLAN_M / 2, xy_m[1] - PLAN_M / 2
    levels = np.zeros((side, side), dtype=np.uint8)
    level_of = {}
    for cell, (column, row) in zip(cells.tolist(), demand.column_row[cells].tolist(), strict=True):
        level_of[column, row] = 3 if is_served[cell] else 2
    x_m, y_m = west + np.arange(side) + 0.5, south + np.arange(side) + 0.5
    columns, rows = np.floor(x_m / demand.cell_m).astype(int), np.floor(y_m / demand.cell_m).astype(int)
    for row in np.unique(rows):
        for column in np.unique(columns):
            level = level_of.get((int(column), int(row)))
            if level:
                levels[np.ix_(rows == row, columns == column)] = level
    is_indoor = city.indoor_mask(west + 0.5, south + 0.5, 1.0, side, side)
    levels[is_indoor] = 1
    opaque = [tuple((one * colour[3] + 250 * (255 - colour[3])) // 255 for one in colour[:3]) for colour in (NEW, ALREADY)]
    palette: list[Rgba] = [_GROUND, _BUILDING, (*opaque[0], 255), (*opaque[1], 255)]  # type: ignore[list-item]  # three colours each
    return data_uri(palette_png(levels[::-1], palette), "image/png")


def panorama_path(found: Skyline) -> str:
    """Return the outline of the skyline as an SVG path, north in the middle."""
    width, height = PANORAMA
    order = np.argsort((found.azimuth_deg + 180.0) % 360.0)
    x = ((found.azimuth_deg[order] + 180.0) % 360.0) / 360.0 * width
    y = [panorama_y(one) for one in found.elevation_deg[order].tolist()]
    points = " ".join(f"L{one:.1f} {other:.1f}" for one, other in zip(x.tolist(), y, strict=True))
    return f"M0 {height} {points} L{width} {height} Z"


def panorama_x(azimuth_deg: float) -> float:
    """Return where a direction stands on the panorama [px]."""
    return ((azimuth_deg + 180.0) % 360.0) / 360.0 * PANORAMA[0]


def panorama_y(elevation_deg: float) -> float:
    """Return where an angle stands on the panorama [px]."""
    inside = min(_HIGHEST_DEG, max(_LOWEST_DEG, elevation_deg if math.isfinite(elevation_deg) else _LOWEST_DEG))
    return PANORAMA[1] * (1 - (inside - _LOWEST_DEG) / (_HIGHEST_DEG - _LOWEST_DEG))
