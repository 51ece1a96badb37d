"""Antennas on roofs of real buildings."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import FloatArray, IndexArray, IntArray, finite_floats
from siting.candidates import Candidates
from siting.crs import projected_crs
from siting.errors import InvalidInputError
from siting.kernels.placement import long_walls
from siting.placement.checks import can_stand, check_rings, require_positive, require_spacing, seeded
from siting.placement.fronts import outward_normals, wall_fronts
from siting.placement.result import Placement, PointTest
from siting.placement.spacing import spread, thin
from siting.rings import signed_ring_areas_m2

logger = logging.getLogger(__name__)


def place_on_roofs(
    xy_m: FloatArray,
    ring_start: IntArray,
    ring_building: IntArray | IndexArray,
    *,
    building_ids: Sequence[str],
    building_height_m: ArrayLike,
    crs: object,
    is_outdoor: PointTest,
    within: PointTest | None = None,
    minimum_height_m: float = 8.0,
    maximum_height_m: float = 40.0,
    minimum_area_m2: float = 60.0,
    minimum_wall_m: float = 3.0,
    offset_m: float = 3.0,
    inset_m: float = 0.5,
    mast_m: float = 3.0,
    is_sector: bool = False,
    minimum_spacing_m: float = 5.0,
    n_candidates: int | None = None,
    seed: int = 0,
    cost_yen: int = 0,
    owner_class: str = "private",
    capacity: int = 1,
) -> Placement:
    """
    Place one antenna at the roof edge of each suitable building.

    Suitable are buildings of ``minimum_height_m`` to ``maximum_height_m`` and at least ``minimum_area_m2``. The antenna stands
    ``inset_m`` inside the middle of the building's longest outer wall that is at least ``minimum_wall_m`` long and whose front,
    ``offset_m`` off it, is outdoors and within the area; buildings without such a wall get none. The buildings are real, but nobody
    has surveyed the roofs: the candidates are labelled synthetic.

    Parameters
    ----------
    xy_m
        Vertices of closed footprint rings, interior on the left (exteriors counter-clockwise, holes clockwise) [m], shape (n, 2).
    ring_start
        First vertex of each ring and the end of the last, shape (n_rings + 1,).
    ring_building
        Building of each ring, 0 to n_buildings - 1, shape (n_rings,).
    building_ids
        Shape (n_buildings,); the candidates are called ``roof_`` and this.
    building_height_m
        Roof heights above ground [m], shape (n_buildings,).
    crs
        Projected CRS in metres.
    is_outdoor
        Whether points stand outside of all buildings.
    within
        Whether points lie in the area asked for; everything does when omitted.
    minimum_height_m, maximum_height_m
        Roof heights that suit [m].
    minimum_area_m2
        Smallest footprint that suits, courtyards taken off [m2], > 0.
    minimum_wall_m
        Shortest wall that suits [m], > 0.
    offset_m
        Distance off the wall that must be outdoors [m], > 0.
    inset_m
        Distance of the mast from the edge [m], > 0.
    mast_m
        Antenna height above the roof [m], > 0.
    is_sector
        Point the antenna away from the wall; without it, it serves all round.
    minimum_spacing_m
        Least distance between two antennas [m], >= 2; of two that are closer the later building goes without.
    n_candidates
        How many, spread evenly from a seeded order; all of them when omitted.
    seed
        Seed of that order, >= 0.
    cost_yen, owner_class, capacity
        As in :class:`~siting.candidates.Candidates`, for all of them.

    Returns
    -------
    Placement
        Candidates in the order of the buildings; ``dropped`` counts buildings: ``"unsuitable"``, ``"no_front"`` and ``"crowded"``.

    Raises
    ------
    InvalidInputError
        Malformed rings, a number out of range, or fewer suitable roofs than wanted (the error says how many there are).
    """
    require_positive(minimum_area_m2=minimum_area_m2, minimum_wall_m=minimum_wall_m, offset_m=offset_m, inset_m=inset_m, mast_m=mast_m)
    require_spacing(minimum_spacing_m)
    if not minimum_height_m <= maximum_height_m:
        raise InvalidInputError("minimum_height_m", f"must be <= maximum_height_m ({maximum_height_m:g})", minimum_height_m)
    plane = projected_crs("crs", crs)
    check_rings(xy_m, ring_start)
    _check_buildings(ring_building, len(ring_start) - 1, len(building_ids))
    height_m = finite_floats("building_height_m", building_height_m, shape=(len(building_ids),))
    area_m2 = signed_ring_areas_m2(xy_m, ring_start)
    floor_m2 = np.bincount(ring_building, weights=area_m2, minlength=len(building_ids))
    is_suitable = (height_m >= minimum_height_m) & (height_m <= maximum_height_m) & (floor_m2 >= minimum_area_m2)

    is_outer = (area_m2 > 0) & is_suitable[ring_building]
    walls = long_walls(xy_m, ring_start, minimum_wall_m)
    ring = np.repeat(np.arange(len(area_m2)), np.diff(ring_start))[walls]
    walls, ring = walls[is_outer[ring]], ring[is_outer[ring]]
    is_standing, _ = can_stand(wall_fronts(xy_m, walls, offset_m), is_outdoor, within)
    walls, building = _longest(xy_m, walls[is_standing], ring_building[ring[is_standing]])
    chosen, spacing_m = _chosen(wall_fronts(xy_m, walls, -inset_m), n_candidates, seed, minimum_spacing_m)
    dropped = {
        "unsuitable": int((~is_suitable).sum()),
        "no_front": int(is_suitable.sum()) - len(walls),
        "crowded": len(walls) - len(chosen),
    }
    logger.info("antennas on roofs: %d placed, buildings dropped %s", len(chosen), dropped)
    walls, building = walls[chosen], building[chosen]
    outward = outward_normals(xy_m, walls)
    candidates = Candidates.from_points(
        np.column_stack([wall_fronts(xy_m, walls, -inset_m), height_m[building] + mast_m]),
        crs=plane,
        ids=[f"roof_{building_ids[i]}" for i in building.tolist()],
        cost_yen=cost_yen,
        owner_class=owner_class,
        asset_type="building",
        capacity=capacity,
        azimuth_deg=np.degrees(np.arctan2(outward[:, 0], outward[:, 1])) % 360 if is_sector else np.nan,
        is_synthetic=True,
    )
    return Placement(candidates=candidates, spacing_m=spacing_m, dropped=dropped)


def _check_buildings(ring_building: IntArray | IndexArray, n_rings: int, n_buildings: int) -> None:
    """Raise where rings name no building."""
    if len(ring_building) != n_rings:
        raise InvalidInputError("ring_building", f"must have one entry for each of the {n_rings} rings", len(ring_building))
    if n_rings and (ring_building.min() < 0 or ring_building.max() >= n_buildings):
        rule = f"must hold positions in 0..{n_buildings - 1}"
        raise InvalidInputError("ring_building", rule, [int(ring_building.min()), int(ring_building.max())])


def _longest(xy_m: FloatArray, walls: IntArray, building: IntArray | IndexArray) -> tuple[IntArray, IntArray]:
    """Return the longest wall of each building (the first of equals) and the building, in the order of the buildings."""
    length_m = np.hypot(*(xy_m[walls + 1] - xy_m[walls]).T)
    order = np.lexsort((walls, -length_m, building))
    buildings, first = np.unique(building[order], return_index=True)
    return walls[order[first]], buildings.astype(np.int64)


def _chosen(roofs_m: FloatArray, n_candidates: int | None, seed: int, minimum_spacing_m: float) -> tuple[IntArray, float]:
    """Return the positions that keep their distance, rising, and the distance [m]."""
    if n_candidates is None:
        return np.flatnonzero(thin(roofs_m, minimum_spacing_m)), minimum_spacing_m
    require_positive(n_candidates=n_candidates)
    order = seeded(seed).permutation(len(roofs_m))
    is_kept, spacing_m = spread(roofs_m[order], n_candidates, minimum_spacing_m)
    if is_kept.sum() < n_candidates:
        rule = f"must be <= {is_kept.sum()}, the suitable roofs {minimum_spacing_m:g} m apart"
        raise InvalidInputError("n_candidates", rule, n_candidates)
    return np.sort(order[is_kept]), spacing_m
