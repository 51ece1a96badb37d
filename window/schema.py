"""Versions of the desk's tables: migrations of their own beside those of the register, in the same database."""

from __future__ import annotations

from importlib.resources import files

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

VERSION_TABLE = "desk_version"


def newest_version() -> str:
    """Return the version of the tables that this package works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def version_of(connection: sa.Connection) -> str:
    """Return the version of the desk's tables in a database, empty if there are none."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision() or ""


def migrate_up(connection: sa.Connection) -> None:
    """Bring the desk's tables to the newest version; the register's must be there."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def migrate_down(connection: sa.Connection, version: str = "base") -> None:
    """Take the desk's tables back to an earlier version; ``"base"`` drops them all."""
    config = _config()
    config.attributes["connection"] = connection
    command.downgrade(config, version)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("window") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
