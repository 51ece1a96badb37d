"""The example of the page on robust plans runs as it is printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "robust.md"


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """Return what the example defines."""
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    defined: dict[str, Any] = {}
    exec(compile(block, str(PAGE), "exec"), defined)  # noqa: S102  # our own page
    return defined


def test_the_robust_plan_is_the_better_one_on_average(names: dict[str, Any]) -> None:
    compared = names["compared"]
    assert compared.expected_gain > 0
    assert compared.price >= 0
    assert compared.robust.expected_weight == pytest.approx(names["robust"].expected_weight)
    assert names["robust"].gap < 0.02
    assert len(compared.leans) == len(names["robust"].chosen) == 15


def test_the_page_names_what_the_package_offers(names: dict[str, Any]) -> None:
    offered = re.findall(r"^\| `(\w+)`", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(offered) == {"PermitRates", "solve_robust", "RobustPlan", "simulate", "find_leans", "compare_with_nominal"}
    siting = __import__("siting")
    assert all(hasattr(siting, name) for name in offered)
    assert set(names["rates"].__dataclass_fields__) == {"default", "by_owner", "by_type", "by_owner_and_type", "by_id"}
