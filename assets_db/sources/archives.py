"""Archives from outside, checked before anything in them is unpacked."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path, PurePosixPath

from assets_db.errors import InvalidSourceError

MAX_EXPANDED_BYTES = 200_000_000
"""Archives that hold more are refused."""

MAX_RATIO = 100
"""Archives that grow by more when unpacked are refused."""

MAX_MEMBERS = 10_000
"""Archives with more files are refused."""

_SMALL_BYTES = 1_000_000


def check_archive(path: Path) -> tuple[str, ...]:
    """
    Return the names of the files in a ZIP archive that is safe to unpack.

    Raises
    ------
    InvalidSourceError
        It is no ZIP archive, encrypted, grows too much when unpacked, or holds links or paths that lead elsewhere.
    """
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise InvalidSourceError("file", "must be a readable ZIP archive", str(error), source=where) from error
    if len(members) > MAX_MEMBERS:
        raise InvalidSourceError("file", f"must hold at most {MAX_MEMBERS:,} files", len(members), source=where)
    for member in members:
        _check_member(member, where)
    n_expanded = sum(member.file_size for member in members)
    n_packed = sum(member.compress_size for member in members)
    if n_expanded > MAX_EXPANDED_BYTES:
        raise InvalidSourceError("file", f"must hold at most {MAX_EXPANDED_BYTES:,} bytes unpacked", n_expanded, source=where)
    if n_expanded > _SMALL_BYTES and n_expanded > MAX_RATIO * max(n_packed, 1):
        rule = f"must not grow by more than {MAX_RATIO} times when unpacked"
        raise InvalidSourceError("file", rule, f"{n_packed:,} to {n_expanded:,} bytes", source=where)
    return tuple(member.filename for member in members)


def _check_member(member: zipfile.ZipInfo, where: str) -> None:
    """Refuse encrypted files, links, and paths that lead out of the archive."""
    name = member.filename.replace("\\", "/")
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or ":" in name:
        raise InvalidSourceError("file", "must not hold paths that lead elsewhere", member.filename, source=where)
    if stat.S_ISLNK(member.external_attr >> 16):
        raise InvalidSourceError("file", "must not hold links", member.filename, source=where)
    if member.flag_bits & 0x1:
        raise InvalidSourceError("file", "must not be encrypted", member.filename, source=where)
    if member.file_size > _SMALL_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        rule = f"must not hold files that grow by more than {MAX_RATIO} times when unpacked"
        raise InvalidSourceError("file", rule, member.filename, source=where)
