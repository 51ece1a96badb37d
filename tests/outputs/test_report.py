from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from street_grid import District

from siting.errors import InvalidInputError
from siting.evaluate import evaluate
from siting.outputs.report import MOST_LISTED_SITES, RejectFact, RunFacts, SourceFact, write_report
from siting.outputs.text import Bilingual, both
from siting.plan import Plan

FACTS = RunFacts(
    title=Bilingual(ja="試験計画", en="Test plan"),
    band="28 GHz",
    parameters=((Bilingual(ja="半径", en="Radius"), "200 m"),),
    notes=(both("note.flat_ground"), both("note.synthetic_candidates", n=138, rule="every 40 m")),
    sources=(SourceFact(name="walls.parquet", digest="0f" * 32),),
    credits=("Project PLATEAU, CC BY 4.0",),
    rejects=(RejectFact(source="signals.csv", n_accepted=80, reasons={"outside the area": 3, "no coordinates": 1}),),
    versions={"siting": "0.1.0", "numpy": "2.4.6"},
)


def report(district: District, path: Path, plan: Plan | None = None, facts: RunFacts = FACTS) -> str:
    write_report(path, plan=plan or district.plan, kpis=district.kpis, candidates=district.candidates, facts=facts, fixed=("p60",))
    return path.read_text(encoding="utf-8").replace("\u00a0", " ")


def test_the_report_says_everything_a_reader_must_know(district: District, tmp_path: Path) -> None:
    page = report(district, tmp_path / "report.html")
    for words in (
        "試験計画",
        "屋外面積の 90.3 % をカバー",
        "同じ条件では、どのような配置でもカバー率は 90.64 % を超えません",
        "西地区",
        "局数の上限",
        "地面は平らとみなしました",
        "every 40 m",
        "Project PLATEAU",
        "CC BY 4.0",
        "0f" * 32,
        "outside the area: 3",
        "numpy 2.4.6",
        "合成データを含みます",
    ):
        assert words in page
    assert re.search(r"乱数シード.*?<b>7</b>", page)


def test_timings_are_no_part_of_the_report(district: District, slower: Plan, tmp_path: Path) -> None:
    assert report(district, tmp_path / "a.html") == report(district, tmp_path / "b.html", plan=slower)


def test_a_proven_plan_says_that_none_is_better(district: District, tmp_path: Path) -> None:
    proven = replace(district.plan, status="optimal", upper_bound=district.plan.objective, stopped_by="proof")
    page = report(district, tmp_path / "report.html", plan=proven)
    assert "同じ条件でこれより良い計画はありません（証明済み）" in page
    assert "同じ条件では、どのような配置でも" not in page


def test_a_long_plan_lists_the_first_sites_and_points_to_the_rest(district_with: Callable[..., District], tmp_path: Path) -> None:
    district = district_with(n_sites=60)
    page = report(district, tmp_path / "report.html")
    assert page.count('<span class="id">') == MOST_LISTED_SITES
    assert "ほか 10 局は sites.csv にあります" in page


def test_what_no_candidate_reaches_is_said(district_with: Callable[..., District], tmp_path: Path) -> None:
    district = district_with(spread=16, n_sites=3)
    assert district.kpis.total.reachable_share < 0.99
    assert f"需要の {100 * (1 - district.kpis.total.reachable_share):.1f} % は、どの候補地点からも届きません" in report(
        district, tmp_path / "report.html"
    )


def test_an_empty_plan_has_a_report(district: District, tmp_path: Path) -> None:
    empty = replace(
        district.plan,
        chosen=(),
        marginal_weight=(),
        objective=0.0,
        covered_weight=0.0,
        upper_bound=0.0,
        status="optimal",
        stopped_by="proof",
        cost_yen=0,
    )
    kpis = evaluate(empty, district.coverage, district.demand)
    facts = replace(FACTS, notes=(), sources=(), rejects=())
    write_report(tmp_path / "report.html", plan=empty, kpis=kpis, candidates=district.candidates, facts=facts)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "除外された行はありません" in page
    assert "<polyline" not in page


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="n_accepted of 'x' must be >= 0"):
        RejectFact(source="x", n_accepted=-1)
