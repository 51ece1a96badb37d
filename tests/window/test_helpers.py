"""What helps staff: duplicates, drafts, figures, the sharing check, permits by rule; and the commands from an empty register on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from assets_db.record import AssetRecord
from tests.window.desk_samples import START, Walk, asset_list, run
from window.desk import Desk
from window.errors import InvalidRequestError, InvalidTableError
from window.likeness import distance_m
from window.messages import Template, templates
from window.permits import permits_of, sharing_check
from window.policy import policy_rows, reach
from window.requests import Act, Box, OpenRequest

DAY = START.date()


def test_duplicates_are_near_in_place_and_time(small_desk: Desk) -> None:
    walks = {name: Walk(small_desk, name) for name in ("alpha", "beta", "gamma", "delta")}
    for name, asset in {"alpha": "test:0", "beta": "test:0", "gamma": "test:9"}.items():
        walks[name].open(asset)
    walks["delta"].now = START + dt.timedelta(days=300)
    walks["delta"].open("test:0")
    found = small_desk.duplicates(walks["alpha"].case_id, asking="desk-1")
    assert [(one.case_id, one.distance_m) for one in found] == [(walks["beta"].case_id, 0.0)]
    walks["beta"].act("withdraw")
    walks["gamma"].act("withdraw")
    near = small_desk.similar(walks["alpha"].case_id, asking="desk-1", within_m=2000)
    assert [one.case_id for one in near] == [walks["beta"].case_id, walks["gamma"].case_id]
    assert near[1].distance_m == pytest.approx(distance_m(35.66, 139.70, 35.669, 139.70))


def test_search_areas_that_overlap_by_half_are_alike(desk: Desk) -> None:
    def ask(carrier: str, west: float, east: float) -> str:
        area = Box(west=west, south=35.65, east=east, north=35.66)
        return desk.open_case(OpenRequest(title="area", area=area), asking=f"{carrier}-1", key=f"{west}", now=START).case_id

    own, inside, beside, _ = (
        ask("alpha", 139.70, 139.72),
        ask("beta", 139.711, 139.715),
        ask("gamma", 139.705, 139.73),
        ask("delta", 139.719, 139.74),
    )
    found = desk.duplicates(own, asking="desk-1")
    assert [(one.case_id, one.asset_id, one.distance_m) for one in found] == [(inside, "", 0.0), (beside, "", 0.0)]


def test_one_refusal_does_not_hold_up_the_others(small_desk: Desk) -> None:
    walks = [Walk(small_desk) for _ in range(3)]
    for walk in walks:
        walk.open()
    walks[1].act("withdraw")
    ids = [walk.case_id for walk in walks]
    done = small_desk.act_on_many(ids, Act(action="acknowledge"), asking="desk-1", key="all", now=START)
    assert [bool(one.receipt) for one in done] == [True, False, True]
    assert "state WITHDRAWN has no such action" in str(done[1].error)
    assert done == small_desk.act_on_many(ids, Act(action="acknowledge"), asking="desk-1", key="all", now=START)


@pytest.mark.parametrize(("days_before", "alert"), [(200, None), (180, 180), (91, 180), (90, 90), (30, 30), (0, 30), (-5, 30)])
def test_the_end_of_a_term_is_announced(small_desk: Desk, days_before: int, alert: int | None) -> None:
    walk = Walk(small_desk)
    walk.to_service("test:0")
    end = walk.view().line.due_on
    assert end is not None
    now = dt.datetime.combine(end - dt.timedelta(days=days_before), dt.time(3), dt.UTC)
    found = small_desk.term_alerts(asking="alpha-1", now=now)
    assert [(one.days_left, one.alert_days) for one in found] == ([(days_before, alert)] if alert else [])


def test_every_template_fills_in_both_languages(small_desk: Desk) -> None:
    walk = Walk(small_desk)
    walk.open()
    walk.act("acknowledge", "desk-1")
    walk.act("decline", "desk-1", code="space")
    for name, by_language in templates().items():
        assert set(by_language) == {"ja", "en"}
        for language in by_language:
            draft = small_desk.draft(walk.case_id, name, language, asking="desk-1", now=START)
            assert walk.case_id in draft.subject
            assert "test:0" in draft.body
    assert "設置場所・空きがない" in small_desk.draft(walk.case_id, "to_carrier", "ja", asking="desk-1", now=START).body
    with pytest.raises(InvalidRequestError, match="must be one of to_bureau, to_carrier in ja or en"):
        small_desk.draft(walk.case_id, "to_nobody", "ja", asking="desk-1", now=START)
    with pytest.raises(InvalidTableError, match="must use words of"):
        Template(subject="{case_id.__class__}", body="")


def test_figures_of_a_week_count_what_was_in_time(small_desk: Desk) -> None:
    prompt, late = Walk(small_desk), Walk(small_desk, "beta")
    prompt.open("test:0")
    late.open("test:1")
    prompt.days(1)
    prompt.act("acknowledge", "desk-1")
    late.days(5)
    late.act("acknowledge", "desk-1")
    figures = small_desk.weekly_figures(asking="plan-1", now=START + dt.timedelta(days=6))
    assert (figures.n_received, figures.n_open, figures.n_overdue) == (2, 2, 0)
    assert (figures.n_moved, figures.n_moved_in_time) == (2, 1)
    assert figures.median_days_by_state == {"INQUIRY": 3.0}
    assert figures.open_by_bureau == {"建設局": 2}


@pytest.mark.parametrize(
    ("values", "permits"),
    [
        ({"property_class": "administrative"}, ("administrative_use",)),
        ({"property_class": "ordinary"}, ("lease",)),
        ({"property_class": "road"}, ("road_occupancy", "police_road_use")),
        ({"property_class": "park"}, ("park_occupancy",)),
        ({"property_class": "port"}, ("port",)),
        ({"property_class": "private"}, ("owner_consent",)),
        ({"asset_type": "streetlight"}, ("road_occupancy", "police_road_use")),
        ({"asset_type": "building", "owner_class": "municipal"}, ("administrative_use",)),
        ({"asset_type": "building", "owner_class": "private"}, ("owner_consent",)),
        ({}, ("owner_consent",)),
        ({"property_class": "road", "permit_path": ("lease",)}, ("lease",)),
    ],
)
def test_permits_follow_from_the_asset(values: dict[str, str], permits: tuple[str, ...]) -> None:
    assert permits_of(AssetRecord(values=values), DAY) == permits


@pytest.mark.parametrize(
    ("sharing", "is_own", "answer"),
    [
        ("yes", True, "no_new_permit"),
        ("yes", False, "new_permit"),
        ("conditional", True, "check_conditions"),
        ("conditional", False, "new_permit"),
        ("no", True, "not_possible"),
        ("", False, "ask_owner"),
    ],
)
def test_the_sharing_check_names_its_rule(sharing: str, is_own: bool, answer: str) -> None:
    values = {"property_class": "ordinary"} | ({"sharing": sharing} if sharing else {})
    verdict = sharing_check(AssetRecord(values=values), DAY, is_permittees_own=is_own)
    assert (verdict.answer, verdict.rule_from, bool(verdict.rule_source)) == (answer, dt.date(2022, 4, 1), True)
    assert verdict.permits == (("lease",) if answer in {"new_permit", "ask_owner"} else ())
    with pytest.raises(InvalidRequestError, match="must not be before"):
        sharing_check(AssetRecord(values=values), dt.date(2000, 1, 1), is_permittees_own=is_own)


def test_the_policy_denies_what_it_does_not_say() -> None:
    assert reach("carrier", "see", "no such thing") == "nothing"
    assert {reach("carrier", verb, thing) for thing, verb in policy_rows()} == {"own", "nothing"}
    assert all(reach("planner", verb, thing) == "nothing" for thing, verb in policy_rows() if thing not in {"figures", "plan"})


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty register with twelve lamps, in the environment."""
    monkeypatch.setenv("SITING_DB", f"sqlite:///{tmp_path / 'cli.db'}")
    (tmp_path / "lamps.csv").write_text(asset_list(), "utf-8")
    run("db", "init")
    run("assets", "import", str(tmp_path / "lamps.csv"), "--source", "test", "--apply")
    return tmp_path


def test_the_commands_from_an_empty_register_on(database: Path) -> None:
    now = ("--now", "2026-04-01T10:00+09:00")
    run("people", "init", "admin", "--name", "管理者", *now)
    for org_id, role in (("alpha", "carrier"), ("desk", "window"), ("audit", "auditor")):
        run("people", "add-organisation", org_id, "--role", role, "--name", org_id, "--as", "admin", *now)
        run("people", "add", f"{org_id}-1", "--org", org_id, "--name", org_id, "--as", "admin", *now)
    assert run("people", "list", "--as", "admin").count("\n") == 4
    sent = ("case", "open", "=Lamp", "--asset", "test:1", "--as", "alpha-1", "--key", "k", *now)
    first = run(*sent)
    assert run(*sent) == first
    number = first.split("\t")[0]
    (database / "plan.txt").write_text("plan", "utf-8")
    run("case", "attach", number, str(database / "plan.txt"), "--as", "alpha-1", *now)
    run("case", "comment", number, "please hurry", "--as", "alpha-1", *now)
    assert number in run("case", "overdue", "--as", "desk-1", "--now", "2026-04-20T10:00+09:00")
    assert "no such action; allowed instead: acknowledge" in run("case", "act", number, "permit", "--as", "desk-1", *now, code=2)
    run("case", "act", number, "acknowledge", "--as", "desk-1", "--seen", "1", *now)
    assert "at version 2, not 1" in run("case", "act", number, "hold", "--as", "alpha-1", "--seen", "1", *now, code=2)
    shown = run("case", "show", number, "--as", "alpha-1", *now)
    assert "state SCREENING" in shown
    assert "you may: hold, withdraw" in shown
    run("case", "export", "--as", "alpha-1", "--out", str(database / "cases.csv"))
    assert ",'=Lamp," in (database / "cases.csv").read_text("utf-8-sig")
    assert "must be a new file" in run("case", "export", "--as", "alpha-1", "--out", str(database / "cases.csv"), code=2)
    assert "the trail is whole" in run("audit", "verify", "--as", "audit-1")
    assert "carrier may not see audit" in run("audit", "verify", "--as", "alpha-1", code=2)
    assert "must end in its zone" in run("case", "daily", "--as", "desk-1", "--now", "2026-04-01T10:00", code=2)


def test_the_synthetic_year_is_seeded_labelled_and_whole(database: Path) -> None:
    said = run("case", "demo", "--until", "2026-11-25", "--cases", "20")
    assert said.startswith("20 synthetic cases")
    assert "the trail is whole" in run("audit", "verify", "--as", "demo-auditor")
    line = run("case", "list", "--as", "demo-window", "--limit", "1") or run(
        "case", "list", "--as", "demo-window", "--ended", "--limit", "1"
    )
    assert "(synthetic)" in run("case", "show", line.split("\t")[1], "--as", "demo-window")
    assert "may not change people" in run("case", "demo", code=2)
