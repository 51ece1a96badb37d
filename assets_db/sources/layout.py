"""Where a table begins: titles and comments above the header, a second row of labels under it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from assets_db.sources.aliases import aliases, fields_by_header, header_of
from assets_db.sources.null_words import NULL_WORDS
from assets_db.sources.quantities import FACTORS

Cells: TypeAlias = Sequence[object]
NumberedCells: TypeAlias = tuple[int, Cells]

SAMPLE_ROWS = 2000
"""Rows from which header and columns are told."""

_MOST_ROWS_ABOVE = 40
_MOST_LABEL_ROWS = 3
_SURE_SHARE = 0.9
_FEW_HEADERS = 2
_NUMBER = re.compile(r"[+-]?[\d.,]+(e[+-]?\d+)?", re.IGNORECASE)
_COMMENT = re.compile(r"#(\s.*|[A-Za-z_]{3,})?")
_LINKED = "#property"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """
    Where the header of a table is.

    Attributes
    ----------
    header_row
        Number of its row.
    headers
        Its cells as text, without trailing empty ones.
    units
        Unit of each column that a row of its own states under the header; empty for none.
    title
        Text above it.
    label_rows
        Numbers of rows under it that explain the columns.
    """

    header_row: int
    headers: tuple[str, ...]
    units: tuple[str, ...] = ()
    title: str = ""
    label_rows: frozenset[int] = frozenset()


def find_layout(sample: Sequence[NumberedCells], *, header_row: int | None = None, known: Sequence[str] = ()) -> Layout | None:
    """
    Return where the header of a table is: the row, near the top, with the most headers the register knows.

    Parameters
    ----------
    sample
        First rows of the table that are not blank, with their numbers.
    header_row
        Its row, where the caller knows it.
    known
        Headers the caller expects besides.

    Returns
    -------
    Layout or None
        ``None`` where no row looks like a header.
    """
    wanted = frozenset(header_of(one).whole for one in known)
    place = _place(sample, header_row, wanted)
    if place is None:
        return None
    texts, n_above = [text_of(cell) for cell in sample[place][1]], place
    if header_row is None and texts[:1] != [_LINKED]:
        place, n_above, texts = _with_groups(sample, place, texts, wanted)
    while texts and not texts[-1]:
        texts.pop()
    if texts and texts[0].lower() == _LINKED:
        texts[0] = "ID"
    title = " ".join(text for _, above in sample[:n_above] for text in map(text_of, above) if text)
    label_rows = _label_rows(sample[place + 1 :])
    labels = [cells for number, cells in sample[place + 1 :] if number in label_rows]
    units = tuple(_unit_in(labels, column) for column in range(len(texts)))
    return Layout(header_row=sample[place][0], headers=tuple(texts), units=units, title=title[:500], label_rows=label_rows)


def _unit_in(labels: Sequence[Cells], column: int) -> str:
    """Return the unit that a row under the header states for a column; empty for none."""
    for cells in labels:
        text = unicodedata.normalize("NFKC", text_of(cells[column])) if column < len(cells) else ""
        unit = text.strip("()[] ").lower()
        if unit and any(unit in factors for factors in FACTORS.values()):
            return unit
    return ""


def _with_groups(sample: Sequence[NumberedCells], place: int, texts: list[str], known: frozenset[str]) -> tuple[int, int, list[str]]:
    """Return place of the last header row, rows above the first one, and headers, where a row of groups stands above another."""
    best = _n_known(texts, known)
    for upper, lower in ((place - 1, place), (place, place + 1)):
        if upper < 0 or lower >= len(sample):
            continue
        groups, names = ([text_of(cell) for cell in sample[row][1]] for row in (upper, lower))
        if any(_NUMBER.fullmatch(text) for text in names):
            continue
        joined = _joined_headers(groups, names)
        is_repeated = upper < place and len({name for name in names if name}) < sum(1 for name in names if name)
        if _n_known(joined, known) > best or (is_repeated and _n_known(joined, known) == best):
            return lower, upper, joined
    return place, place, texts


def _joined_headers(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the headers of two rows: the lower one, the upper one where there is none, both where a lower one occurs twice."""
    width = max(len(groups), len(names))
    group, joined = "", []
    for column in range(width):
        above = groups[column] if column < len(groups) else ""
        name = names[column] if column < len(names) else ""
        group = above or group
        joined.append(group + name if name and list(names).count(name) > 1 else name or above)
    return joined


def is_comment(first: str) -> bool:
    """Tell whether the first cell of a row begins a comment, such as ``#LINK`` or ``# made in May``; ``#12`` may be an id."""
    return bool(_COMMENT.fullmatch(first))


def n_known_headers(headers: Sequence[str]) -> int:
    """Return how many headers the register knows."""
    return sum(1 for header in headers if header and is_known(header))


def text_of(cell: object) -> str:
    """Return a cell as text on one line."""
    return "" if cell is None else " ".join(str(cell).split())


def _place(sample: Sequence[NumberedCells], header_row: int | None, known: frozenset[str]) -> int | None:
    """Return the place of the header in the sample."""
    if header_row is not None:
        return next((place for place, (number, _) in enumerate(sample) if number == header_row), None)
    top = sample[:_MOST_ROWS_ABOVE]
    linked = next((place for place, (_, cells) in enumerate(top) if cells and text_of(cells[0]).lower() == _LINKED), None)
    if linked is not None:
        return linked
    scores = [_n_known([text_of(cell) for cell in cells], known) for _, cells in top]
    best = max(scores, default=0)
    if best >= _FEW_HEADERS:
        return scores.index(best)
    return next((place for place, (_, cells) in enumerate(top) if _could_be_header([text_of(cell) for cell in cells])), None)


def _n_known(texts: Sequence[str], known: frozenset[str]) -> int:
    """Return how many cells are headers the register knows; a row of data that says the name of one is no header."""
    if any(_NUMBER.fullmatch(text) and "." in text for text in texts):
        return 0
    return sum(1 for text in texts if text and is_known(text, known))


def is_known(text: str, known: frozenset[str] = frozenset()) -> bool:
    """Tell whether a cell is a header the register knows."""
    if len(text) > 40:
        return False
    header = header_of(text)
    table = fields_by_header()
    return header.whole in table or header.base in table or header.whole in known or _ends_known(header.base)


def _ends_known(base: str) -> bool:
    """Tell whether a header ends the way one of a position or address does."""
    return any(base.endswith(aliases()[name].ends_with) for name in ("lat", "lon", "address"))


def _could_be_header(texts: Sequence[str]) -> bool:
    """Tell whether a row may be a header although the register knows none of it: several different texts, no numbers."""
    filled = [text for text in texts if text]
    return (
        len(filled) >= _FEW_HEADERS
        and len(filled) == len(set(filled))
        and not filled[0].startswith("#")
        and not any(_NUMBER.fullmatch(text) for text in filled)
    )


def _label_rows(below: Sequence[NumberedCells]) -> frozenset[int]:
    """Return the rows right under the header that explain columns: text where the rest of the table has numbers."""
    found = set()
    for place, (number, cells) in enumerate(below[:_MOST_LABEL_ROWS]):
        first = text_of(cells[0]) if cells else ""
        if not is_comment(first) and not _is_label_row(first, cells, [row for _, row in below[place + 1 : 40]]):
            break
        found.add(number)
    return frozenset(found)


def _is_label_row(first: str, cells: Cells, rest: Sequence[Cells]) -> bool:
    """Tell whether a row has texts without digits in columns of numbers: two of them, or one if its first cell is empty."""
    width = max((len(row) for row in rest), default=0)
    numeric = [column for column in range(width) if _share_of_numbers(rest, column) > _SURE_SHARE]
    texts = [text_of(cells[column]) for column in numeric if column < len(cells)]
    labels = {text for text in texts if text and text.lower() not in NULL_WORDS}
    if any(sign.isdigit() for text in labels for sign in text):
        return False
    return len(labels) >= (_FEW_HEADERS if first else 1)


def _share_of_numbers(rows: Sequence[Cells], column: int) -> float:
    """Return the share of a column's filled cells that are numbers."""
    texts = [text_of(cells[column]) for cells in rows if column < len(cells)]
    filled = [text for text in texts if text and text.lower() not in NULL_WORDS]
    return sum(1 for text in filled if _NUMBER.fullmatch(text)) / len(filled) if filled else 0.0
