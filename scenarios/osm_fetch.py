"""Fetching an area from OpenStreetMap into the folder of a new scenario."""

from __future__ import annotations

import json
import logging
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from assets_db.osm_points import OSM_CREDIT
from scenarios.osm_layers import FEATURE_TAGS, ROAD_TAGS, OsmLayers, build_layers, layers_from_xml, none_if_empty, osmnx_settings
from siting.errors import InvalidInputError, SitingError

if TYPE_CHECKING:
    import geopandas as gpd
    import requests

__all__ = ["OsmFiles", "OsmLayers", "OsmUnreachableError", "fetch_osm", "layers_from_xml", "write_layers"]

logger = logging.getLogger(__name__)

_COORDINATE_DECIMALS = 7  # the precision OpenStreetMap stores
_BUSY = (429, 504)
_MAX_RETRIES = 3
_ADVICE = "check the internet connection and try again, or take the area from a stored .osm file"


class OsmUnreachableError(SitingError):
    """OpenStreetMap could not be reached, or did not answer as it should."""


@dataclass(frozen=True, kw_only=True)
class OsmFiles:
    """
    The files of an area, all GeoJSON in EPSG:4326 but for the credit.

    Attributes
    ----------
    folder
        The folder that holds them.
    roads, street_lamps, parks, signals, zone
        Layers as in :class:`scenarios.osm_layers.OsmLayers`; a layer may have no features.
    buildings
        None if the area has none.
    credit
        Text that has to accompany the data.
    n_features
        Number of features in each layer.
    """

    folder: Path
    roads: Path
    street_lamps: Path
    parks: Path
    signals: Path
    buildings: Path | None
    zone: Path
    credit: Path
    n_features: Mapping[str, int]


def fetch_osm(place: str, folder: str | Path, *, timeout_s: float = 180.0, max_area_km2: float = 50.0) -> OsmFiles:
    """
    Download an area's roads, street lamps, parks, signals and buildings into a new folder.

    Parameters
    ----------
    place
        A place with an outline on OpenStreetMap, such as ``"Yoyogi, Shibuya, Tokyo"``.
    folder
        Must not exist; it appears complete or not at all.
    timeout_s
        Longest wait for one answer of a server [s], > 0.
    max_area_km2
        Larger places are refused [km2], > 0: the servers are public, and whole cities belong in an extract.

    Raises
    ------
    InvalidInputError
        The folder exists, or the place is unknown, has no outline, no roads, or is too large.
    OsmUnreachableError
        No connection, or an answer that is an error.
    """
    target = _new_folder(folder)
    if not place.strip():
        raise InvalidInputError("place", "must not be empty", place)
    for field, value in (("timeout_s", timeout_s), ("max_area_km2", max_area_km2)):
        if not value > 0:
            raise InvalidInputError(field, "must be > 0", value)
    return write_layers(_download(place, timeout_s=timeout_s, max_area_km2=max_area_km2), target)


def write_layers(layers: OsmLayers, folder: str | Path) -> OsmFiles:
    """
    Write layers into a new folder, which appears complete or not at all.

    Raises
    ------
    InvalidInputError
        The folder exists, or cannot be made.
    """
    target = _new_folder(folder)
    frames: dict[str, gpd.GeoDataFrame] = {field.name: getattr(layers, field.name) for field in fields(OsmLayers)}
    written = {name: frame for name, frame in frames.items() if name != "buildings" or len(frame)}
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as temporary:
            half_done = Path(temporary) / "layers"
            half_done.mkdir()
            for name, frame in written.items():
                (half_done / f"{name}.geojson").write_text(_geojson(name, frame), encoding="utf-8")
            (half_done / "CREDIT.txt").write_text(f"{OSM_CREDIT}\n", encoding="utf-8")
            half_done.rename(target)
    except OSError as error:
        raise InvalidInputError("folder", "must be a place where a folder can be made", f"{target}: {error.strerror}") from error
    return OsmFiles(
        folder=target,
        roads=target / "roads.geojson",
        street_lamps=target / "street_lamps.geojson",
        parks=target / "parks.geojson",
        signals=target / "signals.geojson",
        buildings=target / "buildings.geojson" if "buildings" in written else None,
        zone=target / "zone.geojson",
        credit=target / "CREDIT.txt",
        n_features=MappingProxyType({name: len(frame) for name, frame in frames.items()}),
    )


def _new_folder(folder: str | Path) -> Path:
    """Return the path of a folder that does not exist yet."""
    target = Path(folder).absolute()
    if target.exists() or target.is_symlink():
        raise InvalidInputError("folder", "must not exist yet", str(folder))
    return target


def _geojson(name: str, frame: gpd.GeoDataFrame) -> str:
    """Return a layer as GeoJSON, one feature a line."""
    columns = [column for column in frame.columns if column != "geometry"]
    rows = frame[columns].astype(object).where(frame[columns].notna(), None).to_dict("records")
    rounded = shapely.transform(frame.geometry.to_numpy(), lambda degrees: np.round(degrees, _COORDINATE_DECIMALS))
    features = (
        json.dumps(
            {"type": "Feature", "properties": row, "geometry": json.loads(shapely.to_geojson(shape))}, ensure_ascii=False, allow_nan=False
        )
        for row, shape in zip(rows, rounded, strict=True)
    )
    credit = json.dumps(OSM_CREDIT, ensure_ascii=False)
    lines = ",\n".join(features)
    return f'{{"type": "FeatureCollection", "name": "{name}", "credit": {credit}, "features": [\n{lines}\n]}}\n'


def _download(place: str, *, timeout_s: float, max_area_km2: float) -> OsmLayers:
    """Return the layers of a place from the servers of OpenStreetMap."""
    import osmnx  # noqa: PLC0415  # takes 2 s

    settings = {
        "use_cache": False,
        "requests_timeout": timeout_s,
        "requests_kwargs": {**osmnx.settings.requests_kwargs, "hooks": {"response": _AnswerCheck()}},
        "doh_url_template": None,
        "useful_tags_way": list(ROAD_TAGS),
    }
    with osmnx_settings(**settings), _same_name_lookup(), _network_errors_explained():
        outline, zone_id = _outline(place)
        area_km2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(outline)[0]) / 1e6
        if area_km2 > max_area_km2:
            raise InvalidInputError("place", f"must cover at most {max_area_km2:g} km2", f"{place}: {area_km2:.1f} km2")
        logger.info("%s: %s, %.2f km2", place, zone_id, area_km2)
        try:
            graph = osmnx.graph_from_polygon(outline, network_type="all", simplify=False, retain_all=True, truncate_by_edge=True)
        except ValueError as error:
            raise InvalidInputError("place", "must have roads", place) from error
        features = none_if_empty(lambda: osmnx.features_from_polygon(outline, tags=dict(FEATURE_TAGS)))
    return build_layers(graph, features, zone=outline, zone_name=place, zone_id=zone_id, source=place)


def _outline(place: str) -> tuple[shapely.Polygon | shapely.MultiPolygon, str]:
    """Return the outline of a place and its OSM id."""
    import osmnx  # noqa: PLC0415  # takes 2 s

    try:
        found = osmnx.geocode_to_gdf(place).iloc[0]
    except (TypeError, ValueError) as error:
        raise InvalidInputError("place", "must be a place that OpenStreetMap knows with an outline", place) from error
    return found.geometry, f"{found['osm_type']}/{found['osm_id']}"


class _AnswerCheck:
    """
    Looks at every answer before OSMnx does, which takes a partial answer for a whole one and asks a busy server without end.

    Raises
    ------
    OsmUnreachableError
        The answer is an error, a page for people, or says that it is incomplete; or the server was busy too often.
    """

    def __init__(self) -> None:
        self._n_busy = 0

    def __call__(self, response: requests.Response, **_options: object) -> None:
        if response.is_redirect or response.url.endswith("/status"):
            return
        if response.status_code in _BUSY:
            self._n_busy += 1
            if self._n_busy <= _MAX_RETRIES:
                logger.warning("%s is busy; asking again in a minute", response.url[:60])
                return
        if not response.ok:
            raise OsmUnreachableError(f"OpenStreetMap answered {response.status_code} {response.reason}: {_ADVICE}")
        try:
            answer = response.json()
        except ValueError as error:
            raise OsmUnreachableError(f"OpenStreetMap answered with something else than data, perhaps a log-in page: {_ADVICE}") from error
        problem = answer.get("remark") or answer.get("error") if isinstance(answer, dict) else None
        if problem:
            raise OsmUnreachableError(f"OpenStreetMap answered incompletely ({str(problem)[:200]}): {_ADVICE}")


@contextmanager
def _network_errors_explained() -> Iterator[None]:
    """Turn what a network can do wrong into one error that says so."""
    try:
        yield
    except OSError as error:  # the errors of requests are such
        raise OsmUnreachableError(f"no connection to OpenStreetMap ({type(error).__name__}): {_ADVICE}") from error
    except KeyError as error:
        raise OsmUnreachableError(f"OpenStreetMap answered incompletely (no {error}): {_ADVICE}") from error


@contextmanager
def _same_name_lookup() -> Iterator[None]:
    """Undo what OSMnx does to the name lookup of the whole process."""
    before = socket.getaddrinfo
    try:
        yield
    finally:
        socket.getaddrinfo = before
