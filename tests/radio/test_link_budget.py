"""The link budget reproduces the published levels, adds each loss once, and reports what it extrapolates."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from siting.errors import InvalidInputError, OutOfRangeError
from siting.radio import (
    Extrapolation,
    RadioParams,
    band_preset,
    band_presets,
    emf_clearance_m,
    extrapolations,
    gas_db_per_km,
    is_served,
    path_loss_db,
    rain_db_per_km,
    received_power_dbm,
    vegetation_loss_db,
    wall_loss_db,
)


@pytest.fixture(scope="module")
def radio() -> RadioParams:
    """The 28 GHz preset."""
    return RadioParams.from_preset("28GHz")


def power(radio: RadioParams, distance_2d_m: object = 100.0, **changed: object) -> np.ndarray:
    """Received power of a link from 10 m, in sight unless said."""
    return received_power_dbm(radio, **({"distance_2d_m": distance_2d_m, "base_height_m": 10.0, "is_line_of_sight": True} | changed))


@pytest.mark.parametrize(("is_los", "expected_dbm"), [(True, [-81, -88, -94]), (False, [-98, -108, -119])])
def test_received_power_at_28_ghz_equals_the_published_levels_before_body_loss(is_los, expected_dbm):
    radio = RadioParams.from_preset("28GHz", body_loss_db=0.0)
    received = power(radio, [50.0, 100.0, 200.0], is_line_of_sight=is_los)
    np.testing.assert_array_equal(np.rint(received), expected_dbm)


def test_with_body_loss_28_ghz_works_in_sight_but_not_past_100_m_without(radio):
    assert is_served(radio, power(radio, 200.0), is_line_of_sight=True)
    assert power(radio, 100.0, is_line_of_sight=False) < radio.receiver_threshold_dbm


def test_the_budget_is_the_sum_of_its_parts(radio):
    """Written out by hand for one link: 60 m away, antenna at 6 m, rain, trees, a wall."""
    wet = RadioParams.from_preset("28GHz", rain_mm_h=50.0, vegetation_case="high", o2i="low")
    slant_km = math.hypot(60.0, 4.5) / 1e3
    off_peak_deg = 10.0 - math.degrees(math.atan(4.5 / 60.0))
    expected = 51.0 + 10.0 * math.log10(0.12 / 400.0) - 12.0 * (off_peak_deg / 65.0) ** 2 - 8.0
    expected -= path_loss_db("umi", distance_2d_m=60.0, is_line_of_sight=False, frequency_ghz=28.0, base_height_m=6.0).item()
    expected -= (rain_db_per_km(50.0, frequency_ghz=28.0) + gas_db_per_km(28.0)) * slant_km
    expected -= vegetation_loss_db(7.0, frequency_ghz=28.0).high_db + wall_loss_db(28.0, "low")
    got = power(wet, 60.0, base_height_m=6.0, is_line_of_sight=False, vegetation_depth_m=7.0)
    assert got == pytest.approx(float(expected), abs=1e-9)
    assert got < power(radio, 60.0, base_height_m=6.0, is_line_of_sight=False)


@pytest.mark.parametrize(
    "overrides",
    [
        {"rain_mm_h": 30.0},
        {"o2i": "low"},
        {"o2i": "high"},
        {"body_loss_db": 9.0},
        {"eirp_dbm": 50.0},
        {"tilt_deg": 40.0},
        {"bandwidth_mhz": 800.0},
    ],
)
def test_every_loss_lowers_the_power(radio, overrides):
    assert power(RadioParams.from_preset("28GHz", **overrides)) < power(radio)


def test_the_vegetation_case_orders_the_power():
    low, expected, high = (
        power(RadioParams.from_preset("28GHz", vegetation_case=case), vegetation_depth_m=5.0) for case in ("low", "expected", "high")
    )
    assert low > expected > high


def test_links_of_many_sites_equal_the_same_links_one_by_one():
    radio, rng = RadioParams.from_preset("3.7GHz", antenna="sector", rain_mm_h=20.0), np.random.default_rng(3)
    n = 60
    links = {
        "distance_2d_m": rng.uniform(0.0, 500.0, n),
        "base_height_m": rng.uniform(4.0, 40.0, n),
        "is_line_of_sight": rng.random(n) < 0.4,
        "azimuth_offset_deg": np.where(rng.random(n) < 0.3, np.nan, rng.uniform(-180.0, 180.0, n)),
        "vegetation_depth_m": np.where(rng.random(n) < 0.5, 0.0, rng.uniform(0.0, 60.0, n)),
    }
    together = received_power_dbm(radio, **links)
    alone = [received_power_dbm(radio, **{name: values[i] for name, values in links.items()}).item() for i in range(n)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    assert np.isfinite(together).all()


def test_a_sector_turned_away_loses_the_front_to_back_ratio():
    radio = RadioParams.from_preset("28GHz", antenna="sector", tilt_deg=0.0)
    assert power(radio, azimuth_offset_deg=0.0) - power(radio, azimuth_offset_deg=180.0) == pytest.approx(30.0, abs=0.1)
    assert power(radio, azimuth_offset_deg=np.nan) == pytest.approx(float(power(radio, azimuth_offset_deg=0.0)))


def test_an_omni_antenna_ignores_the_azimuth(radio):
    np.testing.assert_array_equal(power(radio, azimuth_offset_deg=[0.0, 90.0, np.nan]), power(radio))


def test_links_nearer_than_the_model_are_computed_without_a_gain_from_nearness():
    flat = RadioParams.from_preset("28GHz", tilt_deg=0.0, user_height_m=1.5)
    at_10_m, near = power(flat, 10.0, base_height_m=1.5), power(flat, [0.0, 3.0, 9.9], base_height_m=1.5)
    np.testing.assert_allclose(near, at_10_m, atol=2e-3)


def test_service_needs_power_and_where_the_band_says_so_sight(radio):
    strong, weak = radio.receiver_threshold_dbm, radio.receiver_threshold_dbm - 0.01
    np.testing.assert_array_equal(
        is_served(radio, [strong, strong, weak, math.nan], [True, False, True, True]), [True, False, False, False]
    )
    below_6 = RadioParams.from_preset("4.5GHz")
    np.testing.assert_array_equal(is_served(below_6, [-100.0, -100.0, -111.0], [True, False, True]), [True, True, False])


@pytest.mark.parametrize(
    ("overrides", "sites", "expected"),
    [
        ({}, {"base_height_m": [10.0], "distance_2d_m": 10.0}, ()),
        ({}, {"base_height_m": [10.0, 6.0], "distance_2d_m": 10.0}, (Extrapolation.UMI_BASE_HEIGHT,)),
        ({}, {"base_height_m": 10.0}, (Extrapolation.NEAR_DISTANCE,)),
        ({"path_loss_model": "uma"}, {"base_height_m": 25.0, "distance_2d_m": [50.0]}, ()),
        ({"path_loss_model": "uma"}, {"base_height_m": 10.0, "distance_2d_m": [50.0]}, (Extrapolation.UMA_BASE_HEIGHT,)),
        ({"path_loss_model": "p1411_high_rise"}, {"base_height_m": 10.0}, ()),
        ({"path_loss_model": "p1411_high_rise", "requires_line_of_sight": False}, {"base_height_m": 10.0}, (Extrapolation.NEAR_DISTANCE,)),
        ({}, {"base_height_m": 10.0, "distance_2d_m": 10.0, "vegetation_depth_m": [3.0, 401.0]}, (Extrapolation.VEGETATION_DEPTH,)),
        ({}, {"base_height_m": []}, (Extrapolation.NEAR_DISTANCE,)),
    ],
)
def test_extrapolations_name_what_lies_outside_the_tables(overrides, sites, expected):
    assert extrapolations(RadioParams.from_preset("28GHz", **overrides), **sites) == expected


def test_the_codes_of_extrapolations_are_stable():
    assert [str(code) for code in Extrapolation] == ["umi_base_height", "uma_base_height", "near_distance", "vegetation_depth"]


def test_heights_that_no_formula_takes_are_found_before_the_work_starts(radio):
    for height in (1.0, -3.0, math.nan, 2_000.0):
        with pytest.raises(OutOfRangeError, match="base_height_m"):
            extrapolations(radio, base_height_m=[10.0, height])
        with pytest.raises(OutOfRangeError, match="base_height_m"):
            power(radio, base_height_m=height)


def test_a_roof_too_high_for_p1411_is_found_before_the_work_starts():
    radio = RadioParams.from_preset("28GHz", path_loss_model="p1411_low_rise", requires_line_of_sight=False, max_range_m=245.0)
    assert extrapolations(radio, base_height_m=40.0) == ()
    with pytest.raises(OutOfRangeError, match=r"within 250 m in a straight line.*got 90\.0"):
        extrapolations(radio, base_height_m=[40.0, 90.0])


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ("distance_2d_m", -1.0),
        ("distance_2d_m", math.nan),
        ("distance_2d_m", 5_001.0),
        ("vegetation_depth_m", -1.0),
        ("vegetation_depth_m", math.nan),
    ],
)
def test_links_with_impossible_geometry_are_refused(radio, changed, value):
    with pytest.raises(OutOfRangeError, match=changed):
        power(radio, **{changed: value})


def test_very_deep_trees_take_the_loss_of_the_deepest_published_path(radio):
    assert power(radio, vegetation_depth_m=900.0) == pytest.approx(float(power(radio, vegetation_depth_m=400.0)))


@pytest.mark.parametrize("name", ["28GHz", "4.5GHz", "3.7GHz"])
def test_presets_are_dated_sourced_and_spread_25_dbm_per_mhz(name):
    preset, radio = band_preset(name), RadioParams.from_preset(name)
    assert preset.source
    assert preset.as_of >= date(2018, 7, 31)
    assert radio.eirp_dbm - 10.0 * math.log10(radio.bandwidth_mhz) == pytest.approx(25.0, abs=0.03)
    assert radio.user_height_m == 1.5
    assert radio.body_loss_db == 8.0
    assert radio.requires_line_of_sight == (radio.frequency_ghz > 6.0)
    assert radio.max_range_m == (200.0 if radio.frequency_ghz > 6.0 else 500.0)
    assert f"{radio.frequency_ghz:g}GHz" == name


def test_overrides_change_one_field_and_nothing_else():
    base, changed = RadioParams.from_preset("28GHz"), RadioParams.from_preset("28GHz", rain_mm_h=50.0)
    assert changed.rain_mm_h == 50.0
    assert {f for f in vars(base) if f != "pattern" and vars(base)[f] != vars(changed).get(f)} == {"rain_mm_h"}


def test_an_unknown_band_is_refused_with_the_known_ones_and_the_nearest():
    with pytest.raises(InvalidInputError, match=r"band must be one of 28GHz, 4\.5GHz, 3\.7GHz \(did you mean '28GHz'\?\), got '28 GHz'"):
        RadioParams.from_preset("28 GHz")
    assert set(band_presets()) == {"28GHz", "4.5GHz", "3.7GHz"}


def test_an_unknown_parameter_is_refused_with_the_nearest():
    with pytest.raises(InvalidInputError, match=r"radio\.eirp_db is not a radio parameter \(did you mean 'eirp_dbm'\?\)"):
        RadioParams.from_preset("28GHz", eirp_db=50.0)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("receiver_threshold_dbm", -140.1, r"must be in -140\.\.-30"),
        ("receiver_threshold_dbm", -29.0, r"must be in -140\.\.-30"),
        ("receiver_threshold_dbm", math.nan, r"must be in -140\.\.-30"),
        ("eirp_dbm", math.nan, "must be in"),
        ("eirp_dbm", "51", "must be a number"),
        ("eirp_dbm", True, "must be a number"),
        ("frequency_ghz", 0.5, "must be in"),
        ("frequency_ghz", math.inf, "must be in"),
        ("bandwidth_mhz", 0.0, "must be in"),
        ("subcarrier_spacing_khz", 0.0, "must be in"),
        ("user_height_m", -1.5, "must be in"),
        ("user_height_m", 1.0, r"must be in 1\.5\.\.22\.5 with umi"),
        ("body_loss_db", -1.0, "must be in"),
        ("max_range_m", 0.0, "must be in"),
        ("max_range_m", 5_001.0, "must be in"),
        ("horizontal_beam_width_deg", 0.0, "must be in"),
        ("vertical_beam_width_deg", 361.0, "must be in"),
        ("tilt_deg", 91.0, "must be in"),
        ("rain_mm_h", -0.1, "must be in"),
        ("path_loss_model", "hata", "must be one of umi, uma"),
        ("antenna", "dish", "must be one of omni, sector"),
        ("vegetation_case", "worst", "must be one of low, expected, high"),
        ("o2i", "medium", "must be one of none, low, high"),
        ("requires_line_of_sight", 1, "must be true or false"),
    ],
)
def test_impossible_parameters_name_field_rule_and_value(field, value, rule):
    with pytest.raises(InvalidInputError, match=rule) as caught:
        RadioParams.from_preset("28GHz", **{field: value})
    assert caught.value.field == f"radio.{field}"
    assert caught.value.value == pytest.approx(value, nan_ok=True) if isinstance(value, float) else caught.value.value == value


@pytest.mark.parametrize(
    ("band", "overrides", "field"),
    [
        ("3.7GHz", {"path_loss_model": "p1411_low_rise", "max_range_m": 200.0}, "frequency_ghz"),
        ("28GHz", {"path_loss_model": "p1411_low_rise", "max_range_m": 300.0, "requires_line_of_sight": False}, "max_range_m"),
        ("28GHz", {"path_loss_model": "p1411_high_rise", "max_range_m": 661.0}, "max_range_m"),
        ("28GHz", {"path_loss_model": "uma", "user_height_m": 14.0}, "user_height_m"),
    ],
)
def test_parameters_that_the_path_loss_model_cannot_take_are_refused(band, overrides, field):
    with pytest.raises(InvalidInputError, match=field):
        RadioParams.from_preset(band, **overrides)


def test_an_empty_band_name_is_refused():
    with pytest.raises(InvalidInputError, match=r"radio\.band"):
        RadioParams(
            band="",
            frequency_ghz=28.0,
            bandwidth_mhz=400.0,
            subcarrier_spacing_khz=120.0,
            eirp_dbm=51.0,
            receiver_threshold_dbm=-110.0,
            path_loss_model="umi",
            requires_line_of_sight=True,
            max_range_m=200.0,
        )


def test_clearance_equals_the_published_distances():
    assert emf_clearance_m(51.0) == pytest.approx(1.0, abs=0.05)
    assert emf_clearance_m(51.0, reflection_factor=2.56) == pytest.approx(1.6, abs=0.05)


def test_clearance_is_where_the_power_density_meets_the_limit():
    distance_m = emf_clearance_m(60.0, reflection_factor=2.0, limit_w_m2=5.0)
    assert 1_000.0 * 2.0 / (4.0 * math.pi * distance_m**2) == pytest.approx(5.0)


@pytest.mark.parametrize("changed", [{"eirp_dbm": math.nan}, {"eirp_dbm": 101.0}, {"reflection_factor": 0.9}, {"limit_w_m2": 0.0}])
def test_impossible_clearances_are_refused(changed):
    with pytest.raises(OutOfRangeError, match=next(iter(changed))):
        emf_clearance_m(**({"eirp_dbm": 51.0} | changed))
