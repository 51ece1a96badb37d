"""Every mistake in facilities, carriers, sharing and permits is said in one line, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from demo_copy import Change, add, both, carrier, toml, write
from refusal import assert_refused


def facility(*lines: str, path: str = "facilities.csv", name: str = "clinics") -> Change:
    return add("\n".join(["[[facilities]]", f'name = "{name}"', f'path = "{path}"', *lines]))


def geojson(*geometries: object) -> str:
    features = [{"type": "Feature", "properties": {"name": f"n{i}", "worth": i - 1}, "geometry": one} for i, one in enumerate(geometries)]
    return json.dumps({"type": "FeatureCollection", "features": features})


STATIONS = [f"assets:SYN-A00{number}" for number in range(88, 94)]

CASES = [
    pytest.param(
        facility("radius = 10"),
        "demo.toml: facilities[1].radius is not a key of a scenario (did you mean 'radius_m'?), got 10",
        id="unknown key of facilities",
    ),
    pytest.param(facility("share = 80"), "demo.toml: facilities[1].share must be <= 1, got 80", id="facility share in per cent"),
    pytest.param(facility("weight = 0"), "demo.toml: facilities[1].weight must be > 0, got 0", id="facilities worth nothing"),
    pytest.param(
        facility(path="clinics.csv"),
        "demo.toml: facilities[1].path must name a file that exists, got 'clinics.csv'",
        id="facilities without a file",
    ),
    pytest.param(
        facility('weight_field = "beds"'),
        "demo.toml: facilities[1].weight_field must be one of name, kind, lat, lon, the columns of facilities.csv, got 'beds'",
        id="facility weight column unknown",
    ),
    pytest.param(
        facility('weight_field = "kind"'),
        "facilities.csv, row 2: kind must be a number >= 0, got 'station'",
        id="facility weight that is no number",
    ),
    pytest.param(
        facility('where = { kind = "zoo" }'),
        "demo.toml: facilities[1].where must leave some rows of facilities.csv, got {'kind': ['zoo']}",
        id="facilities all left out",
    ),
    pytest.param(
        facility("radius_m = 0"),
        "demo.toml: facilities[1] must leave facilities with outdoor cells in the zones: none of its 13 has one",
        id="facilities without cells",
    ),
    pytest.param(
        both(facility(), facility("radius_m = 80")), "demo.toml: facilities must have different names, got 'clinics'", id="facilities twice"
    ),
    pytest.param(
        facility(name="合成地区全体 / Synthetic district"),
        "demo.toml: facilities[1].name must not be the name of a zone, got '合成地区全体 / Synthetic district'",
        id="facilities called like a zone",
    ),
    pytest.param(
        both(
            facility(path="f.geojson"), write("f.geojson", geojson({"type": "LineString", "coordinates": [[139.7, 35.6], [139.8, 35.6]]}))
        ),
        "f.geojson: feature 1 must be a point or a polygon that is not empty, got 'LineString'",
        id="facility that is a line",
    ),
    pytest.param(
        both(
            facility('weight_field = "worth"', path="f.geojson"),
            write("f.geojson", geojson({"type": "Point", "coordinates": [139.73, 35.67]})),
        ),
        "f.geojson: feature 1: worth must be a number >= 0, got -1",
        id="facility worth less than nothing",
    ),
    pytest.param(
        carrier("A", "max_site = 3"),
        "demo.toml: carriers[1].max_site is not a key of a scenario (did you mean 'max_sites'?), got 3",
        id="unknown key of carriers",
    ),
    pytest.param(
        carrier("A", "max_sites = 3", "min_sites = 4"),
        "demo.toml: carriers[1] must have max_sites >= its min_sites 4, got 3",
        id="carrier with min over max",
    ),
    pytest.param(both(carrier("A"), carrier("A")), "demo.toml: carriers must have different names, got 'A'", id="carrier twice"),
    pytest.param(
        both(*(carrier(name) for name in "ABCDEFG")), "demo.toml: carriers must have at most 6 entries, got ...", id="seven carriers"
    ),
    pytest.param(carrier("A", "equipment_yen = -1"), "demo.toml: carriers[1].equipment_yen must be >= 0, got -1", id="equipment negative"),
    pytest.param(
        carrier("A", 'radio = { band = "29GHz" }', f"existing = {STATIONS}"),
        "demo.toml: carriers[1].radio.band must be one of 28GHz, 4.5GHz, 3.7GHz (did you mean '28GHz'?), got '29GHz'",
        id="carrier on an unknown band",
    ),
    pytest.param(
        carrier("A", 'radio = { band = "28GHz", max_range_m = 0 }', f"existing = {STATIONS}"),
        "demo.toml: carriers[1].radio.max_range_m must be in 1..5000, got 0",
        id="carrier without range",
    ),
    pytest.param(
        carrier("A", 'weight = { by = "area" }', f"existing = {STATIONS}"),
        "demo.toml: carriers[1].weight must be in people, the unit of [demand], got 'm2'",
        id="carrier with weights in another unit",
    ),
    pytest.param(
        carrier("A", 'weight = { by = "mesh", path = "population.geojson", people_field = "people" }', f"existing = {STATIONS}"),
        ("demo.toml: carriers[1].weight.people_field must be one of name, population, the properties of population.geojson, got 'people'"),
        id="carrier with an unknown people field",
    ),
    pytest.param(
        carrier("A", 'weight = { by = "mash" }'),
        "demo.toml: carriers[1].weight.by must be one of area, mesh, facilities (did you mean 'mesh'?), got 'mash'",
        id="carrier with an unknown weight",
    ),
    pytest.param(
        carrier("A", 'weight = { by = "mesh", path = "p", people_fild = "n" }'),
        "demo.toml: carriers[1].weight.people_fild is not a key of a scenario (did you mean 'people_field'?), got 'n'",
        id="unknown key of a carrier's weight",
    ),
    pytest.param(
        carrier("A"),
        "demo.toml: carriers must name every station on air as existing of a carrier, got 'assets:SYN-A0088'",
        id="station of nobody",
    ),
    pytest.param(
        carrier("A", 'existing = ["asets"]'),
        "demo.toml: carriers must name every station on air as existing of a carrier, got 'assets:SYN-A0088'",
        id="stations of nobody, and an unknown source",
    ),
    pytest.param(
        carrier("A", f"existing = {[*STATIONS, 'asets']}"),
        (
            "demo.toml: carriers[1].existing must name candidates within [area], as source:id, or a whole source (did you mean "
            "'assets'?), got 'asets'"
        ),
        id="stations of an unknown source",
    ),
    pytest.param(
        carrier("A", f"existing = {[*STATIONS, STATIONS[0]]}"),
        "demo.toml: carriers[1].existing must not name a station twice, got 'assets:SYN-A0088'",
        id="station twice",
    ),
    pytest.param(add('[sharing]\nkpi = "any"'), "demo.toml: sharing must have [[carriers]] beside it", id="sharing alone"),
    pytest.param(
        both(carrier("A"), add('[sharing]\nkpi = "all"')),
        "demo.toml: sharing.kpi must be 'each', 'any' or 'every', got 'all'",
        id="unknown kpi",
    ),
    pytest.param(
        both(carrier("A", "max_sites = 3"), carrier("B"), toml("max_sites = 30", "")),
        "demo.toml: rules must give max_sites or budget_yen",
        id="carrier without a limit",
    ),
    pytest.param(add("[robust]\ndefault = 95"), "demo.toml: robust.default must be <= 1, got 95", id="permits in per cent"),
    pytest.param(add("[robust]\ndraws = 10"), "demo.toml: robust.draws must be >= 100, got 10", id="too few draws"),
    pytest.param(
        add("[robust]\nby_owner = { city = 0.5 }"),
        "demo.toml: robust.by_owner must be one of metropolitan, municipal, private, affiliated, got 'city'",
        id="permits of an unknown owner",
    ),
    pytest.param(
        add("[robust]\nby_type = { signals = 0.5 }"),
        (
            "demo.toml: robust.by_type must be one of land, building, structure, streetlight, park, bus_stop, subway_entrance, "
            "signal, smart_pole, utility_pole, tower, station, bike_port, pole (did you mean 'signal'?), got 'signals'"
        ),
        id="permits of an unknown type",
    ),
    pytest.param(
        add("[robust]\nby_owner = { private = 1.5 }"), "demo.toml: robust.by_owner.private must be <= 1, got 1.5", id="permit above one"
    ),
    pytest.param(
        both(carrier("A"), add("[robust]\ndefault = 0.5")),
        "demo.toml: robust must not be given with [[carriers]]",
        id="robust carriers",
    ),
]
"""What is wrong, and all that the user reads; see :func:`refusal.assert_refused`."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_a_bad_table_is_refused_in_one_line_and_writes_nothing(change: Change, message: str, tmp_path: Path) -> None:
    assert_refused(change, message, tmp_path)
