"""The register: opened, made, brought up to date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from assets_db.store.database import engine_of, transaction
from assets_db.store.errors import RegisterError
from assets_db.store.schema_version import migrate_down, migrate_up, newest_version, version_of
from assets_db.store.session import ReadingSession, WritingSession


@dataclass(frozen=True, kw_only=True)
class Register:
    """A register in a database."""

    engine: sa.Engine

    @contextmanager
    def reading(self) -> Iterator[ReadingSession]:
        """Open one consistent view."""
        with transaction(self.engine, writes=False) as connection:
            yield ReadingSession(connection=connection)

    @contextmanager
    def writing(self, *, who: str, why: str, now: dt.datetime) -> Iterator[WritingSession]:
        """Open a transaction that is kept whole at the end, or not at all where an error leaves it."""
        if not who.strip():
            raise RegisterError("who must say who changes the register, got nothing")
        if now.tzinfo is None:
            raise RegisterError(f"now must name its zone, got {now.isoformat()}")
        with transaction(self.engine, writes=True) as connection:
            yield WritingSession(connection=connection, who=who, why=why, now=now)


def open_register(url: str) -> Register:
    """
    Open a register.

    Raises
    ------
    RegisterError
        There is none, or it is of another version.
    """
    _refuse_missing_file(url)
    register = Register(engine=engine_of(url))
    with register.reading() as session:
        found = version_of(session.connection)
    if not found:
        raise RegisterError("the database holds no register yet; make one with: siting db init")
    if found != newest_version():
        raise RegisterError(f"the register must have version {newest_version()}, found {found}; bring it up with: siting db upgrade")
    return register


def init_register(url: str) -> Register:
    """
    Make a register in an empty database.

    Raises
    ------
    RegisterError
        There is one already.
    """
    engine = engine_of(url)
    with transaction(engine, writes=True) as connection:
        found = version_of(connection)
        if found:
            raise RegisterError(f"the database must hold no register yet, found version {found}")
        migrate_up(connection)
    return Register(engine=engine)


def upgrade_register(url: str) -> Register:
    """Bring a register to the newest version."""
    _refuse_missing_file(url)
    engine = engine_of(url)
    with transaction(engine, writes=True) as connection:
        if not version_of(connection):
            raise RegisterError("the database holds no register yet; make one with: siting db init")
        migrate_up(connection)
    return Register(engine=engine)


def downgrade_register(url: str, version: str = "base") -> None:
    """Take a register back to an earlier version of its tables; ``"base"`` drops everything."""
    with transaction(engine_of(url), writes=True) as connection:
        migrate_down(connection, version)


def _refuse_missing_file(url: str) -> None:
    """Refuse to make an empty file by opening one that is not there."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite" and address.database and not Path(address.database).exists():
        raise RegisterError(f"there is no register at {address.database}; make one with: siting db init")
