"""The examples of the library page run as they are printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "library.md"


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """Return what the examples of the page define, run one after the other."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 3
    defined: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), defined)  # noqa: S102  # our own page
    return defined


def test_the_example_ends_with_a_plan_that_its_figures_confirm(names: dict[str, Any]) -> None:
    plan, kpis = names["plan"], names["kpis"]
    assert len(plan.chosen) == 20
    assert kpis.total.covered_weight == pytest.approx(plan.objective)
    assert plan.gap < 0.02
    assert 0 < kpis.share < 1


def test_the_changed_rules_hold(names: dict[str, Any]) -> None:
    plan, first, second = names["within_budget"], names["first"], names["second"]
    assert first in plan.chosen
    assert second not in plan.chosen
    assert 0 < plan.cost_yen <= 60_000_000


def test_the_rays_agree_with_the_clearance(names: dict[str, Any]) -> None:
    is_visible, clearance = names["is_visible"], names["clearance"]
    assert is_visible.shape == (5, 1000)
    assert is_visible.any()
    assert np.all((clearance > 0) <= is_visible)
