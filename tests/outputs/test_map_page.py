from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from street_grid import District

from siting.errors import InvalidInputError
from siting.outputs.leaflet_files import leaflet_script, leaflet_style
from siting.outputs.map_features import zone_features
from siting.outputs.maps import MOST_DRAWN_CANDIDATES, write_map
from siting.outputs.text import both

PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "${alert(1)}`${alert(1)}`",
    "{{ 7 * 7 }}{% raw %}",
    "\\u003cimg src=x onerror=alert(1)\\u003e",
    "\"'><svg onload=alert(1)>",
)


def draw(district: District, path: Path, **options: object) -> str:
    arguments: dict[str, object] = {
        "candidates": district.candidates,
        "coverage": district.coverage,
        "demand": district.demand,
        "title_ja": "試験",
        "title_en": "Test",
        "zones": district.zones,
        "indoor_mask": district.indoor_mask,
    } | options
    write_map(path, plan=district.plan, kpis=district.kpis, **arguments)  # type: ignore[arg-type]
    return path.read_text(encoding="utf-8")


def data_of(page: str) -> dict[str, dict[str, list[dict[str, dict[str, object]]]]]:
    found = re.search(r'<script type="application/json" id="siting-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, dict[str, list[dict[str, dict[str, object]]]]] = json.loads(found[1])
    return data


@pytest.fixture(scope="module")
def page(district: District, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("map") / "map.html"
    return draw(district, path, fixed=district.plan.chosen[:2], notes=[both("note.flat_ground")], credits=["合成データ"])


def test_the_page_names_nothing_to_load_from_elsewhere(page: str) -> None:
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//(?!leafletjs\.com)[^"'\s>]*""", page)
    assert not re.findall(r"url\(\s*[\"']?(?!data:|#)", leaflet_style())
    assert "sourceMappingURL" not in page
    assert "default-src 'none'" in page
    assert "cyberjapandata" not in page
    assert not re.findall(r"cdn\.|cdnjs|jsdelivr|jquery|bootstrap|awesome", page.replace(leaflet_script(), "").lower())


def test_tiles_are_only_there_when_asked_for(district: District, tmp_path: Path) -> None:
    page = draw(district, tmp_path / "map.html", online_tiles=True)
    assert "img-src data: https://cyberjapandata.gsi.go.jp" in page
    assert "国土地理院" in page or "\\u56fd\\u571f\\u5730\\u7406\\u9662" in page


def test_the_same_plan_gives_the_same_page(district: District, page: str, tmp_path: Path) -> None:
    options = {"fixed": district.plan.chosen[:2], "notes": [both("note.flat_ground")], "credits": ["合成データ"]}
    assert draw(district, tmp_path / "again.html", **options) == page


def test_another_process_gives_the_same_page(district: District, tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from street_grid import make_district; from test_map_page import draw; "
    script += "draw(make_district(), Path(sys.argv[1]))"
    other = tmp_path / "other.html"
    subprocess.run([sys.executable, "-c", script, str(other)], check=True, cwd=Path(__file__).parent)  # noqa: S603 - our own interpreter
    assert other.read_text(encoding="utf-8") == draw(district, tmp_path / "here.html")


def test_every_layer_is_in_the_switchboard_in_both_languages(page: str) -> None:
    for key in ("buildings", "coverage", "zones", "candidates", "sites", "fixed"):
        sentence = both(f"layer.{key}")
        assert json.dumps(f"{sentence.ja} {sentence.en}") in page


def test_the_panel_says_how_good_the_plan_is(page: str, district: District) -> None:
    assert f"{100 * district.kpis.share:.1f}" in page
    assert "0.40" in page
    assert "同じ条件では、どのような配置でも" in page
    assert "No plan within the same rules covers more than" in page
    assert "合成データを含みます" in page
    assert both("note.flat_ground").ja in page


def test_sites_carry_what_their_popup_shows(page: str, district: District) -> None:
    sites = data_of(page)["sites"]["features"]
    assert len(sites) == len(district.plan.chosen)
    first = sites[0]["properties"]
    assert first["rank"] == 1
    assert first["is_fixed"] is True
    rows = first["rows"]
    assert isinstance(rows, dict)
    assert list(rows) == ["id", "asset_type", "owner_class", "position", "height", "azimuth", "cost", "marginal", "only", "cells"]
    assert rows["id"] == [district.plan.chosen[0]]
    assert set(rows) <= set(data_of(page)["labels"])


def test_chosen_sites_are_not_drawn_again_as_candidates(page: str, district: District) -> None:
    shown = {one["properties"]["rows"]["id"][0] for one in data_of(page)["candidates"]["features"]}  # type: ignore[index]
    assert shown == set(district.candidates.ids) - set(district.plan.chosen)


def test_zones_show_the_coverage_of_the_group_with_their_name(page: str, district: District) -> None:
    shares = [one["properties"]["share"] for one in data_of(page)["zones"]["features"]]
    assert shares == [f"{100 * group.share:.1f}" for group in district.kpis.groups]


def test_many_candidates_become_an_image(district_with: Callable[..., District], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    district = district_with()
    assert MOST_DRAWN_CANDIDATES == 5000
    monkeypatch.setattr("siting.outputs.maps.MOST_DRAWN_CANDIDATES", len(district.candidates) - 1)
    page = draw(district, tmp_path / "map.html")
    assert "candidates" not in data_of(page)
    assert page.count("L.imageOverlay(") == 3


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_from_outside_never_reaches_the_page_raw(district_with: Callable[..., District], tmp_path: Path, payload: str) -> None:
    district = district_with(names=lambda _: payload)
    zones = {payload: next(iter(district.zones.values()))}
    page = draw(district, tmp_path / "map.html", zones=zones, title_ja=payload, title_en=payload, credits=[payload])
    for dangerous in ("<img src=x", "<svg onload", "</script><script>alert", "${alert", "{{ 7", "{% raw", "\\\\u003cimg"):
        assert dangerous not in page
    assert "49" not in re.findall(r"<title>(.*?)</title>", page)[0]


def test_a_map_without_buildings_or_zones_is_still_a_map(district: District, tmp_path: Path) -> None:
    page = draw(district, tmp_path / "map.html", zones={}, indoor_mask=None)
    assert page.count("L.imageOverlay(") == 1
    assert data_of(page)["zones"]["features"] == []


def test_a_zone_that_is_no_polygon_is_refused(district: District) -> None:
    with pytest.raises(InvalidInputError, match=r"zones\['x'\] must be a polygon"):
        zone_features({"x": shapely.Point(0, 0)}, district.demand.crs, district.kpis)


def test_candidates_of_another_plane_are_refused(district: District, tmp_path: Path) -> None:
    wrong = type(district.candidates).from_points(district.candidates.xyz_m, crs="EPSG:6682", ids=district.candidates.ids)
    with pytest.raises(InvalidInputError, match=r"candidates.crs must be that of the demand grid"):
        draw(district, tmp_path / "map.html", candidates=wrong)
