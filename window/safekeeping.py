"""Register and desk kept safe together: whether both are whole, copies of both, and putting them back."""

from __future__ import annotations

from pathlib import Path

from assets_db.store import AuditHead, backup_register, open_register, register_faults, restore_register, upgrade_register
from assets_db.store.database import engine_of, transaction
from window.row_security import SEES_EVERYTHING, as_desk, grant_rights
from window.schema import migrate_up, newest_version, version_of
from window.trail import desk_faults, stray_rows


def faults(url: str, known_head: AuditHead | None = None) -> tuple[tuple[str, ...], AuditHead, bool]:
    """
    Return what is wrong with a register and its desk, the head of the trail, and whether there is a desk.

    Parameters
    ----------
    url
        Address of the register.
    known_head
        A head of the audit trail exported earlier: it must still be there.
    """
    with open_register(url).reading() as session:
        connection = session.connection
        found = list(register_faults(session, known_head=known_head))
        version = version_of(connection)
        if version:
            as_desk(connection)
            if version == newest_version():
                found += [*desk_faults(connection), *stray_rows(connection)]
            else:
                found.append(f"the desk must have version {newest_version()}, found {version}")
        return tuple(found), session.audit_head(), bool(version)


def upgrade(url: str) -> bool:
    """Bring register and desk to the version of this program; return whether there is a desk."""
    upgrade_register(url)
    with transaction(engine_of(url), writes=True) as connection:
        has_desk = bool(version_of(connection))
        if has_desk:
            migrate_up(connection)
    return has_desk


def backup(url: str, out: Path) -> None:
    """Write a copy of register and desk as they are at one moment, rows that PostgreSQL hides from its owner included."""
    backup_register(url, out, row_settings=SEES_EVERYTHING)


def restore(file: Path, url: str, *, overwrite: bool = False) -> None:
    """Put a copy back, on a server too that has never seen the people and roles of the one it comes from."""
    restore_register(file, url, overwrite=overwrite, with_privileges=False)
    with transaction(engine_of(url), writes=True) as connection:
        if version_of(connection):
            grant_rights(connection)
