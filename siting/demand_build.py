"""Cut priority zones into outdoor cells and weigh them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.arrays import FloatArray, IndexArray, IntArray, finite_floats
from siting.city import City
from siting.demand import DemandGrid, lattice_keys
from siting.errors import InvalidInputError
from siting.outlines import Outlines
from siting.progress import Progress, no_progress


@dataclass(frozen=True, kw_only=True, eq=False)
class Zone:
    """
    A named area whose outdoor cells are to be covered.

    Attributes
    ----------
    name
        Non-empty text, the name of the group its cells form.
    polygon
        Polygon or multipolygon [m].
    priority
        Factor on the weight of its cells, >= 0; cells in several zones add their factors up.
    """

    name: str
    polygon: BaseGeometry
    priority: float = 1.0

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidInputError("zone.name", "must not be empty", self.name)
        where = f"zone {self.name!r}"
        if not (np.isfinite(self.priority) and self.priority >= 0):
            raise InvalidInputError(f"{where}.priority", "must be >= 0", self.priority)
        if not isinstance(self.polygon, (shapely.Polygon, shapely.MultiPolygon)) or self.polygon.is_empty:
            raise InvalidInputError(f"{where}.polygon", "must be a polygon or multipolygon that is not empty", self.polygon.geom_type)
        if not self.polygon.is_valid:
            raise InvalidInputError(f"{where}.polygon", "must not cross itself", shapely.is_valid_reason(self.polygon))


@dataclass(frozen=True, kw_only=True)
class ByArea:
    """Each cell weighs its area [m2]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ByMesh:
    """
    People of a mesh (residents, people flow), spread evenly over the outdoor cells of each mesh within the zones.

    A mesh that the zones cut counts with the share of its area inside them.

    Attributes
    ----------
    polygons
        Meshes [m], shape (k,), which do not overlap.
    people
        People in each mesh, >= 0, shape (k,).
    """

    polygons: Sequence[BaseGeometry]
    people: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", finite_floats("mesh.people", self.people, shape=(len(self.polygons),)))
        if (self.people < 0).any():
            raise InvalidInputError("mesh.people", "must be >= 0", float(self.people.min()))
        for i, polygon in enumerate(self.polygons):
            if not (isinstance(polygon, (shapely.Polygon, shapely.MultiPolygon)) and polygon.area > 0 and polygon.is_valid):
                raise InvalidInputError(
                    f"mesh.polygons[{i}]", "must be a polygon that encloses something and does not cross itself", str(polygon)[:80]
                )


@dataclass(frozen=True, kw_only=True, eq=False)
class ByFacilities:
    """
    Point facilities, each spreading its weight evenly over the outdoor cells around it.

    Attributes
    ----------
    xy_m
        Facilities [m], shape (k, 2).
    weight
        Weight of each, >= 0, shape (k,).
    radius_m
        Cells whose centre is this near belong to the facility [m], > 0.
    """

    xy_m: FloatArray
    weight: FloatArray
    radius_m: float = 100.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "xy_m", finite_floats("facilities.xy_m", self.xy_m, shape=(None, 2)))
        object.__setattr__(self, "weight", finite_floats("facilities.weight", self.weight, shape=(len(self.xy_m),)))
        if (self.weight < 0).any():
            raise InvalidInputError("facilities.weight", "must be >= 0", float(self.weight.min()))
        if not (np.isfinite(self.radius_m) and self.radius_m > 0):
            raise InvalidInputError("facilities.radius_m", "must be > 0", self.radius_m)


Weighting = ByArea | ByMesh | ByFacilities
_BY_AREA = ByArea()
_POINTS_AT_ONCE = 20_000_000


def build_demand(
    city: City, zones: Sequence[Zone], *, cell_m: float = 10.0, weighting: Weighting = _BY_AREA, progress: Progress = no_progress
) -> DemandGrid:
    """
    Return the outdoor cells whose centre lies in a zone; each zone's name becomes a group.

    Cells lie on a lattice through the origin of the plane, so that different runs share them.

    Parameters
    ----------
    city
        Buildings; cells whose centre lies in one are left out.
    zones
        Areas to be covered; they may overlap.
    cell_m
        Side of a cell [m], at least 0.1.
    weighting
        What a cell is worth, before the priority of its zones.

    Raises
    ------
    InvalidInputError
        No zones, names that repeat, or a zone without outdoor cells.
    """
    if not zones:
        raise InvalidInputError("zones", "must name at least one zone", 0)
    names = [zone.name for zone in zones]
    if len(set(names)) < len(names):
        raise InvalidInputError("zones", "must have different names", next(name for name in names if names.count(name) > 1))
    if not (np.isfinite(cell_m) and cell_m >= 0.1):
        raise InvalidInputError("cell_m", "must be >= 0.1", cell_m)
    cells_of_zone = []
    for done, zone in enumerate(zones):
        progress("stage.demand", done, len(zones))
        cells = _cells_inside(zone.polygon, cell_m, city)
        if not len(cells):
            raise InvalidInputError(f"zone {zone.name!r}", f"must hold at least one outdoor cell of {cell_m} m", "none")
        cells_of_zone.append(lattice_keys(cells))
    keys = np.sort(np.concatenate(cells_of_zone))  # sorting nearly sorted runs beats np.unique's hashing five times
    keys = keys[np.concatenate(([True], np.diff(keys) > 0))]
    column_row = _from_keys(keys)
    groups = {zone.name: np.searchsorted(keys, cells).astype(np.int32) for zone, cells in zip(zones, cells_of_zone, strict=True)}
    weight, unit = _weights(weighting, column_row, cell_m, zones)
    priority = _priority(zones, groups, len(keys))
    progress("stage.demand", len(zones), len(zones))
    return DemandGrid(
        column_row=column_row,
        cell_m=cell_m,
        crs=city.crs,
        weight=weight * priority,
        unit=unit if (priority == 1.0).all() else "weighted",
        groups=groups,
    )


def _from_keys(keys: IntArray) -> IndexArray:
    """Return the lattice positions (m, 2) of keys."""
    column = keys.astype(np.int32)  # the low half, sign included
    row = ((keys - column) >> 32).astype(np.int32)
    return np.column_stack((column, row))


def _cells_inside(polygon: BaseGeometry, cell_m: float, city: City | None) -> IndexArray:
    """Return the lattice positions (m, 2) whose centre lies in a polygon, and outdoors if a city is given."""
    bands = [band for part in shapely.get_parts(polygon) for band in _bands_inside(part, cell_m, city)]
    return np.concatenate([np.empty((0, 2), dtype=np.int32), *bands])


def _bands_inside(polygon: BaseGeometry, cell_m: float, city: City | None) -> Iterator[IndexArray]:
    """Yield the same for a polygon of one part, a band of rows at a time so that memory stays bounded."""
    outline = Outlines.from_polygons(np.array([polygon], dtype=object))
    x0, y0, x1, y1 = shapely.bounds(polygon)
    left, right, bottom, top = (int(np.floor(edge / cell_m)) for edge in (x0, x1, y0, y1))
    n_columns = right - left + 1
    n_band_rows = max(1, _POINTS_AT_ONCE // n_columns)
    for row in range(bottom, top + 1, n_band_rows):
        band = ((left + 0.5) * cell_m, (row + 0.5) * cell_m, cell_m, n_columns, min(n_band_rows, top + 1 - row))
        is_in = outline.inside(*band)
        if city is not None:
            is_in &= ~city.indoor_mask(*band)
        rows, columns = np.nonzero(is_in)
        yield np.column_stack((columns + left, rows + row)).astype(np.int32)


def _priority(zones: Sequence[Zone], groups: Mapping[str, IndexArray], n_cells: int) -> FloatArray:
    """Return the sum of the priorities of each cell's zones, shape (m,)."""
    priority = np.zeros(n_cells)
    for zone in zones:
        priority[groups[zone.name]] += zone.priority
    return priority


def _weights(weighting: Weighting, column_row: IndexArray, cell_m: float, zones: Sequence[Zone]) -> tuple[FloatArray, str]:
    """Return the weight of each cell and its unit."""
    if isinstance(weighting, ByArea):
        return np.full(len(column_row), cell_m * cell_m), "m2"
    keys = lattice_keys(column_row)
    weight = np.zeros(len(keys))
    if isinstance(weighting, ByMesh):
        area = shapely.union_all([zone.polygon for zone in zones])
        shapely.prepare(area)
        for mesh, people in zip(weighting.polygons, weighting.people, strict=True):
            if people > 0 and area.intersects(mesh):
                share = area.intersection(mesh).area / mesh.area
                _spread(weight, keys, _cells_inside(mesh, cell_m, None), people * share)
        unit = "people"
    else:
        for xy, one in zip(weighting.xy_m, weighting.weight, strict=True):
            disc = shapely.Point(xy).buffer(weighting.radius_m)
            _spread(weight, keys, _cells_inside(disc, cell_m, None), one)
        unit = "facilities"
    if not weight.any():
        raise InvalidInputError("weighting", f"must leave some {unit} in the zones", 0)
    return weight, unit


def _spread(weight: FloatArray, keys: IntArray, cells: IndexArray, amount: float) -> None:
    """Add an amount in equal parts to those of the cells that are in the grid."""
    wanted = lattice_keys(cells)
    position = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    position = position[keys[position] == wanted]
    if len(position):
        weight[position] += amount / len(position)
