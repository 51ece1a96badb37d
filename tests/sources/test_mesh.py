"""Mesh statistics: every row a cell, a reject, or of another day."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from source_samples import reasons, write

from assets_db.errors import InvalidSourceError
from assets_db.sources.mesh import mesh_bounds, read_mesh_population

CENSUS = (
    "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001101001,T001101002\n,,,,人口総数,人口総数　男\n53394519,0,,,12996,6000\n533945191,0,,,200,100\n"
    "533945192,1,533945191,,*,*\n533945193,0,,,,\n5339451,0,,,3,1\n53394519,0,,,1,1\n533945194,0,,,5\n"
)
FLOW = "mesh1kmid,prefcode,citycode,year,month,dayflag,timezone,population\n" + "".join(
    f"53394519,13,13101,2019,10,{day},{time},{10 * day + time}\n" for day in range(3) for time in range(3)
)


def test_a_census_in_cp932_with_labels_and_suppressed_cells(tmp_path: Path) -> None:
    found = read_mesh_population(write(tmp_path, "mesh.txt", CENSUS, "cp932"))
    assert [(cell.code, cell.value, cell.row) for cell in found.cells] == [("53394519", 12996.0, 3), ("533945191", 200.0, 4)]
    assert (found.value_column, found.label) == ("T001101001", "人口総数")
    expected = {"not_an_asset": 1, "suppressed": 1, "missing": 1, "unknown_value": 1, "duplicate_id": 1, "wrong_cell_count": 1}
    assert reasons(found.rejects) == expected
    assert len(found.cells) + len(found.rejects) + found.n_not_selected == found.n_rows == 8


def test_people_flow_of_one_day_and_time(tmp_path: Path) -> None:
    path = write(tmp_path, "flow.csv", FLOW)
    found = read_mesh_population(path, where={"dayflag": "1", "timezone": "0"})
    assert [cell.value for cell in found.cells] == [10.0]
    assert (found.n_not_selected, found.n_rows) == (8, 9)
    with pytest.raises(InvalidSourceError, match="must choose dayflag and timezone"):
        read_mesh_population(path)


@pytest.mark.parametrize(
    ("code", "bounds"),
    [
        ("5339", (139.0, 35.3333333333, 140.0, 36.0)),
        ("533945", (139.625, 35.6666666667, 139.75, 35.75)),
        ("53394519", (139.7375, 35.675, 139.75, 35.6833333333)),
        ("533945191", (139.7375, 35.675, 139.74375, 35.6791666667)),
        ("533945194", (139.74375, 35.6791666667, 139.75, 35.6833333333)),
        ("5339451911", (139.7375, 35.675, 139.740625, 35.6770833333)),
    ],
)
def test_bounds_of_mesh_codes(code: str, bounds: tuple[float, float, float, float]) -> None:
    assert mesh_bounds(code) == pytest.approx(bounds, abs=1e-9)


@pytest.mark.parametrize("code", ["", "53", "533995", "533945195", "53394519x", "５３３９"])
def test_what_is_no_mesh_code_is_refused(code: str) -> None:
    with pytest.raises(InvalidSourceError):
        mesh_bounds(code)


@pytest.mark.real_data
def test_cells_lie_where_the_published_outlines_are(data_dir: Path) -> None:
    folder = data_dir / "people_flow_1km"
    found = read_mesh_population(folder / "tokyo_2019_10_monthly_mdp_mesh1km.csv", where={"dayflag": "1", "timezone": "0"})
    assert len(found.cells) + len(found.rejects) + found.n_not_selected == found.n_rows == 13848
    features = json.loads((folder / "13tokyo1km.geojson").read_text("utf-8"))["features"]
    rings = {str(one["properties"]["code"]): one["geometry"]["coordinates"][0] for one in features}
    checked = [cell for cell in found.cells if cell.code in rings]
    assert len(checked) > 1000
    for cell in checked:
        lons, lats = zip(*rings[cell.code], strict=True)
        assert cell.bounds == pytest.approx((min(lons), min(lats), max(lons), max(lats)), abs=1e-6)
