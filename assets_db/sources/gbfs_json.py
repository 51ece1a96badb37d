"""Stations of bike-share systems: ``station_information.json`` of the General Bikeshare Feed Specification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from assets_db.errors import InvalidSourceError
from assets_db.row_checks import RowProblem
from assets_db.rows import Reject, RejectCode
from assets_db.sources.finishing import RowFinisher
from assets_db.sources.json_files import read_json
from assets_db.sources.rows import SourceRow
from assets_db.sources.source_file import Format, SourceFile, file_digest
from assets_db.sources.spec import SourceSpec

_FIELDS = {"source_key": "station_id", "name": "name", "lat": "lat", "lon": "lon", "address": "address", "postal_code": "post_code"}


def open_gbfs(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a feed of stations as a source. What it calls capacity counts bicycles and is not read.

    Raises
    ------
    InvalidSourceError
        It is no complete feed.
    """
    feed, encoding = read_json(path)
    data = feed.get("data") if isinstance(feed, dict) else None
    stations = data.get("stations") if isinstance(data, dict) else None
    if not isinstance(stations, list):
        raise InvalidSourceError("file", "must hold data.stations", path.name, source=str(path))

    def read() -> Iterator[SourceRow | Reject]:
        finisher = RowFinisher(spec, source=path.name, constants={} if spec.asset_type else {"asset_type": "bike_port"})
        for row, station in enumerate(stations, start=1):
            if isinstance(station, dict):
                yield finisher.finish_raw(row, {field: _plain(station, key) for field, key in _FIELDS.items()})
            else:
                yield finisher.reject(row, RowProblem("row", RejectCode.NOT_A_FEATURE, "must be a JSON object", type(station).__name__))

    return SourceFile(
        spec=spec,
        path=path,
        digest=file_digest(path),
        format="gbfs",
        read=read,
        encoding=encoding,
        mapping_used=_FIELDS,
        not_read=tuple(sorted({key for one in stations if isinstance(one, dict) for key in one} - set(_FIELDS.values()))),
        credit=spec.credit,
        licence=spec.licence,
    )


def _plain(station: Mapping[str, object], key: str) -> object:
    """Return a value; of one in several languages (version 3) the first."""
    value = station.get(key)
    if isinstance(value, list):
        return value[0].get("text") if value and isinstance(value[0], dict) else None
    return value


def _recognises(_path: Path, head: bytes) -> bool:
    """Tell whether a file is such a feed."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"stations"' in head and b'"station_id"' in head


FORMAT = Format(name="gbfs", recognises=_recognises, open=open_gbfs)
"""Feeds of bike-share stations."""
