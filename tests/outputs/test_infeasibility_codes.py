"""Every rule that the solver may name is in the page on outputs, and has words of its own."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from siting import Candidates, Carrier, Quota, Sharing, SitingProblem, SolveParams, Target, solve
from siting.outputs.rule_words import infeasible_sentence
from tests.solve.solve_samples import coverage, grid

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`.*?) \| .*\|$", PAGE.partition("### Codes")[2].partition("|---")[2], re.MULTILINE)
CODES = {code for row in ROWS for code in re.findall("`(.+?)`", row)}
IDS = ("c0", "c1", "c2", "c3")
MOST = Quota(name="few", ids=IDS, minimum=3)


def problem(**rules: object) -> SitingProblem:
    """Four candidates in a row, 10 m apart, each of which serves a cell of its own; a fifth cell is out of reach."""
    pattern = coverage([[0], [1], [2], [3]], 5)
    points = [(10.0 * i, 0.0, 8.0) for i in range(4)]
    candidates = Candidates.from_points(points, crs="EPSG:6677", ids=pattern.candidate_ids, cost_yen=[5, 5, 5, 5])
    return SitingProblem(coverage=pattern, demand=grid(np.ones(5)), candidates=candidates, **rules)  # type: ignore[arg-type]


def carriers(**limits: int) -> Sharing:
    return Sharing(carriers=(Carrier(name="A", equipment_yen=1, **limits), Carrier(name="B", max_sites=4)))


@pytest.mark.parametrize(
    ("rules", "rule", "code"),
    [
        ({"budget_yen": 14, "quotas": (MOST,)}, "quota few", "quota NAME"),
        ({"max_sites": 4, "quotas": (MOST,), "either_or": (IDS,)}, "quota few", "quota NAME"),
        ({"max_sites": 4, "quotas": (MOST,), "minimum_spacing_m": 15.0}, "quota few", "quota NAME"),
        ({"max_sites": 4, "sharing": carriers(max_sites=4, min_sites=3), "minimum_spacing_m": 15.0}, "A min_sites", "CARRIER min_sites"),
        ({"max_sites": 4, "targets": (Target(share=0.9),)}, "all", "all"),
        ({"max_sites": 4, "sharing": carriers(max_sites=4), "targets": (Target(share=0.9, carrier="B"),)}, "B", "CARRIER"),
    ],
)
def test_the_rule_named_is_in_the_page(rules: dict[str, object], rule: str, code: str) -> None:
    plan = solve(problem(**rules), SolveParams(effort=0.05))
    assert plan.infeasibility is not None
    assert plan.infeasibility.rule == rule
    assert code in CODES


def test_the_page_knows_every_code_that_rules_are_listed_under() -> None:
    """The solver names linear rules in one module, by constants or by patterns with names in braces."""
    source = (Path(__file__).resolve().parents[2] / "siting" / "solver" / "linear_rules.py").read_text(encoding="utf-8")
    named = re.findall(r'(?:listed\.add|_add_clique)\((?:listed, )?f?"(.+?)"', source)
    words = {"quota.name": "NAME", "carrier.name": "CARRIER", "pair[0]": "ID", "pair[1]": "OTHER"}
    found = {re.sub(r"\{(.+?)\}", lambda match: words[match[1]], name) for name in named}
    assert len(found) >= 11
    assert found | {"all", "GROUP", "CARRIER", "CARRIER / GROUP"} == CODES


@pytest.mark.parametrize("rule", sorted(CODES - {"all", "GROUP", "CARRIER", "CARRIER / GROUP"}))
def test_every_code_is_put_into_words(rule: str) -> None:
    plan = solve(problem(max_sites=4, targets=(Target(share=0.9),)), SolveParams(effort=0.05))
    assert plan.infeasibility is not None
    object.__setattr__(plan.infeasibility, "rule", rule)
    said = infeasible_sentence(plan, ["all"])
    assert "_" not in said.en + said.ja
