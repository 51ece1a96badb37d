"""Lists that people send to a page: opened in a temporary folder, tried, and only then brought into the register."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.escaping import to_cell
from assets_db.importing import ImportPreview, ImportReceipt, apply_import, preview_import
from assets_db.sources import Reject, SourceFile, SourceRow, SourceSpec, open_source
from assets_db.sources.detected_plan import UnsureColumnsError
from assets_db.sources.proposal import propose_mapping
from assets_db.store import Register
from window.policy import Person, demand
from window.requests import checked_text

SUFFIXES = ("csv", "tsv", "txt", "xlsx", "geojson", "json", "gpkg", "zip", "parquet", "gml", "xml", "osm")
"""How the names of files end that can be lists."""

_LONGEST_NAME = 60
_LONGEST_VALUE = 200
_REJECT_COLUMNS = ("row", "field", "code", "reason", "value")


class NeedsMappingError(InvalidSourceError):
    """It cannot be told with certainty which column holds what: a person has to say it."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """
    A file as somebody sent it.

    Attributes
    ----------
    given_name
        What the sender calls it; not to be trusted.
    content
        Its bytes.
    """

    given_name: str
    content: bytes

    @property
    def name(self) -> str:
        """A name that leads nowhere: no folders, nothing unprintable, not too long, the suffix kept."""
        last = unicodedata.normalize("NFC", self.given_name.replace("\\", "/").rsplit("/", 1)[-1])
        kept = Path("".join(sign for sign in last if sign.isprintable()).strip(" .") or "upload")
        return f"{kept.stem[:_LONGEST_NAME]}{kept.suffix[:10]}"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Detected:
    """
    How a file is read.

    Attributes
    ----------
    format, encoding, header_row, mapping, not_read, notes, licence, credit
        As in :class:`assets_db.sources.SourceFile`.
    """

    format: str
    encoding: str
    header_row: int | None
    mapping: Mapping[str, str]
    not_read: tuple[str, ...]
    notes: tuple[str, ...]
    licence: str
    credit: str


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """
    What importing a file would do.

    Attributes
    ----------
    digest, spec
        Of which file, read on which terms.
    preview
        What would change.
    rejects
        All rows that would not be accepted.
    """

    digest: str
    spec: SourceSpec
    preview: ImportPreview
    rejects: tuple[Reject, ...]


def detect(upload: Upload, spec: SourceSpec) -> Detected:
    """
    Return how a file is read.

    Raises
    ------
    NeedsMappingError
        Its columns cannot be told with certainty.
    InvalidSourceError
        It cannot be read at all.
    """
    with _opened(upload, spec) as opened:
        return Detected(
            format=opened.format,
            encoding=opened.encoding,
            header_row=opened.header_row,
            mapping=dict(opened.mapping_used),
            not_read=opened.not_read,
            notes=opened.notes,
            licence=opened.licence,
            credit=opened.credit,
        )


def proposed_mapping(upload: Upload) -> str:
    """
    Return the text of a mapping file for a table, for a person to correct.

    Raises
    ------
    InvalidSourceError
        It is no table, or has no header.
    """
    with _in_folder(upload) as path:
        return propose_mapping(path)


def dry_run(register: Register, upload: Upload, spec: SourceSpec, *, progress: Callable[[int], None] | None = None) -> DryRun:
    """
    Return what importing a file would change; nothing is written.

    Raises
    ------
    InvalidSourceError
        It cannot be read to its end.
    """
    rejects: list[Reject] = []
    with _opened(upload, spec) as opened, register.reading() as session:
        preview = preview_import(session, _kept_rejects(opened, rejects), progress=progress)
    return DryRun(digest=upload.digest, spec=spec, preview=preview, rejects=tuple(rejects))


def bring_in(
    register: Register,
    upload: Upload,
    spec: SourceSpec,
    *,
    person: Person,
    why: str,
    now: dt.datetime,
    progress: Callable[[int], None] | None = None,
) -> ImportReceipt:
    """
    Import a file, whole or not at all.

    Raises
    ------
    NotAllowedError
        The person's role may not change the register.
    InvalidRequestError
        No reason is given, or a text holds control characters.
    InvalidSourceError
        The file cannot be read to its end.
    """
    demand(person, "change", "register")
    reason = checked_text("why", why, is_needed=True)
    for name, said in (("licence", spec.licence), ("credit", spec.credit)):
        checked_text(name, said)
    with _opened(upload, spec) as opened:
        return apply_import(register, opened, who=person.person_id, why=reason, now=now, progress=progress)


def rejects_csv(rejects: Iterable[Reject]) -> bytes:
    """Return rejects as CSV that spreadsheets open, cells that look like formulas made harmless."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(_REJECT_COLUMNS)
    for one in rejects:
        writer.writerow((one.row, *(to_cell(str(cell)) for cell in (one.field, one.code, one.reason, one.value))))
    return stream.getvalue().encode("utf-8-sig", errors="replace")


def _kept_rejects(opened: SourceFile, rejects: list[Reject]) -> SourceFile:
    """Return a file that notes its rejects while it is read."""

    def read() -> Iterator[SourceRow | Reject]:
        for item in opened.rows():
            if isinstance(item, Reject):
                rejects.append(item)
            yield item

    return replace(opened, read=read)


@contextmanager
def _opened(upload: Upload, spec: SourceSpec) -> Iterator[SourceFile]:
    """Open a file for as long as it is needed."""
    with _in_folder(upload) as path:
        yield open_source(path, spec)


@contextmanager
def _in_folder(upload: Upload) -> Iterator[Path]:
    """Put a file into a folder of its own, which is gone afterwards; errors call it as its sender does."""
    with tempfile.TemporaryDirectory(prefix="siting-upload-") as folder:
        path = Path(folder) / upload.name
        path.write_bytes(upload.content)
        try:
            yield path
        except UnsureColumnsError as error:
            rule = error.rule.partition("; write a mapping with")[0]
            raise NeedsMappingError(error.field, rule, _brief(error.value, path), source=upload.name) from None
        except InvalidSourceError as error:
            rule = error.rule.replace(str(path), upload.name)
            source = error.source.replace(str(path), upload.name) if error.source else None
            raise InvalidSourceError(error.field, rule, _brief(error.value, path), source=source) from None


def _brief(value: object, path: Path) -> object:
    """Return a value of an error without the folder, and not too long."""
    if isinstance(value, str):
        return value.replace(str(path), path.name)[:_LONGEST_VALUE]
    return value if len(repr(value)) <= _LONGEST_VALUE else repr(value)[:_LONGEST_VALUE]
