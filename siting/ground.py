"""Ground elevation: an optional raster that line of sight respects."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyproj import CRS

from siting.arrays import FloatArray, finite_floats
from siting.crs import projected_crs
from siting.errors import InvalidInputError

LOWEST_M = -500.0
HIGHEST_M = 9_000.0
"""No ground on Earth lies beyond these elevations [m]."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """
    A triangulated surface over a lattice of elevation posts.

    Attributes
    ----------
    elevation_m
        Elevation of the posts [m], row 0 in the south, shape (n_rows, n_columns), both at least 2.
    origin_m
        Position of the first (south-west) post [m], shape (2,).
    post_m
        Distance between posts [m], > 0.
    crs
        Projected CRS in metres.
    """

    elevation_m: FloatArray
    origin_m: FloatArray
    post_m: float
    crs: CRS

    def __post_init__(self) -> None:
        object.__setattr__(self, "crs", projected_crs("ground.crs", self.crs))
        object.__setattr__(self, "elevation_m", finite_floats("ground.elevation_m", self.elevation_m, shape=(None, None)))
        object.__setattr__(self, "origin_m", finite_floats("ground.origin_m", self.origin_m, shape=(2,)))
        if min(self.elevation_m.shape) < 2:
            raise InvalidInputError("ground.elevation_m", "must have at least 2 x 2 posts", self.elevation_m.shape)
        low_m, high_m = float(self.elevation_m.min()), float(self.elevation_m.max())
        if low_m < LOWEST_M or high_m > HIGHEST_M:
            rule = f"must lie in {LOWEST_M:g}..{HIGHEST_M:g} m (mark posts without data as such)"
            raise InvalidInputError("ground.elevation_m", rule, low_m if low_m < LOWEST_M else high_m)
        if not (np.isfinite(self.post_m) and self.post_m > 0):
            raise InvalidInputError("ground.post_m", "must be > 0", self.post_m)

    @classmethod
    def from_file(cls, path: Path | str, *, crs: object, post_m: float | None = None) -> Ground:
        """
        Read a raster that GDAL knows (GeoTIFF, ...), resampled bilinearly to square posts in ``crs``.

        Parameters
        ----------
        crs
            Projected CRS of the result.
        post_m
            Distance between posts [m]; the raster's own, rounded to centimetres, when omitted.

        Raises
        ------
        InvalidInputError
            Unreadable file, no CRS, or no elevation within it. Posts without data take the nearest known one's value.
        """
        import rasterio  # noqa: PLC0415 (only runs with terrain pay for the import)
        from rasterio.errors import RasterioIOError  # noqa: PLC0415
        from rasterio.fill import fillnodata  # noqa: PLC0415
        from rasterio.vrt import WarpedVRT  # noqa: PLC0415
        from rasterio.warp import Resampling, calculate_default_transform  # noqa: PLC0415

        target = projected_crs("crs", crs)
        try:
            source = rasterio.open(path)
        except RasterioIOError as error:
            raise InvalidInputError("ground", "must be a readable raster", str(error), source=str(path)) from None
        with source:
            if source.crs is None:
                raise InvalidInputError("ground.crs", "must be given in the file", None, source=str(path))
            resolution = None if post_m is None else (post_m, post_m)
            transform, width, height = calculate_default_transform(
                source.crs, target, source.width, source.height, *source.bounds, resolution=resolution
            )
            with WarpedVRT(
                source,
                crs=target,
                transform=transform,
                width=width,
                height=height,
                resampling=Resampling.bilinear,
                nodata=np.nan,
                dtype="float64",
            ) as warped:
                elevation = warped.read(1)
        is_known = np.isfinite(elevation)
        if not is_known.any():
            raise InvalidInputError("ground", "must hold elevations", "only empty posts", source=str(path))
        filled = fillnodata(np.where(is_known, elevation, 0.0), mask=is_known, max_search_distance=float(max(elevation.shape)))
        logger.info(
            "%s: ground of %.0f to %.0f m, %d of %d posts without data filled from their neighbours",
            path,
            elevation[is_known].min(),
            elevation[is_known].max(),
            int((~is_known).sum()),
            is_known.size,
        )
        south_west = np.array([transform.c + transform.a / 2, transform.f + transform.e * (height - 0.5)])
        return cls(elevation_m=filled[::-1].copy(), origin_m=south_west, post_m=float(transform.a), crs=target)

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """Box of the posts: xmin, ymin, xmax, ymax [m]."""
        x, y = self.origin_m.tolist()
        n_rows, n_columns = self.elevation_m.shape
        return x, y, x + (n_columns - 1) * self.post_m, y + (n_rows - 1) * self.post_m

    def at(self, xy_m: FloatArray) -> FloatArray:
        """
        Return the elevation under points [m], shape (n,); beyond the raster that of its nearest edge.

        Parameters
        ----------
        xy_m
            Points in the plane of ``crs`` [m], shape (n, 2).
        """
        n_rows, n_columns = self.elevation_m.shape
        u, v = ((xy_m - self.origin_m) / self.post_m).T
        u, v = np.clip(u, 0, n_columns - 1), np.clip(v, 0, n_rows - 1)
        column, row = np.minimum(u.astype(np.int64), n_columns - 2), np.minimum(v.astype(np.int64), n_rows - 2)
        a, b = u - column, v - row
        z = self.elevation_m
        low_left, high_right = z[row, column], z[row + 1, column + 1]
        low_right, high_left = z[row, column + 1], z[row + 1, column]
        below = low_left + a * (low_right - low_left) + b * (high_right - low_right)
        above = low_left + b * (high_left - low_left) + a * (high_right - high_left)
        elevation_m: FloatArray = np.where(a >= b, below, above)
        return elevation_m
