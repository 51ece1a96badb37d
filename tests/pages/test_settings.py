"""Settings, uploads and small words of the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from window.errors import InvalidRequestError, InvalidTableError
from window.machine import case_machine
from window.settings import read_settings
from window.ui.frame import plain
from window.uploads import box_of_geojson
from window.waiting import waits_for


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("database = 1", "database"),
        ('sign_in = "demo"', "database"),
        ('database = "sqlite:///x.db"\nsign_in = "anybody"', "sign_in"),
        ('database = "sqlite:///x.db"\ncolour = "red"', "colour"),
        ("database = ", "TOML"),
    ],
)
def test_bad_settings_name_the_key(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "window.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidTableError, match=problem):
        read_settings(file)


def test_without_settings_the_person_learns_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(InvalidTableError, match="siting window demo"):
        read_settings(tmp_path / "none.toml")


def test_oidc_is_what_a_window_without_a_word_asks_for(tmp_path: Path) -> None:
    file = tmp_path / "window.toml"
    file.write_text('database = "sqlite:///x.db"', encoding="utf-8")
    assert read_settings(file).sign_in == "oidc"


def test_a_search_area_is_the_box_around_its_shapes() -> None:
    shape = b'{"type":"Polygon","coordinates":[[[139.1,35.2],[139.3,35.2],[139.3,35.4]]]}'
    file = b'{"type":"FeatureCollection","features":[{"geometry":' + shape + b"}]}"
    assert box_of_geojson(file) == (139.1, 35.2, 139.3, 35.4)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff\xfe\x00",
        b'{"coordinates": [1, 2]}',
        b'{"coordinates": [[200, 1], [201, 2]]}',
        b'{"coordinates": [[NaN, 1], [2, 2]]}',
        b'{"coordinates": [[1e999, 1], [2, 2]]}',
        b"[" * 100_000,
        b'{"coordinates": [[true, false], [true, true]]}',
        b" " * 5_000_001,
        b"<OGRVRTDataSource></OGRVRTDataSource>",
    ],
)
def test_a_hostile_search_area_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        box_of_geojson(content)


@pytest.mark.parametrize("text", ["# title", "[x](javascript:alert(1))", "**b**", "<b>", ":red[x]", "$x$", "`code`", "a\nb"])
def test_text_of_people_is_no_markdown(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    for sign in "\\`*_[]()<>#$:":
        assert shown.replace(f"\\{sign}", "").count(sign) == 0 or sign == "\\"


def test_every_open_state_waits_for_somebody_who_can_act() -> None:
    for state in case_machine().states:
        role = waits_for(state.name)
        if state.is_final or state.name == "IN_SERVICE":
            assert role is None
        else:
            assert role is not None
            assert case_machine().actions(state.name, role)
