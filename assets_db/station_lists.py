"""Lists of railway stations: a JSON array of objects with id, coord [longitude, latitude] and title by language."""

from __future__ import annotations

import json
from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.row_checks import OWNER_CLASSES, Bounds, RowProblem, check_bounds, check_constant
from assets_db.row_collector import RowCollector
from assets_db.rows import AssetRows, RejectCode
from assets_db.text_files import read_text


def read_station_list(path: str | Path, *, owner_class: str, source: str | None = None, bounds: Bounds | None = None) -> AssetRows:
    """
    Read railway stations, losing nothing: each is accepted or rejected with a reason.

    Parameters
    ----------
    path
        JSON array of ``{"id": ..., "coord": [longitude, latitude], "title": {"ja": ..., "en": ...}}``.
    owner_class
        Value for all of them.
    source
        Name of the source in rows and rejects; by default the name of the file.
    bounds
        West, south, east, north [deg]: positions outside are rejected.

    Raises
    ------
    InvalidSourceError
        The file is missing, unreadable or no such array; or an argument is not possible.
    """
    file = Path(path)
    check_constant("owner_class", owner_class, OWNER_CLASSES, source=str(file))
    check_bounds(bounds, source=str(file))
    try:
        stations = json.loads(read_text(file, source=str(file)))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidSourceError):
            raise
        raise InvalidSourceError("file", "must be complete JSON", str(error), source=str(file)) from error
    if not isinstance(stations, list):
        raise InvalidSourceError("file", "must hold a JSON array of stations", type(stations).__name__, source=str(file))
    collector = RowCollector(source or file.name, bounds=bounds)
    for row, station in enumerate(stations, start=1):
        if isinstance(station, dict):
            collector.add(row, _raw(station) | {"owner_class": owner_class})
        else:
            collector.reject(row, RowProblem("row", RejectCode.NOT_A_FEATURE, "must be a JSON object", type(station).__name__))
    return collector.result(n_rows=len(stations))


def _raw(station: dict[str, object]) -> dict[str, object]:
    """Return the raw fields of one station."""
    coord, title = station.get("coord"), station.get("title")
    lon, lat = coord if isinstance(coord, list) and len(coord) == 2 else (None, None)
    name = (title.get("ja") or title.get("en")) if isinstance(title, dict) else None
    return {"asset_id": station.get("id"), "name": name, "asset_type": "station", "lat": lat, "lon": lon}
