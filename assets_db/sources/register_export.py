"""
Exports of a register, from this one or another: read exactly, with where each value comes from.

The id of the asset becomes the key within the source; the id and key of the list it once came from are left out, since they name a list
that is not this one. Where the values come from stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assets_db.publish.geojson_writer import OPENING
from assets_db.publish.reading import is_export_header, read_export
from assets_db.sources.finishing import RowFinisher
from assets_db.sources.rows import Reject, SourceRow
from assets_db.sources.source_file import Format, SourceFile, file_digest
from assets_db.sources.spec import SourceSpec

_OF_THE_LIST = frozenset({"asset_id", "source_id", "source_key"})


def open_register_export(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open an export of a register as a source.

    Raises
    ------
    InvalidSourceError
        It cannot be read.
    """

    def rows() -> Iterator[SourceRow | Reject]:
        finisher = RowFinisher(spec, source=path.name)
        first = 1 if path.suffix.lower() == ".geojson" else 2
        for row, record in enumerate(read_export(path), start=first):
            values = {name: value for name, value in record.values.items() if name not in _OF_THE_LIST}
            values["source_key"] = record.values["asset_id"]
            yield finisher.finish(row, values, [], known_from=record.known_from)

    return SourceFile(
        spec=spec, path=path, digest=file_digest(path), format="register_export", read=rows, credit=spec.credit, licence=spec.licence
    )


def _recognises(path: Path, head: bytes) -> bool:
    """Tell from the first line whether a CSV or GeoJSON file is an export with the names of fields as headers."""
    if path.suffix.lower() == ".geojson":
        return head.startswith(OPENING.encode())
    first = head.removeprefix(b"\xef\xbb\xbf").split(b"\r\n", 1)[0]
    return path.suffix.lower() == ".csv" and first.isascii() and is_export_header(first.decode("ascii").split(","))


FORMAT = Format(name="register_export", recognises=_recognises, open=open_register_export)
"""CSV and GeoJSON as the register publishes them."""
