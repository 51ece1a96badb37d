"""Point assets from OpenStreetMap, stored as GeoJSON or XML."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assets_db.errors import InvalidSourceError, one_of
from assets_db.osm_geojson import OsmFeature, iterate_geojson
from assets_db.osm_xml import iterate_elements
from assets_db.row_checks import (
    ASSET_TYPES,
    MAX_HEIGHT_M,
    OWNER_CLASSES,
    Bounds,
    RowProblem,
    amount,
    check_bounds,
    check_constant,
)
from assets_db.row_collector import RowCollector
from assets_db.rows import AssetRows, RejectCode

logger = logging.getLogger(__name__)

OSM_CREDIT = "© OpenStreetMap contributors, Open Database License (ODbL) 1.0, https://www.openstreetmap.org/copyright"
"""What has to stand wherever OpenStreetMap data is shown or passed on."""

_UNIT = re.compile(r"\s*(m|ft|feet|')\s*$")
_METRES_PER_FOOT = 0.3048


def read_osm_points(
    path: str | Path,
    *,
    where: Mapping[str, str | Sequence[str]],
    asset_type: str,
    owner_class: str,
    existing: bool = False,
    source: str | None = None,
    bounds: Bounds | None = None,
) -> AssetRows:
    """
    Read the point features that carry certain tags, losing none of them: each is accepted or rejected with a reason.

    Parameters
    ----------
    path
        GeoJSON (``.geojson``, ``.json``) whose properties are tags, or OSM XML (``.osm``, ``.xml``), in degrees. In XML a feature is
        an element with tags; nodes without any are corners of lines.
    where
        Tags a feature must have, all of them, each with a value or one of several: ``{"highway": "traffic_signals"}``.
        Values are compared as text; true is ``"true"``.
    asset_type, owner_class, existing
        Value for all of them.
    source
        Name of the source in rows and rejects; by default the name of the file.
    bounds
        West, south, east, north [deg]: positions outside are rejected.

    Returns
    -------
    AssetRows
        ``n_accepted + n_rejected + n_not_selected`` is the number of features in the file. Ids are ``node/123``; the height is that
        of the tag ``height`` ("6", "6 m", "20 ft"), NaN without one. ``credit`` is :data:`OSM_CREDIT`.

    Raises
    ------
    InvalidSourceError
        The file is missing, empty, cut off, in a projected CRS, or of another kind; or an argument is not possible.

    References
    ----------
    https://wiki.openstreetmap.org/wiki/Key:height, section on units.
    """
    file = Path(path)
    check_constant("asset_type", asset_type, ASSET_TYPES, source=str(file))
    check_constant("owner_class", owner_class, OWNER_CLASSES, source=str(file))
    check_bounds(bounds, source=str(file))
    wanted = _wanted_tags(where, source=str(file))
    label = source or file.name
    collector = RowCollector(label, bounds=bounds)
    n_rows = n_not_selected = 0
    for feature in _features(file):
        n_rows += 1
        if feature is None:
            collector.reject(n_rows, RowProblem("row", RejectCode.NOT_A_FEATURE, "must be a GeoJSON feature", ""))
        elif not all(feature.tags.get(key) in values for key, values in wanted.items()):
            n_not_selected += 1
        else:
            constants = {"asset_type": asset_type, "owner_class": owner_class, "existing": existing}
            _add(collector, feature, {"asset_id": f"{label}:{feature.row}", **constants})
    rows = collector.result(n_rows=n_rows, n_not_selected=n_not_selected, credit=OSM_CREDIT)
    logger.info(
        "%s: %d features, %d accepted, %d rejected, %d not selected", file, n_rows, rows.n_accepted, rows.n_rejected, n_not_selected
    )
    return rows


def tag_height_m(text: str) -> float | None:
    """
    Return the height an OSM tag states [m], None for an empty one.

    Raises
    ------
    RowProblem
        It is not a height in [0, 1000] m.
    """
    unit = _UNIT.search(text)
    height = amount("height", text[: unit.start()] if unit else text, at_most=MAX_HEIGHT_M)
    if height is None or unit is None or unit[1] == "m":
        return height
    return height * _METRES_PER_FOOT


def _wanted_tags(where: Mapping[str, str | Sequence[str]], *, source: str) -> dict[str, frozenset[str]]:
    """Return the accepted values of each tag."""
    if not where:
        raise InvalidSourceError("where", "must name at least one tag", dict(where), source=source)
    wanted: dict[str, frozenset[str]] = {}
    for key, values in where.items():
        several = (values,) if isinstance(values, str) else tuple(values)
        if not several or not all(isinstance(value, str) and value for value in several):
            raise InvalidSourceError(f"where.{key}", "must be a text or a list of texts, none of them empty", values, source=source)
        wanted[key] = frozenset(several)
    return wanted


def _features(path: Path) -> Iterator[OsmFeature | None]:
    """Yield the features of a file according to its kind."""
    suffix = path.suffix.lower()
    if suffix in {".geojson", ".json"}:
        return iterate_geojson(path)
    if suffix in {".osm", ".xml"}:
        return _xml_features(path)
    raise InvalidSourceError("file name", one_of(suffix, (".geojson", ".json", ".osm", ".xml")), path.name, source=str(path))


def _xml_features(path: Path) -> Iterator[OsmFeature]:
    """Yield the tagged elements of an OSM XML file."""
    for kind, attributes, tags, line, _ in iterate_elements(path):
        if kind != "bounds" and tags:
            number = attributes.get("id")
            yield OsmFeature(
                row=line,
                osm_id=f"{kind}/{number}" if number else None,
                tags=tags,
                geometry_type="Point" if kind == "node" else kind,
                lon=attributes.get("lon"),
                lat=attributes.get("lat"),
            )


def _add(collector: RowCollector, feature: OsmFeature, defaults: Mapping[str, object]) -> None:
    """Accept a selected feature, or reject it."""
    try:
        _refuse_other_than_point(feature.geometry_type)
        height_m = tag_height_m(feature.tags.get("height", ""))
    except RowProblem as problem:
        collector.reject(feature.row, problem)
        return
    raw = {**defaults, "name": feature.tags.get("name"), "lat": feature.lat, "lon": feature.lon, "height_agl_m": height_m}
    collector.add(feature.row, raw if feature.osm_id is None else {**raw, "asset_id": feature.osm_id})


def _refuse_other_than_point(geometry_type: str) -> None:
    """Raise unless a feature is a point."""
    if not geometry_type:
        raise RowProblem("geometry", RejectCode.MISSING, "must not be empty", "")
    if geometry_type != "Point":
        raise RowProblem("geometry", RejectCode.NOT_A_POINT, "must be a point", geometry_type)
