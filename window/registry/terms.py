"""What is said of a list when it comes again, and what may be supposed of a new one."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from assets_db.sources.local_government import is_valid_code
from assets_db.store import MANUAL, ReadingSession
from assets_db.store.tables import BATCHES

_CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
_LOOKED_AT = 500


@dataclass(frozen=True, kw_only=True)
class ListTerms:
    """
    What holds for all of a list.

    Attributes
    ----------
    owner_class, lg_code, asset_type
        Where no column says it; empty if nothing is supposed.
    licence, credit
        Terms of the data.
    is_complete, is_synthetic
        As said when it was imported last.
    """

    owner_class: str = ""
    lg_code: str = ""
    asset_type: str = ""
    licence: str = ""
    credit: str = ""
    is_complete: bool = False
    is_synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class PastImport:
    """An import as the register remembers it."""

    batch: int
    source_id: str
    at: dt.datetime
    who: str
    why: str
    file_name: str
    n_rows: int
    n_new: int
    n_changed: int
    n_rejected: int
    n_vanished: int


def known_lists(session: ReadingSession) -> tuple[str, ...]:
    """Return the lists that can come again."""
    return tuple(one.source_id for one in session.sources() if one.source_id != MANUAL)


def list_of_file(session: ReadingSession, file_name: str) -> str:
    """Return the list that a file of this name was imported as last; empty if there is none."""
    query = sa.select(BATCHES.c.source_id).where(BATCHES.c.file_name == file_name).order_by(BATCHES.c.batch.desc()).limit(1)
    return str(session.connection.execute(query).scalar() or "")


def new_list_id(file_name: str, taken: Iterable[str]) -> str:
    """Return an id for a new list, made of the name of its file, that no other list has."""
    plain = unicodedata.normalize("NFKC", Path(file_name).stem).lower()
    slug = re.sub(r"[^a-z0-9_.-]+", "-", plain).strip("-._")[:50] or "list"
    used = {*taken, MANUAL}
    return next(name for name in (slug, *(f"{slug}-{number}" for number in range(2, len(used) + 3))) if name not in used)


def terms_of_file(file_name: str) -> ListTerms:
    """Return what may be supposed of a new list: a code of a local government in the name of the file is taken for its own."""
    return ListTerms(lg_code=next((code for code in _CODE.findall(file_name) if is_valid_code(code)), ""))


def terms_of_list(session: ReadingSession, source_id: str) -> ListTerms:
    """Return what was said of a list that the register knows: what its rows have in common, and its terms."""
    source = next(one for one in session.sources() if one.source_id == source_id)
    query = sa.select(BATCHES.c.is_complete).where(BATCHES.c.source_id == source_id).order_by(BATCHES.c.batch.desc()).limit(1)
    records = [one.record for one in islice(session.source_records(source_id), _LOOKED_AT)]
    common = {name: {record.text(name) for record in records} for name in ("owner_class", "lg_code", "asset_type")}
    said = {name: next(iter(values)) if len(values) == 1 else "" for name, values in common.items()}
    return ListTerms(
        owner_class=said["owner_class"],
        lg_code=said["lg_code"],
        asset_type=said["asset_type"],
        licence=source.licence,
        credit=source.credit,
        is_complete=bool(session.connection.execute(query).scalar()),
        is_synthetic=source.is_synthetic,
    )


def past_imports(session: ReadingSession, *, most: int = 20) -> tuple[PastImport, ...]:
    """Return the last imports, the newest first."""
    names = PastImport.__dataclass_fields__
    query = sa.select(*(BATCHES.c[name] for name in names)).order_by(BATCHES.c.batch.desc()).limit(most)
    return tuple(PastImport(**row) for row in session.connection.execute(query).mappings())
