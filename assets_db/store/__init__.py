"""The register in a database: SQLite, or PostgreSQL with PostGIS, by the same code."""

from __future__ import annotations

from assets_db.store.asset_rows import StoredAsset, StoredSource, StoredSourceRecord
from assets_db.store.audit import AuditHead
from assets_db.store.backup import backup_register, restore_register
from assets_db.store.check import register_faults
from assets_db.store.errors import RegisterError, StaleEditError, UnknownAssetError
from assets_db.store.filters import AssetFilter
from assets_db.store.head_files import head_from, head_text, read_head, write_head
from assets_db.store.register import Register, downgrade_register, init_register, open_register, upgrade_register
from assets_db.store.session import ReadingSession, WritingSession
from assets_db.store.states import MANUAL

__all__ = [
    "MANUAL",
    "AssetFilter",
    "AuditHead",
    "ReadingSession",
    "Register",
    "RegisterError",
    "StaleEditError",
    "StoredAsset",
    "StoredSource",
    "StoredSourceRecord",
    "UnknownAssetError",
    "WritingSession",
    "backup_register",
    "downgrade_register",
    "head_from",
    "head_text",
    "init_register",
    "open_register",
    "read_head",
    "register_faults",
    "restore_register",
    "upgrade_register",
    "write_head",
]
