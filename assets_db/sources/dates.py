"""Days as offices write them: with eras, without days, in the form of a spreadsheet."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass

from assets_db.sources.rows import RepairCode

_ERA_STARTS = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_ERA_LETTERS = {
    "m": "明治",
    "t": "大正",
    "s": "昭和",
    "h": "平成",
    "r": "令和",
    "明": "明治",
    "大": "大正",
    "昭": "昭和",
    "平": "平成",
    "令": "令和",
}
_ERA_YEARS = {"明治": 45, "大正": 15, "昭和": 64, "平成": 31, "令和": 99}
_REST = r"(?:[年./-](?:(\d{1,2})(?:[月./-](?:(\d{1,2})日?)?)?)?)?(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?)?(?:\([日月火水木金土]\))?"
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WESTERN = re.compile(r"(?:西暦)?(\d{4})" + _REST, re.ASCII)
_ERA = re.compile(r"(明治|大正|昭和|平成|令和|[明大昭平令mtshr])\.?(元|\d{1,2})" + _REST, re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.0)?", re.ASCII)
_SERIAL_START = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class ReadDay:
    """
    A day, or the part of it that was written.

    Attributes
    ----------
    year, month, day
        Parts; month and day ``None`` where they were not written.
    code
        Which change reading it took; ``None`` for ``2023-04-01`` and plain years.
    """

    year: int
    month: int | None
    day: int | None
    code: RepairCode | None

    def as_date(self, *, is_end: bool) -> dt.date:
        """Return the day; where it was not written the first one, or the last one for the end of a span."""
        month = self.month or (12 if is_end else 1)
        return dt.date(self.year, month, self.day or (monthrange(self.year, month)[1] if is_end else 1))


def read_day(text: str, *, date_format: str = "") -> ReadDay | None:
    """
    Return the day that text (normalised by NFKC) names; ``None`` if it names none.

    Parameters
    ----------
    text
        Such as ``2023-04-01``, ``2023/4/1``, ``令和5年4月1日``, ``R5.4.1``, ``S56``, ``平成元年``, ``20230401``.
    date_format
        Form to expect instead, in the notation of ``strptime``.
    """
    if date_format:
        return _formatted(text, date_format)
    iso = _ISO.fullmatch(text)
    if iso:
        return _checked(int(iso[1]), iso[2], iso[3], None)
    plain = re.sub(r"\s*([年月日./])\s*", r"\1", text.lower())
    era = _ERA.fullmatch(plain)
    if era:
        return _in_era(era[1], era[2], era[3], era[4])
    western = _WESTERN.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if western:
        return _checked(int(western[1]), western[2], western[3], RepairCode.DATE_FORMAT if western[2] or "年" in plain else None)
    if not _SERIAL.fullmatch(plain):
        return None
    day = _SERIAL_START + dt.timedelta(days=int(float(plain)))
    return ReadDay(day.year, day.month, day.day, RepairCode.DATE_FORMAT)


def _formatted(text: str, date_format: str) -> ReadDay | None:
    """Return a day in a form the caller gives."""
    try:
        day = dt.datetime.strptime(text, date_format).date()
    except ValueError:
        return None
    return ReadDay(day.year, day.month, day.day, RepairCode.DATE_FORMAT)


def _in_era(era: str, year: str, month: str | None, day: str | None) -> ReadDay | None:
    """Return a day counted in the years of an era."""
    name = _ERA_LETTERS.get(era, era)
    number = 1 if year == "元" else int(year)
    if not 1 <= number <= _ERA_YEARS[name]:
        return None
    return _checked(_ERA_STARTS[name] + number - 1, month, day, RepairCode.ERA_DATE)


def _checked(year: int, month: str | None, day: str | None, code: RepairCode | None) -> ReadDay | None:
    """Return a day that the calendar has."""
    try:
        dt.date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None
    return ReadDay(year, int(month) if month else None, int(day) if day else None, code)
