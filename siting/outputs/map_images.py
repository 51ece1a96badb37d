"""The raster layers of a map: buildings, coverage, and candidates too many to draw one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from siting.arrays import BoolArray, IntArray
from siting.candidates import Candidates
from siting.demand import DemandGrid
from siting.errors import InvalidInputError
from siting.evaluate import Kpis
from siting.outputs.mercator import Bounds, Lattice, MercatorFrame, frame_around, pixel_of, warp
from siting.outputs.raster_image import Rgba, block_majority, block_share_levels, data_uri, palette_png

UNCOVERED: Rgba = (253, 205, 158, 205)
BY_ONE: Rgba = (158, 202, 225, 220)
BY_TWO: Rgba = (66, 146, 198, 220)
BY_MORE: Rgba = (8, 69, 148, 220)
BUILDING: Rgba = (124, 128, 134, 255)
CANDIDATE: Rgba = (60, 60, 60, 255)
_CLEAR: Rgba = (0, 0, 0, 0)

_MAX_PIXELS = 2500
_BUILDING_PIXEL_M = 0.5
_SAMPLES_PER_PIXEL = 2
_DENSITY_STEPS = 4


class IndoorMask(Protocol):
    """Tells which points of a lattice lie inside a building, as ``City.indoor_mask`` does."""

    def __call__(self, x_m: float, y_m: float, cell_m: float, n_columns: int, n_rows: int, /) -> BoolArray:
        """Return shape (n_rows, n_columns), row 0 in the south; x and y are those of the lower left point."""
        ...


@dataclass(frozen=True, kw_only=True)
class OverlayImage:
    """
    A picture with its place on the map.

    Attributes
    ----------
    uri
        PNG as a ``data:`` address.
    lat_lon_bounds
        South-west and north-east corner [deg].
    """

    uri: str
    lat_lon_bounds: list[list[float]]


def coverage_image(demand: DemandGrid, kpis: Kpis, *, pixels_per_cell: int = 10) -> OverlayImage:
    """
    Return the demand cells coloured by how many chosen sites serve them; see :func:`cells_image`.

    Parameters
    ----------
    demand
        The cells, at least one.
    kpis
        Gives the number of servers of each cell.
    pixels_per_cell
        Pixels along a cell; more show its edges truer, and weigh more.
    """
    palette = (_CLEAR, UNCOVERED, BY_ONE, BY_TWO, BY_MORE)
    return cells_image(demand, 1 + np.minimum(kpis.n_servers, 3), palette, pixels_per_cell=pixels_per_cell)


def cells_image(demand: DemandGrid, levels: IntArray, palette: Sequence[Rgba], *, pixels_per_cell: int = 10) -> OverlayImage:
    """
    Return demand cells in the colours of a palette, cropped to those whose level is not 0.

    Where a pixel holds several cells, the commonest colour wins.

    Parameters
    ----------
    demand
        The cells.
    levels
        Place in the palette of each cell, shape (n_cells,); 0 is not drawn, at least one cell must be.
    palette
        Colours, the first clear.
    pixels_per_cell
        Pixels along a cell.
    """
    shown = np.flatnonzero(levels)
    column_row = demand.column_row[shown]
    low = column_row.min(axis=0).astype(np.int64)
    n_columns, n_rows = (column_row.max(axis=0) - low + 1).tolist()
    position = column_row - low
    lattice_levels = np.zeros((n_rows, n_columns), dtype=np.uint8)
    lattice_levels[position[:, 1], position[:, 0]] = levels[shown]
    x0_m, y0_m = (low * demand.cell_m).tolist()
    bounds = (x0_m, y0_m, x0_m + n_columns * demand.cell_m, y0_m + n_rows * demand.cell_m)
    frame = frame_around(bounds, demand.crs, pixel_m=demand.cell_m / pixels_per_cell, max_pixels=_MAX_PIXELS)
    factor = math.ceil(max(n_columns, n_rows) / _MAX_PIXELS)
    blocks = block_majority(lattice_levels, factor)
    lattice = Lattice(x0_m=x0_m, y0_m=y0_m, cell_m=demand.cell_m * factor, n_columns=blocks.shape[1], n_rows=blocks.shape[0])
    image = warp(blocks, lattice, demand.crs, frame)
    return _overlay(palette_png(image, palette), frame)


def building_image(indoor_mask: IndoorMask, bounds_m: Bounds, demand: DemandGrid) -> OverlayImage:
    """
    Return the buildings as grey; pixels partly inside are lighter.

    Parameters
    ----------
    indoor_mask
        The city's exact test.
    bounds_m
        West, south, east, north of the picture [m].
    demand
        Gives the CRS.

    Raises
    ------
    InvalidInputError
        The mask has another shape than asked for.
    """
    west, south, east, north = bounds_m
    pixel_m = max(_BUILDING_PIXEL_M, max(east - west, north - south) / _MAX_PIXELS)
    frame = frame_around(bounds_m, demand.crs, pixel_m=pixel_m, max_pixels=_MAX_PIXELS)
    n_columns, n_rows = (math.ceil(extent / pixel_m) for extent in (east - west, north - south))
    wanted = (n_rows * _SAMPLES_PER_PIXEL, n_columns * _SAMPLES_PER_PIXEL)
    sample_m = pixel_m / _SAMPLES_PER_PIXEL
    is_indoor = indoor_mask(west + sample_m / 2, south + sample_m / 2, sample_m, wanted[1], wanted[0])
    if is_indoor.shape != wanted:
        raise InvalidInputError("indoor_mask", f"must return shape {wanted}", is_indoor.shape)
    levels = block_share_levels(is_indoor, _SAMPLES_PER_PIXEL)
    lattice = Lattice(x0_m=west, y0_m=south, cell_m=pixel_m, n_columns=n_columns, n_rows=n_rows)
    return _overlay(palette_png(warp(levels, lattice, demand.crs, frame), _shades(BUILDING, _SAMPLES_PER_PIXEL**2)), frame)


def candidate_image(candidates: Candidates, bounds_m: Bounds) -> OverlayImage:
    """
    Return the candidates as dots, darker where several share a pixel.

    Parameters
    ----------
    candidates
        Any number.
    bounds_m
        West, south, east, north of the picture [m]; candidates outside are not drawn.
    """
    frame = frame_around(bounds_m, candidates.crs, pixel_m=1.0, max_pixels=_MAX_PIXELS)
    pixels = pixel_of(candidates.xyz_m[:, :2], candidates.crs, frame)
    is_inside = ((pixels >= 0) & (pixels < [frame.n_columns, frame.n_rows])).all(axis=1)
    count = np.zeros((frame.n_rows, frame.n_columns), dtype=np.int64)
    np.add.at(count, (pixels[is_inside, 1], pixels[is_inside, 0]), 1)
    levels = np.minimum(count, _DENSITY_STEPS).astype(np.uint8)
    return _overlay(palette_png(levels, _shades(CANDIDATE, _DENSITY_STEPS)), frame)


def _shades(colour: Rgba, steps: int) -> list[Rgba]:
    """Return the colour from clear to full in equal steps of opacity."""
    return [(*colour[:3], colour[3] * step // steps) for step in range(steps + 1)]


def _overlay(png: bytes, frame: MercatorFrame) -> OverlayImage:
    return OverlayImage(uri=data_uri(png, "image/png"), lat_lon_bounds=frame.lat_lon_bounds)
