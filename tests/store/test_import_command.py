"""``siting assets import`` from the keyboard: what it says, what it takes, what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets_db.store import init_register, open_register
from scenarios.cli import app

LIST = "ID,名称,住所,緯度,経度\n1,東公園,新宿区西新宿2-8,,\n2,西公園,新宿区西新宿2-9,35.66,139.70\n3,南公園,,45.0,141.0\n"
TOWNS = "都道府県名,市区町村名,町丁目名,緯度,経度\n東京都,新宿区,西新宿二丁目,35.689,139.692\n"


@pytest.fixture
def url(tmp_path: Path) -> str:
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "towns.csv").write_text(TOWNS, encoding="utf-8")
    init_register(f"sqlite:///{tmp_path / 'register.db'}").engine.dispose()
    return f"sqlite:///{tmp_path / 'register.db'}"


def run(url: str, folder: Path, *words: str):
    return CliRunner().invoke(app, ["assets", "import", str(folder / "list.csv"), "--source", "parks", "--db", url, *words])


def test_bounds_towns_and_credit_are_taken(url: str, tmp_path: Path) -> None:
    done = run(url, tmp_path, "--bounds", "139,35,140,36", "--towns", str(tmp_path / "towns.csv"), "--credit", "City", "--apply")
    assert done.exit_code == 0, done.output
    with open_register(url).reading() as session:
        assets = {one.asset_id: one.record for one in session.assets()}
        assert set(assets) == {"parks:1", "parks:2"}  # the third lies outside
        assert assets["parks:1"].number("lat") == 35.689
        assert assets["parks:1"].known_from["lat"].grade == "D"
        assert session.sources()[0].credit == "City"


def test_another_geocoder_reads_the_same_file_anew(url: str, tmp_path: Path) -> None:
    assert run(url, tmp_path, "--apply").exit_code == 0
    again = run(url, tmp_path, "--towns", str(tmp_path / "towns.csv"), "--apply")
    assert "batch 2" in again.output
    with open_register(url).reading() as session:
        found = session.asset("parks:1")
        assert found is not None
        assert found.record.number("lat") == 35.689


@pytest.mark.parametrize("bounds", ["139,35,140", "a,b,c,d", "140,35,139,36"])
def test_bounds_that_are_none_are_refused(url: str, tmp_path: Path, bounds: str) -> None:
    done = run(url, tmp_path, "--bounds", bounds)
    assert done.exit_code == 2
    assert "bounds" in done.output
