"""
What changed between two versions: rows to add, rows to put in place of others, rows to take away.

A file of changes has two columns in front of those of an export: ``_change`` (``added``, ``changed``, ``removed``) and ``_merged_into``
(the asset that stands for a removed one now, if any). Added and changed rows are whole; removed ones have the id alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from assets_db.publish.audience import Audience, seen_by
from assets_db.publish.columns import Headers
from assets_db.publish.csv_writer import Encoding, write_csv_entries
from assets_db.publish.entries import Entry, Written
from assets_db.publish.geojson_writer import write_geojson_entries
from assets_db.record import AssetRecord
from assets_db.store import StoredAsset

ChangeKind: TypeAlias = Literal["added", "changed", "removed"]

CHANGE_COLUMNS = ("_change", "_merged_into")
"""Columns in front of those of an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    What happened to one asset.

    Attributes
    ----------
    kind
        ``added``, ``changed`` or ``removed``.
    record
        What the audience sees of it now; the id alone if it was removed.
    merged_into
        Asset that stands for a removed one now; empty if there is none.
    """

    kind: ChangeKind
    record: AssetRecord
    merged_into: str = ""


def changes(pairs: Iterable[tuple[StoredAsset | None, StoredAsset | None]], *, audience: Audience) -> Iterator[Change]:
    """
    Yield what an audience has to know to get from one version to a later one.

    Parameters
    ----------
    pairs
        For each asset that may have changed, its state in the earlier version and in the later one; ``None``: unknown to it.
    audience
        Whom it is for: a change it cannot see is none.
    """
    for before, after in pairs:
        old = None if before is None or before.is_gone else seen_by(audience, before.record)
        new = None if after is None or after.is_gone else seen_by(audience, after.record)
        if new is not None and (old is None or new.digest() != old.digest()):
            yield Change(kind="added" if old is None else "changed", record=new)
        elif old is not None and new is None:
            tombstone = AssetRecord(values={"asset_id": old.values["asset_id"]})
            yield Change(kind="removed", record=tombstone, merged_into="" if after is None else after.merged_into)


def apply_delta(rows: Mapping[str, Mapping[str, str]], delta: Iterable[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """
    Return the rows of a full export brought up to date, ordered by id.

    Parameters
    ----------
    rows
        Rows of the earlier export by ``asset_id``, as ``csv.DictReader`` gives them.
    delta
        Rows of the file of changes.
    """
    found = {asset_id: dict(row) for asset_id, row in rows.items()}
    for change in delta:
        row = {name: cell for name, cell in change.items() if name not in CHANGE_COLUMNS}
        if change["_change"] == "removed":
            del found[row["asset_id"]]
        else:
            found[row["asset_id"]] = row
    return dict(sorted(found.items()))


def write_delta_csv(
    path: Path, found: Iterable[Change], *, audience: Audience, encoding: Encoding = "utf-8", headers: Headers = "names"
) -> Written:
    """
    Write changes as CSV, as :func:`assets_db.publish.csv_writer.write_csv` does.

    Raises
    ------
    InvalidSourceError
        The file cannot be written.
    """
    return write_csv_entries(path, _entries(found), audience=audience, extra=CHANGE_COLUMNS, encoding=encoding, headers=headers)


def write_delta_geojson(path: Path, found: Iterable[Change]) -> Written:
    """
    Write changes as GeoJSON; removed assets are features without geometry.

    Raises
    ------
    InvalidSourceError
        The file cannot be written.
    """
    return write_geojson_entries(path, _entries(found), extra=CHANGE_COLUMNS)


def _entries(found: Iterable[Change]) -> Iterator[Entry]:
    """Yield changes as rows."""
    return (Entry(one.record, (one.kind, one.merged_into)) for one in found)
