"""What rain, trees and walls add to the path loss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from siting.arrays import FloatArray
from siting.errors import InvalidInputError
from siting.radio.ranges import within

Polarisation = Literal["horizontal", "vertical"]
VegetationCase = Literal["low", "expected", "high"]
WallLoss = Literal["none", "low", "high"]

RAIN_FREQUENCY_GHZ = (1.0, 1_000.0)
VEGETATION_FREQUENCY_GHZ = (0.23, 95.0)
WALL_FREQUENCY_GHZ = (0.5, 100.0)
MOST_RAIN_MM_H = 300.0
DEEPEST_VEGETATION_M = 400.0
TREE_SPREAD_DB = 20.0  # between the best and the worst of measured single trees

# P.838-3, tables 1 to 4: rows of (a, b, c), then slope and constant over log10(f)
_RAIN_K = {
    "horizontal": (
        ((-5.33980, -0.10008, 1.13098), (-0.35351, 1.26970, 0.45400), (-0.23789, 0.86036, 0.15354), (-0.94158, 0.64552, 0.16817)),
        (-0.18961, 0.71147),
    ),
    "vertical": (
        ((-3.80595, 0.56934, 0.81061), (-3.44965, -0.22911, 0.51059), (-0.39902, 0.73042, 0.11899), (0.50167, 1.07319, 0.27195)),
        (-0.16398, 0.63297),
    ),
}
_RAIN_ALPHA = {
    "horizontal": (
        (
            (-0.14318, 1.82442, -0.55187),
            (0.29591, 0.77564, 0.19822),
            (0.32177, 0.63773, 0.13164),
            (-5.37610, -0.96230, 1.47828),
            (16.1721, -3.29980, 3.43990),
        ),
        (0.67849, -1.95537),
    ),
    "vertical": (
        (
            (-0.07771, 2.33840, -0.76284),
            (0.56727, 0.95545, 0.54039),
            (-0.20238, 1.14520, 0.26809),
            (-48.2991, 0.791669, 0.116226),
            (48.5833, 0.791459, 0.116479),
        ),
        (-0.053739, 0.83433),
    ),
}


@dataclass(frozen=True, kw_only=True)
class LossRange:
    """
    A loss that is known only within limits.

    Attributes
    ----------
    low_db, expected_db, high_db
        Losses [dB] of one shape, ``0 <= low <= expected <= high``.
    """

    low_db: FloatArray
    expected_db: FloatArray
    high_db: FloatArray

    def of(self, case: VegetationCase) -> FloatArray:
        """Return the loss [dB] of one case."""
        by_case = {"low": self.low_db, "expected": self.expected_db, "high": self.high_db}
        if case not in by_case:
            raise InvalidInputError("case", f"must be one of {', '.join(by_case)}", case)
        return by_case[case]


def rain_coefficients(frequency_ghz: float, polarisation: Polarisation = "horizontal") -> tuple[float, float]:
    """
    Return k and alpha of the power law between rain rate and specific attenuation.

    Parameters
    ----------
    frequency_ghz
        Carrier frequency [GHz], 1 to 1,000.
    polarisation
        Of a level path.

    Raises
    ------
    InvalidInputError
        Unknown polarisation.
    OutOfRangeError
        The frequency lies outside its range, or is NaN.

    References
    ----------
    Recommendation ITU-R P.838-3, equations 2 and 3, tables 1 to 4.
    """
    if polarisation not in _RAIN_K:
        raise InvalidInputError("polarisation", f"must be one of {', '.join(_RAIN_K)}", polarisation)
    within("frequency_ghz", frequency_ghz, *RAIN_FREQUENCY_GHZ, unit="GHz", model="ITU-R P.838-3")
    log_frequency = math.log10(frequency_ghz)

    def regression(terms: tuple[tuple[float, float, float], ...], line: tuple[float, float]) -> float:
        return sum(a * math.exp(-(((log_frequency - b) / c) ** 2)) for a, b, c in terms) + line[0] * log_frequency + line[1]

    return float(10.0 ** regression(*_RAIN_K[polarisation])), regression(*_RAIN_ALPHA[polarisation])


def rain_db_per_km(rain_mm_h: ArrayLike, *, frequency_ghz: float, polarisation: Polarisation = "horizontal") -> FloatArray:
    """
    Return the specific attenuation of rain.

    Parameters
    ----------
    rain_mm_h
        Rain rate [mm/h], 0 to 300, any shape.
    frequency_ghz
        Carrier frequency [GHz], 1 to 1,000.
    polarisation
        Horizontal loses more.

    Returns
    -------
    FloatArray
        Attenuation [dB/km]. Over the few hundred metres of a cell the rain is taken as uniform.

    Raises
    ------
    InvalidInputError
        Unknown polarisation.
    OutOfRangeError
        A value lies outside its range, or is NaN.

    References
    ----------
    Recommendation ITU-R P.838-3, equation 1.
    """
    rate = within("rain_mm_h", rain_mm_h, 0.0, MOST_RAIN_MM_H, unit="mm/h", model="ITU-R P.838-3")
    k, alpha = rain_coefficients(frequency_ghz, polarisation)
    return np.asarray(k * rate**alpha)


def vegetation_loss_db(depth_m: ArrayLike, *, frequency_ghz: float) -> LossRange:
    """
    Return the loss of a path through trees in leaf, as a range.

    Measured single trees differ by 20 dB, so one number would mislead: ``low`` and ``high`` lie 10 dB on either side
    of the expected loss, and closer where the expected loss itself is smaller than that.

    Parameters
    ----------
    depth_m
        Length of path within foliage [m], 0 to 400, any shape.
    frequency_ghz
        Carrier frequency [GHz], 0.23 to 95.

    Raises
    ------
    OutOfRangeError
        A value lies outside its range, or is NaN.

    References
    ----------
    Weissberger (1982), modified exponential decay; the spread is that of published single-tree measurements.
    """
    model = "Weissberger"
    depth = within("depth_m", depth_m, 0.0, DEEPEST_VEGETATION_M, unit="m", model=model)
    within("frequency_ghz", frequency_ghz, *VEGETATION_FREQUENCY_GHZ, unit="GHz", model=model)
    scale = frequency_ghz**0.284
    expected_db = np.asarray(scale * np.where(depth <= 14.0, 0.45 * depth, 1.33 * depth**0.588))
    half_range_db = np.minimum(expected_db, TREE_SPREAD_DB / 2.0)
    return LossRange(low_db=expected_db - half_range_db, expected_db=expected_db, high_db=expected_db + half_range_db)


def wall_loss_db(frequency_ghz: float, case: WallLoss) -> float:
    """
    Return the median loss through the outer wall of a building, for a terminal just behind it.

    Parameters
    ----------
    frequency_ghz
        Carrier frequency [GHz], 0.5 to 100.
    case
        ``"low"`` is 30 % plain glass in concrete, ``"high"`` 70 % infrared-reflecting glass in concrete, ``"none"``
        the open air.

    Raises
    ------
    InvalidInputError
        Unknown case.
    OutOfRangeError
        The frequency lies outside its range, or is NaN.

    References
    ----------
    3GPP TR 38.901 v19.4, tables 7.4.3-1 and 7.4.3-2 (the glass of older releases lost less).
    """
    within("frequency_ghz", frequency_ghz, *WALL_FREQUENCY_GHZ, unit="GHz", model="TR 38.901 O2I")
    concrete_db = 5.0 + 4.0 * frequency_ghz
    if case == "none":
        return 0.0
    if case == "low":
        glass_share, glass_db = 0.3, 2.0 + 0.2 * frequency_ghz
    elif case == "high":
        glass_share, glass_db = 0.7, 25.4 + 0.11 * frequency_ghz
    else:
        raise InvalidInputError("case", "must be one of none, low, high", case)
    passing = glass_share * 10.0 ** (-glass_db / 10.0) + (1.0 - glass_share) * 10.0 ** (-concrete_db / 10.0)
    return 5.0 - 10.0 * math.log10(passing)
