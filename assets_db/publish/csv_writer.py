"""The CSV for carriers: UTF-8 with byte order mark, or CP932 with a list of the characters that do not map."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from assets_db.errors import InvalidSourceError, one_of
from assets_db.publish.audience import Audience
from assets_db.publish.columns import Headers, columns_for, header_row
from assets_db.publish.cp932 import Unmappable, mapped_row
from assets_db.publish.entries import Entry, Written, entries_of, whole_file
from assets_db.publish.tables import RowMaker
from assets_db.store import StoredAsset

Encoding: TypeAlias = Literal["utf-8", "cp932"]

ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
"""Encodings of the CSV."""

UNMAPPABLE = "unmappable.csv"
"""List of the characters that CP932 cannot hold, beside the file."""


def write_csv(
    path: Path, assets: Iterable[StoredAsset], *, audience: Audience, encoding: Encoding = "utf-8", headers: Headers = "names"
) -> Written:
    """
    Write assets as CSV with lines ending in CR LF; see :func:`write_csv_entries`.

    Parameters
    ----------
    path
        File to write, replaced if it is there.
    assets
        Assets in the order of the file; tombstones are left out.
    audience
        Whom it is for.
    encoding
        ``utf-8`` (with byte order mark) or ``cp932``.
    headers
        Names of fields, or words for people.

    Raises
    ------
    InvalidSourceError
        A choice is unknown, or the file cannot be written.
    """
    return write_csv_entries(path, entries_of(assets, audience), audience=audience, encoding=encoding, headers=headers)


def write_csv_entries(
    path: Path,
    entries: Iterable[Entry],
    *,
    audience: Audience,
    extra: Sequence[str] = (),
    encoding: Encoding = "utf-8",
    headers: Headers = "names",
) -> Written:
    """
    Write entries as CSV.

    With CP932, characters that do not map are written as their full-width likeness or as 〓 and listed in
    ``unmappable.csv`` beside the file, which is only there if there are such characters.

    Parameters
    ----------
    path, audience, encoding, headers
        As in :func:`write_csv`.
    entries
        What to write.
    extra
        Headers of the extra cells of each entry.

    Raises
    ------
    InvalidSourceError
        A choice is unknown, or the file cannot be written.
    """
    if encoding not in ENCODINGS:
        raise InvalidSourceError("encoding", one_of(encoding, ENCODINGS), encoding)
    columns = columns_for(audience)
    top = [*extra, *header_row(columns, headers)]
    make = RowMaker(columns)
    lost: list[Unmappable] = []
    n_rows = 0

    def rows() -> Iterator[list[str]]:
        nonlocal n_rows
        names = [*extra, *(column.name for column in columns)]
        place = names.index("asset_id")
        for n_rows, entry in enumerate(entries, start=1):  # noqa: B007  # counted for the caller
            row = make.row(entry)
            yield mapped_row(row, names, id_place=place, lost=lost) if encoding == "cp932" else row

    with whole_file(path) as part, part.open("w", encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(top)
        writer.writerows(rows())
    listed = path.with_name(UNMAPPABLE)
    if encoding == "cp932" and lost:
        _write_list(listed, lost)
    else:
        listed.unlink(missing_ok=True)
    return Written(path=path, n_rows=n_rows, lists=(listed,) if encoding == "cp932" and lost else ())


def _write_list(path: Path, lost: Iterable[Unmappable]) -> None:
    """Write the list of characters, which is UTF-8 since it has to show them."""
    with whole_file(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(("asset_id", "field", "character", "code_point", "written_as"))
        writer.writerows((one.asset_id, one.field, one.character, f"U+{ord(one.character):04X}", one.written_as) for one in lost)
