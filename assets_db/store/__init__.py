"""The register in a database: SQLite, or PostgreSQL with PostGIS, by the same code."""

from __future__ import annotations

from assets_db.store.asset_rows import StoredAsset, StoredSource, StoredSourceRecord
from assets_db.store.audit import AuditHead
from assets_db.store.errors import RegisterError, StaleEditError, UnknownAssetError
from assets_db.store.filters import AssetFilter
from assets_db.store.register import Register, downgrade_register, init_register, open_register, upgrade_register
from assets_db.store.session import MANUAL, ReadingSession, WritingSession

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
    "downgrade_register",
    "init_register",
    "open_register",
    "upgrade_register",
]
