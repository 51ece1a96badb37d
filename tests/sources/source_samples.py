"""Small lists as cities publish them, written to files for the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from assets_db.sources import Reject, SourceFile, SourceRow, SourceSpec, open_source

SPEC = SourceSpec(source_id="test-list")


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    """Write a text file and return its path."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def opened(folder: Path, text: str, *, name: str = "list.csv", encoding: str = "utf-8", spec: SourceSpec = SPEC) -> SourceFile:
    """Return text opened as a source."""
    return open_source(write(folder, name, text, encoding), spec)


def accepted(source: SourceFile) -> list[SourceRow]:
    """Return the accepted rows."""
    return [one for one in source.rows() if isinstance(one, SourceRow)]


def rejected(source: SourceFile) -> list[Reject]:
    """Return the rejects."""
    return [one for one in source.rows() if isinstance(one, Reject)]


def column(source: SourceFile, field: str) -> list[object]:
    """Return what the accepted rows say of one field; ``None`` for unknown."""
    return [one.record.values.get(field) for one in accepted(source)]


def repairs_of(row: SourceRow, field: str) -> list[tuple[str, str, str]]:
    """Return code, before and after of the repairs of one field."""
    return [(one.code.value, one.before, one.after) for one in row.repairs if one.field == field]


def reasons(rejects: Sequence[Reject]) -> dict[str, int]:
    """Return how many rejects there are by code."""
    return dict(Counter(one.code.value for one in rejects))
