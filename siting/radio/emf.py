"""How far people have to stay from an antenna."""

from __future__ import annotations

import math

from siting.radio.ranges import within


def emf_clearance_m(eirp_dbm: float, *, reflection_factor: float = 1.0, limit_w_m2: float = 10.0) -> float:
    """
    Return the distance at which the power density in the beam has fallen to the limit.

    Parameters
    ----------
    eirp_dbm
        Equivalent isotropically radiated power of everything on air [dBm], -60 to 100.
    reflection_factor
        K, the gain in power density by reflections, 1 to 4: 1 without, 2.56 with reflection from the ground.
    limit_w_m2
        Permitted power density [W/m2], 0.01 to 1,000; 10 is that of the general public from 1.5 to 300 GHz.

    Returns
    -------
    float
        Distance along the beam [m].

    Raises
    ------
    OutOfRangeError
        A value lies outside its range, or is NaN.

    References
    ----------
    Radio-wave protection guideline, Japan: S = EIRP K / (4 pi R^2).
    """
    model = "EMF clearance"
    within("eirp_dbm", eirp_dbm, -60.0, 100.0, unit="dBm", model=model)
    within("reflection_factor", reflection_factor, 1.0, 4.0, unit="(a ratio)", model=model)
    within("limit_w_m2", limit_w_m2, 0.01, 1_000.0, unit="W/m2", model=model)
    eirp_w = 10.0 ** (eirp_dbm / 10.0 - 3.0)
    return math.sqrt(eirp_w * reflection_factor / (4.0 * math.pi * limit_w_m2))
