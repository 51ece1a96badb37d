"""From longitude and latitude into the plane of a scenario."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer

from scenarios.errors import ScenarioError
from scenarios.scenario import ScenarioFile
from siting.arrays import BoolArray, FloatArray
from siting.crs import projected_crs
from siting.errors import InvalidInputError

LON_LAT = "EPSG:6668"
"""Longitude and latitude as Japanese surveys use them (JGD2011); WGS 84 to within centimetres."""

LARGEST_SCALE_ERROR = 0.005
"""Plane survey systems and UTM stay within 0.001 in their zones; what exceeds this is the wrong zone or no survey plane."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plane:
    """
    The plane a scenario is computed in, and its area there.

    Attributes
    ----------
    crs
        Projected CRS in metres.
    area
        The scenario's area in the plane [m]: the box of longitude and latitude, its edges as they run there.
    margin_m
        Buildings count this far around the area [m].
    """

    crs: CRS
    area: shapely.Polygon
    margin_m: float

    @classmethod
    def of(cls, file: ScenarioFile) -> Plane:
        """
        Return the plane of a scenario.

        Raises
        ------
        ScenarioError
            A CRS that is unknown, in degrees, or in which a metre of the area is no metre.
        """
        try:
            crs = projected_crs("scenario.crs", file.scenario.scenario.crs)
        except InvalidInputError as error:
            raise ScenarioError(str(file.path), error.field, error.rule, error.value) from None
        west, south, east, north = file.scenario.area.bbox
        outline = shapely.segmentize(shapely.box(west, south, east, north), max(east - west, north - south) / 20)
        xy_m = _transformer(crs).transform(*shapely.get_coordinates(outline).T)
        if not np.isfinite(xy_m).all():
            raise ScenarioError(str(file.path), "area.bbox", f"must lie where {crs.to_string()} holds", list(file.scenario.area.bbox))
        _check_scale(file, crs)
        return cls(crs=crs, area=shapely.Polygon(np.column_stack(xy_m)), margin_m=file.scenario.area.margin_m)

    @property
    def building_box_m(self) -> tuple[float, float, float, float]:
        """Box of the buildings to read: xmin, ymin, xmax, ymax [m]."""
        x0, y0, x1, y1 = self.area.bounds
        return x0 - self.margin_m, y0 - self.margin_m, x1 + self.margin_m, y1 + self.margin_m

    def to_m(self, longitude_deg: FloatArray, latitude_deg: FloatArray) -> FloatArray:
        """Return positions in the plane [m], shape (n, 2)."""
        return np.column_stack(_transformer(self.crs).transform(longitude_deg, latitude_deg))

    def is_in_area(self, xy_m: FloatArray) -> BoolArray:
        """Return which points [m] (n, 2) lie in the area, shape (n,)."""
        is_in: BoolArray = shapely.contains_xy(self.area, xy_m[:, 0], xy_m[:, 1])
        return is_in


def _check_scale(file: ScenarioFile, crs: CRS) -> None:
    """Refuse a plane in which distances of the area are not those on the ground, as in a far zone or in web maps."""
    west, south, east, north = file.scenario.area.bbox
    x, y = np.array([west, west, east, east]), np.clip([south, north, south, north], -89.9, 89.9)
    forward, step = _transformer(crs), 0.0005
    scales = []
    # Both diagonals of a small square at each corner, so that no direction hides a stretched one.
    for dx, dy in ((step, step), (step, -step)):
        begin, end = (np.column_stack(forward.transform(x + sign * dx, y + sign * dy)) for sign in (-1, 1))
        ground_m = Geod(ellps="GRS80").inv(x - dx, y - dy, x + dx, y + dy)[2]
        scales.append(np.hypot(*(end - begin).T) / ground_m)
    scale = np.concatenate(scales)
    worst = float(scale[np.argmax(np.abs(np.nan_to_num(scale, nan=np.inf) - 1.0))])
    if not abs(worst - 1.0) <= LARGEST_SCALE_ERROR:
        rule = f"must keep distances true to {100 * LARGEST_SCALE_ERROR:g} % in [area], where a metre on the ground becomes {worst:.3f} m"
        raise ScenarioError(str(file.path), "scenario.crs", rule, file.scenario.scenario.crs)


def _transformer(crs: CRS) -> Transformer:
    return Transformer.from_crs(LON_LAT, crs, always_xy=True)
