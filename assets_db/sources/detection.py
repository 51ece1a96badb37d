"""Which column of a table holds which field, told from headers and a sample of its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assets_db.row_checks import RowProblem
from assets_db.schema import field_of
from assets_db.sources.aliases import Header, aliases, fields_by_header, header_of
from assets_db.sources.layout import Cells, text_of
from assets_db.sources.quantities import FACTORS
from assets_db.sources.values import parse_value

EXACT, WITHOUT_BRACKETS, BY_ENDING = 0, 1, 2
"""How a header was recognised: all of it, without what stands in brackets, by its end."""

_CONFIDENCE = {EXACT: 1.0, WITHOUT_BRACKETS: 0.95, BY_ENDING: 0.8}
_ADDRESS_LIKE = re.compile("[0-9０-９]|丁目|番地|[市区町村郡]")
_WEAK_ADDRESSES = frozenset(header_of(one).whole for one in ("設置場所", "場所", "位置", "location"))
_READINGS = dict.fromkeys(
    ("読み", "よみ", "ヨミ", "カナ", "かな", "フリガナ", "ふりがな", "読み仮名", "よみがな"), "name_kana"
) | dict.fromkeys(("英語", "英字", "ローマ字", "english", "en"), "name_en")
_NUMBERED = re.compile("(.+?)([1-9])")
_SURE_SHARE = 0.5
_NAMING_SHARE = 0.3
_MANY_ROWS = 20
_NUMERIC = frozenset({"number", "whole"})


@dataclass(frozen=True, kw_only=True)
class Match:
    """
    A column that holds a field.

    Attributes
    ----------
    field
        Name of the field.
    position
        Place of the column, from 0.
    header
        Its header.
    quality
        :data:`EXACT`, :data:`WITHOUT_BRACKETS` or :data:`BY_ENDING`.
    preference
        Place of the header among those of the field; the lower, the better.
    unit
        Unit of its numbers, where the header says another than the field's.
    """

    field: str
    position: int
    header: str
    quality: int
    preference: int
    unit: str = ""

    @property
    def confidence(self) -> float:
        """How sure the match is, in [0, 1]."""
        return _CONFIDENCE[self.quality]


@dataclass(frozen=True, kw_only=True)
class Detection:
    """
    What the columns of a table were told to hold.

    Attributes
    ----------
    columns
        Matches by field; several for keys, and for fields that are joined of several columns.
    not_read
        Headers of the columns nobody reads.
    doubts
        Fields for which two columns look alike, with their headers.
    """

    columns: dict[str, tuple[Match, ...]]
    not_read: tuple[str, ...]
    doubts: dict[str, tuple[str, ...]]


def detect(headers: Sequence[str], sample: Sequence[Cells], *, units: Sequence[str] = ()) -> Detection:
    """
    Tell which column holds which field.

    Parameters
    ----------
    headers
        Header of each column.
    sample
        Rows under it.
    units
        Unit of each column, where a row of its own states it.
    """
    parsed = [header_of(header) for header in headers]
    found: dict[str, list[Match]] = {}
    for position, header in enumerate(parsed):
        match = _match(position, headers[position], header) if headers[position] else None
        if match is not None and position < len(units) and not match.unit:
            match = replace(match, unit=_unit(match.field, units[position]))
        if match is not None and _holds_what_it_says(match, sample):
            found.setdefault(match.field, []).append(match)
    doubts: dict[str, tuple[str, ...]] = {}
    columns: dict[str, tuple[Match, ...]] = {}
    for field, matches in found.items():
        ranked = sorted(matches, key=lambda one: (one.quality, one.preference, one.header.startswith("_"), one.position))
        if field == "source_key" or aliases()[field].several:
            columns[field] = tuple(ranked)
            continue
        if field == "address" and _NUMBERED.fullmatch(header_of(ranked[0].header).base) and ranked[0].preference > 0:
            columns[field] = tuple(one for one in ranked if one.preference > 0)
            continue
        best = _best(ranked, sample)
        columns[field] = (best[0],)
        if len(best) > 1:
            doubts[field] = tuple(one.header for one in best)
    read = {match.position for matches in columns.values() for match in matches}
    not_read = tuple(header for position, header in enumerate(headers) if header and position not in read)
    return Detection(columns=columns, not_read=not_read, doubts=doubts)


def _match(position: int, text: str, header: Header) -> Match | None:
    """Return the field a header names."""
    table = fields_by_header()
    reading = _READINGS.get(header.remark)
    if reading is not None and header.whole not in table:
        is_of_name = table.get(header.base, ("",))[0] == "name" or header.base.endswith(aliases()["name"].ends_with)
        return Match(field=reading, position=position, header=text, quality=BY_ENDING, preference=0) if is_of_name else None
    for quality, key in ((EXACT, header.whole), (WITHOUT_BRACKETS, header.base)):
        if key in table:
            field, preference = table[key]
            if any(word in header.whole for word in aliases()[field].never):
                return None
            return Match(
                field=field, position=position, header=text, quality=quality, preference=preference, unit=_unit(field, header.remark)
            )
    best: tuple[int, str] | None = None
    for field, rules in aliases().items():
        ends = header.whole if field in {"lat", "lon"} else header.base
        ending = max((one for one in rules.ends_with if ends.endswith(one)), key=len, default="")
        if any(word in header.whole for word in rules.never):
            continue
        if ending and not header.base.endswith(rules.excluded or ("\0",)) and (best is None or len(ending) > best[0]):
            best = (len(ending), field)
    if best is None:
        part = _NUMBERED.fullmatch(header.base)
        if part is None or table.get(part[1], ("",))[0] != "address":
            return None
        return Match(field="address", position=position, header=text, quality=BY_ENDING, preference=int(part[2]))
    return Match(field=best[1], position=position, header=text, quality=BY_ENDING, preference=-best[0], unit=_unit(best[1], header.remark))


def _unit(field: str, remark: str) -> str:
    """Return the unit a header states, where it is not that of the field."""
    known = FACTORS.get(field_of(field).unit, {}) if field_of(field).kind in _NUMERIC else {}
    return remark if known.get(remark, 1) != 1 else ""


def _holds_what_it_says(match: Match, sample: Sequence[Cells]) -> bool:
    """Tell whether the cells of a column can be read as its field; a column without any can."""
    field = field_of(match.field)
    if match.field == "address" and header_of(match.header).whole in _WEAK_ADDRESSES:
        texts = [text for text in (text_of(cells[match.position]) for cells in sample if match.position < len(cells)) if text]
        return sum(1 for text in texts if _ADDRESS_LIKE.search(text)) >= _SURE_SHARE * len(texts)
    if match.field == "name" and match.quality == BY_ENDING:
        return _tells_rows_apart(match.position, sample)
    if field.kind == "text" and match.field != "lg_code":
        return True
    n_read = n_filled = 0
    for cells in sample[:300]:
        if match.position >= len(cells) or not text_of(cells[match.position]):
            continue
        n_filled += 1
        try:
            parse_value(field, cells[match.position])
        except RowProblem:
            continue
        n_read += 1
    return n_read >= _SURE_SHARE * n_filled


def _tells_rows_apart(position: int, sample: Sequence[Cells]) -> bool:
    """Tell whether a column names things, and not the few groups they belong to."""
    texts = [text for text in (text_of(cells[position]) for cells in sample if position < len(cells)) if text]
    return len(texts) < _MANY_ROWS or len(set(texts)) >= _NAMING_SHARE * len(texts)


def _best(ranked: Sequence[Match], sample: Sequence[Cells]) -> list[Match]:
    """Return the best of the columns that claim a field; several if nothing tells them apart."""
    first = ranked[0]
    alike = [one for one in ranked if (one.quality, one.preference) == (first.quality, first.preference)]
    if len(alike) == 1:
        return alike
    n_different = {one.position: len({text_of(cells[one.position]) for cells in sample if one.position < len(cells)}) for one in alike}
    most = max(n_different.values())
    return [one for one in alike if n_different[one.position] > most / 2]
