"""The examples of the planning page run as they are printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from siting.outputs.frontier import COLUMNS
from siting.outputs.why_words import rejection_sentence, site_sentences
from siting.planning.explanation import WhyNot

PAGE = Path(__file__).resolve().parents[2] / "docs" / "planning.md"


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """Return what the examples of the page define, run one after the other."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 5
    defined: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), defined)  # noqa: S102  # our own page
    return defined


def test_pins_and_bans_hold(names: dict[str, Any]) -> None:
    assert names["refused"] not in names["without"].plan.chosen
    assert names["wanted"] in names["pinned"].plan.chosen
    assert names["refused"] not in names["more"].plan.chosen
    assert len(names["more"].plan.chosen) <= len(names["pinned"].plan.chosen) + 2
    assert names["back"].plan is names["plan"]


def test_every_candidate_has_its_sentences(names: dict[str, Any]) -> None:
    reasons = names["reasons"]
    assert len(reasons.chosen) + len(reasons.rejected) == names["problem"].coverage.n_candidates
    for site in reasons.chosen:
        assert all(sentence.ja and sentence.en for sentence in site_sentences(site, reasons.unit))
    for entry in reasons.rejected:
        sentence = rejection_sentence(entry, reasons.unit)
        assert "None" not in sentence.en + sentence.ja


def test_other_plans_and_the_curve_are_as_described(names: dict[str, Any]) -> None:
    plans = names["others"].plans
    assert len(plans) == 3
    assert plans[0].objective >= plans[1].objective >= plans[2].objective
    points = names["curve"].points
    assert [point.limit for point in points] == [8, 12, 20, 30]
    assert all(point.objective <= point.upper_bound for point in points)


def test_the_page_explains_every_reason_and_every_column(names: dict[str, Any]) -> None:
    explained = re.findall(r"^\| `(\w+)`", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(get_args(WhyNot)) <= set(explained)
    assert explained[-len(COLUMNS) :] == list(COLUMNS)
    assert {entry.code for entry in names["reasons"].rejected} <= set(get_args(WhyNot))
