"""Text files from outside, in the encodings in which offices publish them."""

from __future__ import annotations

import re
from pathlib import Path

from assets_db.errors import InvalidSourceError

MAX_FILE_BYTES = 200_000_000
"""Greater files are refused instead of filling the memory."""

MAX_DAMAGED_SHARE = 0.3
"""Share of the lines beyond ASCII that may be unreadable in a list."""

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UNREADABLE = "\udc00"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")  # what Python makes of bytes that CP932 does not define


def read_bytes(path: Path, *, source: str) -> bytes:
    """
    Return the content of a file.

    Raises
    ------
    InvalidSourceError
        The file is missing, unreadable, empty or too large.
    """
    try:
        n_bytes = path.stat().st_size
        if n_bytes > MAX_FILE_BYTES:
            raise InvalidSourceError("file", f"must have at most {MAX_FILE_BYTES:,} bytes", n_bytes, source=source)
        content = path.read_bytes()
    except OSError as error:
        raise InvalidSourceError("file", "must be readable", error.strerror or str(error), source=source) from error
    if not content.strip():
        raise InvalidSourceError("file", "must not be empty", f"{len(content)} bytes", source=source)
    return content


def read_text(path: Path, *, source: str) -> str:
    """
    Return the text of a file in UTF-8 (with or without byte order mark), CP932 or UTF-16 with byte order mark.

    Raises
    ------
    InvalidSourceError
        The file is missing, unreadable, empty, too large, or not text in one of these encodings.
    """
    return decode(read_bytes(path, source=source), source=source)[0]


def decode(content: bytes, *, source: str) -> tuple[str, str]:
    """
    Return content as text, and its encoding: UTF-8 (with or without byte order mark), CP932 or UTF-16 with byte order mark.

    Raises
    ------
    InvalidSourceError
        It is not text in one of these encodings.
    """
    encodings = ("utf-16",) if content.startswith(_UTF16_MARKS) else ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not (encoding == "cp932" and _NOT_CP932.search(text)):
            return text, encoding
    raise InvalidSourceError("file", "must be text in UTF-8, CP932 or UTF-16 with byte order mark", content[:20], source=source)


def decode_list(content: bytes, *, source: str) -> tuple[str, str]:
    """
    Return the content of a list as text, and its encoding; lines that cannot be read hold lone surrogates, for their rows to be rejected.

    Few damaged lines do not make a file unreadable, and UTF-8 with a damaged line is not taken for CP932, which reads nearly anything.

    Raises
    ------
    InvalidSourceError
        More than a few of its lines are not text in UTF-8, CP932 or UTF-16 with byte order mark.
    """
    try:
        text, encoding = decode(content, source=source)
    except InvalidSourceError:
        text, encoding = "", ""
    if encoding and encoding != "cp932":
        return text, encoding
    for damaged in ("utf-8-sig", *(() if encoding else ("cp932",))):
        tried = content.decode(damaged, "surrogateescape").replace("\0", _UNREADABLE)
        lines = [line for line in tried.splitlines() if not line.isascii()]
        n_damaged = sum(1 for line in lines if _LONE_SURROGATE.search(line) or (damaged == "cp932" and _NOT_CP932.search(line)))
        if n_damaged <= MAX_DAMAGED_SHARE * len(lines):
            return tried, damaged
    if encoding:
        return text, encoding
    return decode(content, source=source)
