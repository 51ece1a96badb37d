"""
Time the register: import of generated rows, and boxes on many assets. One JSON line.

The peer reads the same file with pandas and writes it to a GeoPackage with geopandas: no checks, no history, no audit trail.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from assets_db.importing import apply_import
from assets_db.sources import SourceSpec, open_source
from assets_db.store import AssetFilter, Register, init_register
from benchmarks.measure import Stages, environment, peak_memory_gib

_NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
_BOX_DEG = 0.005
_N_BOXES = 200
_FILL = """WITH RECURSIVE numbers(n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
INSERT INTO assets (asset_id, asset_type, lat, lon, known_from, row_version, recorded_at, is_gone, merged_into, change_seq)
SELECT 'fill:' || n, 'park', 35.5 + (n * 7919 % 1000003) / 2500007.5, 139.4 + (n * 104729 % 1000033) / 1666721.0, '{}', 1, :now,
:gone, '', n FROM numbers"""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--assets", type=int, default=1_000_000)
    parser.add_argument("--url", default="", help="empty database; by default a file of SQLite in a temporary folder")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        print(json.dumps(_measured(Path(folder), given.rows, given.assets, given.url)))


def _measured(folder: Path, n_rows: int, n_assets: int, url: str) -> dict[str, object]:
    stages = Stages()
    path = folder / "rows.csv"
    numbers = np.arange(n_rows)
    table = {"ID": numbers, "名称": [f"公園{n}" for n in numbers], "緯度": 35.5 + numbers % 1000 / 5000, "経度": 139.5 + numbers / 1e6}
    pd.DataFrame(table).to_csv(path, index=False)
    register = init_register(url or f"sqlite:///{folder / 'register.db'}")
    with stages.stage("import"):
        apply_import(register, open_source(path, SourceSpec(source_id="rows")), who="benchmark", why="benchmark", now=_NOW)
    peak_import_gib = peak_memory_gib()
    with stages.stage("peer"):
        rows = pd.read_csv(path)
        points = gpd.points_from_xy(rows["経度"], rows["緯度"], crs=6668)
        gpd.GeoDataFrame(rows, geometry=points).to_file(folder / "peer.gpkg")
    with stages.stage("fill"), register.writing(who="benchmark", why="benchmark", now=_NOW) as session:
        filled = sa.text(_FILL).bindparams(count=n_assets, now=_NOW.replace(tzinfo=None), gone=False)
        session.connection.execute(filled)
    seconds = _boxes(register)
    return {
        "benchmark": "register",
        "database": register.engine.name,
        "n_rows": n_rows,
        "n_assets": n_assets,
        "wall_s": stages.wall_s,
        "import_over_peer": round(stages.wall_s["import"] / stages.wall_s["peer"], 2),
        "peak_import_gib": peak_import_gib,
        "box_p50_ms": round(float(np.percentile(seconds, 50)) * 1000, 2),
        "box_p95_ms": round(float(np.percentile(seconds, 95)) * 1000, 2),
        **environment("sqlalchemy", "alembic", "psycopg"),
    }


def _boxes(register: Register) -> list[float]:
    """Return the seconds each of some random boxes took, every asset in it read."""
    draw = np.random.default_rng(1)
    seconds = []
    with register.reading() as session:
        for west, south in zip(draw.uniform(139.4, 139.99, _N_BOXES), draw.uniform(35.5, 35.89, _N_BOXES), strict=True):
            box = (float(west), float(south), float(west) + _BOX_DEG, float(south) + _BOX_DEG)
            start = time.perf_counter()
            list(session.assets(AssetFilter(bbox=box)))
            seconds.append(time.perf_counter() - start)
    return seconds


if __name__ == "__main__":
    main()
