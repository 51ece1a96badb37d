"""What oxygen and water vapour take from a radio wave near the ground."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np

from siting.arrays import FloatArray
from siting.radio.ranges import within

GAS_FREQUENCY_GHZ = (1.0, 1_000.0)
DRY_AIR_HPA = 1_013.25
AIR_K = 288.15


def gas_db_per_km(frequency_ghz: float, *, water_vapour_g_m3: float = 7.5) -> float:
    """
    Return the specific attenuation of air at sea level: dry pressure 1013.25 hPa, 15 degrees Celsius.

    Parameters
    ----------
    frequency_ghz
        Carrier frequency [GHz], 1 to 1,000.
    water_vapour_g_m3
        Water vapour density [g/m3], 0 to 50; 7.5 is the mean of the reference atmosphere.

    Raises
    ------
    OutOfRangeError
        A value lies outside its range, or is NaN.

    References
    ----------
    Recommendation ITU-R P.676-12, annex 1 (line by line), equations 1 to 9, tables 1 and 2.
    """
    model = "ITU-R P.676-12"
    within("frequency_ghz", frequency_ghz, *GAS_FREQUENCY_GHZ, unit="GHz", model=model)
    within("water_vapour_g_m3", water_vapour_g_m3, 0.0, 50.0, unit="g/m3", model=model)
    theta = 300.0 / AIR_K
    vapour_hpa = water_vapour_g_m3 * AIR_K / 216.7
    refractivity = (
        _oxygen_lines(frequency_ghz, vapour_hpa, theta)
        + _dry_continuum(frequency_ghz, vapour_hpa, theta)
        + _water_vapour_lines(frequency_ghz, vapour_hpa, theta)
    )
    return 0.1820 * frequency_ghz * refractivity


def _oxygen_lines(frequency_ghz: float, vapour_hpa: float, theta: float) -> float:
    line_ghz, a1, a2, a3, a4, a5, a6 = _spectral_lines("p676_oxygen.csv")
    strength = a1 * 1e-7 * DRY_AIR_HPA * theta**3 * np.exp(a2 * (1.0 - theta))
    pressure_width = a3 * 1e-4 * (DRY_AIR_HPA * theta ** (0.8 - a4) + 1.1 * vapour_hpa * theta)
    width = np.hypot(pressure_width, 1.5e-3)  # Zeeman splitting
    interference = (a5 + a6 * theta) * 1e-4 * (DRY_AIR_HPA + vapour_hpa) * theta**0.8
    return float((strength * _line_shape(frequency_ghz, line_ghz, width, interference)).sum())


def _water_vapour_lines(frequency_ghz: float, vapour_hpa: float, theta: float) -> float:
    line_ghz, b1, b2, b3, b4, b5, b6 = _spectral_lines("p676_water_vapour.csv")
    strength = b1 * 1e-1 * vapour_hpa * theta**3.5 * np.exp(b2 * (1.0 - theta))
    pressure_width = b3 * 1e-4 * (DRY_AIR_HPA * theta**b4 + b5 * vapour_hpa * theta**b6)
    width = 0.535 * pressure_width + np.sqrt(0.217 * pressure_width**2 + 2.1316e-12 * line_ghz**2 / theta)  # Doppler broadening
    return float((strength * _line_shape(frequency_ghz, line_ghz, width, np.zeros_like(width))).sum())


def _dry_continuum(frequency_ghz: float, vapour_hpa: float, theta: float) -> float:
    """Debye spectrum of oxygen below 10 GHz, and pressure-induced nitrogen above 100 GHz."""
    debye_ghz = 5.6e-4 * (DRY_AIR_HPA + vapour_hpa) * theta**0.8
    oxygen = 6.14e-5 / (debye_ghz * (1.0 + (frequency_ghz / debye_ghz) ** 2))
    nitrogen = 1.4e-12 * DRY_AIR_HPA * theta**1.5 / (1.0 + 1.9e-5 * frequency_ghz**1.5)
    return float(frequency_ghz * DRY_AIR_HPA * theta**2 * (oxygen + nitrogen))


def _line_shape(frequency_ghz: float, line_ghz: FloatArray, width_ghz: FloatArray, interference: FloatArray) -> FloatArray:
    below, above = line_ghz - frequency_ghz, line_ghz + frequency_ghz
    near = (width_ghz - interference * below) / (below**2 + width_ghz**2)
    mirrored = (width_ghz - interference * above) / (above**2 + width_ghz**2)
    return np.asarray(frequency_ghz / line_ghz * (near + mirrored))


@lru_cache(maxsize=2)
def _spectral_lines(file_name: str) -> tuple[FloatArray, ...]:
    """Columns of a table of spectral lines: frequency, then six coefficients."""
    text = files("siting.radio").joinpath("data", file_name).read_text(encoding="utf-8")
    columns = np.loadtxt(text.splitlines(), delimiter=",", skiprows=2, dtype=np.float64, unpack=True)
    columns.setflags(write=False)
    return tuple(columns)
