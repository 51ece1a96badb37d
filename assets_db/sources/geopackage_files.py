"""GeoPackage as a source, read as a database that nothing in the file can make act: tables only, no views, no triggers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from assets_db.errors import InvalidSourceError
from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.sources.features import Feature, FeatureFile, open_features
from assets_db.sources.plane import is_known_system
from assets_db.sources.shapes import in_degrees
from assets_db.sources.source_file import Format, SourceFile
from assets_db.sources.spec import SourceSpec

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_MAGIC = b"SQLite format 3\0"
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_HEADER_BYTES = 8
_MAX_VALUE_BYTES = 50_000_000
_IN_DEGREES = frozenset({4326, 6668, 6697})
_TABLES = """
SELECT c.table_name, g.column_name, upper(s.organization), s.organization_coordsys_id
FROM gpkg_contents c JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
JOIN sqlite_master m ON m.name = c.table_name AND m.type = 'table' AND upper(m.sql) LIKE 'CREATE TABLE%'
WHERE c.data_type = 'features' ORDER BY c.table_name
"""


class _Layer(NamedTuple):
    """A table of features."""

    table: str
    column: str
    system: str


def open_geopackage(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a GeoPackage as a source.

    Raises
    ------
    InvalidSourceError
        It is damaged, has no table of features, or an unknown coordinate system.
    """

    def read() -> Iterator[Feature]:
        try:
            with closing(_connected(path)) as connection:
                yield from _features(connection, _layers(connection, str(path)))
        except InvalidSourceError:
            raise
        except (sqlite3.Error, OverflowError, ValueError) as error:
            raise InvalidSourceError("file", "must be a complete GeoPackage", str(error), source=str(path)) from error

    return open_features(FeatureFile(path=path, format="gpkg", features=read), spec)


def _connected(path: Path) -> sqlite3.Connection:
    """Return a connection that can only read."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    return connection


def _layers(connection: sqlite3.Connection, where: str) -> list[_Layer]:
    """Return the tables of features."""
    views = connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'gpkg%' AND type = 'view'").fetchone()
    if views[0]:
        raise InvalidSourceError("file", "must describe itself in tables, not views", "gpkg_*", source=where)
    layers = []
    for table, column, organization, number in connection.execute(_TABLES):
        if organization != "EPSG" or not isinstance(number, int) or not is_known_system(number):
            raise InvalidSourceError("srs_id", "must be a known EPSG number", f"{organization} {number}"[:80], source=where)
        layers.append(_Layer(str(table), str(column), "" if number in _IN_DEGREES else f"EPSG:{number}"))
    if not layers:
        raise InvalidSourceError("file", "must hold a table of features", "none", source=where)
    return layers


def _features(connection: sqlite3.Connection, layers: list[_Layer]) -> Iterator[Feature]:
    """Yield the features of all tables."""
    row = 0
    for layer in layers:
        found = connection.execute('SELECT * FROM "{}"'.format(layer.table.replace('"', '""')))  # noqa: S608  # names cannot be parameters; it is quoted
        names = [str(one[0]) for one in found.description]
        for cells in found:
            row += 1
            properties = dict(zip(names, cells, strict=True))
            blob = properties.pop(layer.column, None)
            try:
                shape = None if blob is None else in_degrees(_shape(blob), layer.system)
                yield Feature(row, properties, shape)
            except RowProblem as problem:
                yield Feature(row, properties, None, problem)


def _shape(blob: object) -> BaseGeometry:
    """Return the shape in a cell."""
    from shapely import GEOSException, from_wkb  # noqa: PLC0415

    size = (blob[3] >> 1) & 7 if isinstance(blob, bytes) and len(blob) > _HEADER_BYTES and blob[:2] == b"GP" else len(_ENVELOPE_BYTES)
    if not isinstance(blob, bytes) or size >= len(_ENVELOPE_BYTES):
        raise RowProblem("geometry", RejectCode.INVALID_GEOMETRY, "must be a GeoPackage geometry", type(blob).__name__)
    try:
        return from_wkb(blob[_HEADER_BYTES + _ENVELOPE_BYTES[size] :])
    except (GEOSException, ValueError) as error:
        raise RowProblem("geometry", RejectCode.INVALID_GEOMETRY, "must be a GeoPackage geometry", str(error)) from error


def _recognises(_path: Path, head: bytes) -> bool:
    """Tell whether a file is a database."""
    return head.startswith(_MAGIC)


FORMAT = Format(name="gpkg", recognises=_recognises, open=open_geopackage)
"""GeoPackage."""
