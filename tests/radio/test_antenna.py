"""Antennas peak where they point, never fall below their floor, and tilt like rigid bodies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from siting.errors import OutOfRangeError
from siting.radio import OmniAntenna, SectorAntenna, element_discount_db

azimuths = st.floats(-720.0, 720.0)
elevations = st.floats(-90.0, 90.0)
tilts = st.floats(-30.0, 30.0)


def test_the_element_has_the_figures_of_its_table():
    element = SectorAntenna()
    assert element.gain_dbi(0.0, 0.0) == pytest.approx(8.0)
    assert element.gain_dbi(32.5, 0.0) == pytest.approx(5.0)
    assert element.gain_dbi(0.0, -32.5) == pytest.approx(5.0)
    assert element.gain_dbi(32.5, 32.5) == pytest.approx(2.0)
    assert element.gain_dbi(65.0, 0.0) == pytest.approx(8.0 - 12.0)
    assert element.gain_dbi(180.0, 0.0) == pytest.approx(8.0 - 30.0)


@given(azimuth=azimuths, elevation=elevations, electrical=tilts, mechanical=tilts, width=st.floats(5.0, 120.0))
@settings(max_examples=150, deadline=None)
def test_gain_lies_between_the_peak_and_the_floor(azimuth, elevation, electrical, mechanical, width):
    antenna = SectorAntenna(horizontal_beam_width_deg=width, electrical_tilt_deg=electrical, mechanical_tilt_deg=mechanical)
    assert 8.0 - 30.0 <= antenna.gain_dbi(azimuth, elevation) <= 8.0


@given(electrical=tilts, mechanical=tilts)
@settings(max_examples=50, deadline=None)
def test_tilts_add_up_ahead_of_the_panel(electrical, mechanical):
    antenna = SectorAntenna(electrical_tilt_deg=electrical, mechanical_tilt_deg=mechanical)
    assert antenna.gain_dbi(0.0, -(electrical + mechanical)) == pytest.approx(8.0, abs=1e-9)


@given(azimuth=st.floats(-179.0, 179.0), elevation=st.floats(-85.0, 85.0), tilt=tilts)
@settings(max_examples=150, deadline=None)
def test_a_leaning_panel_sees_what_an_upright_one_sees_of_a_turned_world(azimuth, elevation, tilt):
    """Oracle: rotate the direction vector with scipy, then use the pattern without tilt."""
    a, e = math.radians(azimuth), math.radians(elevation)
    direction = [math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)]
    x, y, z = Rotation.from_euler("y", -tilt, degrees=True).apply(direction)
    expected = SectorAntenna().gain_dbi(math.degrees(math.atan2(y, x)), math.degrees(math.asin(max(-1.0, min(1.0, z)))))
    assert SectorAntenna(mechanical_tilt_deg=tilt).gain_dbi(azimuth, elevation) == pytest.approx(float(expected), abs=1e-6)


def test_mechanical_tilt_lowers_the_beam_ahead_but_not_at_the_sides():
    leaning, steered = SectorAntenna(mechanical_tilt_deg=10.0), SectorAntenna(electrical_tilt_deg=10.0)
    assert leaning.gain_dbi(0.0, -10.0) == pytest.approx(8.0)
    assert steered.gain_dbi(60.0, 0.0) < SectorAntenna().gain_dbi(60.0, 0.0)
    assert leaning.gain_dbi(90.0, 0.0) == pytest.approx(float(SectorAntenna().gain_dbi(90.0, 0.0)))


@given(azimuth=azimuths, elevation=elevations)
@settings(max_examples=50, deadline=None)
def test_a_full_turn_changes_nothing(azimuth, elevation):
    antenna = SectorAntenna(mechanical_tilt_deg=6.0)
    assert antenna.gain_dbi(azimuth + 360.0, elevation) == pytest.approx(float(antenna.gain_dbi(azimuth, elevation)), abs=1e-6)


@pytest.mark.parametrize("tilt", [{"mechanical_tilt_deg": 10.0}, {"electrical_tilt_deg": 10.0}, {}])
def test_a_site_without_azimuth_meets_every_direction_face_on(tilt):
    antenna, elevation = SectorAntenna(**tilt), np.array([-60.0, -10.0, 0.0, 20.0])
    unknown = antenna.gain_dbi(np.nan, elevation)
    np.testing.assert_allclose(unknown, antenna.gain_dbi(0.0, elevation), atol=1e-9)
    mixed = antenna.gain_dbi(np.array([np.nan, 90.0, np.nan, 0.0]), elevation)
    np.testing.assert_allclose(mixed[[0, 2, 3]], unknown[[0, 2, 3]], atol=1e-9)
    assert mixed[1] < unknown[1]


def test_an_omni_antenna_is_alike_all_round_and_peaks_at_its_tilt():
    antenna = OmniAntenna(peak_gain_dbi=5.0, vertical_beam_width_deg=20.0, electrical_tilt_deg=8.0)
    around = antenna.gain_dbi(np.array([0.0, 77.0, 180.0, np.nan]), -8.0)
    np.testing.assert_allclose(around, 5.0)
    assert antenna.gain_dbi(0.0, 2.0) == pytest.approx(2.0)
    assert antenna.gain_dbi(0.0, -90.0) == pytest.approx(5.0 - 30.0)


def test_an_isotropic_antenna_has_one_gain():
    gain = OmniAntenna(peak_gain_dbi=2.0).gain_dbi(np.zeros((2, 1)), np.linspace(-90.0, 90.0, 5))
    np.testing.assert_array_equal(gain, np.full((2, 5), 2.0))


def test_the_discount_is_zero_at_the_peak_and_grows_away_from_it():
    discount = element_discount_db(0.0, np.linspace(0.0, 90.0, 91))
    assert discount[0] == 0.0
    assert (np.diff(discount) > 0).sum() == (12.0 * (np.linspace(0.0, 89.0, 90) / 65.0) ** 2 < 30.0).sum()


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (SectorAntenna, "horizontal_beam_width_deg", 0.0),
        (SectorAntenna, "vertical_beam_width_deg", 361.0),
        (SectorAntenna, "electrical_tilt_deg", math.nan),
        (SectorAntenna, "mechanical_tilt_deg", 91.0),
        (SectorAntenna, "floor_db", -1.0),
        (SectorAntenna, "peak_gain_dbi", math.inf),
        (OmniAntenna, "vertical_beam_width_deg", 0.5),
        (OmniAntenna, "electrical_tilt_deg", -91.0),
        (OmniAntenna, "peak_gain_dbi", math.nan),
    ],
)
def test_impossible_antennas_are_refused(kind, field, value):
    with pytest.raises(OutOfRangeError, match=field):
        kind(**{field: value})
