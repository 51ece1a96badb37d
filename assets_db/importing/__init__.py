"""Lists into the register: first a preview of what a file would change, then the change, whole or not at all."""

from __future__ import annotations

from assets_db.importing.apply import ImportReceipt, apply_import
from assets_db.importing.preview import ImportPreview, preview_import

__all__ = ["ImportPreview", "ImportReceipt", "apply_import", "preview_import"]
