"""Depth within trees, against shapely."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from siting import InvalidInputError, Vegetation

_CRS = "EPSG:6677"


@pytest.mark.parametrize("seed", range(8))
def test_depth_is_the_length_of_the_ray_under_the_canopy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    discs = [shapely.Point(p).buffer(r, quad_segs=6) for p, r in zip(rng.uniform(0, 150, (9, 2)), rng.uniform(4, 30, 9), strict=True)]
    ring = shapely.Point(70.0, 70.0).buffer(40.0).difference(shapely.Point(70.0, 70.0).buffer(20.0))
    trees = Vegetation.from_polygons([*discs, ring], crs=_CRS, canopy_m=9.0)
    merged = shapely.union_all([*discs, ring])
    observers = np.column_stack((rng.uniform(-20, 170, (15, 2)), rng.uniform(1.0, 25.0, 15)))
    targets = np.column_stack((rng.uniform(-20, 170, (15, 2)), rng.uniform(0.5, 12.0, 15)))
    i, j = (index.ravel().astype(np.int32) for index in np.mgrid[:15, :15])
    depth_m = trees.depths_m(observers, targets, i, j)
    for pair, (o, t) in enumerate(zip(observers[i], targets[j], strict=True)):
        span = np.clip(((9.0 - o[2]) / (t[2] - o[2])), 0.0, 1.0)
        first, last = (span, 1.0) if o[2] > t[2] else (0.0, span)
        if max(o[2], t[2]) <= 9.0:
            first, last = 0.0, 1.0
        elif min(o[2], t[2]) >= 9.0:
            first = last = 0.0
        ends = [o[:2] + s * (t[:2] - o[:2]) for s in (first, last)]
        share = merged.intersection(shapely.LineString(ends)).length / np.hypot(*(t - o)[:2]) if last > first else 0.0
        assert depth_m[pair] == pytest.approx(share * np.linalg.norm(t - o), abs=0.1)


def test_points_are_told_to_be_under_trees() -> None:
    trees = Vegetation.from_polygons([shapely.box(0, 0, 10, 10), shapely.box(5, 5, 20, 20)], crs=_CRS)
    np.testing.assert_array_equal(trees.covers(np.array([[7.0, 7.0], [15.0, 3.0], [19.0, 19.0]])), [True, False, True])


def test_no_polygon_and_impossible_trees_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="vegetation must hold at least one polygon"):
        Vegetation.from_polygons([shapely.Point(0, 0)], crs=_CRS)
    with pytest.raises(InvalidInputError, match=r"vegetation\.canopy_m must be > 0"):
        Vegetation.from_polygons([shapely.box(0, 0, 1, 1)], crs=_CRS, canopy_m=0.0)
