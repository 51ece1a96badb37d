"""Records for tests of the register."""

from __future__ import annotations

import datetime as dt

import shapely

from assets_db.record import AssetRecord, Provenance

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 5, 1, 9, 30, tzinfo=dt.UTC)
SURVEY = Provenance("parks", dt.date(2026, 3, 1), "B")


def full_record(key: str = "1") -> AssetRecord:
    """A record with a value of each kind."""
    outline = shapely.to_wkb(shapely.box(139.70, 35.66, 139.71, 35.67), byte_order=1)
    return AssetRecord(
        values={
            "source_id": "parks",
            "source_key": key,
            "name": "髙井戸公園①",
            "asset_type": "park",
            "lat": 35.66,
            "lon": 139.7,
            "height_agl_m": 5.0,
            "geometry": outline,
            "storeys": 3,
            "power_available": False,
            "occupancy": [{"carrier": "A", "count": 1}],
            "advisories": ("school", "park"),
        },
        known_from=dict.fromkeys(("lat", "lon", "height_agl_m"), SURVEY),
    )


def at(key: str, lat: float, lon: float, **more: str) -> AssetRecord:
    """A record with a position."""
    return AssetRecord(values={"source_id": "parks", "source_key": key, "lat": lat, "lon": lon, **more})
