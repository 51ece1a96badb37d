"""How to read a table that a mapping file describes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assets_db.errors import InvalidSourceError, one_of
from assets_db.record import Value
from assets_db.row_checks import RowProblem
from assets_db.schema import field_of
from assets_db.sources.aliases import header_of
from assets_db.sources.columns import Column, OccupancyColumns, PlaneColumns, TablePlan
from assets_db.sources.mapping import PLANE_COORDINATES, ColumnRule, FileMapping, shipped_mappings
from assets_db.sources.plane import is_known_system
from assets_db.sources.values import parse_value


def fitting_mapping(headers: Sequence[str]) -> tuple[str, FileMapping] | None:
    """Return the shipped mapping whose required headers are all there, with its name; the one that requires most."""
    there = {header_of(header).whole for header in headers}
    fitting = [
        (len(mapping.requires), name, mapping)
        for name, mapping in shipped_mappings().items()
        if mapping.requires and all(header_of(header).whole in there for header in mapping.requires)
    ]
    if not fitting:
        return None
    _, name, mapping = max(fitting, key=lambda one: one[:2])
    return name, mapping


def mapped_plan(mapping: FileMapping, headers: Sequence[str], *, is_shipped: bool, source: str) -> TablePlan:
    """
    Return how to read a table that a mapping describes.

    Parameters
    ----------
    mapping
        What holds what.
    headers
        Headers of the table.
    is_shipped
        The mapping describes a kind of file: columns that this file does not have are left out.
    source
        What errors call the file.

    Raises
    ------
    InvalidSourceError
        A column is not there, or a constant is not possible.
    """
    places = _Places(headers, is_shipped=is_shipped, source=source)
    columns = [
        column
        for field, rule in mapping.columns.items()
        if field not in PLANE_COORDINATES and (column := _column(field, rule, places)) is not None
    ]
    _check_words(columns, source)
    plane = occupancy = None
    if mapping.epsg is not None and set(PLANE_COORDINATES) <= mapping.columns.keys():
        x, y = (places.needed(f"columns.{name}", mapping.columns[name].columns[0]) for name in PLANE_COORDINATES)
        if not is_known_system(mapping.epsg):
            raise InvalidSourceError("mapping: epsg", "must be a known coordinate system", mapping.epsg, source=source)
        plane = PlaneColumns(x=x, y=y, epsg=mapping.epsg)
    if mapping.occupancy is not None:
        rule = mapping.occupancy
        occupancy = OccupancyColumns(
            carrier=places.needed("occupancy.carrier", rule.carrier),
            band=places.needed("occupancy.band", rule.band) if rule.band else None,
            count=places.needed("occupancy.count", rule.count) if rule.count else None,
        )
    flags = [
        (field, code, place)
        for field, codes in mapping.flags.items()
        for header, code in codes.items()
        if (place := places.of(f"flags.{field}", header)) is not None
    ]
    as_of = None if mapping.as_of is None else _column("checked_on", mapping.as_of, places)
    return TablePlan(
        columns=tuple(columns),
        constants=_constants(mapping, source),
        flags=tuple(flags),
        plane=plane,
        occupancy=occupancy,
        as_of=as_of,
        skip_rows=frozenset(mapping.skip_rows),
        not_read=tuple(header for place, header in enumerate(headers) if header and place not in places.read),
    )


class _Places:
    """Where the columns of a table are, by header; remembers which were asked for."""

    def __init__(self, headers: Sequence[str], *, is_shipped: bool, source: str) -> None:
        self._headers = headers
        self._is_shipped = is_shipped
        self._source = source
        self.read: set[int] = set()

    def of(self, key: str, header: str) -> int | None:
        """Return the place of a column; ``None`` if the table lacks it and may."""
        same = [place for place, one in enumerate(self._headers) if one == header.strip()]
        wanted = header_of(header).whole
        found = same or [place for place, one in enumerate(self._headers) if header_of(one).whole == wanted]
        if len(found) > 1:
            raise InvalidSourceError(f"mapping: {key}", "must name a column that occurs once", header, source=self._source)
        if not found:
            if self._is_shipped:
                return None
            raise InvalidSourceError(f"mapping: {key}", one_of(header, [one for one in self._headers if one]), header, source=self._source)
        self.read.add(found[0])
        return found[0]

    def needed(self, key: str, header: str) -> int:
        """Return the place of a column that must be there."""
        place = self.of(key, header)
        if place is None:
            raise InvalidSourceError(f"mapping: {key}", "must be a column of the table", header, source=self._source)
        return place


def _column(field: str, rule: ColumnRule, places: _Places) -> Column | None:
    """Return a column as the reader needs it; ``None`` if the table lacks it and may."""
    found = [(place, header) for header in rule.columns if (place := places.of(f"columns.{field}", header)) is not None]
    if not found:
        return None
    return Column(
        field=field,
        positions=tuple(place for place, _ in found),
        headers=tuple(header for _, header in found),
        separator=rule.separator,
        unit=rule.unit,
        words=rule.values,
        date_format=rule.date_format,
    )


def _constants(mapping: FileMapping, source: str) -> dict[str, Value]:
    """Return the values of every row, checked."""
    found: dict[str, Value] = {}
    for name, raw in mapping.constants.items():
        try:
            value, _ = parse_value(field_of(name), raw)
        except RowProblem as problem:
            raise InvalidSourceError(f"mapping: constants.{name}", problem.reason, raw, source=source) from problem
        if value is not None:
            found[name] = value
    return found


def _check_words(columns: Iterable[Column], source: str) -> None:
    """Refuse tables of values that name what a field cannot hold."""
    for column in columns:
        for word, value in column.words.items():
            try:
                parse_value(field_of(column.field), value)
            except RowProblem as problem:
                key = f"mapping: columns.{column.field}.values.{word}"
                raise InvalidSourceError(key, problem.reason, value, source=source) from problem
