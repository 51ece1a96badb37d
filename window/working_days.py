"""Days on which offices are open: no weekend, no public holiday of Japan, no year-end closure (12/29 to 1/3)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from typing import Literal

from holidays.countries.japan import Japan

from window.errors import UnknownHolidaysError

ONE_DAY = dt.timedelta(days=1)


def first_known_year() -> int:
    """Return the first year whose public holidays are known."""
    return Japan.start_year


def last_known_year() -> int:
    """Return the last year whose public holidays are known."""
    return Japan.end_year


@cache
def public_holidays(year: int) -> frozenset[dt.date]:
    """
    Return the public holidays of a year.

    Raises
    ------
    UnknownHolidaysError
        Nobody has laid down or computed the holidays of that year.

    References
    ----------
    国民の祝日に関する法律 (Act on National Holidays), articles 2 and 3.
    """
    if not first_known_year() <= year <= last_known_year():
        raise UnknownHolidaysError("year", f"must lie in {first_known_year()} to {last_known_year()}, for which holidays are known", year)
    return frozenset(Japan(years=year))


def named_holidays(year: int, language: Literal["ja", "en"]) -> Mapping[dt.date, str]:
    """
    Return the public holidays of a year with their names, the earliest first.

    Raises
    ------
    UnknownHolidaysError
        As :func:`public_holidays`.
    """
    names = Japan(years=year, language="ja" if language == "ja" else "en_US")
    return {day: names[day] for day in sorted(public_holidays(year))}


def open_days_by_month(year: int) -> tuple[int, ...]:
    """Return how many days offices are open in each month of a year, January first."""
    months = [dt.date.fromordinal(day).month for day in _open_days(year)]
    return tuple(months.count(month) for month in range(1, 13))


def is_open(day: dt.date) -> bool:
    """Tell whether offices are open on a day."""
    is_year_end = (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
    return day.weekday() < 5 and not is_year_end and day not in public_holidays(day.year)


@cache
def _open_days(year: int) -> tuple[int, ...]:
    """Return the open days of a year as ordinals, in order."""
    first, last = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
    return tuple(day for day in range(first, last + 1) if is_open(dt.date.fromordinal(day)))


def open_days_between(after: dt.date, until: dt.date) -> int:
    """Return the number of open days after one day, up to and with another; 0 if that is earlier."""
    if until <= after:
        return 0
    full = sum(len(_open_days(year)) for year in range(after.year, until.year))
    return full + bisect_right(_open_days(until.year), until.toordinal()) - bisect_right(_open_days(after.year), after.toordinal())


def open_day_after(day: dt.date, count: int) -> dt.date:
    """
    Return the open day that comes a number of open days after a day, which itself does not count.

    Parameters
    ----------
    day
        Day from which to count, open or not.
    count
        Open days to go, at least 1.
    """
    year = day.year
    position = bisect_right(_open_days(year), day.toordinal()) + count - 1
    while position >= len(_open_days(year)):
        position -= len(_open_days(year))
        year += 1
    return dt.date.fromordinal(_open_days(year)[position])


def open_day_from(day: dt.date) -> dt.date:
    """Return the day itself if offices are open on it, else the next one on which they are."""
    return day if is_open(day) else open_day_after(day, 1)
