"""What writers write: records with extra cells in front, in portions; and files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from assets_db.errors import InvalidSourceError
from assets_db.publish.audience import Audience, seen_by
from assets_db.record import AssetRecord
from assets_db.store import StoredAsset

Item = TypeVar("Item")

PORTION = 1000
"""Records that are held at a time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One row of an export.

    Attributes
    ----------
    record
        What is shown of the asset.
    extra
        Cells in front of it.
    """

    record: AssetRecord
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Written:
    """
    One file of an export.

    Attributes
    ----------
    path
        Where it is.
    n_rows
        Rows or features it holds.
    lists
        Files beside it that list what it cannot hold.
    """

    path: Path
    n_rows: int
    lists: tuple[Path, ...] = field(default=())


def entries_of(assets: Iterable[StoredAsset], audience: Audience) -> Iterator[Entry]:
    """Yield what an audience sees of the assets that are there; tombstones are left to deltas."""
    return (Entry(seen_by(audience, one.record)) for one in assets if not one.is_gone)


def portions(items: Iterable[Item], size: int = PORTION) -> Iterator[list[Item]]:
    """Yield items in lists of at most ``size``."""
    remaining = iter(items)
    while portion := list(islice(remaining, size)):
        yield portion


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """
    Give a path to write to; what is there afterwards takes the place of ``path``, and nothing is left after an error.

    Raises
    ------
    InvalidSourceError
        The file cannot be written.
    """
    part = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise InvalidSourceError("file", "must be writable", error.strerror or str(error), source=str(path)) from error
    finally:
        part.unlink(missing_ok=True)
