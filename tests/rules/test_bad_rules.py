"""Rules that are impossible, or contradict each other at sight, are refused in one line that names the item."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from rule_samples import coverage_of

from siting import Candidates, Carrier, Facility, InvalidInputError, PointDemand, Quota, Sharing, SitingProblem, Target

DENSE = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], dtype=bool)
GROUPS = {"west": np.array([0, 1], dtype=np.int32), "bare": np.array([3], dtype=np.int32)}


def problem(**rules) -> SitingProblem:
    pattern = coverage_of(DENSE)
    candidates = Candidates.from_points(
        np.column_stack([10.0 * np.arange(3), np.zeros((3, 2))]), crs="EPSG:6677", ids=pattern.candidate_ids, cost_yen=[4, 5, 6], capacity=2
    )
    parts = {
        "coverage": pattern,
        "demand": PointDemand(weight=np.array([1.0, 2.0, 3.0, 0.0]), groups=GROUPS),
        "candidates": candidates,
        "max_sites": 2,
    }
    return SitingProblem(**{**parts, **rules})


def message_of(build) -> str:
    with pytest.raises(InvalidInputError) as refusal:
        build()
    text = str(refusal.value)
    assert "\n" not in text
    return text


def facility(**changes) -> Facility:
    return Facility(**{"name": "f", "cells": np.array([0, 1]), **changes})


def sharing(*changes, **rules) -> Sharing:
    names = "ABCDEFG"
    return Sharing(carriers=tuple(Carrier(**{"name": names[i], **change}) for i, change in enumerate(changes)), **rules)


ITEMS = [
    (lambda: Quota(name="q", ids=(), maximum=1), "quota 'q' ids must not be empty, got ()"),
    (lambda: Quota(name="q", ids=("a", "b", "a"), maximum=1), "quota 'q' ids must not name an id twice, got 'a'"),
    (lambda: Quota(name="q", ids=("a",)), "quota 'q' must have a minimum or a maximum, got None"),
    (lambda: Quota(name="q", ids=("a",), minimum=-1), "quota 'q' minimum must be >= 0, got -1"),
    (lambda: Quota(name="q", ids=("a",), minimum=0.5), "quota 'q' minimum must be a whole number, got 0.5"),
    (lambda: Quota(name="q", ids=("a",), maximum=-1), "quota 'q' maximum must be >= 0, got -1"),
    (lambda: Quota(name="q", ids=("a", "b"), minimum=2, maximum=1), "quota 'q' maximum must be >= the minimum 2, got 1"),
    (lambda: Quota(name="q", ids=("a", "b"), minimum=3), "quota 'q' minimum must be <= 2, the number of its ids, got 3"),
    (lambda: Target(share=0.0), "target 'all' share must be above 0 and at most 1, got 0.0"),
    (lambda: Target(share=1.01, group="roads"), "target 'roads' share must be above 0 and at most 1, got 1.01"),
    (lambda: Target(share=math.nan, group="g", carrier="A"), "target 'A / g' share must be above 0 and at most 1, got nan"),
    (lambda: facility(name=""), "facility name must not be empty, got ''"),
    (lambda: facility(cells=np.array([], dtype=np.int32)), "facility 'f' cells must be cell positions, at least one, got []"),
    (lambda: facility(cells=np.array([0.5])), "facility 'f' cells must be cell positions, at least one, got [0.5]"),
    (lambda: facility(cells=np.array([0, -1])), "facility 'f' cells must be >= 0, got -1"),
    (lambda: facility(cells=np.array([2, 0, 2])), "facility 'f' cells must not name a cell twice, got 2"),
    (lambda: facility(weight=-1.0), "facility 'f' weight must be >= 0 and finite, got -1.0"),
    (lambda: facility(weight=math.nan), "facility 'f' weight must be >= 0 and finite, got nan"),
    (lambda: facility(share=0.0), "facility 'f' share must be above 0 and at most 1, got 0.0"),
    (lambda: facility(share=1.5), "facility 'f' share must be above 0 and at most 1, got 1.5"),
    (lambda: Carrier(name=""), "carrier name must not be empty, got ''"),
    (lambda: Carrier(name="A", weight=np.array([1.0, -2.0])), "carrier 'A' weight[1] must be >= 0, got -2.0"),
    (lambda: Carrier(name="A", weight=np.array([1.0, math.nan])), "carrier 'A' weight[1] must be finite, got nan"),
    (lambda: Carrier(name="A", existing=("x", "x")), "carrier 'A' existing must not name an id twice, got 'x'"),
    (lambda: Carrier(name="A", min_sites=-1), "carrier 'A' min_sites must be >= 0, got -1"),
    (lambda: Carrier(name="A", min_sites=2, max_sites=1), "carrier 'A' max_sites must be >= the min_sites 2, got 1"),
    (lambda: Carrier(name="A", budget_yen=-1), "carrier 'A' budget_yen must be >= 0, got -1"),
    (lambda: Carrier(name="A", equipment_yen=-1), "carrier 'A' equipment_yen must be >= 0, got -1"),
    (sharing, "sharing carriers must be 1 to 6, got 0"),
    (lambda: sharing(*[{}] * 7), "sharing carriers must be 1 to 6, got 7"),
    (lambda: sharing({"name": "A"}, {"name": "A"}), "sharing carriers must have different names, got 'A'"),
    (lambda: sharing({}, kpi="most"), "sharing kpi must be 'each', 'any' or 'every', got 'most'"),
]

PROBLEMS = [
    ({"goal": "most"}, "goal must be 'coverage', 'least_cost' or 'fewest_sites', got 'most'"),
    ({"goal": "least_cost"}, "targets must name at least one with the goal 'least_cost', got ()"),
    ({"goal": "fewest_sites"}, "targets must name at least one with the goal 'fewest_sites', got ()"),
    (
        {"goal": "least_cost", "targets": (Target(share=0.5),), "candidates": None},
        "candidates must be given with the goal 'least_cost', for their costs, got None",
    ),
    ({"max_sites": None}, "max_sites or budget_yen must be given, got None"),
    ({"max_sites": 1.5}, "max_sites must be a whole number, got 1.5"),
    (
        {"max_sites": None, "sharing": sharing({"max_sites": 1}, {})},
        "max_sites or budget_yen must be given, for the plan or for every carrier, got 'B'",
    ),
    ({"quotas": (Quota(name="q", ids=("c0", "x"), maximum=1),)}, "quota 'q' ids must name known candidate ids, got 'x'"),
    ({"quotas": (Quota(name="q", ids=("c0", "c1", "c2"), minimum=3),)}, "quota 'q' minimum must be <= the max_sites 2, got 3"),
    (
        {"quotas": (Quota(name="q", ids=("c0", "c1"), minimum=2),), "forbidden": ("c1",)},
        "quota 'q' minimum must be <= 1, the number of its ids that are not forbidden, got 2",
    ),
    (
        {"quotas": (Quota(name="q", ids=("c0", "c1"), maximum=1),), "fixed": ("c0", "c1")},
        "quota 'q' maximum must be >= 2, the number of its ids that are fixed, got 1",
    ),
    ({"either_or": (("c0", "c1"), ("c0", "x"))}, "either_or[1] must name known candidate ids, got 'x'"),
    ({"either_or": (("c0", "c0"),)}, "either_or[0] must not name an id twice, got 'c0'"),
    ({"either_or": (("c0",),)}, "either_or[0] must name at least two ids, got ('c0',)"),
    ({"either_or": (("c0", "c2"),), "fixed": ("c2", "c0")}, "either_or[0] must not name two fixed ids, and 'c0' is one, got 'c2'"),
    (
        {"either_or": (("c0", "c2"),), "fixed": ("c2",), "sharing": sharing({"existing": ("c0",)})},
        "either_or[0] must not name a fixed id and 'c0', which has a station, got 'c2'",
    ),
    ({"only_with": (("c0", "x"),)}, "only_with[0] must name known candidate ids, got 'x'"),
    ({"only_with": (("c1", "c1"),)}, "only_with[0] must not pair an id with itself, got 'c1'"),
    ({"only_with": (("c1", "c0", "c2"),)}, "only_with[0] must be a pair of ids, got ('c1', 'c0', 'c2')"),
    (
        {"only_with": (("c1", "c0"),), "fixed": ("c1",), "forbidden": ("c0",)},
        "only_with[0] must not tie the fixed 'c1' to a forbidden id, got 'c0'",
    ),
    ({"minimum_spacing_m": 0.0}, "minimum_spacing_m must be > 0 and finite, got 0.0"),
    ({"minimum_spacing_m": math.inf}, "minimum_spacing_m must be > 0 and finite, got inf"),
    ({"minimum_spacing_m": math.nan}, "minimum_spacing_m must be > 0 and finite, got nan"),
    (
        {"minimum_spacing_m": 5.0, "candidates": None},
        "candidates must be given with minimum_spacing_m, for their positions, got None",
    ),
    ({"servers_needed": 0}, "servers_needed must be >= 1, got 0"),
    ({"servers_needed": 1.0}, "servers_needed must be a whole number, got 1.0"),
    ({"backup_share": -0.1}, "backup_share must be in [0, 1], got -0.1"),
    ({"backup_share": 1.1}, "backup_share must be in [0, 1], got 1.1"),
    ({"backup_share": math.nan}, "backup_share must be in [0, 1], got nan"),
    ({"facilities": (facility(), facility())}, "facilities must have different names, got 'f'"),
    ({"facilities": (facility(cells=np.array([1, 4])),)}, "facility 'f' cells must lie in 0..3, got 4"),
    (
        {"facilities": (facility(share=0.5),), "sharing": sharing({}, {}, kpi="every")},
        "facility 'f' share must be such that it needs all of its cells, where the kpi of the carriers is 'every', got 0.5",
    ),
    ({"facilities": (facility(weight=1e308), facility(name="g", weight=1e308))}, "facilities must have weights with a finite sum, got inf"),
    ({"targets": (Target(share=0.5, group="x"),)}, "target 'x' group must name a group of the demand or a kind of facilities, got 'x'"),
    (
        {"targets": (Target(share=0.5, group="west"),), "facilities": (facility(kind="west"),)},
        "target 'west' group must name a group of the demand or a kind of facilities, not both, got 'west'",
    ),
    ({"targets": (Target(share=0.5, carrier="A"),)}, "target 'A' carrier must name a carrier of the sharing, got 'A'"),
    (
        {"targets": (Target(share=0.5, carrier="B"),), "sharing": sharing({})},
        "target 'B' carrier must name a carrier of the sharing, got 'B'",
    ),
    ({"targets": (Target(share=0.5, group="bare"),)}, "target 'bare' group must have weight, got 'bare'"),
    (
        {"targets": (Target(share=0.5, group="facilities"),), "facilities": (facility(weight=0.0),)},
        "target 'facilities' group must have weight, got 'facilities'",
    ),
    (
        {"targets": (Target(share=0.5, carrier="A"),), "sharing": sharing({"weight": np.zeros(4)})},
        "target 'A' group must have weight, got None",
    ),
    ({"sharing": sharing({}), "candidates": None}, "candidates must be given with sharing, for their capacities and costs, got None"),
    (
        {"sharing": sharing({"coverage": replace(coverage_of(DENSE), candidate_ids=("c0", "c2", "c1"))})},
        "carrier 'A' coverage must have the candidate ids of the problem's, in its order, got '3 ids'",
    ),
    (
        {"sharing": sharing({"coverage": replace(coverage_of(DENSE), n_cells=5)})},
        "carrier 'A' coverage.n_cells must equal the 4 cells, got 5",
    ),
    ({"sharing": sharing({"weight": np.ones(3)})}, "carrier 'A' weight must have one entry for each of the 4 cells, got 3"),
    ({"sharing": sharing({"weight": np.full(4, 1e308)})}, "carrier 'A' weight must have weights with a finite sum, got inf"),
    ({"sharing": sharing({"existing": ("x",)})}, "carrier 'A' existing must name known candidate ids, got 'x'"),
    (
        {"sharing": sharing(*[{"existing": ("c1",)}] * 3)},
        "sharing existing must keep the capacity 2 of 'c1', got '3 carriers'",
    ),
    (
        {"sharing": sharing({"existing": ("c0",), "min_sites": 2}), "forbidden": ("c1",)},
        "carrier 'A' min_sites must be <= 1, the candidates it may go on, got 2",
    ),
    ({"sharing": sharing({"min_sites": 3})}, "carrier 'A' min_sites must be <= the max_sites 2, got 3"),
    ({"sharing": sharing({"existing": ("c0",)}), "fixed": ("c0",)}, "fixed must have a free place for a carrier, got 'c0'"),
    (
        {"sharing": sharing({"equipment_yen": 2**58})},
        f"sharing equipment_yen must make costs of less than 2**59 yen together, got {3 * (2**58 + 1) + 15}",
    ),
    ({"demand": PointDemand(weight=np.full(4, 1e308))}, "demand.weight must have weights with a finite sum, got inf"),
]


@pytest.mark.parametrize(("build", "message"), ITEMS, ids=[message for _, message in ITEMS])
def test_an_impossible_item_is_refused(build, message):
    assert message_of(build) == message


@pytest.mark.parametrize(("rules", "message"), PROBLEMS, ids=[message for _, message in PROBLEMS])
def test_an_impossible_problem_is_refused(rules, message):
    assert message_of(lambda: problem(**rules)) == message


def test_costs_that_would_overflow_are_refused():
    pattern = coverage_of(DENSE)
    candidates = Candidates.from_points(np.zeros((3, 3)), crs="EPSG:6677", ids=pattern.candidate_ids, cost_yen=2**61)
    assert message_of(lambda: problem(candidates=candidates)) == f"candidates.cost_yen must sum to less than 2**60 yen, got {3 * 2**61}"


@pytest.mark.parametrize(
    "rules",
    [
        {"max_sites": None, "goal": "least_cost", "targets": (Target(share=1.0),)},
        {"max_sites": None, "goal": "fewest_sites", "targets": (Target(share=1.0, group="west"),), "candidates": None},
        {"max_sites": None, "sharing": sharing({"max_sites": 1}, {"budget_yen": 5})},
        {"fixed": ("c0", "c1"), "minimum_spacing_m": 15.0},
        {"either_or": (("c0", "c1"),), "sharing": sharing({"existing": ("c0",)}, {"existing": ("c1",)})},
        {"sharing": sharing(*[{"existing": ("c1",)}] * 3, is_neutral_host=True)},
        {"facilities": (facility(share=0.6),), "sharing": sharing({}, {}, kpi="every")},
        {"quotas": (Quota(name="q", ids=("c0", "c1"), minimum=1, maximum=10**30),), "max_sites": 10**30},
        {"budget_yen": 10**30},
    ],
)
def test_what_is_unusual_but_possible_is_accepted(rules):
    problem(**rules)
