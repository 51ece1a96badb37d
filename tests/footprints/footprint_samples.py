"""Writers of footprint files, CityGML by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

Save = Callable[[gpd.GeoDataFrame, Path], Path]

WARD_CRS = "EPSG:6677"


def save_buildings(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """Store buildings in the format of the suffix."""
    if path.suffix == ".parquet":
        frame.to_parquet(path, row_group_size=6, write_covering_bbox=True)
    elif path.suffix == ".gpkg":
        frame.to_file(path, driver="GPKG")
    elif path.suffix == ".geojson":
        document = json.loads(frame.to_json(drop_id=True))
        document["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{frame.crs.to_epsg()}"}}
        path.write_text(json.dumps(document), encoding="utf-8")
    elif path.suffix == ".gml":
        path.write_text(city_model(map(building_gml, *_gml_columns(frame)), _envelope(frame)), encoding="utf-8")
    return path


def city_model(buildings: Iterable[str], envelope: str = "", srs: str = "http://www.opengis.net/def/crs/EPSG/0/6697") -> str:
    """Return a CityGML document."""
    members = "".join(f"<core:cityObjectMember>{building}</core:cityObjectMember>" for building in buildings)
    corners = envelope or "<gml:lowerCorner>35 139 0</gml:lowerCorner><gml:upperCorner>36 140 100</gml:upperCorner>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" xmlns:gml="http://www.opengis.net/gml"'
        ' xmlns:bldg="http://www.opengis.net/citygml/building/2.0" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<gml:boundedBy><gml:Envelope srsName="{srs}" srsDimension="3">{corners}</gml:Envelope></gml:boundedBy>'
        f"{members}</core:CityModel>"
    )


def building_gml(identifier: str, height: float, storeys: float, polygons: list[shapely.Polygon]) -> str:
    """Return a building with an outline in latitude, longitude and height."""
    measured = -9999 if np.isnan(height) else repr(float(height))
    above = 9999 if np.isnan(storeys) else int(storeys)
    return (
        f'<bldg:Building gml:id="{identifier}"><bldg:measuredHeight uom="m">{measured}</bldg:measuredHeight>'
        f"<bldg:storeysAboveGround>{above}</bldg:storeysAboveGround>"
        f"<bldg:lod0RoofEdge>{surfaces_gml(polygons)}</bldg:lod0RoofEdge></bldg:Building>"
    )


def surfaces_gml(polygons: list[shapely.Polygon], z_m: float = 5.0) -> str:
    """Return polygons given in longitude and latitude as a multi-surface in the axis order of EPSG:6697."""

    def ring(side: str, line: shapely.LinearRing) -> str:
        numbers = " ".join(f"{lat!r} {lon!r} {z_m}" for lon, lat in shapely.get_coordinates(line).tolist())
        return f"<gml:{side}><gml:LinearRing><gml:posList>{numbers}</gml:posList></gml:LinearRing></gml:{side}>"

    members = (ring("exterior", p.exterior) + "".join(ring("interior", hole) for hole in p.interiors) for p in polygons)
    inner = "".join(f"<gml:surfaceMember><gml:Polygon>{member}</gml:Polygon></gml:surfaceMember>" for member in members)
    return f"<gml:MultiSurface>{inner}</gml:MultiSurface>"


def to_degrees(polygons: object) -> np.ndarray:
    """Return polygons of the ward's plane in longitude and latitude of JGD2011."""
    inverse = Transformer.from_crs(WARD_CRS, "EPSG:6668", always_xy=True)
    return shapely.transform(np.asarray(polygons, dtype=object), lambda xy: np.column_stack(inverse.transform(xy[:, 0], xy[:, 1])))


def _gml_columns(frame: gpd.GeoDataFrame) -> tuple[list[object], ...]:
    """Return ids, heights, storeys and lists of polygons."""
    parts = [list(shapely.get_parts(geometry)) for geometry in to_degrees(frame.geometry.to_numpy())]
    return frame["building_id"].tolist(), frame["height_m"].tolist(), frame["storeys"].tolist(), parts


def _envelope(frame: gpd.GeoDataFrame) -> str:
    """Return the corners of all buildings."""
    xmin, ymin, xmax, ymax = shapely.total_bounds(to_degrees(frame.geometry.to_numpy()))
    return f"<gml:lowerCorner>{ymin} {xmin} 0</gml:lowerCorner><gml:upperCorner>{ymax} {xmax} 9</gml:upperCorner>"
