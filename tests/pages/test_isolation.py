"""No carrier meets another's case, plan, remark or document on any page, whatever it asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from page_visits import signed_in
from streamlit.testing.v1 import AppTest

from window.planning.draft import Wish
from window.planning.worker import work
from window.server import server
from window.ui.door import PAGES, page_file

CARRIERS = tuple(f"demo-carrier-{number}-1" for number in range(1, 5))
MARK = "他社には見せない"


@pytest.fixture(scope="module")
def secret_window(sample_window: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of a window in which every carrier has a plan, a remark and a document of its own."""
    import shutil  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("secret") / "window"
    shutil.copytree(sample_window.parent, folder)
    return folder / "window.toml"


@pytest.fixture
def secrets(secret_window: Path, use_window: Callable[[Path], None]) -> Iterator[dict[str, set[str]]]:
    """Words that only one carrier may see, by carrier."""
    use_window(secret_window)
    found = server()
    now = dt.datetime.now(dt.UTC)
    words: dict[str, set[str]] = {}
    for login in CARRIERS:
        with found.desk.reading(login) as (_, person):
            pass
        mine = found.desk.all_cases(asking=login)
        words[login] = {line.case_id for line in mine}
        marks = [f"{MARK}{what}-{login}" for what in ("計画", "備考", "書類")]
        if not any(one.title == marks[0] for one in found.plans.plans(person)):
            found.plans.ask(person, "demo_register", Wish(title=marks[0], max_sites=4, effort=0.3), now=now)
            enough = iter([False, True])
            work(found.desk, found.settings.plans, until=lambda enough=enough: next(enough))  # type: ignore[misc]
        case_id = mine[0].case_id
        found.desk.comment(case_id, marks[1], is_internal=False, asking=login, key="secret-remark", now=now)
        found.desk.add_document(case_id, f"{marks[2]}.txt", b"secret", asking=login, key="secret-document", now=now)
        words[login] |= set(marks)
    yield words
    found.desk.engine.dispose()


def everything_on(app: AppTest) -> str:
    """Return all that a page sends to the browser."""
    parts = [str(node.proto) for node in app._tree if hasattr(node, "proto")]
    parts += [one.value.to_csv() for one in app.dataframe]
    parts += [str(getattr(one, "value", "")) for kind in (app.markdown, app.caption, app.error, app.info, app.metric) for one in kind]
    return "\n".join(parts)


def test_the_eye_of_this_test_sees_what_is_shown(secrets: dict[str, set[str]]) -> None:
    app = signed_in(CARRIERS[0])
    app.switch_page(page_file("cases")).run()
    shown = everything_on(app)
    own_open = [line.case_id for line in server().desk.cases(asking=CARRIERS[0])]
    assert own_open
    assert all(case_id in shown for case_id in own_open)
    app.switch_page(page_file("studio")).run()
    assert f"{MARK}計画-{CARRIERS[0]}" in str([one.options for one in app.selectbox]) + everything_on(app)


@pytest.mark.parametrize("login", CARRIERS)
def test_no_page_shows_a_foreign_word(secrets: dict[str, set[str]], login: str) -> None:
    foreign = set().union(*(words for other, words in secrets.items() if other != login))
    assert len(foreign) > 20
    app = signed_in(login)
    for entry in PAGES:
        if "carrier" not in entry.roles:
            continue
        app.switch_page(page_file(entry.name)).run()
        assert not app.exception
        shown = everything_on(app) + str([one.options for one in app.selectbox])
        assert not [word for word in foreign if word in shown], entry.name


@pytest.mark.parametrize("login", CARRIERS)
def test_a_foreign_case_or_plan_that_is_asked_for_by_name_does_not_exist(secrets: dict[str, set[str]], login: str) -> None:
    other = CARRIERS[(CARRIERS.index(login) + 1) % 4]
    foreign_case = next(word for word in secrets[other] if word.startswith("C-"))
    app = signed_in(login)
    app.session_state["case_id"] = foreign_case
    app.switch_page(page_file("cases")).run()
    assert "見つからないか、閲覧できません" in app.error[0].value
    assert not app.dataframe
    with server().desk.reading(other) as (_, person):
        pass
    foreign_plan = server().plans.plans(person)[0].plan_id
    app.session_state["plan_id"] = foreign_plan
    app.switch_page(page_file("studio")).run()
    assert foreign_plan not in everything_on(app)


def test_pages_of_other_roles_do_not_exist_for_a_carrier(secrets: dict[str, set[str]]) -> None:
    app = signed_in(CARRIERS[0])
    for name in ("register", "figures", "admin"):
        assert name not in {entry.name for entry in PAGES if "carrier" in entry.roles}
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            app.switch_page(page_file(name))
