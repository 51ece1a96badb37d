"""Every mistake in the rules of a scenario is said in one line, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from demo_copy import Change, add, both, copy_demo, rule, source, text, toml, write
from typer.testing import CliRunner

from scenarios.cli import BAD_INPUT, app


def quota(*lines: str) -> Change:
    return add("\n".join(["[[rules.quotas]]", 'name = "q"', *lines]))


def target(*lines: str) -> Change:
    return add("\n".join(["[[rules.targets]]", *lines]))


def facility(*lines: str, path: str = "facilities.csv", name: str = "clinics") -> Change:
    return add("\n".join(["[[facilities]]", f'name = "{name}"', f'path = "{path}"', *lines]))


def carrier(name: str, *lines: str) -> Change:
    return add("\n".join(["[[carriers]]", f'name = "{name}"', *lines]))


def geojson(*geometries: object) -> str:
    features = [{"type": "Feature", "properties": {"name": f"n{i}", "worth": i - 1}, "geometry": one} for i, one in enumerate(geometries)]
    return json.dumps({"type": "FeatureCollection", "features": features})


STATIONS = [f"assets:SYN-A00{number}" for number in range(88, 94)]
WARDS = rule('wards = { path = "zones.geojson", name_field = "zone_id" }')

CASES = [
    pytest.param(
        rule('goal = "cheapest"'),
        "demo.toml: rules.goal must be 'coverage', 'least_cost' or 'fewest_sites', got 'cheapest'",
        id="unknown goal",
    ),
    pytest.param(
        rule('goal = "least_cost"'),
        'demo.toml: rules must set [[rules.targets]] with goal = "least_cost", got nothing',
        id="goal without targets",
    ),
    pytest.param(
        rule("horizon_year = 3"),
        "demo.toml: rules.horizon_year is not a key of a scenario (did you mean 'horizon_years'?), got 3",
        id="unknown key of rules",
    ),
    pytest.param(rule("horizon_years = 0"), "demo.toml: rules.horizon_years must be >= 1, got 0", id="no years"),
    pytest.param(rule("horizon_years = 2.5"), "demo.toml: rules.horizon_years must be a whole number, got 2.5", id="half a year"),
    pytest.param(rule("minimum_spacing_m = 0"), "demo.toml: rules.minimum_spacing_m must be > 0, got 0", id="no spacing"),
    pytest.param(rule("minimum_spacing_m = nan"), "demo.toml: rules.minimum_spacing_m must be a finite number, got nan", id="nan spacing"),
    pytest.param(rule("servers_needed = 0"), "demo.toml: rules.servers_needed must be >= 1, got 0", id="no servers"),
    pytest.param(rule("backup_share = 1.2"), "demo.toml: rules.backup_share must be <= 1, got 1.2", id="backup worth more than the first"),
    pytest.param(rule("backup_share = -0.1"), "demo.toml: rules.backup_share must be >= 0, got -0.1", id="backup worth less than nothing"),
    pytest.param(
        text("demo.toml", "on_bad_row", "yearly_fee_yen = 5000\non_bad_row"),
        "demo.toml: rules.horizon_years must be given, for the yearly fees of candidates[1], got nothing",
        id="fee without years",
    ),
    pytest.param(
        source("on_roofs", "yearly_fee_yen = -1"),
        "demo.toml: candidates[2].yearly_fee_yen must be >= 0, got -1",
        id="fee negative",
    ),
    pytest.param(
        quota("min = 1"),
        "demo.toml: rules.quotas[1] must say of which candidates: owner_class, asset_type, source, ward or ids, got nothing",
        id="quota of everything",
    ),
    pytest.param(
        quota('owner_class = "private"'),
        "demo.toml: rules.quotas[1] must give min or max, got nothing",
        id="quota without limits",
    ),
    pytest.param(
        quota('owner_class = "private"', "min = 5", "max = 3"),
        "demo.toml: rules.quotas[1] must have a max >= its min 5, got 3",
        id="quota with min over max",
    ),
    pytest.param(
        quota('owner_class = "private"', "min = -5"), "demo.toml: rules.quotas[1].min must be >= 0, got -5", id="quota with negative min"
    ),
    pytest.param(
        quota('owner_class = "privat"', "min = 1"),
        (
            "demo.toml: rules.quotas[1].owner_class must be one of metropolitan, municipal, private, affiliated (did you mean "
            "'private'?), got 'privat'"
        ),
        id="quota of an unknown owner",
    ),
    pytest.param(
        quota('asset_type = "lamp"', "min = 1"),
        (
            "demo.toml: rules.quotas[1].asset_type must be one of land, building, structure, streetlight, park, bus_stop, "
            "subway_entrance, signal, smart_pole, utility_pole, tower, station, bike_port, pole, got 'lamp'"
        ),
        id="quota of an unknown type",
    ),
    pytest.param(
        quota('source = "asets"', "min = 1"),
        "demo.toml: rules.quotas[1].source must be one of assets (did you mean 'assets'?), got 'asets'",
        id="quota of an unknown source",
    ),
    pytest.param(
        quota('owner_class = "affiliated"', "max = 1"),
        "demo.toml: rules.quotas[1] must leave some candidates: none meets all of its conditions, got 'q'",
        id="quota of nobody",
    ),
    pytest.param(
        quota('ids = ["assets:SYN-A0001", "assets:SYN-A0001"]', "min = 1"),
        "demo.toml: rules.quotas[1].ids must not name an id twice, got 'assets:SYN-A0001'",
        id="quota with an id twice",
    ),
    pytest.param(
        quota('ids = ["SYN-A0001"]', "min = 1"),
        (
            "demo.toml: rules.quotas[1].ids must name candidates within [area], as source:id (did you mean "
            "'assets:SYN-A0001'?), got 'SYN-A0001'"
        ),
        id="quota with an unknown id",
    ),
    pytest.param(
        quota('owner_class = "private"', "minimum = 1"),
        "demo.toml: rules.quotas[1].minimum is not a key of a scenario (did you mean 'min'?), got 1",
        id="unknown key of a quota",
    ),
    pytest.param(
        both(quota('owner_class = "private"', "min = 1"), quota('owner_class = "municipal"', "min = 1")),
        "demo.toml: rules.quotas must have different names, got 'q'",
        id="quota name twice",
    ),
    pytest.param(
        toml("[solve]", '[rules.quotas]\nname = "q"\nmin = 1\n\n[solve]'),
        "demo.toml: rules.quotas must be a list of tables, each under [[rules.quotas]], got {'name': 'q', 'min': 1}",
        id="one quota in place of a list",
    ),
    pytest.param(
        quota('ward = "ward"', "min = 1"),
        "demo.toml: rules must give [rules.wards] for the ward of quotas[1], got nothing",
        id="ward without wards",
    ),
    pytest.param(
        both(WARDS, quota('ward = "station_frnt"', "min = 1")),
        (
            "demo.toml: rules.quotas[1].ward must be one of station_front, shopping_street, evacuation_park, district (did you "
            "mean 'station_front'?), got 'station_frnt'"
        ),
        id="ward unknown",
    ),
    pytest.param(
        rule('wards = { path = "zones.geojson", name_field = "zone" }'),
        (
            "demo.toml: rules.wards.name_field must be one of zone_id, kind, name, name_ja, name_en (did you mean 'zone_id'?), "
            "the properties of zones.geojson, got 'zone'"
        ),
        id="ward field unknown",
    ),
    pytest.param(
        quota('owner_class = "metropolitan"', "min = 500"),
        "demo.toml: rules.quotas[1]: quota 'q' minimum must be <= 130, the number of its ids, got 500",
        id="quota with more than there are",
    ),
    pytest.param(
        quota('owner_class = "metropolitan"', "min = 31"),
        "demo.toml: rules: quota 'q' minimum must be <= the max_sites 30, got 31",
        id="quota with more than the sites",
    ),
    pytest.param(
        rule('either_or = [{ ids = ["assets:SYN-A0001"] }]'),
        "demo.toml: rules.either_or[1].ids must name at least 2 ids, got ['assets:SYN-A0001']",
        id="either without or",
    ),
    pytest.param(
        rule('either_or = [{ ids = ["assets:SYN-A0001", "assets:SYN-A0001"] }]'),
        "demo.toml: rules.either_or[1].ids must not name an id twice, got 'assets:SYN-A0001'",
        id="either or itself",
    ),
    pytest.param(
        rule('either_or = [{ ids = ["assets:SYN-A0001", "assets:nobody"] }]'),
        "demo.toml: rules.either_or[1].ids must name candidates within [area], as source:id, got 'assets:nobody'",
        id="either or nobody",
    ),
    pytest.param(
        rule('only_with = [{ id = "assets:SYN-A0001", other = "assets:SYN-A0001" }]'),
        "demo.toml: rules.only_with[1] must name two different ids, got 'assets:SYN-A0001'",
        id="only with itself",
    ),
    pytest.param(
        rule('only_with = [{ id = "assets:SYN-A0001", other = "assets:nobody" }]'),
        "demo.toml: rules.only_with[1].other must name candidates within [area], as source:id, got 'assets:nobody'",
        id="only with nobody",
    ),
    pytest.param(
        rule('only_with = [{ id = "assets:SYN-A0001" }]'), "demo.toml: rules.only_with[1].other must be given, got nothing", id="only with"
    ),
    pytest.param(target("share = 96"), "demo.toml: rules.targets[1].share must be <= 1, got 96", id="target in per cent"),
    pytest.param(target("share = 0"), "demo.toml: rules.targets[1].share must be > 0, got 0", id="target of nothing"),
    pytest.param(
        both(target("share = 0.5"), target("share = 0.6")),
        "demo.toml: rules.targets must not set two targets for the same, got 'everything'",
        id="target twice",
    ),
    pytest.param(
        target("share = 0.5", 'group = "合成駅前"'),
        (
            "demo.toml: rules.targets[1].group must be one of 合成駅前 / Synthetic station front, 合成商店街 / Synthetic shopping "
            "street, 合成防災公園周辺 / Synthetic evacuation park, 合成地区全体 / Synthetic district, got '合成駅前'"
        ),
        id="target of an unknown group",
    ),
    pytest.param(
        target("share = 0.5", 'carrier = "A"'),
        "demo.toml: rules.targets[1].carrier must be one of [[carriers]], of which there are none, got 'A'",
        id="target of a carrier without carriers",
    ),
    pytest.param(
        both(carrier("Alpha"), target("share = 0.5", 'carrier = "Alfa"')),
        "demo.toml: rules.targets[1].carrier must be one of Alpha (did you mean 'Alpha'?), got 'Alfa'",
        id="target of an unknown carrier",
    ),
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
        "demo.toml: facilities[1] must leave facilities with outdoor cells in the zones: none of its 13 has one, got nothing",
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
    pytest.param(add('[sharing]\nkpi = "any"'), "demo.toml: sharing must have [[carriers]] beside it, got nothing", id="sharing alone"),
    pytest.param(
        both(carrier("A"), add('[sharing]\nkpi = "all"')),
        "demo.toml: sharing.kpi must be 'each', 'any' or 'every', got 'all'",
        id="unknown kpi",
    ),
    pytest.param(
        both(carrier("A", "max_sites = 3"), carrier("B"), toml("max_sites = 30", "")),
        "demo.toml: rules must give max_sites or budget_yen, got nothing",
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
        "demo.toml: robust must not be given with [[carriers]], got nothing",
        id="robust carriers",
    ),
]
"""What is wrong, and all that the user reads, files named without their folder; "..." stands for a long table."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_a_bad_rule_is_refused_in_one_line_and_writes_nothing(change: Change, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "scenario"
    file = copy_demo(folder, change)
    result = CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "runs" / "new"), "--no-cache"])
    said = result.stderr.partition("siting: ")[2].rstrip("\n").replace(f"{folder}/", "")
    assert said == message or (message.endswith("...") and said.startswith(message.removesuffix("..."))), said
    assert "\n" not in said
    assert result.exit_code == BAD_INPUT
    assert result.stdout == ""
    assert [one.name for one in tmp_path.iterdir()] == ["scenario"], "something was written"
