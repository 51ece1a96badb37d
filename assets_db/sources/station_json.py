"""Lists of railway stations: a JSON array of objects with id, coord [longitude, latitude] and title by language."""

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

_READ = {"source_key": "id", "lat, lon": "coord", "name": "title.ja", "name_en": "title.en", "remarks": "railway"}
_KEYS = frozenset({"id", "coord", "title", "railway"})


def open_stations(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a list of stations as a source.

    Raises
    ------
    InvalidSourceError
        It is no complete JSON array.
    """
    stations, encoding = read_json(path)
    if not isinstance(stations, list):
        raise InvalidSourceError("file", "must hold a JSON array of stations", type(stations).__name__, source=str(path))

    def read() -> Iterator[SourceRow | Reject]:
        finisher = RowFinisher(spec, source=path.name, constants={} if spec.asset_type else {"asset_type": "station"})
        for row, station in enumerate(stations, start=1):
            if isinstance(station, dict):
                yield finisher.finish_raw(row, _raw(station))
            else:
                problem = RowProblem("row", RejectCode.NOT_A_FEATURE, "must be a JSON object", type(station).__name__)
                yield finisher.reject(row, problem)

    return SourceFile(
        spec=spec,
        path=path,
        digest=file_digest(path),
        format="json_stations",
        read=read,
        encoding=encoding,
        mapping_used=_READ,
        not_read=tuple(sorted({key for one in stations if isinstance(one, dict) for key in one} - _KEYS)),
        credit=spec.credit,
        licence=spec.licence,
    )


def _raw(station: Mapping[str, object]) -> dict[str, object]:
    """Return the raw values of one station."""
    coord, title = station.get("coord"), station.get("title")
    lon, lat = coord if isinstance(coord, list) and len(coord) == 2 else (None, None)
    names = title if isinstance(title, dict) else {}
    return {
        "source_key": station.get("id"),
        "name": names.get("ja") or names.get("en"),
        "name_en": names.get("en"),
        "lat": lat,
        "lon": lon,
        "remarks": station.get("railway"),
    }


def _recognises(_path: Path, head: bytes) -> bool:
    """Tell whether a file is such a list."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and b'"coord"' in head and b'"title"' in head


FORMAT = Format(name="json_stations", recognises=_recognises, open=open_stations)
"""Lists of railway stations."""
