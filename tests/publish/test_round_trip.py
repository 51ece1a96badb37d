"""What the register writes, it reads back: nothing lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import from_wkb, normalize, orient_polygons, to_wkb

from assets_db.escaping import FORMULA_STARTS, from_cell, to_cell
from assets_db.publish.audience import Audience
from assets_db.publish.cells import text_of_words, words_of_text
from assets_db.publish.csv_writer import write_csv
from assets_db.publish.entries import Written
from assets_db.publish.geojson_writer import write_geojson
from assets_db.publish.gpkg_writer import write_gpkg
from assets_db.publish.reading import read_export
from assets_db.publish.xlsx_writer import write_xlsx
from assets_db.record import AssetRecord
from tests.publish.records import asset, records, stored, words

OFFICE = Audience(view="restricted")
WRITERS: dict[str, Callable[..., Written]] = {"csv": write_csv, "xlsx": write_xlsx, "geojson": write_geojson, "gpkg": write_gpkg}


def _same_shape(record: AssetRecord) -> AssetRecord:
    """Rings may start and run otherwise."""
    shape = record.values.get("geometry")
    if not isinstance(shape, bytes):
        return record
    plain = to_wkb(normalize(orient_polygons(from_wkb(shape))))
    return AssetRecord(values={**record.values, "geometry": plain}, known_from=record.known_from)


@pytest.mark.parametrize("suffix", WRITERS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(told=st.lists(records(), max_size=4))
def test_every_format_gives_back_what_was_written(suffix: str, told: list[AssetRecord], tmp_path: Path) -> None:
    path = tmp_path / f"assets.{suffix}"
    written = WRITERS[suffix](path, [stored(one) for one in told], audience=OFFICE)
    found = list(read_export(path))
    assert written.n_rows == len(told)
    if suffix == "geojson":
        assert [_same_shape(one) for one in found] == [_same_shape(one) for one in told]
    else:
        assert found == told


@settings(deadline=None)
@given(st.text(max_size=6) | st.text("'=+-@\t\r\n\0＝＋－＠a", max_size=6))
def test_the_mark_of_formulas_comes_off_again_and_no_cell_is_a_formula(text: str) -> None:
    assert from_cell(to_cell(text)) == text
    assert not to_cell(text).startswith(tuple(FORMULA_STARTS))


@given(st.lists(words).map(tuple))
def test_words_come_back_whatever_they_hold(told: tuple[str, ...]) -> None:
    assert words_of_text(text_of_words(told)) == told


@pytest.mark.parametrize("headers", ["ja", "en"])
def test_headers_for_people_are_read_back_too(headers: str, tmp_path: Path) -> None:
    one = asset("a", name="公園", height_agl_m=0.1 + 0.2, lat=35.1, lon=139.1)
    write_csv(tmp_path / "a.csv", [one], audience=OFFICE, headers=headers)
    assert list(read_export(tmp_path / "a.csv")) == [one.record]


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_same_assets_give_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    told = [asset("a", name="x", lat=35.0, lon=139.0), asset("b", storeys=3)]
    one, two = tmp_path / "1" / f"a.{suffix}", tmp_path / "2" / f"a.{suffix}"
    for path in (one, two):
        path.parent.mkdir()
        WRITERS[suffix](path, told, audience=OFFICE)
    assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in one.parent.iterdir()) == [f"a.{suffix}"]


@pytest.mark.parametrize("suffix", WRITERS)
def test_no_assets_make_a_file_without_rows(suffix: str, tmp_path: Path) -> None:
    WRITERS[suffix](tmp_path / f"a.{suffix}", [], audience=OFFICE)
    assert list(read_export(tmp_path / f"a.{suffix}")) == []
