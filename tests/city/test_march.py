"""The march through the bins, on rays that run along bin edges and through bin corners, against all walls at once."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import shapely

from siting import City, Vegetation
from siting.kernels.along import share_inside
from siting.kernels.rays import blocking_wall, is_hidden_by

_CRS = "EPSG:6677"


def _lattice_ends(width_mm: int, height_mm: int) -> list[tuple[float, float]]:
    """Points on bin corners, edges and centres, inside the grid and beyond it."""
    return [(float(x), float(y)) for x, y in product(range(-10_000, width_mm + 15_000, 5_000), range(-10_000, height_mm + 15_000, 5_000))]


@pytest.mark.parametrize("seed", range(3))
def test_rays_along_edges_and_through_corners_stay_on_the_grid(seed: int) -> None:
    """Run uncompiled, where a bin beyond the grid is an IndexError; the answer is that of a loop over all walls."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 13, (9, 2)) * 5.0 + 1.0
    boxes = [shapely.box(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, rng.integers(1, 5, (9, 2)) * 2.0, strict=True)]
    city = City.from_footprints(boxes, rng.uniform(3.0, 20.0, 9), crs=_CRS)
    walls = city.walls
    ends = _lattice_ends(round(walls.bin_mm * walls.n_columns), round(walls.bin_mm * walls.n_rows))
    for o, t in rng.permutation(list(product(range(len(ends)), repeat=2)))[:2_500]:
        ray = (*ends[o], 8_000.0, *ends[t], 1_500.0)
        found = blocking_wall.py_func(*ray, *walls.arguments)
        is_hidden = any(is_hidden_by.py_func(*ray, walls.walls, np.uint64(k)) for k in range(len(walls.walls)))
        assert (found >= 0) == is_hidden, ray


def test_depths_along_edges_and_through_corners_are_those_of_shapely() -> None:
    """Uncompiled as well; antennas stand a fraction of a millimetre off the lattice, as the depths take them."""
    park = shapely.union_all([shapely.box(1, 1, 37, 21), shapely.box(36, 20, 62, 58)])
    trees = Vegetation.from_polygons([park], crs=_CRS)
    walls = trees.outlines.walls(np.full(len(trees.outlines.ring_outline), 9_000, dtype=np.int32), 10_000)
    solid_mm = shapely.transform(park, lambda xy: (xy - trees.outlines.origin_m) * 1000.0)
    ends = _lattice_ends(round(walls.bin_mm * walls.n_columns), round(walls.bin_mm * walls.n_rows))
    rng = np.random.default_rng(4)
    for o, t in rng.permutation(list(product(range(len(ends)), repeat=2)))[:2_500]:
        start, end = np.array(ends[o]) + np.array([-0.37, 0.23]), np.array(ends[t])
        starts_inside = bool(shapely.contains_xy(solid_mm, *start))
        share = share_inside.py_func(
            *start, *end, 0.0, 1.0, starts_inside, walls.start, walls.walls, walls.bin_mm, walls.n_columns, walls.n_rows
        )
        length_mm = np.hypot(*(end - start))
        wanted_mm = solid_mm.intersection(shapely.LineString([start, end])).length if length_mm > 1.0 else 0.0
        assert share * length_mm == pytest.approx(wanted_mm, abs=5.0)


@pytest.mark.parametrize(
    ("antenna", "target", "depth_m"),
    [((0.0, 7.3), (15.0, 7.3), 15.0), ((7.3, 20.0), (7.3, 5.0), 15.0), ((20.0, 7.3), (35.0, 7.3), 0.0), ((7.3, 0.0), (7.3, -9.0), 0.0)],
)
def test_an_antenna_on_the_edge_of_a_park_looks_into_it_through_trees_and_away_through_none(
    antenna: tuple[float, float], target: tuple[float, float], depth_m: float
) -> None:
    trees = Vegetation.from_polygons([shapely.box(0, 0, 20, 20)], crs=_CRS)
    first = np.zeros(1, dtype=np.int32)
    depth = trees.depths_m(np.array([[*antenna, 2.0]]), np.array([[*target, 2.0]]), first, first)
    assert depth[0] == pytest.approx(depth_m, abs=0.01)
