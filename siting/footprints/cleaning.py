"""Building footprints: what the city is built from, and the cleaning that turns polygons into them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.crs import projected_crs, refuse_degrees
from siting.errors import InvalidInputError
from siting.footprints.heights import HeightRule, TextArray, fill_heights
from siting.footprints.report import FootprintReport, RejectedFootprint
from siting.rings import GeometryArray, oriented_rings

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MIN_AREA_M2 = 0.01
"""A footprint below it (10 cm by 10 cm) is a leftover of digitising and not a building."""

SMALLEST_BUILDING_M = 0.05
"""Half of the buildings of a file in metres are longer; the buildings of a file in degrees are not."""

_MAX_ABS_COORDINATE_M = 1e8  # no projection of the Earth in metres reaches it
_DEFAULT_RULE = HeightRule()
_REASONS = (
    "used",
    "geometry is missing, empty or unreadable",
    "geometry is not a polygon",
    "polygon crosses itself and encloses nothing",
    f"polygon is smaller than {MIN_AREA_M2} m2",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Footprints:
    """
    Clean building outlines with heights, as flat arrays.

    Attributes
    ----------
    xy_m
        Vertices of all rings [m], shape (v, 2). Rings are closed (first vertex == last); exterior rings run
        counter-clockwise and holes clockwise, so that the building is always on the left.
    ring_start
        Ring r holds the vertices ``ring_start[r]:ring_start[r + 1]``, shape (r + 1,).
    ring_building
        Position of the building each ring belongs to, non-decreasing, shape (r,).
    height_m
        Height above ground [m], > 0, shape (n,).
    ids
        Unique texts, shape (n,): a numpy array of variable-width strings whose elements are ``str``.
    crs
        Projected CRS in metres.
    report
        What was read, repaired, filled and rejected.
    """

    xy_m: FloatArray
    ring_start: IntArray
    ring_building: IndexArray
    height_m: FloatArray
    ids: TextArray
    crs: CRS
    report: FootprintReport

    def __post_init__(self) -> None:
        n = len(self.height_m)
        object.__setattr__(self, "crs", projected_crs("footprints.crs", self.crs))
        if len(self.ids) != n:
            raise InvalidInputError("footprints.ids", f"must have one entry for each of the {n} heights", len(self.ids))
        if not (np.isfinite(self.height_m) & (self.height_m > 0)).all():
            raise InvalidInputError("footprints.height_m", "must be finite and > 0", float(self.height_m.min()))
        self._check_rings(n)
        texts = self.ids.tolist()
        if len(set(texts)) < n:
            raise InvalidInputError("footprints.ids", "must be unique", Counter(texts).most_common(1)[0][0])
        for field in ("xy_m", "ring_start", "ring_building", "height_m", "ids"):
            view = getattr(self, field).view()
            view.setflags(write=False)
            object.__setattr__(self, field, view)

    def _check_rings(self, n: int) -> None:
        """Raise unless the rings cover the vertices, are closed and belong to buildings."""
        start = self.ring_start
        if self.xy_m.ndim != 2 or self.xy_m.shape[1] != 2 or not np.isfinite(self.xy_m).all():
            raise InvalidInputError("footprints.xy_m", "must be finite, with shape (v, 2)", self.xy_m.shape)
        if len(start) != len(self.ring_building) + 1 or start[0] != 0 or start[-1] != len(self.xy_m) or (np.diff(start) < 4).any():
            raise InvalidInputError("footprints.ring_start", "must cut xy_m into one ring of >= 4 vertices per ring_building", len(start))
        if (self.xy_m[start[:-1]] != self.xy_m[start[1:] - 1]).any():
            raise InvalidInputError("footprints.xy_m", "must hold closed rings (first vertex == last)", "an open ring")
        step = np.diff(self.ring_building, prepend=-1, append=n)
        if (step < 0).any() or (step > 1).any() or step[-1] != 1:
            raise InvalidInputError("footprints.ring_building", f"must be sorted and give each of the {n} buildings a ring", len(step) - 1)

    def __len__(self) -> int:
        return len(self.height_m)


def clean_footprints(
    polygons: Sequence[object] | GeometryArray,
    height_m: ArrayLike,
    *,
    crs: object,
    ids: ArrayLike | None = None,
    storeys: ArrayLike | None = None,
    missing_height: HeightRule = _DEFAULT_RULE,
    source: str = "footprints",
    rows: ArrayLike | None = None,
) -> Footprints:
    """
    Turn polygons into footprints: repair or reject what is broken, fill missing heights, report every step.

    Self-crossing polygons are rebuilt from what they enclose (overlapping parts become one). Missing and empty geometries,
    points and lines, and polygons that enclose less than 0.01 m2 are rejected. Buildings may overlap each other, have holes
    and consist of several parts. Heights of vertices (z) are ignored.

    Parameters
    ----------
    polygons
        Shapely geometries or None, shape (n,), in the plane of ``crs``.
    height_m
        Heights above ground [m], shape (n,); NaN, None and -9999 are missing, and so is a text that is no number.
    crs
        Projected CRS in metres.
    ids
        Building ids, shape (n,); a missing one (None, NaN or an empty text) becomes the name of the source and the row.
    storeys
        Storeys above ground, shape (n,), for buildings whose height is missing.
    missing_height
        How missing heights are filled.
    source
        Where the polygons came from, for ids, errors and the report.
    rows
        Row of each polygon in its source, shape (n,); counted from 0 when omitted.

    Raises
    ------
    InvalidInputError
        Wrong CRS, degrees instead of metres, a coordinate that is not finite, an impossible height, an id that occurs twice.
    """
    plane = projected_crs(f"{source}: crs", crs)
    geometries = _geometries(polygons, source)
    row_numbers = np.arange(len(geometries)) if rows is None else np.asarray(rows, dtype=np.int64)
    names = _names(ids, row_numbers, source)
    heights = fill_heights(height_m, storeys, ids=names, rule=missing_height, source=source)
    usable, is_repaired, reason = _usable_polygons(geometries, names, source)
    used = np.flatnonzero(reason == 0)
    rings = oriented_rings(usable[used])
    rejected = np.flatnonzero(reason)
    report = FootprintReport(
        n_read=len(geometries),
        n_used=len(used),
        n_repaired=int(is_repaired[used].sum()),
        n_height_from_storeys=int(heights.is_from_storeys[used].sum()),
        n_height_default=int(heights.is_default[used].sum()),
        n_height_unreadable=int(heights.is_unreadable[used].sum()),
        rejects=tuple(RejectedFootprint(source, int(row_numbers[i]), _REASONS[reason[i]]) for i in rejected),
    )
    try:
        return Footprints(
            xy_m=rings.xy_m,
            ring_start=rings.ring_start,
            ring_building=rings.ring_polygon,
            height_m=heights.height_m[used],
            ids=names[used],
            crs=plane,
            report=report,
        )
    except InvalidInputError as error:
        raise error.at(source) from None


def concatenate(parts: Sequence[Footprints]) -> Footprints:
    """
    Join footprints that share a CRS, such as the files of neighbouring wards; reports are added up.

    Raises
    ------
    InvalidInputError
        No parts, different CRS, or an id that occurs twice.
    """
    if not parts:
        raise InvalidInputError("footprints", "must come from at least one source", 0)
    for part in parts:
        if part.crs != parts[0].crs:
            raise InvalidInputError("footprints.crs", f"must be {parts[0].crs.to_string()} for every part", part.crs.to_string())
    if len(parts) == 1:
        return parts[0]
    first_vertex = np.cumsum([0, *(len(part.xy_m) for part in parts)])
    first_building = np.cumsum([0, *(len(part) for part in parts)])
    shifted = [part.ring_start[:-1] + first for part, first in zip(parts, first_vertex, strict=False)]
    owners = [(part.ring_building + first).astype(np.int32) for part, first in zip(parts, first_building, strict=False)]
    return Footprints(
        xy_m=np.concatenate([part.xy_m for part in parts]),
        ring_start=np.concatenate([*shifted, first_vertex[-1:]]),
        ring_building=np.concatenate(owners),
        height_m=np.concatenate([part.height_m for part in parts]),
        ids=np.concatenate([part.ids for part in parts]),
        crs=parts[0].crs,
        report=FootprintReport.added([part.report for part in parts]),
    )


def _geometries(polygons: Sequence[object] | GeometryArray, source: str) -> GeometryArray:
    """Return geometries as an object array, refusing anything else."""
    array = np.empty(len(polygons), dtype=object)
    array[:] = polygons
    is_other = ~(shapely.is_geometry(array) | shapely.is_missing(array))
    if is_other.any():
        row = int(np.argmax(is_other))
        raise InvalidInputError(f"polygons[{row}]", "must be a shapely geometry or None", type(array[row]).__name__, source=source)
    return array


def _names(ids: ArrayLike | None, rows: IntArray, source: str) -> TextArray:
    """Return ids as texts, generated from source and row where there is none."""
    text = np.dtypes.StringDType()
    generated = np.strings.add(f"{PurePath(source).stem}-", rows.astype(text))
    if ids is None:
        return generated
    given = np.asarray(ids)
    if given.shape != rows.shape:
        raise InvalidInputError("ids", f"must have shape {rows.shape}", given.shape, source=source)
    if given.dtype.kind == "f":
        is_missing = np.isnan(given)
        texts = np.where(is_missing, 0, given).astype(np.int64).astype(text)
    else:
        texts = given.astype(text)
        is_missing = (texts == "") | (given == None) | (given != given) if given.dtype.kind == "O" else texts == ""  # noqa: E711, PLR0124
    return np.where(is_missing, generated, texts) if is_missing.any() else texts


def _usable_polygons(geometries: GeometryArray, names: TextArray, source: str) -> tuple[GeometryArray, BoolArray, IntArray]:
    """Return repaired geometries, which of them were repaired, and the number of the reason to reject each (0: none)."""
    reason = np.zeros(len(geometries), dtype=np.int64)
    is_polygonal = np.isin(shapely.get_type_id(geometries), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    reason[~is_polygonal] = 2
    reason[shapely.is_missing(geometries) | shapely.is_empty(geometries)] = 1

    is_repaired = (reason == 0) & ~shapely.is_valid(geometries)
    broken = np.flatnonzero(is_repaired)
    _refuse_impossible_coordinates(geometries, broken, reason == 0, names, source)
    usable = geometries.copy()
    for _ in range(2):  # parts that GEOS's repair leaves side by side with a common edge need a second pass to become one
        usable[broken] = shapely.make_valid(usable[broken], method="structure", keep_collapsed=False)
    reason[broken[shapely.is_empty(usable[broken])]] = 3
    reason[(reason == 0) & (shapely.area(usable) < MIN_AREA_M2)] = 4
    return usable, is_repaired, reason


def _refuse_impossible_coordinates(
    geometries: GeometryArray, broken: IntArray, is_polygonal: BoolArray, names: TextArray, source: str
) -> None:
    """Raise for coordinates that are not finite (GEOS calls such polygons invalid), out of this world, or in degrees."""
    xy, owner = shapely.get_coordinates(geometries[broken], return_index=True)
    is_wrong = ~np.isfinite(xy).all(axis=1)
    if is_wrong.any():
        vertex = int(np.argmax(is_wrong))
        name = names[broken[owner[vertex]]]
        raise InvalidInputError(f"coordinates of building {name!r}", "must be finite", xy[vertex].tolist(), source=source)
    polygonal = np.flatnonzero(is_polygonal)
    bounds_m = shapely.bounds(geometries[polygonal])
    is_far = (np.abs(bounds_m) > _MAX_ABS_COORDINATE_M).any(axis=1)
    if is_far.any():
        i = int(np.argmax(is_far))
        rule = f"must lie within {_MAX_ABS_COORDINATE_M:g} m of the origin"
        raise InvalidInputError(f"coordinates of building {names[polygonal[i]]!r}", rule, bounds_m[i].tolist(), source=source)
    refuse_degrees(bounds_m, smallest_m=SMALLEST_BUILDING_M, source=source)
