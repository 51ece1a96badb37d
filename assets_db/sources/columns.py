"""The columns of a table as functions, made once per file: from the cells of a row to the value of a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from assets_db.schema import field_of
from assets_db.sources.layout import Cells, text_of
from assets_db.sources.values import Parser, parser_of

_NO_WORDS: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Column:
    """
    What is read from one or several columns.

    Attributes
    ----------
    field
        Name of the field.
    positions
        Places of the columns, from 0.
    headers
        Their headers.
    separator
        What stands between the texts of several.
    unit, words, date_format
        As in :func:`assets_db.sources.values.parser_of`.
    """

    field: str
    positions: tuple[int, ...]
    headers: tuple[str, ...]
    separator: str = " "
    unit: str = ""
    words: Mapping[str, str] = attribute(default_factory=lambda: _NO_WORDS)
    date_format: str = ""

    def parser(self) -> Parser:
        """Return the function that reads the value of the field from the raw value."""
        return parser_of(field_of(self.field), unit=self.unit, words=self.words, date_format=self.date_format)

    def raw(self, cells: Cells) -> object:
        """Return what the columns say in one row."""
        if len(self.positions) == 1:
            return cells[self.positions[0]]
        return self.separator.join(text for text in (text_of(cells[position]) for position in self.positions) if text)
