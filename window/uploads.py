"""Files that people send to a page, read without trust."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from window.errors import InvalidRequestError

MOST_BYTES = 5_000_000


def box_of_geojson(content: bytes) -> tuple[float, float, float, float]:
    """
    Return the box (west, south, east, north [deg]) around the shapes of a GeoJSON file.

    Raises
    ------
    InvalidRequestError
        It is too large, no GeoJSON, holds no position, or one that is not on earth.
    """
    if len(content) > MOST_BYTES:
        raise InvalidRequestError("file", f"must have at most {MOST_BYTES:,} bytes", f"{len(content):,} bytes")
    try:
        positions = list(_positions(json.loads(content.decode("utf-8-sig"))))
    except (ValueError, RecursionError, OverflowError) as error:
        raise InvalidRequestError("file", "must be GeoJSON", str(error)[:100]) from None
    if not positions:
        raise InvalidRequestError("file", "must hold the shape of a search area", "no position")
    lon, lat = zip(*positions, strict=True)
    box = (min(lon), min(lat), max(lon), max(lat))
    if not all(math.isfinite(one) for one in box) or not (-180 <= box[0] < box[2] <= 180 and -90 <= box[1] < box[3] <= 90):
        raise InvalidRequestError("file", "must hold an area in degrees of longitude and latitude", box)
    return box


def _positions(value: object) -> Iterator[tuple[float, float]]:
    """Give every position of shapes and their collections."""
    if isinstance(value, dict):
        for name in ("features", "geometries", "geometry", "coordinates"):
            if name in value:
                yield from _positions(value[name])
    elif isinstance(value, list):
        is_position = len(value) >= 2 and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value[:2])
        if is_position:
            yield float(value[0]), float(value[1])
        else:
            for one in value:
                yield from _positions(one)
