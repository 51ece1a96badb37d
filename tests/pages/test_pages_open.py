"""Every page opens for everybody who may see it, in both languages, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from window.machine import ROLES
from window.ui.door import PAGES, page_file

LOGINS = {
    "window": "demo-window",
    "carrier": "demo-carrier-1-1",
    "bureau": "demo-officer",
    "planner": "demo-planner",
    "auditor": "demo-auditor",
    "administrator": "demo-admin",
}


def words_of(app: AppTest) -> str:
    parts = [one.value for kind in (app.title, app.subheader, app.markdown, app.caption, app.info, app.error) for one in kind]
    return "\n".join(str(part) for part in parts)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("role", LOGINS)
def test_every_page_of_a_role_opens_without_complaint(app: Callable[[str], AppTest], role: str, language: str) -> None:
    shown = app(LOGINS[role])
    shown.session_state["language"] = language
    for entry in PAGES:
        if role in entry.roles:
            shown.switch_page(page_file(entry.name)).run()
            assert not shown.exception, entry.name
            assert not shown.error, (entry.name, [one.value for one in shown.error])


def test_nobody_sees_a_page_before_signing_in(app: Callable[[str], AppTest]) -> None:
    shown = app("")
    assert "見本の利用者を選んでください" in words_of(shown)
    assert not shown.metric


def test_a_person_who_left_is_signed_out(app: Callable[[str], AppTest]) -> None:
    shown = app("demo-nobody")
    assert "見本の利用者を選んでください" in words_of(shown)


def test_every_role_that_people_have_is_offered_a_page() -> None:
    for role in ROLES:
        if role != "system":
            assert any(role in entry.roles for entry in PAGES), role


def test_english_pages_speak_english(app: Callable[[str], AppTest]) -> None:
    shown = app("demo-window")
    assert shown.title[0].value == "今日の業務"
    shown.session_state["language"] = "en"
    shown.run()
    assert shown.title[0].value == "Today"
