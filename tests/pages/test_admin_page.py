"""Administration as each role meets it."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assets_db.store import RegisterError, head_from, head_text
from window.backups import backup_content, check_backup, check_database, list_backups, make_backup
from window.errors import InvalidRequestError, NotAllowedError, NotFoundError
from window.policy import policy_rows
from window.rules_in_force import fee_table
from window.server import server
from window.trail_search import TrailFilter, search_trail, trail_actions
from window.words import catalogue
from window.working_days import named_holidays, open_days_by_month, public_holidays

NOW = dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)
ALL = ["people", "policy", "fees", "holidays", "clocks", "backup", "audit"]
Opened = Callable[..., AppTest]


def columns(at: AppTest, place: int = 0) -> list[str]:
    return list(at.dataframe[place].value.columns)


@pytest.mark.parametrize(("login", "sections"), [("demo-admin", ALL), ("demo-auditor", [*ALL[:5], "audit"]), ("demo-window", ALL[:5])])
def test_each_role_sees_its_own_sections(opened: Opened, login: str, sections: list[str]) -> None:
    at = opened("admin", login)
    assert not at.exception
    assert at.segmented_control(key="admin-section").options == [catalogue()[f"admin.{one}"].ja for one in sections]
    for one in sections:
        at.segmented_control(key="admin-section").set_value(one).run()
        assert not at.exception
        assert not at.error


@pytest.mark.parametrize("login", ["demo-carrier-1-1", "demo-planner", "demo-officer"])
def test_others_do_not_get_the_page(opened: Opened, login: str) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        opened("admin", login)


def test_an_administrator_adds_and_retires(opened: Opened) -> None:
    at = opened("admin", "demo-admin")
    at.text_input(key="admin-org-0").set_value("new-desk")
    at.text_input(key="admin-org-name-0").set_value("新しい窓口 <b>*x*</b>")
    at.selectbox(key="admin-org-role-0").set_value("window")
    at.button(key="admin-add-org-0").click().run()
    assert "\\<b\\>\\*x\\*" in at.success[0].value
    at.text_input(key="admin-login-1").set_value("taro@example.org")
    at.text_input(key="admin-name-1").set_value("太郎")
    at.selectbox(key="admin-of-1").set_value("new-desk")
    at.button(key="admin-add-person-1").click().run()
    added = next(one for one in server().desk.people(asking="demo-admin") if one.person_id == "taro@example.org")
    assert (added.role, added.org_id) == ("window", "new-desk")
    at.selectbox(key="admin-retire-2").set_value("taro@example.org").run()
    assert at.button(key="admin-retire-now-2").disabled
    at.checkbox(key="admin-sure-2-taro@example.org").check().run()
    at.button(key="admin-retire-now-2").click().run()
    assert "taro@example.org" not in {one.person_id for one in server().desk.people(asking="demo-admin")}


def test_what_is_wrong_is_said_and_nothing_is_written(opened: Opened) -> None:
    at = opened("admin", "demo-admin")
    at.text_input(key="admin-login-0").set_value("demo-window")
    at.text_input(key="admin-name-0").set_value("二人目")
    at.selectbox(key="admin-of-0").set_value("demo-desk")
    at.button(key="admin-add-person-0").click().run()
    assert "すでに使われています" in at.error[0].value
    assert at.text_input(key="admin-name-0").value == "二人目"


def test_the_last_administrator_stays(window_folder: Path) -> None:
    with pytest.raises(InvalidRequestError, match="last administrator"):
        server().desk.retire_person("demo-admin", asking="demo-admin", now=NOW)


def test_only_those_who_may_change_people_see_the_forms(opened: Opened) -> None:
    at = opened("admin", "demo-auditor")
    assert len(at.dataframe) == 2
    assert not at.text_input


def test_every_right_has_words() -> None:
    missing = [key for thing, verb in policy_rows() if (key := f"admin_right.{thing.replace(' ', '_')}_{verb}") not in catalogue()]
    assert not missing


def test_fees_are_those_of_the_day(opened: Opened) -> None:
    at = opened("admin", "demo-window", admin_section="fees")
    at.date_input(key="admin-fee-day").set_value(dt.date(2026, 3, 31)).run()
    assert "example-lamp-before-2026" in set(at.dataframe[0].value["規則"])
    at.date_input(key="admin-fee-day").set_value(dt.date(2026, 4, 1)).run()
    assert "example-lamp-before-2026" not in set(at.dataframe[0].value["規則"])
    at.toggle(key="admin-fee-narrow").set_value(False).run()
    assert "有効" in columns(at)
    assert len(at.dataframe[0].value) == 7


def test_fees_follow_the_rule_files_of_the_area(window_folder: Path) -> None:
    rules = '[[fees]]\nid = "ours"\nvalid_from = 2020-01-01\nyearly_per_antenna_yen = 1\nsource = "tariff"\n'
    (window_folder / "ours.toml").write_text(rules, encoding="utf-8")
    area = window_folder / "area.toml"
    area.write_text(area.read_text(encoding="utf-8").replace('database = "register.db"', 'database = "register.db"\nrules = ["ours.toml"]'))
    with server().desk.reading("demo-window") as (_, person):
        found = fee_table(server().areas, person, server().areas.names[0], NOW.date())
    assert [one.rule.id for one in found] == ["ours"]
    with server().desk.reading("demo-carrier-1-1") as (_, person), pytest.raises(NotAllowedError):
        fee_table(server().areas, person, "", NOW.date())


def test_holidays_have_names_in_both_languages(opened: Opened) -> None:
    assert named_holidays(2026, "ja")[dt.date(2026, 5, 6)] == "振替休日"
    assert named_holidays(2026, "en")[dt.date(2026, 11, 3)] == "Culture Day"
    assert set(named_holidays(2026, "ja")) == public_holidays(2026)
    assert (len(open_days_by_month(2026)), sum(open_days_by_month(2026))) == (12, 240)
    at = opened("admin", "demo-admin", admin_section="holidays")
    at.number_input(key="admin-year").set_value(2027).run()
    assert "2027-01-01" in set(at.dataframe[0].value["日付"])


def test_clocks_are_shown_with_their_days(opened: Opened) -> None:
    table = opened("admin", "demo-window", admin_section="clocks").dataframe[0].value
    assert table.set_index("期限").loc["審査", "日数 [日]"] == 60


def test_a_backup_is_made_checked_and_traced(opened: Opened, window_folder: Path) -> None:
    at = opened("admin", "demo-admin", admin_section="backup")
    assert at.info
    at.button(key="admin-backup-make").click().run()
    assert not at.error
    assert len(at.dataframe[0].value) == 1
    at.button(key="admin-backup-check").click().run()
    assert at.success
    assert not at.error
    (made,) = (window_folder / "backups").glob("*.db")
    assert made.stat().st_mode & 0o077 == 0
    assert search_trail(server().desk, TrailFilter(action="desk.backup"), asking="demo-admin")[0].what == json.dumps(
        {"file": made.name}, separators=(",", ":")
    )


def test_a_backup_that_was_changed_is_found_out(window_folder: Path) -> None:
    desk, folder = server().desk, window_folder / "backups"
    made = make_backup(desk, folder, asking="demo-admin", now=NOW)
    assert backup_content(desk, folder, made.name, asking="demo-admin", now=NOW) == (folder / made.name).read_bytes()
    with closing(sqlite3.connect(folder / made.name)) as connection:
        connection.execute("UPDATE desk_cases SET state = 'BUILD' WHERE case_id = (SELECT min(case_id) FROM desk_cases)")
        connection.commit()
    assert check_backup(desk, folder, made.name, asking="demo-admin")
    assert not check_database(desk, asking="demo-admin")


def test_backups_are_for_administrators_and_stay_in_their_folder(window_folder: Path) -> None:
    desk, folder = server().desk, window_folder / "backups"
    for login in ("demo-auditor", "demo-window", "demo-carrier-1-1", "demo-planner", "demo-officer"):
        with pytest.raises(NotAllowedError):
            make_backup(desk, folder, asking=login, now=NOW)
        with pytest.raises(NotAllowedError):
            list_backups(desk, folder, asking=login)
        with pytest.raises(NotAllowedError):
            check_database(desk, asking=login)
    assert not folder.exists()
    for name in ("../register.db", str(window_folder / "register.db"), "register.db"):
        with pytest.raises(NotFoundError):
            backup_content(desk, folder, name, asking="demo-admin", now=NOW)


def test_the_trail_is_searched_by_who_what_and_when(window_folder: Path) -> None:
    desk = server().desk
    everything = search_trail(desk, TrailFilter(limit=1000), asking="demo-auditor")
    assert [one.seq for one in everything] == sorted((one.seq for one in everything), reverse=True)
    of_window = search_trail(desk, TrailFilter(who="demo-window", action="desk.acknowledge"), asking="demo-auditor")
    assert of_window
    assert {(one.who, one.action) for one in of_window} == {("demo-window", "desk.acknowledge")}
    case_id = json.loads(of_window[0].what)["case_id"]
    assert {json.loads(one.what)["case_id"] for one in search_trail(desk, TrailFilter(words=case_id), asking="demo-auditor")} == {case_id}
    day = of_window[0].at.date()
    assert {one.at.date() for one in search_trail(desk, TrailFilter(since=day, until=day), asking="demo-auditor")} == {day}
    first = search_trail(desk, TrailFilter(limit=3), asking="demo-auditor")
    assert search_trail(desk, TrailFilter(limit=3, before=first[-1].seq), asking="demo-auditor")[0].seq == first[-1].seq - 1
    assert search_trail(desk, TrailFilter(words="%"), asking="demo-auditor") == ()
    for login in ("demo-window", "demo-carrier-1-1"):
        with pytest.raises(NotAllowedError):
            search_trail(desk, TrailFilter(), asking=login)
        with pytest.raises(NotAllowedError):
            trail_actions(desk, asking=login)
    with pytest.raises(InvalidRequestError):
        TrailFilter(since=day, until=day - dt.timedelta(days=1))
    with pytest.raises(InvalidRequestError):
        TrailFilter(limit=0)


def test_the_trail_is_paged_and_verified_on_the_page(opened: Opened) -> None:
    at = opened("admin", "demo-auditor", admin_section="audit")
    newest = at.dataframe[0].value["番号"].max()
    at.button(key="admin-audit-older").click().run()
    assert at.dataframe[0].value["番号"].max() == newest - 100
    at.text_input(key="admin-audit-words").set_value("no such words").run()
    assert not at.dataframe
    assert at.info
    at.button(key="admin-audit-verify").click().run()
    assert not at.error
    assert f"{newest:,} 行" in at.success[0].value


def test_a_head_that_is_gone_or_none_is_told(opened: Opened) -> None:
    _, head = server().desk.audit(asking="demo-auditor")
    assert head_from(head_text(head).encode()) == head
    at = opened("admin", "demo-auditor", admin_section="audit")
    foreign = json.dumps({"seq": head.seq, "hash": "0" * 64}).encode()
    at.file_uploader(key="admin-audit-head").set_value(("head.json", foreign, "application/json"))
    at.button(key="admin-audit-verify").click().run()
    assert "1 件の異常" in at.error[0].value
    for content in (b"", b"[]", b"{}", b"\xff", b'{"seq": "x", "hash": 1}', b"[" * 100_000):
        with pytest.raises(RegisterError):
            head_from(content)
