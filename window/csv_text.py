"""Tables as CSV that spreadsheets open as they are meant: with a mark of UTF-8, and no cell that is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from siting.outputs.escape import csv_text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str | float | int | None]]) -> bytes:
    """Return a table; text gets a mark where it looks like a formula, ``None`` is an empty cell."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([csv_text(one) for one in header])
    writer.writerows([csv_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")
