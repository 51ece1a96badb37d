"""GeoPackage with one layer ``assets``; columns and their types are those of the schema, whatever the records hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assets_db.errors import InvalidSourceError
from assets_db.publish.audience import Audience
from assets_db.publish.cells import text_of_json, text_of_words
from assets_db.publish.columns import Column, columns_for
from assets_db.publish.entries import Entry, Written, entries_of, portions, whole_file
from assets_db.publish.geojson_writer import GEOMETRY_FROM
from assets_db.record import AssetRecord, Value
from assets_db.schema import Kind
from assets_db.store import StoredAsset

if TYPE_CHECKING:
    import pyarrow as pa

LAYER = "assets"
"""Name of the layer."""

CRS = "EPSG:6668"
"""JGD2011, longitude and latitude."""

_SHAPE = "geom"
_DATE_OPTION = "OGR_CURRENT_DATE"
_SAME_DATE = "1970-01-01T00:00:00.000Z"


def write_gpkg(path: Path, assets: Iterable[StoredAsset], *, audience: Audience) -> Written:
    """
    Write assets as GeoPackage.

    Parameters
    ----------
    path
        File to write, replaced if it is there.
    assets
        Assets in the order of the file; tombstones are left out.
    audience
        Whom it is for.

    Raises
    ------
    InvalidSourceError
        The file cannot be written.
    """
    import pyarrow as pa  # noqa: PLC0415
    from pyogrio import write_arrow  # noqa: PLC0415
    from pyogrio.errors import DataSourceError  # noqa: PLC0415

    columns = tuple(column for column in columns_for(audience) if column.name != "geometry")
    schema = pa.schema(
        [
            *((column.name, _type(column)) for column in columns),
            (GEOMETRY_FROM, pa.string()),
            (_SHAPE, pa.binary()),
        ]
    )
    n_rows = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal n_rows
        for portion in portions(entries_of(assets, audience)):
            n_rows += len(portion)
            yield _batch(portion, columns, schema)

    with whole_file(path) as part, _same_date():
        try:
            reader = pa.RecordBatchReader.from_batches(schema, batches())
            write_arrow(reader, part, driver="GPKG", layer=LAYER, geometry_name=_SHAPE, geometry_type="Unknown", crs=CRS)
        except DataSourceError as error:
            raise InvalidSourceError("file", "must be writable", str(error)[:200], source=str(path)) from error
    return Written(path=path, n_rows=n_rows)


def _type(column: Column) -> pa.DataType:
    """Return the type of a column."""
    import pyarrow as pa  # noqa: PLC0415

    if column.part != "value":
        return pa.date32() if column.part == "asof" else pa.string()
    types: dict[Kind, pa.DataType] = {"number": pa.float64(), "whole": pa.int64(), "flag": pa.bool_(), "date": pa.date32()}
    return types.get(column.field.kind, pa.string())


def _batch(portion: Sequence[Entry], columns: Sequence[Column], schema: pa.Schema) -> pa.RecordBatch:
    """Return a portion as columns."""
    import pyarrow as pa  # noqa: PLC0415

    records = [entry.record for entry in portion]
    arrays = [pa.array(_column(records, column), type=schema.field(column.name).type) for column in columns]
    shapes = _shapes(records)
    origins = [
        None if shape is None else "geometry" if "geometry" in one.values else "position"
        for one, shape in zip(records, shapes, strict=True)
    ]
    return pa.RecordBatch.from_arrays([*arrays, pa.array(origins, type=pa.string()), pa.array(shapes, type=pa.binary())], schema=schema)


def _column(records: Sequence[AssetRecord], column: Column) -> list[object]:
    """Return the cells of a column."""
    name = column.field.name
    if column.part == "value":
        kind = column.field.kind
        found = [record.values.get(name) for record in records]
        return [None if value is None else _plain(value, kind) for value in found] if kind in {"codes", "json", "number"} else list(found)
    origins = [record.known_from.get(name) for record in records]
    if column.part == "asof":
        return [None if one is None else one.as_of for one in origins]
    if column.part == "source":
        return [None if one is None else one.source for one in origins]
    return [None if one is None else one.grade for one in origins]


def _plain(value: Value, kind: Kind) -> object:
    """Return a value as the type of its column has it."""
    if isinstance(value, tuple):
        return text_of_words(value)
    return text_of_json(value) if kind == "json" else value


def _shapes(records: Sequence[AssetRecord]) -> list[bytes | None]:
    """Return the shape of each record, or else its position."""
    import numpy as np  # noqa: PLC0415
    from shapely import points, to_wkb  # noqa: PLC0415

    found: list[bytes | None] = [shape if isinstance(shape := one.values.get("geometry"), bytes) else None for one in records]
    lon_lat = np.array([(one.number("lon"), one.number("lat")) for one in records], dtype=float)  # unknown becomes NaN
    places = [place for place, shape in enumerate(found) if shape is None and not np.isnan(lon_lat[place]).any()]
    for place, shape in zip(places, np.atleast_1d(to_wkb(points(lon_lat[places]), byte_order=1)), strict=True):
        found[place] = bytes(shape)
    return found


@contextmanager
def _same_date() -> Iterator[None]:
    """Keep the time of writing out of the file, so that the same assets give the same bytes."""
    from pyogrio import get_gdal_config_option, set_gdal_config_options  # noqa: PLC0415

    before = get_gdal_config_option(_DATE_OPTION)
    set_gdal_config_options({_DATE_OPTION: _SAME_DATE})
    try:
        yield
    finally:
        set_gdal_config_options({_DATE_OPTION: before})
