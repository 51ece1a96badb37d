"""Copies of the whole database in the folder that the settings name; every copy that is taken stands in the audit trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from assets_db.store import RegisterError, backup_register, open_register, register_faults
from window.desk import Desk
from window.errors import InvalidRequestError, NotFoundError
from window.policy import demand
from window.row_security import as_desk
from window.trail import desk_faults

MOST_BYTES = 200_000_000
"""Largest copy that is handed to a browser; a larger one is fetched from the folder."""

_ENDINGS = {"sqlite": ".db", "postgresql": ".dump"}


@dataclass(frozen=True, kw_only=True)
class BackupFile:
    """
    A copy.

    Attributes
    ----------
    name
        Name of its file.
    at
        When it was written.
    n_bytes
        Its size [B].
    """

    name: str
    at: dt.datetime
    n_bytes: int


def make_backup(desk: Desk, folder: Path, *, asking: str, now: dt.datetime) -> BackupFile:
    """
    Write a copy while others go on working; the trail says so before it is there.

    Raises
    ------
    NotAllowedError
        The person takes no backups.
    RegisterError
        The copy cannot be written.
    """
    ending = _ENDINGS[desk.engine.dialect.name]
    name = f"register-{now.astimezone(dt.UTC):%Y%m%dT%H%M%S%fZ}{ending}"
    with desk.writing(asking, now, "backup") as (session, person):
        demand(person, "make", "backup")
        session.audit("desk.backup", {"file": name})
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        backup_register(desk.engine.url.render_as_string(hide_password=False), folder / name)
        (folder / name).chmod(0o600)
    except OSError as error:
        raise RegisterError(f"the backup could not be written: {error.strerror or error}") from error
    return _described(folder / name)


def list_backups(desk: Desk, folder: Path, *, asking: str) -> tuple[BackupFile, ...]:
    """Return the copies in the folder, the newest first."""
    with desk.reading(asking) as (_, person):
        demand(person, "make", "backup")
    found = [path for path in folder.glob("register-*") if path.suffix in _ENDINGS.values()] if folder.is_dir() else []
    return tuple(_described(path) for path in sorted(found, key=lambda one: one.name, reverse=True))


def backup_content(desk: Desk, folder: Path, name: str, *, asking: str, now: dt.datetime) -> bytes:
    """
    Return a copy for a browser; the trail says who took it.

    Raises
    ------
    InvalidRequestError
        It is too large for a browser.
    NotFoundError
        There is no such copy.
    """
    found = _named(desk, folder, name, asking)
    if found.n_bytes > MOST_BYTES:
        raise InvalidRequestError(
            "backup", f"must have at most {MOST_BYTES:,} bytes to be downloaded; fetch it from the folder", found.n_bytes
        )
    with desk.writing(asking, now, "backup") as (session, person):
        demand(person, "make", "backup")
        session.audit("desk.backup_taken", {"file": found.name})
    return (folder / found.name).read_bytes()


def check_backup(desk: Desk, folder: Path, name: str, *, asking: str) -> tuple[str, ...]:
    """
    Return what is wrong with a copy, nothing if it is whole.

    Raises
    ------
    InvalidRequestError
        The copy is one of PostgreSQL, which only a restore can check.
    """
    found = _named(desk, folder, name, asking)
    if not found.name.endswith(_ENDINGS["sqlite"]):
        raise InvalidRequestError(
            "backup", "must be a copy of SQLite; restore one of PostgreSQL into an empty database and check that", name
        )
    register = open_register(f"sqlite:///{folder / found.name}")
    try:
        with register.reading() as session:
            return (*register_faults(session), *desk_faults(session.connection))
    finally:
        register.engine.dispose()


def check_database(desk: Desk, *, asking: str) -> tuple[str, ...]:
    """Return what is wrong with the database itself (file, references, indexes, trail), nothing if it is whole."""
    with desk.reading(asking) as (session, person):
        demand(person, "make", "backup")
        as_desk(session.connection)
        return (*register_faults(session), *desk_faults(session.connection))


def _named(desk: Desk, folder: Path, name: str, asking: str) -> BackupFile:
    """Return a copy by its name, which must be one of the list: no path leads out of the folder."""
    found = next((one for one in list_backups(desk, folder, asking=asking) if one.name == name), None)
    if found is None:
        raise NotFoundError("backup", name)
    return found


def _described(path: Path) -> BackupFile:
    held = path.stat()
    return BackupFile(name=path.name, at=dt.datetime.fromtimestamp(held.st_mtime, dt.UTC), n_bytes=held.st_size)
