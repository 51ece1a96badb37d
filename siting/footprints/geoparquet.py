"""Building footprints from GeoParquet, row group by row group, leaving out those outside the wanted box."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from siting.crs import any_crs
from siting.errors import InvalidInputError
from siting.footprints.query import Box, FootprintQuery, RawFootprints

_Metadata: TypeAlias = Mapping[str, object]
_COVERING_SIDES = ("xmin", "ymin", "xmax", "ymax")


def read_geoparquet(path: Path, query: FootprintQuery) -> RawFootprints:
    """
    Read the wanted rows of a GeoParquet file (1.0 or 1.1, geometries as WKB).

    Raises
    ------
    InvalidInputError
        Unreadable or truncated file, no ``geo`` metadata, another encoding than WKB, wrong or missing CRS, a named
        column that is not there.
    """
    try:
        with pq.ParquetFile(path) as file:
            return _read(file, query)
    except (pa.ArrowException, OSError) as error:
        raise InvalidInputError("file", "must be a readable, complete GeoParquet file", str(error), source=query.source) from error


def _read(file: pq.ParquetFile, query: FootprintQuery) -> RawFootprints:
    """Read an open file."""
    schema = file.schema_arrow
    geometry_column, geometry = _geometry_metadata(schema.metadata or {}, query.source)
    if geometry_column not in schema.names:
        raise InvalidInputError("geo.primary_column", f"must be one of {', '.join(schema.names)}", geometry_column, source=query.source)
    columns = query.columns([name for name in schema.names if name != geometry_column])
    placement = query.placement(_crs(geometry, query.source))
    groups = range(file.num_row_groups) if placement.may_hold(_stated_bounds(geometry.get("bbox"))) else range(0)
    covering = _covering_paths(geometry)
    first_rows = np.cumsum([0, *(file.metadata.row_group(g).num_rows for g in range(file.num_row_groups))])

    polygons, rows, tables = [], [], []
    for group in groups:
        if not placement.may_hold(_row_group_bounds(file.metadata.row_group(group), covering)):
            continue
        table = file.read_row_group(group, columns=[geometry_column, *columns.names()])
        placed, index = placement.wanted(_from_wkb(table[geometry_column], query.source))
        polygons.append(placed)
        rows.append(index + first_rows[group])
        attributes = table.select(columns.names())
        tables.append(attributes if len(index) == len(attributes) else attributes.take(pa.array(index)))
    attributes = pa.concat_tables(tables) if tables else schema.empty_table().select(columns.names())
    return RawFootprints(
        polygons=np.concatenate([np.empty(0, dtype=object), *polygons]),
        height_m=None if columns.height is None else _values(attributes[columns.height]),
        storeys=None if columns.storeys is None else _values(attributes[columns.storeys]),
        ids=None if columns.id is None else _values(_as_text(attributes[columns.id])),
        rows=np.concatenate([np.empty(0, dtype=np.int64), *rows]),
        crs=placement.target_crs,
    )


def _geometry_metadata(metadata: Mapping[bytes, bytes], source: str) -> tuple[str, _Metadata]:
    """Return the name of the geometry column and what the file says about it."""
    if b"geo" not in metadata:
        raise InvalidInputError("geo", "metadata must be there (the file is Parquet, but not GeoParquet)", None, source=source)
    try:
        geo = json.loads(metadata[b"geo"])
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding = column["encoding"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInputError("geo", "metadata must follow GeoParquet 1.1", repr(error), source=source) from None
    if encoding != "WKB":
        raise InvalidInputError("geo.encoding", "must be 'WKB'", encoding, source=source)
    return name, column


def _crs(geometry: _Metadata, source: str) -> CRS:
    """Return the CRS of the file: PROJJSON, longitude and latitude when not mentioned, refused when null."""
    value = geometry.get("crs", "OGC:CRS84")
    try:
        return any_crs("geo.crs", json.dumps(value) if isinstance(value, dict) else value)
    except InvalidInputError as error:
        raise error.at(source) from None


def _stated_bounds(bbox: object) -> Box | None:
    """Return xmin, ymin, xmax, ymax from a list of four or six numbers."""
    if not isinstance(bbox, list) or len(bbox) not in {4, 6} or not all(isinstance(value, int | float) for value in bbox):
        return None
    half = len(bbox) // 2
    return float(bbox[0]), float(bbox[1]), float(bbox[half]), float(bbox[half + 1])


def _covering_paths(geometry: _Metadata) -> tuple[str, ...] | None:
    """Return the columns that hold xmin, ymin, xmax, ymax of each row (GeoParquet 1.1), if there are."""
    covering = geometry.get("covering")
    box = covering.get("bbox") if isinstance(covering, dict) else None
    if not isinstance(box, dict) or not all(isinstance(box.get(side), list) for side in _COVERING_SIDES):
        return None
    return tuple(".".join(map(str, box[side])) for side in _COVERING_SIDES)


def _row_group_bounds(row_group: pq.RowGroupMetaData, covering: tuple[str, ...] | None) -> Box | None:
    """Return the bounds of a row group from the statistics of its covering columns; None where they are not all there."""
    if covering is None:
        return None
    chunks = (row_group.column(i) for i in range(row_group.num_columns))
    statistics = {chunk.path_in_schema: chunk.statistics for chunk in chunks if chunk.path_in_schema in covering}
    if any(path not in statistics or statistics[path] is None or not statistics[path].has_min_max for path in covering):
        return None
    xmin, ymin, xmax, ymax = (statistics[path] for path in covering)
    return float(xmin.min), float(ymin.min), float(xmax.max), float(ymax.max)


def _from_wkb(column: pa.ChunkedArray, source: str) -> NDArray[np.object_]:
    """Return geometries; None where there is none or it cannot be read."""
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        raise InvalidInputError("geometry", "must be a column of WKB", str(column.type), source=source)
    return np.asarray(shapely.from_wkb(column.to_numpy(), on_invalid="ignore"), dtype=object)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return whole-number ids as text: as numpy numbers a missing one would turn the others into floats."""
    return column.cast(pa.string()) if pa.types.is_integer(column.type) else column


def _values(column: pa.ChunkedArray) -> NDArray[np.generic]:
    """Return a column as numpy: NaN or None where a value is missing."""
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    return np.asarray(plain.to_numpy())
