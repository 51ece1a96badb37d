"""Types of columns that hold the same on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, UserDefinedType

SRID = 6668
"""JGD2011, longitude and latitude."""

_HAS_SRID = 0x20000000


class Geometry(UserDefinedType[bytes]):
    """A shape as little-endian well-known binary: bytes on SQLite, a geometry of JGD2011 on PostGIS."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type as PostGIS calls it."""
        return f"geometry(Geometry,{SRID})"

    def bind_processor(self, dialect: Dialect) -> Callable[[bytes | None], object] | None:
        """Return what turns a shape into a parameter."""
        return _to_extended if dialect.name == "postgresql" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], bytes | None] | None:
        """Return what turns a result into a shape."""
        del coltype
        return _from_extended if dialect.name == "postgresql" else None


@compiles(Geometry, "sqlite")
def _on_sqlite(*_: object, **__: object) -> str:
    return "BLOB"


def _to_extended(shape: bytes | None) -> str | None:
    """Return PostGIS's text of a shape, which names the reference system."""
    if shape is None:
        return None
    (kind,) = struct.unpack_from("<I", shape, 1)
    return (shape[:1] + struct.pack("<II", kind | _HAS_SRID, SRID) + shape[5:]).hex()


def _from_extended(text: str | None) -> bytes | None:
    """Return the shape of PostGIS's text."""
    if text is None:
        return None
    extended = bytes.fromhex(text)
    (kind,) = struct.unpack_from("<I", extended, 1)
    return extended[:1] + struct.pack("<I", kind & ~_HAS_SRID) + extended[9 if kind & _HAS_SRID else 5 :]


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return the parameter; a moment without zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time must name its zone, got {value!r}")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return the moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if dialect.name == "sqlite" else value.astimezone(dt.UTC)
