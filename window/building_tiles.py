"""Building footprints as map tiles, drawn from the city that coverage is computed with: the base map of a machine without internet."""

from __future__ import annotations

import math

import numpy as np
from pyproj import Transformer

from siting import City
from siting.outputs.mercator import Lattice, MercatorFrame, warp
from siting.outputs.raster_image import block_share_levels, palette_png
from siting.outputs.site_rows import GEOGRAPHIC_CRS

LEAST_ZOOM = 14
MOST_ZOOM = 20

_PIXELS = 256
_EQUATOR_M = 2 * math.pi * 6_378_137.0
_SAMPLES = 2
_GREY = (124, 128, 134)
_SHADES = [(*_GREY, 220 * step // _SAMPLES**2) for step in range(_SAMPLES**2 + 1)]
EMPTY_TILE = palette_png(np.zeros((1, 1), dtype=np.uint8), [(0, 0, 0, 0)])


def tile_bounds(zoom: int, column: int, row: int) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a tile [deg]."""
    west, south, east, north = (float(one) for one in np.ravel(_frame(zoom, column, row).lat_lon_bounds)[[1, 0, 3, 2]])
    return west, south, east, north


def building_tile(city: City, zoom: int, column: int, row: int) -> bytes:
    """
    Return a tile of footprints as PNG.

    Parameters
    ----------
    city
        Whose buildings.
    zoom, column, row
        The tile, as web maps number them; ``LEAST_ZOOM`` to ``MOST_ZOOM``.
    """
    frame = _frame(zoom, column, row)
    west, south, east, north = tile_bounds(zoom, column, row)
    to_plane = Transformer.from_crs(GEOGRAPHIC_CRS, city.crs, always_xy=True)
    x_m, y_m = to_plane.transform([west, east, west, east], [south, south, north, north])
    size = max(max(x_m) - min(x_m), max(y_m) - min(y_m)) / _PIXELS
    columns, rows = (math.ceil((max(one) - min(one)) / size) for one in (x_m, y_m))
    sample = size / _SAMPLES
    is_indoor = city.indoor_mask(min(x_m) + sample / 2, min(y_m) + sample / 2, sample, columns * _SAMPLES, rows * _SAMPLES)
    levels = block_share_levels(is_indoor, _SAMPLES)
    lattice = Lattice(x0_m=min(x_m), y0_m=min(y_m), cell_m=size, n_columns=columns, n_rows=rows)
    return palette_png(warp(levels, lattice, city.crs, frame), _SHADES)


def _frame(zoom: int, column: int, row: int) -> MercatorFrame:
    size_m = _EQUATOR_M / 2**zoom
    return MercatorFrame(
        west_m=column * size_m - _EQUATOR_M / 2,
        north_m=_EQUATOR_M / 2 - row * size_m,
        pixel_m=size_m / _PIXELS,
        n_columns=_PIXELS,
        n_rows=_PIXELS,
    )
