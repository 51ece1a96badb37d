"""Poles in front of buildings."""

from __future__ import annotations

import logging

import numpy as np

from siting.arrays import FloatArray, IntArray
from siting.candidates import Candidates
from siting.crs import projected_crs
from siting.errors import InvalidInputError
from siting.kernels.placement import long_walls
from siting.placement.checks import can_stand, check_rings, require_positive, require_spacing, seeded
from siting.placement.result import Placement, PointTest
from siting.placement.spacing import position_ids, spread

logger = logging.getLogger(__name__)

CHOICE = 3
"""Poles that could stand, per pole wanted, before a spread is tried: enough to choose from, few enough to test."""


def place_along_fronts(
    xy_m: FloatArray,
    ring_start: IntArray,
    *,
    crs: object,
    is_outdoor: PointTest,
    n_candidates: int,
    seed: int,
    within: PointTest | None = None,
    offset_m: float = 3.0,
    height_m: float = 8.0,
    minimum_wall_m: float = 3.0,
    minimum_spacing_m: float = 5.0,
    cost_yen: int = 0,
    owner_class: str = "unknown",
    capacity: int = 1,
) -> Placement:
    """
    Place poles in front of buildings, spread evenly.

    One pole may stand in front of the middle of each wall at least ``minimum_wall_m`` long, ``offset_m`` off it, where that is
    outdoors and within the area. Walls are drawn in a seeded random order until three times as many poles as wanted could stand,
    or no wall is left. Of these exactly ``n_candidates`` are kept, as far apart as :func:`~siting.placement.spacing.spread`
    manages and never closer than ``minimum_spacing_m``; more walls are drawn while they do not fit.

    Parameters
    ----------
    xy_m
        Vertices of closed footprint rings, interior on the left (exteriors counter-clockwise, holes clockwise) [m], shape (n, 2).
    ring_start
        First vertex of each ring and the end of the last, shape (n_rings + 1,).
    crs
        Projected CRS in metres.
    is_outdoor
        Whether points stand outside of all buildings.
    n_candidates
        How many poles, >= 1.
    seed
        Seed of the draw, >= 0.
    within
        Whether points lie in the area asked for; everything does when omitted.
    offset_m
        Distance from the wall [m], > 0.
    height_m
        Antenna height above ground [m], > 0.
    minimum_wall_m
        Shortest wall that counts as a front [m], > 0.
    minimum_spacing_m
        Least distance between two poles [m], >= 2.
    cost_yen, owner_class, capacity
        As in :class:`~siting.candidates.Candidates`, for all of them.

    Returns
    -------
    Placement
        Poles in the order of the walls; ``dropped`` counts the walls drawn, not those never looked at.

    Raises
    ------
    InvalidInputError
        Malformed rings, a number out of range, or fewer such fronts than poles wanted (the error says how many there are).
    """
    require_positive(n_candidates=n_candidates, offset_m=offset_m, height_m=height_m, minimum_wall_m=minimum_wall_m)
    require_spacing(minimum_spacing_m)
    plane = projected_crs("crs", crs)
    check_rings(xy_m, ring_start)
    walls = seeded(seed).permutation(long_walls(xy_m, ring_start, minimum_wall_m))
    n_enough = CHOICE * n_candidates
    while True:
        drawn, fronts_m, dropped, is_all = _draw(walls, xy_m, offset_m=offset_m, is_outdoor=is_outdoor, within=within, n_enough=n_enough)
        is_kept, spacing_m = spread(fronts_m, n_candidates, minimum_spacing_m)
        if is_kept.sum() == n_candidates:
            break
        if is_all:
            rule = f"must be <= {is_kept.sum()}, the wall fronts outdoors and {minimum_spacing_m:g} m apart"
            raise InvalidInputError("n_candidates", rule, n_candidates)
        n_enough *= 4
    dropped["crowded"] = len(drawn) - n_candidates
    kept_m = fronts_m[is_kept][np.argsort(drawn[is_kept])]
    logger.info("poles along fronts: %d placed at least %.1f m apart, dropped %s", n_candidates, spacing_m, dropped)
    candidates = Candidates.from_points(
        np.column_stack([kept_m, np.full(n_candidates, height_m)]),
        crs=plane,
        ids=position_ids("front", kept_m),
        cost_yen=cost_yen,
        owner_class=owner_class,
        asset_type="pole",
        capacity=capacity,
        is_synthetic=True,
    )
    return Placement(candidates=candidates, spacing_m=spacing_m, dropped=dropped)


def outward_normals(xy_m: FloatArray, walls: IntArray) -> FloatArray:
    """Return the unit vectors that point off the walls, away from the interior on their left, shape (n, 2)."""
    along_m = xy_m[walls + 1] - xy_m[walls]
    normals: FloatArray = np.column_stack([along_m[:, 1], -along_m[:, 0]]) / np.hypot(along_m[:, 0], along_m[:, 1])[:, None]
    return normals


def wall_fronts(xy_m: FloatArray, walls: IntArray, offset_m: float) -> FloatArray:
    """Return the points off the middle of walls, on the outer side (inside for a negative offset) [m], shape (n, 2)."""
    return (xy_m[walls] + xy_m[walls + 1]) / 2 + outward_normals(xy_m, walls) * offset_m


def _draw(
    walls: IntArray, xy_m: FloatArray, *, offset_m: float, is_outdoor: PointTest, within: PointTest | None, n_enough: int
) -> tuple[IntArray, FloatArray, dict[str, int], bool]:
    """Return walls, in order, whose fronts can be stood on, until there are enough; and whether that took all walls."""
    kept: list[IntArray] = []
    fronts: list[FloatArray] = []
    dropped = {"outside": 0, "indoors": 0}
    n_drawn = n_kept = 0
    while n_kept < n_enough and n_drawn < len(walls):
        draw = walls[n_drawn : n_drawn + n_enough // CHOICE]
        draw_m = wall_fronts(xy_m, draw, offset_m)
        is_standing, reasons = can_stand(draw_m, is_outdoor, within)
        kept.append(draw[is_standing])
        fronts.append(draw_m[is_standing])
        dropped = {reason: dropped[reason] + n for reason, n in reasons.items()}
        n_drawn += len(draw)
        n_kept += len(kept[-1])
    none: IntArray = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *kept]), np.concatenate([np.empty((0, 2)), *fronts]), dropped, n_drawn == len(walls)
