from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
from pyproj import Transformer
from street_grid import District

from siting.errors import InvalidPlanError
from siting.outputs.exports import SITE_COLUMNS, write_kpis_csv, write_sites_csv, write_sites_geojson, write_sites_gpkg

FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_carriers_list_holds_every_site_in_order(district: District, tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    write_sites_csv(
        path, plan=district.plan, kpis=district.kpis, candidates=district.candidates, band="28 GHz", fixed=district.plan.chosen[:1]
    )
    rows = rows_of(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfrank,site_id,")
    assert list(rows[0]) == list(SITE_COLUMNS)
    assert tuple(row["site_id"] for row in rows) == district.plan.chosen
    assert [row["is_fixed"] for row in rows] == ["true", *["false"] * 11]
    assert {(row["band"], row["azimuth_deg"], row["plane_crs"], row["is_synthetic"]) for row in rows} == {
        ("28 GHz", "", "EPSG:6677", "true")
    }
    assert sum(float(row["marginal_weight"]) for row in rows) == pytest.approx(district.plan.objective, abs=1e-3)


def test_degrees_and_metres_name_the_same_place(district: District, tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    write_sites_csv(path, plan=district.plan, kpis=district.kpis, candidates=district.candidates, band="")
    to_plane = Transformer.from_crs("EPSG:6668", "EPSG:6677", always_xy=True)
    for row in rows_of(path):
        x, y = to_plane.transform(float(row["lon"]), float(row["lat"]))
        assert abs(x - float(row["x_m"])) < 0.02
        assert abs(y - float(row["y_m"])) < 0.02


def test_no_text_from_outside_becomes_a_formula(district_with: Callable[..., District], tmp_path: Path) -> None:
    evil = district_with(names=lambda i: FORMULA_STARTS[i % len(FORMULA_STARTS)] + "cmd|' /C calc'!A0")
    path = tmp_path / "sites.csv"
    write_sites_csv(path, plan=evil.plan, kpis=evil.kpis, candidates=evil.candidates, band="=28")
    for row in rows_of(path):
        assert row["name"].startswith("'")
        assert row["band"] == "'=28"
        assert float(row["x_m"]) < 0  # numbers keep their sign, without an apostrophe


def test_geojson_is_lon_lat_and_keeps_text_as_it_is(district: District, tmp_path: Path) -> None:
    path = tmp_path / "sites.geojson"
    write_sites_geojson(path, plan=district.plan, kpis=district.kpis, candidates=district.candidates, band="28 GHz")
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert set(collection) == {"type", "features"}
    first = collection["features"][0]
    lon, lat = first["geometry"]["coordinates"]
    assert 139.6 < lon < 139.8
    assert 35.6 < lat < 35.7
    assert first["properties"]["azimuth_deg"] is None
    assert first["properties"]["name"].startswith("街路灯")
    assert len(collection["features"]) == 12


def test_geopackage_reads_back_with_types_and_crs(district: District, tmp_path: Path) -> None:
    path = tmp_path / "sites.gpkg"
    write_sites_gpkg(path, plan=district.plan, kpis=district.kpis, candidates=district.candidates, band="28 GHz")
    frame = geopandas.read_file(path, layer="sites")
    assert frame.crs.to_epsg() == 6677
    assert tuple(frame["site_id"]) == district.plan.chosen
    assert frame["is_synthetic"].all()
    assert frame["azimuth_deg"].isna().all()
    assert np.allclose(frame.geometry.x, frame["x_m"])


def test_geopackage_bytes_do_not_depend_on_the_clock_and_gdal_keeps_its_options(district: District, tmp_path: Path) -> None:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2011-11-11T11:11:11.000Z"})
    try:
        first, second = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
        for path in (first, second):
            write_sites_gpkg(path, plan=district.plan, kpis=district.kpis, candidates=district.candidates, band="28 GHz")
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "2011-11-11T11:11:11.000Z"
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    assert first.read_bytes() == second.read_bytes()
    with closing(sqlite3.connect(first)) as database:
        assert database.execute("SELECT last_change FROM gpkg_contents").fetchall() == [("2000-01-01T00:00:00.000Z",)]


def test_key_figures_start_with_the_total_and_its_bound(district: District, tmp_path: Path) -> None:
    path = tmp_path / "kpis.csv"
    write_kpis_csv(path, plan=district.plan, kpis=district.kpis)
    total, *groups = rows_of(path)
    assert total["scope"] == "total"
    assert float(total["upper_bound"]) == pytest.approx(district.plan.upper_bound)
    assert float(total["gap"]) == pytest.approx(district.plan.gap, abs=1e-9)
    assert [group["name"] for group in groups] == ["西地区", "東地区"]
    assert sum(float(group["covered_weight"]) for group in groups) == pytest.approx(float(total["covered_weight"]))
    assert {group["upper_bound"] for group in groups} == {""}


def test_figures_of_another_plan_are_refused(district: District, district_with: Callable[..., District], tmp_path: Path) -> None:
    other = district_with(n_sites=3)
    with pytest.raises(InvalidPlanError, match="kpis must belong to the plan"):
        write_sites_csv(tmp_path / "sites.csv", plan=district.plan, kpis=other.kpis, candidates=district.candidates, band="")
