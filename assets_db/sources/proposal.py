"""A mapping file proposed for a table, for a person to correct."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.sources import format_of
from assets_db.sources.aliases import header_of
from assets_db.sources.csv_files import csv_table
from assets_db.sources.detected_plan import PLANE_HEADERS, columns_of, degrees_called_x_and_y
from assets_db.sources.detection import Detection, detect
from assets_db.sources.keys import key_columns
from assets_db.sources.kinds import kind_columns, list_kind, owner_in, type_in
from assets_db.sources.layout import SAMPLE_ROWS, Cells, text_of
from assets_db.sources.mapped_plan import fitting_mapping
from assets_db.sources.tabular import Table, body_of, layout_of
from assets_db.sources.xlsx_files import workbook_table

_N_SAMPLES = 3
_SAMPLE_CHARACTERS = 30
_MOST_WORDS = 40


def propose_mapping(path: Path, *, sheet: str = "") -> str:
    """
    Return the text of a mapping file that reads a table the way its headers suggest, with samples and doubts as comments.

    Parameters
    ----------
    path
        CSV file or workbook.
    sheet
        Sheet of a workbook, where several look like lists.

    Raises
    ------
    InvalidSourceError
        The file cannot be read, or has no header.
    """
    format_name = format_of(path).name
    if format_name not in {"csv", "xlsx"}:
        raise InvalidSourceError("file", "must be a table: only those need a mapping", format_name, source=str(path))
    table = workbook_table(path, sheet=sheet) if format_name == "xlsx" else csv_table(path)
    layout = layout_of(table, None)
    sample = [cells for _, cells in islice(body_of(table, layout), SAMPLE_ROWS)]
    detection = detect(layout.headers, sample, units=layout.units)
    claims = [match.position for match in detection.columns.get("source_key", ())]
    keys = key_columns(claims, (cells for _, cells in body_of(table, layout)))
    known = fitting_mapping(layout.headers)
    lines = [
        f"# Proposed for {path.name}: header in row {layout.header_row}" + (f", encoding {table.encoding}." if table.encoding else "."),
        "# Correct it, then: siting assets import FILE --mapping THIS_FILE",
        *([f"# Files with these headers are read without a mapping too, as {known[1].name}."] if known else []),
        "",
        f"header_row = {layout.header_row}",
        *([f"sheet = {_quoted(table.title)}"] if table.title else []),
        *_plane(layout.headers),
        "",
        "[columns]",
        *_columns(detection, sample, layout.headers, keys),
        *_plane_columns(layout.headers, sample, detection),
        "",
        *_words(layout.headers, sample, detection),
        *_constants(table, detection, layout.title),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _columns(detection: Detection, sample: Sequence[Cells], headers: Sequence[str], keys: Sequence[int]) -> list[str]:
    """Return the fields with the columns that seem to hold them, then the columns nobody reads."""
    lines = []
    for column in columns_of(detection.columns, keys):
        doubt = detection.doubts.get(column.field)
        samples = "; ".join(_samples(sample, place) for place in column.positions)
        lines.append(f"# sure to {column.confidence:.0%}: {samples}" if doubt is None else f"# unsure, {' or '.join(doubt)}: {samples}")
        names = [_quoted(header) for header in column.headers]
        joined = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        needs_table = column.unit or len(names) > 1
        unit = f", unit = {_quoted(column.unit)}" if column.unit else ""
        between = f", separator = {_quoted(column.separator)}" if len(names) > 1 else ""
        said = f"{{ columns = {joined if len(names) > 1 else f'[{joined}]'}{between}{unit} }}" if needs_table else joined
        lines.append(f"{column.field} = {said}")
    unread = [place for place, header in enumerate(headers) if header in detection.not_read]
    if unread:
        lines += ["", '# Not read. To read one: FIELD = "header". The fields are those of the data dictionary.']
        lines += [f"# {_quoted(headers[place])}: {_samples(sample, place)}" for place in unread]
    return lines


def _words(headers: Sequence[str], sample: Sequence[Cells], detection: Detection) -> list[str]:
    """Return tables of the words that say what a thing is or whose."""
    owners, kinds = kind_columns(headers, sample)
    lines = []
    for field, places in (("owner_class", owners), ("asset_type", kinds)):
        if not places or field in detection.columns:
            continue
        words = sorted({text_of(cells[places[0]]) for cells in sample if places[0] < len(cells)} - {""})[:_MOST_WORDS]
        meant = {word: owner_in(word) if field == "owner_class" else (type_in(word, "kinds") or ("", ""))[0] for word in words}
        pairs = ", ".join(f"{_quoted(word)} = {_quoted(value or '')}" for word, value in meant.items())
        lines += [f"[columns.{field}]", f"column = {_quoted(headers[places[0]])}", f"values = {{ {pairs} }}", ""]
    return lines


def _constants(table: Table, detection: Detection, title: str) -> list[str]:
    """Return values of every row that a person may want to give."""
    name = detection.columns["name"][0].header if "name" in detection.columns else ""
    kind = list_kind([name, title, table.title, table.path.stem])
    said = f'asset_type = "{kind.asset_type}"' if kind.asset_type else 'asset_type = "building"'
    return ["[constants]", f"# {said}" + (f"  # {_quoted(kind.word)} suggests it" if kind.word else ""), '# owner_class = "municipal"']


def _plane(headers: Sequence[str]) -> list[str]:
    """Return how to say in which coordinate system columns called x and y are."""
    plane = [header for header in headers if header_of(header).whole in PLANE_HEADERS]
    if not plane:
        return []
    return [
        f"# If {' and '.join(plane)} are not degrees: name their system, and give x (easting) and y (northing) under [columns].",
        "# In Japan's plane systems the column called X is the northing.",
        "# epsg = 6677",
    ]


def _plane_columns(headers: Sequence[str], sample: Sequence[Cells], detection: Detection) -> list[str]:
    """Return which fields columns called x and y may hold."""
    if {"lat", "lon"} & detection.columns.keys():
        return []
    degrees = degrees_called_x_and_y(headers, sample)
    if degrees:
        return ["", "# degrees, by what the cells say", *(f"{field} = {_quoted(match[0].header)}" for field, match in degrees.items())]
    plane = {header_of(header).whole[:1]: header for header in headers if header_of(header).whole in PLANE_HEADERS}
    if plane.keys() != {"x", "y"}:
        return []
    is_japanese = "座標" in plane["x"]
    east, north = (plane["y"], plane["x"]) if is_japanese else (plane["x"], plane["y"])
    return ["", f"# x = {_quoted(east)}", f"# y = {_quoted(north)}"]


def _samples(sample: Sequence[Cells], place: int) -> str:
    """Return a few different cells of a column."""
    texts = dict.fromkeys(text_of(cells[place]) for cells in sample if place < len(cells))
    shown = [text if len(text) <= _SAMPLE_CHARACTERS else text[:_SAMPLE_CHARACTERS] + "..." for text in texts if text][:_N_SAMPLES]
    return ", ".join(map(_quoted, shown)) or "empty"


def _quoted(text: str) -> str:
    """Return text as a TOML string on one line."""
    readable = text.encode("utf-8", "replace").decode()
    return json.dumps(readable, ensure_ascii=False).replace("\x7f", "")
