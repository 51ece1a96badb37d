"""How to read a table nobody has described: told from its headers and cells, refused where that is not sure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import quote

from assets_db.errors import InvalidSourceError
from assets_db.row_checks import RowProblem
from assets_db.schema import PROVENANCE_SUFFIXES, field_of, fields
from assets_db.sources.aliases import header_of
from assets_db.sources.columns import Column, TablePlan
from assets_db.sources.detection import BY_ENDING, Detection, Match, detect
from assets_db.sources.keys import key_columns
from assets_db.sources.kinds import ListKind, kind_columns, list_kind
from assets_db.sources.layout import Cells, Layout, text_of
from assets_db.sources.pairs import is_pair_column
from assets_db.sources.values import parse_value

_X_HEADERS = frozenset(header_of(one).whole for one in ("x", "x座標", "xcoord", "x_coord", "point_x", "座標x", "coord_x", "easting"))
_Y_HEADERS = frozenset(header_of(one).whole for one in ("y", "y座標", "ycoord", "y_coord", "point_y", "座標y", "coord_y", "northing"))
PLANE_HEADERS = _X_HEADERS | _Y_HEADERS
"""Headers of columns that hold a position, in degrees or in another system."""

_JUST_AREA = header_of("面積").base
_SEPARATORS = {"source_key": "/", "address": ""}
_MUST_BE_SURE = ("name", "address", "lat", "lon")
_PLACES = frozenset({"address", "address_town", "address_rest", "geometry"})


class UnsureColumnsError(InvalidSourceError):
    """It cannot be told with certainty which column holds what; a mapping file has to say it."""

    def __init__(self, field: str, rule: str, value: object, *, source: str) -> None:
        command = f"siting assets propose-mapping {quote(source)} --out mapping.toml"
        super().__init__(field, f"{rule}; write a mapping with '{command}', correct it, and import with --mapping", value, source=source)


def detected_plan(layout: Layout, sample: Sequence[Cells], rows: Iterable[Cells], *, titles: Sequence[str], source: str) -> TablePlan:
    """
    Return how to read a table.

    Parameters
    ----------
    layout
        Its headers, and what stands around them.
    sample
        Rows under them from which columns are told.
    rows
        All rows, for what identifies them.
    titles
        Texts besides the one above the header that may say what the list holds.
    source
        What errors call the file.

    Raises
    ------
    UnsureColumnsError
        Two columns claim a field, no column gives a place, or none tells the rows apart.
    """
    headers = layout.headers
    detection = detect(headers, sample, units=layout.units)
    found = dict(detection.columns)
    if "lat" not in found and "lon" not in found:
        found |= degrees_called_x_and_y(headers, sample)
    pair = None
    if "lat" not in found and "lon" not in found:
        pair = next((place for place, header in enumerate(headers) if is_pair_column(header, sample, place)), None)
    check_certain(found, detection, headers, has_pair=pair is not None, source=source)
    name = found["name"][0].header if "name" in found else ""
    of_list = ListKind("", "", is_vague=True) if "asset_type" in found else list_kind([name, layout.title, *titles])
    found, notes = _certain(found, detection.doubts, of_list)
    keys = key_columns([match.position for match in found.get("source_key", ())], rows)
    owners, kinds = kind_columns(headers, sample)
    columns = columns_of(found, keys)
    if kinds and "usage" not in found and kinds[0] not in {place for column in columns for place in column.positions}:
        columns.append(Column(field="usage", positions=kinds[:1], headers=(headers[kinds[0]],)))
    read = {place for column in columns for place in column.positions} | set(owners) | set(kinds)
    known_from = provenance_columns(headers)
    read |= set() if pair is None else {pair}
    read |= {place for places in known_from.values() for place in places if place >= 0}
    return TablePlan(
        columns=tuple(columns),
        known_from=known_from,
        owners=() if "owner_class" in found else owners,
        pair=pair,
        kinds=() if "asset_type" in found else kinds,
        of_list=of_list,
        not_read=tuple(header for place, header in enumerate(headers) if header and place not in read),
        notes=notes,
    )


def _certain(
    found: dict[str, tuple[Match, ...]], doubts: dict[str, tuple[str, ...]], of_list: ListKind
) -> tuple[dict[str, tuple[Match, ...]], tuple[str, ...]]:
    """Return the matches that are certain, and notes about the others."""
    left_out = {field: f"{field} is not read: the columns {', '.join(headers)} look alike" for field, headers in doubts.items()}
    area = found.get("land_area_m2")
    if area and of_list.asset_type == "building" and header_of(area[0].header).base == _JUST_AREA:
        rule = "is not read: of a building it may be that of the land or of the floors"
        left_out["land_area_m2"] = f"{area[0].header} {rule}"
    return {field: matches for field, matches in found.items() if field not in left_out}, tuple(left_out.values())


def check_certain(
    found: dict[str, tuple[Match, ...]], detection: Detection, headers: Sequence[str], *, has_pair: bool, source: str
) -> None:
    """
    Refuse columns that cannot be told with certainty.

    Raises
    ------
    UnsureColumnsError
        See :func:`detected_plan`.
    """
    for field in _MUST_BE_SURE:
        if field in detection.doubts:
            raise UnsureColumnsError(field, "must come from one column", " or ".join(detection.doubts[field]), source=source)
    if not (has_pair or {"lat", "lon"} <= found.keys() or found.keys() & _PLACES):
        plane = [header for header in headers if header_of(header).whole in PLANE_HEADERS]
        if plane:
            rule = "must be degrees; columns in another coordinate system need a mapping that names it (epsg)"
            raise UnsureColumnsError("lat, lon", rule, ", ".join(plane), source=source)
        raise UnsureColumnsError("lat, lon", "or an address must have a column", _brief(headers), source=source)
    if "name" not in found and "source_key" not in found:
        raise UnsureColumnsError("name", "or an id must have a column", _brief(headers), source=source)


def columns_of(found: dict[str, tuple[Match, ...]], keys: Sequence[int]) -> list[Column]:
    """Return the columns of matches; of those that may identify rows only ``keys``."""
    columns = []
    for field, matches in found.items():
        used = [match for match in matches if field != "source_key" or match.position in keys]
        if used:
            columns.append(
                Column(
                    field=field,
                    positions=tuple(match.position for match in used),
                    headers=tuple(match.header for match in used),
                    separator=_SEPARATORS.get(field, "; "),
                    unit=used[0].unit,
                    confidence=min(match.confidence for match in used),
                )
            )
    return columns


def provenance_columns(headers: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Return the columns that say where the values of measured fields come from; -1 for a missing one."""
    places = {header: place for place, header in enumerate(headers)}
    found = {}
    for name, field in fields().items():
        own = tuple(places.get(name + suffix, -1) for suffix in PROVENANCE_SUFFIXES) if field.is_measured else (-1, -1, -1)
        if name in places and own != (-1, -1, -1):
            found[name] = (own[0], own[1], own[2])
    return found


def degrees_called_x_and_y(headers: Sequence[str], sample: Sequence[Cells]) -> dict[str, tuple[Match, ...]]:
    """
    Return longitude and latitude where columns called x and y hold degrees; nothing where they do not.

    Parameters
    ----------
    headers
        Header of each column.
    sample
        Rows under it.
    """
    xs = [place for place, header in enumerate(headers) if header_of(header).whole in _X_HEADERS]
    ys = [place for place, header in enumerate(headers) if header_of(header).whole in _Y_HEADERS]
    if len(xs) != 1 or len(ys) != 1:
        return {}
    for lon, lat in ((xs[0], ys[0]), (ys[0], xs[0])):  # what is beyond 90 degrees can only be a longitude
        if _are_degrees(sample, lon, 180) and _are_degrees(sample, lat, 90):
            return {
                field: (Match(field=field, position=place, header=headers[place], quality=BY_ENDING, preference=0),)
                for field, place in (("lon", lon), ("lat", lat))
            }
    return {}


def _are_degrees(sample: Sequence[Cells], place: int, at_most: float) -> bool:
    """Tell whether the cells of a column are degrees with decimals."""
    numbers = []
    for cells in sample:
        text = text_of(cells[place]) if place < len(cells) else ""
        if not text:
            continue
        try:
            number, _ = parse_value(field_of("lon"), text)
        except RowProblem:
            return False
        if isinstance(number, float):
            numbers.append(number)
    return bool(numbers) and all(abs(number) <= at_most for number in numbers) and any(number != round(number, 2) for number in numbers)


def _brief(headers: Sequence[str]) -> str:
    """Return the first headers of a table."""
    text = ", ".join(header for header in headers if header)
    return text if len(text) <= 200 else text[:197] + "..."
