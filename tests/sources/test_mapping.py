"""Mapping files: written by people, proposed by the program, shipped with it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from source_samples import SPEC, accepted, column, opened, reasons, rejected, repairs_of, write
from typer.testing import CliRunner

from assets_db.errors import InvalidSourceError
from assets_db.sources import SourceSpec, open_source
from assets_db.sources.mapping import load_mapping, parse_mapping, shipped_mappings
from assets_db.sources.proposal import propose_mapping
from scenarios.cli import app
from scenarios.command_errors import BAD_INPUT

POLES = (
    "Tag,Street,No,Kind,Hgt,E,N,Seen,Carrier\nP1,Main St,5,Wood,30,-6987.2,-35363.1,Jun-16-2005,A\nP2,High St,,Lamp,40 ft,-6990,-35360,,\n"
)

MAPPING = """
epsg = 6677
skip_rows = [4]
[columns]
source_key = "Tag"
address = { columns = ["No", "Street"], separator = " " }
height_agl_m = { column = "Hgt", unit = "ft" }
x = "E"
y = "N"
checked_on = { column = "Seen", date_format = "%b-%d-%Y" }
[columns.asset_type]
column = "Kind"
values = { "Wood" = "utility_pole", "Lamp" = "streetlight" }
[constants]
mount_type = "pole"
[occupancy]
carrier = "Carrier"
[flags.advisories]
"Carrier" = "road"
"""


def test_a_mapping_reads_what_no_header_says(tmp_path: Path) -> None:
    spec = SourceSpec(source_id="poles", mapping=parse_mapping(MAPPING, source="m.toml"))
    source = opened(tmp_path, POLES + "total,,,,,,,,\n", spec=spec)
    first, second = accepted(source)
    assert first.record.values["address"] == "5 Main St"
    assert second.record.values["address"] == "High St"
    assert column(source, "height_agl_m") == [9.144, 12.192]
    assert column(source, "asset_type") == ["utility_pole", "streetlight"]
    assert column(source, "mount_type") == ["pole", "pole"]
    assert column(source, "checked_on") == [dt.date(2005, 6, 16), None]
    assert column(source, "occupancy") == [[{"carrier": "A", "band": None, "count": 1}], None]
    assert column(source, "advisories") == [("road",), None]
    assert abs(float(str(first.record.values["lat"])) - 35.6812) < 0.01
    assert abs(float(str(first.record.values["lon"])) - 139.756) < 0.01
    assert repairs_of(first, "lat, lon")[0][0] == "projected"
    assert reasons(rejected(source)) == {"not_an_asset": 1}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("nonsense", "mapping"),
        ('[columns]\nlat = 3\nlon = "b"', "columns.lat"),
        ('[columns]\naddress = "a"\nwidth = "b"', "columns.width"),
        ('[columns]\naddress = { column = "a", unt = "kg" }', "columns.address.unt"),
        ('[columns]\naddress = "a"\nheight_agl_m = { column = "h", unit = "kg" }', "columns.height_agl_m.unit"),
        ('[columns]\nx = "a"\ny = "b"', "epsg"),
        ('[columns]\nname = "a"', "columns"),
        ('[columns]\naddress = "a"\nasset_id = "b"', "columns.asset_id"),
        ('colums = 1\n[columns]\naddress = "a"', "colums"),
        ('[columns]\naddress = "a"\n[constants]\nsource_id = "b"', "constants.source_id"),
        ('[columns]\naddress = "a"\n[flags.advisories]\nA = "danger"', "flags.advisories.A"),
        ('header_row = 0\n[columns]\naddress = "a"', "header_row"),
    ],
)
def test_mistakes_in_a_mapping_are_named(text: str, key: str) -> None:
    with pytest.raises(InvalidSourceError) as raised:
        parse_mapping(text, source="m.toml")
    assert raised.value.field == key
    assert "m.toml" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[columns]\naddress = "Stret"', "columns.address"),
        (
            '[columns]\naddress = "Street"\n[columns.asset_type]\ncolumn = "Kind"\nvalues = { Wood = "tree" }',
            "columns.asset_type.values.Wood",
        ),
        ('[columns]\naddress = "Street"\n[constants]\nasset_type = "tree"', "constants.asset_type"),
        ('epsg = 2\n[columns]\nx = "E"\ny = "N"', "epsg"),
        ('epsg = 9999\n[columns]\nx = "E"\ny = "N"', "epsg"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_is_named(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(InvalidSourceError) as raised:
        opened(tmp_path, POLES, spec=SourceSpec(source_id="x", mapping=parse_mapping(text, source="m.toml")))
    assert key in raised.value.field


def test_a_proposed_mapping_reads_the_same_as_detection(tmp_path: Path) -> None:
    text = (
        "一覧,,,,,,\nID,ID2,農園名,区分,住所,緯度,経度\nA-1,1,北農園,市民農園,中央1,35.1,139.1\n"
        "A-1,2,南農園,市民農園,中央2,35.2,139.2\nA-2,1,西農園,広場,中央3,35.3,139.3\n"
    )
    path = write(tmp_path, "nouen.csv", text, "cp932")
    mapping = write(tmp_path, "mapping.toml", propose_mapping(path))
    found, mapped = open_source(path, SPEC), open_source(path, SourceSpec(source_id="x", mapping=load_mapping(mapping)))
    for field in ("source_key", "name", "address", "lat", "lon", "asset_type"):
        assert column(mapped, field) == column(found, field)


def test_the_proposal_names_doubts_samples_and_what_is_not_read(tmp_path: Path) -> None:
    text = "学校名,体育館名,住所,X座標,Y座標,色\n東小,東小体育館,中央1-1,-35363.1,-6987.2,赤\n西小,西小体育館,中央1-2,-35364.1,-6988.2,青\n"
    proposal = propose_mapping(write(tmp_path, "school.csv", text))
    assert "# unsure, 学校名 or 体育館名" in proposal
    assert '# "色": "赤", "青"' in proposal
    assert "# epsg = 6677" in proposal
    assert '# x = "Y座標"' in proposal
    parse_mapping(proposal, source="proposal")


def test_columns_of_degrees_called_x_and_y_are_proposed_as_such(tmp_path: Path) -> None:
    path = write(tmp_path, "poles.csv", "id,xcoord,ycoord\n1,-77.0123,38.9012\n2,-77.0124,38.9013\n")
    mapping = parse_mapping(propose_mapping(path), source="proposal")
    assert column(open_source(path, SourceSpec(source_id="x", mapping=mapping)), "lon") == [-77.0123, -77.0124]
    assert column(open_source(path, SPEC), "lat") == [38.9012, 38.9013]


def test_what_is_beyond_ninety_degrees_is_a_longitude(tmp_path: Path) -> None:
    source = opened(tmp_path, "番号,X座標,Y座標\n1,35.1234,139.1234\n2,35.1235,139.1235\n")
    assert (column(source, "lat"), column(source, "lon")) == ([35.1234, 35.1235], [139.1234, 139.1235])


def test_damage_at_the_end_is_found_before_the_first_row(tmp_path: Path) -> None:
    spec = SourceSpec(source_id="x", mapping=parse_mapping('[columns]\naddress = "住所"', source="m.toml"))
    with pytest.raises(InvalidSourceError, match="must be valid CSV"):
        opened(tmp_path, "名称,住所\n" + "A,中央1\n" * 3000 + '"B,中央2\n', spec=spec)


def test_only_tables_need_a_mapping(tmp_path: Path) -> None:
    path = write(tmp_path, "stations.json", '[{"id": "A", "coord": [139, 35], "title": {}}]')
    with pytest.raises(InvalidSourceError, match="only those need a mapping"):
        propose_mapping(path)


def test_the_command_writes_a_new_file_only(tmp_path: Path) -> None:
    path, out = write(tmp_path, "a.csv", "名称,住所\nA,中央1\n"), tmp_path / "m.toml"
    runner = CliRunner()
    assert runner.invoke(app, ["assets", "propose-mapping", str(path), "--out", str(out)]).exit_code == 0
    assert 'name = "名称"' in out.read_text("utf-8")
    again = runner.invoke(app, ["assets", "propose-mapping", str(path), "--out", str(out)])
    assert again.exit_code == BAD_INPUT
    assert "--out must be a new file" in again.output


def test_shipped_mappings_are_valid_and_require_headers() -> None:
    assert set(shipped_mappings()) == {"dc_streetlights", "gbfs_stations", "nyc_pole_reservations", "redevelopment_works"}
    assert all(len(mapping.requires) >= 4 for mapping in shipped_mappings().values())
