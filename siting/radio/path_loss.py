"""The path-loss models a link budget can name: one surface over TR 38.901 and P.1411, and where each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import FloatArray
from siting.errors import InvalidInputError
from siting.radio import p1411, tr38901

PathLossName = Literal["umi", "uma", "p1411_high_rise", "p1411_low_rise"]
NearRule = Literal["refuse", "hold"]


@dataclass(frozen=True, kw_only=True)
class ModelRange:
    """
    Where a path-loss model holds.

    Attributes
    ----------
    frequency_ghz, base_height_m, user_height_m
        Lowest and highest value.
    table_base_height_m
        The base height the formulas were made for [m]: others are an extrapolation. ``None`` where none is stated.
    los_distance_m, nlos_distance_m
        Nearest and farthest distance [m] with line of sight, and without.
    is_distance_3d
        Those distances are straight lines; else they are horizontal.
    los_shadow_fading_std_db, nlos_shadow_fading_std_db
        Standard deviation of the real loss round the median that is computed [dB].
    """

    frequency_ghz: tuple[float, float]
    user_height_m: tuple[float, float]
    base_height_m: tuple[float, float]
    table_base_height_m: float | None
    los_distance_m: tuple[float, float]
    nlos_distance_m: tuple[float, float]
    is_distance_3d: bool
    los_shadow_fading_std_db: float
    nlos_shadow_fading_std_db: float

    def distance_m(self, *, with_nlos: bool) -> tuple[float, float]:
        """Return the distances [m] at which every formula in use holds."""
        if not with_nlos:
            return self.los_distance_m
        return max(self.los_distance_m[0], self.nlos_distance_m[0]), min(self.los_distance_m[1], self.nlos_distance_m[1])


def _range_of_scenario(scenario: tr38901.Scenario) -> ModelRange:
    return ModelRange(
        frequency_ghz=tr38901.FREQUENCY_GHZ,
        user_height_m=scenario.user_height_m,
        base_height_m=tr38901.BASE_HEIGHT_M,
        table_base_height_m=scenario.table_base_height_m,
        los_distance_m=(tr38901.NEAREST_M, tr38901.FARTHEST_M),
        nlos_distance_m=(tr38901.NEAREST_M, tr38901.FARTHEST_M),
        is_distance_3d=False,
        los_shadow_fading_std_db=scenario.los_shadow_fading_std_db,
        nlos_shadow_fading_std_db=scenario.nlos_shadow_fading_std_db,
    )


def _range_of_row(row: p1411.SiteGeneral) -> ModelRange:
    los = p1411.LINE_OF_SIGHT
    return ModelRange(
        frequency_ghz=(max(row.frequency_ghz[0], los.frequency_ghz[0]), min(row.frequency_ghz[1], los.frequency_ghz[1])),
        user_height_m=(0.0, 1_000.0),
        base_height_m=(0.0, 1_000.0),
        table_base_height_m=None,
        los_distance_m=los.distance_m,
        nlos_distance_m=row.distance_m,
        is_distance_3d=True,
        los_shadow_fading_std_db=los.shadow_fading_std_db,
        nlos_shadow_fading_std_db=row.shadow_fading_std_db,
    )


_SCENARIOS = {"umi": tr38901.UMI, "uma": tr38901.UMA}
_ROWS = {"p1411_high_rise": p1411.HIGH_RISE, "p1411_low_rise": p1411.LOW_RISE}

PATH_LOSS_MODELS: MappingProxyType[str, ModelRange] = MappingProxyType(
    {name: _range_of_scenario(scenario) for name, scenario in _SCENARIOS.items()}
    | {name: _range_of_row(row) for name, row in _ROWS.items()}
)
"""Where each model holds, by name."""


def path_loss_db(
    model: PathLossName,
    *,
    distance_2d_m: ArrayLike,
    is_line_of_sight: ArrayLike,
    frequency_ghz: float,
    base_height_m: ArrayLike,
    user_height_m: float = 1.5,
    near: NearRule = "refuse",
) -> FloatArray:
    """
    Return the median path loss of links with and without line of sight.

    Parameters
    ----------
    model
        Name in :data:`PATH_LOSS_MODELS`.
    distance_2d_m
        Horizontal distances [m], >= 0.
    is_line_of_sight
        What the city says of each link. Distances, heights and sight broadcast.
    frequency_ghz
        Carrier frequency [GHz].
    base_height_m, user_height_m
        Heights above ground [m].
    near
        What happens nearer than the model is published for: ``"refuse"`` raises; ``"hold"`` gives the loss at the
        nearest published distance (10 m in TR 38.901, 5 m or 30 m in P.1411), which is an extrapolation: it claims
        no gain from coming closer.

    Returns
    -------
    FloatArray
        Loss [dB] between isotropic antennas, in the broadcast shape.

    Raises
    ------
    InvalidInputError
        Unknown model or rule.
    OutOfRangeError
        A distance, height or frequency lies outside the model's range, or is NaN.
    """
    if model not in PATH_LOSS_MODELS:
        raise InvalidInputError("model", f"must be one of {', '.join(PATH_LOSS_MODELS)}", model)
    if near not in ("refuse", "hold"):
        raise InvalidInputError("near", "must be 'refuse' or 'hold'", near)
    distance, base_height, is_los = np.broadcast_arrays(
        np.asarray(distance_2d_m, dtype=np.float64),
        np.asarray(base_height_m, dtype=np.float64),
        np.asarray(is_line_of_sight, dtype=np.bool_),
    )
    limits = PATH_LOSS_MODELS[model]
    if limits.is_distance_3d:
        distance = np.hypot(distance, base_height - user_height_m)
    loss_db = np.empty(distance.shape)
    for is_los_branch, mask in ((True, is_los), (False, ~is_los)):
        if mask.any():
            rows = ... if mask.all() else mask  # a view where there is nothing to pick out
            nearest = (limits.los_distance_m if is_los_branch else limits.nlos_distance_m)[0]
            reach = np.maximum(distance[rows], nearest) if near == "hold" else distance[rows]
            loss_db[rows] = _branch_db(
                model,
                reach,
                is_los=is_los_branch,
                frequency_ghz=frequency_ghz,
                base_height_m=base_height[rows],
                user_height_m=user_height_m,
            )
    return loss_db


def _branch_db(
    model: str, distance_m: FloatArray, *, is_los: bool, frequency_ghz: float, base_height_m: FloatArray, user_height_m: float
) -> FloatArray:
    """Loss [dB] after one formula of one model, from the kind of distance it takes."""
    if model in _ROWS:
        row = p1411.LINE_OF_SIGHT if is_los else _ROWS[model]
        return row.path_loss_db(distance_m, frequency_ghz=frequency_ghz)
    formula = _SCENARIOS[model].los_db if is_los else _SCENARIOS[model].nlos_db
    return formula(distance_m, frequency_ghz=frequency_ghz, base_height_m=base_height_m, user_height_m=user_height_m)
