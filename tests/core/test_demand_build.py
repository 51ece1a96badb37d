"""Demand cells: outdoors only, weighted as asked."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from siting import ByFacilities, ByMesh, City, DemandGrid, InvalidInputError, Zone, build_demand
from siting.demand_build import Weighting

_CRS = "EPSG:6677"


@pytest.fixture(scope="module")
def city() -> City:
    """Two overlapping buildings and one with a courtyard, off the lattice."""
    court = shapely.Polygon(shapely.box(50.3, 0.2, 95.1, 41.7).exterior, [shapely.box(61.2, 9.3, 84.9, 32.4).exterior])
    return City.from_footprints(
        [shapely.box(3.1, 4.2, 28.7, 26.1), shapely.box(17.3, 11.9, 33.3, 44.4), court], [9.0, 12.0, 15.0], crs=_CRS
    )


def test_cells_are_the_outdoor_ones_by_shapely(city: City) -> None:
    zone = shapely.Polygon([(-12, -7), (110, 3), (97, 66), (8, 58)])
    grid = build_demand(city, [Zone(name="z", polygon=zone)], cell_m=2.5)
    solid = shapely.union_all([shapely.Polygon(shapely.box(3.1, 4.2, 28.7, 26.1)), shapely.box(17.3, 11.9, 33.3, 44.4)])
    solid = solid.union(shapely.box(50.3, 0.2, 95.1, 41.7).difference(shapely.box(61.2, 9.3, 84.9, 32.4)))
    columns, rows = np.mgrid[-10:50, -10:40]
    lattice = np.column_stack((columns.ravel(), rows.ravel()))
    centres = shapely.points((lattice + 0.5) * 2.5)
    wanted = lattice[shapely.contains(zone, centres) & ~shapely.intersects(solid, centres)]
    assert {tuple(cell) for cell in grid.column_row.tolist()} == {tuple(cell) for cell in wanted.tolist()}
    assert grid.total_weight == pytest.approx(len(grid) * 2.5**2)
    assert grid.unit == "m2"


def test_zones_that_overlap_add_their_priorities(city: City) -> None:
    zones = [
        Zone(name="all", polygon=shapely.box(0, 0, 100, 100)),
        Zone(name="part", polygon=shapely.box(0, 50, 50, 100), priority=2.5),
    ]
    grid = build_demand(city, zones)
    assert set(grid.weight.tolist()) == {100.0, 350.0}
    assert set(grid.groups["part"].tolist()) == set(np.flatnonzero(grid.weight == 350.0).tolist())
    assert len(grid.groups["all"]) == len(grid)


def test_cells_share_one_lattice_whatever_the_zone(city: City) -> None:
    whole = build_demand(city, [Zone(name="a", polygon=shapely.box(-60, -60, 120, 120))])
    part = build_demand(city, [Zone(name="b", polygon=shapely.box(-43.3, -21.7, 64.1, 77.7))])
    cells = {tuple(cell) for cell in whole.column_row.tolist()}
    assert all(tuple(cell) in cells for cell in part.column_row.tolist())


def test_people_of_a_mesh_are_kept_but_for_what_the_zones_cut_off(city: City) -> None:
    meshes = [shapely.box(0, 0, 50, 100), shapely.box(50, 0, 150, 100)]
    grid = build_demand(
        city, [Zone(name="z", polygon=shapely.box(0, 0, 100, 100))], weighting=ByMesh(polygons=meshes, people=np.array([300.0, 80.0]))
    )
    assert grid.total_weight == pytest.approx(300.0 + 40.0)
    left = grid.weight[grid.xy_m[:, 0] < 50]
    assert np.ptp(left) == pytest.approx(0.0)
    assert grid.unit == "people"


def test_each_facility_spreads_its_weight_over_the_outdoor_cells_around_it(city: City) -> None:
    facilities = ByFacilities(xy_m=np.array([[20.0, 70.0], [90.0, 80.0]]), weight=np.array([1.0, 3.0]), radius_m=25.0)
    grid = build_demand(city, [Zone(name="z", polygon=shapely.box(-50, -50, 150, 150))], weighting=facilities)
    assert grid.total_weight == pytest.approx(4.0)
    near = np.hypot(*(grid.xy_m - (90.0, 80.0)).T) <= 25.0
    assert grid.weight[near].sum() == pytest.approx(3.0)


def test_a_zone_without_outdoor_cells_is_refused(city: City) -> None:
    with pytest.raises(InvalidInputError, match="zone 'inside' must hold at least one outdoor cell"):
        build_demand(city, [Zone(name="inside", polygon=shapely.box(6, 6, 14, 14))])


@pytest.mark.parametrize(
    ("name", "polygon", "priority", "message"),
    [
        ("", shapely.box(0, 0, 1, 1), 1.0, r"zone\.name must not be empty"),
        ("z", shapely.Polygon(), 1.0, "must be a polygon or multipolygon that is not empty"),
        ("z", shapely.Point(0, 0), 1.0, "must be a polygon or multipolygon"),
        ("z", shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)]), 1.0, "must not cross itself"),
        ("z", shapely.box(0, 0, 1, 1), -1.0, r"priority must be >= 0"),
        ("z", shapely.box(0, 0, 1, 1), np.nan, r"priority must be >= 0"),
    ],
)
def test_impossible_zones_are_refused(name: str, polygon: shapely.Polygon, priority: float, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Zone(name=name, polygon=polygon, priority=priority)


@pytest.mark.parametrize("cell_m", [0.0, -1.0, np.nan, 0.05])
def test_impossible_cells_are_refused(city: City, cell_m: float) -> None:
    with pytest.raises(InvalidInputError, match=r"cell_m must be >= 0\.1"):
        build_demand(city, [Zone(name="z", polygon=shapely.box(0, 0, 100, 100))], cell_m=cell_m)


@pytest.mark.parametrize(
    "weighting",
    [
        ByMesh(polygons=[shapely.box(0, 0, 9, 9)], people=np.array([0.0])),
        ByFacilities(xy_m=np.array([[9e5, 9e5]]), weight=np.array([1.0])),
    ],
)
def test_weights_that_leave_nothing_are_refused(city: City, weighting: Weighting) -> None:
    with pytest.raises(InvalidInputError, match="weighting must leave some"):
        build_demand(city, [Zone(name="z", polygon=shapely.box(0, 0, 100, 100))], weighting=weighting)


def test_a_grid_out_of_order_or_with_bad_weights_is_refused() -> None:
    cells = np.array([[0, 0], [1, 0], [0, 1]], dtype=np.int32)
    fine = {"cell_m": 10.0, "crs": _CRS, "unit": "m2", "groups": {}}
    with pytest.raises(InvalidInputError, match=r"column_row\[1\] must come after"):
        DemandGrid(column_row=cells[[0, 0, 2]], weight=np.ones(3), **fine)
    with pytest.raises(InvalidInputError, match=r"weight\[2\] must be >= 0"):
        DemandGrid(column_row=cells, weight=np.array([1.0, 1.0, -1.0]), **fine)
    with pytest.raises(InvalidInputError, match=r"weight\[0\] must be finite"):
        DemandGrid(column_row=cells, weight=np.array([np.nan, 1.0, 1.0]), **fine)
