"""Single cells: what is read, what it took, what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.schema import field_of, fields
from assets_db.sources.values import parse_value, parser_of


@pytest.mark.parametrize(
    ("field", "raw", "value", "code"),
    [
        ("land_area_m2", "32,500 ㎡", 32500.0, "unit"),
        ("land_area_m2", "32,500 ", 32500.0, "thousands"),
        ("land_area_m2", "１２３", 123.0, "full_width"),
        ("land_area_m2", "1.2ha", 12000.0, "unit_converted"),
        ("land_area_m2", 12, 12.0, None),
        ("height_agl_m", "8m", 8.0, "unit"),
        ("height_agl_m", "30 ft", 9.144, "unit_converted"),
        ("height_agl_m", "8.5", 8.5, None),
        ("height_agl_m", "不明", None, "null_word"),
        ("height_agl_m", "―", None, "null_word"),
        ("height_agl_m", "  ", None, None),
        ("storeys", "地上3階地下1階", 3, "unit"),
        ("storeys", "5F", 5, "unit"),
        ("storeys", 4.0, 4, None),
        ("est_annual_fee_yen", "1,200円", 1200, "unit"),
        ("est_annual_fee_yen", "12万円", 120000, "unit_converted"),
        ("built_year", "令和5年4月1日", 2023, "era_date"),
        ("built_year", "R5.4.1", 2023, "era_date"),
        ("built_year", "平成元年", 1989, "era_date"),
        ("built_year", "S56", 1981, "era_date"),
        ("built_year", "昭32. 7. 1", 1957, "era_date"),
        ("built_year", "昭和５６年度", 1981, "era_date"),
        ("built_year", "1961年", 1961, "date_format"),
        ("built_year", "1961", 1961, None),
        ("checked_on", "2023-04-01", dt.date(2023, 4, 1), None),
        ("checked_on", "2023/4/1", dt.date(2023, 4, 1), "date_format"),
        ("checked_on", "令和5年4月1日", dt.date(2023, 4, 1), "era_date"),
        ("checked_on", "20230401", dt.date(2023, 4, 1), "date_format"),
        ("checked_on", "45017", dt.date(2023, 4, 1), "date_format"),
        ("planned_from", "令和５年２月", dt.date(2023, 2, 1), "day_added"),
        ("planned_to", "2024年2月", dt.date(2024, 2, 29), "day_added"),
        ("planned_to", "2024", dt.date(2024, 12, 31), "day_added"),
        ("lat", "35°41'22.5\"", 35.689583333, "sexagesimal"),
        ("lat", "北緯35度41分22.5秒", 35.689583333, "sexagesimal"),
        ("lon", "W77°0'30\"", -77.008333333, "sexagesimal"),
        ("lat", "３５．５", 35.5, "full_width"),
        ("lg_code", "131041", "131041", None),
        ("lg_code", "130001", "130001", None),
        ("lg_code", "011002", "011002", None),
        ("lg_code", "13104", "131041", "check_digit"),
        ("lg_code", "131042", "131041", "check_digit"),
        ("lg_code", "11002", "011002", "leading_zero"),
        ("lg_code", "92011", "092011", "leading_zero"),
        ("lg_code", "222127.0", "222127", "full_width"),
        ("lg_code", "13", "130001", "check_digit"),
        ("name", "市役所\n本庁舎", "市役所 本庁舎", "whitespace"),
        ("name", "市役所　本庁舎", "市役所　本庁舎", None),
        ("name", "ｾﾝﾀｰ", "センター", "half_width_kana"),
        ("source_key", "Ａ－１", "A-1", "full_width"),
        ("source_key", '="0012"', "0012", "quotes"),
        ("source_key", 130001000001.0, "130001000001", None),
        ("owner_class", "市有", "municipal", "word"),
        ("asset_type", "Bus-Stop", "bus_stop", "word"),
        ("power_available", "有", True, "word"),
        ("power_available", "なし", False, "word"),
        ("advisories", "school;flood", ("school", "flood"), None),
        ("occupancy", '[{"carrier": "A"}]', [{"carrier": "A"}], None),
    ],
)
def test_cells_as_people_write_them(field: str, raw: object, value: object, code: str | None) -> None:
    found, repair = parse_value(field_of(field), raw)
    assert found == value
    assert type(found) is type(value)
    assert (repair.code.value if repair else None) == code


@pytest.mark.parametrize(
    ("field", "raw", "code"),
    [
        ("height_agl_m", "高い", RejectCode.NOT_NUMERIC),
        ("height_agl_m", "-9999", RejectCode.NEGATIVE),
        ("height_agl_m", "1e9", RejectCode.TOO_LARGE),
        ("height_agl_m", float("nan"), RejectCode.NOT_FINITE),
        ("height_agl_m", "3kg", RejectCode.NOT_NUMERIC),
        ("storeys", "2.5", RejectCode.NOT_WHOLE),
        ("built_year", "平成50年", RejectCode.NOT_NUMERIC),
        ("checked_on", "2023-02-30", RejectCode.UNKNOWN_VALUE),
        ("lat", "35°75'", RejectCode.OUT_OF_RANGE),
        ("lat", "東京", RejectCode.NOT_NUMERIC),
        ("source_key", "1.3E+11", RejectCode.DAMAGED_ID),
        ("lg_code", "99999", RejectCode.UNKNOWN_VALUE),
        ("lg_code", "12131", RejectCode.UNKNOWN_VALUE),  # 121312, or 012131 that lost its zero
        ("owner_class", "誰か", RejectCode.UNKNOWN_VALUE),
        ("name", "\udcff", RejectCode.UNREADABLE_TEXT),
        ("geometry", "POINT(", RejectCode.INVALID_GEOMETRY),
        ("occupancy", "{", RejectCode.UNKNOWN_VALUE),
    ],
)
def test_cells_that_break_a_rule(field: str, raw: object, code: RejectCode) -> None:
    with pytest.raises(RowProblem) as raised:
        parse_value(field_of(field), raw)
    assert (raised.value.field, raised.value.code) == (field, code)


def test_a_column_may_have_its_own_unit_words_and_dates() -> None:
    assert parser_of(field_of("height_agl_m"), unit="ft")("30")[0] == 9.144
    assert parser_of(field_of("height_agl_m"), unit="ft")("30 m")[0] == 30.0
    assert parser_of(field_of("asset_type"), words={"Pole": "utility_pole", "Other": ""})("pole")[0] == "utility_pole"
    assert parser_of(field_of("asset_type"), words={"Other": ""})("Other")[0] is None
    assert parser_of(field_of("checked_on"), date_format="%b-%d-%Y")("Jun-16-2005")[0] == dt.date(2005, 6, 16)


@given(st.sampled_from(sorted(fields())), st.text() | st.floats() | st.integers() | st.none() | st.booleans() | st.dates() | st.datetimes())
def test_any_cell_is_read_or_refused_with_a_reason(field: str, raw: object) -> None:
    try:
        value, repair = parse_value(field_of(field), raw)
    except RowProblem:
        return
    if value is None:
        assert repair is None or repair.after == ""


@given(st.dates(dt.date(1926, 12, 25), dt.date(1989, 1, 7)))
def test_every_day_of_an_era_is_read(day: dt.date) -> None:
    year = day.year - 1925
    assert parse_value(field_of("checked_on"), f"昭和{year}年{day.month}月{day.day}日")[0] == day
    assert parse_value(field_of("checked_on"), f"S{year}.{day.month}.{day.day}")[0] == day
