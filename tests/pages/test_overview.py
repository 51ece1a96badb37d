"""The overview: its skyline against geometry, its score against its rule, its page against what must be on it."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest
import shapely

from assets_db.record import AssetRecord
from siting import City
from window.errors import InvalidRequestError
from window.overview.dossier import overview_of, write_overview
from window.overview.skyline import skyline
from window.overview.verdict import judge
from window.planning.areas import Areas
from window.settings import read_settings

PAYLOAD = "<img src=x onerror=alert(1)>{{7*7}}</script><script>alert(1)</script>"
DAY = dt.date(2026, 6, 1)


def test_a_wall_due_north_stands_where_trigonometry_says() -> None:
    city = City.from_footprints([shapely.box(-20.0, 50.0, 20.0, 70.0)], np.array([30.0]), crs="EPSG:6677")
    sky = skyline(city, (0.0, 0.0, 10.0), range_m=200.0)
    north = float(sky.elevation_deg[0])
    assert north == pytest.approx(math.degrees(math.atan2(20.0, 50.0)), abs=0.5)
    assert float(sky.distance_m[0]) == pytest.approx(50.0, abs=1.0)
    south = int(np.searchsorted(sky.azimuth_deg, 180.0))
    assert sky.elevation_deg[south] == -90.0
    assert math.isnan(sky.distance_m[south])
    (wall,) = sky.blockers
    assert wall.width_deg == pytest.approx(2 * math.degrees(math.atan2(20.0, 50.0)), abs=2.0)
    assert (wall.azimuth_deg, wall.roof_m) == (pytest.approx(0.0, abs=0.5), 30.0)


def test_a_lower_roof_is_no_blocker() -> None:
    city = City.from_footprints([shapely.box(-20.0, 50.0, 20.0, 70.0)], np.array([8.0]), crs="EPSG:6677")
    sky = skyline(city, (0.0, 0.0, 10.0))
    assert sky.blockers == ()
    assert -3.0 < sky.elevation_deg[0] < 0.0
    with pytest.raises(InvalidRequestError):
        skyline(city, (0.0, 0.0, 10.0), range_m=1.0)


@pytest.mark.parametrize(
    ("values", "verdict", "score"),
    [
        ({"load_capacity_kg": 50.0, "power_available": True, "height_agl_m": 9.0}, "recommended", 80.0),
        ({"load_capacity_kg": 10.0, "power_available": False, "height_agl_m": 9.0}, "possible", 50.0),
        ({}, "possible", 57.5),
        ({"lifecycle": "retired"}, "excluded", 0.0),
        ({"sharing": "no"}, "excluded", 0.0),
    ],
)
def test_the_score_is_the_percentile_less_what_hinders(values: dict[str, object], verdict: str, score: float) -> None:
    found = judge(AssetRecord(values=values, known_from={}), 80.0, np.arange(100, dtype=np.float64))  # type: ignore[arg-type]
    assert (found.verdict, found.score) == (verdict, score)
    assert found.least <= found.score <= found.most


def test_the_page_holds_everything_and_lets_nothing_run(sample_window: Path) -> None:
    areas = Areas(read_settings(sample_window).scenarios)
    prepared = areas.prepared("demo_register")
    record = AssetRecord(
        values={"asset_id": "x:1", "name": PAYLOAD, "address": PAYLOAD, "lon": 139.7345, "lat": 35.6740, "asset_type": "streetlight"},
        known_from={},
    )
    found = overview_of(record, DAY, height_m=60.0, bands=("28GHz", "4.5GHz"), prepared=prepared, is_served=None)
    assert [one.band for one in found.sheds] == ["28GHz", "4.5GHz"]
    assert "load_capacity_kg" in found.unknown
    for language in ("ja", "en"):
        page = write_overview(found, language, is_synthetic=True)  # type: ignore[arg-type]
        assert "<img src=x" not in page
        assert "<script" not in page
        assert "49" not in page.split("<h1>")[1].split("</h1>")[0]
        assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
        assert page.count("<h2>") >= 10
    assert "合成データ" in write_overview(found, "ja", is_synthetic=True)


def test_outside_every_area_the_register_still_speaks() -> None:
    record = AssetRecord(values={"asset_id": "x:1", "asset_type": "park"}, known_from={})
    found = overview_of(record, DAY, height_m=8.0, bands=("28GHz",), prepared=None, is_served=None)
    assert found.sky is None
    assert "park_occupancy" in found.permits
    assert "計画エリアの外" in write_overview(found, "ja", is_synthetic=False)
