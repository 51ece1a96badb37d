"""Lists as other cities publish them, read without a mapping."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from source_samples import SPEC, accepted, column, opened, reasons, rejected, repairs_of

from assets_db.errors import InvalidSourceError
from assets_db.sources import SourceSpec, open_source
from assets_db.sources.detected_plan import UnsureColumnsError


def test_a_prefecture_list_with_title_notes_and_no_positions(tmp_path: Path) -> None:
    text = (
        "都有財産一覧（令和５年１２月末現在）,,,,,,,,\n"
        "所管局,種別,名称,所在地,地番,土地面積（㎡）,延床面積（㎡）,高さ（m）,階数\n"
        '財務局,土地,旧住宅跡地,新宿区西新宿二丁目,8番1,"1,234.56",-,-,-\n'
        '教育庁,建物,都立新宿高等学校,新宿区内藤町,11番4,-,"１２，３４５",28.5ｍ,地上7階地下1階\n'
        "建設局,工作物,富久歩道橋,新宿区富久町,地先,,,5.2m,\n"
        "合計,,,,,1234.56,,,\n"
        "※面積は台帳による。,,,,,,,,\n"
    )
    source = opened(tmp_path, text, encoding="cp932")
    assert (source.format, source.encoding) == ("csv", "cp932")
    assert column(source, "name") == ["旧住宅跡地", "都立新宿高等学校", "富久歩道橋"]
    assert column(source, "asset_type") == ["land", "building", "structure"]
    assert column(source, "address") == ["新宿区西新宿二丁目8番1", "新宿区内藤町11番4", "新宿区富久町地先"]
    assert column(source, "land_area_m2") == [1234.56, None, None]
    assert column(source, "floor_area_m2") == [None, 12345.0, None]
    assert column(source, "height_agl_m") == [None, 28.5, 5.2]
    assert column(source, "storeys") == [None, 7, None]
    assert column(source, "bureau") == ["財務局", "教育庁", "建設局"]
    assert column(source, "needs_geocoding") == [True, True, True]
    assert len(set(column(source, "source_key"))) == 3
    assert reasons(rejected(source)) == {"not_an_asset": 2}


def test_a_streetlight_list_in_utf_16_with_tabs(tmp_path: Path) -> None:
    text = (
        "管理番号\t路線名\t設置場所\t灯種\t柱の高さ\t緯度\t経度\t設置年度\r\n"
        "Ａ－００１\t市道１号線\t中央町1-1先\tLED\t４．５ｍ\t35.6812\t139.7671\tH28\r\n"
        "Ａ－００２\t市道１号線\t中央町1-2先\tLED\t450cm\t35.6813\t139.7672\tR元\r\n"
    )
    source = opened(tmp_path, text, name="街路灯.txt", encoding="utf-16")
    assert source.encoding == "utf-16"
    assert column(source, "source_key") == ["A-001", "A-002"]
    assert column(source, "height_agl_m") == [4.5, 4.5]
    assert column(source, "built_year") == [2016, 2019]
    assert column(source, "asset_type") == ["streetlight", "streetlight"]
    assert column(source, "address") == ["中央町1-1先", "中央町1-2先"]
    assert column(source, "name") == [None, None]


def test_bus_stops_with_degrees_minutes_and_seconds_in_the_wrong_columns(tmp_path: Path) -> None:
    text = (
        "停留所ID,停留所名,ふりがな,経度,緯度\n"
        '1,市役所前,しやくしょまえ,"35°41\'22.5""","139°41\'30.1"""\n'
        "2,中央公園,ちゅうおうこうえん,35度41分23秒,139度41分31秒\n"
        "3,新橋,しんばし,35.69,139.70\n"
    )
    source = opened(tmp_path, text)
    assert column(source, "lat") == [35.689583333, 35.689722222, 35.69]
    assert column(source, "lon") == [139.691694444, 139.691944444, 139.70]
    assert column(source, "asset_type") == ["bus_stop"] * 3
    assert repairs_of(accepted(source)[2], "lat, lon") == [("swapped_coordinates", "139.7, 35.69", "35.69, 139.7")]


def test_an_english_list_with_semicolons_and_feet(tmp_path: Path) -> None:
    text = (
        "Asset ID;Street;Pole Height (ft);Material;Latitude;Longitude;Status\n"
        "SL-1;Main St;30;Steel;40.1;-75.2;Active\n"
        "SL-2;Main St;N/A;Wood;40.2;-75.3;Removed\n"
        "SL-3;Main St;25 ft;Wood;0;0;Active\n"
    )
    source = opened(tmp_path, text, name="streetlights.csv")
    assert column(source, "height_agl_m") == [9.144, None]
    assert column(source, "lifecycle") == ["published", "retired"]
    assert column(source, "structure") == ["Steel", "Wood"]
    assert reasons(rejected(source)) == {"zero_coordinates": 1}


def test_a_linked_table_with_comment_rows(tmp_path: Path) -> None:
    text = (
        "#LINK,http://example.org/work/1\n#lang,ja\n#property,名称,住所,緯度,経度,面積\n"
        "#object_type_xsd,string:ja,string:ja,float,float,integer\n1,第一公園,中央1-1,35.1,139.1,1200\n2,第二公園,中央1-2,35.2,139.2,800\n"
    )
    source = opened(tmp_path, text)
    assert column(source, "source_key") == ["1", "2"]
    assert column(source, "name") == ["第一公園", "第二公園"]
    assert column(source, "land_area_m2") == [1200.0, 800.0]
    assert reasons(rejected(source)) == {"not_an_asset": 1}


def test_ids_a_spreadsheet_has_rounded_and_codes_without_check_digit(tmp_path: Path) -> None:
    text = (
        "全国地方公共団体コード,ID,名称,所在地_連結標記,緯度,経度\n"
        "13104,1.3E+11,本庁舎,新宿区歌舞伎町1-4-1,35.69,139.70\n"
        "131041,1.3E+11,第二分庁舎,新宿区歌舞伎町1-5-1,35.70,139.71\n"
        "13104,1.3E+11,特別出張所,,,\n"
    )
    source = opened(tmp_path, text)
    rows = accepted(source)
    assert column(source, "lg_code") == ["131041", "131041"]
    assert repairs_of(rows[0], "lg_code") == [("check_digit", "13104", "131041")]
    assert [repairs_of(row, "source_key") for row in rows] == [[("damaged_id", "1.3E+11", row.record.text("source_key"))] for row in rows]
    assert rows[0].record.text("source_key") != rows[1].record.text("source_key")
    assert reasons(rejected(source)) == {"no_place": 1}


def test_a_workbook_with_cover_sheet_merged_title_and_two_header_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "○○市 公の施設"
    sheet = book.create_sheet("一覧")
    sheet.append(["公の施設一覧"])
    sheet.merge_cells("A1:H1")
    sheet.append(["施設情報", None, None, "位置情報", None, None, "建物"])
    sheet.append(["No.", "施設\n名称", "所管部署", "住所", "緯度", "経度", "延床面積\n(㎡)", "建築年月"])
    sheet.append([1, "市民会館", "文化課", "本町1-1", 35.1, 139.1, "=1000*3", "昭和56年5月"])
    sheet.append([2, "図書館\n（中央）", "図書課", "本町1-2", None, None, 2500.5, dt.date(1999, 3, 31)])
    path = tmp_path / "shisetsu.xlsx"
    book.save(path)
    source = open_source(path, SPEC)
    assert source.format == "xlsx"
    assert column(source, "source_key") == ["1", "2"]
    assert column(source, "name") == ["市民会館", "図書館 （中央）"]
    assert column(source, "built_year") == [1981, 1999]
    assert column(source, "floor_area_m2") == [None, 2500.5]  # a formula nobody has computed is unknown
    assert column(source, "needs_geocoding") == [None, True]


def test_headers_in_two_rows_of_groups_and_names(tmp_path: Path) -> None:
    text = (
        "公共施設一覧,,,,,,,\n番号,名称,所在地,位置,,土地,建物,建物\n,,,緯度,経度,面積,面積,階数\n"
        "1,市民会館,本町1-1,35.1,139.1,1000,2000,3\n2,図書館,本町1-2,35.2,139.2,500,800,2\n"
    )
    source = opened(tmp_path, text)
    assert source.header_row == 3
    assert column(source, "name") == ["市民会館", "図書館"]
    assert column(source, "lat") == [35.1, 35.2]
    assert column(source, "land_area_m2") == [1000.0, 500.0]
    assert column(source, "floor_area_m2") == [2000.0, 800.0]
    assert column(source, "storeys") == [3, 2]


def test_positions_that_are_zero_half_swapped_or_nowhere(tmp_path: Path) -> None:
    text = (
        "名称,住所,緯度,経度\nA集会所,中央1-1,0,0\nB集会所,,0,0\nC集会所,中央1-3,139.7,35.6\n"
        "D集会所,中央1-4,35.6,\nE集会所,,,\nF集会所,中央1-6,999,139\nG集会所,,不明,不明\n"
    )
    source = opened(tmp_path, text)
    assert column(source, "name") == ["A集会所", "C集会所", "D集会所"]
    assert column(source, "needs_geocoding") == [True, None, True]
    assert column(source, "lat") == [None, 35.6, None]
    assert reasons(rejected(source)) == {"zero_coordinates": 1, "no_place": 2, "out_of_range": 1}


def test_a_park_list_with_numbered_addresses_hectares_and_eras(tmp_path: Path) -> None:
    text = (
        "NO,公園名称,公園種別,郵便番号,所在地1,所在地2,面積,設置年月日,Ｘ座標（経度）,Ｙ座標（緯度）\n"
        '1,東公園,街区公園,100-0001,中央,1-1,"2,500㎡",S49.4.1,139.1234,35.1234\n'
        "2,西公園,近隣公園,100-0001,中央,1-2,1.2ha,平成元年10月1日,139.2234,35.2234\n"
    )
    source = opened(tmp_path, text)
    assert column(source, "address") == ["中央1-1", "中央1-2"]
    assert column(source, "land_area_m2") == [2500.0, 12000.0]
    assert column(source, "built_year") == [1974, 1989]
    assert column(source, "lon") == [139.1234, 139.2234]
    assert column(source, "usage") == ["街区公園", "近隣公園"]


def test_hospitals_with_codes_that_lost_their_zero_and_one_letter_eras(tmp_path: Path) -> None:
    text = (
        "市町村コード,No,医療機関名,医療機関の種類,所在地郵便番号,所在地,緯度,経度,開設年月日\n"
        "92011,287,中央病院,病院,320-0001,宇都宮市中央本町1-29,36.559,139.884,昭32. 7. 1\n"
        "1100,288,北医院,診療所,060-0001,札幌市北区北8条西5,43.07,141.347,平29.7.1\n"
    )
    source = opened(tmp_path, text)
    assert column(source, "lg_code") == ["092011", "011002"]
    assert column(source, "name") == ["中央病院", "北医院"]
    assert column(source, "built_year") == [1957, 2017]
    assert column(source, "postal_code") == ["320-0001", "060-0001"]


def test_latitude_and_longitude_in_one_column(tmp_path: Path) -> None:
    text = '施設名,所在地,緯度経度,分類\n市役所,中央1-1,"35.1, 139.1",庁舎\n支所,中央1-2,,庁舎\n出張所,中央1-3,未定,庁舎\n'
    source = opened(tmp_path, text)
    assert column(source, "lat") == [35.1, None, None]
    assert column(source, "lon") == [139.1, None, None]


def test_hydrants_without_ids_and_with_addresses_in_parts(tmp_path: Path) -> None:
    text = (
        "_id,全国地方公共団体コード,ID,地方公共団体名,種別,町字ID,所在地_連結表記,所在地_都道府県,所在地_市区町村,所在地_町字,所在地_番地以下,緯度,経度,口径\n"
        "1,462209,,鹿児島県南さつま市,消火栓,,,鹿児島県,南さつま市,本町中央,,31.420235,130.320918,150\n"
        "2,462209,,鹿児島県南さつま市,防火水槽,,鹿児島県南さつま市加世田1-1,鹿児島県,南さつま市,加世田,1-1,31.41,130.32,\n"
        "3,462209,,鹿児島県南さつま市,消火栓,,,鹿児島県,南さつま市,大浦町,,,,150\n"
        "4,462209,,鹿児島県南さつま市,消火栓,,,,,,,,,150\n"
    )
    source = opened(tmp_path, text)
    assert column(source, "source_key") == ["1", "2", "3"]
    assert column(source, "address") == ["鹿児島県南さつま市本町中央", "鹿児島県南さつま市加世田1-1", "鹿児島県南さつま市大浦町"]
    assert column(source, "asset_type") == ["structure"] * 3
    assert column(source, "needs_geocoding") == [None, None, True]
    assert reasons(rejected(source)) == {"no_place": 1}


def test_a_streetlight_list_whose_only_names_are_those_of_groups(tmp_path: Path) -> None:
    rows = "".join(
        f"{number},{'東西'[number % 2]}地域名前会,本町{number}-1,4.5,35.{number},139.{number},H25.3\n" for number in range(10, 40)
    )
    source = opened(tmp_path, "防犯灯番号,団体の会名,設置場所の住所,灯具の高さ(m),緯度,経度,設置年月\n" + rows, encoding="cp932")
    assert set(column(source, "name")) == {None}
    assert column(source, "source_key")[0] == "10"
    assert set(column(source, "height_agl_m")) == {4.5}


def test_a_property_list_with_storeys_above_and_below_ground(tmp_path: Path) -> None:
    text = (
        "財産番号,施設名称,棟名称,所在地,階数（地上）,階数（地下）,延床面積（㎡）,構造,耐震性,建築年月日,所管課名,代表電話番号\n"
        '1-1,市役所,本館,本町1-1,5,1,"5,000.5",RC,新耐震,1985/3/31,管財課,03-1111-1111\n'
        "1-2,市役所,別館,本町1-1,3,0,800,S,旧耐震,昭和45年３月,管財課,03-1111-1111\n"
    )
    source = opened(tmp_path, text)
    assert column(source, "storeys") == [5, 3]
    assert column(source, "built_year") == [1985, 1970]
    assert column(source, "seismic") == ["new_standard", "old_standard"]
    assert column(source, "source_key") == ["1-1", "1-2"]
    assert column(source, "bureau") == ["管財課", "管財課"]


def test_an_area_of_buildings_that_does_not_say_which_is_not_read(tmp_path: Path) -> None:
    source = opened(tmp_path, "施設名,住所,面積\nA会館,中央1,500\nB会館,中央2,600\n", name="公共施設一覧.csv")
    assert column(source, "land_area_m2") == [None, None]
    assert source.not_read == ("面積",)
    assert source.notes == ("面積 is not read: of a building it may be that of the land or of the floors",)
    assert column(opened(tmp_path, "公園名,住所,面積\nA,中央1,500\n"), "land_area_m2") == [500.0]


def test_units_in_a_row_of_their_own_and_readings_in_brackets(tmp_path: Path) -> None:
    text = (
        "公園名,公園名（よみ）,公園名（英語）,所在地,面積,X(経度),Y(緯度),公開年月日\n,,,,（ha）,（度）,（度）,\n"
        "中央公園,ちゅうおうこうえん,Chuo Park,中央1,1.5,139.1,35.1,S50.4.1\n西公園,にしこうえん,Nishi Park,西1,0.2,139.2,35.2,H2.4.1\n"
    )
    source = opened(tmp_path, text)
    assert column(source, "name") == ["中央公園", "西公園"]
    assert column(source, "name_kana") == ["ちゅうおうこうえん", "にしこうえん"]
    assert column(source, "name_en") == ["Chuo Park", "Nishi Park"]
    assert column(source, "land_area_m2") == [15000.0, 2000.0]
    assert column(source, "lat") == [35.1, 35.2]
    assert reasons(rejected(source)) == {"not_an_asset": 1}


def test_stops_of_a_transit_feed(tmp_path: Path) -> None:
    source = opened(tmp_path, "stop_id,stop_code,stop_name,stop_lat,stop_lon\n100_01,,区役所前,35.1,139.1\n", name="stops.txt")
    assert column(source, "name") == ["区役所前"]
    assert column(source, "asset_type") == ["bus_stop"]


def test_planned_works_of_developers(tmp_path: Path) -> None:
    text = (
        "計画番号,事業名,所在地,緯度,経度,種別,用途,最高高さ,地上階数,着工予定日,竣工予定日,事業者名,担当者,電話番号,備考\n"
        "R-1,西新宿三丁目再開発,東京都新宿区西新宿三丁目,35.68,139.68,建物,住宅,235m,地上65階,令和８年４月,令和12年3月,組合,山田,03-0000-0000,\n"
        "R-2,駅前広場整備,東京都新宿区新宿三丁目,,,広場,,未定,,2026/10/1,,電鉄,,,\n"
    )
    source = opened(tmp_path, text)
    assert source.notes == ("read as planned redevelopment works (redevelopment_works)",)
    assert column(source, "lifecycle") == ["planned", "planned"]
    assert column(source, "owner_class") == ["private", "private"]
    assert column(source, "planned_from") == [dt.date(2026, 4, 1), dt.date(2026, 10, 1)]
    assert column(source, "planned_to") == [dt.date(2030, 3, 31), None]
    assert column(source, "asset_type") == ["building", "land"]
    assert column(source, "contact") == ["山田; 03-0000-0000", None]


def test_owners_told_from_a_column_of_words(tmp_path: Path) -> None:
    text = "NO,名称,区分,住所,緯度,経度\n1,一中,市有,本町1,35.1,139.1\n2,県立高校,県有,本町2,35.1,139.2\n3,ビル,民間,本町3,35.1,139.3\n"
    source = opened(tmp_path, text, spec=SourceSpec(source_id="x", owner_class="affiliated"))
    assert column(source, "owner_class") == ["municipal", "metropolitan", "private"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("学校名,体育館名,住所\n東小,東小体育館,中央1-1\n西小,西小体育館,中央1-2\n", "name"),
        ("電柱番号,X座標,Y座標\n1,-35363.1,-6987.2\n2,-35364.1,-6988.2\n", "lat, lon"),
        ("名称,緯度（日本測地系）,経度（日本測地系）\nA,35.1,139.1\n", "lat, lon"),
        ("緯度,経度,色\n35.1,139.1,赤\n", "name"),
        ("名称,色\nA,赤\nB,青\n", "lat, lon"),
    ],
)
def test_what_cannot_be_told_with_certainty_is_asked(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(UnsureColumnsError, match="siting assets propose-mapping") as raised:
        opened(tmp_path, text)
    assert raised.value.field == field


def test_several_sheets_that_look_alike_are_asked(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "東区"
    for sheet in (book.active, book.create_sheet("西区")):
        sheet.append(["名称", "住所"])
        sheet.append(["集会所", "中央1-1"])
    path = tmp_path / "two.xlsx"
    book.save(path)
    with pytest.raises(InvalidSourceError, match="東区, 西区"):
        open_source(path, SPEC)
