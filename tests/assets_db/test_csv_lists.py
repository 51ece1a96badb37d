from __future__ import annotations

import csv
import math
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets_db import COLUMNS, AssetRows, AssetsError, InvalidSourceError, RejectCode, read_csv_list

HEADER = "asset_id,name,asset_type,owner_class,lat,lon,height_agl_m,cost_yen,yearly_fee_yen,capacity,existing"
GOOD = {
    "asset_id": "a1",
    "name": "西新宿一丁目",
    "asset_type": "streetlight",
    "owner_class": "metropolitan",
    "lat": "35.69",
    "lon": "139.7",
    "height_agl_m": "8",
    "cost_yen": "1200000",
    "yearly_fee_yen": "6,000",
    "capacity": "2",
    "existing": "",
}


def write_rows(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER.split(","))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_good_with(tmp_path: Path, **changes: str) -> AssetRows:
    return read_csv_list(write_rows(tmp_path / "list.csv", GOOD | changes))


def test_a_good_row_keeps_every_field(tmp_path: Path) -> None:
    rows = read_good_with(tmp_path)
    assert rows.rejects == ()
    assert dict(rows.accepted.iloc[0]) == {
        "asset_id": "a1",
        "name": "西新宿一丁目",
        "asset_type": "streetlight",
        "owner_class": "metropolitan",
        "lat": 35.69,
        "lon": 139.7,
        "height_agl_m": 8.0,
        "cost_yen": 1_200_000,
        "yearly_fee_yen": 6_000,
        "capacity": 2,
        "existing": False,
        "source": "list.csv",
        "source_row": 2,
    }


def test_unknown_numbers_stay_unknown(tmp_path: Path) -> None:
    row = read_good_with(tmp_path, height_agl_m="", cost_yen=" ", yearly_fee_yen="", capacity="").accepted.iloc[0]
    assert math.isnan(row["height_agl_m"])
    assert row["cost_yen"] is pd.NA
    assert row["yearly_fee_yen"] is pd.NA
    assert row["capacity"] is pd.NA


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"asset_id": ""}, "asset_id", RejectCode.MISSING),
        ({"asset_id": "  "}, "asset_id", RejectCode.MISSING),
        ({"asset_id": "1.30001E+11"}, "asset_id", RejectCode.DAMAGED_ID),
        ({"asset_id": "a\n1"}, "asset_id", RejectCode.UNREADABLE_TEXT),
        ({"asset_type": ""}, "asset_type", RejectCode.MISSING),
        ({"asset_type": "lighthouse"}, "asset_type", RejectCode.UNKNOWN_VALUE),
        ({"owner_class": "public"}, "owner_class", RejectCode.UNKNOWN_VALUE),
        ({"lat": ""}, "lat", RejectCode.MISSING),
        ({"lon": ""}, "lon", RejectCode.MISSING),
        ({"lat": "35°41'"}, "lat", RejectCode.NOT_NUMERIC),
        ({"lat": "35_1"}, "lat", RejectCode.NOT_NUMERIC),
        ({"lon": "nan"}, "lon", RejectCode.NOT_FINITE),
        ({"lon": "-Infinity"}, "lon", RejectCode.NOT_FINITE),
        ({"lon": "1e999"}, "lon", RejectCode.NOT_FINITE),
        ({"lat": "0", "lon": "0.0"}, "lat, lon", RejectCode.ZERO_COORDINATES),
        ({"lat": "139.7", "lon": "35.69"}, "lat, lon", RejectCode.SWAPPED_COORDINATES),
        ({"lat": "-35000", "lon": "-12000"}, "lat, lon", RejectCode.OUT_OF_RANGE),
        ({"lon": "181"}, "lat, lon", RejectCode.OUT_OF_RANGE),
        ({"height_agl_m": "-9999"}, "height_agl_m", RejectCode.NEGATIVE),
        ({"height_agl_m": "8000"}, "height_agl_m", RejectCode.TOO_LARGE),
        ({"height_agl_m": "tall"}, "height_agl_m", RejectCode.NOT_NUMERIC),
        ({"cost_yen": "-1"}, "cost_yen", RejectCode.NEGATIVE),
        ({"cost_yen": "1,20"}, "cost_yen", RejectCode.NOT_NUMERIC),
        ({"cost_yen": "0.5"}, "cost_yen", RejectCode.NOT_WHOLE),
        ({"cost_yen": "1e13"}, "cost_yen", RejectCode.TOO_LARGE),
        ({"yearly_fee_yen": "-1"}, "yearly_fee_yen", RejectCode.NEGATIVE),
        ({"yearly_fee_yen": "0.5"}, "yearly_fee_yen", RejectCode.NOT_WHOLE),
        ({"capacity": "0"}, "capacity", RejectCode.OUT_OF_RANGE),
        ({"capacity": "45"}, "capacity", RejectCode.TOO_LARGE),
        ({"existing": "perhaps"}, "existing", RejectCode.UNKNOWN_VALUE),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(tmp_path: Path, changes: dict[str, str], field: str, code: RejectCode) -> None:
    path = write_rows(tmp_path / "list.csv", GOOD | {"asset_id": "first"}, GOOD | changes, GOOD | {"asset_id": "last"})
    rows = read_csv_list(path)
    (reject,) = rows.rejects
    assert (reject.source, reject.row, reject.field, reject.code) == ("list.csv", 3, field, code)
    assert reject.reason.startswith("must ")
    assert rows.accepted["asset_id"].tolist() == ["first", "last"]
    assert [reject.code for reject in rows.rejects] == [code]


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"lat": "３５．６９"}, "lat", 35.69),
        ({"cost_yen": "1,200,000"}, "cost_yen", 1_200_000),
        ({"cost_yen": "1200000.0"}, "cost_yen", 1_200_000),
        ({"height_agl_m": "0"}, "height_agl_m", 0.0),
        ({"asset_type": "Bus Stop"}, "asset_type", "bus_stop"),
        ({"asset_id": " 0012 "}, "asset_id", "0012"),
        ({"existing": "有"}, "existing", True),
        ({"existing": "TRUE"}, "existing", True),
        ({"name": '=HYPERLINK("x")'}, "name", '=HYPERLINK("x")'),
    ],
)
def test_common_ways_of_writing_are_understood(tmp_path: Path, changes: dict[str, str], field: str, value: object) -> None:
    assert read_good_with(tmp_path, **changes).accepted[field].tolist() == [value]


def test_only_the_first_problem_of_a_row_is_reported(tmp_path: Path) -> None:
    rows = read_good_with(tmp_path, asset_type="moon", lat="x", cost_yen="-1")
    assert [reject.field for reject in rows.rejects] == ["asset_type"]


def test_the_second_of_two_equal_ids_is_rejected_and_names_the_first(tmp_path: Path) -> None:
    rows = read_csv_list(write_rows(tmp_path / "list.csv", GOOD, GOOD | {"lat": "35.7"}))
    assert rows.accepted["lat"].tolist() == [35.69]
    assert (rows.rejects[0].row, rows.rejects[0].code) == (3, RejectCode.DUPLICATE_ID)
    assert "row 2" in rows.rejects[0].reason


def test_a_rejected_row_does_not_claim_its_id(tmp_path: Path) -> None:
    rows = read_csv_list(write_rows(tmp_path / "list.csv", GOOD | {"lat": ""}, GOOD))
    assert rows.accepted["source_row"].tolist() == [3]
    assert [reject.row for reject in rows.rejects] == [2]


def test_rows_are_numbered_as_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('lat,lon,name\n35.1,139.1,"two\nlines"\n\n35.2,139.2,x\n0,0,y\n', encoding="utf-8")
    rows = read_csv_list(path, asset_type="park", owner_class="municipal")
    assert rows.accepted["source_row"].tolist() == [2, 4]
    assert rows.rejects[0].row == 5
    assert rows.n_rows == 3


def test_ids_are_made_from_source_and_row_only_without_an_id_column(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("lat,lon\n35.1,139.1\n35.2,139.2\n", encoding="utf-8")
    rows = read_csv_list(path, asset_type="park", owner_class="municipal", source="parks 2024")
    assert rows.accepted["asset_id"].tolist() == ["parks 2024:2", "parks 2024:3"]
    assert rows.accepted["source"].tolist() == ["parks 2024"] * 2


def test_rows_of_another_length_than_the_header_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("lat,lon,name\n35.1,139.1\n35.2,139.2,a,b\n35.3,139.3,c,,\n", encoding="utf-8")
    rows = read_csv_list(path, asset_type="park", owner_class="municipal")
    assert [(reject.row, reject.code) for reject in rows.rejects] == [(2, RejectCode.WRONG_CELL_COUNT), (3, RejectCode.WRONG_CELL_COUNT)]
    assert rows.accepted["name"].tolist() == ["c"]


def test_bounds_reject_what_is_elsewhere_and_find_swapped_pairs(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("lat,lon\n45.0,10.0\n10.0,45.0\n10.0,10.0\n", encoding="utf-8")
    rows = read_csv_list(path, asset_type="park", owner_class="municipal", bounds=(9.0, 44.0, 11.0, 46.0))
    assert rows.n_accepted == 1
    assert [reject.code for reject in rows.rejects] == [RejectCode.SWAPPED_COORDINATES, RejectCode.OUTSIDE_AREA]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_every_usual_encoding_gives_the_same_rows(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text("名称,緯度,経度\n髙島①,35.1,139.1\n", encoding=encoding)
    rows = read_csv_list(path, mapping={"name": "名称", "lat": "緯度", "lon": "経度"}, asset_type="park", owner_class="municipal")
    assert rows.accepted["name"].tolist() == ["髙島①"]


def test_a_mapped_column_wins_over_one_that_bears_the_name_of_the_field(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("lat,lon,name,label\n35.1,139.1,x,y\n", encoding="utf-8")
    rows = read_csv_list(path, mapping={"name": "label"}, asset_type="park", owner_class="municipal")
    assert rows.accepted["name"].tolist() == ["y"]


def test_an_ignored_column_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "ports.csv"
    path.write_text("lat,lon,capacity,asset_type\n35.1,139.1,8,dock\n", encoding="utf-8")
    rows = read_csv_list(path, ignore=("capacity", "asset_type"), asset_type="bike_port", owner_class="private", existing=True)
    assert rows.accepted["capacity"].isna().all()
    assert rows.accepted["asset_type"].tolist() == ["bike_port"]
    assert rows.accepted["existing"].tolist() == [True]


@pytest.mark.parametrize(
    ("arguments", "field", "said"),
    [
        ({"mapping": {"latt": "lat"}}, "mapping", "did you mean 'lat'"),
        ({"mapping": {"name": "nmae"}}, "mapping.name", "did you mean 'name'"),
        ({"ignore": ("nmae",)}, "ignore", "did you mean 'name'"),
        ({"asset_type": "streetlights"}, "asset_type", "did you mean 'streetlight'"),
        ({"owner_class": "municipality"}, "owner_class", "did you mean 'municipal'"),
        ({"owner_class": "private"}, "owner_class", "not both"),
        ({"bounds": (140.0, 35.0, 139.0, 36.0)}, "bounds", "west < east"),
    ],
)
def test_an_impossible_argument_is_refused_with_a_suggestion(tmp_path: Path, arguments: dict[str, object], field: str, said: str) -> None:
    path = write_rows(tmp_path / "list.csv", GOOD)
    with pytest.raises(InvalidSourceError) as caught:
        read_csv_list(path, **arguments)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert said in caught.value.rule
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("column", ["lat", "lon", "asset_type", "owner_class"])
def test_a_missing_required_column_is_named_with_the_nearest_one(tmp_path: Path, column: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEADER.replace(column, column.upper() if column == "lat" else column + "x") + "\n", encoding="utf-8")
    with pytest.raises(InvalidSourceError) as caught:
        read_csv_list(path)
    assert caught.value.field == column
    assert ("did you mean" in caught.value.rule) == (column != "lat")


def test_plane_coordinates_are_not_taken_for_degrees(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("x_m,y_m,asset_type,owner_class\n-12000,-35000,park,municipal\n", encoding="utf-8")
    with pytest.raises(InvalidSourceError, match="lat must"):
        read_csv_list(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"\xef\xbb\xbf",
        b'lat,lon\n35.1,"139.1\n35.2,139.2\n',
        b"lat,lon,lat\n35.1,139.1,35.1\n",
        "lat,lon\n35,139\n".encode("utf-16-le"),
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff\xfel",
        b"lat,lon\n35.1,139.1,\xfd\n",
        b"lat,lon\n" + b"1" * 200_000,
    ],
    ids=["empty", "blank", "mark", "open quote", "two lat", "utf-16 without mark", "picture", "half a character", "no encoding", "endless"],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidSourceError) as caught:
        read_csv_list(path, asset_type="park", owner_class="municipal")
    assert caught.value.source == str(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InvalidSourceError, match="must be readable") as caught:
            read_csv_list(path)
        assert isinstance(caught.value, AssetsError)
        assert isinstance(caught.value, ValueError)


def test_a_list_without_rows_has_none(tmp_path: Path) -> None:
    rows = read_csv_list(write_rows(tmp_path / "list.csv"))
    assert (rows.n_rows, rows.n_accepted, rows.n_rejected) == (0, 0, 0)
    assert {name: str(dtype) for name, dtype in rows.accepted.dtypes.items()} == COLUMNS


def test_rows_that_do_not_add_up_cannot_be_made(tmp_path: Path) -> None:
    rows = read_good_with(tmp_path)
    with pytest.raises(AssetsError, match="add up"):
        AssetRows(accepted=rows.accepted, rejects=(), n_rows=2)
    with pytest.raises(AssetsError, match="columns"):
        AssetRows(accepted=rows.accepted.drop(columns="name"), rejects=(), n_rows=1)
    with pytest.raises(AssetsError, match="unique"):
        AssetRows(accepted=pd.concat([rows.accepted, rows.accepted]), rejects=(), n_rows=2)


CELLS = st.one_of(
    st.sampled_from(["", "35.6", "139.7", "0", "-1", "nan", "park", "municipal", "a1", "a2", "1e400", "１２", "9" * 400]),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=len(GOOD), max_size=len(GOOD)), max_size=6))
def test_nothing_is_ever_lost(table: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_rows(Path(folder) / "list.csv", *(dict(zip(HEADER.split(","), row, strict=True)) for row in table))
        rows = read_csv_list(path)
    assert rows.n_accepted + rows.n_rejected == len(table)
    seen = sorted([*rows.accepted["source_row"].tolist(), *(reject.row for reject in rows.rejects)])
    assert seen == list(range(2, len(table) + 2))
    assert rows.accepted["lat"].between(-90, 90).all()
    assert rows.accepted["lon"].between(-180, 180).all()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_a_typed_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(b"lat,lon,name\n" + content)
        try:
            rows = read_csv_list(path, asset_type="park", owner_class="municipal")
        except InvalidSourceError:
            return
    assert rows.n_accepted + rows.n_rejected == rows.n_rows


@pytest.mark.real_data
def test_all_bike_ports_of_tokyo_are_read(data_dir: Path) -> None:
    rows = read_csv_list(
        data_dir / "bikeshare_ports" / "docomo-cycle-tokyo_station.csv",
        mapping={"asset_id": "station_id"},
        ignore=("capacity",),
        asset_type="bike_port",
        owner_class="private",
    )
    assert (rows.n_rows, rows.n_accepted) == (1214, 1214)
    assert rows.accepted.loc[0, ["asset_id", "name", "lat"]].tolist() == ["00010001", "A1-01.千代田区役所", 35.693799]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "mapping", "n_rows"),
    [
        ("222127_nouen.csv", {"name": "農園名", "asset_id": "ID2"}, 9),
        ("yohairyosya.csv", {"name": "要配慮者利用施設名称", "asset_id": "№"}, None),
        ("222127_douhoumusenkokyoku.csv", {"name": "名称", "asset_id": "NO"}, 200),
        ("machinakasuzumidokoro.csv", {"name": "指定暑熱避難施設の名称", "asset_id": "ID"}, None),
    ],
)
def test_lists_as_a_city_publishes_them_are_read_whole(data_dir: Path, name: str, mapping: dict[str, str], n_rows: int | None) -> None:
    path = data_dir / "municipal_csv_yaizu" / name
    columns = {"lat": "緯度", "lon": "経度", **mapping}
    rows = read_csv_list(path, mapping=columns, asset_type="structure", owner_class="municipal", bounds=(138.2, 34.7, 138.5, 35.0))
    encoding = "cp932" if name in {"222127_nouen.csv", "yohairyosya.csv"} else "utf-8-sig"
    table = pd.read_csv(path, encoding=encoding, dtype=str)
    assert rows.n_rows == len(table) == (n_rows or len(table))
    n_usable = table[[columns["lat"], columns["lon"]]].notna().all(axis=1).sum()
    assert rows.n_accepted == n_usable - sum(reject.code == "duplicate_id" for reject in rows.rejects)
    assert set(rows.accepted["name"]) <= set(table[mapping["name"]].str.strip())
