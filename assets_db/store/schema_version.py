"""Versions of the tables: the migrations that ship with the package, run on a database."""

from __future__ import annotations

from importlib.resources import files

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from assets_db.store.errors import RegisterError


def newest_version() -> str:
    """Return the version of the tables that this package works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def version_of(connection: sa.Connection) -> str:
    """Return the version of the tables of a database, empty if there are none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def migrate_up(connection: sa.Connection) -> None:
    """
    Bring the tables to the newest version.

    Raises
    ------
    RegisterError
        PostgreSQL has no PostGIS.
    """
    if connection.dialect.name == "postgresql":
        available = connection.execute(sa.text("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'")).scalar_one()
        if not available:
            raise RegisterError("PostgreSQL must have the extension postgis (Debian: postgresql-15-postgis-3)")
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def migrate_down(connection: sa.Connection, version: str = "base") -> None:
    """Take the tables back to an earlier version; ``"base"`` drops them all."""
    config = _config()
    config.attributes["connection"] = connection
    command.downgrade(config, version)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("assets_db.store") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
