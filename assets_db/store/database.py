"""Engines: one way to open SQLite and PostgreSQL, durable and with writers in a row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from assets_db.store.errors import RegisterError

_WRITER_LOCK = 0x5349_5449  # any number, the same for all writers of one database
_SQLITE_WAIT_S = 120  # SQLite serves waiting writers in no order: of fifty, an unlucky one waits long
_DIALECTS = ("sqlite", "postgresql")


def engine_of(url: str, *, keeps_connections: bool = False) -> sa.Engine:
    """
    Return an engine for ``sqlite:///path`` or ``postgresql+psycopg://...``.

    Parameters
    ----------
    url
        Address.
    keeps_connections
        Whether connections to PostgreSQL are kept and used again, as a program that runs all day wants; opening one costs more
        than most questions.

    Raises
    ------
    RegisterError
        The address is of another kind.
    """
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise RegisterError("url must be sqlite:///path or postgresql+psycopg://user@host/name") from error
    if address.get_backend_name() not in _DIALECTS:
        raise RegisterError(f"url must begin with sqlite or postgresql+psycopg, got {address.drivername!r}")
    if address.get_backend_name() == "sqlite":
        if address.database in {None, "", ":memory:"}:
            raise RegisterError("url must name a file, such as sqlite:///register.db")
        engine = sa.create_engine(address, poolclass=NullPool, connect_args={"timeout": _SQLITE_WAIT_S, "isolation_level": None})
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    driven = address.set(drivername="postgresql+psycopg")
    return sa.create_engine(driven, pool_pre_ping=True) if keeps_connections else sa.create_engine(driven, poolclass=NullPool)


@contextmanager
def transaction(engine: sa.Engine, *, writes: bool) -> Iterator[sa.Connection]:
    """
    Run one transaction: all or nothing, writers one after the other.

    Raises
    ------
    RegisterError
        The database refused: full, locked for too long, damaged, away.
    """
    try:
        with engine.connect().execution_options(writes=writes) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                if writes:
                    # a plan made while a table was still small would read all of it for each part of a long import
                    connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))
                else:
                    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection
    except DBAPIError as error:
        raise RegisterError(f"the database refused, nothing was written: {str(error.orig).strip().splitlines()[0]}") from error


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Make a new connection durable and strict."""
    for pragma in (f"busy_timeout={_SQLITE_WAIT_S * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin, for writers with the lock at once so that none has to give up half-way."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
