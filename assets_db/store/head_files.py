"""Heads of the audit trail kept outside the database."""

from __future__ import annotations

import json
from pathlib import Path

from assets_db.store.audit import AuditHead
from assets_db.store.errors import RegisterError


def write_head(head: AuditHead, out: Path) -> None:
    """Write a head to a file, replacing an earlier one."""
    try:
        out.write_text(json.dumps({"seq": head.seq, "hash": head.hash}) + "\n", encoding="utf-8")
    except OSError as error:
        raise RegisterError(f"the head could not be written: {error.strerror or error}") from error


def read_head(file: Path) -> AuditHead:
    """
    Return the head of a file.

    Raises
    ------
    RegisterError
        The file is no head.
    """
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        return AuditHead(seq=int(held["seq"]), hash=str(held["hash"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegisterError(f"file must be a head that siting db head wrote, got {file}") from error
