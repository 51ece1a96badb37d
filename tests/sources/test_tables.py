"""What holds for every table: nothing is lost, rows are numbered as a spreadsheet shows them, keys are unique."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from source_samples import SPEC, accepted, column, opened, reasons, rejected, repairs_of, write

from assets_db.errors import InvalidSourceError
from assets_db.record import Provenance
from assets_db.sources import Reject, SourceRow, SourceSpec, open_source

CELLS = st.one_of(
    st.sampled_from(
        ["", "-", "0", "35.1", "139.1", "1.3E+11", "公園", "有", "１２", "R5.4.1", "3,000㎡", "#x", "合計", "※注", "不明", "999", '"']
    ),
    st.text(max_size=8).filter(lambda text: "\0" not in text),
)
HEADERS = ["ID", "名称", "住所", "緯度", "経度", "面積（㎡）", "階数", "建築年", "種別"]


def as_csv(rows: list[list[str]]) -> str:
    """Return rows as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=11), max_size=12))
def test_every_row_comes_out_exactly_once(tmp_path: Path, rows: list[list[str]]) -> None:
    text = as_csv([HEADERS, *rows]).encode("utf-8", "replace").decode()
    try:
        source = opened(tmp_path, text)
    except InvalidSourceError:
        return  # the rows make another row look like the header, or leave no column certain
    found = list(source.rows())
    assert source.header_row is not None
    reader = csv.reader(io.StringIO(text, newline=""))
    filled = [number for number, cells in enumerate(reader, start=1) if any(cell.strip() for cell in cells)]
    assert [one.row for one in found] == [number for number in filled if number > source.header_row]
    for one in found:
        assert isinstance(one, SourceRow | Reject)
        if isinstance(one, SourceRow):
            assert one.record.text("source_key")
            assert one.record.text("source_id") == SPEC.source_id
            assert "asset_id" not in one.record.values
            assert {"lat", "lon"} <= one.record.values.keys() or one.record.values.get("needs_geocoding") is True
            assert "" not in one.record.values.values()
    keys = [one.record.text("source_key") for one in found if isinstance(one, SourceRow)]
    assert len(keys) == len(set(keys))
    assert [one.row for one in source.rows()] == [one.row for one in found]


def test_rows_with_more_or_fewer_cells_are_rejected(tmp_path: Path) -> None:
    source = opened(tmp_path, "名称,住所,緯度,経度\nA,中央,35.1,139.1\nB,中央,35.1\nC,中央,35.1,139.1,x\nD,中央,35.1,139.1,\n")
    assert column(source, "name") == ["A", "D"]
    assert [(one.row, one.code.value) for one in rejected(source)] == [(3, "wrong_cell_count"), (4, "wrong_cell_count")]


def test_a_row_is_numbered_as_a_spreadsheet_shows_it(tmp_path: Path) -> None:
    source = opened(tmp_path, '名称,住所\n"A\nB",中央1\n\n\nC,中央2\n')
    assert [(one.row, one.record.text("name")) for one in accepted(source)] == [(2, "A B"), (5, "C")]


def test_few_damaged_lines_are_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = ["名称,住所,緯度,経度", *(f"集会所{number},中央{number},35.{number},139.{number}" for number in range(1, 31))]
    content = "\n".join(lines).encode().replace("集会所7,".encode(), "集会所".encode()[:-1] + b"7,")
    path = tmp_path / "damaged.csv"
    path.write_bytes(content)
    source = open_source(path, SPEC)
    assert source.encoding == "utf-8-sig"
    assert reasons(rejected(source)) == {"unreadable_text": 1}
    assert len(accepted(source)) == 29


def test_an_id_that_occurs_twice_is_rejected_the_second_time(tmp_path: Path) -> None:
    rows = "".join(f"{number},集会所{number},中央{number}\n" for number in range(1, 40))
    source = opened(tmp_path, f"ID,名称,住所\n{rows}39,別の集会所,中央99\n")
    assert [(one.row, one.code.value) for one in rejected(source)] == [(41, "duplicate_id")]


def test_ids_that_identify_only_together_are_joined(tmp_path: Path) -> None:
    source = opened(tmp_path, "ID,ID2,農園名,住所\nA-1,1,北農園,中央1\nA-1,2,南農園,中央2\nA-2,1,西農園,中央3\n")
    assert column(source, "source_key") == ["A-1/1", "A-1/2", "A-2/1"]
    assert repairs_of(accepted(source)[0], "source_key") == [("joined_key", "ID + ID2", "A-1/1")]


def test_ids_that_begin_with_a_number_sign_are_no_comments(tmp_path: Path) -> None:
    source = opened(tmp_path, "ID,名称,住所\n#1,A,中央1\n#B-2,B,中央2\n# a note,,\n#C,C,中央3\n")
    assert column(source, "source_key") == ["#1", "#B-2", "#C"]
    assert reasons(rejected(source)) == {"not_an_asset": 1}


def test_made_keys_stay_the_same_when_the_list_is_sorted_anew(tmp_path: Path) -> None:
    one = opened(tmp_path, "名称,住所\nA,中央1\nB,中央2\n", name="one.csv")
    other = opened(tmp_path, "住所,名称\n中央2,B\n中央1,A\n", name="other.csv")
    assert set(column(one, "source_key")) == set(column(other, "source_key"))


def test_optional_values_that_break_a_rule_are_left_out_and_recorded(tmp_path: Path) -> None:
    source = opened(tmp_path, "名称,住所,高さ,階数\nA,中央1,高い,2.5\nB,中央2,3.5,2\nC,中央3,4,3\n")
    row = accepted(source)[0]
    assert "height_agl_m" not in row.record.values
    assert repairs_of(row, "height_agl_m") == [("not_usable", "高い", "")]
    assert repairs_of(row, "storeys") == [("not_usable", "2.5", "")]


def test_measured_values_say_where_they_come_from(tmp_path: Path) -> None:
    spec = SourceSpec(source_id="parks", as_of=dt.date(2024, 4, 1), grade="A")
    row = accepted(opened(tmp_path, "名称,住所,緯度,経度,面積\nA,中央1,35.1,139.1,100\n", spec=spec))[0]
    assert row.record.known_from == {field: Provenance("parks", dt.date(2024, 4, 1), "A") for field in ("lat", "lon", "land_area_m2")}


def test_columns_of_provenance_are_read_back(tmp_path: Path) -> None:
    text = (
        "source_key,name,lat,lat_source,lat_asof,lat_grade,lon,height_agl_m,height_agl_m_source,height_agl_m_asof,height_agl_m_grade\n"
        "1,A,35.1,survey,2024-05-01,A,139.1,12.5,lidar,no day,C\n"
    )
    row = accepted(opened(tmp_path, text))[0]
    assert row.record.known_from["lat"] == Provenance("survey", dt.date(2024, 5, 1), "A")
    assert row.record.known_from["height_agl_m"] == Provenance("lidar", None, "C")
    assert row.record.known_from["lon"] == Provenance("test-list", None, "B")


def test_bounds_tell_outside_and_swapped_positions(tmp_path: Path) -> None:
    spec = SourceSpec(source_id="dc", bounds=(-77.2, 38.8, -76.9, 39.0))
    source = opened(tmp_path, "id,name,lat,lon\n1,A,38.9,-77.0\n2,B,-77.0,38.9\n3,C,40.0,-77.0\n", spec=spec)
    assert column(source, "lat") == [38.9, 38.9]
    assert reasons(rejected(source)) == {"outside_area": 1}


def test_values_for_the_whole_list_stand_where_no_column_says_otherwise(tmp_path: Path) -> None:
    spec = SourceSpec(source_id="x", owner_class="municipal", lg_code="131041", asset_type="structure", dataset="橋")
    source = opened(tmp_path, "lg_code,name,address\n,A公園,中央1\n130001,B,中央2\n", spec=spec)
    assert column(source, "lg_code") == ["131041", "130001"]
    assert column(source, "asset_type") == ["structure", "structure"]
    assert column(source, "source_dataset") == ["橋", "橋"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"source_id": "ÄÖ"}, "source_id"),
        ({"lg_code": "131042"}, "lg_code"),
        ({"owner_class": "me"}, "owner_class"),
        ({"asset_type": "house"}, "asset_type"),
        ({"grade": "E"}, "grade"),
        ({"bounds": (1, 2, 0, 3)}, "bounds"),
    ],
)
def test_a_spec_that_is_not_possible_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidSourceError) as raised:
        SourceSpec(**{"source_id": "x", **changes})  # type: ignore[arg-type]
    assert raised.value.field == field


@pytest.mark.parametrize("content", [b"", b"  \n", b"\0\1\2", b"PK\x03\x04rubbish", b'{"a": 1}', b"\xff\xfe\x00"])
def test_files_that_are_no_lists_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    with pytest.raises(InvalidSourceError):
        open_source(path, SPEC)


def test_text_that_is_no_csv_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSourceError, match="must be valid CSV"):
        open_source(write(tmp_path, "bad.csv", '名称,住所\n"A,中央1\n'), SPEC)
