"""Missing heights follow the rule and are counted; impossible ones are refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from siting.errors import InvalidInputError
from siting.footprints import Footprints, HeightRule, clean_footprints


def with_heights(height_m: object, **options: object) -> Footprints:
    polygons = [shapely.box(20 * i, 0, 20 * i + 9, 9) for i in range(len(height_m))]
    return clean_footprints(polygons, height_m, crs="EPSG:6677", source="ward.gml", **options)


@pytest.mark.parametrize("missing", [None, np.nan, -9999, -9999.0, "-9999", "", "  "])
def test_a_missing_height_is_filled_from_storeys_else_by_default(missing: object) -> None:
    footprints = with_heights([12.5, missing, missing], storeys=[9, 4, None])
    assert footprints.height_m.tolist() == [12.5, 12.0, 8.0]
    report = footprints.report
    assert (report.n_height_from_storeys, report.n_height_default, report.n_missing_height_filled) == (1, 1, 2)
    assert report.n_height_unreadable == 0


@pytest.mark.parametrize("unknown", [None, np.nan, -9999, 9999, 0, "many"])
def test_unknown_storeys_leave_the_default(unknown: object) -> None:
    assert with_heights([np.nan], storeys=[unknown]).height_m.tolist() == [8.0]


def test_a_text_that_is_no_number_is_filled_and_counted() -> None:
    footprints = with_heights(["2.8（テスト）", "3.9", True], storeys=[2, 2, None])
    assert footprints.height_m.tolist() == [6.0, 3.9, 8.0]
    assert footprints.report.n_height_unreadable == 2


def test_the_rule_is_the_callers() -> None:
    rule = HeightRule(storey_height_m=4.0, default_height_m=5.5)
    assert with_heights([np.nan, np.nan], storeys=[2, np.nan], missing_height=rule).height_m.tolist() == [8.0, 5.5]


def test_only_buildings_that_are_kept_count_as_filled() -> None:
    footprints = clean_footprints([shapely.box(0, 0, 9, 9), None], [np.nan, np.nan], crs="EPSG:6677")
    assert footprints.report.n_height_default == 1


@pytest.mark.parametrize(
    ("height_m", "rule"),
    [
        (-3.0, "must be > 0"),
        (0.0, "must be > 0"),
        (1000.5, "must be <= 1000 m"),
        (np.inf, "must be <= 1000 m"),
        (-np.inf, "must be > 0"),
        ("-2", "must be > 0"),
        ("1e999", "must be <= 1000 m"),
        (10**400, "must be <= 1000 m"),
    ],
)
def test_impossible_heights_are_refused_by_file_building_and_value(height_m: object, rule: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        with_heights([5.0, height_m], ids=["a", "b"])
    error = caught.value
    assert (error.source, error.field, error.rule) == ("ward.gml", "height_m of building 'b'", rule)
    assert error.value == float(str(height_m))


@pytest.mark.parametrize(("storeys", "rule"), [(-1, "must be >= 0"), (500, "must be <= 333.333")])
def test_impossible_storeys_are_refused_where_they_would_be_used(storeys: int, rule: str) -> None:
    assert with_heights([5.0], storeys=[storeys]).height_m.tolist() == [5.0]
    with pytest.raises(InvalidInputError, match=f"storeys of building 'ward-0' {rule}"):
        with_heights([np.nan], storeys=[storeys])


@pytest.mark.parametrize("field", ["storey_height_m", "default_height_m", "max_height_m"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_a_rule_that_makes_no_sense_is_refused(field: str, value: float) -> None:
    with pytest.raises(InvalidInputError, match=f"missing_height.{field} must be > 0 and finite"):
        HeightRule(**{field: value})


def test_a_default_above_the_limit_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="default_height_m must be <= max_height_m = 5"):
        HeightRule(default_height_m=8.0, max_height_m=5.0)


def test_heights_need_one_entry_per_polygon() -> None:
    with pytest.raises(InvalidInputError, match="height_m must have shape"):
        clean_footprints([shapely.box(0, 0, 9, 9)], [1.0, 2.0], crs="EPSG:6677")
