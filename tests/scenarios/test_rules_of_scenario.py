"""What the rules of a scenario become: the problem that is solved, checked against the files by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from demo_copy import DEMO, Change, add, both, copy_demo, rule, source, text, toml, write
from pyproj import Transformer

import scenarios.run
from scenarios.run import compute
from scenarios.scenario_file import read_scenario
from siting import SitingProblem

STATIONS = [f"assets:SYN-A00{number}" for number in range(88, 94)]
TO_PLANE = Transformer.from_crs("EPSG:6668", "EPSG:6677", always_xy=True)


class Asked(Exception):  # noqa: N818  # it carries a problem and is no error
    """The problem a scenario asks the solver."""

    def __init__(self, problem: SitingProblem) -> None:
        self.problem = problem


def _ask(problem: SitingProblem, *_arguments: object, **_named: object) -> None:
    raise Asked(problem)


@pytest.fixture(autouse=True)
def _no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.run, "solve", _ask)


def problem_of(tmp_path: Path, *changes: Change) -> SitingProblem:
    with pytest.raises(Asked) as asked:
        compute(read_scenario(copy_demo(tmp_path / "scenario", *changes)))
    return asked.value.problem


def good_rows() -> list[dict[str, str]]:
    with (DEMO / "assets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[:-3]


def ids_where(**wanted: str) -> tuple[str, ...]:
    return tuple(f"assets:{row['asset_id']}" for row in good_rows() if all(row[name] == value for name, value in wanted.items()))


def test_what_is_not_said_is_no_rule(tmp_path: Path) -> None:
    problem = problem_of(tmp_path)
    assert (problem.goal, problem.max_sites, problem.budget_yen) == ("coverage", 30, None)
    assert {problem.quotas, problem.either_or, problem.only_with, problem.targets, problem.facilities} == {()}
    assert (problem.minimum_spacing_m, problem.servers_needed, problem.backup_share, problem.sharing) == (None, 1, 0.0, None)


def test_plain_values_pass_through(tmp_path: Path) -> None:
    lines = 'goal = "fewest_sites"\nminimum_spacing_m = 25\nservers_needed = 2\nbackup_share = 0.25\ntargets = [{ share = 0.3 }]\n'
    pairs = 'either_or = [{ ids = ["assets:SYN-A0001", "assets:SYN-A0002", "assets:SYN-A0003"] }]\n'
    pairs += 'only_with = [{ id = "assets:SYN-A0004", other = "assets:SYN-A0005" }]'
    problem = problem_of(tmp_path, rule(lines + pairs, ""))
    assert (problem.goal, problem.max_sites) == ("fewest_sites", None)
    assert (problem.minimum_spacing_m, problem.servers_needed, problem.backup_share) == (25.0, 2, 0.25)
    assert problem.either_or == (("assets:SYN-A0001", "assets:SYN-A0002", "assets:SYN-A0003"),)
    assert problem.only_with == (("assets:SYN-A0004", "assets:SYN-A0005"),)
    assert [(one.share, one.group, one.carrier) for one in problem.targets] == [(0.3, None, None)]


def test_a_quota_counts_the_candidates_that_meet_all_of_its_conditions(tmp_path: Path) -> None:
    quotas = """
    [[rules.quotas]]
    name = "lamps of the city"
    owner_class = "municipal"
    asset_type = "streetlight"
    min = 2
    max = 9
    [[rules.quotas]]
    name = "roofs by the rule"
    source = "roofs"
    max = 4
    [[rules.quotas]]
    name = "these"
    ids = ["assets:SYN-A0007", "assets:SYN-A0003"]
    min = 1
    """
    problem = problem_of(tmp_path, source("on_roofs", "minimum_spacing_m = 60", name="roofs"), add(quotas))
    lamps, roofs, these = problem.quotas
    assert (lamps.name, lamps.minimum, lamps.maximum) == ("lamps of the city", 2, 9)
    assert lamps.ids == ids_where(owner_class="municipal", asset_type="streetlight")
    assert 0 < len(lamps.ids) < len(ids_where(asset_type="streetlight"))
    assert roofs.ids == tuple(one for one in problem.coverage.candidate_ids if one.startswith("roofs:"))
    assert (roofs.minimum, roofs.maximum) == (0, 4)
    assert these.ids == ("assets:SYN-A0003", "assets:SYN-A0007")
    assert (these.minimum, these.maximum) == (1, None)


def test_a_ward_holds_the_candidates_within_its_polygons(tmp_path: Path) -> None:
    line = 'wards = { path = "zones.geojson", name_field = "zone_id" }\n'
    line += 'quotas = [{ name = "q", ward = "station_front", asset_type = "streetlight", max = 3 }]'
    (quota,) = problem_of(tmp_path, rule(line)).quotas
    features = json.loads((DEMO / "zones.geojson").read_text(encoding="utf-8"))["features"]
    ward = shapely.from_geojson(json.dumps(next(one["geometry"] for one in features if one["properties"]["zone_id"] == "station_front")))
    lamps = [row for row in good_rows() if row["asset_type"] == "streetlight"]
    inside = [row["asset_id"] for row in lamps if ward.contains(shapely.Point(float(row["lon"]), float(row["lat"])))]
    assert 0 < len(inside) < len(lamps)
    assert quota.ids == tuple(f"assets:{one}" for one in inside)


def test_targets_name_zones_and_facilities(tmp_path: Path) -> None:
    lists = '[[facilities]]\nname = "clinics"\npath = "facilities.csv"\n'
    targets = 'targets = [{ group = "合成駅前 / Synthetic station front", share = 0.5 }, { group = "clinics", share = 0.96 }]'
    problem = problem_of(tmp_path, rule(targets), add(lists))
    assert [(one.group, one.share) for one in problem.targets] == [("合成駅前 / Synthetic station front", 0.5), ("clinics", 0.96)]


def test_facilities_have_the_outdoor_cells_around_them(tmp_path: Path) -> None:
    table = '[[facilities]]\nname = "care"\npath = "facilities.csv"\nwhere = { kind = ["hospital", "shelter"] }\nname_field = "name"\n'
    problem = problem_of(tmp_path, add(table + "radius_m = 40\nshare = 0.6\nweight = 7.5"))
    with (DEMO / "facilities.csv").open(encoding="utf-8", newline="") as file:
        wanted = [row for row in csv.DictReader(file) if row["kind"] in {"hospital", "shelter"}]
    assert len(wanted) > 1
    assert [one.name for one in problem.facilities] == [row["name"] for row in wanted]
    for facility, row in zip(problem.facilities, wanted, strict=True):
        x, y = TO_PLANE.transform(float(row["lon"]), float(row["lat"]))
        distance_m = np.hypot(*(problem.demand.xy_m - (x, y)).T)  # type: ignore[union-attr]
        assert facility.cells.tolist() == np.flatnonzero(distance_m <= 40).tolist()
        assert (facility.kind, facility.weight, facility.share) == ("care", 7.5, 0.6)


def test_facilities_may_be_polygons_weigh_by_a_property_and_share_a_name(tmp_path: Path) -> None:
    box = {
        "type": "Polygon",
        "coordinates": [[[139.734, 35.672], [139.736, 35.672], [139.736, 35.674], [139.734, 35.674], [139.734, 35.672]]],
    }
    far = {"type": "Point", "coordinates": [140.5, 35.672]}
    near = {"type": "Point", "coordinates": [139.735, 35.673]}
    features = [
        {"type": "Feature", "properties": {"name": "school", "pupils": pupils}, "geometry": one}
        for one, pupils in ((box, 300), (far, 5), (near, 20))
    ]
    table = '[[facilities]]\nname = "schools"\npath = "schools.geojson"\nname_field = "name"\nweight_field = "pupils"\n'
    file = write("schools.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    grounds, other = problem_of(tmp_path, add(table + "weight = 2.0\nradius_m = 30"), file).facilities
    assert [(one.name, one.weight) for one in (grounds, other)] == [("school", 600.0), ("school (2)", 40.0)]
    assert set(other.cells.tolist()) < set(grounds.cells.tolist())


def test_yearly_fees_add_to_the_cost_of_new_sites_and_of_placed_ones(tmp_path: Path) -> None:
    fees = text("assets.csv", ",cost_yen,", ",yearly_fee_yen,")
    changes = (
        fees,
        text("demo.toml", "on_bad_row", "cost_yen = 1000\non_bad_row"),
        source("on_roofs", "cost_yen = 50", "yearly_fee_yen = 7"),
    )
    problem = problem_of(tmp_path, *changes, rule("horizon_years = 10"))
    assert problem.candidates is not None
    cost_yen = dict(zip(problem.candidates.ids, problem.candidates.cost_yen.tolist(), strict=True))
    for row in good_rows():
        assert cost_yen[f"assets:{row['asset_id']}"] == (0 if row["existing"] == "true" else 1000 + 10 * int(row["cost_yen"]))
    assert {yen for one, yen in cost_yen.items() if one.startswith("extra:")} == {120}


def test_a_fee_of_the_scenario_fills_what_the_list_leaves_open(tmp_path: Path) -> None:
    changes = (text("demo.toml", "on_bad_row", "yearly_fee_yen = 100\non_bad_row"), rule("horizon_years = 3"))
    problem = problem_of(tmp_path, *changes)
    assert problem.candidates is not None
    given = {f"assets:{row['asset_id']}": int(row["cost_yen"]) for row in good_rows()}
    added = {yen - given[one] for one, yen in zip(problem.candidates.ids, problem.candidates.cost_yen.tolist(), strict=True)}
    assert added == {0, 300}


CARRIERS = f"""
[[carriers]]
name = "A"
existing = {STATIONS}
min_sites = 1
max_sites = 8
budget_yen = 20_000_000
equipment_yen = 900_000

[[carriers]]
name = "B"
radio = {{ band = "28GHz", max_range_m = 120 }}
weight_factor = 0.5

[[carriers]]
name = "C"
radio = {{ band = "28GHz", max_range_m = 200 }}
weight = {{ by = "mesh", path = "population.geojson", people_field = "population" }}
weight_factor = 2.0

[sharing]
kpi = "any"
neutral_host = true
"""


def test_carriers_have_their_own_networks_bands_weights_and_limits(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, add(CARRIERS))
    assert problem.sharing is not None
    one, two, three = problem.sharing.carriers
    assert (problem.sharing.kpi, problem.sharing.is_neutral_host) == ("any", True)
    assert one.existing == tuple(STATIONS)
    assert problem.fixed == ()
    assert (one.min_sites, one.max_sites, one.budget_yen, one.equipment_yen) == (1, 8, 20_000_000, 900_000)
    assert (one.coverage, one.weight) == (None, None)
    assert two.coverage is not None
    assert two.coverage.n_pairs < problem.coverage.n_pairs
    assert two.weight == pytest.approx(problem.demand.weight * 0.5)
    assert three.coverage is None, "its radio is that of the scenario"
    assert three.weight == pytest.approx(problem.demand.weight * 2.0)
    assert (two.min_sites, two.max_sites, two.budget_yen, two.equipment_yen) == (0, None, None, 0)


def test_a_whole_source_may_be_the_network_of_a_carrier(tmp_path: Path) -> None:
    masts = source("on_roofs", "minimum_spacing_m = 200", name="masts")
    problem = problem_of(tmp_path, masts, add(f'[[carriers]]\nname = "A"\nexisting = {[*STATIONS, "masts"]}'))
    assert problem.sharing is not None
    found = problem.sharing.carriers[0].existing
    assert found[:6] == tuple(STATIONS)
    assert found[6:] == tuple(one for one in problem.coverage.candidate_ids if one.startswith("masts:"))
    assert len(found) > 6


def test_every_carrier_may_bring_the_limit(tmp_path: Path) -> None:
    carriers = f'[[carriers]]\nname = "A"\nmax_sites = 3\nexisting = {STATIONS}\n[[carriers]]\nname = "B"\nbudget_yen = 9_000_000'
    problem = problem_of(tmp_path, both(toml("max_sites = 30", ""), add(carriers)))
    assert (problem.max_sites, problem.budget_yen) == (None, None)
