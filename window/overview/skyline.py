"""The skyline around an antenna: how high the roofs rise in each direction, and which buildings stand in the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting import City
from siting.arrays import FloatArray, IntArray
from window.errors import InvalidRequestError

_STEP_M = 1.0
_NEAREST_M = 2.0


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """
    A building that rises above the antenna.

    Attributes
    ----------
    azimuth_deg
        Direction of its highest point, clockwise from grid north.
    width_deg
        How wide it looks.
    distance_m
        Distance to that point.
    roof_m
        Height of its roof above ground there.
    elevation_deg
        How far it rises above the horizon of the antenna.
    """

    azimuth_deg: float
    width_deg: float
    distance_m: float
    roof_m: float
    elevation_deg: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Skyline:
    """
    The skyline from one place.

    Attributes
    ----------
    azimuth_deg
        Directions, clockwise from grid north, shape (n,).
    elevation_deg
        Angle of the highest roof above the horizon of the antenna [deg]; negative below it, shape (n,).
    distance_m
        Distance to that roof, shape (n,); NaN where there is none.
    blockers
        Buildings that rise above the antenna, the widest first.
    """

    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    distance_m: FloatArray
    blockers: tuple[Blocker, ...]


def skyline(city: City, xyz_m: tuple[float, float, float], *, range_m: float = 300.0, n_directions: int = 720) -> Skyline:
    """
    Return the skyline around an antenna.

    Parameters
    ----------
    city
        The buildings.
    xyz_m
        Antenna in the plane of the city, z above ground [m].
    range_m
        How far to look [m].
    n_directions
        Directions looked into.

    Raises
    ------
    InvalidRequestError
        A range or a number of directions below 4.

    Notes
    -----
    Roofs are looked at every metre along each direction; flat ground between roofs counts as -90 degrees.
    """
    if range_m < 4 or n_directions < 4:
        raise InvalidRequestError("range_m, n_directions", "must be >= 4", (range_m, n_directions))
    x_m, y_m, z_m = xyz_m
    azimuth: FloatArray = np.linspace(0.0, 360.0, n_directions, endpoint=False)
    distance = np.arange(_NEAREST_M, range_m, _STEP_M)
    sine, cosine = np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))
    points = np.stack([x_m + np.outer(sine, distance), y_m + np.outer(cosine, distance)], axis=-1).reshape(-1, 2)
    building = city.building_at(points)
    here = float(city.ground_at(np.array([[x_m, y_m]]))[0]) + z_m
    top_m = np.where(building >= 0, city.roof_above_ground_m(points) + city.ground_at(points), -np.inf).reshape(n_directions, -1)
    angle: FloatArray = np.degrees(np.arctan2(top_m - here, distance))
    best = angle.argmax(axis=1)
    rows = np.arange(n_directions)
    elevation = angle[rows, best]
    far = np.where(np.isfinite(top_m[rows, best]), distance[best], np.nan)
    of_building = building.reshape(n_directions, -1)[rows, best].astype(np.int64)
    roof_m = city.roof_above_ground_m(points).reshape(n_directions, -1)[rows, best]
    return Skyline(
        azimuth_deg=azimuth,
        elevation_deg=elevation,
        distance_m=far,
        blockers=_blockers(azimuth, elevation, far, roof_m, of_building),
    )


def _blockers(
    azimuth: FloatArray, elevation: FloatArray, distance: FloatArray, roof_m: FloatArray, building: IntArray
) -> tuple[Blocker, ...]:
    """Return the buildings above the horizon, the widest first."""
    found: list[Blocker] = []
    is_above = (elevation > 0) & (building >= 0)
    step = 360.0 / len(azimuth)
    for one in np.unique(building[is_above]):
        rows = np.flatnonzero(is_above & (building == one))
        top = int(rows[elevation[rows].argmax()])
        found.append(
            Blocker(
                azimuth_deg=float(azimuth[top]),
                width_deg=len(rows) * step,
                distance_m=float(distance[top]),
                roof_m=float(roof_m[top]),
                elevation_deg=float(elevation[top]),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.width_deg, one.azimuth_deg)))
