"""A published version: one folder with the assets, what their columns mean, and a manifest that says what it is."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from assets_db.errors import InvalidSourceError, one_of
from assets_db.publish.audience import Audience
from assets_db.publish.changes import Change, write_delta_csv, write_delta_geojson
from assets_db.publish.columns import Headers
from assets_db.publish.csv_writer import Encoding, write_csv
from assets_db.publish.dictionary import dictionary_csv, dictionary_markdown, json_schema
from assets_db.publish.entries import Written, whole_file
from assets_db.publish.geojson_writer import write_geojson
from assets_db.publish.gpkg_writer import write_gpkg
from assets_db.publish.xlsx_writer import write_xlsx
from assets_db.record import Json
from assets_db.store import StoredAsset

ExportFormat: TypeAlias = Literal["csv", "geojson", "gpkg", "xlsx"]

EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
"""Formats of an export."""

MANIFEST = "manifest.json"
"""What a folder of an export is: written last, so that a folder without it is not whole."""

_DICTIONARY = ("dictionary.csv", "dictionary.md", "schema.json")


@dataclass(frozen=True, kw_only=True)
class SourceCredit:
    """
    A source of the register, its terms, and the credit that has to accompany its data.

    Attributes
    ----------
    source_id, licence, credit
        Of the source; empty text where it demands none.
    """

    source_id: str
    licence: str
    credit: str


@dataclass(frozen=True, kw_only=True)
class Publication:
    """
    The state of the register that a version shows.

    Attributes
    ----------
    number
        Number of the version, from 1; ``None`` for an export that was not published.
    at
        When it was published or exported, UTC.
    change_seq
        Last change it holds.
    audit_head
        Hash of the last audit row it holds.
    since
        For changes: the version they start from; ``None`` for a full export.
    """

    number: int | None
    at: dt.datetime
    change_seq: int
    audit_head: str
    since: int | None = None

    def __post_init__(self) -> None:
        if self.since is not None and not 1 <= self.since <= (self.number or 0):
            raise InvalidSourceError("since", f"must be a version from 1 to {self.number or 0}", self.since)


def write_assets(
    path: Path,
    assets: Iterable[StoredAsset],
    *,
    audience: Audience,
    export_format: ExportFormat,
    encoding: Encoding = "utf-8",
    headers: Headers = "names",
) -> Written:
    """
    Write assets in one format.

    Parameters
    ----------
    path
        File to write.
    assets
        Assets in the order of the file.
    audience
        Whom it is for.
    export_format
        One of :data:`EXPORT_FORMATS`.
    encoding
        Of the CSV.
    headers
        Of CSV and workbook.

    Raises
    ------
    InvalidSourceError
        A choice is unknown, or the file cannot be written.
    """
    if export_format == "csv":
        return write_csv(path, assets, audience=audience, encoding=encoding, headers=headers)
    if export_format == "xlsx":
        return write_xlsx(path, assets, audience=audience, headers=headers)
    if export_format == "geojson":
        return write_geojson(path, assets, audience=audience)
    if export_format == "gpkg":
        return write_gpkg(path, assets, audience=audience)
    raise InvalidSourceError("format", one_of(export_format, EXPORT_FORMATS), export_format)


def write_version(
    folder: Path,
    assets: Callable[[], Iterable[StoredAsset]],
    *,
    publication: Publication,
    sources: Sequence[SourceCredit],
    audience: Audience,
    formats: Collection[ExportFormat] = EXPORT_FORMATS,
    encoding: Encoding = "utf-8",
    headers: Headers = "names",
) -> Path:
    """
    Write a full export with dictionary and manifest.

    Parameters
    ----------
    folder
        Folder to write: new, empty, or an earlier export, whose files are replaced.
    assets
        Starts reading the assets, ordered by id; called once for each format, and has to give the same each time.
    publication
        The state they show.
    sources
        Every source of the register.
    audience
        Whom it is for.
    formats
        Which files to write, ``assets.csv`` and so on.
    encoding, headers
        As in :func:`write_assets`.

    Returns
    -------
    pathlib.Path
        The manifest. Time is told there alone: the same state gives the same bytes in all other files.

    Raises
    ------
    InvalidSourceError
        The folder holds something else, a choice is unknown, or a file cannot be written.
    """

    def write(into: Path) -> list[Written]:
        return [
            write_assets(into / f"assets.{one}", assets(), audience=audience, export_format=one, encoding=encoding, headers=headers)
            for one in formats
        ]

    return _write_folder(folder, write, publication=publication, sources=sources, audience=audience)


def write_delta(
    folder: Path,
    found: Callable[[], Iterable[Change]],
    *,
    publication: Publication,
    sources: Sequence[SourceCredit],
    audience: Audience,
    encoding: Encoding = "utf-8",
) -> Path:
    """
    Write the changes since an earlier version, ``delta.csv`` and ``delta.geojson``, with dictionary and manifest.

    Parameters
    ----------
    folder, publication, sources, audience, encoding
        As in :func:`write_version`.
    found
        Starts reading the changes, ordered by id; called twice.

    Raises
    ------
    InvalidSourceError
        As in :func:`write_version`.
    """

    def write(into: Path) -> list[Written]:
        return [
            write_delta_csv(into / "delta.csv", found(), audience=audience, encoding=encoding),
            write_delta_geojson(into / "delta.geojson", found()),
        ]

    return _write_folder(folder, write, publication=publication, sources=sources, audience=audience)


def _write_folder(
    folder: Path,
    write: Callable[[Path], list[Written]],
    *,
    publication: Publication,
    sources: Sequence[SourceCredit],
    audience: Audience,
) -> Path:
    """Write files, dictionary and manifest beside the folder, and put it in place when it is whole."""
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise InvalidSourceError("folder", "must be a folder", str(folder))
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise InvalidSourceError("folder", f"must be new, empty, or an earlier export with its {MANIFEST}", str(folder))
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        written = write(part)
        _write_dictionary(part, audience)
        _write_manifest(part, written, publication=publication, sources=sources, audience=audience)
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    except OSError as error:
        raise InvalidSourceError("folder", "must be writable", error.strerror or str(error), source=str(folder)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder / MANIFEST


def _write_dictionary(folder: Path, audience: Audience) -> None:
    """Write what the columns mean."""
    schema = json.dumps(json_schema(audience), ensure_ascii=False, indent=2) + "\n"
    for name, text in zip(_DICTIONARY, ("\ufeff" + dictionary_csv(audience), dictionary_markdown(audience), schema), strict=True):
        with whole_file(folder / name) as part:
            part.write_text(text, encoding="utf-8", newline="")


def _write_manifest(
    folder: Path, written: Sequence[Written], *, publication: Publication, sources: Sequence[SourceCredit], audience: Audience
) -> None:
    """Write what the folder is."""
    counts = {one.path.name: one.n_rows for one in written}
    files: dict[str, Json] = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        files[path.name] = {"sha256": digest, "bytes": path.stat().st_size, **({"rows": counts[path.name]} if path.name in counts else {})}
    manifest: dict[str, Json] = {
        "version": publication.number,
        "since_version": publication.since,
        "published_at": publication.at.isoformat(),
        "change_seq": publication.change_seq,
        "audit_head": publication.audit_head,
        "view": audience.view,
        "carrier": audience.carrier or None,
        "schema_sha256": hashlib.sha256((folder / _DICTIONARY[-1]).read_bytes()).hexdigest(),
        "sources": [asdict(one) for one in sorted(sources, key=lambda one: one.source_id)],
        "files": files,
    }
    with whole_file(folder / MANIFEST) as part:
        part.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="")
