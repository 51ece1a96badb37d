"""From the rows of a table to source rows and rejects, as a plan says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from assets_db.record import Json, Provenance, Value
from assets_db.row_checks import RowProblem
from assets_db.rows import Reject, RejectCode
from assets_db.schema import GRADES, field_of
from assets_db.sources.cells import shown
from assets_db.sources.columns import TablePlan
from assets_db.sources.finishing import RowFinisher, dropped
from assets_db.sources.kinds import owner_in, type_of
from assets_db.sources.layout import Cells, Layout, NumberedCells, is_comment, text_of
from assets_db.sources.null_words import NULL_WORDS
from assets_db.sources.pairs import read_pair
from assets_db.sources.plane import to_degrees
from assets_db.sources.rows import Repair, RepairCode, SourceRow
from assets_db.sources.spec import SourceSpec
from assets_db.sources.values import Parser, parser_of

_NOTE = re.compile(r"\s*[(（]?(※|＊|\*|注\d*[)）:：]|注\s|備考[:：]|出典|資料[:：]|凡例|以上$)")
_TOTAL = re.compile(r"\s*(合\s*計|総\s*計|小\s*計|計|total|sum)\s*", re.IGNORECASE)
_FEW_CELLS = 3


@dataclass(frozen=True, kw_only=True)
class TableReader:
    """
    Reads the rows of one table.

    Attributes
    ----------
    source
        What rejects call the file.
    start
        Starts reading its rows.
    spec, layout, plan
        What holds for all of it, where it begins, how it is read.
    """

    source: str
    start: Callable[[], Iterator[NumberedCells]]
    spec: SourceSpec
    layout: Layout
    plan: TablePlan

    def rows(self) -> Iterator[SourceRow | Reject]:
        """Yield exactly one item per row under the header that is not blank."""
        finisher = RowFinisher(self.spec, source=self.source, constants=self.plan.constants)
        plan = self.plan
        has_type = self.spec.asset_type is not None or "asset_type" in plan.constants
        parsers: list[tuple[str, Callable[[Cells], object], Parser]] = [(one.field, one.raw, one.parser()) for one in plan.columns]
        for number, cells in self.start():
            if number <= self.layout.header_row:
                continue
            values: dict[str, Value] = {}
            repairs: list[Repair] = []
            try:
                self._check(number, cells)
                _read_columns(parsers, cells, values, repairs)
                if plan.pair is not None:
                    read_pair(text_of(cells[plan.pair]), values)
                if plan.plane is not None:
                    to_degrees(plan.plane, cells, values, repairs)
            except RowProblem as problem:
                yield finisher.reject(number, problem)
                continue
            self._read_codes(cells, values)
            if plan.owners and "owner_class" not in values:
                self._read_owner(cells, values, repairs)
            if not has_type and "asset_type" not in values:
                self._infer_type(cells, values, repairs)
            if self._joined_key is not None and "source_key" in values:
                repairs.append(Repair("source_key", RepairCode.JOINED_KEY, self._joined_key, shown(values["source_key"])))
            as_of = self._day(cells) if plan.as_of is not None else None
            yield finisher.finish(number, values, repairs, as_of=as_of, known_from=self._known_from(cells))

    @cached_property
    def _joined_key(self) -> str | None:
        """Headers of a key that is joined of several columns."""
        key = next((column for column in self.plan.columns if column.field == "source_key"), None)
        return " + ".join(key.headers) if key is not None and len(key.positions) > 1 else None

    def _check(self, number: int, cells: Cells) -> None:
        """Refuse rows that are no rows of the list."""
        width = len(self.layout.headers)
        if number in self.layout.label_rows or number in self.plan.skip_rows:
            reason = "explains the columns" if number in self.layout.label_rows else "is to be skipped, as the mapping says"
            raise RowProblem("row", RejectCode.NOT_AN_ASSET, reason, _joined(cells))
        first = next(text for text in map(text_of, cells) if text)
        if first[0] in "#※＊*(（注備出資凡以合総小計tTsS" and self._is_remark(first, cells):
            raise RowProblem("row", RejectCode.NOT_AN_ASSET, "is a comment, a note or a total", _joined(cells))
        if len(cells) < width or (len(cells) > width and any(text_of(cell) for cell in cells[width:])):
            raise RowProblem("row", RejectCode.WRONG_CELL_COUNT, f"must have {width} cells, has {len(cells)}", _joined(cells))

    def _is_remark(self, first: str, cells: Cells) -> bool:
        """Tell whether a row is a comment, a note under the table or a total."""
        if _TOTAL.fullmatch(first) or (is_comment(first) and text_of(cells[0]) == first):
            return True
        is_alone = len(self.layout.headers) >= _FEW_CELLS and sum(1 for cell in cells if text_of(cell)) == 1
        return is_alone and (first[0] == "#" or bool(_NOTE.match(first)))

    def _read_codes(self, cells: Cells, values: dict[str, Value]) -> None:
        """Read what particular columns say together."""
        for field, code, place in self.plan.flags:
            if _says_something(cells[place]):
                codes = values.get(field, ())
                values[field] = (*codes, code) if isinstance(codes, tuple) and code not in codes else codes
        occupancy = self.plan.occupancy
        if occupancy is not None and _says_something(cells[occupancy.carrier]):
            band = text_of(cells[occupancy.band]) if occupancy.band is not None else ""
            count = text_of(cells[occupancy.count]) if occupancy.count is not None else "1"
            on_it: dict[str, Json] = {"carrier": text_of(cells[occupancy.carrier]), "band": band or None}
            on_it["count"] = int(count) if count.isascii() and count.isdigit() else None
            values["occupancy"] = [on_it]

    def _read_owner(self, cells: Cells, values: dict[str, Value], repairs: list[Repair]) -> None:
        """Read whose a thing is from a column that says it in words."""
        for place in self.plan.owners:
            text = text_of(cells[place])
            if not _says_something(text):
                continue
            owner = owner_in(text)
            repairs.append(Repair("owner_class", RepairCode.NOT_USABLE if owner is None else RepairCode.WORD, shown(text), owner or ""))
            if owner is not None:
                values["owner_class"] = owner
                return

    def _infer_type(self, cells: Cells, values: dict[str, Value], repairs: list[Repair]) -> None:
        """Tell what kind of thing a row is from its words and those of the list."""
        found = type_of([text_of(cells[place]) for place in self.plan.kinds], str(values.get("name", "")), self.plan.of_list)
        if found is not None:
            values["asset_type"], word = found
            repairs.append(Repair("asset_type", RepairCode.TYPE_INFERRED, word, found[0]))

    def _day(self, cells: Cells) -> dt.date | None:
        """Return the day a row was true."""
        column = self.plan.as_of
        return None if column is None else _day_in(self._day_parser, column.raw(cells))

    @cached_property
    def _day_parser(self) -> Parser:
        """Reads the day a row was true."""
        return self.plan.as_of.parser() if self.plan.as_of is not None else parser_of(field_of("checked_on"))

    def _known_from(self, cells: Cells) -> dict[str, Provenance]:
        """Return where values come from, as the row itself says."""
        found = {}
        for field, places in self.plan.known_from.items():
            source, day, grade = (text_of(cells[place]) if place >= 0 else "" for place in places)
            if source or day or grade:
                known = next((one for one in GRADES if one == grade), self.spec.grade)
                found[field] = Provenance(source or self.spec.source_id, _day_in(self._day_parser, day), known)
        return found


def _read_columns(
    parsers: list[tuple[str, Callable[[Cells], object], Parser]], cells: Cells, values: dict[str, Value], repairs: list[Repair]
) -> None:
    """Read the fields that columns hold; what breaks a rule is left out where a row can do without it."""
    for field, raw, parse in parsers:
        try:
            value, repair = parse(raw(cells))
        except RowProblem as problem:
            if not RowFinisher.is_tolerable(problem):
                raise
            value, repair = None, dropped(problem)
        if value is not None:
            values[field] = value
        if repair is not None:
            repairs.append(repair)


def _day_in(parse: Parser, raw: object) -> dt.date | None:
    """Return the day a cell names; ``None`` if it names none."""
    try:
        day, _ = parse(raw)
    except RowProblem:
        return None
    return day if isinstance(day, dt.date) else None


def _says_something(cell: object) -> bool:
    """Tell whether a cell holds more than a word for nothing."""
    text = text_of(cell).lower()
    return bool(text) and text not in NULL_WORDS


def _joined(cells: Cells) -> str:
    """Return a row as text."""
    return ",".join(map(text_of, cells))
