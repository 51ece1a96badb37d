"""How old what is known is, by source."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assets_db.store import StoredAsset

STALENESS_COLUMNS = ("source", "n_values", "n_undated", "days_median", "days_most")
"""Columns of the table."""


@dataclass(frozen=True, kw_only=True)
class Staleness:
    """
    How old the values of one source are.

    Attributes
    ----------
    source
        Id of the source.
    n_values
        Measured values that come from it.
    n_undated
        Those without a day.
    days_median, days_most
        Days since the dated ones were true or last checked; ``None`` if all are undated. Days to come count as 0.
    """

    source: str
    n_values: int
    n_undated: int
    days_median: int | None
    days_most: int | None

    def row(self) -> tuple[str, ...]:
        """Return the cells of :data:`STALENESS_COLUMNS`."""
        days = ("" if number is None else str(number) for number in (self.days_median, self.days_most))
        return (self.source, str(self.n_values), str(self.n_undated), *days)


def staleness(assets: Iterable[StoredAsset], *, today: dt.date) -> tuple[Staleness, ...]:
    """
    Return how old the values of each source are.

    A value is as old as its own day says or, where somebody checked the asset later (``checked_on``), as that day says.

    Parameters
    ----------
    assets
        Assets, read once; tombstones do not count.
    today
        Day to count from.

    Returns
    -------
    tuple
        One entry for each source, the oldest by median first.
    """
    ages: defaultdict[str, Counter[int | None]] = defaultdict(Counter)
    for asset in assets:
        if asset.is_gone:
            continue
        checked = asset.record.values.get("checked_on")
        for origin in asset.record.known_from.values():
            days = [day for day in (origin.as_of, checked) if isinstance(day, dt.date)]
            ages[origin.source][max(0, (today - max(days)).days) if days else None] += 1
    found = [_summary(source, counted) for source, counted in ages.items()]
    return tuple(sorted(found, key=lambda one: (-(one.days_median if one.days_median is not None else -1), one.source)))


def _summary(source: str, counted: Mapping[int | None, int]) -> Staleness:
    """Return what the ages of a source's values come to; the median is the lower one of two."""
    dated = sorted((days, n) for days, n in counted.items() if days is not None)
    n_dated = sum(n for _, n in dated)
    n_values = sum(counted.values())
    median, seen = None, 0
    for days, n in dated:
        seen += n
        if 2 * seen >= n_dated:
            median = days
            break
    return Staleness(
        source=source, n_values=n_values, n_undated=n_values - n_dated, days_median=median, days_most=dated[-1][0] if dated else None
    )
