"""PLATEAU CityGML 2.0 as a source: buildings, city furniture and land use, read as a stream."""

from __future__ import annotations

import tomllib
import xml.etree.ElementTree as ET  # documents with a document type are refused before they get here
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from pydantic import TypeAdapter

from assets_db.errors import InvalidSourceError
from assets_db.row_checks import RowProblem
from assets_db.rows import Reject, RejectCode
from assets_db.sources.features import placed, with_area
from assets_db.sources.finishing import RowFinisher
from assets_db.sources.kinds import list_kind
from assets_db.sources.rows import Repair, RepairCode, SourceRow
from assets_db.sources.shapes import in_degrees
from assets_db.sources.source_file import Format, SourceFile, file_digest
from assets_db.sources.spec import SourceSpec

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_GML = "{http://www.opengis.net/gml}"
_CORE = "{http://www.opengis.net/citygml/2.0}"
_BLDG = "{http://www.opengis.net/citygml/building/2.0}"
_FRN = "{http://www.opengis.net/citygml/cityfurniture/2.0}"
_LUSE = "{http://www.opengis.net/citygml/landuse/2.0}"
_SYSTEMS = ("/6697", "/6668", ":6697", ":6668")
_CHUNK_BYTES = 65_536
_UNKNOWN = frozenset({"-9999", "9999", "-9999.0", "9999.0"})
_OUTLINES = ("lod0FootPrint", "lod0RoofEdge", "lod1Solid")
_LEAST_RING = 4
_N_DIMENSIONS = 3
_PLOTS = frozenset({"park", "land"})
_READ = {
    "source_key": "gml:id",
    "name": "gml:name",
    "height_agl_m": "bldg:measuredHeight",
    "storeys": "bldg:storeysAboveGround",
    "usage": "bldg:usage, frn:function",
    "address": "bldg:address",
}


def open_citygml(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a CityGML 2.0 file as a source.

    Raises
    ------
    InvalidSourceError
        It is cut off, no city model, declares a document type, or is in another coordinate system than EPSG:6697 or EPSG:6668.
    """
    where = str(path)
    _check(path, where)
    return SourceFile(
        spec=spec,
        path=path,
        digest=file_digest(path),
        format="citygml",
        read=lambda: _rows(path, spec),
        mapping_used=_READ,
        credit=spec.credit,
        licence=spec.licence,
    )


@cache
def _codes(table: str) -> Mapping[str, str]:
    """Return a table of codes."""
    text = (files("assets_db") / "data" / "plateau_codes.toml").read_text("utf-8")
    return TypeAdapter(dict[str, dict[str, str]]).validate_python(tomllib.loads(text))[table]


def _check(path: Path, where: str) -> None:
    """Refuse what is no complete city model, names another coordinate system, or declares a document type."""
    systems: set[str] = set()
    roots: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if not roots:
            roots.append(name)
        if "srsName" in attributes:
            systems.add(attributes["srsName"])

    def refuse(*_declaration: object) -> None:
        raise InvalidSourceError("document type declaration", "must not be present", "<!DOCTYPE", source=where)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, refuse
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                parser.Parse(chunk, False)  # noqa: FBT003  # expat takes no keywords
            parser.Parse(b"", True)  # noqa: FBT003  # as above
    except InvalidSourceError:
        raise
    except (expat.ExpatError, LookupError, ValueError, OSError) as error:
        raise InvalidSourceError("file", "must be complete CityGML", str(error), source=where) from error
    if roots != [f"{_CORE[1:]}CityModel"]:
        raise InvalidSourceError("root element", "must be a CityGML 2.0 CityModel", roots[0][:80], source=where)
    if not systems or not all(name.endswith(_SYSTEMS) for name in systems):
        raise InvalidSourceError("srsName", "must be EPSG:6697 or EPSG:6668", ", ".join(sorted(systems))[:80], source=where)


def _rows(path: Path, spec: SourceSpec) -> Iterator[SourceRow | Reject]:
    """Yield every member of the city model."""
    finisher = RowFinisher(spec, source=path.name)
    row, root, depth = 0, None, 0
    for event, element in ET.iterparse(path, events=("start", "end")):  # noqa: S314  # no document type, so no entity can expand
        depth += 1 if event == "start" else -1
        root = element if root is None else root
        if event == "start" or depth != 1:
            continue
        if element.tag == f"{_CORE}cityObjectMember":
            for thing in element:
                row += 1
                yield _row(finisher, row, thing, source=path.stem, has_type=spec.asset_type is not None)
        root.clear()


def _row(finisher: RowFinisher, row: int, thing: ET.Element, *, source: str, has_type: bool) -> SourceRow | Reject:
    """Return one thing as a row."""
    repairs: list[Repair] = []
    try:
        raw = _raw(thing, repairs)
        if thing.tag == f"{_LUSE}LandUse" and not has_type:
            of_list = list_kind([source])
            raw["asset_type"] = of_list.asset_type if of_list.asset_type in _PLOTS else "land"
            repairs.append(Repair("asset_type", RepairCode.TYPE_INFERRED, of_list.word or "LandUse", str(raw["asset_type"])))
        shape = _shape(thing)
        if shape is not None:
            shape = in_degrees(shape, "")
    except RowProblem as problem:
        return finisher.reject(row, problem)
    except ValueError as error:
        return finisher.reject(row, RowProblem("geometry", RejectCode.INVALID_GEOMETRY, "must be a shape", str(error)))
    place = {} if shape is None else placed(shape)
    return with_area(finisher.finish_raw(row, raw | place, repairs=tuple(repairs)), shape)


def _raw(thing: ET.Element, repairs: list[Repair]) -> dict[str, object]:
    """Return the raw values of a thing by field."""
    raw: dict[str, object] = {"source_key": thing.get(f"{_GML}id"), "name": thing.findtext(f"{_GML}name")}
    if thing.tag == f"{_BLDG}Building":
        code = (thing.findtext(f"{_BLDG}usage") or "").strip()
        raw["asset_type"], raw["usage"] = "building", _codes("usage").get(code, code)
        address = next((e.text for e in thing.iter() if e.tag.endswith("}LocalityName") and e.text), None)
        raw["address"] = address
        for field, name in (("height_agl_m", "measuredHeight"), ("storeys", "storeysAboveGround")):
            text = (thing.findtext(f"{_BLDG}{name}") or "").strip()
            if text in _UNKNOWN:
                repairs.append(Repair(field, RepairCode.NULL_WORD, text, ""))
            else:
                raw[field] = text
        return raw
    if thing.tag == f"{_LUSE}LandUse":
        return raw
    code = (thing.findtext(f"{_FRN}function") or "").strip()
    if thing.tag != f"{_FRN}CityFurniture" or code not in _codes("furniture"):
        raise RowProblem("row", RejectCode.NOT_AN_ASSET, "is no building, plot or known furniture", f"{thing.tag.split('}')[-1]} {code}")
    return raw | {"asset_type": _codes("furniture")[code], "usage": code}


def _shape(thing: ET.Element) -> BaseGeometry | None:
    """Return the outline of a building or plot, the middle of furniture; ``None`` where there is none."""
    from shapely import MultiPolygon, Point, Polygon  # noqa: PLC0415

    if thing.tag == f"{_FRN}CityFurniture":
        vertices = [one for ring in _rings(thing) for one in ring]
        if not vertices:
            return None
        lons, lats = [one[0] for one in vertices], [one[1] for one in vertices]
        return Point((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    outline = thing
    if thing.tag == f"{_BLDG}Building":
        found = next((one for name in _OUTLINES if (one := thing.find(f"{_BLDG}{name}")) is not None), None)
        if found is None:
            return None
        outline = found
    surfaces = [_rings(one) for one in outline.iter(f"{_GML}Polygon")]
    surfaces = [one for one in surfaces if one and all(len(ring) >= _LEAST_RING for ring in one)]
    if outline.tag == f"{_BLDG}lod1Solid" and surfaces:
        lowest = min(vertex[2] for one in surfaces for vertex in one[0])
        surfaces = [one for one in surfaces if max(vertex[2] for vertex in one[0]) <= lowest + 0.01]
    polygons = [Polygon([v[:2] for v in one[0]], [[v[:2] for v in hole] for hole in one[1:]]) for one in surfaces]
    return None if not polygons else polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _rings(element: ET.Element) -> list[list[tuple[float, float, float]]]:
    """
    Return the rings under an element, longitude first.

    Raises
    ------
    RowProblem
        Its coordinates cannot be read.
    """
    rings = []
    for one in element.iter(f"{_GML}posList"):
        try:
            numbers = [float(text) for text in (one.text or "").split()]
        except ValueError:
            numbers = [0.0]
        if len(numbers) % _N_DIMENSIONS:
            raise RowProblem("geometry", RejectCode.INVALID_GEOMETRY, "must be latitude, longitude and height", (one.text or "")[:80])
        rings.append(list(zip(numbers[1::3], numbers[::3], numbers[2::3], strict=True)))
    return rings


def _recognises(_path: Path, head: bytes) -> bool:
    """Tell whether a file is CityGML."""
    return b"CityModel" in head and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


FORMAT = Format(name="citygml", recognises=_recognises, open=open_citygml)
"""PLATEAU CityGML."""
