"""The figures page, and the figures behind it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from page_visits import make_plan
from streamlit.testing.v1 import AppTest

from siting import evaluate
from window.csv_text import csv_bytes
from window.errors import InvalidTableError, NotAllowedError
from window.planning.coverage_figures import newest_figures
from window.server import server
from window.targets import OfficialTarget, TargetStep, fiscal_year, official_targets, target_of

NOW = dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)
Opened = Callable[..., AppTest]


def test_the_week_is_shown_in_numbers_with_units(opened: Opened) -> None:
    at = opened("figures", "demo-window")
    assert not at.exception
    figures = server().desk.weekly_figures(asking="demo-window", now=dt.datetime.now(dt.UTC))
    assert [one.label for one in at.metric] == ["新規受付", "処理中", "期限超過", "期限内の対応"]
    assert [one.value for one in at.metric][:3] == [f"{n} 件" for n in (figures.n_received, figures.n_open, figures.n_overdue)]
    assert at.button(key="figures-to-studio").label == "配置計画を開く"


def test_the_page_speaks_english(opened: Opened) -> None:
    at = opened("figures", "demo-window", language="en")
    assert [one.value for one in at.title] == ["Figures"]


def test_auditors_see_the_week_and_no_plans(opened: Opened) -> None:
    at = opened("figures", "demo-auditor")
    assert not at.exception
    assert len(at.metric) == 4
    assert "作成した組織だけ" in at.info[-1].value


def test_carriers_do_not_get_the_page(opened: Opened) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        opened("figures", "demo-carrier-1-1")


def test_the_newest_plan_is_shown_to_its_organisation_alone(opened: Opened, window_folder: Path) -> None:
    make_plan("demo-planner", "=1+1 <script>計画</script>")
    at = opened("figures", "demo-planner")
    assert not at.exception
    assert not at.error
    table = at.dataframe[-1].value.set_index("ゾーン・施設")
    assert table.loc["合成商店街", "公的目標 [%]"] == "100.0"
    assert table.loc["合成商店街", "達成"] == "未達"
    assert table.loc["合成駅前", "達成"] == "定めなし"
    assert "\\<script\\>" in next(one.value for one in at.caption if "計画" in one.value and "作成" in one.value)
    assert opened("figures", "demo-window").button(key="figures-to-studio")
    _figures_agree()


def _figures_agree() -> None:
    """The figures are those of the plan's own evaluation, on cells counted one by one."""
    found = server()
    with found.desk.reading("demo-planner") as (_, person):
        figures = newest_figures(found.plans, person, found.areas.names[0], NOW.date())
    assert figures is not None
    opened = figures.opened
    grid = opened.prepared.basis.demand
    is_served = opened.served(opened.plan.chosen)
    assert figures.whole.share == evaluate(opened.plan, opened.prepared.coverage, grid).share
    for one in figures.groups:
        cells = grid.groups[one.name]
        assert one.covered == pytest.approx(grid.weight[cells][is_served[cells]].sum())
        assert one.left_ha == pytest.approx((~is_served[cells]).sum() * grid.cell_m**2 / 1e4)
        assert one.measured_share == pytest.approx(np.mean(is_served[cells]))
        assert one.measured_share <= (one.reachable_area_share or 0)
    with found.desk.reading("demo-carrier-1-1") as (_, person), pytest.raises(NotAllowedError):
        newest_figures(found.plans, person, found.areas.names[0], NOW.date())


def test_cells_are_no_formulas() -> None:
    content = csv_bytes(["=name", "n"], [("+cmd|' /C calc'!A0", -1.5), ("＝1", None), ("渋谷駅, 「広場」", 3)])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [["'=name", "n"], ["'+cmd|' /C calc'!A0", "-1.5"], ["'＝1", ""], ["渋谷駅, 「広場」", "3"]]


@pytest.mark.parametrize(("day", "share"), [("2024-03-31", None), ("2024-04-01", 0.85), ("2026-03-31", 0.88), ("2030-01-01", 0.96)])
def test_targets_hold_for_their_fiscal_year(day: str, share: float | None) -> None:
    target = target_of("災害拠点病院 / hospitals", "facilities")
    assert target is not None
    step = target.on(dt.date.fromisoformat(day))
    assert (step.share if step else None) == share


def test_a_target_counts_only_where_it_is_named() -> None:
    assert target_of("渋谷全域 / all of Shibuya", "area") is None
    assert target_of("災害拠点病院 / hospitals", "area") is None
    commercial = target_of("Shopping street", "area")
    assert commercial is not None
    assert commercial.id == "commercial"
    assert fiscal_year(dt.date(2027, 3, 31)) == 2026
    assert {one.id for one in official_targets()} == {"facilities", "commercial", "roads"}


@pytest.mark.parametrize("steps", [(), (TargetStep(year=2025, share=0.5), TargetStep(year=2024, share=0.6))], ids=["none", "falling"])
def test_targets_that_cannot_be_are_refused(steps: tuple[TargetStep, ...]) -> None:
    some = official_targets()[0]
    with pytest.raises(InvalidTableError):
        OfficialTarget(id="x", measure="area", name=some.name, words=("x",), steps=steps, source=some.source)
    with pytest.raises(InvalidTableError):
        TargetStep(year=2024, share=1.1)
