"""Find the cells of places that count as a whole."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.arrays import FloatArray, IndexArray, finite_floats
from siting.demand import DemandGrid, lattice_keys
from siting.errors import InvalidInputError
from siting.rules import Facility


def build_facilities(
    demand: DemandGrid,
    places: Sequence[BaseGeometry],
    *,
    names: Sequence[str],
    weight: FloatArray,
    kind: str,
    radius_m: float,
    share: float,
) -> tuple[Facility, ...]:
    """
    Return the facilities that have cells of a demand grid.

    A cell belongs to a facility when its centre lies within ``radius_m`` of the point, or within it or within ``radius_m`` of
    the polygon. Facilities without a cell of the grid are left out.

    Parameters
    ----------
    demand
        The cells.
    places
        Points or polygons in the plane of the demand [m], shape (k,).
    names
        What each is called, shape (k,).
    weight
        What each is worth, >= 0, in the unit of the demand, shape (k,).
    kind
        The kind of facilities they are; targets name it.
    radius_m
        Farthest distance of a cell's centre [m], >= 0.
    share
        Least share of its cells that must be covered for a facility to count, in (0, 1].

    Raises
    ------
    InvalidInputError
        Lengths that differ, a radius below 0, or a weight that is negative or not finite.
    """
    values = finite_floats("facilities.weight", weight, shape=(len(places),))
    if len(names) != len(places):
        raise InvalidInputError("facilities.names", f"must have one entry for each of the {len(places)} places", len(names))
    if not (math.isfinite(radius_m) and radius_m >= 0):
        raise InvalidInputError("facilities.radius_m", "must be >= 0", radius_m)
    keys = lattice_keys(demand.column_row)
    found = []
    for place, name, one in zip(places, names, values.tolist(), strict=True):
        if one < 0:
            raise InvalidInputError(f"facilities.weight of {name!r}", "must be >= 0", one)
        cells = _cells_near(place, radius_m, demand.cell_m)
        position = np.minimum(np.searchsorted(keys, lattice_keys(cells)), len(keys) - 1)
        position = position[keys[position] == lattice_keys(cells)]
        if len(position):
            found.append(Facility(name=name, cells=position.astype(np.int32), weight=one, share=share, kind=kind))
    return tuple(found)


def _cells_near(place: BaseGeometry, radius_m: float, cell_m: float) -> IndexArray:
    """Return the lattice positions (k, 2), by row and column, whose centre is within a distance of a place."""
    west, south, east, north = place.bounds
    left, bottom = (math.floor((edge - radius_m) / cell_m) for edge in (west, south))
    right, top = (math.floor((edge + radius_m) / cell_m) for edge in (east, north))
    row, column = (axis.ravel() for axis in np.mgrid[bottom : top + 1, left : right + 1])
    shapely.prepare(place)
    is_near = shapely.dwithin(place, shapely.points((column + 0.5) * cell_m, (row + 0.5) * cell_m), radius_m)
    cells: IndexArray = np.column_stack((column, row))[is_near].astype(np.int32)
    return cells
