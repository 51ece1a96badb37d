"""What staff do on the command line: many cases at once, likeness, drafts, sharing, alerts, figures, parties, documents, permits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.window.desk_samples import START, Walk, run
from window.desk import Desk

NOW = ("--now", START.isoformat())


@pytest.fixture
def cli_desk(small_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A furnished desk that commands find by themselves."""
    monkeypatch.setenv("SITING_DB", str(small_desk.engine.url))
    return small_desk


def test_one_action_on_many_cases_says_what_came_of_each(cli_desk: Desk) -> None:
    walks = [Walk(cli_desk, name) for name in ("alpha", "beta")]
    for walk in walks:
        walk.open("test:0")
    walks[1].act("withdraw")
    sent = ("case", "bulk", "acknowledge", walks[0].case_id, walks[1].case_id, "--as", "desk-1", "--key", "k", *NOW)
    first, second = run(*sent, code=1).splitlines()
    assert first.split("\t")[:3] == [walks[0].case_id, "acknowledge", "SCREENING"]
    assert second.split("\t")[:2] == [walks[1].case_id, "refused"]
    assert run(*sent, code=1).splitlines() == [first, second]


def test_like_cases_are_listed_by_distance(cli_desk: Desk) -> None:
    walks = [Walk(cli_desk, name) for name in ("alpha", "beta", "gamma")]
    for walk, asset in zip(walks, ("test:0", "test:0", "test:1"), strict=True):
        walk.open(asset)
    walks[2].act("withdraw")
    found = run("case", "duplicates", walks[0].case_id, "--as", "desk-1")
    assert found == f"0 m\t{walks[1].case_id}\tINQUIRY\tbeta\ttest:0\t2026-04-01\n"
    assert f"111 m\t{walks[2].case_id}\tWITHDRAWN" in run("case", "similar", walks[0].case_id, "--as", "desk-1")
    assert run("case", "similar", walks[0].case_id, "--within-m", "50", "--as", "desk-1") == ""
    assert "role carrier may not see duplicates" in run("case", "duplicates", walks[0].case_id, "--as", "alpha-1", code=2)


def test_a_draft_is_printed_with_its_subject_first(cli_desk: Desk) -> None:
    walk = Walk(cli_desk)
    walk.open()
    said = run("case", "draft", walk.case_id, "to_carrier", "--language", "en", "--as", "desk-1", *NOW)
    assert said.splitlines()[:3] == [f"[Window] {walk.case_id}: where it stands", "", "Dear Alpha,"]
    assert "must be one of to_bureau, to_carrier" in run("case", "draft", walk.case_id, "to_all", "--as", "desk-1", *NOW, code=2)


def test_the_sharing_check_prints_answer_permits_and_rule(cli_desk: Desk) -> None:
    said = run("case", "sharing", "test:0", "--as", "alpha-1", *NOW).split("\t")
    assert said[:2] == ["ask_owner", "road_occupancy, police_road_use"]
    assert said[2].startswith("rule of 2022-04-01: ")
    assert "asset 'test:99' does not exist" in run("case", "sharing", "test:99", "--own", "--as", "alpha-1", *NOW, code=2)


def test_the_end_of_a_term_and_the_week_are_shown(cli_desk: Desk) -> None:
    walk = Walk(cli_desk)
    walk.to_service("test:0")
    end = walk.view().line.due_on
    assert end is not None
    soon = dt.datetime.combine(end - dt.timedelta(days=90), dt.time(3), dt.UTC)
    assert run("case", "terms", "--as", "desk-1", "--now", soon.isoformat()).split("\t")[1:4] == [walk.case_id, "90 days left", "alert 90"]
    week = run("case", "figures", "--as", "plan-1", "--now", walk.now.isoformat())
    assert "received\t0\n" in week
    assert "median days in BUILD\t20.0\n" in week
    assert "open at 建設局\t1\n" in week


def test_a_document_goes_in_and_comes_out_for_a_party(cli_desk: Desk, tmp_path: Path) -> None:
    walk = Walk(cli_desk)
    walk.open()
    (tmp_path / "plan.txt").write_text("図面", "utf-8")
    run("case", "attach", walk.case_id, str(tmp_path / "plan.txt"), "--as", "alpha-1", *NOW)
    fetched = ("case", "fetch", walk.case_id, "1", "--out", str(tmp_path / "out.txt"), "--as", "lab-1")
    assert "does not exist or is not yours" in run(*fetched, code=2)
    run("case", "assign", walk.case_id, "lab", "--as", "desk-1", *NOW)
    assert run(*fetched).startswith("6 bytes in ")
    assert (tmp_path / "out.txt").read_text("utf-8") == "図面"
    assert "must be a new file" in run(*fetched, code=2)


def test_permits_are_asked_for_and_granted(cli_desk: Desk) -> None:
    walk = Walk(cli_desk)
    walk.to_review("test:0")
    now = ("--now", walk.now.isoformat())
    for permit in ("road_occupancy@test:0", "police_road_use@test:0"):
        run("case", "act", walk.case_id, "ask_permit", "--permit", permit, "--as", "alpha-1", *now)
        run("case", "act", walk.case_id, "grant_permit", "--permit", permit, "--as", "roads-1", *now)
    assert "permit road_occupancy for test:0: GRANTED" in run("case", "show", walk.case_id, "--as", "alpha-1", *now)
    said = run("case", "act", walk.case_id, "grant_permit", "--permit", "road_occupancy", "--as", "roads-1", *now, code=2)
    assert "must be PERMIT@ASSET" in said
