"""Heads of the audit trail kept outside the database."""

from __future__ import annotations

import json
from pathlib import Path

from assets_db.store.audit import AuditHead
from assets_db.store.errors import RegisterError


def head_text(head: AuditHead) -> str:
    """Return a head as the text of its file."""
    return json.dumps({"seq": head.seq, "hash": head.hash}) + "\n"


def write_head(head: AuditHead, out: Path) -> None:
    """Write a head to a file, replacing an earlier one."""
    try:
        out.write_text(head_text(head), encoding="utf-8")
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
        return head_from(file.read_bytes())
    except (OSError, RegisterError) as error:
        raise RegisterError(f"file must be a head that siting db head wrote, got {file}") from error


def head_from(content: bytes) -> AuditHead:
    """
    Return the head that the content of a file says.

    Raises
    ------
    RegisterError
        It is no head.
    """
    try:
        held = json.loads(content.decode("utf-8-sig"))
        return AuditHead(seq=int(held["seq"]), hash=str(held["hash"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RegisterError("the file must be a head of the audit trail that was exported earlier") from error
