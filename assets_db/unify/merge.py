"""One asset from the records that speak of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeAlias

from assets_db.record import AssetRecord, Provenance, Value
from assets_db.schema import GRADES, fields

Member: TypeAlias = tuple[AssetRecord, bool, dt.datetime]
"""A record, whether a person made it, and when it was imported."""


def merge(records: Sequence[Member]) -> AssetRecord:
    """
    Merge the records of one asset; a single record is returned as it is.

    Measured fields come from the best grade, then the newest day (unknown is oldest), then a person, then the latest import; others
    from a person, then the latest import that knows the field. ``source_id`` names all lists, joined with a vertical bar.
    """
    if len(records) == 1:
        return records[0][0]
    values: dict[str, Value] = {}
    known_from: dict[str, Provenance] = {}
    for name, field in fields().items():
        knowing = [one for one in records if name in one[0].values]
        if not knowing:
            continue
        best = max(knowing, key=lambda one: _measured_rank(one, name) if field.is_measured else (0, 0, one[1], one[2]))
        values[name] = best[0].values[name]
        if name in best[0].known_from:
            known_from[name] = best[0].known_from[name]
    sources = sorted({source for one in records if not one[1] for source in one[0].text("source_id").split("|") if source})
    if sources:
        values["source_id"] = "|".join(sources)
    return AssetRecord(values=values, known_from=known_from)


def _measured_rank(member: Member, name: str) -> tuple[int, int, bool, dt.datetime]:
    """Return how much a record's word on a measured field counts."""
    record, is_manual, imported_at = member
    known = record.known_from.get(name)
    if known is None:
        return -len(GRADES), 0, is_manual, imported_at
    return -GRADES.index(known.grade), known.as_of.toordinal() if known.as_of else 0, is_manual, imported_at
