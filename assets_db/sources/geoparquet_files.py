"""GeoParquet as a source, read in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assets_db.errors import InvalidSourceError
from assets_db.record import Value
from assets_db.row_checks import RowProblem
from assets_db.rows import Reject, RejectCode
from assets_db.sources.finishing import RowFinisher
from assets_db.sources.rows import Repair, RepairCode, SourceRow
from assets_db.sources.shapes import many_in_degrees, system_of
from assets_db.sources.source_file import Format, SourceFile, file_digest
from assets_db.sources.spec import SourceSpec

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 10_000
_READ = {
    "source_key": ("building_id", "id", "gml_id"),
    "name": ("name", "名称"),
    "height_agl_m": ("height_m", "height"),
}


def open_geoparquet(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a GeoParquet file as a source.

    Raises
    ------
    InvalidSourceError
        It is damaged, or has no geometry column as well-known binary in a known coordinate system.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    where = str(path)
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InvalidSourceError("file", "must be complete Parquet", type(error).__name__, source=where) from error
    geometry, system = _geometry(schema.metadata or {}, where)
    if geometry not in schema.names:
        raise InvalidSourceError("geometry", "must be a column", geometry, source=where)
    columns = {
        field: next(name for name in names if name in schema.names) for field, names in _READ.items() if set(names) & set(schema.names)
    }
    return SourceFile(
        spec=spec,
        path=path,
        digest=file_digest(path),
        format="geoparquet",
        read=lambda: _rows(path, spec, columns, geometry, system),
        mapping_used={**columns, "geometry": geometry},
        not_read=tuple(name for name in schema.names if name not in {*columns.values(), geometry}),
        credit=spec.credit,
        licence=spec.licence,
    )


def _geometry(metadata: dict[bytes, bytes], where: str) -> tuple[str, str]:
    """Return the geometry column and its coordinate system."""
    from pyproj import CRS  # noqa: PLC0415
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        geo = json.loads(metadata[b"geo"])
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding = str(column["encoding"])
        crs = column.get("crs")
        system = "" if crs is None else system_of(CRS.from_json_dict(crs))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, CRSError) as error:
        raise InvalidSourceError("file", "must be GeoParquet with a known coordinate system", str(error)[:80], source=where) from error
    if encoding != "WKB":
        raise InvalidSourceError("geometry", "must be well-known binary", encoding[:40], source=where)
    return str(name), system


def _rows(path: Path, spec: SourceSpec, columns: dict[str, str], geometry: str, system: str) -> Iterator[SourceRow | Reject]:
    """Yield the rows of a file."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    finisher = RowFinisher(spec, source=path.name, constants={} if spec.asset_type else {"asset_type": "building"})
    row = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=[*columns.values(), geometry]):
                cells = {field: _plain(batch.column(name)) for field, name in columns.items()}
                for index, place in enumerate(_places(batch.column(geometry).to_pylist(), system)):
                    row += 1
                    if isinstance(place, RowProblem):
                        yield finisher.reject(row, place)
                        continue
                    raw = {field: values[index] for field, values in cells.items()} | place
                    made = Repair("lat, lon", RepairCode.POSITION_FROM_GEOMETRY, "", f"{place['lat']!r}, {place['lon']!r}")
                    yield finisher.finish_raw(row, raw, repairs=(made,))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InvalidSourceError("file", "must be complete Parquet", type(error).__name__, source=str(path)) from error


def _plain(column: pa.Array) -> list[object]:
    """Return the values of a column; single-precision numbers without the digits they do not have."""
    values: list[object] = column.to_pylist()
    if str(column.type) != "float":
        return values
    return [float(f"{one:.7g}") if isinstance(one, float) else one for one in values]


def _places(blobs: list[object], system: str) -> Iterator[dict[str, Value] | RowProblem]:
    """Yield position and outline of each row, many at a time."""
    import numpy as np  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    raw = np.array([one if isinstance(one, bytes) else None for one in blobs], dtype=object)
    shapes = many_in_degrees(shapely.force_2d(shapely.from_wkb(raw, on_invalid="ignore")), system)
    bounds = shapely.bounds(shapes)
    inside = shapely.point_on_surface(shapes)
    lons, lats = shapely.get_x(inside).tolist(), shapely.get_y(inside).tolist()
    outlines = shapely.to_wkb(shapes, output_dimension=2, byte_order=1).tolist()
    is_near = (np.abs(bounds) <= np.array([180.0, 90.0, 180.0, 90.0])).all(axis=1)  # false where there is no shape
    is_fine = [bool(one) for one in np.asarray(is_near)]
    for fine, lon, lat, outline in zip(is_fine, lons, lats, outlines, strict=True):
        if fine:
            yield {"lat": round(lat, 9), "lon": round(lon, 9), "geometry": outline}
        else:
            yield RowProblem("geometry", RejectCode.INVALID_GEOMETRY, "must be a shape on earth", "" if outline is None else "WKB")


def _recognises(_path: Path, head: bytes) -> bool:
    """Tell whether a file is Parquet."""
    return head.startswith(b"PAR1")


FORMAT = Format(name="geoparquet", recognises=_recognises, open=open_geoparquet)
"""GeoParquet."""
