"""Building footprints from a GeoPackage, through its spatial index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pyogrio.errors
import shapely

from siting.crs import any_crs
from siting.errors import InvalidInputError
from siting.footprints.query import Box, FootprintQuery, Placement, RawFootprints

_SQLITE_MAGIC = b"SQLite format 3\x00"
_APPLICATION_IDS = (b"GPKG", b"GP10", b"GP11")
_OGR_ERRORS = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError)


def read_geopackage(path: Path, query: FootprintQuery) -> RawFootprints:
    """
    Read the wanted rows of a GeoPackage layer.

    The file must be what its name says: GDAL picks a driver by content, and a text file named ``.gpkg`` can make it open others.

    Raises
    ------
    InvalidInputError
        Not a GeoPackage, damaged or truncated, no or several layers with geometries and none named, wrong or missing
        CRS, a named column that is not there.
    """
    _refuse_other_files(path, query.source)
    try:
        return _read(path.resolve(), query)
    except _OGR_ERRORS as error:
        raise InvalidInputError("file", "must be a readable, complete GeoPackage", str(error), source=query.source) from error


def _read(path: Path, query: FootprintQuery) -> RawFootprints:
    """Read a file known to be a GeoPackage."""
    layer = _layer(path, query)
    info = pyogrio.read_info(path, layer=layer, force_feature_count=True, force_total_bounds=True)
    if info["driver"] != "GPKG":
        raise InvalidInputError("file", "must be opened by the GPKG driver", info["driver"], source=query.source)
    try:
        file_crs = any_crs(f"crs of layer {layer!r}", info["crs"])
    except InvalidInputError as error:
        raise error.at(query.source) from None
    columns = query.columns([str(name) for name in info["fields"]])
    placement = query.placement(file_crs)
    box = _index_box(placement, info["total_bounds"])
    meta, fids, wkb, values = pyogrio.raw.read(path, layer=layer, columns=columns.names(), bbox=box, force_2d=True, return_fids=True)
    if box is None and len(fids) != info["features"]:
        raise InvalidInputError("file", f"must hold the {info['features']} features it lists", len(fids), source=query.source)
    placed, index = placement.wanted(np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object))
    attributes = {str(name): column[index] for name, column in zip(meta["fields"], values, strict=True)}
    return RawFootprints(
        polygons=placed,
        height_m=None if columns.height is None else attributes[columns.height],
        storeys=None if columns.storeys is None else attributes[columns.storeys],
        ids=None if columns.id is None else attributes[columns.id],
        rows=fids[index].astype(np.int64),
        crs=placement.target_crs,
    )


def _refuse_other_files(path: Path, source: str) -> None:
    """Raise unless the file starts like a GeoPackage."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise InvalidInputError("file", "must be readable", str(error), source=source) from error
    if not header.startswith(_SQLITE_MAGIC) or header[68:72] not in _APPLICATION_IDS:
        raise InvalidInputError("file", "must be a GeoPackage (SQLite with its application id)", header[:16], source=source)


def _layer(path: Path, query: FootprintQuery) -> str:
    """Return the layer to read: the one named, else the only one with geometries."""
    layers = [str(name) for name, geometry_type in pyogrio.list_layers(path) if geometry_type is not None]
    if query.layer is not None:
        if query.layer not in layers:
            raise InvalidInputError(
                "layer", f"must be one of {', '.join(map(repr, layers)) or 'no layers'}", query.layer, source=query.source
            )
        return query.layer
    if len(layers) != 1:
        raise InvalidInputError("layer", "must be named unless exactly one layer has geometries", layers, source=query.source)
    return layers[0]


def _index_box(placement: Placement, total_bounds: tuple[float, ...] | None) -> Box | None:
    """Return the box to ask the spatial index for; None reads everything."""
    if total_bounds is None:
        return placement.file_box
    xmin, ymin, xmax, ymax = total_bounds
    bounds = (xmin, ymin, xmax, ymax)
    placement.refuse_metres(bounds)
    return None if placement.may_be_degrees(bounds) else placement.file_box
