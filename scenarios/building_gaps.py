"""Where the building data say nothing: ground that a plan takes as open."""

from __future__ import annotations

import numpy as np

from siting import City, DemandGrid
from siting.arrays import FloatArray, IntArray

SQUARE_M = 250.0
"""Side of the squares in which buildings are looked for."""


def share_without_buildings(city: City, demand: DemandGrid) -> float:
    """Return the share of the cells with no building in their square of 250 m or the eight around it, in [0, 1]."""
    bounds_m = city.outlines.bounds_mm / 1000.0 + np.tile(city.outlines.origin_m, 2)
    built = np.unique(np.concatenate([_square(bounds_m[:, [x, y]]) for x in (0, 2) for y in (1, 3)]))
    near = np.unique(np.concatenate([built + (row << 32) + column for row in (-1, 0, 1) for column in (-1, 0, 1)]))
    return float((~np.isin(_square(demand.xy_m), near)).mean())


def _square(xy_m: FloatArray) -> IntArray:
    """Return one number for the square of each point (n, 2), shape (n,)."""
    column, row = np.floor(xy_m / SQUARE_M).astype(np.int64).T
    square: IntArray = (row << 32) + column
    return square
