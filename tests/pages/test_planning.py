"""Viewsheds, wishes, trials: the same figures as a plan, whatever the page asks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from scenarios.errors import ScenarioError
from scenarios.preparation import Prepared
from scenarios.run import run_scenario
from siting import build_coverage
from siting.check import verify
from siting.errors import InvalidInputError
from siting.outputs.site_rows import lon_lat_deg
from window.desk import open_desk
from window.errors import InvalidRequestError, NotAllowedError, NotFoundError
from window.planning.areas import Areas
from window.planning.draft import Wish, scenario_of, scenario_text
from window.planning.keeper import OpenPlan, PlanKeeper
from window.planning.ranking import rank_box
from window.planning.trial import Trial
from window.planning.viewshed import viewshed
from window.planning.worker import work
from window.policy import Person
from window.settings import WindowSettings, read_settings

NOW = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def areas(sample_window: Path) -> Areas:
    return Areas(read_settings(sample_window).scenarios)


@pytest.fixture(scope="module")
def prepared(areas: Areas) -> Prepared:
    return areas.prepared("demo_register")


class Desk:
    """A window of its own, and its people."""

    def __init__(self, settings: WindowSettings) -> None:
        self.settings = settings
        self.desk = open_desk(settings.database)
        self.areas = Areas(settings.scenarios)
        self.plans = PlanKeeper(self.desk, self.areas, settings.plans)

    def person(self, login: str) -> Person:
        with self.desk.reading(login) as (_, person):
            return person

    def planned(self, wish: Wish, login: str = "demo-planner") -> OpenPlan:
        """Ask for a plan, let a worker compute it, and open it."""
        plan_id = self.plans.ask(self.person(login), "demo_register", wish, now=NOW)
        asked = iter([False, True])
        work(self.desk, self.settings.plans, until=lambda: next(asked))
        return self.plans.opened(self.person(login), plan_id)


@pytest.fixture
def own(own_window: Path) -> Desk:
    return Desk(read_settings(own_window))


def lamp_of(prepared: Prepared) -> tuple[float, float]:
    candidates = prepared.basis.gathered.candidates
    lamp = candidates.asset_type.index("streetlight")
    lon, lat = lon_lat_deg(candidates.xyz_m[lamp : lamp + 1, :2], candidates.crs)[0]
    return float(lon), float(lat)


def test_below_a_roof_there_is_no_antenna(prepared: Prepared) -> None:
    candidates = prepared.basis.gathered.candidates
    roof = candidates.asset_type.index("building")
    lon, lat = lon_lat_deg(candidates.xyz_m[roof : roof + 1, :2], candidates.crs)[0]
    with pytest.raises(InvalidRequestError, match="at least that of the roof"):
        viewshed(prepared, float(lon), float(lat), height_m=3.0, band="28GHz")


def test_a_viewshed_at_a_candidate_is_its_row_of_the_coverage(prepared: Prepared) -> None:
    candidates, coverage = prepared.basis.gathered.candidates, prepared.coverage
    places = lon_lat_deg(candidates.xyz_m[:, :2], candidates.crs)
    n_same = 0
    for row in range(0, len(candidates), 40):
        found = viewshed(prepared, *places[row], height_m=float(candidates.xyz_m[row, 2]), band="28GHz")
        expected = coverage.cells[coverage.start[row] : coverage.start[row + 1]]
        n_same += int(np.array_equal(found.cells, expected))
        assert len(np.setxor1d(found.cells, expected)) <= 3, "a few millimetres of rounding in degrees move few cells"
    assert n_same >= 12


def test_what_the_plan_serves_already_is_not_new(prepared: Prepared) -> None:
    lon, lat = lamp_of(prepared)
    alone = viewshed(prepared, lon, lat, height_m=20.0, band="28GHz")
    everywhere = np.ones(len(prepared.basis.demand), dtype=np.bool_)
    assert alone.new_weight == alone.weight > 0
    served = viewshed(prepared, lon, lat, height_m=20.0, band="28GHz", is_served=everywhere)
    assert (served.new_weight, served.weight) == (0.0, alone.weight)


def test_other_bands_and_heights_are_computed_afresh(prepared: Prepared) -> None:
    lon, lat = lamp_of(prepared)
    wide = viewshed(prepared, lon, lat, height_m=8.0, band="4.5GHz")
    narrow = viewshed(prepared, lon, lat, height_m=8.0, band="28GHz")
    assert len(wide.cells) > len(narrow.cells)
    with pytest.raises(InvalidRequestError, match="height_m"):
        viewshed(prepared, lon, lat, height_m=0.5, band="28GHz")
    with pytest.raises(InvalidInputError):
        viewshed(prepared, 0.0, 0.0, height_m=8.0, band="28GHz")


def test_a_wish_becomes_a_scenario_that_says_so(areas: Areas) -> None:
    base = areas.text("demo_register")
    never = {"excluded_owners": ("private",), "excluded_types": ("park",)}
    wish = Wish(title="案 A", max_sites=7, band="4.5GHz", **never, minimum_spacing_m=50.0, priorities={0: 4.0}, seed=9)
    rules = scenario_of(scenario_text(base, wish)).scenario
    assert (rules.rules.max_sites, rules.radio.band, rules.solve.seed, rules.scenario.title_ja) == (7, "4.5GHz", 9, "案 A")
    assert [(one.owner_class, one.asset_type, one.max) for one in rules.rules.quotas] == [("private", None, 0), (None, "park", 0)]
    assert [zone.priority for zone in rules.zones] == [4.0, 1.0]
    with pytest.raises(ScenarioError, match="max_sites or budget_yen"):
        scenario_of(scenario_text(base, Wish(title="no limit")))


def test_a_plan_is_what_siting_run_makes_of_its_scenario_to_the_byte(own: Desk, tmp_path: Path) -> None:
    opened = own.planned(Wish(title="計画 1", max_sites=12, effort=0.3))
    file = tmp_path / "scenario.toml"
    file.write_text(opened.row.scenario, encoding="utf-8", newline="\n")
    run_scenario(file, tmp_path / "run")
    for name in ("sites.csv", "sites.geojson", "sites.gpkg", "kpis.csv", "map.html", "report.html", "rejects.csv"):
        assert (tmp_path / "run" / name).read_bytes() == (opened.folder / name).read_bytes(), name
    assert opened.plan.upper_bound >= opened.plan.objective > 0
    assert opened.row.summary["n_sites"] == len(opened.plan.chosen) == 12


def test_pins_and_bans_are_kept_and_can_be_taken_back(own: Desk) -> None:
    trial = Trial(own.planned(Wish(title="計画", max_sites=10, effort=0.3)))
    first = trial.now.plan
    gone = first.chosen[0]
    trial.ask("ban", gone)
    assert gone not in trial.now.plan.chosen
    wanted = next(one for one in trial.now.problem.coverage.candidate_ids if one not in trial.now.plan.chosen and one != gone)
    trial.ask("pin", wanted)
    assert wanted in trial.now.plan.chosen
    assert not verify(trial.now.plan, trial.now.problem)
    assert trial.now.plan.objective <= trial.now.plan.upper_bound <= first.upper_bound + 1e-6
    trial.ask("pin", gone)
    assert {gone, wanted} <= set(trial.now.plan.chosen)
    trial.ask("max_sites", number=11)
    assert len(trial.now.plan.chosen) == 11
    assert trial.why(gone).id == gone
    while trial.is_changed:
        trial.back()
    assert trial.now.plan.chosen == first.chosen
    with pytest.raises(InvalidRequestError, match="must be pin"):
        trial.ask("please", gone)


def test_a_search_area_ranks_by_what_is_new(own: Desk) -> None:
    person = own.person("demo-planner")
    register = own.desk
    from assets_db.store import Register  # noqa: PLC0415

    box = (139.7290, 35.6705, 139.7350, 35.6750)
    ranked = rank_box(own.areas, own.plans, Register(engine=register.engine), box, person)
    assert len(ranked) == 50
    news = [one.new_area_m2 for one in ranked]
    assert news == sorted(news, reverse=True) or own.areas.prepared("demo_register").basis.demand.unit != "m2"
    assert rank_box(own.areas, own.plans, Register(engine=register.engine), (10.0, 10.0, 11.0, 11.0), person) == ()


def test_plans_are_seen_by_their_own_organisation_alone(own: Desk) -> None:
    mine = own.planned(Wish(title="秘密の計画", max_sites=5, effort=0.3), "demo-carrier-1-1")
    for login in ("demo-carrier-2-1", "demo-planner", "demo-window"):
        assert own.plans.plans(own.person(login)) == ()
        for look in (own.plans.plan, own.plans.opened):
            with pytest.raises(NotFoundError):
                look(own.person(login), mine.row.plan_id)
        with pytest.raises(NotFoundError):
            own.plans.cancel(own.person(login), mine.row.plan_id, now=NOW)
    assert [one.title for one in own.plans.plans(own.person("demo-carrier-1-1"))] == ["秘密の計画"]
    with pytest.raises(NotAllowedError):
        own.plans.ask(own.person("demo-auditor"), "demo_register", Wish(title="x", max_sites=1), now=NOW)


def test_a_plan_that_fails_says_why_and_a_cancelled_one_is_left(own: Desk) -> None:
    person = own.person("demo-planner")
    bad = own.plans.ask(person, "demo_register", Wish(title="x", max_sites=3, fixed=("no such site",)), now=NOW)
    left = own.plans.ask(person, "demo_register", Wish(title="y", max_sites=3), now=NOW + dt.timedelta(seconds=1))
    own.plans.cancel(person, left, now=NOW)
    asked = iter([False, False, True])
    work(own.desk, own.settings.plans, until=lambda: next(asked))
    assert own.plans.plan(person, bad).state == "failed"
    assert "no such site" in own.plans.plan(person, bad).problem
    assert own.plans.plan(person, left).state == "cancelled"
    assert not (own.settings.plans / left).exists()
    with pytest.raises(InvalidRequestError, match="must be done"):
        own.plans.opened(person, bad)


def test_coverage_of_an_area_is_traced_once(areas: Areas, prepared: Prepared) -> None:
    assert areas.prepared("demo_register") is prepared
    coverage = build_coverage(prepared.basis.city, prepared.basis.gathered.candidates, prepared.basis.demand, prepared.basis.radio)
    assert np.array_equal(coverage.cells, prepared.coverage.cells)
