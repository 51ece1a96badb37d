"""The columns of a table, and everything else that a plan for reading it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from assets_db.record import Value
from assets_db.schema import field_of
from assets_db.sources.kinds import ListKind
from assets_db.sources.layout import Cells, text_of
from assets_db.sources.null_words import NULL_WORDS
from assets_db.sources.values import Parser, parser_of

_NO_WORDS: Mapping[str, str] = {}
_UNKNOWN_LIST = ListKind("", "", is_vague=True)


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
    confidence
        How sure it is that the columns hold the field, in [0, 1].
    """

    field: str
    positions: tuple[int, ...]
    headers: tuple[str, ...]
    separator: str = " "
    unit: str = ""
    words: Mapping[str, str] = attribute(default_factory=lambda: _NO_WORDS)
    date_format: str = ""
    confidence: float = 1.0

    def parser(self) -> Parser:
        """Return the function that reads the value of the field from the raw value."""
        return parser_of(field_of(self.field), unit=self.unit, words=self.words, date_format=self.date_format)

    def raw(self, cells: Cells) -> object:
        """Return what the columns say in one row."""
        if len(self.positions) == 1:
            return cells[self.positions[0]]
        texts = [text_of(cells[position]) for position in self.positions]
        if self.field != "source_key":
            texts = [text for text in texts if text.lower() not in NULL_WORDS]
        return self.separator.join(filter(None, texts))


@dataclass(frozen=True, kw_only=True)
class PlaneColumns:
    """
    Columns of a position that is not in degrees.

    Attributes
    ----------
    x, y
        Places of easting and northing.
    epsg
        Coordinate system.
    """

    x: int
    y: int
    epsg: int


@dataclass(frozen=True, kw_only=True)
class OccupancyColumns:
    """
    Columns that say who is on an asset.

    Attributes
    ----------
    carrier, band, count
        Places of the columns; ``None`` for none.
    """

    carrier: int
    band: int | None
    count: int | None


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """
    How a table is read.

    Attributes
    ----------
    columns
        Fields and the columns they are read from.
    known_from
        Fields and the columns (source, day, grade) that say where their values come from.
    owners
        Columns whose words may say whose a thing is.
    kinds
        Columns whose words may say what kind of thing a row is.
    of_list
        What kind of things the list holds.
    constants
        Values of every row.
    flags
        Fields, codes, and the columns in which any text stands for them.
    pair
        Column that holds latitude and longitude together, if there is one.
    plane, occupancy, as_of
        Other particular columns, if there are any.
    skip_rows
        Rows that are no assets.
    not_read
        Headers of the columns nobody reads.
    notes
        What a person should know.
    """

    columns: tuple[Column, ...]
    known_from: Mapping[str, tuple[int, int, int]] = attribute(default_factory=dict)
    owners: tuple[int, ...] = ()
    kinds: tuple[int, ...] = ()
    of_list: ListKind = _UNKNOWN_LIST
    constants: Mapping[str, Value] = attribute(default_factory=dict)
    flags: tuple[tuple[str, str, int], ...] = ()
    pair: int | None = None
    plane: PlaneColumns | None = None
    occupancy: OccupancyColumns | None = None
    as_of: Column | None = None
    skip_rows: frozenset[int] = frozenset()
    not_read: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
