"""Path loss equals the published vectors, and behaves as physics demands between them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InvalidInputError, OutOfRangeError
from siting.radio import (
    PATH_LOSS_MODELS,
    p1411_corner_path_loss_db,
    p1411_high_rise_path_loss_db,
    p1411_los_path_loss_db,
    p1411_low_rise_path_loss_db,
    path_loss_db,
    uma_los_path_loss_db,
    uma_los_probability,
    uma_nlos_path_loss_db,
    umi_los_path_loss_db,
    umi_los_probability,
    umi_nlos_path_loss_db,
)
from siting.radio.path_loss import PathLossName

PUBLISHED_DISTANCE_M = [10.0, 100.0, 1_000.0, 5_000.0]
SCENARIO_FORMULAS = [umi_los_path_loss_db, umi_nlos_path_loss_db, uma_los_path_loss_db, uma_nlos_path_loss_db]
MODELS: list[PathLossName] = ["umi", "uma", "p1411_high_rise", "p1411_low_rise"]


@pytest.mark.parametrize(
    ("formula", "base_height_m", "expected_db"),
    [
        (umi_los_path_loss_db, 10.0, [69.8591, 88.4122, 119.3114, 147.2696]),
        (umi_nlos_path_loss_db, 10.0, [76.7563, 107.9432, 143.1886, 167.8617]),
        (uma_los_path_loss_db, 25.0, [72.9380, 86.2362, 109.7252, 137.6794]),
        (uma_nlos_path_loss_db, 25.0, [82.5131, 106.1356, 144.7641, 172.0753]),
    ],
)
def test_38901_equals_the_independent_vectors_at_5_ghz(formula, base_height_m, expected_db):
    loss_db = formula(PUBLISHED_DISTANCE_M, frequency_ghz=5.0, base_height_m=base_height_m, user_height_m=1.5)
    np.testing.assert_allclose(loss_db, expected_db, rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    ("frequency_ghz", "los_db", "nlos_db"),
    [(28.0, [97.15, 103.38, 109.67], [113.42, 123.88, 134.46]), (3.7, [79.57, 85.80, 92.09], [94.69, 105.16, 115.74])],
)
def test_umi_equals_the_published_table_for_a_small_cell(frequency_ghz, los_db, nlos_db):
    link = {"frequency_ghz": frequency_ghz, "base_height_m": 10.0, "user_height_m": 1.5}
    np.testing.assert_allclose(umi_los_path_loss_db([50.0, 100.0, 200.0], **link), los_db, rtol=0, atol=5.001e-3)
    np.testing.assert_allclose(umi_nlos_path_loss_db([50.0, 100.0, 200.0], **link), nlos_db, rtol=0, atol=5.001e-3)


@pytest.mark.parametrize(
    ("formula", "expected_db"),
    [(p1411_los_path_loss_db, 102.17), (p1411_high_rise_path_loss_db, 124.42), (p1411_low_rise_path_loss_db, 125.83)],
)
def test_p1411_equals_the_published_losses_at_100_m(formula, expected_db):
    distance_3d_m = math.hypot(100.0, 8.5)
    assert formula(distance_3d_m, frequency_ghz=28.0) == pytest.approx(expected_db, abs=5.001e-3)


def test_the_corner_equals_the_published_losses():
    loss_db = p1411_corner_path_loss_db(50.0, [10.0, 20.0, 50.0, 100.0], street_width_m=20.0, frequency_ghz=28.0, los_exponent=2.1)
    np.testing.assert_allclose(loss_db, [96.6, 110.0, 119.4, 129.9], rtol=0, atol=0.05001)


def test_the_decay_after_the_corner_sets_in_where_the_corner_loss_is_complete():
    """31 m past the corner of the crossing the loss is 20 dB; from there on 60 log10 of the path joins it."""
    at_m, past_m = 10.0 + 31.0, 10.0 + 31.001
    loss_db = p1411_corner_path_loss_db(50.0, [0.0, at_m, past_m], street_width_m=20.0, frequency_ghz=28.0)
    np.testing.assert_allclose(loss_db - loss_db[0], [0.0, 20.0, 20.0 + 60.0 * math.log10((50.0 + past_m) / 90.0)], atol=1e-9)


def test_a_residential_corner_costs_ten_decibels_more_once_fully_turned():
    link = {"street_width_m": 20.0, "frequency_ghz": 28.0}
    extra_db = p1411_corner_path_loss_db(50.0, [5.0, 60.0], **link, environment="residential") - p1411_corner_path_loss_db(
        50.0, [5.0, 60.0], **link
    )
    np.testing.assert_allclose(extra_db, [0.0, 10.0], atol=1e-9)


@given(to_corner_m=st.floats(20.1, 400.0), width_m=st.floats(4.0, 60.0), frequency_ghz=st.floats(2.0, 38.0))
@settings(max_examples=50, deadline=None)
def test_going_deeper_into_the_side_street_never_gains(to_corner_m, width_m, frequency_ghz):
    loss_db = p1411_corner_path_loss_db(to_corner_m, np.linspace(0.0, 300.0, 601), street_width_m=width_m, frequency_ghz=frequency_ghz)
    assert (np.diff(loss_db) >= -1e-9).all()


@pytest.mark.parametrize("formula", SCENARIO_FORMULAS)
@given(frequency_ghz=st.floats(0.5, 100.0), base_height_m=st.floats(2.0, 60.0), user_height_m=st.floats(1.5, 13.0))
@settings(max_examples=40, deadline=None)
def test_38901_loss_rises_with_distance_through_the_breakpoint(formula, frequency_ghz, base_height_m, user_height_m):
    distance_m = np.geomspace(10.0, 5_000.0, 400)
    loss_db = formula(distance_m, frequency_ghz=frequency_ghz, base_height_m=base_height_m, user_height_m=user_height_m)
    assert (np.diff(loss_db) >= 0).all()


@pytest.mark.parametrize(("formula", "base_height_m"), [(umi_los_path_loss_db, 10.0), (uma_los_path_loss_db, 25.0)])
def test_the_two_branches_meet_at_the_breakpoint(formula, base_height_m):
    breakpoint_m = 4.0 * (base_height_m - 1.0) * 0.5 * 5e9 / 3e8
    before_db, after_db = formula([breakpoint_m * (1 - 1e-9), breakpoint_m * (1 + 1e-9)], frequency_ghz=5.0, base_height_m=base_height_m)
    assert after_db == pytest.approx(before_db, abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
@given(frequency_ghz=st.floats(10.0, 73.0), base_height_m=st.floats(2.0, 30.0))
@settings(max_examples=30, deadline=None)
def test_losing_sight_never_helps(model, frequency_ghz, base_height_m):
    link = {"distance_2d_m": np.linspace(0.0, 240.0, 241), "frequency_ghz": frequency_ghz, "base_height_m": base_height_m, "near": "hold"}
    los_db = path_loss_db(model, is_line_of_sight=True, **link)
    nlos_db = path_loss_db(model, is_line_of_sight=False, **link)
    assert (nlos_db >= los_db - 1e-9).all()


@pytest.mark.parametrize("model", MODELS)
def test_one_call_for_mixed_links_equals_one_call_per_link(model):
    rng = np.random.default_rng(7)
    distance_m, height_m, is_los = rng.uniform(35.0, 200.0, 40), rng.uniform(3.0, 20.0, 40), rng.random(40) < 0.5
    together = path_loss_db(model, distance_2d_m=distance_m, is_line_of_sight=is_los, frequency_ghz=28.0, base_height_m=height_m)
    alone = [
        path_loss_db(model, distance_2d_m=d, is_line_of_sight=s, frequency_ghz=28.0, base_height_m=h).item()
        for d, s, h in zip(distance_m, is_los, height_m, strict=True)
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-13)


def test_sites_by_cells_broadcast_and_inputs_stay_as_they_were():
    distance_m, height_m = np.array([[20.0, 30.0, 40.0]] * 2), np.array([[5.0], [9.0]])
    kept = distance_m.copy(), height_m.copy()
    loss_db = path_loss_db("umi", distance_2d_m=distance_m, is_line_of_sight=True, frequency_ghz=28.0, base_height_m=height_m)
    assert loss_db.shape == (2, 3)
    np.testing.assert_array_equal(distance_m, kept[0])
    np.testing.assert_array_equal(height_m, kept[1])


def test_nothing_in_gives_nothing_out():
    loss_db = path_loss_db("uma", distance_2d_m=[], is_line_of_sight=[], frequency_ghz=3.7, base_height_m=[])
    assert loss_db.shape == (0,)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_los", [True, False])
def test_held_near_links_take_the_loss_of_the_nearest_published_distance(model, is_los):
    limits = PATH_LOSS_MODELS[model]
    nearest_m = (limits.los_distance_m if is_los else limits.nlos_distance_m)[0]
    level = {"is_line_of_sight": is_los, "frequency_ghz": 28.0, "base_height_m": 1.5, "user_height_m": 1.5}
    held_db = path_loss_db(model, distance_2d_m=[0.0, nearest_m / 2], near="hold", **level)
    np.testing.assert_allclose(held_db, path_loss_db(model, distance_2d_m=nearest_m, **level))
    with pytest.raises(OutOfRangeError, match=r"distance.*must be in"):
        path_loss_db(model, distance_2d_m=nearest_m / 2, **level)


def test_holding_near_links_does_not_widen_the_far_limit():
    with pytest.raises(OutOfRangeError, match=r"10\.\.5000"):
        path_loss_db("umi", distance_2d_m=5_001.0, is_line_of_sight=True, frequency_ghz=28.0, base_height_m=10.0, near="hold")


@pytest.mark.parametrize("formula", SCENARIO_FORMULAS)
@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ("distance_2d_m", 9.99),
        ("distance_2d_m", 5_000.1),
        ("distance_2d_m", math.nan),
        ("distance_2d_m", -20.0),
        ("frequency_ghz", 0.4),
        ("frequency_ghz", 101.0),
        ("frequency_ghz", math.nan),
        ("base_height_m", 1.0),
        ("base_height_m", -3.0),
        ("base_height_m", math.nan),
        ("base_height_m", math.inf),
        ("user_height_m", 1.4),
        ("user_height_m", 23.0),
        ("user_height_m", math.nan),
    ],
)
def test_38901_refuses_what_its_table_cannot_compute(formula, changed, value):
    link = {"distance_2d_m": 50.0, "frequency_ghz": 28.0, "base_height_m": 10.0, "user_height_m": 1.5} | {changed: value}
    with pytest.raises(OutOfRangeError, match=changed) as caught:
        formula(link.pop("distance_2d_m"), **link)
    assert caught.value.field == changed
    assert caught.value.value == pytest.approx(value, nan_ok=True)


def test_the_error_carries_the_first_wrong_value_of_an_array():
    with pytest.raises(OutOfRangeError, match=r"got 3\.0"):
        umi_los_path_loss_db([50.0, 3.0, 4.0], frequency_ghz=28.0, base_height_m=10.0)


def test_uma_refuses_terminals_whose_environment_height_is_random():
    assert umi_los_path_loss_db(50.0, frequency_ghz=3.7, base_height_m=25.0, user_height_m=14.0) > 0
    with pytest.raises(OutOfRangeError, match="user_height_m"):
        uma_los_path_loss_db(50.0, frequency_ghz=3.7, base_height_m=25.0, user_height_m=14.0)


@pytest.mark.parametrize(
    ("formula", "distance_m", "frequency_ghz"),
    [
        (p1411_los_path_loss_db, 4.9, 28.0),
        (p1411_los_path_loss_db, 661.0, 28.0),
        (p1411_los_path_loss_db, 50.0, 83.0),
        (p1411_high_rise_path_loss_db, 29.0, 28.0),
        (p1411_high_rise_path_loss_db, 716.0, 28.0),
        (p1411_high_rise_path_loss_db, 50.0, 0.7),
        (p1411_low_rise_path_loss_db, 251.0, 28.0),
        (p1411_low_rise_path_loss_db, 50.0, 9.0),
        (p1411_low_rise_path_loss_db, math.nan, 28.0),
    ],
)
def test_p1411_refuses_what_lies_outside_its_table(formula, distance_m, frequency_ghz):
    with pytest.raises(OutOfRangeError):
        formula(distance_m, frequency_ghz=frequency_ghz)


@pytest.mark.parametrize(
    ("changed", "value", "field"),
    [
        ("distance_to_corner_m", 20.0, "distance_to_corner_m"),
        ("distance_to_corner_m", math.nan, "distance_to_corner_m"),
        ("distance_after_corner_m", -1.0, "distance_after_corner_m"),
        ("distance_after_corner_m", math.inf, "distance_after_corner_m"),
        ("street_width_m", 0.0, "street_width_m"),
        ("frequency_ghz", 39.0, "frequency_ghz"),
        ("los_exponent", math.nan, "los_exponent"),
        ("environment", "rural", "environment"),
    ],
)
def test_the_corner_refuses_impossible_streets(changed, value, field):
    street = {"distance_to_corner_m": 50.0, "distance_after_corner_m": 20.0, "street_width_m": 20.0, "frequency_ghz": 28.0} | {
        changed: value
    }
    with pytest.raises(InvalidInputError, match=field):
        p1411_corner_path_loss_db(street.pop("distance_to_corner_m"), street.pop("distance_after_corner_m"), **street)


def test_unknown_models_and_rules_are_refused_by_name():
    link = {"distance_2d_m": 50.0, "is_line_of_sight": True, "frequency_ghz": 28.0, "base_height_m": 10.0}
    with pytest.raises(InvalidInputError, match=r"model must be one of umi, uma, .*got 'rma'"):
        path_loss_db("rma", **link)
    with pytest.raises(InvalidInputError, match="near must be"):
        path_loss_db("umi", **link, near="clamp")


def test_line_of_sight_is_certain_nearby_and_fades_with_distance():
    distance_m = np.array([0.0, 18.0, 18.001, 50.0, 100.0, 500.0])
    umi, uma = umi_los_probability(distance_m), uma_los_probability(distance_m)
    np.testing.assert_array_equal(umi[:2], 1.0)
    assert umi[4] == pytest.approx(0.18 + math.exp(-100 / 36) * 0.82, rel=1e-12)
    for probability in (umi, uma):
        assert (np.diff(probability[1:]) < 0).all()
        assert probability[2] == pytest.approx(1.0, abs=1e-3)
    assert (uma[3:] > umi[3:]).all()


def test_line_of_sight_probability_stays_a_probability():
    distance_m = np.linspace(0.0, 5_000.0, 5_001)
    for user_height_m in (1.5, 13.0, 18.0, 23.0):
        probability = uma_los_probability(distance_m, user_height_m=user_height_m)
        assert ((probability >= 0) & (probability <= 1)).all()
    with pytest.raises(OutOfRangeError):
        umi_los_probability(-1.0)
    with pytest.raises(OutOfRangeError):
        uma_los_probability(100.0, user_height_m=24.0)
