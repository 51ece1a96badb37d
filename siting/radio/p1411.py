"""Path loss below the roofs after Recommendation ITU-R P.1411-12: site-general, and round one street corner."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import FloatArray
from siting.errors import InvalidInputError, OutOfRangeError
from siting.radio.ranges import within

CORNER_LOSS_DB = {"urban": 20.0, "residential": 30.0}
CORNER_FREQUENCY_GHZ = (2.0, 38.0)
CORNER_FARTHEST_M = 1_000.0  # the Recommendation is about paths shorter than 1 km


@dataclass(frozen=True, kw_only=True)
class SiteGeneral:
    """One row of the site-general table: coefficients and where they hold (3D distances)."""

    name: str
    slope: float
    intercept_db: float
    frequency_slope: float
    shadow_fading_std_db: float
    frequency_ghz: tuple[float, float]
    distance_m: tuple[float, float]

    def path_loss_db(self, distance_3d_m: ArrayLike, *, frequency_ghz: float) -> FloatArray:
        """Return the median loss [dB]; raises :class:`OutOfRangeError` outside the row's ranges."""
        distance = within("distance_3d_m", distance_3d_m, *self.distance_m, unit="m", model=self.name)
        within("frequency_ghz", frequency_ghz, *self.frequency_ghz, unit="GHz", model=self.name)
        fixed_db = self.intercept_db + 10.0 * self.frequency_slope * math.log10(frequency_ghz)
        return np.asarray(10.0 * self.slope * np.log10(distance) + fixed_db)


LINE_OF_SIGHT = SiteGeneral(
    name="ITU-R P.1411-12 below-rooftop LoS",
    slope=2.12,
    intercept_db=29.2,
    frequency_slope=2.11,
    shadow_fading_std_db=5.06,
    frequency_ghz=(0.8, 82.0),
    distance_m=(5.0, 660.0),
)
HIGH_RISE = SiteGeneral(
    name="ITU-R P.1411-12 below-rooftop NLoS, urban high-rise",
    slope=4.0,
    intercept_db=10.2,
    frequency_slope=2.36,
    shadow_fading_std_db=7.6,
    frequency_ghz=(0.8, 82.0),
    distance_m=(30.0, 715.0),
)
LOW_RISE = SiteGeneral(
    name="ITU-R P.1411-12 below-rooftop NLoS, urban low-rise",
    slope=5.06,
    intercept_db=-4.68,
    frequency_slope=2.02,
    shadow_fading_std_db=9.33,
    frequency_ghz=(10.0, 73.0),
    distance_m=(30.0, 250.0),
)


def p1411_los_path_loss_db(distance_3d_m: ArrayLike, *, frequency_ghz: float) -> FloatArray:
    """
    Return the path loss below the roofs with line of sight.

    Parameters
    ----------
    distance_3d_m
        Straight-line distances [m], 5 to 660, any shape.
    frequency_ghz
        Carrier frequency [GHz], 0.8 to 82.

    Raises
    ------
    OutOfRangeError
        A value lies outside the ranges above, or is NaN.

    References
    ----------
    Recommendation ITU-R P.1411-12, clause 4.1.1, below-rooftop LoS.
    """
    return LINE_OF_SIGHT.path_loss_db(distance_3d_m, frequency_ghz=frequency_ghz)


def p1411_high_rise_path_loss_db(distance_3d_m: ArrayLike, *, frequency_ghz: float) -> FloatArray:
    """
    Return the path loss below the roofs without line of sight among high buildings.

    Distances [m] are 30 to 715, frequencies [GHz] 0.8 to 82; see :func:`p1411_los_path_loss_db`.

    References
    ----------
    Recommendation ITU-R P.1411-12, clause 4.1.1, below-rooftop NLoS, urban high-rise.
    """
    return HIGH_RISE.path_loss_db(distance_3d_m, frequency_ghz=frequency_ghz)


def p1411_low_rise_path_loss_db(distance_3d_m: ArrayLike, *, frequency_ghz: float) -> FloatArray:
    """
    Return the path loss below the roofs without line of sight among low buildings.

    Distances [m] are 30 to 250, frequencies [GHz] 10 to 73; see :func:`p1411_los_path_loss_db`.

    References
    ----------
    Recommendation ITU-R P.1411-12, clause 4.1.1, below-rooftop NLoS, urban low-rise.
    """
    return LOW_RISE.path_loss_db(distance_3d_m, frequency_ghz=frequency_ghz)


def p1411_corner_path_loss_db(
    distance_to_corner_m: ArrayLike,
    distance_after_corner_m: ArrayLike,
    *,
    street_width_m: float,
    frequency_ghz: float,
    environment: Literal["urban", "residential"] = "urban",
    los_exponent: float = 2.1,
) -> FloatArray:
    """
    Return the path loss round one street corner: line of sight up to it, then a corner loss and a decay.

    Parameters
    ----------
    distance_to_corner_m
        From the base along its street to the middle of the crossing, x1 [m], > 20, to 1,000.
    distance_after_corner_m
        From there along the side street to the terminal, x2 [m], 0 to 1,000; both broadcast.
    street_width_m
        Width of the base's street, w1 [m], > 0.
    frequency_ghz
        Carrier frequency [GHz], 2 to 38.
    environment
        ``"urban"`` loses 20 dB at the corner, ``"residential"`` 30 dB.
    los_exponent
        Decay exponent of the street with line of sight, > 0.

    Raises
    ------
    InvalidInputError
        Unknown environment.
    OutOfRangeError
        A value lies outside the ranges above, or is NaN.

    References
    ----------
    Recommendation ITU-R P.1411-12, clause 4.1.3.2; the street before the corner after clause 4.1.2.
    """
    if environment not in CORNER_LOSS_DB:
        raise InvalidInputError("environment", f"must be one of {', '.join(CORNER_LOSS_DB)}", environment)
    model = "ITU-R P.1411-12 corner"
    before = within("distance_to_corner_m", distance_to_corner_m, 20.0, CORNER_FARTHEST_M, unit="m", model=model)
    if before.size and before.min() == 20.0:
        raise OutOfRangeError("distance_to_corner_m", f"must be > 20 m ({model})", 20.0)
    after = within("distance_after_corner_m", distance_after_corner_m, 0.0, CORNER_FARTHEST_M, unit="m", model=model)
    within("frequency_ghz", frequency_ghz, *CORNER_FREQUENCY_GHZ, unit="GHz", model=model)
    for field, value in (("street_width_m", street_width_m), ("los_exponent", los_exponent)):
        if not (math.isfinite(value) and value > 0):
            raise OutOfRangeError(field, f"must be finite and > 0 ({model})", value)
    half_width = street_width_m / 2.0
    los_db = 32.0 + 20.0 * math.log10(frequency_ghz) + 10.0 * los_exponent * np.log10(before)
    into_street = np.clip(after - half_width, 1.0, 31.0)
    corner_db = CORNER_LOSS_DB[environment] / math.log10(31.0) * np.log10(into_street)
    decay_db = np.where(after > half_width + 31.0, 60.0 * np.log10((before + after) / (before + half_width + 30.0)), 0.0)
    return np.asarray(los_db + corner_db + decay_db)
