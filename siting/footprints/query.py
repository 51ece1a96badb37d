"""What is asked of a footprint file, and how its coordinates come into the plane of the city."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import ArrayLike
from pyproj import CRS, Transformer

from siting.arrays import BoolArray, FloatArray, IntArray
from siting.crs import projected_crs, refuse_degrees
from siting.errors import InvalidInputError
from siting.footprints.cleaning import SMALLEST_BUILDING_M
from siting.rings import GeometryArray

Box: TypeAlias = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax."""

HEIGHT_COLUMNS = ("height_m", "measuredheight", "measured_height", "building_height", "height")
STOREYS_COLUMNS = ("storeysaboveground", "storeys", "building:levels", "building_levels", "levels")
ID_COLUMNS = ("building_id", "gml_id", "建物id", "osm_id", "id")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Names of the columns to read; None where the file has no such column."""

    height: str | None
    storeys: str | None
    id: str | None

    def names(self) -> list[str]:
        """Return the columns to read, each once."""
        return list(dict.fromkeys(name for name in (self.height, self.storeys, self.id) if name is not None))


@dataclass(frozen=True, kw_only=True, eq=False)
class RawFootprints:
    """
    Rows of a file whose polygons are wanted, before cleaning; every attribute has one entry per row.

    Attributes
    ----------
    polygons
        Geometries in the target plane, or None where the file has none or an unreadable one, shape (n,).
    height_m, storeys, ids
        As the file has them; None where it has no such column.
    rows
        Row in the file, from 0 (the feature id in a GeoPackage), shape (n,).
    crs
        The target plane.
    """

    polygons: GeometryArray
    height_m: ArrayLike | None
    storeys: ArrayLike | None
    ids: ArrayLike | None
    rows: IntArray
    crs: CRS


@dataclass(frozen=True, kw_only=True, eq=False)
class FootprintQuery:
    """
    What to read from a file; None means: as the file has it.

    Attributes
    ----------
    source
        Name of the file, for errors.
    crs
        Target plane.
    bbox_m
        Wanted box in the target plane [m].
    height_column, storeys_column, id_column
        Columns to read; when None, the first known name that the file has.
    layer
        Layer of a GeoPackage.
    """

    source: str
    crs: CRS | None = None
    bbox_m: Box | None = None
    height_column: str | None = None
    storeys_column: str | None = None
    id_column: str | None = None
    layer: str | None = None

    def __post_init__(self) -> None:
        if self.bbox_m is None:
            return
        if len(self.bbox_m) != 4 or not all(math.isfinite(value) for value in self.bbox_m):
            raise InvalidInputError("bbox_m", "must be four finite numbers xmin, ymin, xmax, ymax", self.bbox_m)
        if self.bbox_m[2] - self.bbox_m[0] < 1 or self.bbox_m[3] - self.bbox_m[1] < 1:
            raise InvalidInputError("bbox_m", "must be xmin, ymin, xmax, ymax in metres, at least 1 m wide and high", self.bbox_m)

    def columns(self, available: Sequence[str]) -> Columns:
        """
        Return the columns to read.

        Raises
        ------
        InvalidInputError
            A column that was named is not in the file.
        """
        return Columns(
            height=self._column("height_column", self.height_column, available, HEIGHT_COLUMNS),
            storeys=self._column("storeys_column", self.storeys_column, available, STOREYS_COLUMNS),
            id=self._column("id_column", self.id_column, available, ID_COLUMNS),
        )

    def _column(self, field: str, wanted: str | None, available: Sequence[str], known: Sequence[str]) -> str | None:
        """Return the named column, else the first known one that is there."""
        if wanted is not None:
            if wanted not in available:
                raise InvalidInputError(
                    field, f"must be one of {', '.join(map(repr, available)) or 'no columns'}", wanted, source=self.source
                )
            return wanted
        by_lower_case = {name.lower(): name for name in reversed(available)}
        return next((by_lower_case[name] for name in known if name in by_lower_case), None)

    def placement(self, file_crs: CRS) -> Placement:
        """
        Return how coordinates of the file come into the target plane.

        Raises
        ------
        InvalidInputError
            The file has a CRS that cannot be placed, or no target is given and the file's own is not in metres.
        """
        if not (file_crs.is_geographic or file_crs.is_projected):
            raise InvalidInputError("crs", "must be geographic or projected", file_crs.name, source=self.source)
        try:
            target = self.crs or projected_crs("crs", file_crs)
        except InvalidInputError as error:
            rule = f"{error.rule}; name the plane to bring the file into with crs="
            raise InvalidInputError("crs", rule, error.value, source=self.source) from None
        return Placement(source=self.source, file_crs=file_crs.to_2d(), target_crs=target, bbox_m=self.bbox_m)


@dataclass(frozen=True, kw_only=True, eq=False)
class Placement:
    """
    From the coordinates of a file (x before y, longitude before latitude) into the target plane.

    Attributes
    ----------
    source
        Name of the file, for errors.
    file_crs, target_crs
        Horizontal CRS of the file, and the projected CRS wanted.
    bbox_m
        Wanted box in the target plane [m]; None wants everything.
    """

    source: str
    file_crs: CRS
    target_crs: CRS
    bbox_m: Box | None

    @cached_property
    def is_same_plane(self) -> bool:
        """Whether coordinates stay as they are."""
        return self.file_crs.equals(self.target_crs, ignore_axis_order=True)

    @cached_property
    def file_box(self) -> Box | None:
        """The box in the file's CRS, with a margin, so that nothing wanted lies outside; None where that cannot be said."""
        if self.bbox_m is None:
            return None
        box = self.bbox_m
        if not self.is_same_plane:
            back = Transformer.from_crs(self.target_crs, self.file_crs, always_xy=True)
            box = back.transform_bounds(*box, densify_pts=21)
        xmin, ymin, xmax, ymax = box
        # The margin covers what a curved edge bulges between the 21 samples, and metadata rounded to single precision.
        margin = 1e-3 * max(xmax - xmin, ymax - ymin) + (1e-4 if self.file_crs.is_geographic else 10.0)
        box = (xmin - margin, ymin - margin, xmax + margin, ymax + margin)
        return box if all(math.isfinite(value) for value in box) and xmin < xmax and ymin < ymax else None

    def may_hold(self, bounds: Box | None) -> bool:
        """
        Return whether anything wanted may lie within bounds given in the file's CRS by its metadata.

        Raises
        ------
        InvalidInputError
            The bounds contradict the CRS: metres where degrees belong.
        """
        if bounds is None or not all(math.isfinite(value) for value in bounds):
            return True
        self.refuse_metres(bounds)
        if self.file_box is None or self.may_be_degrees(bounds) or bounds[0] > bounds[2]:
            return True
        return bool(_touches(np.array([bounds]), self.file_box)[0])

    def may_be_degrees(self, bounds: Box) -> bool:
        """Return whether bounds said to be in metres could be degrees, so that the rows themselves have to be looked at."""
        return self.file_crs.is_projected and not _is_beyond(bounds, 180)

    def refuse_metres(self, bounds: Box) -> None:
        """
        Refuse longitudes and latitudes that are none.

        Raises
        ------
        InvalidInputError
            The file's CRS is in degrees and the bounds are not.
        """
        if self.file_crs.is_geographic and _is_beyond(bounds, 360):
            raise InvalidInputError(
                "coordinates", f"must be longitudes and latitudes ({self.file_crs.name})", list(bounds), source=self.source
            )

    def wanted(self, polygons: GeometryArray) -> tuple[GeometryArray, IntArray]:
        """
        Return the wanted polygons in the target plane, and their positions.

        With a box, a polygon is wanted whole when its own bounding box in the target plane touches the wanted one;
        a row without a geometry lies in no box. Without a box everything is wanted.

        Raises
        ------
        InvalidInputError
            Coordinates that are not in the unit of the file's CRS, or where that CRS does not hold.
        """
        if self.bbox_m is None and self.is_same_plane:
            return polygons, np.arange(len(polygons))
        bounds = shapely.bounds(polygons)
        if self.file_crs.is_projected:
            refuse_degrees(bounds, smallest_m=SMALLEST_BUILDING_M, source=self.source)
        elif (is_known := ~np.isnan(bounds).any(axis=1)).any():
            known = bounds[is_known]
            low, high = known[:, :2].min(axis=0), known[:, 2:].max(axis=0)
            self.refuse_metres((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
        index = np.arange(len(polygons)) if self.file_box is None else np.flatnonzero(_touches(bounds, self.file_box))
        placed, placed_bounds = polygons[index], bounds[index]
        if not self.is_same_plane:
            forward = Transformer.from_crs(self.file_crs, self.target_crs, always_xy=True)
            placed = np.asarray(shapely.transform(placed, lambda xy: self._transformed(forward, xy)), dtype=object)
            placed_bounds = shapely.bounds(placed)
        if self.bbox_m is None:
            return placed, index
        is_inside = _touches(placed_bounds, self.bbox_m)
        return placed[is_inside], index[is_inside]

    def _transformed(self, forward: Transformer, xy: FloatArray) -> FloatArray:
        """Return coordinates in the target plane."""
        if not np.isfinite(xy).all():
            value = xy[~np.isfinite(xy).all(axis=1)][0].tolist()
            raise InvalidInputError("coordinates", "must be finite", value, source=self.source)
        placed: FloatArray = np.column_stack(forward.transform(xy[:, 0], xy[:, 1]))
        is_lost = ~np.isfinite(placed).all(axis=1)
        if is_lost.any():
            rule = f"must lie where {self.target_crs.to_string()} holds"
            raise InvalidInputError("coordinates", rule, xy[is_lost][0].tolist(), source=self.source)
        return placed


def _is_beyond(bounds: Box, max_longitude: float) -> bool:
    """Return whether bounds reach beyond a longitude or a pole."""
    return max(abs(bounds[0]), abs(bounds[2])) > max_longitude or max(abs(bounds[1]), abs(bounds[3])) > 90


def _touches(bounds: FloatArray, box: Box) -> BoolArray:
    """Return which bounds touch a box; NaN touches nothing."""
    xmin, ymin, xmax, ymax = (bounds[:, side] for side in range(4))
    touches: BoolArray = (xmin <= box[2]) & (xmax >= box[0]) & (ymin <= box[3]) & (ymax >= box[1])
    return touches
