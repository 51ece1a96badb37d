"""The desk from the first question to the handover, on both engines."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from assets_db.store import Register
from tests.window.desk_samples import START, Walk
from window.case_rows import CaseFilter
from window.case_text import case_text
from window.desk import Desk
from window.errors import ActionNotAllowedError, InvalidRequestError, KeyReusedError, NotAllowedError, NotFoundError, StaleCaseError
from window.requests import Act, Box, OpenRequest
from window.tables import WAITING
from window.viewing import places_shown


def test_a_case_goes_from_the_first_question_into_the_register(desk: Desk) -> None:
    walk = Walk(desk)
    walk.to_service("test:1", mount_type="pole", power_available=True)
    view = walk.view()
    assert view.line.state == "IN_SERVICE"
    assert [event.action for event in view.history if event.state == "REVIEW"] == ["accept", *["ask_permit", "grant_permit"] * 2]
    assert {one.permit for one in view.permits} == {"road_occupancy", "police_road_use"}
    (asset,) = view.assets
    assert asset.values["occupancy"] == [{"carrier": "alpha", "count": 1}]
    assert asset.text("lifecycle") == "in_use"
    assert (asset.known_from["mount_type"].source, asset.known_from["mount_type"].grade) == ("manual", "A")
    assert not any(hold.is_active for hold in view.holds)
    assert desk.audit(asking="audit-1")[0] == ()
    assert walk.view().clocks[0].due_on == dt.date(2031, 4, 25)


def test_the_same_key_gives_the_same_receipt_and_another_request_under_it_is_refused(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open()
    first = desk.act(walk.case_id, Act(action="acknowledge"), asking="desk-1", key="k", now=START)
    again = desk.act(walk.case_id, Act(action="acknowledge"), asking="desk-1", key="k", now=START + dt.timedelta(days=9))
    assert first == again
    assert len(walk.view().history) == 2
    with pytest.raises(KeyReusedError):
        desk.act(walk.case_id, Act(action="decline", detail={"code": "space"}), asking="desk-1", key="k", now=START)


def test_a_stale_action_is_a_clean_conflict(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open()
    seen = walk.view().line.version
    desk.act(walk.case_id, Act(action="acknowledge", expected_version=seen), asking="desk-1", key="1", now=START)
    with pytest.raises(StaleCaseError, match="at version 2, not 1"):
        desk.act(walk.case_id, Act(action="withdraw", why="x", expected_version=seen), asking="alpha-1", key="2", now=START)
    assert walk.view().line.state == "SCREENING"


def test_what_is_not_allowed_says_what_is(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open()
    assert "allowed instead: acknowledge, decline, withdraw" in walk.tried("permit", "desk-1")
    assert "for window, not for carrier; allowed instead: withdraw" in walk.tried("acknowledge")
    assert "coded reason must be given, one of structure" in walk.tried("decline", "desk-1", code="mood")
    assert "a reason must be given" in walk.tried("withdraw")
    assert "does not exist or is not yours" in walk.tried("withdraw", "beta-1", "x")
    assert "planner may not act case" in walk.tried("withdraw", "plan-1", "x")
    walk.days(-1)
    assert "must not be before 2026-04-01" in walk.tried("acknowledge", "desk-1")
    assert [event.action for event in walk.view().history] == ["open"]


@pytest.mark.parametrize(
    "request_",
    [
        {"title": "x", "asset_ids": ("none:1",)},
        {"title": "x", "asset_ids": ("test:0", "test:0")},
        {"title": "x"},
        {"title": " ", "asset_ids": ("test:0",)},
        {"title": "a\0b", "asset_ids": ("test:0",)},
        {"title": "y" * 5000, "asset_ids": ("test:0",)},
    ],
)
def test_a_bad_inquiry_is_refused_and_nothing_written(desk: Desk, request_: dict[str, object]) -> None:
    with pytest.raises(InvalidRequestError):
        desk.open_case(OpenRequest(**request_), asking="alpha-1", key="k", now=START)  # type: ignore[arg-type]
    assert desk.cases(asking="desk-1") == ()


def test_retired_assets_cannot_be_asked_for_or_held(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open("test:3")
    walk.act("acknowledge", "desk-1")
    with Register(engine=desk.engine).writing(who="t", why="", now=START) as session:
        found = session.asset("test:3")
        assert found
        session.put_asset("test:3", found.record, is_gone=True)
    assert "gone or retired: test:3" in walk.tried("hold")
    with pytest.raises(InvalidRequestError, match="not gone or retired, got 'test:3'"):
        Walk(desk).open("test:3")


def test_the_last_slot_is_held_once_and_who_waits_first_gets_it_next(desk: Desk) -> None:
    first, second, third = Walk(desk, "alpha"), Walk(desk, "beta"), Walk(desk, "gamma")
    for walk in (first, second, third):
        walk.open("test:4")
        walk.act("acknowledge", "desk-1")
    first.act("hold")
    assert "no slot is left on test:4; join the waiting list" in second.tried("hold")
    desk.wait(third.case_id, asking="gamma-1", key="w3", now=START)
    desk.wait(second.case_id, asking="beta-1", key="w2", now=START + dt.timedelta(hours=1))
    first.now = START + dt.timedelta(days=2)
    first.act("withdraw")
    assert [walk.view().line.state for walk in (first, second, third)] == ["WITHDRAWN", "SCREENING", "HELD"]
    assert third.view().history[-1].role == "system"


def test_the_place_in_line_is_shown_to_each_without_the_others(desk: Desk) -> None:
    walks = [Walk(desk, name) for name in ("alpha", "beta", "gamma")]
    for walk in walks:
        walk.open("test:4")
        walk.act("acknowledge", "desk-1")
    walks[0].act("hold")
    for number, walk in enumerate(walks[1:]):
        desk.wait(walk.case_id, asking=f"{walk.carrier}-1", key="w", now=START + dt.timedelta(hours=number))
    for place, walk in enumerate(walks[1:], 1):
        for who in (f"{walk.carrier}-1", "desk-1", "roads-1"):
            assert [(one.asset_id, one.place) for one in walk.view(who).waiting] == [("test:4", place)]
        assert not any(other.carrier in repr(walk.view(f"{walk.carrier}-1")) for other in walks if other is not walk)
    assert walks[0].view().waiting == ()
    shown = case_text(walks[2].view("gamma-1"), desk.settings)
    assert "waits  test:4 place 2 in line since 2026-04-01" in shown
    walks[1].now = START + dt.timedelta(days=1)
    walks[1].act("withdraw")
    assert [one.place for one in walks[2].view("gamma-1").waiting] == [1]
    with desk.reading("gamma-1") as (session, person):
        assert len(places_shown(session, person, walks[2].case_id)) == 1
        if desk.engine.dialect.name == "postgresql":
            assert session.connection.execute(sa.select(sa.func.count()).select_from(WAITING)).scalar() == 1


def test_a_clock_that_is_behind_gains_no_place(desk: Desk) -> None:
    walks = [Walk(desk, name) for name in ("alpha", "beta", "gamma")]
    for walk in walks:
        walk.open("test:4")
        walk.act("acknowledge", "desk-1")
    walks[0].act("hold")
    for walk, hour in zip(walks[1:], (5, 1), strict=True):
        desk.wait(walk.case_id, asking=f"{walk.carrier}-1", key="w", now=START + dt.timedelta(hours=hour))
    walks[0].now = START + dt.timedelta(hours=2)
    walks[0].act("withdraw")
    assert [walk.view().line.state for walk in walks] == ["WITHDRAWN", "HELD", "SCREENING"]
    assert walks[1].view().history[-1].at == START + dt.timedelta(hours=5)


def test_nobody_jumps_the_line(small_desk: Desk) -> None:
    """The first in line is kept out by its cap; once the cap leaves room, a newcomer cannot take the slot before it."""
    tight = replace(small_desk.settings, versions=(replace(small_desk.settings.versions[0], holds_per_carrier_and_zone=1),))
    desk = replace(small_desk, settings=tight)
    busy, full, first, newcomer = (Walk(desk, name) for name in ("beta", "alpha", "beta", "gamma"))
    for walk, asset in ((busy, "test:0"), (full, "test:4"), (first, "test:4"), (newcomer, "test:4")):
        walk.open(asset)
        walk.act("acknowledge", "desk-1")
    busy.act("hold")
    full.act("hold")
    desk.wait(first.case_id, asking="beta-1", key="w", now=START)
    full.act("withdraw")
    assert first.view().line.state == "SCREENING"
    busy.act("withdraw")
    assert "others wait for test:4 and come first" in newcomer.tried("hold")
    desk.run_daily(now=START)
    assert (first.view().line.state, first.view().waiting) == ("HELD", ())
    assert "no slot is left" in newcomer.tried("hold")


def test_one_who_sets_a_slot_free_learns_nothing_of_who_gets_it(desk: Desk) -> None:
    leaving, waiting = Walk(desk), Walk(desk, "beta")
    for walk in (leaving, waiting):
        walk.open("test:4")
        walk.act("acknowledge", "desk-1")
    leaving.act("hold")
    desk.wait(waiting.case_id, asking="beta-1", key="w", now=START)
    guessed = f"{waiting.case_id}:{waiting.view().line.version}:hold"
    leaving.act("withdraw")
    assert waiting.view().line.state == "HELD"
    desk.comment(leaving.case_id, "guess", is_internal=False, asking="alpha-1", key=guessed, now=START)


def test_a_daily_run_with_a_clock_that_is_behind_lets_the_others_expire(desk: Desk) -> None:
    ahead, plain = Walk(desk), Walk(desk, "beta")
    for walk, asset in ((ahead, "test:0"), (plain, "test:1")):
        walk.open(asset)
        walk.act("acknowledge", "desk-1")
        walk.act("hold")
    desk.assign(ahead.case_id, "lab", asking="desk-1", key="late", now=START + dt.timedelta(days=90))
    done = desk.run_daily(now=START + dt.timedelta(days=70))
    assert [one.case_id for one in done] == [plain.case_id]
    assert ahead.view().line.state == "HELD"


def test_two_carriers_share_where_the_asset_takes_two(desk: Desk) -> None:
    walks = [Walk(desk, name) for name in ("alpha", "beta", "gamma")]
    for walk in walks:
        walk.open("test:2")
        walk.act("acknowledge", "desk-1")
    walks[0].act("hold")
    walks[1].act("hold")
    assert "no slot is left" in walks[2].tried("hold")


def test_a_hold_expires_with_the_daily_run_and_not_before(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open()
    walk.act("acknowledge", "desk-1")
    walk.act("hold")
    walk.days(60)
    assert desk.run_daily(now=walk.now) == ()
    walk.days(1)
    assert "the hold has expired" in walk.tried("ask_survey")
    (receipt,) = desk.run_daily(now=walk.now)
    assert (receipt.action, walk.view().line.state) == ("expire", "EXPIRED")
    assert desk.run_daily(now=walk.now) == ()


def test_the_queue_shows_what_is_overdue_first(desk: Desk) -> None:
    late, later = Walk(desk), Walk(desk, "beta", now=START + dt.timedelta(days=1))
    late.open("test:0")
    later.open("test:1")
    now = START + dt.timedelta(days=5)
    assert [line.case_id for line in desk.overdue(asking="desk-1", now=now)] == [late.case_id, later.case_id]
    assert [line.case_id for line in desk.overdue(asking="beta-1", now=now)] == [later.case_id]
    assert len(desk.due_soon(asking="desk-1", now=START)) == 2
    assert desk.overdue(asking="desk-1", now=START) == ()
    with pytest.raises(NotAllowedError):
        desk.overdue(asking="plan-1", now=now)


def test_remarks_and_documents_reach_only_whom_they_should(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open()
    desk.comment(walk.case_id, "for us", is_internal=True, asking="roads-1", key="1", now=START)
    desk.comment(walk.case_id, "for you", is_internal=False, asking="desk-1", key="2", now=START)
    desk.add_document(walk.case_id, "plan.pdf", b"%PDF-1.7 plan", asking="alpha-1", key="3", now=START)
    desk.add_document(walk.case_id, "note.txt", b"internal", is_internal=True, asking="desk-1", key="4", now=START)
    assert [one.text for one in walk.view("alpha-1").comments] == ["for you"]
    assert [one.text for one in walk.view("roads-1").comments] == ["for us", "for you"]
    assert [one.name for one in walk.view("alpha-1").documents] == ["plan.pdf"]
    assert desk.document(walk.case_id, 1, asking="roads-1") == b"%PDF-1.7 plan"
    for seq, who in ((2, "alpha-1"), (1, "beta-1"), (9, "desk-1")):
        with pytest.raises(NotFoundError):
            desk.document(walk.case_id, seq, asking=who)
    with pytest.raises(NotAllowedError):
        desk.comment(walk.case_id, "x", is_internal=True, asking="alpha-1", key="5", now=START)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b""),
        ("a.pdf", b"MZ\x90\xff"),
        ("a.pdf", b"plain"),
        ("../a.txt", b"x"),
        ("a.docx", b"PK\x03\x04junk"),
        ("a.txt", b"x" * 20_000_001),
    ],
)
def test_documents_that_are_not_what_they_say_are_refused(desk: Desk, name: str, content: bytes) -> None:
    walk = Walk(desk)
    walk.open()
    with pytest.raises(InvalidRequestError):
        desk.add_document(walk.case_id, name, content, asking="alpha-1", key="k", now=START)
    assert walk.view().documents == ()


def test_a_permit_that_is_open_or_refused_stands_in_the_way(desk: Desk) -> None:
    walk = Walk(desk)
    walk.to_review("test:5")
    assert "permits are still open: police_road_use for test:5 (NEEDED)" in walk.tried("permit", "roads-1")
    with pytest.raises(ActionNotAllowedError, match="for bureau, municipal, owner, not for carrier"):
        desk.act_on_permit(walk.case_id, "test:5", "road_occupancy", Act(action="waive_permit"), asking="alpha-1", key="p", now=walk.now)
    walk.days(40)
    assert "must say why it is late" in walk.tried("refuse", "roads-1", code="safety")
    walk.act("refuse", "roads-1", why="expert was ill", code="safety")
    assert walk.view().line.state == "REFUSED"


def test_a_search_area_alone_cannot_be_held(desk: Desk) -> None:
    request = OpenRequest(title="Around the station", area=Box(west=139.7, south=35.65, east=139.71, north=35.66))
    receipt = desk.open_case(request, asking="alpha-1", key="k", now=START)
    walk = Walk(desk, case_id=receipt.case_id)
    walk.act("acknowledge", "desk-1")
    assert "must name an asset first" in walk.tried("hold")
    assert walk.view().area == request.area


def test_restoring_a_site_frees_its_slot(desk: Desk) -> None:
    walk = Walk(desk)
    walk.to_service("test:6")
    other = Walk(desk, "beta", now=walk.now)
    other.open("test:6")
    other.act("acknowledge", "desk-1")
    assert "no slot is left" in other.tried("hold")
    desk.wait(other.case_id, asking="beta-1", key="w", now=other.now)
    walk.act("restore", "roads-1")
    assert walk.view().assets[0].values["occupancy"] == []
    assert other.view().line.state == "HELD"


def test_restricted_fields_are_for_those_allowed(desk: Desk) -> None:
    assert "contact" not in desk.asset("test:0", asking="alpha-1").values
    assert desk.asset("test:0", asking="desk-1").text("contact") == "03"


def test_lists_can_be_narrowed(desk: Desk) -> None:
    walks = [Walk(desk, name) for name in ("alpha", "beta")]
    walks[0].open("test:0")
    walks[1].open("test:1")
    walks[0].act("withdraw")
    assert [one.case_id for one in desk.cases(CaseFilter(asset_id="test:1"), asking="desk-1")] == [walks[1].case_id]
    assert [one.state for one in desk.cases(CaseFilter(is_open=False), asking="desk-1")] == ["WITHDRAWN"]
    assert desk.cases(CaseFilter(carrier_org="alpha", is_open=None), asking="beta-1") == ()
