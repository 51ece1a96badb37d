"""Rain, air, trees and walls equal the Recommendations, by published values and by an independent library."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itur.models import itu676, itu838

from siting.errors import InvalidInputError, OutOfRangeError
from siting.radio import gas_db_per_km, rain_coefficients, rain_db_per_km, vegetation_loss_db, wall_loss_db

FREQUENCIES_GHZ = (1.0, 3.7, 4.5, 12.0, 22.2, 28.0, 39.0, 60.0, 80.0, 95.0)


def test_rain_at_28_ghz_equals_the_published_values():
    assert rain_db_per_km([25.0, 50.0], frequency_ghz=28.0) == pytest.approx([4.62, 9.04], abs=5.001e-3)
    assert rain_db_per_km(100.0, frequency_ghz=28.0) == pytest.approx(17.7, abs=0.05)


def test_the_rain_of_a_tokyo_downpour_costs_two_decibels_over_a_cell():
    assert 0.2 * rain_db_per_km(55.7, frequency_ghz=28.0) == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("frequency_ghz", FREQUENCIES_GHZ)
@pytest.mark.parametrize(("polarisation", "tilt_deg"), [("horizontal", 0.0), ("vertical", 90.0)])
def test_rain_coefficients_equal_those_of_itur(frequency_ghz, polarisation, tilt_deg):
    expected = itu838.rain_specific_attenuation_coefficients(frequency_ghz, 0.0, tilt_deg)
    assert rain_coefficients(frequency_ghz, polarisation) == pytest.approx(tuple(expected), rel=1e-9)


def test_no_rain_costs_nothing_and_more_rain_costs_more():
    loss = rain_db_per_km(np.linspace(0.0, 300.0, 301), frequency_ghz=28.0)
    assert loss[0] == 0.0
    assert (np.diff(loss) > 0).all()


@pytest.mark.parametrize("frequency_ghz", FREQUENCIES_GHZ)
@pytest.mark.parametrize("vapour_g_m3", [0.0, 7.5, 20.0])
def test_air_equals_the_line_by_line_sum_of_itur(frequency_ghz, vapour_g_m3):
    expected = itu676.gamma_exact(frequency_ghz, 1013.25, vapour_g_m3, 288.15).value
    assert gas_db_per_km(frequency_ghz, water_vapour_g_m3=vapour_g_m3) == pytest.approx(expected, rel=1e-9)


def test_air_at_28_ghz_equals_the_published_value():
    assert gas_db_per_km(28.0) == pytest.approx(0.10, abs=5e-3)


@pytest.mark.parametrize("frequency_ghz", [1.0, 3.7, 4.5, 28.0, 39.0, 50.0])
def test_air_agrees_with_the_closed_form_of_an_earlier_edition(frequency_ghz):
    """P.676-10, annex 2, oxygen below 54 GHz and the water lines, at 1013 hPa and 15 degrees; it claims about 10 %."""
    f, vapour = frequency_ghz, 7.5
    oxygen = (7.2 / (f**2 + 0.34) + 0.62 / ((54 - f) ** 1.16 + 0.83)) * f**2 * 1e-3
    width, wide = 0.955 + 0.006 * vapour, 0.735 + 0.0353 * vapour

    def wing(line_ghz: float) -> float:
        return 1 + ((f - line_ghz) / (f + line_ghz)) ** 2

    water = 3.98 * width / ((f - 22.235) ** 2 + 9.42 * width**2) * wing(22)
    water += 11.96 * width / ((f - 183.31) ** 2 + 11.14 * width**2) + 0.081 * width / ((f - 321.226) ** 2 + 6.29 * width**2)
    water += 3.66 * width / ((f - 325.153) ** 2 + 9.22 * width**2) + 25.37 * width / (f - 380) ** 2 + 17.4 * width / (f - 448) ** 2
    water += 844.6 * width / (f - 557) ** 2 * wing(557) + 290 * width / (f - 752) ** 2 * wing(752)
    water += 8.3328e4 * wide / (f - 1780) ** 2 * wing(1780)
    assert gas_db_per_km(f) == pytest.approx(oxygen + water * f**2 * vapour * 1e-4, rel=0.10)


@pytest.mark.parametrize(
    ("depth_m", "expected_db"),
    [(0.0, 0.0), (10.0, 0.45 * 28**0.284 * 10), (14.0, 0.45 * 28**0.284 * 14), (50.0, 1.33 * 28**0.284 * 50**0.588)],
)
def test_the_expected_loss_in_trees_is_weissbergers(depth_m, expected_db):
    assert vegetation_loss_db(depth_m, frequency_ghz=28.0).expected_db == pytest.approx(expected_db, abs=1e-9)


@given(depth_m=st.floats(0.0, 400.0), frequency_ghz=st.floats(0.23, 95.0))
@settings(max_examples=100, deadline=None)
def test_the_range_of_tree_loss_holds_the_expected_loss_and_never_gains(depth_m, frequency_ghz):
    loss = vegetation_loss_db(depth_m, frequency_ghz=frequency_ghz)
    assert 0.0 <= loss.low_db <= loss.expected_db <= loss.high_db
    assert loss.high_db - loss.low_db <= 20.0 + 1e-9


def test_deep_trees_differ_by_the_20_db_that_measurements_show():
    loss = vegetation_loss_db([20.0, 100.0], frequency_ghz=28.0)
    np.testing.assert_allclose(loss.high_db - loss.low_db, 20.0)
    np.testing.assert_array_equal(loss.of("low"), loss.low_db)
    np.testing.assert_array_equal(loss.of("high"), loss.high_db)


def test_tree_loss_rises_with_depth_but_for_the_published_step_at_14_m():
    depth_m = np.linspace(0.0, 400.0, 4_001)
    step_db = 28**0.284 * (0.45 * 14 - 1.33 * 14**0.588)
    for case in ("low", "expected", "high"):
        rise = np.diff(vegetation_loss_db(depth_m, frequency_ghz=28.0).of(case))
        assert (np.delete(rise, 140) >= -1e-9).all()
        assert rise[140] >= -step_db


@pytest.mark.parametrize(
    ("frequency_ghz", "low_db", "high_db"),
    [(3.7, 12.77, 28.03), (4.5, 13.03, 29.81), (28.0, 17.83, 35.03)],
)
def test_wall_loss_equals_the_published_values(frequency_ghz, low_db, high_db):
    assert wall_loss_db(frequency_ghz, "low") == pytest.approx(low_db, abs=5.001e-3)
    assert wall_loss_db(frequency_ghz, "high") == pytest.approx(high_db, abs=5.001e-3)
    assert wall_loss_db(frequency_ghz, "none") == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: rain_db_per_km(-1.0, frequency_ghz=28.0),
        lambda: rain_db_per_km(301.0, frequency_ghz=28.0),
        lambda: rain_db_per_km(math.nan, frequency_ghz=28.0),
        lambda: rain_db_per_km(10.0, frequency_ghz=0.9),
        lambda: rain_coefficients(math.nan),
        lambda: gas_db_per_km(0.9),
        lambda: gas_db_per_km(math.inf),
        lambda: gas_db_per_km(28.0, water_vapour_g_m3=-1.0),
        lambda: vegetation_loss_db(-0.1, frequency_ghz=28.0),
        lambda: vegetation_loss_db(401.0, frequency_ghz=28.0),
        lambda: vegetation_loss_db([5.0, math.nan], frequency_ghz=28.0),
        lambda: vegetation_loss_db(5.0, frequency_ghz=96.0),
        lambda: wall_loss_db(0.4, "low"),
        lambda: wall_loss_db(math.nan, "none"),
    ],
)
def test_values_outside_the_published_ranges_are_refused(call):
    with pytest.raises(OutOfRangeError, match=r"must be in .*got"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: rain_coefficients(28.0, "circular"),
        lambda: vegetation_loss_db(5.0, frequency_ghz=28.0).of("typical"),
        lambda: wall_loss_db(28.0, "medium"),
    ],
)
def test_unknown_cases_are_refused_with_the_known_ones(call):
    with pytest.raises(InvalidInputError, match=r"must be one of .*got '"):
        call()
