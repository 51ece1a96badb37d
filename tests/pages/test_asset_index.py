"""Where the assets are: what the map asks for, against a slow count of the register itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from assets_db.record import AssetRecord, Provenance
from assets_db.store import AssetFilter, Register, open_register
from window.asset_index import UNGRADED, UNKNOWN, AssetIndex, IndexKeeper, fold, mesh_box, read_index, zoom_of
from window.planning.areas import Areas
from window.settings import read_settings

NOWHERE: dict[str, tuple[str, ...]] = {}


@pytest.fixture(scope="module")
def register(sample_window: Path) -> Register:
    return open_register(read_settings(sample_window).database)


@pytest.fixture(scope="module")
def index(register: Register) -> AssetIndex:
    return read_index(register)


def test_it_holds_every_asset_that_has_a_position(register: Register, index: AssetIndex) -> None:
    with register.reading() as session:
        known = [one.asset_id for one in session.assets() if one.record.number("lon") is not None]
    assert sorted(index.ids) == sorted(known)
    assert len(index) > 600


def test_a_box_and_filters_find_what_the_register_finds(register: Register, index: AssetIndex) -> None:
    west, south, east, north = 139.730, 35.671, 139.736, 35.676
    chosen = index.chosen({"asset_type": ("streetlight", "park")})
    found = index.within((west, south, east, north), chosen)
    with register.reading() as session:
        expected = {
            one.asset_id for one in session.assets(AssetFilter(bbox=(west, south, east, north), asset_types=("streetlight", "park")))
        }
    assert {index.ids[row] for row in found.rows} == expected
    assert expected
    assert not found.clusters


def test_unknown_values_can_be_asked_for(index: AssetIndex) -> None:
    assert index.chosen({"sharing": (UNKNOWN,)}).sum() == sum(value == UNKNOWN for value in index.values["sharing"]) * len(index)


def test_the_grade_of_the_height_is_that_of_the_register(register: Register, index: AssetIndex) -> None:
    with register.reading() as session:
        records = [one.record for one in session.assets() if one.record.number("lon") is not None]
    graded = {one.text("asset_id"): one.known_from["height_agl_m"].grade for one in records if one.number("height_agl_m") is not None}
    assert graded
    for grade in set(graded.values()):
        chosen = index.chosen({"grade": (grade,)})
        assert {index.ids[row] for row in np.flatnonzero(chosen)} == {one for one, other in graded.items() if other == grade}
    assert index.chosen({"grade": (UNKNOWN,)}).sum() == len(index) - len(graded)


def test_both_engines_tell_the_grade(register_url: str) -> None:
    register = open_register(register_url)
    known = {
        "A": ({"height_agl_m": 8.0}, {"height_agl_m": Provenance("x", None, "A")}),
        "C": ({"mount_height_max_m": 5.0}, {"mount_height_max_m": Provenance("x", None, "C")}),
        UNGRADED: ({"height_agl_m": 3.0}, {}),
        UNKNOWN: ({}, {}),
    }
    with register.writing(who="test", why="test", now=dt.datetime(2026, 11, 26, tzinfo=dt.UTC)) as session:
        for grade, (values, known_from) in known.items():
            place = {"lat": 35.7, "lon": 139.7, "asset_type": "streetlight", "source_id": "x"}
            session.put_asset(f"x:{grade}", AssetRecord(values={**place, **values}, known_from=known_from))
    index = read_index(register)
    register.engine.dispose()
    assert {grade: index.ids[np.flatnonzero(index.chosen({"grade": (grade,)}))[0]] for grade in known} == {one: f"x:{one}" for one in known}


def test_zones_narrow_the_map(sample_window: Path, register: Register) -> None:
    areas = Areas(read_settings(sample_window).scenarios)
    index = read_index(register, areas.zones_of)
    prepared = areas.prepared(areas.names[0])
    west, south, east, north = areas.file(areas.names[0]).scenario.area.bbox
    is_inside = (index.lon >= west) & (index.lon <= east) & (index.lat >= south) & (index.lat <= north)
    names = [one.name for one in prepared.basis.zones]
    assert set(index.zones) == set(names)
    whole = max(names, key=lambda one: index.zones[one].sum())
    part = min(names, key=lambda one: index.zones[one].sum())
    assert 0 < index.chosen({"zone": (part,)}).sum() < index.chosen({"zone": (part, whole)}).sum() <= is_inside.sum()
    assert not index.chosen({"zone": ("no such zone",)}).any()


def test_clusters_hold_every_asset_once(index: AssetIndex) -> None:
    found = index.within((139.0, 35.0, 140.0, 36.0), index.chosen(NOWHERE), most=10)
    assert sum(count for _, _, count in found.clusters) == len(index)
    assert not len(found.rows)
    lon = np.array([one[0] for one in found.clusters])
    assert index.lon.min() <= lon.min()
    assert lon.max() <= index.lon.max()


def test_search_does_not_mind_widths_and_cases(index: AssetIndex) -> None:
    one = next(name for name in index.names if any("0" <= sign <= "9" for sign in name))
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in one)
    assert index.chosen(NOWHERE, wide).sum() >= 1
    assert fold("ＡＢＣ　１２") == "abc12"
    assert not index.chosen(NOWHERE, "no such place anywhere").any()


def test_a_mesh_code_finds_what_lies_in_its_cell(index: AssetIndex) -> None:
    box = mesh_box("53393588")
    assert box is not None
    inside = (index.lon >= box[0]) & (index.lon < box[2]) & (index.lat >= box[1]) & (index.lat < box[3])
    assert (index.chosen(NOWHERE, "５３３９３５８８") == inside).all()
    assert mesh_box("53393599999999") is None
    assert mesh_box("480") is None


def test_a_change_of_the_register_is_seen(own_window: Path) -> None:
    register = open_register(read_settings(own_window).database)
    keeper = IndexKeeper(register)
    before = keeper.current()
    assert keeper.current() is before
    with register.reading() as session:
        found = session.asset(before.ids[0])
    assert found is not None
    with register.writing(who="test", why="test", now=dt.datetime.now(dt.UTC)) as session:
        session.edit(before.ids[0], {"name": "新しい名前"}, expected_version=found.row_version)
    assert keeper.current().name_of(before.ids[0]) == "新しい名前"


@pytest.mark.parametrize(("extent", "zoom"), [(0.0127, 16), (0.4, 11), (1e-9, 18), (300.0, 5)])
def test_the_zoom_fits_the_extent(extent: float, zoom: int) -> None:
    assert zoom_of((139.0, 35.0, 139.0 + extent, 35.0)) == zoom
