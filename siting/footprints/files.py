"""Reading building footprints from files: GeoParquet, GeoPackage, GeoJSON and, through its own module, CityGML."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import numpy as np

from siting.crs import projected_crs
from siting.errors import InvalidInputError
from siting.footprints.citygml import read_citygml
from siting.footprints.cleaning import Footprints, clean_footprints
from siting.footprints.geojson import read_geojson
from siting.footprints.geopackage import read_geopackage
from siting.footprints.geoparquet import read_geoparquet
from siting.footprints.heights import HeightRule
from siting.footprints.query import Box, FootprintQuery, RawFootprints

logger = logging.getLogger(__name__)

_READERS: MappingProxyType[str, Callable[[Path, FootprintQuery], RawFootprints]] = MappingProxyType(
    {
        ".parquet": read_geoparquet,
        ".geoparquet": read_geoparquet,
        ".gpkg": read_geopackage,
        ".geojson": read_geojson,
        ".json": read_geojson,
        ".gml": read_citygml,
        ".citygml": read_citygml,
        ".xml": read_citygml,
    }
)
_DEFAULT_RULE = HeightRule()


def read_footprints(
    path: str | Path,
    *,
    crs: object = None,
    bbox_m: Box | None = None,
    height_column: str | None = None,
    storeys_column: str | None = None,
    id_column: str | None = None,
    layer: str | None = None,
    missing_height: HeightRule = _DEFAULT_RULE,
) -> Footprints:
    """
    Read building footprints and clean them.

    Parameters
    ----------
    path
        ``.parquet`` (GeoParquet), ``.gpkg`` (GeoPackage), ``.geojson`` or ``.json`` (GeoJSON), ``.gml``, ``.citygml`` or
        ``.xml`` (CityGML 2.0 as PLATEAU publishes it).
    crs
        Projected CRS in metres to bring the buildings into; the file's own when omitted.
    bbox_m
        xmin, ymin, xmax, ymax in that CRS [m]. Buildings whose bounding box touches it are kept whole. The rest of the file
        is not read where its format allows that: a GeoParquet file or row group by its stated bounds, a GeoPackage by its
        spatial index, a CityGML file by its envelope.
    height_column, storeys_column, id_column
        Columns to read; when omitted, the first of the usual names. A file without a height column is read: the report
        counts every height as filled.
    layer
        Layer of a GeoPackage that holds several.
    missing_height
        How missing heights are filled.

    Raises
    ------
    InvalidInputError
        Missing, unreadable or truncated file, unknown format, wrong or missing CRS, a column that is not there, a file
        without a single usable building, or what :func:`siting.footprints.clean_footprints` refuses.
    """
    file = Path(path)
    source = str(file)
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise InvalidInputError("path", f"must end in one of {', '.join(_READERS)}", source)
    if not file.is_file():
        raise InvalidInputError("path", "must be an existing file", source)
    if layer is not None and reader is not read_geopackage:
        raise InvalidInputError("layer", "must be given for a GeoPackage only", layer, source=source)
    query = FootprintQuery(
        source=source,
        crs=None if crs is None else projected_crs("crs", crs),
        bbox_m=bbox_m,
        height_column=height_column,
        storeys_column=storeys_column,
        id_column=id_column,
        layer=layer,
    )
    raw = reader(file, query)
    footprints = clean_footprints(
        raw.polygons,
        np.full(len(raw.polygons), np.nan) if raw.height_m is None else raw.height_m,
        crs=raw.crs,
        ids=raw.ids,
        storeys=raw.storeys,
        missing_height=missing_height,
        source=source,
        rows=raw.rows,
    )
    if bbox_m is None and len(footprints) == 0:
        found = footprints.report.n_rejected_by_reason() or "no rows"
        raise InvalidInputError("file", "must hold at least one usable building polygon", found, source=source)
    _log(footprints, source)
    return footprints


def _log(footprints: Footprints, source: str) -> None:
    """Say what was read, and warn of what a person should look at."""
    report = footprints.report
    logger.info(
        "%s: %d buildings, %d heights filled, %d repaired", source, len(footprints), report.n_missing_height_filled, report.n_repaired
    )
    if report.n_rejected:
        logger.warning("%s: %d of %d rows rejected: %s", source, report.n_rejected, report.n_read, report.n_rejected_by_reason())
    if report.n_height_unreadable:
        logger.warning("%s: %d heights are no numbers and were filled by the rule", source, report.n_height_unreadable)
    if report.n_used and report.n_missing_height_filled == report.n_used:
        logger.warning("%s: no building has a measured height; every height was filled by the rule", source)
