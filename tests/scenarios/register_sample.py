"""A small register over the demo district, filled through the store itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from assets_db.record import AssetRecord, Provenance, Value
from assets_db.store import init_register
from assets_db.store.tables import SOURCES

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
SURE = Provenance("lamps", dt.date(2026, 3, 1), "A")
GUESS = Provenance("lamps", dt.date(2020, 3, 1), "D")


def lamp(asset_id: str, lon: float, lat: float, known: Provenance = SURE, **more: Value) -> AssetRecord:
    """A streetlight."""
    values: dict[str, Value] = {"asset_id": asset_id, "source_id": "lamps", "source_key": asset_id, "lon": lon, "lat": lat}
    values |= {"asset_type": "streetlight", "owner_class": "municipal", "lifecycle": "published", "name": f"Lamp {asset_id}"}
    values |= more
    measured = ("lat", "lon", "height_agl_m", "mount_height_max_m")
    return AssetRecord(values=values, known_from={name: known for name in measured if name in values})


def grid(n: int = 5, **more: Value) -> list[AssetRecord]:
    """Lamps over the middle of the demo district."""
    return [
        lamp(f"g{i:02}{j:02}", 139.7300 + 0.0018 * i, 35.6710 + 0.0014 * j, **{"height_agl_m": 60.0, **more})
        for i in range(n)
        for j in range(n)
    ]


def make_register(path: Path, records: Sequence[AssetRecord], synthetic: Sequence[str] = ()) -> str:
    """Make a register of records and return its address."""
    url = f"sqlite:///{path}"
    register = init_register(url)
    with register.writing(who="tester", why="sample", now=NOW) as session:
        for one in sorted({record.text("source_id") for record in records}):
            session.connection.execute(
                SOURCES.insert().values(
                    source_id=one, licence="CC BY 4.0", credit=f"Credit of {one}", is_synthetic=one in synthetic, first_at=NOW
                )
            )
        for record in records:
            session.put_asset(record.text("asset_id"), record)
        session.audit("import", {"n": len(records)})
    register.engine.dispose()
    return url
