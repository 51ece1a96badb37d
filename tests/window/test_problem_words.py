"""What is wrong with a request, in Japanese: every rule that a page can meet has its words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from scenarios.errors import ScenarioError
from siting.errors import InvalidInputError
from window.errors import ActionNotAllowedError, InvalidRequestError, KeyReusedError, NotAllowedError, NotFoundError, StaleCaseError
from window.machine import permit_machine
from window.problem_words import in_both, in_one, problem_text, rule_text
from window.words import catalogue

ROOT = Path(__file__).parents[2] / "window"
MODULES = (
    *("guards", "machine", "opening", "acting", "permitting", "noting", "handover", "people", "uploads", "requests", "documents"),
    *("planning/viewshed", "planning/keeper", "trail_search", "registry/exports"),
)
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


def words_of(node: ast.expr) -> str | None:
    """Return a literal text with 7 for all it is filled with; None for what is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


def rules_of(module: str) -> Iterator[str]:
    """Yield the rules that a module states."""
    tree = ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
            if node.func.id in {"InvalidRequestError", "ActionNotAllowedError"}:
                yield words_of(node.args[1]) or ""
        elif module == "guards" and isinstance(node, ast.Return) and node.value is not None:
            parts = (node.value.body, node.value.orelse) if isinstance(node.value, ast.IfExp) else (node.value,)
            yield from (words_of(part) or "" for part in parts)
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "rule":
            yield words_of(node.value) or ""


STATED = sorted({rule for module in MODULES for rule in rules_of(module) if rule} - {"must be 7", "must be 7, without macros"})


def test_the_modules_state_rules() -> None:
    assert len(STATED) > 60


@pytest.mark.parametrize("rule", STATED)
def test_every_rule_a_page_can_meet_has_japanese_words(rule: str) -> None:
    assert JAPANESE.search(rule_text(rule, "ja")), rule


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InvalidRequestError("title", "must say something", ""), "件名：入力してください"),
        (InvalidRequestError("height_m", "must be in 1..150", 999.0), "アンテナ高さ：1〜150 m にしてください（入力：999.0）"),
        (
            InvalidInputError("max_sites", "must be >= 3 (existing and fixed sites count)", 1),
            "局数の上限：固定した局が 3 局あるので、3 以上にしてください（入力：1）",
        ),
        (
            ActionNotAllowedError("hold", "no slot is left on a, b; join the waiting list", ("withdraw",)),
            "「仮押さえ」はできません。a, b に空きがありません。順番待ちに入れます（いまできること：取り下げる）",
        ),
        (
            ActionNotAllowedError("hold", "in state REVIEW it is for bureau, owner, not for carrier"),
            "「仮押さえ」はできません。状態「審査」では 所管局職員・民間所有者 が行う操作です（あなたの役割：通信事業者）",
        ),
        (NotFoundError("case", "C-1"), "C-1 は見つからないか、閲覧できません。"),
        (NotAllowedError("carrier", "see", "audit"), "役割「通信事業者」にはこの操作の権限がありません。"),
        (StaleCaseError("C-1", 1, 2), "ほかの人がこの案件を先に更新しました。最新の内容を確認して、もう一度操作してください。"),
        (KeyReusedError("k"), "同じ受付番号で別の依頼が送られています。ページを開き直してください。"),
    ],
)
def test_what_people_read(error: Exception, said: str) -> None:
    assert problem_text(error, "ja") == said
    assert not JAPANESE.search(problem_text(error, "en"))


def test_no_rule_is_taken_for_a_vaguer_one() -> None:
    for key in (key for key in catalogue() if key.startswith("problem_rule.")):
        filled = re.sub(r"\{\w+\}", "7", catalogue()[key].en)
        want = re.sub(r"\{\w+\}", "7", catalogue()[key].ja)
        assert re.sub(r"7|（7）|（）", "", rule_text(filled, "ja")) == re.sub(r"7|（7）|（）", "", want), key


def test_no_path_of_the_server_is_told() -> None:
    error = ScenarioError("/srv/window/1.toml", "rules.max_sites", "or budget_yen must be given", None)
    assert problem_text(error, "ja") == "局数の上限：局数か予算の上限が必要です"
    assert problem_text(error, "en") == "Most sites: or budget_yen must be given"
    unlimited = ScenarioError("/srv/window/1.toml", "rules", "must give max_sites or budget_yen", None)
    assert problem_text(unlimited, "ja") == "条件：局数か予算の上限のどちらかを入力してください"
    assert in_one(in_both(partial(problem_text, error)), "ja") == problem_text(error, "ja")
    assert in_one("the words of an earlier version", "ja") == "the words of an earlier version"


def test_what_is_named_is_not_looked_up_elsewhere() -> None:
    assert rule_text("another office answers for open; the window may assign yours to the case", "ja").startswith("open はほかの部署")
    state = permit_machine().states[0]
    assert rule_text(f"state {state.name} has no such action", "ja") == f"状態「{state.ja}」ではできない操作です"


def test_an_unknown_rule_and_an_unknown_error_stay_as_they_are() -> None:
    assert problem_text(InvalidRequestError("x", "must be odd", 2), "ja") == "x：must be odd（入力：2）"
    assert problem_text(ValueError("as it is"), "ja") == "as it is"
