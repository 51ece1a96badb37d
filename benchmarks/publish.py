"""
Exports of a large register: seconds, memory, and the same table written by pandas and geopandas in the same run.

``python -m benchmarks.publish`` prints one JSON line. The peers get their table ready-made: building it is not counted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from assets_db.publish.audience import Audience
from assets_db.publish.reading import read_export
from assets_db.publish.versions import EXPORT_FORMATS, ExportFormat, write_assets
from assets_db.record import AssetRecord, Provenance, Value
from assets_db.schema import fields
from assets_db.store import StoredAsset
from benchmarks.measure import Stages, environment, peak_memory_gib, report

_NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
_ORIGINS = tuple(Provenance(f"list-{n}", dt.date(2024, 1, 1) + dt.timedelta(days=n), "B") for n in range(50))
_OFFICE = Audience(view="restricted")


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--workbook-assets", type=int, default=10_000, help="workbooks take longer")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    stages, memory = Stages(), {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with stages.stage("making assets"):
            for _ in assets(given.assets, given.seed):
                pass
        for one in EXPORT_FORMATS:
            _export(one, folder, given.workbook_assets if one == "xlsx" else given.assets, given.seed, stages)
            memory[one] = peak_memory_gib()
        with stages.stage("csv cp932"):
            write_assets(folder / "cp932.csv", assets(given.assets, given.seed), audience=_OFFICE, export_format="csv", encoding="cp932")
        with stages.stage("csv read back"):
            n_read = sum(1 for _ in read_export(folder / "assets.csv"))
        sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
        _peers(folder, stages)
    report(
        {
            "benchmark": "publish",
            "assets": given.assets,
            "workbook_assets": given.workbook_assets,
            "read_back": n_read,
            "stages_s": stages.wall_s,
            "peak_memory_gib_after": memory,
            "bytes": sizes,
            "times_of_peer": {name: round(stages.wall_s[name] / stages.wall_s[f"peer {name}"], 2) for name in ("csv", "geojson", "gpkg")},
        }
        | environment("pandas", "pyogrio", "openpyxl")
    )


def assets(n_assets: int, seed: int) -> Iterator[StoredAsset]:
    """Yield made-up assets of about 30 known fields each, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311  # no secret
    for number in range(n_assets):
        origin = _ORIGINS[number % len(_ORIGINS)]
        values: dict[str, Value] = {
            "asset_id": f"{origin.source}:{number:06d}",
            "lg_code": "131130",
            "source_id": origin.source,
            "source_key": f"{number:06d}",
            "source_dataset": "街路灯一覧",
            "owner_class": "municipal",
            "bureau": "建設局道路管理部",
            "name": f"街路灯 第{number}号",
            "asset_type": "streetlight",
            "property_class": "road",
            "address": f"東京都渋谷区神南{number % 9}丁目{number % 30}番{number % 20}号",
            "lat": 35.6 + rng.random() / 10,
            "lon": 139.6 + rng.random() / 10,
            "accuracy_m": 5.0,
            "height_agl_m": round(rng.uniform(4, 12), 2),
            "ground_elev_m": round(rng.uniform(0, 40), 2),
            "structure": "鋼管",
            "built_year": rng.randint(1960, 2024),
            "mount_type": "pole",
            "mount_height_max_m": round(rng.uniform(4, 12), 2),
            "load_capacity_kg": float(rng.randint(0, 80)),
            "power_available": rng.random() < 0.9,
            "power_volts": 100.0,
            "fibre_distance_m": round(rng.uniform(0, 300), 1),
            "carrier_capacity": rng.randint(0, 3),
            "occupancy": [{"carrier": "A", "band": "n79", "count": 1}],
            "sharing": "conditional",
            "advisories": ("landscape", "road"),
            "permit_path": ("road_occupancy",),
            "lifecycle": "published",
            "checked_on": dt.date(2024, 4, 1),
        }
        known_from = {name: origin for name in values if fields()[name].is_measured}
        record = AssetRecord(values=values, known_from=known_from)
        yield StoredAsset(record=record, row_version=1, recorded_at=_NOW, is_gone=False, merged_into="", change_seq=number + 1)


def _export(one: ExportFormat, folder: Path, n_assets: int, seed: int, stages: Stages) -> None:
    """Write one format, the making of the assets included."""
    with stages.stage(one):
        write_assets(folder / f"assets.{one}", assets(n_assets, seed), audience=_OFFICE, export_format=one)


def _peers(folder: Path, stages: Stages) -> None:
    """Write the same table with pandas and geopandas."""
    import geopandas as gpd  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    table = pd.read_csv(folder / "assets.csv", encoding="utf-8-sig", low_memory=False)
    with stages.stage("peer csv"):
        table.to_csv(folder / "peer.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    frame = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:6668")
    with stages.stage("peer gpkg"):
        frame.to_file(folder / "peer.gpkg", driver="GPKG")
    with stages.stage("peer geojson"):
        frame.to_crs("EPSG:4326").to_file(folder / "peer.geojson", driver="GeoJSON")


if __name__ == "__main__":
    main()
