"""Which documents the desk takes: the type is told from the content, never from the name alone."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

from window.errors import InvalidRequestError

MAX_BYTES = 20_000_000
"""Size of one document at most."""

_MAGIC = (
    (b"%PDF-", "application/pdf", (".pdf",)),
    (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
    (b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
)
_OFFICE = (
    ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
)
_TAKEN = "PDF, PNG, JPEG, DOCX, XLSX or UTF-8 text"


def media_type_of(name: str, content: bytes) -> str:
    """
    Return the type of a document.

    Raises
    ------
    InvalidRequestError
        It is empty or too large, its type is not taken, its name says another type, or its name is a path.
    """
    if not 0 < len(content) <= MAX_BYTES:
        raise InvalidRequestError("document", f"must have 1 to {MAX_BYTES:,} bytes", f"{len(content):,} bytes")
    if "/" in name or "\\" in name:
        raise InvalidRequestError("name", "must be a file name without folders", name)
    lower = name.lower()
    for magic, media_type, endings in _MAGIC:
        if content.startswith(magic):
            return _fitting(lower, endings, media_type)
    if content.startswith(b"PK\x03\x04"):
        return _office_type(lower, content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequestError("document", f"must be {_TAKEN}", name) from None
    if "\0" in text:
        raise InvalidRequestError("document", f"must be {_TAKEN}", name)
    return _fitting(lower, (".txt", ".csv", ".md"), "text/plain")


def _office_type(name: str, content: bytes) -> str:
    """Return the type of a zip that is an office document without macros."""
    try:
        members = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, struct.error):
        members = set()
    if not any(member.lower().endswith("vbaproject.bin") for member in members):
        for member, media_type, ending in _OFFICE:
            if member in members:
                return _fitting(name, (ending,), media_type)
    raise InvalidRequestError("document", f"must be {_TAKEN}, without macros", name)


def _fitting(name: str, endings: tuple[str, ...], media_type: str) -> str:
    """Return a type, if the name says the same."""
    if not name.endswith(endings):
        raise InvalidRequestError("name", f"must end in {' or '.join(endings)}, as its content is {media_type}", name)
    return media_type


def read_document(path: Path) -> bytes:
    """
    Return the content of a file to be added.

    Raises
    ------
    InvalidRequestError
        It cannot be read, or is too large, which is found out before it is read.
    """
    try:
        if path.exists() and not path.is_file():
            raise InvalidRequestError("file", "must be a file, not a folder or device", path.name)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InvalidRequestError("document", f"must have 1 to {MAX_BYTES:,} bytes", f"{size:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequestError("file", "must be a file that can be read", error.strerror or str(error)) from error


def write_document(content: bytes, path: Path) -> None:
    """
    Write a document to a new file, whole or not at all.

    Raises
    ------
    InvalidRequestError
        The file is there already, or cannot be written.
    """
    try:
        with path.open("xb") as stream:
            try:
                stream.write(content)
            except OSError:
                path.unlink()
                raise
    except OSError as error:
        raise InvalidRequestError("--out", "must be a new file that can be written", error.strerror or str(error)) from error
