"""The studio and the page of a case: what is refused is said once, and what stood stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from page_visits import make_plan
from streamlit.testing.v1 import AppTest

from window.case_rows import CaseFilter
from window.server import server

Opened = Callable[..., AppTest]


def test_a_limit_that_is_refused_is_forgotten(window_folder: Path, opened: Opened) -> None:
    make_plan("demo-planner", "計画")
    at = opened("studio", "demo-planner")
    assert not at.exception
    trial = at.session_state["trial"][1]
    for site_id in trial.now.plan.chosen[:2]:
        trial.ask("pin", site_id)
    at.run()
    at.number_input(key="limit-3").set_value(1).run()
    assert "局数の上限：固定した局が 2 局あるので、2 以上にしてください" in at.error[0].value
    assert at.number_input(key="limit-3").value == 3
    at.button(key=f"list-unpin-{trial.now.plan.chosen[0]}").click().run()
    assert not at.error, "said once"
    assert trial.now.problem.max_sites == 3, "and not applied later"
    assert [one.asked for one in trial.steps] == ["begin", "pin", "pin", "unpin"]


def test_what_the_form_asks_is_in_the_scenario(window_folder: Path, opened: Opened) -> None:
    at = opened("studio", "demo-planner")
    next(one for one in at.multiselect if one.label == "使わない種別").set_value(["park"])
    at.number_input(key="priority-demo_register-0").set_value(5.0)
    next(one for one in at.button if one.label == "計画を作る").click().run()
    assert not at.exception
    with server().desk.reading("demo-planner") as (_, person):
        (row,) = server().plans.plans(person)
    assert 'asset_type = "park"' in row.scenario
    assert "priority = 5.0" in row.scenario


def test_a_plan_without_limits_is_refused_in_words(window_folder: Path, opened: Opened) -> None:
    at = opened("studio", "demo-planner")
    next(one for one in at.number_input if one.label == "局数の上限").set_value(0)
    next(one for one in at.button if one.label == "計画を作る").click().run()
    assert "条件：局数か予算の上限のどちらかを入力してください" in at.error[0].value


def test_a_remark_that_is_refused_is_said_to_be(window_folder: Path, opened: Opened) -> None:
    case_id = server().desk.cases(CaseFilter(limit=1), asking="demo-window")[0].case_id
    at = opened("cases", "demo-window", case_id=case_id)
    at.session_state["case_id"] = case_id
    at.run()
    at.text_area(key=f"comment-words-{case_id}").set_value("上下を入れ替える\u202e文字")
    at.button(key=f"comment-send-{case_id}").click().run()
    assert "本文" in at.error[0].value
    at.text_area(key=f"comment-words-{case_id}").set_value("受け取りました")
    at.button(key=f"comment-send-{case_id}").click().run()
    assert not at.error
    assert "受け取りました" in "".join(one.value for one in at.caption)
