"""Where the assets are: what the map asks for, against a slow count of the register itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assets_db.store import AssetFilter, Register, open_register
from window.asset_index import UNKNOWN, AssetIndex, IndexKeeper, fold, mesh_box, read_index, zoom_of
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
    import datetime as dt  # noqa: PLC0415

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
