"""From the plane of a city to the pixels of a web map, exactly enough that no pixel is off by one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from siting.arrays import FloatArray
from siting.errors import InvalidInputError
from siting.outputs.site_rows import GEOGRAPHIC_CRS, lon_lat_deg

_EARTH_RADIUS_M = 6_378_137.0
_NODE_STEP = 64

Levels = NDArray[np.uint8]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class MercatorFrame:
    """
    A pixel grid in Web Mercator, row 0 in the north.

    Attributes
    ----------
    west_m, north_m
        Upper left corner in Web Mercator metres.
    pixel_m
        Side of a pixel in Web Mercator metres, > 0.
    n_columns, n_rows
        Size [pixels].
    """

    west_m: float
    north_m: float
    pixel_m: float
    n_columns: int
    n_rows: int

    @property
    def lat_lon_bounds(self) -> list[list[float]]:
        """South-west and north-east corner as [lat, lon] pairs [deg]."""
        east_m = self.west_m + self.n_columns * self.pixel_m
        south_m = self.north_m - self.n_rows * self.pixel_m
        lon, lat = _from_mercator(np.array([self.west_m, east_m]), np.array([south_m, self.north_m]))
        return [[float(lat[0]), float(lon[0])], [float(lat[1]), float(lon[1])]]


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """
    Square cells in the plane of a CRS; row 0 is the southernmost.

    Attributes
    ----------
    x0_m, y0_m
        Lower left corner [m].
    cell_m
        Side of a cell [m], > 0.
    n_columns, n_rows
        Size [cells].
    """

    x0_m: float
    y0_m: float
    cell_m: float
    n_columns: int
    n_rows: int


def frame_around(bounds_m: Bounds, crs: CRS, *, pixel_m: float, max_pixels: int) -> MercatorFrame:
    """
    Return the pixel grid that holds a rectangle of the plane.

    Parameters
    ----------
    bounds_m
        West, south, east, north in the plane of ``crs`` [m].
    pixel_m
        Wanted side of a pixel on the ground [m]; grows where ``max_pixels`` would be passed.
    max_pixels
        Most pixels along a side.

    Raises
    ------
    InvalidInputError
        An empty rectangle, or one outside the area of the CRS.
    """
    west, south, east, north = bounds_m
    if not (east > west and north > south):
        raise InvalidInputError("map bounds", "must enclose an area", bounds_m)
    along = np.linspace(0, 1, 33)
    edge = np.concatenate(
        [np.column_stack([west + along * (east - west), np.full(33, y)]) for y in (south, north)]
        + [np.column_stack([np.full(33, x), south + along * (north - south)]) for x in (west, east)]
    )
    lon_lat = lon_lat_deg(edge, crs)
    x, y = _to_mercator(lon_lat[:, 0], lon_lat[:, 1])
    stretch = 1 / math.cos(math.radians(float(lon_lat[:, 1].mean())))
    extent = max(float(np.ptp(x)), float(np.ptp(y)))
    pixel = max(pixel_m * stretch, extent / (max_pixels - 1))
    return MercatorFrame(
        west_m=float(x.min()),
        north_m=float(y.max()),
        pixel_m=pixel,
        n_columns=max(1, math.ceil(float(np.ptp(x)) / pixel)),
        n_rows=max(1, math.ceil(float(np.ptp(y)) / pixel)),
    )


def warp(levels: Levels, lattice: Lattice, crs: CRS, frame: MercatorFrame) -> Levels:
    """
    Return the value under each pixel's centre; 0 outside the lattice.

    Parameters
    ----------
    levels
        One value per cell, shape (lattice.n_rows, lattice.n_columns).

    Notes
    -----
    The projection is evaluated on every 64th pixel corner and interpolated bilinearly in between: for pixels of up to
    70 m the error stays below 1 % of a pixel.
    """
    image = np.zeros((frame.n_rows, frame.n_columns), dtype=np.uint8)
    for first, x_m, y_m in _plane_positions(frame, crs):
        column = np.floor((x_m - lattice.x0_m) / lattice.cell_m).astype(np.int64)
        row = np.floor((y_m - lattice.y0_m) / lattice.cell_m).astype(np.int64)
        is_inside = (column >= 0) & (column < lattice.n_columns) & (row >= 0) & (row < lattice.n_rows)
        band = image[first : first + len(x_m)]
        band[is_inside] = levels[row[is_inside], column[is_inside]]
    return image


def pixel_of(xy_m: FloatArray, crs: CRS, frame: MercatorFrame) -> NDArray[np.int64]:
    """Return the (column, row) of the pixel under each plane point, shape (n, 2); may lie outside the frame."""
    lon_lat = lon_lat_deg(xy_m, crs)
    x, y = _to_mercator(lon_lat[:, 0], lon_lat[:, 1])
    return np.floor(np.column_stack([x - frame.west_m, frame.north_m - y]) / frame.pixel_m).astype(np.int64)


def _plane_positions(frame: MercatorFrame, crs: CRS) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Yield bands of pixel rows: the first row, and the plane x and y of its pixel centres."""
    node_column = np.arange(0, frame.n_columns + _NODE_STEP, _NODE_STEP)
    node_row = np.arange(0, frame.n_rows + _NODE_STEP, _NODE_STEP)
    x, y = np.meshgrid(frame.west_m + node_column * frame.pixel_m, frame.north_m - node_row * frame.pixel_m)
    lon, lat = _from_mercator(x, y)
    to_plane = Transformer.from_crs(GEOGRAPHIC_CRS, crs, always_xy=True)
    node_x, node_y = to_plane.transform(lon, lat)
    across = (np.arange(frame.n_columns) + 0.5) / _NODE_STEP
    left = across.astype(np.int64)
    for band, first in enumerate(range(0, frame.n_rows, _NODE_STEP)):
        down = ((np.arange(min(_NODE_STEP, frame.n_rows - first)) + 0.5) / _NODE_STEP)[:, np.newaxis]
        position = []
        for node in (node_x, node_y):
            rows = (1 - down) * node[band] + down * node[band + 1]
            position.append(rows[:, left] * (1 - (across - left)) + rows[:, left + 1] * (across - left))
        yield first, position[0], position[1]


def _to_mercator(lon_deg: FloatArray, lat_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Web Mercator coordinates [m] (EPSG 1024, the spherical method web maps use)."""
    return _EARTH_RADIUS_M * np.radians(lon_deg), _EARTH_RADIUS_M * np.arctanh(np.sin(np.radians(lat_deg)))


def _from_mercator(x_m: FloatArray, y_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude [deg] of Web Mercator coordinates [m]."""
    return np.degrees(x_m / _EARTH_RADIUS_M), np.degrees(np.arcsin(np.tanh(y_m / _EARTH_RADIUS_M)))
