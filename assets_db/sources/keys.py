"""What identifies the rows of a table: one column, several together, or nothing it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from assets_db.sources.layout import Cells, text_of

_SURE_SHARE = 0.95
_MOST_TOGETHER = 3


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
        One column whose cells differ; else several that do together; else the one where nearly all differ; else none.
    """
    if not positions:
        return ()
    seen = [tuple(text_of(cells[position]) if position < len(cells) else "" for position in positions) for cells in rows]
    filled = [key for key in seen if any(key)]
    n_filled = [sum(1 for key in seen if key[place]) for place in range(len(positions))]
    shares = [len({key[place] for key in seen if key[place]}) / n if n else 0.0 for place, n in enumerate(n_filled)]
    for place, share in enumerate(shares):
        if share == 1.0 and n_filled[place] > len(seen) / 2:
            return (positions[place],)
    for size in range(2, min(len(positions), _MOST_TOGETHER) + 1):
        for places in combinations(range(len(positions)), size):
            joined = [tuple(key[place] for place in places) for key in filled]
            if all(n_filled[place] == len(seen) for place in places) and len(set(joined)) == len(joined):
                return tuple(positions[place] for place in places)
    best = max(range(len(positions)), key=lambda place: (shares[place] >= _SURE_SHARE, -place))
    return (positions[best],) if shares[best] >= _SURE_SHARE and n_filled[best] > len(seen) / 2 else ()
