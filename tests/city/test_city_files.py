"""Cities from files: the cache, the ground raster, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from siting import City, Ground, InvalidInputError, Vegetation, city_cache
from siting import city as city_module
from siting.footprints import read_footprints

_DEMO = Path(__file__).parents[2] / "scenarios" / "demo" / "buildings.geojson"
_CRS = "EPSG:6677"


def _same(a: City, b: City) -> None:
    np.testing.assert_array_equal(a.outlines.xy_mm, b.outlines.xy_mm)
    np.testing.assert_array_equal(a.walls.walls, b.walls.walls)
    np.testing.assert_array_equal(a.walls.start, b.walls.start)
    np.testing.assert_array_equal(a.height_m, b.height_m)
    assert a.ids.tolist() == b.ids.tolist()
    assert a.report == b.report
    assert a.crs == b.crs


def test_a_second_call_loads_the_city_and_reads_no_building(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = City.from_file(_DEMO, crs=_CRS, cache_folder=tmp_path)
    monkeypatch.setattr(city_module, "read_footprints", lambda *_, **__: pytest.fail("the buildings were read again"))
    second = City.from_file(_DEMO, crs=_CRS, cache_folder=tmp_path)
    _same(first, second)
    points = first.outlines.origin_m + np.random.default_rng(0).uniform(0.0, 800.0, (300, 2))
    ends = np.column_stack((points, np.full(300, 9.0)))
    np.testing.assert_array_equal(first.visible(ends[:100], ends[100:]), second.visible(ends[:100], ends[100:]))


def test_other_input_gives_another_entry(tmp_path: Path) -> None:
    whole = City.from_file(_DEMO, crs=_CRS, cache_folder=tmp_path)
    x, y = whole.outlines.origin_m
    part = City.from_file(_DEMO, crs=_CRS, cache_folder=tmp_path, bbox_m=(x, y, x + 300, y + 300))
    changed = tmp_path / _DEMO.name
    changed.write_text(_DEMO.read_text(encoding="utf-8").replace('"height_m":', '"height_m": 1', 1), encoding="utf-8")
    other = City.from_file(changed, crs=_CRS, cache_folder=tmp_path)
    assert 0 < len(part) < len(whole)
    assert other.height_m.max() != whole.height_m.max() or (other.height_m != whole.height_m).any()


@pytest.mark.parametrize("name", ["walls.npy", "city.json", "ids.npy"])
def test_a_damaged_entry_is_built_again(tmp_path: Path, name: str) -> None:
    first = City.from_file(_DEMO, crs=_CRS, cache_folder=tmp_path)
    (entry,) = (folder for folder in tmp_path.iterdir() if folder.is_dir())
    (entry / name).write_bytes((entry / name).read_bytes()[:40])
    _same(first, City.from_file(_DEMO, crs=_CRS, cache_folder=tmp_path))


@pytest.mark.parametrize("name", ["top", "start", "walls", "height_m", "roof_m", "ring_start"])
def test_an_entry_whose_arrays_do_not_fit_is_built_again(tmp_path: Path, name: str) -> None:
    first = City.from_file(_DEMO, crs=_CRS, cache_folder=tmp_path)
    (entry,) = (folder for folder in tmp_path.iterdir() if folder.is_dir())
    np.save(entry / f"{name}.npy", np.load(entry / f"{name}.npy")[:-1])
    _same(first, City.from_file(_DEMO, crs=_CRS, cache_folder=tmp_path))


def test_the_city_unused_for_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city_cache, "N_KEPT", 2)

    def build(margin_m: float) -> City:
        x, y = -9_500.0, -36_500.0
        return City.from_file(_DEMO, crs=_CRS, cache_folder=tmp_path, bbox_m=(x, y, x + 900.0 + margin_m, y + 900.0))

    def used_at(entry: Path, second: int) -> Path:
        os.utime(entry / "city.json", (second, second))
        return entry

    build(1.0)
    first = used_at(next(tmp_path.iterdir()), 1_000)
    build(2.0)
    second = used_at(next(one for one in tmp_path.iterdir() if one != first), 2_000)
    build(1.0)
    build(3.0)
    assert first.is_dir()
    assert not second.exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_cache_that_cannot_be_written_does_not_stop_the_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    _same(City.from_file(_DEMO, crs=_CRS), City.from_file(_DEMO, crs=_CRS, cache_folder=blocked))
    assert "could not be cached" in caplog.text


def test_footprints_and_files_give_one_city() -> None:
    _same(City.from_footprints(read_footprints(_DEMO, crs=_CRS)), City.from_file([_DEMO], crs=_CRS))


def _raster(path: Path, crs: str = _CRS, nodata: float | None = None) -> np.ndarray:
    elevation = np.fromfunction(lambda row, column: 10.0 + 0.5 * column - 0.25 * row, (40, 60))
    if nodata is not None:
        elevation[5:8, 5:8] = nodata
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=40,
        width=60,
        count=1,
        dtype="float64",
        crs=crs,
        transform=from_origin(-9_000.0, -36_000.0, 5.0, 5.0),
        nodata=nodata,
    ) as file:
        file.write(elevation, 1)
    return elevation


def test_a_raster_gives_its_own_elevations_at_its_posts(tmp_path: Path) -> None:
    elevation = _raster(tmp_path / "ground.tif")
    ground = Ground.from_file(tmp_path / "ground.tif", crs=_CRS)
    rows, columns = np.mgrid[:40, :60]
    centres = np.column_stack((-9_000.0 + 5.0 * columns.ravel() + 2.5, -36_000.0 - 5.0 * rows.ravel() - 2.5))
    np.testing.assert_allclose(ground.at(centres), elevation.ravel(), atol=1e-6)


def test_empty_posts_take_their_neighbours_height(tmp_path: Path) -> None:
    _raster(tmp_path / "ground.tif", nodata=-9999.0)
    ground = Ground.from_file(tmp_path / "ground.tif", crs=_CRS)
    plane = np.fromfunction(lambda row, column: 10.0 + 0.5 * column - 0.25 * row, (40, 60))
    np.testing.assert_allclose(ground.elevation_m[::-1], plane, atol=1.0)


def test_a_raster_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ground.tif").write_bytes(b"not a raster")
    with pytest.raises(InvalidInputError, match=r"ground\.tif: ground must be a readable raster"):
        Ground.from_file(tmp_path / "ground.tif", crs=_CRS)
    with pytest.raises(InvalidInputError, match="must be projected in metres"):
        Ground.from_file(tmp_path / "ground.tif", crs="EPSG:4326")


def test_trees_and_ground_of_another_plane_are_refused() -> None:
    trees = Vegetation.from_polygons([shapely.box(0, 0, 9, 9)], crs="EPSG:6676")
    with pytest.raises(InvalidInputError, match=r"vegetation\.crs must be the city's EPSG:6677"):
        City.from_footprints([shapely.box(0, 0, 9, 9)], [5.0], crs=_CRS, vegetation=trees)


def test_polygons_without_heights_or_plane_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="height_m must be given with polygons"):
        City.from_footprints([shapely.box(0, 0, 9, 9)], crs=_CRS)
    with pytest.raises(InvalidInputError, match="crs must be given"):
        City.from_footprints([shapely.box(0, 0, 9, 9)], [5.0])
    with pytest.raises(InvalidInputError, match="must be projected in metres"):
        City.from_footprints([shapely.box(0, 0, 9, 9)], [5.0], crs="EPSG:4326")
