"""
GeoJSON (RFC 7946): one feature a line, its shape or else its position, what is known as properties.

``geometry_from`` says which it is: ``geometry`` for a shape of the record, ``position`` for its latitude and longitude. Coordinates are
JGD2011, which agrees with WGS 84 to within the accuracy of the register. Outlines run counter-clockwise, as the standard asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from assets_db.publish.audience import Audience
from assets_db.publish.cells import cells_of_origin
from assets_db.publish.entries import Entry, Written, entries_of, portions, whole_file
from assets_db.record import AssetRecord, Provenance
from assets_db.schema import PROVENANCE_SUFFIXES, fields
from assets_db.store import StoredAsset

GEOMETRY_FROM = "geometry_from"
"""Property that says what the geometry of a feature is."""

OPENING = '{"type":"FeatureCollection","name":"siting_register","features":['
"""How an export starts."""

_PLACES = {name: place for place, name in enumerate(fields())}
_TEXT_OF = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str).encode
_FROM_SHAPE, _FROM_POSITION = f'"{GEOMETRY_FROM}":"geometry"', f'"{GEOMETRY_FROM}":"position"'


def write_geojson(path: Path, assets: Iterable[StoredAsset], *, audience: Audience) -> Written:
    """
    Write assets as GeoJSON.

    Parameters
    ----------
    path
        File to write, replaced if it is there.
    assets
        Assets in the order of the file; tombstones are left out.
    audience
        Whom it is for.

    Raises
    ------
    InvalidSourceError
        The file cannot be written.
    """
    return write_geojson_entries(path, entries_of(assets, audience))


def write_geojson_entries(path: Path, entries: Iterable[Entry], *, extra: Sequence[str] = ()) -> Written:
    """
    Write entries as GeoJSON.

    Parameters
    ----------
    path
        File to write.
    entries
        What to write, with what its audience may see.
    extra
        Names of the extra properties of each entry.

    Raises
    ------
    InvalidSourceError
        The file cannot be written.
    """
    n_rows = 0
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(OPENING)
        for portion in portions(entries):
            for entry, geometry in zip(portion, _geometries([one.record for one in portion]), strict=True):
                stream.write((",\n" if n_rows else "\n") + _feature(entry, geometry, extra))
                n_rows += 1
        stream.write("\n]}\n")
    return Written(path=path, n_rows=n_rows)


def _feature(entry: Entry, geometry: str, extra: Sequence[str]) -> str:
    """Return one feature as text."""
    record = entry.record
    properties: dict[str, object] = dict(zip(extra, entry.extra, strict=True))
    for name in sorted(record.values, key=_PLACES.__getitem__):
        if name != "geometry":
            properties[name] = record.values[name]
    told = [_TEXT_OF(properties)[1:-1]] if properties else []
    told += [_origin(name, record.known_from[name]) for name in sorted(record.known_from, key=_PLACES.__getitem__)]
    if geometry != "null":
        told.append(_FROM_SHAPE if "geometry" in record.values else _FROM_POSITION)
    identifier = _TEXT_OF(record.text("asset_id"))
    return f'{{"type":"Feature","id":{identifier},"geometry":{geometry},"properties":{{{",".join(told)}}}}}'


@lru_cache(maxsize=2**16)
def _origin(name: str, origin: Provenance) -> str:
    """Return the properties that say where a value comes from, as text; many assets share them."""
    cells = zip(PROVENANCE_SUFFIXES, cells_of_origin(origin), strict=True)
    return _TEXT_OF({name + suffix: cell for suffix, cell in cells if cell})[1:-1]


def _geometries(records: Sequence[AssetRecord]) -> list[str]:
    """Return the geometry of each record as text."""
    import numpy as np  # noqa: PLC0415
    from shapely import from_wkb, orient_polygons, to_geojson  # noqa: PLC0415

    found = [
        f'{{"type":"Point","coordinates":[{record.number("lon")!r},{record.number("lat")!r}]}}'
        if "lon" in record.values and "lat" in record.values
        else "null"
        for record in records
    ]
    places = [place for place, record in enumerate(records) if "geometry" in record.values]
    if places:
        shapes = orient_polygons(from_wkb(np.array([records[place].values["geometry"] for place in places], dtype=object)))
        for place, text in zip(places, to_geojson(shapes).tolist(), strict=True):
            found[place] = str(text)
    return found
