"""Records as rows of text cells, safe in spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence

from assets_db.escaping import to_cell
from assets_db.publish.cells import TEXT_OF, CellMaker, cells_of_origin
from assets_db.publish.columns import Column
from assets_db.publish.entries import Entry
from assets_db.record import Provenance
from assets_db.schema import Kind

ESCAPED_KINDS: frozenset[Kind] = frozenset({"text", "code", "codes", "json", "geometry"})
"""Kinds whose cells are text to a spreadsheet."""


class RowMaker:
    """
    Makes the rows of one table.

    Parameters
    ----------
    columns
        Its columns.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._width = len(columns)
        self._makers: dict[str, tuple[int, CellMaker]] = {}
        self._origins: dict[str, int] = {}
        self._known: dict[Provenance, tuple[str, str, str]] = {}
        for place, column in enumerate(columns):
            if column.part == "value":
                self._makers[column.name] = (place, _maker(column.field.kind))
            elif column.part == "source":
                self._origins[column.field.name] = place

    def row(self, entry: Entry) -> list[str]:
        """Return the cells of an entry: the extra ones, then one for each column, empty where nothing is known."""
        cells = [""] * self._width
        makers, origins, known = self._makers, self._origins, self._known
        for name, value in entry.record.values.items():
            found = makers.get(name)
            if found is not None:
                cells[found[0]] = found[1](value)
        for name, origin in entry.record.known_from.items():
            place = origins.get(name)
            if place is not None:
                three = known.get(origin)
                if three is None:
                    source, day, grade = cells_of_origin(origin)
                    three = known[origin] = (to_cell(source), day, grade)
                cells[place : place + 3] = three
        return [*map(to_cell, entry.extra), *cells] if entry.extra else cells


def _maker(kind: Kind) -> CellMaker:
    """Return the function that makes cells of a kind."""
    make = TEXT_OF[kind]
    if kind in {"text", "code"}:
        return to_cell
    return (lambda value: to_cell(make(value))) if kind in ESCAPED_KINDS else make
