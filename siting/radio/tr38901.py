"""Path loss, line-of-sight probability and shadow fading of 3GPP TR 38.901: UMi-Street Canyon and UMa."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import FloatArray
from siting.radio.ranges import within

SPEED_OF_LIGHT_M_S = 3.0e8  # the rounded value that note 1 of table 7.4.1-1 prescribes
ENVIRONMENT_HEIGHT_M = 1.0  # h_E; for UMa only while the terminal is lower than 13 m
NEAREST_M = 10.0
FARTHEST_M = 5_000.0
FREQUENCY_GHZ = (0.5, 100.0)
BASE_HEIGHT_M = (1.5, 1_000.0)  # where the formulas can be computed; the table itself has one height per scenario


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One scenario of table 7.4.1-1: the coefficients of its formulas, and where they hold."""

    name: str
    table_base_height_m: float
    user_height_m: tuple[float, float]
    intercept_db: float
    slope: float
    breakpoint_slope: float
    nlos_intercept_db: float
    nlos_slope: float
    nlos_frequency_slope: float
    nlos_height_slope: float
    los_shadow_fading_std_db: float
    nlos_shadow_fading_std_db: float

    def los_db(self, distance_2d_m: ArrayLike, *, frequency_ghz: float, base_height_m: ArrayLike, user_height_m: float) -> FloatArray:
        """Return the loss with line of sight [dB]; see :func:`umi_los_path_loss_db`."""
        return self._los_db_and_log_distance(distance_2d_m, frequency_ghz, base_height_m, user_height_m)[0]

    def nlos_db(self, distance_2d_m: ArrayLike, *, frequency_ghz: float, base_height_m: ArrayLike, user_height_m: float) -> FloatArray:
        """Return the loss without line of sight [dB]; see :func:`umi_nlos_path_loss_db`."""
        los_db, log_distance = self._los_db_and_log_distance(distance_2d_m, frequency_ghz, base_height_m, user_height_m)
        fixed_db = self.nlos_intercept_db + self.nlos_frequency_slope * math.log10(frequency_ghz)
        fixed_db -= self.nlos_height_slope * (user_height_m - 1.5)
        return np.asarray(np.maximum(los_db, fixed_db + self.nlos_slope * log_distance))

    def _los_db_and_log_distance(
        self, distance_2d_m: ArrayLike, frequency_ghz: float, base_height_m: ArrayLike, user_height_m: float
    ) -> tuple[FloatArray, FloatArray]:
        """Loss with line of sight [dB], and log10 of the straight-line distance, which the other formula shares."""
        distance = within("distance_2d_m", distance_2d_m, NEAREST_M, FARTHEST_M, unit="m", model=self.name)
        within("frequency_ghz", frequency_ghz, *FREQUENCY_GHZ, unit="GHz", model=self.name)
        within("user_height_m", user_height_m, *self.user_height_m, unit="m", model=self.name)
        base_height = within("base_height_m", base_height_m, *BASE_HEIGHT_M, unit="m", model=self.name)
        rise_squared = (base_height - user_height_m) ** 2
        log_distance = np.asarray(0.5 * np.log10(distance * distance + rise_squared))
        fixed_db = self.intercept_db + 20.0 * math.log10(frequency_ghz)
        loss_db = np.asarray(fixed_db + self.slope * log_distance)
        breakpoint_per_m = 4.0 * (user_height_m - ENVIRONMENT_HEIGHT_M) * frequency_ghz * 1e9 / SPEED_OF_LIGHT_M_S
        breakpoint_m = (base_height - ENVIRONMENT_HEIGHT_M) * breakpoint_per_m
        if distance.size and distance.max() > breakpoint_m.min():
            far_db = fixed_db + 40.0 * log_distance - self.breakpoint_slope * np.log10(breakpoint_m**2 + rise_squared)
            loss_db = np.where(distance <= breakpoint_m, loss_db, far_db)
        return loss_db, log_distance


UMI = Scenario(
    name="TR 38.901 UMi-Street Canyon",
    table_base_height_m=10.0,
    user_height_m=(1.5, 22.5),
    intercept_db=32.4,
    slope=21.0,
    breakpoint_slope=9.5,
    nlos_intercept_db=22.4,
    nlos_slope=35.3,
    nlos_frequency_slope=21.3,
    nlos_height_slope=0.3,
    los_shadow_fading_std_db=4.0,
    nlos_shadow_fading_std_db=7.82,
)
UMA = Scenario(
    name="TR 38.901 UMa",
    table_base_height_m=25.0,
    user_height_m=(1.5, 13.0),  # the table goes to 22.5 m, but above 13 m h_E is a random draw
    intercept_db=28.0,
    slope=22.0,
    breakpoint_slope=9.0,
    nlos_intercept_db=13.54,
    nlos_slope=39.08,
    nlos_frequency_slope=20.0,
    nlos_height_slope=0.6,
    los_shadow_fading_std_db=4.0,
    nlos_shadow_fading_std_db=6.0,
)


def umi_los_path_loss_db(
    distance_2d_m: ArrayLike, *, frequency_ghz: float, base_height_m: ArrayLike, user_height_m: float = 1.5
) -> FloatArray:
    """
    Return the path loss of a street canyon with line of sight.

    Parameters
    ----------
    distance_2d_m
        Horizontal distances [m], 10 to 5,000, any shape.
    frequency_ghz
        Carrier frequency [GHz], 0.5 to 100.
    base_height_m
        Antenna height above ground [m], 1.5 to 1,000, broadcast against the distances. The table holds for 10 m; other
        heights are computed, and are an extrapolation.
    user_height_m
        Terminal height above ground [m], 1.5 to 22.5.

    Returns
    -------
    FloatArray
        Median loss [dB] between isotropic antennas.

    Raises
    ------
    OutOfRangeError
        A value lies outside the ranges above, or is NaN.

    References
    ----------
    3GPP TR 38.901 v19.4, table 7.4.1-1, UMi-Street Canyon LOS.
    """
    return UMI.los_db(distance_2d_m, frequency_ghz=frequency_ghz, base_height_m=base_height_m, user_height_m=user_height_m)


def umi_nlos_path_loss_db(
    distance_2d_m: ArrayLike, *, frequency_ghz: float, base_height_m: ArrayLike, user_height_m: float = 1.5
) -> FloatArray:
    """
    Return the path loss of a street canyon without line of sight: never less than with it.

    Parameters, ranges and errors are those of :func:`umi_los_path_loss_db`.

    References
    ----------
    3GPP TR 38.901 v19.4, table 7.4.1-1, UMi-Street Canyon NLOS.
    """
    return UMI.nlos_db(distance_2d_m, frequency_ghz=frequency_ghz, base_height_m=base_height_m, user_height_m=user_height_m)


def uma_los_path_loss_db(
    distance_2d_m: ArrayLike, *, frequency_ghz: float, base_height_m: ArrayLike, user_height_m: float = 1.5
) -> FloatArray:
    """
    Return the path loss of an urban macro cell (antenna above the roofs) with line of sight.

    Parameters are those of :func:`umi_los_path_loss_db`, but the table holds for a base height of 25 m, and terminals
    are 1.5 to 13 m high: above, the environment height of note 1 is a random draw, so there is no one loss.

    Raises
    ------
    OutOfRangeError
        A value lies outside the ranges, or is NaN.

    References
    ----------
    3GPP TR 38.901 v19.4, table 7.4.1-1, UMa LOS.
    """
    return UMA.los_db(distance_2d_m, frequency_ghz=frequency_ghz, base_height_m=base_height_m, user_height_m=user_height_m)


def uma_nlos_path_loss_db(
    distance_2d_m: ArrayLike, *, frequency_ghz: float, base_height_m: ArrayLike, user_height_m: float = 1.5
) -> FloatArray:
    """
    Return the path loss of an urban macro cell without line of sight: never less than with it.

    Parameters, ranges and errors are those of :func:`uma_los_path_loss_db`.

    References
    ----------
    3GPP TR 38.901 v19.4, table 7.4.1-1, UMa NLOS.
    """
    return UMA.nlos_db(distance_2d_m, frequency_ghz=frequency_ghz, base_height_m=base_height_m, user_height_m=user_height_m)


def umi_los_probability(distance_2d_m: ArrayLike) -> FloatArray:
    """
    Return the probability of line of sight in a street canyon; only for places whose buildings are unknown.

    Parameters
    ----------
    distance_2d_m
        Horizontal distances [m], 0 to 5,000, any shape.

    Raises
    ------
    OutOfRangeError
        A distance lies outside the range, or is NaN.

    References
    ----------
    3GPP TR 38.901 v19.4, table 7.4.2-1, UMi-Street Canyon.
    """
    distance = within("distance_2d_m", distance_2d_m, 0.0, FARTHEST_M, unit="m", model=UMI.name)
    return _los_probability(distance, decay_m=36.0)


def uma_los_probability(distance_2d_m: ArrayLike, *, user_height_m: float = 1.5) -> FloatArray:
    """
    Return the probability of line of sight in an urban macro cell; only for places whose buildings are unknown.

    Parameters
    ----------
    distance_2d_m
        Horizontal distances [m], 0 to 5,000, any shape.
    user_height_m
        Terminal height above ground [m], 0 to 23.

    Raises
    ------
    OutOfRangeError
        A value lies outside the ranges, or is NaN.

    References
    ----------
    3GPP TR 38.901 v19.4, table 7.4.2-1, UMa.
    """
    distance = within("distance_2d_m", distance_2d_m, 0.0, FARTHEST_M, unit="m", model=UMA.name)
    height = float(within("user_height_m", user_height_m, 0.0, 23.0, unit="m", model=UMA.name))
    height_factor = (max(height - 13.0, 0.0) / 10.0) ** 1.5
    bonus = height_factor * 1.25 * (distance / 100.0) ** 3 * np.exp(-distance / 150.0)
    return np.where(distance <= 18.0, 1.0, _los_probability(distance, decay_m=63.0) * (1.0 + bonus))


def _los_probability(distance_m: FloatArray, *, decay_m: float) -> FloatArray:
    share = 18.0 / np.maximum(distance_m, 18.0)
    return np.asarray(share + np.exp(-distance_m / decay_m) * (1.0 - share))
