"""The rows of a file, read to its end before the register is locked: others write while a file is read."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, TypeAlias

from assets_db.record import AssetRecord, Provenance, Value
from assets_db.sources import Reject, Repair, SourceRow
from assets_db.store import RegisterError

Part: TypeAlias = list[SourceRow | Reject]

_ROWS_AT_ONCE = 1000
_BYTES_IN_MEMORY = 2**24


@contextmanager
def rows_set_aside(rows: Iterator[SourceRow | Reject]) -> Iterator[Iterator[Part]]:
    """
    Read all rows and give them back some at a time; many of them lie in a temporary file that only this process sees.

    Raises
    ------
    RegisterError
        The folder for temporary files is full.
    """
    with SpooledTemporaryFile(max_size=_BYTES_IN_MEMORY) as kept:
        while part := list(islice(rows, _ROWS_AT_ONCE)):
            _keep(part, kept)
        kept.seek(0)
        yield _parts(kept)


def _keep(part: Part, kept: IO[bytes]) -> None:
    """Append a part."""
    plain = [
        (row.row, dict(row.record.values), dict(row.record.known_from), row.repairs) if isinstance(row, SourceRow) else row for row in part
    ]
    try:
        pickle.dump(plain, kept, protocol=pickle.HIGHEST_PROTOCOL)
    except OSError as error:
        raise RegisterError(f"nothing was written: no room for a temporary copy of the rows: {error.strerror or error}") from error


def _parts(kept: IO[bytes]) -> Iterator[Part]:
    """Yield the parts again."""
    while True:
        try:
            plain = pickle.load(kept)  # noqa: S301  # this process wrote it, into a file without a name
        except EOFError:
            return
        yield [row if isinstance(row, Reject) else _row(*row) for row in plain]


def _row(row: int, values: dict[str, Value], known_from: dict[str, Provenance], repairs: tuple[Repair, ...]) -> SourceRow:
    """Return an accepted row."""
    return SourceRow(row=row, record=AssetRecord(values=values, known_from=known_from), repairs=repairs)
