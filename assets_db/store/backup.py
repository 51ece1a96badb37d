"""Copies of a whole register, taken while others write, and put back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from assets_db.store.database import engine_of, transaction
from assets_db.store.errors import RegisterError
from assets_db.store.register import open_register
from assets_db.store.schema_version import version_of
from assets_db.store.tables import ASSETS, AUDIT


def backup_register(url: str, out: Path, *, row_settings: Mapping[str, str] | None = None) -> None:
    """
    Write a copy of a register as it is at one moment; others may go on writing.

    Parameters
    ----------
    url, out
        Which register, and the new file.
    row_settings
        For a database in which PostgreSQL hides rows from the tables' owner too: settings under which it hides none. Without them the
        tool refuses to copy such tables, unless the user may pass by row-level security.

    Raises
    ------
    RegisterError
        There is no register, ``out`` exists, or the tools of PostgreSQL are missing.
    """
    open_register(url)
    if out.exists():
        raise RegisterError(f"out must be a new file, {out} exists")
    part = out.with_name(out.name + ".part")
    address = sa.make_url(url)
    try:
        if address.get_backend_name() == "sqlite":
            _copy_sqlite(Path(str(address.database)), part)
        else:
            rows = ["--enable-row-security"] if row_settings else []
            _run_tool("pg_dump", address, "--format=custom", "--no-owner", *rows, f"--file={part}", settings=row_settings)
        part.replace(out)
    except OSError as error:
        raise RegisterError(f"the backup could not be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def restore_register(file: Path, url: str, *, overwrite: bool = False, with_privileges: bool = True) -> None:
    """
    Put a copy back.

    Parameters
    ----------
    file
        What :func:`backup_register` wrote, of the same kind of database.
    url
        Where to.
    overwrite
        Replace a register that is not empty.
    with_privileges
        Whether rights come back as they were (PostgreSQL); the roles that have them must be there then.

    Raises
    ------
    RegisterError
        The target holds something, or the file is no backup.
    """
    if not file.is_file():
        raise RegisterError(f"file must be a backup, {file} is not there")
    address = sa.make_url(url)
    is_sqlite = address.get_backend_name() == "sqlite"
    target = Path(str(address.database))
    if not overwrite and not (is_sqlite and not target.exists()) and _holds_something(url):
        raise RegisterError("the target must be empty, it holds a register with content; say so to overwrite it")
    if is_sqlite:
        open_register(f"sqlite:///{file}")
        _copy_sqlite(file, target)
    else:
        options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
        _run_tool("pg_restore", address, *options, *([] if with_privileges else ["--no-privileges"]), str(file))
    open_register(url)


def _holds_something(url: str) -> bool:
    """Return whether a database holds a register in which something was done."""
    with transaction(engine_of(url), writes=False) as connection:
        if not version_of(connection):
            return bool(set(sa.inspect(connection).get_table_names()) - {"spatial_ref_sys", "alembic_version"})
        return any(connection.execute(sa.select(table).limit(1)).first() for table in (AUDIT, ASSETS))


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database page by page under the eyes of its writers."""
    try:
        with closing(sqlite3.connect(source, timeout=30)) as read, closing(sqlite3.connect(target, timeout=30)) as written:
            read.backup(written)
    except sqlite3.Error as error:
        raise RegisterError(f"the copy failed: {error}") from error


def _run_tool(name: str, address: sa.URL, *arguments: str, settings: Mapping[str, str] | None = None) -> None:
    """Run a tool of PostgreSQL; the password goes by the environment, where others do not see it."""
    tool = shutil.which(name)
    if tool is None:
        raise RegisterError(f"{name} must be installed to back up or restore PostgreSQL (Debian: postgresql-client)")
    where = {
        "PGHOST": address.host,
        "PGPORT": str(address.port) if address.port else None,
        "PGUSER": address.username,
        "PGPASSWORD": None if address.password is None else str(address.password),
        "PGOPTIONS": " ".join(f"-c {key}={value}" for key, value in (settings or {}).items()),
    }
    environment = os.environ | {key: value for key, value in where.items() if value}
    done = subprocess.run(  # noqa: S603  # a fixed tool, no shell
        [tool, f"--dbname={address.database}", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RegisterError(f"{name} failed: {(done.stderr.strip().splitlines() or ['without a word'])[0]}")
