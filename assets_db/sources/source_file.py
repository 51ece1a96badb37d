"""A file opened as a source, and the table of formats that can be one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from assets_db.errors import InvalidSourceError
from assets_db.sources.rows import Reject, SourceRow
from assets_db.sources.spec import SourceSpec

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """
    A file that has been recognised and can be read.

    Attributes
    ----------
    spec
        What the caller says about it.
    path
        Where it is.
    digest
        SHA-256 of its bytes, hexadecimal.
    format
        ``csv``, ``xlsx``, ``json_stations``, ``geojson``, ...
    read
        Starts reading from the beginning.
    encoding
        Encoding of a text format; empty otherwise.
    mapping_used
        Field to the columns it is read from, for the summary.
    not_read
        Columns nobody reads, by header.
    header_row
        Row of a table that names its columns, counted from 1; every row under it that is not blank is one item of :meth:`rows`.
    notes
        What a person should know about how the file is read.
    credit, licence
        Of the spec, or what the format demands.
    """

    spec: SourceSpec
    path: Path
    digest: str
    format: str
    read: Callable[[], Iterator[SourceRow | Reject]] = field(repr=False)
    encoding: str = ""
    mapping_used: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    not_read: tuple[str, ...] = ()
    header_row: int | None = None
    notes: tuple[str, ...] = ()
    credit: str = ""
    licence: str = ""

    def rows(self) -> Iterator[SourceRow | Reject]:
        """Yield exactly one item per row or feature of the file, in its order; may be called again."""
        return self.read()


@dataclass(frozen=True, kw_only=True)
class Format:
    """
    One format of files.

    Attributes
    ----------
    name
        As in :attr:`SourceFile.format`.
    recognises
        Tells from the path and the first 4,096 bytes whether a file is of this format; must not raise.
    open
        Opens a file of this format; raises ``InvalidSourceError``.
    """

    name: str
    recognises: Callable[[Path, bytes], bool]
    open: Callable[[Path, SourceSpec], SourceFile]


def file_digest(path: Path) -> str:
    """
    Return the SHA-256 of a file, hexadecimal.

    Raises
    ------
    InvalidSourceError
        The file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InvalidSourceError("file", "must be readable", error.strerror or str(error), source=str(path)) from error
