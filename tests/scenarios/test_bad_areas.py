"""Coordinates, shapes and zones that cannot be used are refused in one line, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import BOWTIE, CLAIMS_METRES, CORNERS, Change, document, geometry, in_metres, properties, toml, zone
from refusal import assert_refused

ROOM = {"type": "Polygon", "coordinates": [[[139.73495, 35.6708], [139.7351, 35.6708], [139.7351, 35.6709], [139.73495, 35.6708]]]}
ELSEWHERE = {"type": "Polygon", "coordinates": [[[140.734, 35.672], [140.736, 35.672], [140.736, 35.674], [140.734, 35.672]]]}

CASES = [
    pytest.param(toml('crs = "EPSG:6677"\n', ""), "demo.toml: scenario.crs must be given", id="crs missing"),
    pytest.param(toml("EPSG:6677", ""), "demo.toml: scenario.crs must not be empty, got ''", id="crs empty"),
    pytest.param(
        toml("EPSG:6677", "EPSG:99999"),
        "demo.toml: scenario.crs must be a known coordinate reference system, got 'EPSG:99999'",
        id="crs unknown",
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:6668"),
        "demo.toml: scenario.crs must be projected in metres (such as EPSG:6677), not degrees, got 'EPSG:6668'",
        id="crs in degrees",
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:2263"), "demo.toml: scenario.crs must have the metre as its unit, got 'US survey foot'", id="crs in feet"
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:27700"),
        (
            "demo.toml: scenario.crs must keep distances true to 0.5 % in [area], where a metre on the ground becomes "
            "1.157 m, got 'EPSG:27700'"
        ),
        id="crs of another country",
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:6669"),
        (
            "demo.toml: scenario.crs must keep distances true to 0.5 % in [area], where a metre on the ground becomes "
            "1.011 m, got 'EPSG:6669'"
        ),
        id="crs of another zone",
    ),
    pytest.param(
        toml("EPSG:6677", "EPSG:3857"),
        (
            "demo.toml: scenario.crs must keep distances true to 0.5 % in [area], where a metre on the ground becomes "
            "1.233 m, got 'EPSG:3857'"
        ),
        id="crs of web maps",
    ),
    pytest.param(
        document("buildings.geojson", crs={"type": "name", "properties": {"name": "EPSG:99999"}}),
        "buildings.geojson: crs must be a known coordinate reference system, got 'EPSG:99999'",
        id="buildings with an unknown crs",
    ),
    pytest.param(
        document("buildings.geojson", crs=None),
        "buildings.geojson: crs must be given (such as EPSG:6677), got None",
        id="buildings without crs",
    ),
    pytest.param(
        document("buildings.geojson", crs=CLAIMS_METRES),
        "buildings.geojson: coordinates must be metres, but look like degrees, got [139.7348382, 35.6707101]",
        id="buildings in degrees that claim metres",
    ),
    pytest.param(
        document("zones.geojson", crs=CLAIMS_METRES),
        "zones.geojson: coordinates must be metres, but look like degrees, got [139.7343808, 35.6706555]",
        id="zones in degrees that claim metres",
    ),
    pytest.param(
        document("population.geojson", crs=CLAIMS_METRES),
        "population.geojson: coordinates must be metres, but look like degrees, got [139.728125, 35.6708333]",
        id="people in degrees that claim metres",
    ),
    pytest.param(
        document("parks.geojson", crs=CLAIMS_METRES),
        "parks.geojson: coordinates must be metres, but look like degrees, got [139.7385101, 35.6721413]",
        id="parks in degrees that claim metres",
    ),
    pytest.param(
        in_metres("buildings.geojson"),
        "buildings.geojson: coordinates must be longitudes and latitudes ...",
        id="buildings in metres that claim degrees",
    ),
    pytest.param(
        in_metres("zones.geojson"),
        "zones.geojson: coordinates must be longitudes and latitudes ...",
        id="zones in metres that claim degrees",
    ),
    pytest.param(
        toml(CORNERS, "-9400.0, -36500.0, -8300.0, -35500.0"),
        (
            "demo.toml: area.bbox must be [west, south, east, north] in degrees, with west < east and south < north, "
            "got [-9400.0, -36500.0, -8300.0, -35500.0]"
        ),
        id="area in metres",
    ),
    pytest.param(
        geometry("zones.geojson", 0, {"type": "Polygon", "coordinates": []}),
        "zones.geojson: zone '合成駅前 / Synthetic station front' must have a polygon that is readable and not empty",
        id="zone empty",
    ),
    pytest.param(
        geometry("zones.geojson", 0, None),
        "zones.geojson: zone '合成駅前 / Synthetic station front' must have a polygon that is readable and not empty",
        id="zone without geometry",
    ),
    pytest.param(
        geometry("zones.geojson", 0, {"type": "LineString", "coordinates": [[139.734, 35.672], [139.735, 35.673]]}),
        "zones.geojson: zone '合成駅前 / Synthetic station front' must be a polygon, got 'LineString'",
        id="zone that is a line",
    ),
    pytest.param(
        geometry("zones.geojson", 0, BOWTIE),
        "zones.geojson: zone '合成駅前 / Synthetic station front' must not cross itself, got ...",
        id="zone that crosses itself",
    ),
    pytest.param(
        geometry("population.geojson", 0, BOWTIE),
        "population.geojson: feature 1 must not cross itself, got ...",
        id="mesh that crosses itself",
    ),
    pytest.param(
        geometry("population.geojson", 1, {"type": "Polygon", "coordinates": []}),
        "population.geojson: feature 2 must have a polygon that is readable and not empty",
        id="mesh empty",
    ),
    pytest.param(
        geometry("parks.geojson", 0, {"type": "Point", "coordinates": [139.734, 35.672]}),
        "parks.geojson: feature 1 must be a polygon, got 'Point'",
        id="park that is a point",
    ),
    pytest.param(
        geometry("parks.geojson", 2, None),
        "parks.geojson: feature 3 must have a polygon that is readable and not empty",
        id="park empty",
    ),
    pytest.param(
        zone("area", 'name = "合成地区全体 / Synthetic district"'),
        "demo.toml: zones must have different names, got '合成地区全体 / Synthetic district'",
        id="zone name twice",
    ),
    pytest.param(
        geometry("zones.geojson", 3, ROOM),
        "demo.toml: demand: zone '合成地区全体 / Synthetic district' must hold at least one outdoor cell of 10.0 m, got 'none'",
        id="zone inside a building",
    ),
    pytest.param(
        toml("cell_m = 10.0", "cell_m = 1000"),
        "demo.toml: demand: zone '合成駅前 / Synthetic station front' must hold at least one outdoor cell of 1000.0 m, got 'none'",
        id="zone smaller than a cell",
    ),
    pytest.param(
        geometry("zones.geojson", 0, ELSEWHERE),
        "demo.toml: zones[1] must lie within [area], at least in part, got '合成駅前 / Synthetic station front'",
        id="zone outside the area",
    ),
    pytest.param(
        zone("circle", 'name = "far"', "longitude = -60", "latitude = -35", "radius_m = 100"),
        "demo.toml: zones[3] must lie within [area], at least in part, got 'far'",
        id="circle outside the area",
    ),
    pytest.param(
        properties("zones.geojson", 0, name=None),
        "zones.geojson: name of a zone (zones[1]) must not be empty",
        id="zone without name",
    ),
    pytest.param(
        toml('"whole"', '"hole"'),
        "demo.toml: zones[2].where must leave some of the 4 features of zones.geojson, got {'kind': ['hole']}",
        id="zones all left out",
    ),
    pytest.param(
        toml('{ kind = "whole" }', '{ kinds = "whole" }'),
        (
            "demo.toml: zones[2].where must be one of zone_id, kind, name, name_ja, name_en (did you mean 'kind'?), "
            "the properties of zones.geojson, got 'kinds'"
        ),
        id="zones left out by an unknown property",
    ),
    pytest.param(
        toml('name_field = "name"', 'name_field = "nam"'),
        (
            "demo.toml: zones[1].name_field must be one of zone_id, kind, name, name_ja, name_en (did you mean "
            "'name'?), the properties of zones.geojson, got 'nam'"
        ),
        id="zone name field unknown",
    ),
    pytest.param(document("zones.geojson", features=[]), "zones.geojson: features must not be empty", id="zones none"),
]
"""What is wrong, and all that the user reads; see :func:`refusal.assert_refused`."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_bad_places_are_refused_in_one_line_and_write_nothing(change: Change, message: str, tmp_path: Path) -> None:
    assert_refused(change, message, tmp_path)
