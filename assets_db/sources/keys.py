"""What identifies the rows of a table: one column, several together, or nothing it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations

from assets_db.sources.layout import Cells, text_of

_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]+")
_SURE_SHARE = 0.95
_MOST_TOGETHER = 3
_MOST_TRIED = 4


def key_columns(positions: Sequence[int], rows: Iterable[Cells]) -> tuple[int, ...]:
    """
    Return the columns that identify the rows.

    Parameters
    ----------
    positions
        Columns that may, the preferred first.
    rows
        All rows of the table.

    Returns
    -------
    tuple of int
        One column whose cells differ, those that a spreadsheet has rounded left aside; else several that do together; else the one
        where nearly all differ; else none.
    """
    if not positions:
        return ()
    seen = [tuple(text_of(cells[position]) if position < len(cells) else "" for position in positions) for cells in rows]
    n_damaged = [sum(1 for key in seen if is_damaged(key[place])) for place in range(len(positions))]
    whole = [tuple("" if is_damaged(text) else text for text in key) for key in seen] if any(n_damaged) else seen
    n_filled = [sum(1 for key in whole if key[place]) for place in range(len(positions))]
    shares = [len({key[place] for key in whole if key[place]}) / n if n else 1.0 for place, n in enumerate(n_filled)]
    may_be = [n + n_damaged[place] > len(seen) / 2 for place, n in enumerate(n_filled)]
    for place, share in enumerate(shares):
        if share == 1.0 and may_be[place]:
            return (positions[place],)
    for size in range(2, min(len(positions), _MOST_TOGETHER) + 1):
        for places in combinations(range(min(len(positions), _MOST_TRIED)), size):
            joined = {tuple(key[place] for place in places) for key in whole}
            if all(n_filled[place] == len(seen) for place in places) and len(joined) == len(whole):
                return tuple(positions[place] for place in places)
    sure = [place for place, share in enumerate(shares) if share >= _SURE_SHARE and may_be[place]]
    return (positions[sure[0]],) if sure else ()


def is_damaged(text: str) -> bool:
    """Tell whether a spreadsheet has rounded an identifier, as in ``1.3E+11``."""
    return bool(_EXPONENT.fullmatch(text))
