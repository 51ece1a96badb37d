"""The cells of places that count as a whole."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siting import DemandGrid, InvalidInputError
from siting.facility_build import build_facilities

CELL_M = 10.0


def grid(n: int = 20, first: int = -7) -> DemandGrid:
    row, column = (axis.ravel() + first for axis in np.mgrid[0:n, 0:n])
    is_outdoor = (row + column) % 5 > 0
    return DemandGrid(
        column_row=np.column_stack((column, row))[is_outdoor].astype(np.int32),
        cell_m=CELL_M,
        crs="EPSG:6677",
        weight=np.ones(int(is_outdoor.sum())),
        unit="m2",
        groups={},
    )


GRID = grid()
COORDINATE = st.floats(-120, 200)


def build(*places: shapely.Geometry, radius_m: float = 25.0, **changed):
    given_values = {"names": [f"f{i}" for i in range(len(places))], "weight": np.ones(len(places)), "kind": "k", "share": 0.5}
    return build_facilities(GRID, places, radius_m=radius_m, **(given_values | changed))


@settings(max_examples=60, deadline=None)
@given(COORDINATE, COORDINATE, st.floats(1, 90))
def test_a_point_has_every_cell_within_the_radius(x: float, y: float, radius_m: float) -> None:
    distance_m = np.hypot(*(GRID.xy_m - (x, y)).T)
    if (np.abs(distance_m - radius_m) < 1e-6).any():
        return
    expected = np.flatnonzero(distance_m < radius_m).tolist()
    assert [one.cells.tolist() for one in build(shapely.Point(x, y), radius_m=radius_m)] == ([expected] if expected else [])


def test_a_polygon_has_the_cells_within_it_and_around_it() -> None:
    box = shapely.box(0, 0, 42, 31)
    (inside,) = build(box, radius_m=0.0)
    (around,) = build(box, radius_m=12.0)
    x, y = GRID.xy_m.T
    assert inside.cells.tolist() == np.flatnonzero((x > 0) & (x < 42) & (y > 0) & (y < 31)).tolist()
    assert around.cells.tolist() == np.flatnonzero(shapely.dwithin(shapely.points(GRID.xy_m), box, 12.0)).tolist()


def test_what_has_no_cell_is_left_out_and_the_others_keep_name_and_weight() -> None:
    found = build(shapely.Point(5000, 0), shapely.Point(20, 20), weight=np.array([3.0, 4.0]), share=0.8, kind="schools")
    assert [(one.name, one.weight, one.share, one.kind) for one in found] == [("f1", 4.0, 0.8, "schools")]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weight": np.array([-1.0])}, r"facilities\.weight of 'f0' must be >= 0, got -1\.0"),
        ({"weight": np.array([np.nan])}, r"facilities\.weight\[0\] must be finite"),
        ({"radius_m": -1.0}, r"facilities\.radius_m must be >= 0, got -1\.0"),
        ({"names": []}, r"facilities\.names must have one entry for each of the 1 places, got 0"),
        ({"share": 0.0}, r"facility 'f0' share must be above 0 and at most 1, got 0\.0"),
    ],
)
def test_bad_facilities_are_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        build(shapely.Point(20, 20), **changed)
