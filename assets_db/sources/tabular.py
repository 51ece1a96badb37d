"""Tables as sources, whatever kind of file they come from."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.sources.columns import Column, TablePlan
from assets_db.sources.detected_plan import detected_plan
from assets_db.sources.layout import SAMPLE_ROWS, Layout, NumberedCells, find_layout
from assets_db.sources.mapped_plan import fitting_mapping, mapped_plan
from assets_db.sources.mapping import FileMapping
from assets_db.sources.source_file import SourceFile, file_digest
from assets_db.sources.spec import SourceSpec
from assets_db.sources.table_reader import TableReader


@dataclass(frozen=True, kw_only=True)
class Table:
    """
    A file that holds rows of cells.

    Attributes
    ----------
    path
        The file.
    format
        Name of its format.
    rows
        Starts reading its rows: number and cells of those that are not blank.
    encoding
        Of its text; empty for none.
    title
        What else names its content, such as a sheet.
    """

    path: Path
    format: str
    rows: Callable[[], Iterator[NumberedCells]]
    encoding: str = ""
    title: str = ""


def open_table(table: Table, spec: SourceSpec) -> SourceFile:
    """
    Open a table as a source.

    Raises
    ------
    InvalidSourceError
        It has no header, or its columns cannot be told with certainty.
    """
    layout = layout_of(table, spec.mapping)
    deque(table.rows(), maxlen=0)  # what is no table is refused before its first row is handed out
    plan = _plan(table, spec, layout)
    reader = TableReader(source=table.path.name, start=table.rows, spec=spec, layout=layout, plan=plan)
    return SourceFile(
        spec=spec,
        path=table.path,
        digest=file_digest(table.path),
        format=table.format,
        read=reader.rows,
        encoding=table.encoding,
        mapping_used=_said_of(plan, layout),
        not_read=plan.not_read,
        header_row=layout.header_row,
        notes=plan.notes,
        credit=spec.credit,
        licence=spec.licence,
    )


def layout_of(table: Table, mapping: FileMapping | None) -> Layout:
    """
    Return where the header of a table is.

    Raises
    ------
    InvalidSourceError
        No row looks like one.
    """
    sample = list(islice(table.rows(), SAMPLE_ROWS))
    known = [header for rule in mapping.columns.values() for header in rule.columns] if mapping else []
    layout = find_layout(sample, header_row=mapping.header_row if mapping else None, known=known)
    if layout is None:
        rule = "must be there: a row that names the columns; a mapping file can say which (header_row)"
        raise InvalidSourceError("header", rule, table.path.name, source=str(table.path))
    return layout


def body_of(table: Table, layout: Layout) -> Iterator[NumberedCells]:
    """Yield the rows of a table that hold its content."""
    return ((number, cells) for number, cells in table.rows() if number > layout.header_row and number not in layout.label_rows)


def _plan(table: Table, spec: SourceSpec, layout: Layout) -> TablePlan:
    """Return how to read a table: as the caller's mapping says, as a known kind of file, or as its headers say."""
    where = str(table.path)
    if spec.mapping is not None:
        return mapped_plan(spec.mapping, layout.headers, is_shipped=False, source=where)
    fitting = fitting_mapping(layout.headers)
    if fitting is not None:
        name, mapping = fitting
        plan = mapped_plan(mapping, layout.headers, is_shipped=True, source=where)
        return replace(plan, notes=(f"read as {mapping.name} ({name})",))
    return detected_plan(
        layout,
        [cells for _, cells in islice(body_of(table, layout), SAMPLE_ROWS)],
        (cells for _, cells in body_of(table, layout)),
        titles=[table.title, spec.dataset, table.path.stem],
        source=where,
    )


def _said_of(plan: TablePlan, layout: Layout) -> dict[str, str]:
    """Return from which columns each field is read, for people."""
    said = {column.field: _headers(column) for column in plan.columns}
    for field, places in (("owner_class", plan.owners), ("asset_type", plan.kinds)):
        if places:
            said[field] = " + ".join(layout.headers[place] for place in places)
    for field, _, place in plan.flags:
        said[field] = " + ".join(filter(None, (said.get(field), layout.headers[place])))
    if plan.pair is not None:
        said["lat, lon"] = layout.headers[plan.pair]
    if plan.plane is not None:
        said["lat, lon"] = f"{layout.headers[plan.plane.x]} + {layout.headers[plan.plane.y]} (EPSG:{plan.plane.epsg})"
    if plan.occupancy is not None:
        said["occupancy"] = layout.headers[plan.occupancy.carrier]
    return said


def _headers(column: Column) -> str:
    """Return the headers a field is read from, with the unit they state."""
    return " + ".join(column.headers) + (f" [{column.unit}]" if column.unit else "")
