"""Hostile and careless people: whatever they send, the answer is a typed error and nothing is half-written."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assets_db.errors import AssetsError
from tests.window.desk_samples import START, Walk
from window.case_rows import CaseFilter
from window.case_text import case_text
from window.desk import Desk
from window.documents import media_type_of, read_document
from window.errors import ActionNotAllowedError, InvalidRequestError, KeyReusedError, NotFoundError, StaleCaseError, UnknownHolidaysError
from window.people import Organisation
from window.requests import Act, OpenRequest

HOSTILE = (
    "",
    "a\0b",
    "\udcff",
    "x" * 100_000,
    "'; DROP TABLE desk_cases; --",
    "%_",
    "../../etc/passwd",
    "\u202etxt.exe",
    "line\u2028two",
    "\u200bzero",
    "{case_id.__class__}",
)


def calls(desk: Desk, case_id: str, text: str, keys: itertools.count[int]) -> list[Callable[[], object]]:
    """Return everything that takes a text, with a hostile one in each place."""

    def note(who: str = "desk-1", key: str = "") -> dict[str, object]:
        return {"asking": who, "key": key or f"h{next(keys)}", "now": START}

    good = Act(action="acknowledge")
    return [
        lambda: desk.open_case(OpenRequest(title=text, asset_ids=("test:0",)), **note("alpha-1")),  # type: ignore[arg-type]
        lambda: desk.open_case(OpenRequest(title="x", asset_ids=(text,)), **note("alpha-1")),  # type: ignore[arg-type]
        lambda: desk.open_case(OpenRequest(title="x", asset_ids=("test:0",), carrier_org=text), **note()),  # type: ignore[arg-type]
        lambda: desk.open_case(OpenRequest(title="x", asset_ids=("test:0",)), **note("alpha-1", text)),  # type: ignore[arg-type]
        lambda: desk.act(text, good, **note()),  # type: ignore[arg-type]
        lambda: desk.act(case_id, Act(action=text), **note()),  # type: ignore[arg-type]
        lambda: desk.act(case_id, Act(action="decline", why=text, detail={"code": text}), **note()),  # type: ignore[arg-type]
        lambda: desk.act(case_id, Act(action="decline", detail={text: "x"}), **note()),  # type: ignore[arg-type]
        lambda: desk.act(case_id, good, **note(text)),  # type: ignore[arg-type]
        lambda: desk.act_on_many([text], good, **note()),  # type: ignore[arg-type]
        lambda: desk.act_on_permit(text, text, text, good, **note()),  # type: ignore[arg-type]
        lambda: desk.act_on_permit(case_id, text, text, Act(action=text), **note()),  # type: ignore[arg-type]
        lambda: desk.wait(text, **note()),  # type: ignore[arg-type]
        lambda: desk.assign(case_id, text, **note()),  # type: ignore[arg-type]
        lambda: desk.comment(text, "x", is_internal=False, **note()),  # type: ignore[arg-type]
        lambda: desk.comment(case_id, text, is_internal=False, **note()),  # type: ignore[arg-type]
        lambda: desk.add_document(case_id, text, b"x", **note()),  # type: ignore[arg-type]
        lambda: desk.add_document(case_id, f"{text}.txt", b"x", **note()),  # type: ignore[arg-type]
        lambda: desk.document(text, 1, asking="desk-1"),
        lambda: desk.case(text, asking="desk-1", now=START),
        lambda: desk.case(case_id, asking=text, now=START),
        lambda: desk.cases(CaseFilter(states=(text,), carrier_org=text, asset_id=text), asking="desk-1"),
        lambda: desk.duplicates(text, asking="desk-1"),
        lambda: desk.similar(text, asking="desk-1"),
        lambda: desk.draft(case_id, text, text, asking="desk-1", now=START),
        lambda: desk.sharing(text, is_permittees_own=True, asking="desk-1", now=START),
        lambda: desk.asset(text, asking="alpha-1"),
        lambda: desk.add_person(text, text, "alpha", asking="admin", now=START),
        lambda: desk.add_person("new", "x", text, asking="admin", now=START),
        lambda: desk.add_organisation(Organisation(org_id=text, name=text, role="carrier"), asking="admin", now=START),
        lambda: desk.add_organisation(
            Organisation(org_id="o", name="o", role="bureau", bureau=text, lg_code=text), asking="admin", now=START
        ),
        lambda: desk.retire_person(text, asking="admin", now=START),
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(one[:12]) for one in HOSTILE])
def test_hostile_text_in_any_place_is_taken_as_text_or_refused(desk: Desk, text: str) -> None:
    walk = Walk(desk)
    walk.open()
    keys = itertools.count()
    for number, call in enumerate(calls(desk, walk.case_id, text, keys)):
        said = ""
        try:
            call()
        except AssetsError as error:  # whatever else comes is a defect
            said = str(error)
        assert len(said) < 1000, number
    assert desk.audit(asking="audit-1")[0] == ()


def test_a_title_of_two_lines_or_with_turned_text_is_refused(small_desk: Desk) -> None:
    for title in ("one\ntwo", "a\tb", "pay \u202eeno", "a\u2028b"):
        with pytest.raises(InvalidRequestError):
            OpenRequest(title=title, asset_ids=("test:0",))


def test_a_reason_of_many_lines_cannot_pass_for_history(small_desk: Desk) -> None:
    walk = Walk(small_desk)
    walk.open()
    small_desk.comment(walk.case_id, "x\n2026-04-02  permit -> PERMITTED  roads-1", is_internal=False, asking="alpha-1", key="c", now=START)
    assert not any(line.startswith("2026-04-02") for line in case_text(walk.view(), small_desk.settings).splitlines())


def test_numbers_out_of_range_are_refused(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open()
    for seq in (0, -1, 2**31, 10**30):
        with pytest.raises(NotFoundError):
            desk.document(walk.case_id, seq, asking="desk-1")
    for within_m in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidRequestError, match="within_m must be > 0"):
            desk.similar(walk.case_id, asking="desk-1", within_m=within_m)
    with pytest.raises(InvalidRequestError, match="limit must be >= 1"):
        CaseFilter(limit=-1)
    with pytest.raises(InvalidRequestError, match="at most 20 entries"):
        Act(action="decline", detail={str(number): "x" for number in range(21)})


@pytest.mark.parametrize(
    ("now", "error", "words"),
    [
        (dt.datetime(2026, 4, 1), InvalidRequestError, "must carry a time zone"),  # what is refused
        (dt.datetime.max.replace(tzinfo=dt.UTC), InvalidRequestError, "within the calendar"),
        (dt.datetime(2100, 1, 1, tzinfo=dt.UTC), UnknownHolidaysError, "for which holidays are known"),
        (dt.datetime(2019, 1, 1, tzinfo=dt.UTC), InvalidRequestError, "must not be before 2020-04-01"),
    ],
)
def test_a_clock_that_is_far_off_opens_nothing(desk: Desk, now: dt.datetime, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        desk.open_case(OpenRequest(title="x", asset_ids=("test:0",)), asking="alpha-1", key="k", now=now)
    assert desk.all_cases(asking="desk-1") == ()
    desk.open_case(OpenRequest(title="x", asset_ids=("test:0",)), asking="alpha-1", key="k", now=START)


def test_a_survey_in_a_year_without_known_holidays_leaves_the_case_as_it_is(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open()
    walk.act("acknowledge", "desk-1")
    walk.act("hold")
    walk.act("ask_survey")
    assert "for which holidays are known" in walk.tried("set_dates", "roads-1", day="9998-01-01")
    assert (walk.view().line.version, len(walk.view().history)) == (4, 4)


def test_a_receipt_cannot_be_had_for_another_body_or_by_another_way(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open()
    first = desk.comment(walk.case_id, "one", is_internal=False, asking="alpha-1", key="k", now=START)
    assert desk.comment(walk.case_id, "one", is_internal=False, asking="alpha-1", key="k", now=START) == first
    note = {"asking": "alpha-1", "key": "k", "now": START}
    others: tuple[Callable[[], object], ...] = (
        lambda: desk.comment(walk.case_id, "two", is_internal=False, **note),  # type: ignore[arg-type]
        lambda: desk.add_document(walk.case_id, "a.txt", b"x", **note),  # type: ignore[arg-type]
        lambda: desk.act(walk.case_id, Act(action="withdraw", why="x"), **note),  # type: ignore[arg-type]
        lambda: desk.wait(walk.case_id, **note),  # type: ignore[arg-type]
        lambda: desk.open_case(OpenRequest(title="x", asset_ids=("test:0",)), **note),  # type: ignore[arg-type]
    )
    for other in others:
        with pytest.raises(KeyReusedError):
            other()
    assert [one.text for one in walk.view().comments] == ["one"]
    assert desk.comment(walk.case_id, "theirs", is_internal=False, asking="desk-1", key="k", now=START) != first


def test_an_office_decides_on_its_own_assets_only(desk: Desk) -> None:
    walk = Walk(desk)
    walk.to_review("test:4", "test:3")
    act, where = Act(action="ask_permit"), (walk.case_id, "test:3", "road_occupancy")
    desk.act_on_permit(*where, act, asking="alpha-1", key="1", now=walk.now)
    grant = Act(action="grant_permit")
    with pytest.raises(ActionNotAllowedError, match="another office answers for test:3"):
        desk.act_on_permit(*where, grant, asking="roads-1", key="2", now=walk.now)
    desk.act_on_permit(*where, grant, asking="shibuya-1", key="3", now=walk.now)
    police = (walk.case_id, "test:3", "police_road_use")
    desk.act_on_permit(*police, act, asking="alpha-1", key="4", now=walk.now)
    desk.assign(walk.case_id, "roads", asking="desk-1", key="5", now=walk.now)
    desk.act_on_permit(*police, grant, asking="roads-1", key="6", now=walk.now)


def test_a_stale_decision_on_a_permit_is_a_conflict(desk: Desk) -> None:
    walk = Walk(desk)
    walk.to_review("test:4")
    seen = walk.view().line.version
    desk.comment(walk.case_id, "x", is_internal=False, asking="alpha-1", key="c", now=walk.now)
    ask = Act(action="ask_permit", expected_version=seen)
    desk.act_on_permit(walk.case_id, "test:4", "road_occupancy", ask, asking="alpha-1", key="1", now=walk.now)
    with pytest.raises(StaleCaseError):
        desk.act_on_permit(walk.case_id, "test:4", "police_road_use", ask, asking="alpha-1", key="2", now=walk.now)


def test_as_built_data_are_checked_to_the_last_sign_and_may_be_about_many_assets(desk: Desk) -> None:
    walk = Walk(desk)
    walk.to_review("test:4")
    walk.permits()
    walk.act("permit", "roads-1")
    walk.act("confirm_fee", "desk-1", receipt="F")
    walk.act("give_notice", day=(walk.now + dt.timedelta(days=16)).date().isoformat())
    for value in ("a\0b", "\udcff", "x" * 1001, ""):
        assert "must" in walk.tried("hand_over", as_built=json.dumps({"test:4": {"name": value}}))
    assert "at most 200000 characters" in walk.tried("hand_over", as_built="x" * 200_001)
    assert "must be JSON" in walk.tried("hand_over", as_built="[" * 100_000)
    walk.act("hand_over", as_built=json.dumps({"test:4": {"mount_type": "pole"}}) + " " * 5000)


def test_two_antennas_of_one_carrier_leave_one_by_one(desk: Desk) -> None:
    walks = [Walk(desk), Walk(desk)]
    for walk in walks:
        walk.to_service("test:2")
    assert walks[0].view().assets[0].values["occupancy"] == [{"carrier": "alpha", "count": 2}]
    walks[0].act("restore", "roads-1")
    assert walks[1].view().assets[0].values["occupancy"] == [{"carrier": "alpha", "count": 1}]
    assert walks[1].view().assets[0].text("lifecycle") == "in_use"
    walks[1].act("restore", "roads-1")
    assert walks[1].view().assets[0].values["occupancy"] == []


def test_a_device_is_no_document() -> None:
    with pytest.raises(InvalidRequestError, match="not a folder or device"):
        read_document(Path("/dev/zero"))


@pytest.mark.parametrize("damage", range(40))
def test_a_damaged_office_document_is_refused_by_name(damage: int) -> None:
    """Bytes of a zip's directory are turned one after the other."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/doc\u00fcment.xml", "x")
    content = bytearray(packed.getvalue())
    content[-1 - damage * 3] ^= 0xFF
    with pytest.raises(InvalidRequestError):
        media_type_of("a.docx", bytes(content))
