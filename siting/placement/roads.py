"""Streetlights along roads."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from siting.arrays import BoolArray, FloatArray, finite_floats
from siting.candidates import Candidates
from siting.crs import projected_crs
from siting.errors import InvalidInputError
from siting.placement.checks import can_stand, require_positive, require_spacing
from siting.placement.result import Placement, PointTest
from siting.placement.spacing import position_ids, thin

logger = logging.getLogger(__name__)

UNLIT_ROAD_CLASSES = frozenset({"steps", "corridor", "elevator", "platform", "construction", "proposed"})
"""OSM ``highway`` values that carry no street lamps of their own."""


def lit_roads(road_class: Sequence[str], layer: ArrayLike) -> BoolArray:
    """
    Tell which roads carry street lamps that stand on the ground, shape (n,).

    Left out are the classes of :data:`UNLIT_ROAD_CLASSES` and every layer but 0: tunnels and underground passages have no sky, and
    a lamp on a deck has no known height above ground.

    Parameters
    ----------
    road_class
        OSM ``highway`` values, shape (n,).
    layer
        OSM ``layer`` values, shape (n,); NaN where none is given, which means 0.

    Raises
    ------
    InvalidInputError
        Lists of different length.
    """
    layers = np.asarray(layer, dtype=np.float64)
    if layers.shape != (len(road_class),):
        raise InvalidInputError("layer", f"must have one entry for each of the {len(road_class)} roads", layers.shape)
    is_unlit = np.array([one in UNLIT_ROAD_CLASSES for one in road_class], dtype=np.bool_)
    is_lit: BoolArray = ~is_unlit & (np.isnan(layers) | (layers == 0))
    return is_lit


def place_along_roads(
    roads: Sequence[shapely.LineString],
    *,
    crs: object,
    is_outdoor: PointTest,
    within: PointTest | None = None,
    spacing_m: float = 30.0,
    offset_m: float | ArrayLike = 3.0,
    minimum_spacing_m: float = 12.0,
    height_m: float = 8.0,
    cost_yen: int = 0,
    owner_class: str = "municipal",
    capacity: int = 1,
) -> Placement:
    """
    Place streetlights along roads.

    Roads of one offset that meet end to end are joined. A joined road of length L carries max(1, round(L / spacing_m)) lamps,
    exactly ``spacing_m`` apart and centred, the first on the left, the next on the right and so on. Lamps outside the area or
    indoors are dropped; then, in order, every lamp closer than ``minimum_spacing_m`` to one kept before.

    Parameters
    ----------
    roads
        Centre lines in the plane of ``crs`` [m]; :func:`lit_roads` says which roads of OSM to give.
    crs
        Projected CRS in metres.
    is_outdoor
        Whether points stand outside of all buildings.
    within
        Whether points lie in the area asked for; everything does when omitted.
    spacing_m
        Distance along the road [m], > 0.
    offset_m
        Distance from the centre line [m], >= 0: one for all, or one per road, shape (n,).
    minimum_spacing_m
        Least distance between two lamps, of one road or of two [m], >= 2.
    height_m
        Antenna height above ground [m], > 0.
    cost_yen, owner_class, capacity
        As in :class:`~siting.candidates.Candidates`, for all of them.

    Raises
    ------
    InvalidInputError
        A road that is not a line of finite length > 0, or a number out of range.
    """
    require_positive(spacing_m=spacing_m, height_m=height_m)
    require_spacing(minimum_spacing_m)
    plane = projected_crs("crs", crs)
    lines = np.array([_checked_line(i, road) for i, road in enumerate(roads)], dtype=object)
    offsets = _offsets(offset_m, len(lines))
    proposed_m = [_lamps(lines[offsets == offset], spacing_m, float(offset)) for offset in np.unique(offsets)]
    lamps_m = np.concatenate([np.empty((0, 2)), *proposed_m])
    is_standing, dropped = can_stand(lamps_m, is_outdoor, within)
    standing_m = lamps_m[is_standing]
    kept_m = standing_m[thin(standing_m, minimum_spacing_m)]
    dropped["crowded"] = len(standing_m) - len(kept_m)
    logger.info("streetlights along roads: %d placed of %d proposed, dropped %s", len(kept_m), len(lamps_m), dropped)
    candidates = Candidates.from_points(
        np.column_stack([kept_m, np.full(len(kept_m), height_m)]),
        crs=plane,
        ids=position_ids("light", kept_m),
        cost_yen=cost_yen,
        owner_class=owner_class,
        asset_type="streetlight",
        capacity=capacity,
        is_synthetic=True,
    )
    return Placement(candidates=candidates, spacing_m=minimum_spacing_m, dropped=dropped)


def _checked_line(position: int, road: shapely.LineString) -> shapely.LineString:
    if not isinstance(road, shapely.LineString):
        raise InvalidInputError(f"roads[{position}]", "must be a LineString", getattr(road, "geom_type", type(road).__name__))
    if not (np.isfinite(road.length) and road.length > 0):
        raise InvalidInputError(f"roads[{position}]", "must have a finite length > 0", road.length)
    return road


def _offsets(offset_m: float | ArrayLike, n_roads: int) -> FloatArray:
    """Return one distance from the centre line per road."""
    given = np.asarray(offset_m, dtype=np.float64)
    offsets = finite_floats("offset_m", np.full(n_roads, given) if given.ndim == 0 else given, shape=(n_roads,))
    if (offsets < 0).any():
        raise InvalidInputError("offset_m", "must be >= 0", float(offsets.min()))
    return offsets


def _lamps(roads: NDArray[np.object_], spacing_m: float, offset_m: float) -> FloatArray:
    """Return lamp positions along the joined roads, in road order, shape (n, 2)."""
    lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapely.force_2d(roads))))
    vertices_m, line_of = shapely.get_coordinates(lines, return_index=True)
    step_m = np.diff(vertices_m, axis=0)
    step_length_m = np.where(np.diff(line_of) == 0, np.hypot(step_m[:, 0], step_m[:, 1]), 0.0)
    mileage_m = np.concatenate([[0.0], np.cumsum(step_length_m)])
    line_start_m = mileage_m[np.searchsorted(line_of, np.arange(len(lines)))]
    line_length_m = np.diff(np.append(line_start_m, mileage_m[-1]))
    n_lamps = np.maximum(1, np.rint(line_length_m / spacing_m).astype(np.int64))
    line = np.repeat(np.arange(len(lines)), n_lamps)
    lamp = np.arange(len(line)) - np.repeat(np.cumsum(n_lamps) - n_lamps, n_lamps)
    lamp_mileage_m = line_start_m[line] + (line_length_m[line] - (n_lamps[line] - 1) * spacing_m) / 2 + lamp * spacing_m
    step = np.searchsorted(mileage_m, lamp_mileage_m, side="right") - 1
    along = step_m[step] / step_length_m[step, None]
    left = np.column_stack([-along[:, 1], along[:, 0]])
    side = np.where(lamp % 2 == 0, 1.0, -1.0)
    centre_m = vertices_m[step] + along * (lamp_mileage_m - mileage_m[step])[:, None]
    lamps_m: FloatArray = centre_m + left * (side * offset_m)[:, None]
    return lamps_m
