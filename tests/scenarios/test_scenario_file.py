"""What a scenario file may say, what it means where it says nothing, and where its files are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_copy import BOWTIE, BY_FACILITIES, CORNERS, DEMO, Change, asset, copy_demo, geometry, rule, source, toml, write, zone

import scenarios
from scenarios.data_paths import resolve, resolve_one
from scenarios.demand_tables import WeightByArea
from scenarios.errors import ScenarioError
from scenarios.places import Plane
from scenarios.provenance import input_files
from scenarios.run import Run, compute
from scenarios.scenario import AlongRoads, AreaZone, CsvAssets, OsmAssets, ScenarioFile
from scenarios.scenario_file import radio_of, read_scenario
from siting.radio import RadioParams

_SHIPPED = [*sorted(Path(scenarios.__file__).parent.glob("*.toml")), *sorted(DEMO.glob("*.toml"))]
_QUICK = toml("seed = 1", "seed = 1\neffort = 0.01")


def _read(tmp_path: Path, *changes: Change) -> ScenarioFile:
    return read_scenario(copy_demo(tmp_path / "scenario", *changes))


def _computed(tmp_path: Path, *changes: Change) -> Run:
    return compute(_read(tmp_path, _QUICK, *changes))


@pytest.mark.parametrize("path", _SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_is_valid(path: Path) -> None:
    file = read_scenario(path)
    assert file.scenario.scenario.name == path.stem
    assert radio_of(file).band == "28GHz"
    assert Plane.of(file).area.area > 1e6


def test_eight_scenarios_are_shipped() -> None:
    areas = {"demo", "demo_register", "shibuya", "shibuya_register", "shibuya_rules", "shibuya_carriers", "nishi_shinjuku", "tokyo23"}
    assert {path.stem for path in _SHIPPED} == areas


def test_what_is_not_said_has_a_stated_default(tmp_path: Path) -> None:
    file = write(
        "demo.toml",
        """
        area.bbox = [139.7280, 35.6698, 139.7407, 35.6787]
        buildings.paths = ["buildings.geojson"]
        radio.band = "28GHz"
        rules.max_sites = 3
        candidates = [
          { kind = "csv", name = "a", path = "assets.csv" },
          { kind = "along_roads", name = "b", path = "r", owner_class = "private" },
        ]
        zones = [{ kind = "area", name = "all" }]
        scenario = { name = "least", title_ja = "最小", title_en = "Least", crs = "EPSG:6677" }
        """,
    )
    scenario = _read(tmp_path, file).scenario
    listed, placed = scenario.candidates
    assert isinstance(listed, CsvAssets)
    assert isinstance(placed, AlongRoads)
    assert (listed.on_bad_row, listed.mount, listed.capacity, listed.synthetic) == ("refuse", "pole", 1, False)
    assert (placed.spacing_m, placed.offset_m, placed.height_m) == (30.0, 3.0, 8.0)
    assert scenario.area.margin_m == 250.0
    assert (scenario.buildings.storey_height_m, scenario.buildings.default_height_m) == (3.0, 8.0)
    assert scenario.zones == (AreaZone(kind="area", name="all"),)
    assert scenario.demand.cell_m == 10.0
    assert scenario.demand.weight == WeightByArea(by="area")
    assert (scenario.solve.seed, scenario.solve.effort, scenario.solve.target_gap, scenario.solve.time_limit_s) == (0, 1.0, 0.0, 600.0)
    assert scenario.ground is None
    assert scenario.vegetation is None
    assert not scenario.map.online_tiles
    assert radio_of(_read(tmp_path / "again", file)) == RadioParams.from_preset("28GHz")


def test_whole_numbers_are_fine_where_fractions_are_meant(tmp_path: Path) -> None:
    changes = [
        toml("margin_m = 250.0", "margin_m = 250"),
        toml(CORNERS, "139, 35, 140, 36"),
        toml("canopy_m = 10.0", "canopy_m = 10"),
        toml("priority = 0.0", "priority = 2"),
        toml("cell_m = 10.0", "cell_m = 10"),
        toml("max_range_m = 200.0", "max_range_m = 200\nreceiver_threshold_dbm = -110"),
        toml("seed = 1", "seed = 1\neffort = 2\ntarget_gap = 0\ntime_limit_s = 60"),
        source("along_roads", 'path = "roads.geojson"', "spacing_m = 30", "offset_m = 3", "height_m = 8"),
        zone("circle", 'name = "circle"', "longitude = 139", "latitude = 35", "radius_m = 100"),
    ]
    file = _read(tmp_path, *changes)
    assert file.scenario.area.bbox == (139.0, 35.0, 140.0, 36.0)
    assert file.scenario.area.margin_m == 250.0
    assert radio_of(file).receiver_threshold_dbm == -110


@pytest.mark.parametrize(
    "change", [toml("\n", "\r\n"), toml("# The embedded", "\ufeff# The embedded")], ids=["line ends", "byte order mark"]
)
def test_files_from_windows_are_read(change: Change, tmp_path: Path) -> None:
    assert _read(tmp_path, change).scenario.scenario.name == "demo"


def test_one_wanted_value_stands_for_a_list_of_one(tmp_path: Path) -> None:
    one, several = (
        _read(
            tmp_path / name, source("osm_points", 'path = "p"', 'asset_type = "signal"', f"where = {{ highway = {value} }}")
        ).scenario.candidates[1]
        for name, value in (("one", '"crossing"'), ("several", '["crossing"]'))
    )
    assert isinstance(one, OsmAssets)
    assert one == several
    assert one.where == {"highway": ("crossing",)}


def test_radio_parameters_pass_through(tmp_path: Path) -> None:
    more = 'max_range_m = 150.0\neirp_dbm = 55.0\nantenna = "sector"\nrequires_line_of_sight = false\npath_loss_model = "uma"'
    radio = radio_of(_read(tmp_path, toml("max_range_m = 200.0", more)))
    asked = {"max_range_m": 150.0, "eirp_dbm": 55.0, "antenna": "sector", "requires_line_of_sight": False, "path_loss_model": "uma"}
    assert radio == RadioParams.from_preset("28GHz", **asked)  # type: ignore[arg-type]


def test_paths_are_relative_to_the_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    file = copy_demo(tmp_path / "scenario")
    assert resolve("assets.csv", scenario=file, key="path") == (tmp_path / "scenario" / "assets.csv",)
    assert resolve_one("../scenario/assets.csv", scenario=file, key="path").is_file()


def test_data_paths_are_relative_to_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data" / "wards").mkdir(parents=True)
    (tmp_path / "data" / "wards" / "1.parquet").touch()
    monkeypatch.setenv("SITING_DATA", str(tmp_path / "data"))
    scenario = tmp_path / "scenario.toml"
    assert resolve_one("data:wards/1.parquet", scenario=scenario, key="path") == tmp_path / "data" / "wards" / "1.parquet"
    with pytest.raises(ScenarioError, match=r"scenario\.toml: path must name a file that exists, got '.*2\.parquet'"):
        resolve("data:wards/2.parquet", scenario=scenario, key="path")


def test_wildcards_give_files_in_alphabetical_order(tmp_path: Path) -> None:
    for name in ("b.geojson", "a.geojson", "c.json"):
        (tmp_path / name).touch()
    found = resolve("*.geojson", scenario=tmp_path / "scenario.toml", key="path")
    assert [path.name for path in found] == ["a.geojson", "b.geojson"]


@pytest.mark.parametrize("folder", [None, "", "nowhere"])
def test_a_missing_data_folder_is_explained(folder: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITING_DATA", raising=False)
    if folder is not None:
        monkeypatch.setenv("SITING_DATA", folder)
    with pytest.raises(ScenarioError) as error:
        resolve("data:wards/1.parquet", scenario=tmp_path / "scenario.toml", key="buildings.paths[1]")
    rule_broken = "needs the data folder: set SITING_DATA to it (the README says where the originals are), for 'data:wards/1.parquet'"
    assert (error.value.key, error.value.rule, error.value.value) == ("buildings.paths[1]", rule_broken, folder or "SITING_DATA is not set")


def test_every_file_a_scenario_names_is_an_input(tmp_path: Path) -> None:
    names = [one.name for one in input_files(_read(tmp_path))]
    assert sorted(names) == ["assets.csv", "buildings.geojson", "demo.toml", "parks.geojson", "population.geojson", "zones.geojson"]
    assert {len(one.sha256) for one in input_files(_read(tmp_path / "again"))} == {64}


@pytest.mark.parametrize("crs", ["EPSG:6677", "EPSG:6676", "EPSG:32654", "EPSG:6691"])
def test_a_plane_nearby_is_accepted(crs: str, tmp_path: Path) -> None:
    assert Plane.of(_read(tmp_path, toml("EPSG:6677", crs))).area.area == pytest.approx(1.14e6, rel=0.01)


def test_buildings_that_cross_themselves_are_repaired_and_empty_ones_rejected_and_both_are_counted(tmp_path: Path) -> None:
    changes = (
        geometry("buildings.geojson", 0, BOWTIE),
        geometry("buildings.geojson", 1, {"type": "Point", "coordinates": [139.734, 35.672]}),
    )
    report = _computed(tmp_path, *changes).city.report
    assert (report.n_read, report.n_used, report.n_repaired) == (948, 947, 1)
    assert [(one.row, one.reason) for one in report.rejects] == [(1, "geometry is not a polygon")]


def test_parks_that_cross_themselves_are_repaired_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert _computed(tmp_path, geometry("parks.geojson", 0, BOWTIE)).city.vegetation is not None
    assert "polygons cross themselves and were repaired" in caplog.text


def test_a_zone_that_the_area_cuts_is_clipped_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run = _computed(tmp_path, toml(CORNERS, "139.7280, 35.6698, 139.7370, 35.6787"))
    assert "of it lie outside [area] and are left out" in caplog.text
    assert max(one.polygon.bounds[2] for one in run.zones) <= run.demand.xy_m[:, 0].max() + run.demand.cell_m


def test_facilities_weigh_the_cells_around_them(tmp_path: Path) -> None:
    demand = _computed(tmp_path, BY_FACILITIES).demand
    n_facilities = len((DEMO / "facilities.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert demand.unit == "facilities"
    assert 0 < demand.total_weight <= n_facilities + 1e-9


def test_a_budget_limits_what_is_spent(tmp_path: Path) -> None:
    plan = _computed(tmp_path, rule("budget_yen = 20_000_000", "")).plan
    assert plan.cost_yen <= 20_000_000
    assert plan.limited_by == "budget_yen"


def test_stations_on_air_are_paid_for(tmp_path: Path) -> None:
    changes = (asset(89, cost_yen="9000000"), rule("budget_yen = 5_000_000", ""))
    run = _computed(tmp_path, *changes)
    assert "assets:SYN-A0088" in run.plan.chosen
    assert 0 < run.plan.cost_yen <= 5_000_000


def test_a_budget_that_fixed_sites_use_up_is_refused(tmp_path: Path) -> None:
    file = _read(tmp_path, rule('budget_yen = 3_000_000\nfixed = ["assets:SYN-A0001"]', ""))
    with pytest.raises(
        ScenarioError, match=r"rules\.budget_yen must be >= 3,090,000, the cost of the fixed sites and the cheapest candidate"
    ):
        compute(file)


def test_fixed_and_forbidden_sites_are_kept(tmp_path: Path) -> None:
    plan = _computed(tmp_path, rule('fixed = ["assets:SYN-A0001"]\nforbidden = ["assets:SYN-A0010"]')).plan
    assert "assets:SYN-A0001" in plan.chosen
    assert "assets:SYN-A0010" not in plan.chosen
