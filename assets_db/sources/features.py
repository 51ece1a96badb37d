"""Features as rows: properties are read like the columns of a table, shapes become positions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from assets_db.record import AssetRecord, Value
from assets_db.row_checks import RowProblem
from assets_db.rows import Reject, RejectCode
from assets_db.sources.cells import shown
from assets_db.sources.columns import Column, TablePlan
from assets_db.sources.detected_plan import UnsureColumnsError, detected_plan
from assets_db.sources.finishing import RowFinisher
from assets_db.sources.kinds import list_kind
from assets_db.sources.layout import SAMPLE_ROWS, Layout, NumberedCells
from assets_db.sources.mapped_plan import mapped_plan
from assets_db.sources.osm_tags import OSM_CREDIT, OSM_LICENCE, READ, has_osm_tags, raw_of
from assets_db.sources.rows import Repair, RepairCode, SourceRow
from assets_db.sources.shapes import area_m2
from assets_db.sources.source_file import SourceFile, file_digest
from assets_db.sources.spec import SourceSpec
from assets_db.sources.table_reader import TableReader

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_PLACES = frozenset({"lat", "lon", "latitude", "longitude", "lng", "緯度", "経度", "x", "y", "geometry", "wkt"})
_OSM_KEYS = ("@id", "osm_id", "osmid", "id")
_ANY_SHAPE = "POINT (139 35)"
_WITH_LAND = frozenset({"park", "land"})
_OWN_FIELDS = ("lat", "lon", "geometry")


class Feature(NamedTuple):
    """One feature: its properties and its shape in degrees, or what is wrong with it."""

    row: int
    properties: Mapping[str, object]
    shape: BaseGeometry | None
    problem: RowProblem | None = None


@dataclass(frozen=True, kw_only=True)
class FeatureFile:
    """
    A file of features.

    Attributes
    ----------
    path
        The file.
    format
        Name of its format.
    features
        Starts reading them.
    encoding
        Of its text; empty for none.
    is_osm
        Its properties are tags of OpenStreetMap; by default told from their names.
    """

    path: Path
    format: str
    features: Callable[[], Iterator[Feature]]
    encoding: str = ""
    is_osm: bool = False


def open_features(file: FeatureFile, spec: SourceSpec) -> SourceFile:
    """
    Open a file of features as a source.

    Raises
    ------
    InvalidSourceError
        It cannot be read, or its properties cannot be told with certainty.
    """
    headers: dict[str, None] = {}
    for feature in file.features():
        headers.update(dict.fromkeys(feature.properties))
    is_osm = file.is_osm or (spec.mapping is None and has_osm_tags(headers))
    common = SourceFile(
        spec=spec,
        path=file.path,
        digest=file_digest(file.path),
        format=file.format,
        read=lambda: osm_rows(file, spec),
        encoding=file.encoding,
        mapping_used=READ,
        credit=spec.credit or (OSM_CREDIT if is_osm else ""),
        licence=spec.licence or (OSM_LICENCE if is_osm else ""),
    )
    if is_osm:
        return common
    names = tuple(name for name in headers if name.lower() not in _PLACES)
    plan = _plan(file, spec, names)
    return replace(
        common,
        read=lambda: _table_rows(file, spec, names, plan),
        mapping_used={one.field: " + ".join(one.headers) for one in plan.columns},
        not_read=(*plan.not_read, *(name for name in headers if name not in names)),
        notes=plan.notes,
    )


def placed(shape: BaseGeometry) -> dict[str, Value]:
    """Return position and shape of a feature by field: a point is a position, anything else a shape."""
    from shapely import to_wkb  # noqa: PLC0415

    if shape.geom_type == "Point":
        lon, lat = shape.coords[0][:2]
        return {"lat": round(float(lat), 9), "lon": round(float(lon), 9)}
    return {"geometry": bytes(to_wkb(shape, output_dimension=2, byte_order=1))}


def with_area(item: SourceRow | Reject, shape: BaseGeometry | None) -> SourceRow | Reject:
    """Return the row of a park or plot with the area of its outline, where the file says none."""
    if isinstance(item, Reject) or shape is None or item.record.values.get("asset_type") not in _WITH_LAND:
        return item
    area = area_m2(shape) if "land_area_m2" not in item.record.values else None
    if area is None:
        return item
    values = {**item.record.values, "land_area_m2": area}
    known_from = {**item.record.known_from, "land_area_m2": item.record.known_from["lat"]}
    repair = Repair("land_area_m2", RepairCode.POSITION_FROM_GEOMETRY, "", shown(area))
    return SourceRow(item.row, AssetRecord(values=values, known_from=known_from), (*item.repairs, repair))


def osm_rows(file: FeatureFile, spec: SourceSpec) -> Iterator[SourceRow | Reject]:
    """Yield the features of a file whose properties are tags of OpenStreetMap."""
    finisher = RowFinisher(spec, source=file.path.name)
    for feature in file.features():
        try:
            if feature.problem is not None:
                raise feature.problem
            key = next((feature.properties[name] for name in _OSM_KEYS if feature.properties.get(name)), None)
            raw = raw_of(feature.properties, key)
        except RowProblem as problem:
            yield finisher.reject(feature.row, problem)
            continue
        place = {} if feature.shape is None else placed(feature.shape)
        yield with_area(finisher.finish_raw(feature.row, raw | place), feature.shape)


def _plan(file: FeatureFile, spec: SourceSpec, names: tuple[str, ...]) -> TablePlan:
    """Return how to read the properties."""
    where, headers = str(file.path), (*names, "geometry")
    if spec.mapping is not None:
        plan = mapped_plan(spec.mapping, headers, is_shipped=False, source=where)
    else:
        titles = [spec.dataset, file.path.stem]
        layout = Layout(header_row=0, headers=headers)
        cells = [[*(_cell(one.properties.get(name)) for name in names), _ANY_SHAPE] for one in file.features()]
        try:
            plan = detected_plan(layout, cells[:SAMPLE_ROWS], cells, titles=titles, source=where)
        except UnsureColumnsError as error:
            if error.field != "name" or "id must have" not in error.rule:
                raise
            plan = TablePlan(columns=(), of_list=list_kind(titles), not_read=names)
    own = tuple(Column(field=field, positions=(len(names) + place,), headers=("geometry",)) for place, field in enumerate(_OWN_FIELDS))
    return replace(plan, columns=(*(one for one in plan.columns if one.field not in _OWN_FIELDS), *own))


def _cell(value: object) -> object:
    """Return a property as a cell; what nests is none."""
    return value if value is None or isinstance(value, str | int | float) else None


def _table_rows(file: FeatureFile, spec: SourceSpec, names: tuple[str, ...], plan: TablePlan) -> Iterator[SourceRow | Reject]:
    """Yield the features of a file whose properties are read like columns."""
    refuser = RowFinisher(spec, source=file.path.name)
    refused: list[Reject] = []
    shapes: list[BaseGeometry] = []

    def start() -> Iterator[NumberedCells]:
        for feature in file.features():
            problem = feature.problem
            if problem is None and feature.shape is None:
                problem = RowProblem("geometry", RejectCode.NO_PLACE, "must be there", "")
            if problem is not None or feature.shape is None:
                refused.append(refuser.reject(feature.row, problem or RowProblem("geometry", RejectCode.NO_PLACE, "must be there", "")))
                continue
            place = placed(feature.shape)
            shapes.append(feature.shape)
            yield feature.row, [*(_cell(feature.properties.get(name)) for name in names), *(place.get(one) for one in _OWN_FIELDS)]

    layout = Layout(header_row=0, headers=(*names, *_OWN_FIELDS))
    for item in TableReader(source=file.path.name, start=start, spec=spec, layout=layout, plan=plan).rows():
        yield from refused
        refused.clear()
        yield with_area(item, shapes.pop())
    yield from refused
