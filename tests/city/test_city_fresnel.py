"""Fresnel clearance, against closed forms and a dense search."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.optimize import minimize

from siting import City, InvalidInputError

_CRS = "EPSG:6677"


def _edge_city(top_m: float) -> City:
    """A long thin wall across the middle of a 100 m path."""
    return City.from_footprints([shapely.box(49.995, -200.0, 50.005, 200.0)], [top_m], crs=_CRS)


@pytest.mark.parametrize("clearance_m", [0.0, 0.1, 0.25, 0.4, 0.51])
def test_a_knife_edge_in_the_middle_leaves_its_clearance_over_the_radius(clearance_m: float) -> None:
    """At 28 GHz and 100 m the first radius is 8.656 sqrt(0.1 / 28) = 0.517 m at the midpoint."""
    share = _edge_city(10.0).fresnel_clearance([(0.0, 0.0, 10.0 + clearance_m)], [(100.0, 0.0, 10.0 + clearance_m)], frequency_ghz=28.0)
    assert share[0, 0] == pytest.approx(clearance_m / (8.656 * np.sqrt(0.1 / 28.0)), abs=0.003)


def test_beyond_the_first_zone_it_is_clear_and_below_the_edge_blocked() -> None:
    city = _edge_city(10.0)
    assert city.fresnel_clearance([(0.0, 0.0, 10.6)], [(100.0, 0.0, 10.6)], frequency_ghz=28.0)[0, 0] == 1.0
    assert city.fresnel_clearance([(0.0, 0.0, 9.9)], [(100.0, 0.0, 9.9)], frequency_ghz=28.0)[0, 0] == 0.0


def test_lower_frequencies_need_more_room() -> None:
    ends = ([(0.0, 0.0, 10.3)], [(100.0, 0.0, 10.3)])
    shares = [_edge_city(10.0).fresnel_clearance(*ends, frequency_ghz=f)[0, 0] for f in (3.7, 4.5, 28.0)]
    assert shares == sorted(shares)
    assert 0.0 < shares[0] < shares[2] < 1.0


@pytest.mark.parametrize("seed", range(12))
def test_the_closed_form_finds_the_least_detour_over_each_wall(seed: int) -> None:
    """A numerical search over the faces of a random building never finds a lower Fresnel zone."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(20.0, 60.0, 2)
    box = shapely.box(*corner, *(corner + rng.uniform(2.0, 20.0, 2)))
    height_m = rng.uniform(3.0, 15.0)
    city = City.from_footprints([box], [height_m], crs=_CRS)
    walls = shapely.get_coordinates(box)
    observers = np.column_stack((rng.uniform(0.0, 90.0, (12, 2)), rng.uniform(1.0, 20.0, 12)))
    targets = np.column_stack((rng.uniform(0.0, 90.0, (12, 2)), np.full(12, 1.5)))
    shares = city.fresnel_clearance(observers, targets, frequency_ghz=0.7)
    is_seen = city.visible(observers, targets)
    half_wave_m = 0.299792458 / 0.7 / 2.0
    for i, j in np.argwhere(is_seen):
        o, t = observers[i], targets[j]

        def detour(uv: np.ndarray, wall: int, o: np.ndarray = o, t: np.ndarray = t) -> float:
            q = np.array([*(walls[wall] + uv[0] * (walls[wall + 1] - walls[wall])), uv[1] * height_m])
            return float(np.linalg.norm(q - o) + np.linalg.norm(q - t) - np.linalg.norm(t - o))

        least = min(minimize(detour, (0.5, 0.5), args=(wall,), bounds=((0, 1), (0, 1))).fun for wall in range(4))
        assert shares[i, j] == pytest.approx(min(1.0, np.sqrt(max(least, 0.0) / half_wave_m)), abs=0.02)


@pytest.mark.parametrize("frequency_ghz", [0.0, -1.0, np.nan])
def test_impossible_frequencies_are_refused(frequency_ghz: float) -> None:
    with pytest.raises(InvalidInputError, match="frequency_ghz must be > 0"):
        _edge_city(10.0).fresnel_clearance([(0.0, 0.0, 1.0)], [(1.0, 0.0, 1.0)], frequency_ghz=frequency_ghz)
