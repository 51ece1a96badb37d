"""From transmitter to terminal: how strong a link is, whether it serves, and what was extrapolated to say so."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import BoolArray, FloatArray
from siting.errors import OutOfRangeError
from siting.radio.attenuation import DEEPEST_VEGETATION_M, rain_db_per_km, vegetation_loss_db, wall_loss_db
from siting.radio.gas import gas_db_per_km
from siting.radio.params import RadioParams
from siting.radio.path_loss import PATH_LOSS_MODELS, path_loss_db
from siting.radio.ranges import within

LONGEST_M = 100_000.0  # beyond any link; catches infinities and other units


class Extrapolation(StrEnum):
    """What a link budget computes outside the range its sources state; the values are stable codes for reports."""

    UMI_BASE_HEIGHT = "umi_base_height"
    """The table of UMi is for antennas at 10 m."""
    UMA_BASE_HEIGHT = "uma_base_height"
    """The table of UMa is for antennas at 25 m."""
    NEAR_DISTANCE = "near_distance"
    """Links shorter than the model's nearest distance take the path loss of that distance."""
    VEGETATION_DEPTH = "vegetation_depth"
    """Paths through more than 400 m of trees take the loss of 400 m."""


def received_power_dbm(
    radio: RadioParams,
    *,
    distance_2d_m: ArrayLike,
    base_height_m: ArrayLike,
    is_line_of_sight: ArrayLike,
    azimuth_offset_deg: ArrayLike = np.nan,
    vegetation_depth_m: ArrayLike = 0.0,
) -> FloatArray:
    """
    Return the median received power per resource element (RSRP) of links.

    Parameters
    ----------
    radio
        The service.
    distance_2d_m
        Horizontal distances [m], >= 0 and within the path-loss model; near ones take the path loss of the model's
        nearest distance.
    base_height_m
        Antenna heights above ground [m], 1.5 to 1,000.
    is_line_of_sight
        What the city says of each link.
    azimuth_offset_deg
        Direction of the terminal from the antenna's azimuth [deg], any turn; NaN where a site serves all round.
    vegetation_depth_m
        Length of each path within trees [m], >= 0; all arguments broadcast.

    Returns
    -------
    FloatArray
        Powers [dBm], in the broadcast shape.

    Raises
    ------
    OutOfRangeError
        A distance, height or depth lies outside its range, or is NaN.

    Notes
    -----
    Power density times the width of a resource element, less the antenna pattern, path loss, rain, air, trees, wall
    and body. Both ends stand on ground of one height: terrain decides line of sight, not the budget.
    """
    distance = within("distance_2d_m", distance_2d_m, 0.0, LONGEST_M, unit="m", model="link budget")
    height = np.asarray(base_height_m, dtype=np.float64)
    loss_db = path_loss_db(
        radio.path_loss_model,
        distance_2d_m=distance,
        is_line_of_sight=is_line_of_sight,
        frequency_ghz=radio.frequency_ghz,
        base_height_m=height,
        user_height_m=radio.user_height_m,
        near="hold",
    )
    rise = radio.user_height_m - height
    loss_db += _air_db_per_m(radio) * np.hypot(distance, rise)
    elevation_deg = np.degrees(np.arctan2(rise, distance))
    fixed_dbm = radio.resource_element_eirp_dbm - radio.body_loss_db - wall_loss_db(radio.frequency_ghz, radio.o2i)
    gain_db = radio.pattern.gain_dbi(azimuth_offset_deg, elevation_deg)
    return np.asarray(fixed_dbm + gain_db - loss_db - _trees_db(radio, vegetation_depth_m))


def is_served(radio: RadioParams, received_dbm: ArrayLike, is_line_of_sight: ArrayLike) -> BoolArray:
    """
    Return which links count as service: strong enough, and in sight where the band needs that.

    Parameters
    ----------
    radio
        The service.
    received_dbm
        From :func:`received_power_dbm` [dBm].
    is_line_of_sight
        What the city says of each link; both broadcast.
    """
    is_strong = np.asarray(received_dbm, dtype=np.float64) >= radio.receiver_threshold_dbm
    return np.asarray(is_strong & np.asarray(is_line_of_sight, dtype=np.bool_)) if radio.requires_line_of_sight else is_strong


def extrapolations(
    radio: RadioParams, *, base_height_m: ArrayLike, distance_2d_m: ArrayLike = 0.0, vegetation_depth_m: ArrayLike = 0.0
) -> tuple[Extrapolation, ...]:
    """
    Return what links of a service extrapolate, and refuse what cannot be computed at all.

    Call it before the work starts: it finds every height that would fail later.

    Parameters
    ----------
    radio
        The service.
    base_height_m
        Antenna heights above ground [m] of all sites.
    distance_2d_m
        Horizontal distances of the links [m]; the shortest is enough. By default links start at 0 m.
    vegetation_depth_m
        Lengths of paths within trees [m]; the longest is enough.

    Raises
    ------
    OutOfRangeError
        A height for which the model gives no loss, here or at ``max_range_m``.
    """
    limits = PATH_LOSS_MODELS[radio.path_loss_model]
    height = within("base_height_m", base_height_m, *limits.base_height_m, unit="m", model=radio.path_loss_model)
    distance = within("distance_2d_m", distance_2d_m, 0.0, LONGEST_M, unit="m", model=radio.path_loss_model)
    depth = within("vegetation_depth_m", vegetation_depth_m, 0.0, LONGEST_M, unit="m", model="link budget")
    nearest, farthest = limits.distance_m(with_nlos=not radio.requires_line_of_sight)
    rise = np.abs(height - radio.user_height_m)
    if limits.is_distance_3d and height.size and np.hypot(radio.max_range_m, rise.max()) > farthest:
        rule = f"must leave every link of {radio.max_range_m:g} m within {farthest:g} m in a straight line ({radio.path_loss_model})"
        raise OutOfRangeError("base_height_m", rule, float(height.ravel()[int(rise.argmax())]))
    shortest = np.hypot(distance.min(initial=np.inf), rise.min(initial=np.inf)) if limits.is_distance_3d else distance.min(initial=np.inf)
    found = []
    if limits.table_base_height_m is not None and (height != limits.table_base_height_m).any():
        found.append(Extrapolation.UMI_BASE_HEIGHT if radio.path_loss_model == "umi" else Extrapolation.UMA_BASE_HEIGHT)
    if shortest < nearest:
        found.append(Extrapolation.NEAR_DISTANCE)
    if (depth > DEEPEST_VEGETATION_M).any():
        found.append(Extrapolation.VEGETATION_DEPTH)
    return tuple(found)


def _air_db_per_m(radio: RadioParams) -> float:
    """What air and rain take from each metre."""
    gas = gas_db_per_km(radio.frequency_ghz)
    rain = float(rain_db_per_km(radio.rain_mm_h, frequency_ghz=radio.frequency_ghz))
    return (gas + rain) / 1e3


def _trees_db(radio: RadioParams, depth_m: ArrayLike) -> FloatArray:
    """Loss in trees; deeper than the formula is published for takes the deepest it is."""
    depth = within("vegetation_depth_m", depth_m, 0.0, LONGEST_M, unit="m", model="link budget")
    loss_db = np.zeros(depth.shape)
    is_deep = depth > 0
    if is_deep.any():
        held = np.minimum(depth[is_deep], DEEPEST_VEGETATION_M)
        loss_db[is_deep] = vegetation_loss_db(held, frequency_ghz=radio.frequency_ghz).of(radio.vegetation_case)
    return loss_db
