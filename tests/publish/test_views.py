"""What an audience may not see is in no file."""

import csv
import io
import json
from pathlib import Path

import pytest

from assets_db.errors import InvalidSourceError
from assets_db.publish.audience import PUBLIC, Audience, seen_by
from assets_db.publish.cp932 import NO_CHARACTER
from assets_db.publish.csv_writer import write_csv
from assets_db.publish.dictionary import dictionary_csv, dictionary_markdown, json_schema
from assets_db.publish.geojson_writer import write_geojson
from assets_db.publish.gpkg_writer import write_gpkg
from assets_db.publish.reading import read_export
from assets_db.publish.versions import EXPORT_FORMATS, Publication, SourceCredit, write_version
from assets_db.publish.xlsx_writer import MOST_ROWS, TOO_LONG, write_xlsx
from assets_db.schema import fields
from tests.publish.records import NOW, asset

OFFICE = Audience(view="restricted")
OCCUPIED = asset(
    "a", name="塔", contact="03-SECRET", occupancy=[{"carrier": "A", "band": "n77"}, {"carrier": "B", "band": "n79"}], lat=35.0, lon=139.0
)
PUBLICATION = Publication(number=3, at=NOW, change_seq=17, audit_head="ab" * 32)
SOURCES = (SourceCredit(source_id="list", licence="CC BY 4.0", credit="City"),)


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_public_files_hold_no_restricted_field_and_no_trace_of_it(name: str, tmp_path: Path) -> None:
    writers = {"csv": write_csv, "geojson": write_geojson, "gpkg": write_gpkg, "xlsx": write_xlsx}
    path = tmp_path / f"a.{name}"
    writers[name](path, [OCCUPIED], audience=PUBLIC)
    (found,) = read_export(path)
    assert found == seen_by(PUBLIC, OCCUPIED.record)
    if name != "xlsx":
        assert not [word for word in (b"SECRET", b"occupancy", b"contact", b"n77") if word in path.read_bytes()]


def test_a_carrier_sees_its_own_occupancy_alone_and_not_whether_others_are_there() -> None:
    assert seen_by(Audience(view="restricted", carrier="A"), OCCUPIED.record).values["occupancy"] == [{"carrier": "A", "band": "n77"}]
    for record in (OCCUPIED.record, asset("a", occupancy=[]).record):
        assert "occupancy" not in seen_by(Audience(view="restricted", carrier="C"), record).values
        assert "occupancy" not in seen_by(Audience(view="restricted", carrier="C"), record).known_from
    assert seen_by(OFFICE, OCCUPIED.record) == OCCUPIED.record


def test_a_public_export_is_nobodys_in_particular() -> None:
    with pytest.raises(InvalidSourceError, match="carrier must be empty"):
        Audience(view="public", carrier="A")


def test_cp932_lists_what_it_cannot_hold(tmp_path: Path) -> None:
    told = [asset("a", name="髙①😀〜", remarks="−5"), asset("b", name="ok")]
    written = write_csv(tmp_path / "a.csv", told, audience=PUBLIC, encoding="cp932")
    (row, _) = csv.DictReader(io.StringIO((tmp_path / "a.csv").read_bytes().decode("cp932"), newline=""))
    assert row["name"] == f"髙①{NO_CHARACTER}～"
    assert row["remarks"] == "'－5"
    assert written.lists == (tmp_path / "unmappable.csv",)
    listed = (tmp_path / "unmappable.csv").read_text("utf-8-sig").splitlines()
    assert listed[1:] == ["a,name,😀,U+1F600,〓", "a,name,〜,U+301C,～", "a,remarks,−,U+2212,－"]
    write_csv(tmp_path / "a.csv", told[1:], audience=PUBLIC, encoding="cp932")
    assert not (tmp_path / "unmappable.csv").exists()


def test_utf8_has_a_byte_order_mark_and_every_line_ends_in_crlf(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [OCCUPIED], audience=PUBLIC)
    content = (tmp_path / "a.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfasset_id,lg_code,")
    assert content.count(b"\n") == content.count(b"\r\n") == 2


def test_numbers_are_never_marked_and_texts_always(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [asset("-1", lat=-35.5, lon=-1.0, name="@SUM(A1)")], audience=PUBLIC)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["asset_id"], row["lat"], row["name"]) == ("'-1", "-35.5", "'@SUM(A1)")


def test_a_cell_too_long_for_a_workbook_is_listed(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [asset("a", remarks="x" * 40_000)], audience=PUBLIC)
    assert (tmp_path / TOO_LONG).read_text("utf-8-sig").splitlines() == ["asset_id,field,characters", "a,remarks,40000"]
    assert MOST_ROWS == 2**20 - 1


def test_a_version_says_what_it_is_and_is_the_same_for_the_same_state(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_version(tmp_path / name, lambda: iter([OCCUPIED]), publication=PUBLICATION, sources=SOURCES, audience=PUBLIC)
    one = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert one == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    manifest = json.loads(one["manifest.json"])
    assert (manifest["version"], manifest["change_seq"], manifest["view"]) == (3, 17, "public")
    assert manifest["sources"] == [{"source_id": "list", "licence": "CC BY 4.0", "credit": "City"}]
    assert set(manifest["files"]) == set(one) - {"manifest.json"}
    assert manifest["files"]["assets.csv"]["rows"] == 1


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidSourceError, match="earlier export"):
        write_version(tmp_path, lambda: iter(()), publication=PUBLICATION, sources=SOURCES, audience=PUBLIC)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_nothing_half_written_is_left_when_reading_fails(tmp_path: Path) -> None:
    def broken() -> object:
        yield OCCUPIED
        raise InvalidSourceError("register", "must be readable", "x")

    with pytest.raises(InvalidSourceError):
        write_version(tmp_path / "out", broken, publication=PUBLICATION, sources=SOURCES, audience=PUBLIC)
    assert not list(tmp_path.iterdir())


def test_the_page_of_fields_is_kept_in_step() -> None:
    page = Path(__file__).parents[2] / "docs/register/fields.md"
    assert page.read_text("utf-8") == dictionary_markdown(OFFICE), "siting assets dictionary --out docs/register/fields.md"


def test_dictionary_and_schema_know_every_field() -> None:
    rows = list(csv.DictReader(io.StringIO(dictionary_csv(OFFICE), newline="")))
    assert [row["name"] for row in rows] == list(fields())
    assert "contact" not in dictionary_csv(PUBLIC).split()
    schema = json_schema(PUBLIC)["properties"]
    assert isinstance(schema, dict)
    assert "occupancy" not in schema
    assert schema["height_agl_m_grade"] == {"enum": ["A", "B", "C", "D"]}
