from __future__ import annotations

import base64
from collections.abc import Callable

import numpy as np
import pytest
from pyproj import Transformer
from rasterio.io import MemoryFile
from street_grid import CELL_M, PLANE, SOUTH, WEST, District

from siting.candidates import Candidates
from siting.errors import InvalidInputError
from siting.outputs.map_images import OverlayImage, building_image, candidate_image, coverage_image
from siting.outputs.mercator import Lattice, MercatorFrame, frame_around, pixel_of, warp
from siting.outputs.raster_image import block_majority, block_share_levels, palette_png

RED, CLEAR = (255, 0, 0, 255), (0, 0, 0, 0)


def decode(png: bytes) -> tuple[np.ndarray, dict[int, tuple[int, ...]]]:
    with MemoryFile(png) as memory, memory.open(driver="PNG") as image:
        return image.read(1), image.colormap(1)


def picture(image: OverlayImage) -> np.ndarray:
    return decode(base64.b64decode(image.uri.removeprefix("data:image/png;base64,")))[0]


def plane_of_pixels(frame: MercatorFrame, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Where pixel centres lie in the plane, by PROJ's own Web Mercator."""
    to_plane = Transformer.from_crs("EPSG:3857", PLANE, always_xy=True)
    x, y = to_plane.transform(frame.west_m + (column + 0.5) * frame.pixel_m, frame.north_m - (row + 0.5) * frame.pixel_m)
    return np.column_stack([x, y])


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_png_is_read_the_same_by_gdal() -> None:
    levels = np.arange(12, dtype=np.uint8).reshape(3, 4) % 3
    pixels, colours = decode(palette_png(levels, [CLEAR, RED, (1, 2, 3, 4)]))
    assert (pixels == levels).all()
    assert [colours[i] for i in range(3)] == [CLEAR, RED, (1, 2, 3, 4)]


@pytest.mark.parametrize("levels", [np.zeros((0, 3), dtype=np.uint8), np.full((1, 1), 2, dtype=np.uint8)])
def test_an_image_without_pixels_or_colour_is_refused(levels: np.ndarray) -> None:
    with pytest.raises(InvalidInputError, match="image"):
        palette_png(levels, [CLEAR, RED])


def test_blocks_take_their_commonest_level_and_leave_no_gaps() -> None:
    levels = np.array([[0, 0, 2, 2, 3], [0, 1, 2, 3, 0]], dtype=np.uint8)
    assert block_majority(levels, 2).tolist() == [[1, 2, 3]]
    assert block_majority(levels, 1) is levels
    assert block_share_levels(levels > 0, 2).tolist() == [[1, 4, 1]]


@pytest.mark.parametrize("size_m", [900.0, 40_000.0])
def test_every_pixel_shows_the_cell_under_its_centre(size_m: float) -> None:
    """Compared with the projection evaluated exactly at each pixel, from one district to a whole metropolis."""
    cell_m = size_m / 150
    lattice = Lattice(x0_m=-12_000.0, y0_m=-38_000.0, cell_m=cell_m, n_columns=150, n_rows=120)
    levels = np.random.default_rng(0).integers(1, 5, (120, 150)).astype(np.uint8)
    bounds = (lattice.x0_m, lattice.y0_m, lattice.x0_m + 150 * cell_m, lattice.y0_m + 120 * cell_m)
    frame = frame_around(bounds, PLANE, pixel_m=size_m / 600, max_pixels=700)
    image = warp(levels, lattice, PLANE, frame)
    rows, columns = np.mgrid[0 : frame.n_rows, 0 : frame.n_columns]
    exact = (plane_of_pixels(frame, columns.ravel(), rows.ravel()) - [lattice.x0_m, lattice.y0_m]) / cell_m
    away = np.abs(exact - np.round(exact)).min(axis=1) * cell_m  # distance to the nearest border of a cell
    cell = np.floor(exact).astype(np.int64)
    is_inside = ((cell >= 0) & (cell < [150, 120])).all(axis=1)
    expected = np.where(is_inside, levels[cell[:, 1].clip(0, 119), cell[:, 0].clip(0, 149)], 0)
    is_wrong = image.ravel() != expected
    assert away[is_wrong].max(initial=0.0) < 0.01 * size_m / 600
    assert is_wrong.mean() < 0.01
    assert is_inside.mean() > 0.9


def test_the_frame_holds_the_whole_rectangle_within_its_pixels() -> None:
    frame = frame_around((-12_000.0, -38_000.0, 23_000.0, -3_000.0), PLANE, pixel_m=1.0, max_pixels=500)
    corners = np.array([[-12_000.0, -38_000.0], [23_000.0, -38_000.0], [23_000.0, -3_000.0], [-12_000.0, -3_000.0]])
    pixels = pixel_of(corners, PLANE, frame)
    assert max(frame.n_columns, frame.n_rows) <= 500
    assert (pixels >= 0).all()
    assert (pixels <= [frame.n_columns, frame.n_rows]).all()
    (south, west), (north, east) = frame.lat_lon_bounds
    assert 35.6 < south < north < 36.0
    assert 139.6 < west < east < 140.1


def test_an_empty_rectangle_has_no_frame() -> None:
    with pytest.raises(InvalidInputError, match="must enclose an area"):
        frame_around((0.0, 0.0, 0.0, 1.0), PLANE, pixel_m=1.0, max_pixels=10)


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_cells_have_the_colour_of_their_number_of_servers(district: District) -> None:
    image = picture(coverage_image(district.demand, district.kpis))
    counts = np.bincount(image.ravel(), minlength=5)[1:]
    expected = np.bincount(1 + np.minimum(district.kpis.n_servers, 3), minlength=5)[1:]
    assert counts / counts.sum() == pytest.approx(expected / expected.sum(), abs=0.005)


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_buildings_are_drawn_where_the_city_has_them(district: District) -> None:
    bounds = (WEST * CELL_M - 20, SOUTH * CELL_M - 20, (WEST + 60) * CELL_M + 20, (SOUTH + 48) * CELL_M + 20)
    image = picture(building_image(district.indoor_mask, bounds, district.demand))
    frame = frame_around(bounds, PLANE, pixel_m=0.5, max_pixels=2500)
    assert image.shape == (frame.n_rows, frame.n_columns)
    row, column = (axis.ravel() for axis in np.mgrid[10 : frame.n_rows : 37, 10 : frame.n_columns : 37])
    for (x, y), level in zip(plane_of_pixels(frame, column, row), image[row, column], strict=True):
        is_indoor = bool(district.indoor_mask(x, y, 1.0, 1, 1)[0, 0])
        if level in {0, 4}:
            assert is_indoor == (level == 4)


def test_a_mask_of_another_shape_is_refused(district: District) -> None:
    with pytest.raises(InvalidInputError, match="indoor_mask must return shape"):
        building_image(lambda *_: np.zeros((3, 3), dtype=np.bool_), (0.0, 0.0, 100.0, 100.0), district.demand)


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_candidates_are_dots_that_darken_with_number() -> None:
    points = [(-12_000.0, -38_000.0, 8.0)] * 9 + [(-11_900.0, -37_900.0, 8.0), (50_000.0, 0.0, 8.0)]
    image = picture(candidate_image(Candidates.from_points(points, crs=PLANE), (-12_050.0, -38_050.0, -11_850.0, -37_850.0)))
    assert np.bincount(image.ravel(), minlength=5)[1:].tolist() == [1, 0, 0, 1]


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_a_large_grid_is_shrunk_and_not_thinned(district_with: Callable[..., District]) -> None:
    district = district_with()
    far = district.demand.column_row.copy()
    far[-1] += [4000, 0]
    demand = type(district.demand)(column_row=far, cell_m=CELL_M, crs=PLANE, weight=district.demand.weight, unit="m2", groups={})
    image = picture(coverage_image(demand, district.kpis))
    assert max(image.shape) <= 2500
    assert (image > 0).sum() > 0.8 * len(demand) / 4
