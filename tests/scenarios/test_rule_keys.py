"""Every mistake in the rules of a scenario is said in one line, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import Change, add, both, carrier, rule, source, text, toml
from refusal import assert_refused


def quota(*lines: str) -> Change:
    return add("\n".join(["[[rules.quotas]]", 'name = "q"', *lines]))


def target(*lines: str) -> Change:
    return add("\n".join(["[[rules.targets]]", *lines]))


WARDS = rule('wards = { path = "zones.geojson", name_field = "zone_id" }')

CASES = [
    pytest.param(
        rule('goal = "cheapest"'),
        "demo.toml: rules.goal must be 'coverage', 'least_cost' or 'fewest_sites', got 'cheapest'",
        id="unknown goal",
    ),
    pytest.param(
        rule('goal = "least_cost"'),
        'demo.toml: rules must set [[rules.targets]] with goal = "least_cost"',
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
        "demo.toml: rules.horizon_years must be given, for the yearly fees of candidates[1]",
        id="fee without years",
    ),
    pytest.param(
        source("on_roofs", "yearly_fee_yen = -1"),
        "demo.toml: candidates[2].yearly_fee_yen must be >= 0, got -1",
        id="fee negative",
    ),
    pytest.param(
        quota("min = 1"),
        "demo.toml: rules.quotas[1] must say of which candidates: owner_class, asset_type, source, ward or ids",
        id="quota of everything",
    ),
    pytest.param(
        quota('owner_class = "private"'),
        "demo.toml: rules.quotas[1] must give min or max",
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
        "demo.toml: rules must give [rules.wards] for the ward of quotas[1]",
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
    pytest.param(rule('only_with = [{ id = "assets:SYN-A0001" }]'), "demo.toml: rules.only_with[1].other must be given", id="only with"),
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
        rule('fixed = ["assets:SYN-A0001", "assets:SYN-A0001"]'),
        "demo.toml: rules.fixed must not name an id twice, got 'assets:SYN-A0001'",
        id="fixed id twice",
    ),
    pytest.param(
        toml("max_sites = 30", "budget_yen = 10"),
        "demo.toml: rules.budget_yen must be >= 1,020,000, the cost of the cheapest candidate, got 10",
        id="budget below the cheapest site",
    ),
    pytest.param(
        toml("max_sites = 30", "max_sites = 3"),
        "demo.toml: rules.max_sites must be >= 6 (existing and fixed sites count), got 3",
        id="fewer sites than stations on air",
    ),
    pytest.param(
        both(
            rule('fixed = ["assets:SYN-A0001", "assets:SYN-A0002"]'),
            add('[[rules.either_or]]\nids = ["assets:SYN-A0001", "assets:SYN-A0002"]'),
        ),
        "demo.toml: rules.either_or[1] must not name two fixed ids, and 'assets:SYN-A0001' is one, got 'assets:SYN-A0002'",
        id="two fixed sites of which one may be open",
    ),
    pytest.param(
        rule('fixed = ["SYN-A0001"]'),
        ("demo.toml: rules.fixed must name candidates within [area], as source:id (did you mean 'assets:SYN-A0001'?), got 'SYN-A0001'"),
        id="fixed id unknown",
    ),
    pytest.param(
        rule('forbidden = ["assets:nobody"]'),
        "demo.toml: rules.forbidden must name candidates within [area], as source:id, got 'assets:nobody'",
        id="forbidden id unknown",
    ),
    pytest.param(
        rule('fixed = ["assets:SYN-A0001"]\nforbidden = ["assets:SYN-A0001"]'),
        "demo.toml: rules.fixed must not name a forbidden id, got 'assets:SYN-A0001'",
        id="id both fixed and forbidden",
    ),
    pytest.param(
        rule('forbidden = ["assets:SYN-A0088"]'),
        "demo.toml: rules.forbidden must not name a site that is on air already, got 'assets:SYN-A0088'",
        id="station on air forbidden",
    ),
    pytest.param(
        toml("max_range_m = 200.0", "receiver_threshold_dbm = -30"),
        "demo.toml: coverage must serve at least one cell that has weight, by sites not forbidden, got '0 pairs'",
        id="nothing is served",
    ),
]
"""What is wrong, and all that the user reads; see :func:`refusal.assert_refused`."""


@pytest.mark.parametrize(("change", "message"), CASES)
def test_a_bad_rule_is_refused_in_one_line_and_writes_nothing(change: Change, message: str, tmp_path: Path) -> None:
    assert_refused(change, message, tmp_path)
