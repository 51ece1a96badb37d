"""What is said of a plan: of the rules that it has, and of no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from street_grid import District

from siting.evaluate import evaluate
from siting.outputs.maps import write_map
from siting.outputs.plan_words import Meaning, headline, proof_sentence, worth_text
from siting.outputs.report import RunFacts, write_report
from siting.outputs.text import Bilingual
from siting.plan import Infeasibility, Plan
from siting.problem import SitingProblem
from siting.rule_use import CarrierUse
from siting.rules import Carrier, Facility, Sharing
from siting.server_use import ServerUse

USE = CarrierUse(name="甲", n_sites=3, n_existing=2, cost_yen=5, covered_weight=30.0, weight=80.0)
OTHER = CarrierUse(name="乙", n_sites=1, n_existing=0, cost_yen=5, covered_weight=20.0, weight=80.0)
FACILITY = Facility(name="学校", kind="schools", cells=np.array([0, 1]), weight=5.0)


def problem(district: District, **rules: object) -> SitingProblem:
    everything = {"max_sites": 5, "candidates": district.candidates} | rules
    return SitingProblem(coverage=district.coverage, demand=district.demand, **everything)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "ja", "en"),
    [
        ({}, "カバー", "coverage"),
        ({"facilities": (FACILITY,)}, "カバー・施設の合計", "coverage and facilities together"),
        ({"backup_share": 0.1}, "カバー・予備の局の合計", "coverage and backup together"),
        (
            {"facilities": (FACILITY,), "backup_share": 0.1},
            "カバー・施設・予備の局の合計",
            "coverage, facilities and backup together",
        ),
        ({"servers_needed": 2}, "カバー（2 局以上から届くセル）", "coverage (2 sites or more at each cell)"),
        ({"sharing": Sharing(carriers=(Carrier(name="甲"),))}, "各事業者のカバー", "the coverage of each carrier"),
        ({"sharing": Sharing(carriers=(Carrier(name="甲"),), kpi="any")}, "いずれかの事業者によるカバー", "coverage by any carrier"),
    ],
)
def test_what_a_plan_is_worth_names_only_what_counts(district: District, rules: dict[str, object], ja: str, en: str) -> None:
    assert worth_text(problem(district, **rules)) == Bilingual(ja=ja, en=en)


def test_the_proof_of_a_value_speaks_of_what_counts_and_is_never_rounded_up(district: District) -> None:
    valued = replace(district.plan, objective=2.0, upper_bound=3.0, status="feasible")
    said = proof_sentence(valued, district.kpis, Meaning(measure="value", worth=Bilingual(ja="カバー", en="coverage")))
    assert said.en.replace("\u00a0", " ") == "Counting coverage, this plan is worth at least 66.66 % of the best there can be (proven)."
    assert said.ja.startswith("カバーで評価すると")


def test_the_headline_of_carriers_counts_their_stations_on_air(district: District) -> None:
    said = headline(district.plan, district.kpis, Meaning(carriers=(USE, OTHER)))
    assert said.ja.replace("\u00a0", " ") == "屋外面積のカバー率（既設局を含む）：甲 37.5 %、乙 25.0 %"
    assert "existing stations included" in said.en
    assert "existing" not in headline(district.plan, district.kpis, Meaning(carriers=(OTHER,))).en
    assert headline(district.plan, district.kpis).ja.replace("\u00a0", " ") == "屋外面積の 90.3 % をカバー"


def test_report_and_map_show_stations_on_air_and_no_share_above_everything(district: District, tmp_path: Path) -> None:
    meaning = Meaning(measure="value", carriers=(USE, OTHER))
    worth_more = replace(district.plan, objective=2 * district.plan.total_weight, upper_bound=3 * district.plan.total_weight)
    facts = RunFacts(title=Bilingual(ja="計画", en="plan"), band="28 GHz", meaning=meaning)
    write_report(tmp_path / "report.html", plan=worth_more, kpis=district.kpis, candidates=district.candidates, facts=facts)
    write_map(
        tmp_path / "map.html",
        plan=worth_more,
        kpis=district.kpis,
        candidates=district.candidates,
        coverage=district.coverage,
        demand=district.demand,
        zones=district.zones,
        title_ja="計画",
        title_en="plan",
        meaning=meaning,
    )
    for name in ("report.html", "map.html"):
        page = (tmp_path / name).read_text(encoding="utf-8").replace("\u00a0", " ")
        assert "屋外面積のカバー率（既設局を含む）：甲 37.5 %、乙 25.0 %" in page
        assert "新設局によるカバー率" in page
        assert "300.00" not in page
    assert "ほかに既設 2 局" in (tmp_path / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")


def test_the_report_has_a_row_for_demand_that_several_sites_serve(district: District, tmp_path: Path) -> None:
    servers = (ServerUse(n_servers=2, share=0.45678), ServerUse(n_servers=3, share=0.2, worth=0.1, carrier="甲"))
    facts = RunFacts(title=Bilingual(ja="計画", en="plan"), band="28 GHz", servers=servers)
    write_report(tmp_path / "report.html", plan=district.plan, kpis=district.kpis, candidates=district.candidates, facts=facts)
    page = (tmp_path / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    for words in (
        "2 局以上から届く需要",
        "only this counts",
        "45.67 %",
        "3 局以上から届く需要（甲）",
        "as backup worth 10 % more",
        "20.00 %",
    ):
        assert words in page


def test_a_map_without_a_plan_says_why(district: District, tmp_path: Path) -> None:
    none = _no_plan(district)
    write_map(
        tmp_path / "map.html",
        plan=none,
        kpis=evaluate(none, district.coverage, district.demand),
        candidates=district.candidates,
        coverage=district.coverage,
        demand=district.demand,
        zones=district.zones,
        title_ja="計画",
        title_en="plan",
        meaning=Meaning(targets=("all",)),
    )
    page = (tmp_path / "map.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "条件をすべて満たす計画はありません" in page
    assert "「全体のカバー率」は 90.00 % を求め" in page


def _no_plan(district: District) -> Plan:
    return replace(
        district.plan,
        chosen=(),
        marginal_weight=(),
        objective=0.0,
        covered_weight=0.0,
        upper_bound=0.0,
        cost_yen=0,
        status="infeasible",
        infeasibility=Infeasibility(rule="all", required=0.9, most=0.5, is_exact=True),
    )
