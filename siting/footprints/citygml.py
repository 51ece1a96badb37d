"""
Building footprints from CityGML 2.0 as PLATEAU publishes it, read as a stream.

A ``bldg:Building`` and each of its ``bldg:BuildingPart`` count as a building of their own where they have an outline:
``lod0FootPrint``, else ``lod0RoofEdge``, else the floor of ``lod1Solid``.

References
----------
OGC 12-019, City Geography Markup Language (CityGML) 2.0, clause 10.3 (building model).
PLATEAU Standard Product Specification, building model: -9999 and 9999 stand for unknown heights and storeys.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET  # documents with a document type are refused before they get here
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

import numpy as np
import shapely
from pyproj import CRS

from siting.arrays import FloatArray
from siting.crs import any_crs
from siting.errors import InvalidInputError
from siting.footprints.query import FootprintQuery, Placement, RawFootprints

_CORE = "http://www.opengis.net/citygml/2.0"
_BLDG = "{http://www.opengis.net/citygml/building/2.0}"
_GML = "{http://www.opengis.net/gml}"
_METRE_NAMES = (None, "m", "#m", "metre", "meter", "urn:ogc:def:uom:UCUM::m", "urn:ogc:def:uom:EPSG::9001")
_FLOOR_TOLERANCE_M = 0.01
_PROLOG_BYTES = 65536


@dataclass(frozen=True, kw_only=True)
class _Axes:
    """How the numbers of the file stand for places."""

    name: str
    crs: CRS
    n_dimensions: int
    is_north_first: bool


@dataclass(frozen=True, kw_only=True)
class _Building:
    """A building or building part, as the file has it."""

    polygon: shapely.Geometry | None
    height: str | None
    storeys: str | None
    id: str | None
    row: int


def read_citygml(path: Path, query: FootprintQuery) -> RawFootprints:
    """
    Read the wanted buildings of a CityGML 2.0 file.

    Heights are ``measuredHeight`` (a part without one has that of its building), storeys ``storeysAboveGround``, ids
    ``gml:id``. Rows count the buildings and parts of the file; a building that is only the sum of its parts is no row.

    Raises
    ------
    InvalidInputError
        Not well-formed or truncated, a document type declaration, not CityGML 2.0, wrong or missing CRS, a height in
        another unit than the metre, a coordinate that is not finite, or a column name (CityGML has none to choose).
    """
    for name in ("height_column", "storeys_column", "id_column"):
        if getattr(query, name) is not None:
            raise InvalidInputError(name, "must not be given for CityGML", getattr(query, name), source=query.source)
    try:
        with path.open("rb") as file:
            _check_prolog(file, query.source)
            file.seek(0)
            placement, buildings = _read(file, query)
    except (ET.ParseError, expat.ExpatError, LookupError, OSError) as error:
        raise InvalidInputError("file", "must be readable, complete XML", str(error), source=query.source) from error
    polygons = np.empty(len(buildings), dtype=object)
    polygons[:] = [building.polygon for building in buildings]
    placed, index = placement.wanted(polygons)
    wanted = [buildings[i] for i in index.tolist()]
    return RawFootprints(
        polygons=placed,
        height_m=np.array([building.height for building in wanted], dtype=object),
        storeys=np.array([building.storeys for building in wanted], dtype=object),
        ids=np.array([building.id for building in wanted], dtype=object),
        rows=np.array([building.row for building in wanted], dtype=np.int64),
        crs=placement.target_crs,
    )


def _check_prolog(file: BinaryIO, source: str) -> None:
    """Raise unless the file starts with a CityGML 2.0 city model and declares no document type (and so no entities)."""
    elements: list[str] = []

    def refuse(*_declaration: object) -> None:
        raise InvalidInputError("file", "must not declare a document type (DOCTYPE)", "<!DOCTYPE", source=source)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, _attributes: elements.append(name)
    while not elements and (chunk := file.read(_PROLOG_BYTES)):
        try:
            parser.Parse(chunk)
        except InvalidInputError:
            raise
        except ValueError as error:
            raise InvalidInputError("file", "must be in an encoding XML readers know, such as UTF-8", str(error), source=source) from error
    if elements[:1] != [f"{_CORE} CityModel"]:
        raise InvalidInputError("file", "must be a CityGML 2.0 CityModel", elements[:1], source=source)


def _read(file: BinaryIO, query: FootprintQuery) -> tuple[Placement, list[_Building]]:
    """Return the buildings that may be wanted, holding no more of the file in memory than one member."""
    events = ET.iterparse(file, events=("start", "end"))  # noqa: S314  # no document type, so no entity can expand
    root = next(events)[1]
    axes: _Axes | None = None
    placement: Placement | None = None
    buildings: list[_Building] = []
    n_rows, depth = 0, 1
    for event, element in events:
        depth += 1 if event == "start" else -1
        if event == "start" or depth != 1:
            continue
        if axes is None or placement is None:
            axes = _axes(element, query.source)
            placement = None if axes is None else query.placement(axes.crs)
        if axes is not None and placement is not None:
            if element.tag == f"{_GML}boundedBy" and not _may_hold(element, axes, placement):
                break
            for building, height, storeys in _outlined(element, query.source):
                polygon = _polygon(building, axes, placement, query.source)
                if polygon is not None or query.bbox_m is None:
                    identifier = building.get(f"{_GML}id")
                    buildings.append(_Building(polygon=polygon, height=height, storeys=storeys, id=identifier, row=n_rows))
                n_rows += 1
        elif element.find(f".//{_BLDG}Building") is not None:
            break
        root.clear()
    if placement is None:
        raise InvalidInputError("srsName", "must be given (such as http://www.opengis.net/def/crs/EPSG/0/6697)", None, source=query.source)
    return placement, buildings


def _axes(element: ET.Element, source: str) -> _Axes | None:
    """Return the axes of the first CRS named in an element, if one is."""
    named = next((e for e in element.iter() if e.get("srsName")), None)
    if named is None:
        return None
    name = named.get("srsName", "")
    try:
        crs = any_crs("srsName", name)
    except InvalidInputError as error:
        raise error.at(source) from None
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs
    n_dimensions = named.get("srsDimension") or str(len(crs.axis_info))
    if n_dimensions not in {"2", "3"}:
        raise InvalidInputError("srsDimension", "must be 2 or 3", n_dimensions, source=source)
    is_north_first = horizontal.axis_info[0].direction == "north"
    return _Axes(name=name, crs=horizontal, n_dimensions=int(n_dimensions), is_north_first=is_north_first)


def _may_hold(bounded_by: ET.Element, axes: _Axes, placement: Placement) -> bool:
    """Return whether anything wanted may lie within the envelope of the file."""
    corners = [_numbers(corner.text, axes) for side in ("lower", "upper") for corner in bounded_by.iter(f"{_GML}{side}Corner")]
    found = [corner for corner in corners if corner is not None]
    return len(found) != 2 or _is_near(np.concatenate(found), placement)


def _outlined(member: ET.Element, source: str) -> Iterator[tuple[ET.Element, str | None, str | None]]:
    """Yield the buildings and parts that count as rows, with height and storeys as texts."""
    for building in member.iter(f"{_BLDG}Building"):
        parts = list(building.iter(f"{_BLDG}BuildingPart"))
        height, storeys = _height(building, source), building.findtext(f"{_BLDG}storeysAboveGround")
        if not parts or next(_outlines(building), None) is not None:
            yield building, height, storeys
        for part in parts:
            yield part, _height(part, source) or height, part.findtext(f"{_BLDG}storeysAboveGround") or storeys


def _height(building: ET.Element, source: str) -> str | None:
    """Return the text of the measured height."""
    measured = building.find(f"{_BLDG}measuredHeight")
    if measured is None:
        return None
    if measured.get("uom") not in _METRE_NAMES:
        raise InvalidInputError(f"measuredHeight of {building.get(f'{_GML}id')!r}", "must have uom 'm'", measured.get("uom"), source=source)
    return measured.text


def _outlines(building: ET.Element) -> Iterator[ET.Element]:
    """Yield what a building's outline can be taken from, the best first."""
    for name in ("lod0FootPrint", "lod0RoofEdge", "lod1Solid"):
        outline = building.find(f"{_BLDG}{name}")
        if outline is not None and outline.find(f".//{_GML}Polygon") is not None:
            yield outline


def _polygon(building: ET.Element, axes: _Axes, placement: Placement, source: str) -> shapely.Geometry | None:
    """Return the outline in the file's CRS, x before y; None when there is none, it cannot be read or it is not wanted."""
    outline = next(_outlines(building), None)
    if outline is None:
        return None
    other = next((e.get("srsName") for e in outline.iter() if e.get("srsName") not in {None, axes.name}), None)
    if other is not None:
        raise InvalidInputError("srsName", f"must be {axes.name!r} throughout the file", other, source=source)
    surfaces = [_rings(polygon, axes) for polygon in outline.iter(f"{_GML}Polygon")]
    if outline.tag == f"{_BLDG}lod1Solid":
        surfaces = _floor(surfaces)
    rings = [ring for surface in surfaces for ring in surface]
    if not rings or any(not surface for surface in surfaces):
        return None
    vertices = np.concatenate(rings)
    if not np.isfinite(vertices[:, :2]).all():
        value = vertices[~np.isfinite(vertices[:, :2]).all(axis=1)][0, :2].tolist()
        raise InvalidInputError(f"coordinates of {building.get(f'{_GML}id')!r}", "must be finite", value, source=source)
    if not _is_near(vertices, placement):
        return None
    try:
        polygons = [shapely.Polygon(surface[0][:, :2], [hole[:, :2] for hole in surface[1:]]) for surface in surfaces]
    except ValueError:  # fewer than four vertices
        return None
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _rings(polygon: ET.Element, axes: _Axes) -> list[FloatArray]:
    """Return the rings of a polygon, the exterior first; nothing when one of them cannot be read."""
    rings = []
    for side in ("exterior", "interior"):
        for ring in polygon.iterfind(f"{_GML}{side}/{_GML}LinearRing"):
            texts = [e.text or "" for e in ring if e.tag in {f"{_GML}posList", f"{_GML}pos"}]
            rings.append(_numbers(" ".join(texts), axes))
    return [] if any(ring is None for ring in rings) else [ring for ring in rings if ring is not None]


def _numbers(text: str | None, axes: _Axes) -> FloatArray | None:
    """Return positions, x before y before z, shape (n, 2 or 3); None when they cannot be read."""
    try:
        numbers = np.array((text or "").split(), dtype=np.float64)
    except ValueError:
        return None
    if not len(numbers) or len(numbers) % axes.n_dimensions:
        return None
    positions = numbers.reshape(-1, axes.n_dimensions)
    return positions[:, [1, 0, 2][: axes.n_dimensions]] if axes.is_north_first else positions


def _floor(surfaces: list[list[FloatArray]]) -> list[list[FloatArray]]:
    """Return the faces of a solid that lie flat at its lowest height."""
    if not surfaces or any(not surface or surface[0].shape[1] != 3 for surface in surfaces):
        return []
    lowest_m = min(float(surface[0][:, 2].min()) for surface in surfaces)
    return [surface for surface in surfaces if surface[0][:, 2].max() <= lowest_m + _FLOOR_TOLERANCE_M]


def _is_near(vertices: FloatArray, placement: Placement) -> bool:
    """Return whether the envelope of vertices may touch the wanted box."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    return placement.may_hold((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
